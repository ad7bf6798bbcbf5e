/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cache_dir.h"
#include "base/file.h"
#include "base/log.h"
#include "build/cache.h"
#include "build/dependencies.h"
#include "tests/unit/capture.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/root.h"
#include "tests/unit/small_image.h"

#define IMAGES BW_CACHE_DIR_PATH "/images/"

#define KEY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char key[] = KEY;
static void *image;
static char *depends;
static size_t image_len, depends_len;

static int begin(void **state)
{
	make_root(state);
	image = image_bytes(&image_len);
	return 0;
}

static int end(void **state)
{
	free(image);
	free(depends);
	image = depends = NULL;
	return remove_root(state);
}

/* An image that depends on /header, in a cache of this test's own. */
static void keep(const char *name)
{
	struct bw_dependencies d = {.since = {.tv_sec = INT64_MAX}};
	struct bw_cache_entry entry = {.path = {"/source.c", sizeof("/source.c")}, .output = {"a warning\n", 10}};

	if (!depends) {
		own_mounts((const char *const[]){"/var/cache", NULL});
		put("/header", "h");
		d.out = open_memstream(&depends, &depends_len);
		bw_dependencies_add_file(&d, below("/header"));
		fclose(d.out);
	}
	entry.image = (struct bw_cache_part){image, image_len};
	entry.depends = (struct bw_cache_part){depends, depends_len};
	bw_cache_keep(name, &entry);
}

static int find(const char *name)
{
	struct bw_image found;
	int r = bw_cache_find(name, &found);

	if (r < 0)
		return r;
	assert_string_equal(found.license, "GPL");
	assert_int_equal(found.n_programs, 2);
	bw_image_free(&found);
	return 0;
}

static bool is_kept(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), IMAGES "%s", name);
	return access(path, F_OK) == 0;
}

static void an_image_that_was_kept_is_found(void **state)
{
	struct stat st;

	(void)state;
	keep(key);
	assert_int_equal(find(key), 0);
	assert_int_equal(stat(IMAGES KEY, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(find("another key"), -ENOENT);
}

static void what_the_compiler_said_is_shown_under_verbose(void **state)
{
	(void)state;
	keep(key);
	capture();
	assert_int_equal(find(key), 0);
	assert_string_equal(captured(), "");
	bw_verbose = true;
	capture();
	assert_int_equal(find(key), 0);
	bw_verbose = false;
	assert_non_null(strstr(captured(), "a warning\n"));
}

static void an_image_whose_dependency_changed_is_not_found(void **state)
{
	(void)state;
	keep(key);
	put("/header", "changed");
	assert_int_equal(find(key), -ENOENT);
	assert_true(is_kept(key)); /* the next one takes its place */
}

static void write_entry(const char *bytes, size_t len, mode_t mode)
{
	int fd;

	unlink(IMAGES KEY);
	fd = open(IMAGES KEY, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(bw_file_write(fd, bytes, len), 0);
	close(fd);
}

static char *read_entry(size_t *len)
{
	char *bytes = NULL;

	assert_int_equal(bw_file_read(IMAGES KEY, 1 << 20, &bytes, len), 0);
	return bytes;
}

static void a_damaged_entry_is_thrown_away(void **state)
{
	size_t len;
	char *bytes;

	(void)state;
	keep(key);
	bytes = read_entry(&len);
	for (size_t i = 0; i < len; i += 7) {
		bytes[i] = (char)(bytes[i] ^ 1);
		write_entry(bytes, len, 0600);
		bytes[i] = (char)(bytes[i] ^ 1);
		assert_int_equal(find(key), -ENOENT);
		assert_false(is_kept(key));
	}
	for (size_t n = 0; n < len; n += 13) {
		write_entry(bytes, n, 0600);
		assert_int_equal(find(key), -ENOENT);
		assert_false(is_kept(key));
	}
	write_entry(bytes, len, 0600); /* whole, it is right */
	assert_int_equal(find(key), 0);
	free(bytes);
}

static void an_entry_that_another_could_have_written_is_thrown_away(void **state)
{
	size_t len;
	char *bytes;

	(void)state;
	keep(key);
	bytes = read_entry(&len);
	write_entry(bytes, len, 0640);
	assert_int_equal(find(key), -ENOENT);
	assert_false(is_kept(key));
	write_entry(bytes, len, 0600);
	assert_int_equal(link(IMAGES KEY, IMAGES "other"), 0);
	assert_int_equal(find(key), -ENOENT);
	assert_false(is_kept(key));
	assert_int_equal(symlink("other", IMAGES KEY), 0);
	assert_int_equal(find(key), -ENOENT);
	assert_false(is_kept(key));
	free(bytes);
}

static void use(const char *name, time_t when)
{
	const struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	char path[256];

	snprintf(path, sizeof(path), IMAGES "%s", name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void put_large(const char *name, off_t size)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), IMAGES "%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, size), 0);
	close(fd);
}

static void the_images_used_longest_ago_make_room(void **state)
{
	(void)state;
	keep("a");
	keep("b");
	use("a", 1000);
	use("b", 2000);
	put_large("large", BW_CACHE_MAX - 2 * (off_t)image_len - 4096);
	use("large", 3000);
	keep("c");
	assert_true(is_kept("a") && is_kept("b") && is_kept("c"));
	put_large("large", BW_CACHE_MAX - 1000);
	use("large", 3000);
	keep("d");
	assert_true(is_kept("d"));
	assert_false(is_kept("a") || is_kept("b"));
}

static void an_image_that_is_found_is_the_last_to_make_room(void **state)
{
	struct stat st;

	(void)state;
	keep(key);
	use(key, 1000);
	assert_int_equal(find(key), 0);
	assert_int_equal(stat(IMAGES KEY, &st), 0);
	assert_true(st.st_mtim.tv_sec > time(NULL) - 100);
}

static void what_was_left_half_written_is_removed_after_a_while(void **state)
{
	(void)state;
	keep("a");
	put_large("new-123", 10);
	put_large("new-124", 10);
	use("new-123", time(NULL) - 3600);
	keep("b");
	assert_false(is_kept("new-123"));
	assert_true(is_kept("new-124"));
}

static void append(void *cookie, const struct bw_cache_info *info)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s %s %d\n", info->key, info->path ? info->path : "?", info->size > 100);
}

static void the_list_begins_with_the_image_used_last(void **state)
{
	char text[512] = "";

	(void)state;
	keep("a");
	keep("b");
	put_large("damaged", 10);
	put_large("new-124", 10);
	use("a", 2000);
	use("b", 1000);
	use("damaged", 3000);
	assert_int_equal(bw_cache_each(append, text), 0);
	assert_string_equal(text, "damaged ? 0\na /source.c 1\nb /source.c 1\n");
}

static void all_images_are_removed_and_counted(void **state)
{
	(void)state;
	keep("a");
	keep("b");
	put_large("new-124", 10);
	assert_int_equal(bw_cache_clear(), 2);
	assert_false(is_kept("a") || is_kept("b") || is_kept("new-124"));
	assert_int_equal(bw_cache_clear(), 0);
}

static void a_cache_that_others_could_write_is_not_used(void **state)
{
	(void)state;
	keep(key);
	assert_int_equal(chmod(BW_CACHE_DIR_PATH, 0777), 0);
	assert_int_equal(find(key), -ENOENT);
	keep("b");
	assert_false(is_kept("b"));
	assert_true(is_kept(key)); /* nor is anything removed there */
	capture();
	assert_int_equal(bw_cache_clear(), -EPERM);
	assert_int_equal(bw_cache_each(append, NULL), -EPERM);
	assert_non_null(strstr(captured(), "not this user's alone"));
}

static struct bw_source source;

static const char *key_of(void)
{
	static char this[BW_CACHE_KEY];

	assert_int_equal(bw_cache_key(&source, "/bin/sh", this), 0);
	return this;
}

static void the_key_is_of_everything_that_makes_the_image(void **state)
{
	static char one[] = "-DA", two[] = "-DB";
	char first[BW_CACHE_KEY];

	(void)state;
	source = (struct bw_source){.path = (char *)"/s.c", .text = (char *)"text", .len = 4, .flags = {one, two}};
	source.n_flags = 1;
	strcpy(first, key_of());
	assert_int_equal(strlen(first), BW_CACHE_KEY - 1);
	assert_string_equal(key_of(), first);
	source.text = (char *)"tExt";
	assert_string_not_equal(key_of(), first);
	source.text = (char *)"text";
	source.n_flags = 2;
	assert_string_not_equal(key_of(), first);
	source.n_flags = 1;
	source.path = (char *)"/t.c";
	assert_string_not_equal(key_of(), first);
	source.path = (char *)"/s.c";
	source.btf = true;
	assert_string_not_equal(key_of(), first);
	source.btf = false;
	source.headers = (char *)"/headers";
	assert_string_not_equal(key_of(), first);
	source.headers = NULL;
	assert_string_equal(key_of(), first);
}

/* "-DA", "-DB" and "-DA-DB" have the same bytes. */
static void the_key_tells_lists_of_flags_apart(void **state)
{
	static char one[] = "-DA", two[] = "-DB", both[] = "-DA-DB";
	char first[BW_CACHE_KEY];

	(void)state;
	source = (struct bw_source){
		.path = (char *)"/s.c", .text = (char *)"text", .len = 4, .flags = {one, two}, .n_flags = 2};
	strcpy(first, key_of());
	source.flags[0] = both;
	source.n_flags = 1;
	assert_string_not_equal(key_of(), first);
}

#define CACHED(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	CACHED(an_image_that_was_kept_is_found),
	CACHED(what_the_compiler_said_is_shown_under_verbose),
	CACHED(an_image_whose_dependency_changed_is_not_found),
	CACHED(a_damaged_entry_is_thrown_away),
	CACHED(an_entry_that_another_could_have_written_is_thrown_away),
	CACHED(the_images_used_longest_ago_make_room),
	CACHED(an_image_that_is_found_is_the_last_to_make_room),
	CACHED(what_was_left_half_written_is_removed_after_a_while),
	CACHED(the_list_begins_with_the_image_used_last),
	CACHED(all_images_are_removed_and_counted),
	CACHED(a_cache_that_others_could_write_is_not_used),
	cmocka_unit_test(the_key_is_of_everything_that_makes_the_image),
	cmocka_unit_test(the_key_tells_lists_of_flags_apart),
};

UNIT_MODULE("build/cache", NULL, NULL);

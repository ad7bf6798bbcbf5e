/* SPDX-License-Identifier: Apache-2.0 */
#include "build/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cache_dir.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "build/dependencies.h"
#include "version.h"

static const char half[] = "new-"; /* begins the name of an unfinished file */

enum { FILE_MAX = 256 << 20, HALF_SECONDS = 600, KEY_FILE_MAX = 1 << 20 };

static int open_images(void)
{
	int dir = bw_cache_dir_open("images");

	if (dir == -EPERM)
		bw_log_debug("cache: not used: " BW_CACHE_DIR_PATH " is not this user's alone");
	else if (dir < 0)
		bw_log_debug("cache: not used: " BW_CACHE_DIR_PATH ": %s", strerror(-dir));
	return dir;
}

/* With its length before it, so that no two lists of parts look the same. */
static void add(SHA2_CTX *hash, const void *bytes, size_t len)
{
	uint64_t n = len;

	SHA256Update(hash, (const uint8_t *)&n, sizeof(n));
	SHA256Update(hash, bytes, len);
}

static void add_text(SHA2_CTX *hash, const char *text)
{
	add(hash, text, strlen(text));
}

static void add_content(SHA2_CTX *hash, const char *path)
{
	BW_FREE char *text = NULL;
	size_t len = 0;

	if (bw_file_read(path, KEY_FILE_MAX, &text, &len) == 0)
		add(hash, text, len);
	else
		add_text(hash, "none");
}

static void add_state(SHA2_CTX *hash, const char *path)
{
	struct stat st = {0};

	stat(path, &st);
	add_text(hash, path);
	add(hash, &st.st_ino, sizeof(st.st_ino));
	add(hash, &st.st_size, sizeof(st.st_size));
	add(hash, &st.st_ctim, sizeof(st.st_ctim));
}

static const char *header_choice(const struct bw_source *source)
{
	if (!source->btf)
		return "installed";
	return source->may_fall_back ? "auto" : "btf";
}

int bw_cache_key(const struct bw_source *source, const char *compiler, char key[BW_CACHE_KEY])
{
	struct utsname kernel;
	SHA2_CTX hash;

	if (uname(&kernel) < 0)
		return -errno;
	SHA256Init(&hash);
	add_text(&hash, BW_VERSION);
	add(&hash, &(uint32_t){BW_CACHE_ENTRY_VERSION}, sizeof(uint32_t));
	add_text(&hash, kernel.release);
	add_text(&hash, kernel.version);
	add_text(&hash, kernel.machine);
	add_content(&hash, "/sys/kernel/notes"); /* the kernel's build id */
	add_content(&hash, "/sys/devices/system/cpu/possible");
	add_state(&hash, compiler);
	add_state(&hash, "/etc/ld.so.cache"); /* it changes with libbcc or LLVM */
	add_text(&hash, source->headers ? source->headers : "");
	add_text(&hash, header_choice(source));
	add_text(&hash, source->path);
	add(&hash, source->text, source->len);
	for (size_t i = 0; i < source->n_flags; i++)
		add_text(&hash, source->flags[i]);
	SHA256End(&hash, key);
	return 0;
}

/* Opens an entry; -EPERM if another than this user could have written it. */
static int open_entry(int dir, const char *key)
{
	BW_FD int fd = openat(dir, key, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return errno == ELOOP ? -EPERM : -errno;
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 077 || st.st_nlink != 1)
		return -EPERM;
	return bw_cleanup_take_fd(&fd);
}

static int take_image(const struct bw_cache_part *part, struct bw_image *image)
{
	char *bytes = malloc(part->len + 1);

	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, part->bytes, part->len);
	return bw_image_read(image, bytes, part->len);
}

/* Reads an entry: *bytes is the caller's, the parts point into it. 0, -EIO or -EINVAL. */
static int read_parts(int fd, char **bytes, struct bw_cache_entry *entry)
{
	size_t len;

	return bw_file_read_fd(fd, FILE_MAX, bytes, &len) < 0 ? -EIO : bw_cache_entry_parse(*bytes, len, entry);
}

/* 0; -EPERM or -EINVAL: remove it; -ESTALE: outdated; or -errno. */
static int read_entry(int dir, const char *key, struct bw_image *image)
{
	BW_FD int fd = open_entry(dir, key);
	BW_FREE char *bytes = NULL;
	struct bw_cache_entry entry;
	const char *changed;
	int r;

	if (fd < 0)
		return fd;
	r = read_parts(fd, &bytes, &entry);
	if (r != 0)
		return r;
	if (!bw_dependencies_hold(entry.depends.bytes, entry.depends.len, &changed)) {
		bw_log_debug("cache: %s has changed", changed ? changed : "?");
		return -ESTALE;
	}
	r = take_image(&entry.image, image);
	if (r < 0)
		return r;
	futimens(fd, NULL); /* the entry used longest ago is removed first */
	if (bw_verbose)
		bw_log_output(entry.output.bytes, entry.output.len);
	return 0;
}

int bw_cache_find(const char *key, struct bw_image *image)
{
	BW_FD int dir = open_images();
	int r = dir < 0 ? dir : read_entry(dir, key, image);

	switch (r) {
	case 0:
		bw_log_debug("cache: known, not compiled: %.16s", key);
		return 0;
	case -EPERM:
		bw_log_debug("cache: %.16s is not this user's alone: removed", key);
		break;
	case -EINVAL:
		bw_log_debug("cache: %.16s is damaged: removed", key);
		break;
	default:
		return -ENOENT;
	}
	if (dir >= 0)
		unlinkat(dir, key, 0);
	return -ENOENT;
}

/* What lies in the cache. */
struct file {
	char name[NAME_MAX + 1];
	uint64_t size;
	time_t used;
};

struct files {
	struct file *all; /* owned */
	size_t n;
};

static void free_files(struct files *files)
{
	free(files->all);
}

static int add_file(struct files *files, const char *name, const struct stat *st)
{
	struct file *more = reallocarray(files->all, files->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	files->all = more;
	more[files->n] = (struct file){.size = (uint64_t)st->st_size, .used = st->st_mtime};
	snprintf(more[files->n++].name, sizeof(more->name), "%s", name);
	return 0;
}

static int used_later(const void *a, const void *b)
{
	time_t x = ((const struct file *)a)->used, y = ((const struct file *)b)->used;

	return (x < y) - (x > y);
}

/* All files of the directory, the one used last first. 0 or -errno. */
static int list_files(int dir, struct files *files)
{
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;
	int r = 0;

	if (!d)
		return -errno;
	while (r == 0 && (e = readdir(d)) != NULL) {
		struct stat st;

		if (e->d_name[0] == '.')
			continue;
		if (fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			r = add_file(files, e->d_name, &st);
	}
	closedir(d);
	if (files->n > 0)
		qsort(files->all, files->n, sizeof(*files->all), used_later);
	return r;
}

static bool is_half(const char *name)
{
	return strncmp(name, half, strlen(half)) == 0;
}

static void trim(int dir)
{
	BW_CLEANUP(free_files) struct files files = {0};
	uint64_t sum = 0;

	list_files(dir, &files);
	for (size_t i = 0; i < files.n; i++) {
		const struct file *f = &files.all[i];
		bool left_over = is_half(f->name) && f->used + HALF_SECONDS < time(NULL);

		sum += f->size;
		if ((sum > BW_CACHE_MAX && i > 0) || left_over)
			unlinkat(dir, f->name, 0);
	}
}

void bw_cache_keep(const char *key, const struct bw_cache_entry *entry)
{
	BW_FD int dir = open_images(), fd = -1;
	char name[64];
	int r;

	if (dir < 0)
		return;
	/* Two processes that keep the same image write two files; the later one remains. */
	snprintf(name, sizeof(name), "%s%d", half, getpid());
	unlinkat(dir, name, 0);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	r = fd < 0 ? -errno : bw_cache_entry_write(fd, entry);
	if (r == 0 && renameat(dir, name, dir, key) < 0)
		r = -errno;
	if (r < 0) {
		bw_log_debug("cache: cannot keep the image: %s", strerror(-r));
		unlinkat(dir, name, 0);
		return;
	}
	bw_log_debug("cache: kept as %.16s", key);
	trim(dir);
}

/* For a command whose whole work is the cache: failures are reported. */
static int open_reported(void)
{
	int dir = bw_cache_dir_open("images");

	if (dir == -EPERM)
		return bw_log_error(dir, "cannot open '" BW_CACHE_DIR_PATH "': it is not this user's alone");
	return dir < 0 ? bw_log_error(dir, "cannot open '" BW_CACHE_DIR_PATH "': %s", strerror(-dir)) : dir;
}

static void report_entry(int dir, const struct file *f, void (*fn)(void *cookie, const struct bw_cache_info *info),
			 void *cookie)
{
	BW_FD int fd = open_entry(dir, f->name);
	BW_FREE char *bytes = NULL;
	struct bw_cache_entry entry;
	bool whole = fd >= 0 && read_parts(fd, &bytes, &entry) == 0;

	fn(cookie, &(struct bw_cache_info){f->name, whole ? entry.path.bytes : NULL, f->size, f->used});
}

int bw_cache_each(void (*fn)(void *cookie, const struct bw_cache_info *info), void *cookie)
{
	BW_CLEANUP(free_files) struct files files = {0};
	BW_FD int dir = open_reported();
	int r = dir < 0 ? dir : list_files(dir, &files);

	for (size_t i = 0; i < files.n && r == 0; i++)
		if (!is_half(files.all[i].name))
			report_entry(dir, &files.all[i], fn, cookie);
	return r;
}

int bw_cache_clear(void)
{
	BW_CLEANUP(free_files) struct files files = {0};
	BW_FD int dir = open_reported();
	int r = dir < 0 ? dir : list_files(dir, &files), n = 0;

	for (size_t i = 0; i < files.n && r == 0; i++)
		if (unlinkat(dir, files.all[i].name, 0) == 0)
			n += !is_half(files.all[i].name);
		else
			r = bw_log_error(-errno, "cannot remove '%s/images/%s': %s", BW_CACHE_DIR_PATH,
					 files.all[i].name, strerror(errno));
	return r < 0 ? r : n;
}

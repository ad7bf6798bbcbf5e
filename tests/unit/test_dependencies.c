/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "build/dependencies.h"
#include "tests/unit/root.h"

/* A directory with files to depend on; path_of gives one of them. */
struct tree {
	char path[32];
	char file[128];
};

static const char *path_of(struct tree *f, const char *name)
{
	snprintf(f->file, sizeof(f->file), "%s/%s", f->path, name);
	return f->file;
}

static void put_file(struct tree *f, const char *name, const char *text)
{
	FILE *file = fopen(path_of(f, name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct tree make_tree(void)
{
	struct tree f = {.path = "/tmp/depends.XXXXXX"};

	assert_non_null(mkdtemp(f.path));
	mkdir(path_of(&f, "own"), 0700);
	mkdir(path_of(&f, "bpf_src"), 0700);
	put_file(&f, "own/a b.h", "a");
	put_file(&f, "bpf_src/c$.h", "c");
	put_file(&f, "kernel.h", "k");
	return f;
}

static void remove_tree(struct tree *f)
{
	static const char *const names[] = {"own/a b.h", "own/c$.h", "bpf_src/c$.h", "kernel.h", "own", "bpf_src", ""};

	for (size_t i = 0; i < LENGTH(names); i++)
		remove(path_of(f, names[i]));
}

/* Adds a rule as clang would write it for the tree's files; what they are in the end, in *bytes. */
static bool collect_rule(struct tree *f, const char *more, char **bytes, size_t *len)
{
	BW_FREE char *rule = NULL, *own = NULL, *src = NULL;
	struct bw_dependencies d = {.out = open_memstream(bytes, len), .since = {.tv_sec = INT64_MAX}};

	assert_true(asprintf(&rule, "x.o: /virtual/main.c kernel.h \\\n  %s/own/a\\ b.h %s/bpf_src/c$$.h%s\n", f->path,
			     f->path, more) > 0);
	assert_true(asprintf(&own, "-iquote%s/own", f->path) > 0 && asprintf(&src, "-iquote%s/bpf_src", f->path) > 0);
	bw_dependencies_add_rule(&d, rule, f->path, (const char *[]){"-DX", own, src}, 3);
	bw_dependencies_add_libraries(&d);
	fclose(d.out);
	return !d.uncertain;
}

static void a_change_of_any_file_that_an_image_depends_on_is_noticed(void **state)
{
	struct tree f = make_tree();
	BW_FREE char *bytes = NULL, *none = NULL;
	const char *changed;
	size_t len, ignored;

	(void)state;
	assert_true(collect_rule(&f, "", &bytes, &len));
	assert_true(bw_dependencies_hold(bytes, len, &changed));
	put_file(&f, "own/c$.h", ""); /* would be found before that of bpf_src */
	assert_false(bw_dependencies_hold(bytes, len, &changed));
	assert_string_equal(changed, path_of(&f, "own/c$.h"));
	assert_int_equal(remove(path_of(&f, "own/c$.h")), 0);
	assert_true(bw_dependencies_hold(bytes, len, &changed));
	put_file(&f, "own/a b.h", "b");
	assert_false(bw_dependencies_hold(bytes, len, &changed));
	assert_string_equal(changed, path_of(&f, "own/a b.h"));
	free(bytes);
	assert_true(collect_rule(&f, "", &bytes, &len));
	assert_int_equal(remove(path_of(&f, "kernel.h")), 0);
	assert_false(bw_dependencies_hold(bytes, len, &changed));
	assert_false(collect_rule(&f, " /no/such.h", &none, &ignored));
	for (size_t cut = 1; cut < len; cut++)
		if (bw_dependencies_hold(bytes, cut, &changed))
			assert_null(changed);
	remove_tree(&f);
}

static void a_file_that_changes_during_the_compilation_makes_its_image_uncertain(void **state)
{
	struct tree f = make_tree();
	BW_FREE char *bytes = NULL;
	size_t len;
	struct bw_dependencies d = {.out = open_memstream(&bytes, &len)};

	(void)state;
	clock_gettime(CLOCK_REALTIME_COARSE, &d.since);
	put_file(&f, "kernel.h", "changed");
	bw_dependencies_add_file(&d, path_of(&f, "kernel.h"));
	assert_true(d.uncertain);
	fclose(d.out);
	remove_tree(&f);
}

static char *bytes;
static size_t len;

/* What the image depends on, after one of the functions that add to it. */
static bool collect(void (*add)(struct bw_dependencies *d, const char *path), const char *path)
{
	struct bw_dependencies d = {.since = {.tv_sec = INT64_MAX}};

	free(bytes);
	bytes = NULL;
	d.out = open_memstream(&bytes, &len);
	add(&d, path);
	fclose(d.out);
	return !d.uncertain;
}

static int free_bytes(void **state)
{
	free(bytes);
	bytes = NULL;
	return remove_root(state);
}

static void a_small_file_is_known_by_its_content_alone(void **state)
{
	const char *changed;

	(void)state;
	put("/format", "field: a");
	assert_true(collect(bw_dependencies_add_content, below("/format")));
	remove_file("/format");
	assert_false(bw_dependencies_hold(bytes, len, &changed));
	put("/format", "field: a"); /* another file of the same content */
	assert_true(bw_dependencies_hold(bytes, len, &changed));
	put("/format", "field: b");
	assert_false(bw_dependencies_hold(bytes, len, &changed));
	assert_string_equal(changed, below("/format"));
	remove_file("/format");
	assert_true(collect(bw_dependencies_add_content, below("/format"))); /* as if it were empty */
	assert_true(bw_dependencies_hold(bytes, len, &changed));
	put("/format", "");
	assert_true(bw_dependencies_hold(bytes, len, &changed));
}

static void a_file_that_must_be_absent_changes_the_image_when_it_comes(void **state)
{
	const char *changed;

	(void)state;
	assert_true(collect(bw_dependencies_add_absent, below("/header")));
	assert_true(bw_dependencies_hold(bytes, len, &changed));
	put("/header", "");
	assert_false(bw_dependencies_hold(bytes, len, &changed));
	assert_string_equal(changed, below("/header"));
	assert_false(collect(bw_dependencies_add_absent, below("/header"))); /* it came during the compilation */
}

static void a_file_that_is_not_there_makes_the_image_uncertain(void **state)
{
	(void)state;
	assert_false(collect(bw_dependencies_add_file, below("/none")));
}

#define COLLECTED(test) cmocka_unit_test_setup_teardown(test, make_root, free_bytes)

static const struct CMUnitTest tests[] = {
	COLLECTED(a_small_file_is_known_by_its_content_alone),
	COLLECTED(a_file_that_must_be_absent_changes_the_image_when_it_comes),
	COLLECTED(a_file_that_is_not_there_makes_the_image_uncertain),
	cmocka_unit_test(a_change_of_any_file_that_an_image_depends_on_is_noticed),
	cmocka_unit_test(a_file_that_changes_during_the_compilation_makes_its_image_uncertain),
};

UNIT_MODULE("build/dependencies", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enforce/targets.h"
#include "enforce/waiting.h"
#include "tests/unit/capture.h"
#include "tests/unit/root.h"
#include "tests/unit/rule_maps.h"

static struct bw_rules rules;

static int begin(void **state)
{
	rules = (struct bw_rules){0};
	make_rule_maps(state);
	guard.rules = &rules;
	return make_root(state);
}

static int end(void **state)
{
	bw_rules_free(&rules);
	free_rule_maps(state);
	return remove_root(state);
}

/* The rule waits. */
static void wait_for(enum bw_rule_kind kind, const char *path)
{
	const char *why;

	assert_int_equal(bw_rules_add(&rules, kind, below(path), &why), 0);
	assert_int_equal(bw_targets_check(&guard), 0);
	assert_true(guard.n_missing > 0);
	if (guard.waiting_fd < 0)
		assert_int_equal(bw_waiting_open(&guard), 0);
	capture();
	assert_int_equal(bw_targets_protect(&guard), 0);
	assert_string_equal(captured(), "");
}

static uint32_t place_of(const char *path)
{
	const struct file_id id = id_of(below(path));
	const struct protection *place = fake_value(fake_map(&rule_maps, "places"), &id);

	return place ? place->access : 0;
}

static struct step step_of(uint32_t node, const char *name)
{
	struct name_key key = {.parent.ino = node};
	const struct step *step;

	memcpy(key.name, name, strlen(name));
	step = fake_value(fake_map(&rule_maps, "steps"), &key);
	return step ? *step : (struct step){0};
}

/* Something came: it is protected, and whether that is reported. */
static void update(const char *reported)
{
	const char *text;

	capture();
	bw_waiting_update(&guard, false);
	text = captured();
	if (*reported ? !strstr(text, reported) : *text != '\0')
		fail_msg("not '%s': %s", reported, text);
}

static void make_dir(const char *path)
{
	assert_int_equal(mkdir(below(path), 0755), 0);
}

static void a_directory_that_comes_is_known_by_its_name_before(void **state)
{
	struct step step;

	(void)state;
	wait_for(BW_RULE_DIR, "/later");
	assert_true(place_of("") > 0);
	step = step_of(place_of(""), "later");
	assert_int_equal(step.directory, bw_access_default.beneath);
	assert_int_equal(step.file, 0);
	assert_int_equal(step.node, 0);
	assert_int_equal(count_of("dirs"), 0);
	assert_int_equal(guard.n_absent, 1);
}

static void each_directory_on_the_way_is_a_step(void **state)
{
	struct step a, b;

	(void)state;
	make_dir("/there");
	wait_for(BW_RULE_PATH, "/there/a//./b/file");
	assert_int_equal(place_of(""), 0);
	a = step_of(place_of("/there"), "a");
	assert_true(a.node > 0 && !a.file && !a.directory);
	b = step_of(a.node, "b");
	assert_true(b.node > 0 && b.node != a.node);
	assert_int_equal(step_of(b.node, "file").file, bw_access_default.file);
	assert_int_equal(step_of(b.node, "file").directory, 0);
	assert_int_equal(count_of("names"), 0);
}

static void rules_have_the_steps_in_common_that_they_share(void **state)
{
	struct step a;

	(void)state;
	wait_for(BW_RULE_PATH, "/a/b/file");
	wait_for(BW_RULE_DIR, "/a/b");
	wait_for(BW_RULE_PATH, "/a/other");
	a = step_of(place_of(""), "a");
	assert_int_equal(step_of(a.node, "other").file, bw_access_default.file);
	assert_int_equal(step_of(a.node, "b").directory, bw_access_default.beneath);
	assert_int_equal(step_of(step_of(a.node, "b").node, "file").file, bw_access_default.file);
	assert_int_equal(count_of("steps"), 4);
	assert_int_equal(count_of("places"), 1);
}

static void what_came_is_protected_once_and_reported_once(void **state)
{
	(void)state;
	wait_for(BW_RULE_DIR, "/later");
	put("/other/file", "");
	update("");
	make_dir("/later");
	update(below("/later"));
	assert_true(has_dir(below("/later")));
	assert_int_equal(count_of("dirs"), 1);
	put("/another", "");
	update("");
}

static void a_directory_that_comes_again_is_protected_again(void **state)
{
	struct file_id id;

	(void)state;
	wait_for(BW_RULE_DIR, "/later");
	make_dir("/later");
	update(below("/later"));
	id = id_of(below("/later"));
	assert_int_equal(rename(below("/later"), below("/away")), 0);
	make_dir("/later");
	update("");
	assert_true(has_dir(below("/later")));
	assert_true(has_dir(below("/away")));
	assert_memory_not_equal(&id, &(struct file_id){0}, sizeof(id));
}

/* The program sees one directory move, and not what is in it. */
static void a_tree_that_is_moved_there_is_protected(void **state)
{
	(void)state;
	wait_for(BW_RULE_PATH, "/a/b/c/file");
	put("/elsewhere/b/c/file", "");
	update("");
	assert_int_equal(rename(below("/elsewhere"), below("/a")), 0);
	update(below("/a/b/c/file"));
	assert_true(has_file(below("/a/b/c/file")));
	assert_true(place_of("/a/b/c") > 0);
	assert_int_equal(step_of(place_of("/a/b/c"), "file").file, bw_access_default.file);
}

static void a_directory_that_goes_is_waited_for_again(void **state)
{
	(void)state;
	wait_for(BW_RULE_PATH, "/a/b/file");
	make_dir("/a");
	update("");
	assert_int_equal(rmdir(below("/a")), 0);
	update("");
	put("/a/b/file", "");
	update(below("/a/b/file"));
	assert_true(has_file(below("/a/b/file")));
}

static void what_a_dangling_symlink_leads_to_is_waited_for(void **state)
{
	struct step target;

	(void)state;
	assert_int_equal(symlink("target", below("/link")), 0);
	wait_for(BW_RULE_DIR, "/link/x");
	target = step_of(place_of(""), "target");
	assert_int_equal(step_of(target.node, "x").directory, bw_access_default.beneath);
	put("/target/x/file", "");
	update(below("/link/x"));
	assert_true(has_dir(below("/target/x")));
}

static void a_symlink_that_comes_is_followed(void **state)
{
	(void)state;
	put("/elsewhere/file", "");
	wait_for(BW_RULE_DIR, "/later");
	assert_int_equal(symlink("elsewhere", below("/later")), 0);
	update(below("/later"));
	assert_true(has_dir(below("/elsewhere")));
}

static void a_file_where_a_directory_is_waited_for_is_none(void **state)
{
	(void)state;
	wait_for(BW_RULE_DIR, "/later");
	put("/later", "");
	update("");
	assert_int_equal(count_of("dirs") + count_of("files"), 0);
	assert_int_equal(unlink(below("/later")), 0);
	make_dir("/later");
	update(below("/later"));
	assert_true(has_dir(below("/later")));
}

/* Who can write there can do this any number of times. */
static void what_fails_again_is_reported_once(void **state)
{
	(void)state;
	wait_for(BW_RULE_DIR, "/later/x");
	assert_int_equal(symlink("later", below("/later")), 0);
	update("cannot wait for");
	assert_int_equal(unlink(below("/later")), 0);
	assert_int_equal(symlink("later", below("/later")), 0);
	update("");
	assert_int_equal(unlink(below("/later")), 0);
	put("/later/x/file", "");
	update(below("/later/x"));
	assert_true(has_dir(below("/later/x")));
}

static void other_names_cost_nothing(void **state)
{
	unsigned before;

	(void)state;
	wait_for(BW_RULE_DIR, "/later");
	before = times_learned;
	put("/sooner", "");
	put("/laterr", "");
	update("");
	assert_int_equal(times_learned, before);
}

static void a_path_through_what_is_not_there_is_an_error(void **state)
{
	(void)state;
	guard.n_missing = 1;
	assert_int_equal(bw_waiting_open(&guard), 0);
	capture();
	assert_int_equal(bw_waiting_add(&guard, BW_RULE_PATH, below("/none/../file")), -ENOENT);
	assert_non_null(strstr(captured(), "none/../file"));
}

#define WITH_SETUP(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_SETUP(a_directory_that_comes_is_known_by_its_name_before),
	WITH_SETUP(each_directory_on_the_way_is_a_step),
	WITH_SETUP(rules_have_the_steps_in_common_that_they_share),
	WITH_SETUP(what_came_is_protected_once_and_reported_once),
	WITH_SETUP(a_directory_that_comes_again_is_protected_again),
	WITH_SETUP(a_tree_that_is_moved_there_is_protected),
	WITH_SETUP(a_directory_that_goes_is_waited_for_again),
	WITH_SETUP(what_a_dangling_symlink_leads_to_is_waited_for),
	WITH_SETUP(a_symlink_that_comes_is_followed),
	WITH_SETUP(a_file_where_a_directory_is_waited_for_is_none),
	WITH_SETUP(what_fails_again_is_reported_once),
	WITH_SETUP(other_names_cost_nothing),
	WITH_SETUP(a_path_through_what_is_not_there_is_an_error),
};

UNIT_MODULE("enforce/waiting", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "bpf_src/lib/target.h"
#include "enforce/access.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static struct bw_access parsed(const char *list)
{
	struct bw_access access = {0};

	assert_int_equal(bw_access_parse("--access", list, &access), 0);
	return access;
}

static void each_word_of_the_list_is_read(void **state)
{
	const char *word = BW_ACCESS_WORDS;
	unsigned n = 0;

	(void)state;
	for (size_t len; *word; word += len + (word[len] == ' ')) {
		char text[32] = "";
		struct bw_access access;

		len = strcspn(word, " ");
		memcpy(text, word, len);
		access = parsed(text);
		assert_int_not_equal(access.file, 0);
		assert_int_equal(access.file & ~access.beneath, 0);
		n++;
	}
	assert_int_equal(n, 17);
}

static void write_is_all_that_changes_the_content_of_a_path(void **state)
{
	const struct bw_access write = parsed("write");
	const uint32_t ways =
		ACCESS_WRITE | ACCESS_CREATE | ACCESS_TRUNCATE | ACCESS_REPLACE | ACCESS_DELETE | ACCESS_RENAME;

	(void)state;
	assert_int_equal(write.file & ways, ways);
	assert_int_equal(write.file & (ACCESS_READ | ACCESS_EXEC | ACCESS_ATTR | ACCESS_STAT | ACCESS_LINK), 0);
	assert_int_equal(write.beneath & ~write.file, ACCESS_LINK | ACCESS_LINK_TO | ACCESS_SYMLINK | ACCESS_MKDIR);
	assert_int_equal(write.ancestor, ACCESS_RENAME);
}

static void any_is_all_but_looking(void **state)
{
	const struct bw_access any = parsed("any");

	(void)state;
	assert_int_equal(any.file, (uint32_t)ACCESS_ANY & ~(uint32_t)ACCESS_STAT);
	assert_int_equal(any.beneath, any.file);
	assert_int_equal(parsed("any,stat").file, ACCESS_ANY);
}

static void words_add_up(void **state)
{
	struct bw_access access = parsed("read,exec");

	(void)state;
	assert_int_equal(access.file, ACCESS_READ | ACCESS_EXEC);
	assert_int_equal(bw_access_parse("--access", "attr", &access), 0);
	assert_int_equal(access.file, ACCESS_READ | ACCESS_EXEC | ACCESS_ATTR);
	assert_int_equal(parsed("open").file, ACCESS_READ | ACCESS_WRITE | ACCESS_EXEC);
}

static void the_default_is_that_of_the_first_version(void **state)
{
	const uint32_t opens =
		ACCESS_READ | ACCESS_WRITE | ACCESS_EXEC | ACCESS_CREATE | ACCESS_TRUNCATE | ACCESS_MKNOD;

	(void)state;
	assert_int_equal(bw_access_default.file, opens);
	assert_int_equal(bw_access_default.beneath, opens | ACCESS_MKDIR | ACCESS_SYMLINK | ACCESS_MOUNT);
	assert_int_equal(bw_access_default.ancestor, 0);
}

static void a_wrong_word_is_an_error_that_names_what_may_be_meant(void **state)
{
	struct bw_access access = {0};

	(void)state;
	capture();
	assert_int_equal(bw_access_parse("--access", "raed", &access), -EINVAL);
	assert_non_null(strstr(captured(), "read"));
	capture();
	assert_int_equal(bw_access_parse("--access", "read,,write", &access), -EINVAL);
	captured();
}

static void assert_described(const char *list, const char *text)
{
	const struct bw_access access = list ? parsed(list) : bw_access_default;
	char got[512];

	bw_access_describe(&access, got, sizeof(got));
	assert_string_equal(got, text);
}

static void what_is_denied_is_described_for_people(void **state)
{
	char small[8];
	const struct bw_access any = parsed("any");

	(void)state;
	assert_described(NULL, "opens");
	assert_described("read", "opens for reading");
	assert_described("read,exec", "opens for reading, opens for executing");
	assert_described("open", "opens");
	assert_described("write", "opens for writing and all else that changes the content");
	assert_described("write,attr",
			 "opens for writing and all else that changes the content, changes of attributes");
	assert_described("replace,delete", "replacing, deleting");
	assert_described("any", "all operations");
	bw_access_describe(&any, small, sizeof(small));
	assert_string_equal(small, "all ope");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_word_of_the_list_is_read),
	cmocka_unit_test(write_is_all_that_changes_the_content_of_a_path),
	cmocka_unit_test(any_is_all_but_looking),
	cmocka_unit_test(words_add_up),
	cmocka_unit_test(the_default_is_that_of_the_first_version),
	cmocka_unit_test(a_wrong_word_is_an_error_that_names_what_may_be_meant),
	cmocka_unit_test(what_is_denied_is_described_for_people),
};

UNIT_MODULE("enforce/access", NULL, NULL);

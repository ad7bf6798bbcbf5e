/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/command_table.h"
#include "tests/unit/unit.h"

static void a_command_is_found_by_its_whole_name(void **state)
{
	(void)state;
	for (const struct bw_command *const *c = bw_command_table; *c; c++)
		assert_ptr_equal(bw_command_table_find((*c)->name), *c);
	assert_null(bw_command_table_find("trac"));
	assert_null(bw_command_table_find("traces"));
	assert_null(bw_command_table_find(""));
}

/* What the parser, --help, the man page and the completion are made from. */
static void each_option_of_a_command_has_a_number_and_a_name_of_its_own(void **state)
{
	(void)state;
	for (const struct bw_command *const *c = bw_command_table; *c; c++) {
		assert_non_null((*c)->run);
		for (const struct bw_command_option *o = (*c)->options; o->id; o++) {
			size_t len = strlen(o->help);

			if (len == 0 || o->help[len - 1] == '.')
				fail_msg("%s --%s: its help is not a sentence without its full stop", (*c)->name,
					 o->name);
			for (const struct bw_command_option *other = o + 1; other->id; other++)
				if (other->id == o->id || strcmp(other->name, o->name) == 0)
					fail_msg("%s: --%s and --%s", (*c)->name, o->name, other->name);
		}
	}
}

static void every_command_has_help(void **state)
{
	(void)state;
	for (const struct bw_command *const *c = bw_command_table; *c; c++) {
		const struct bw_command_option *o = (*c)->options;

		while (o->id && strcmp(o->name, "help") != 0)
			o++;
		if (o->id != 'h')
			fail_msg("%s has no --help", (*c)->name);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_command_is_found_by_its_whole_name),
	cmocka_unit_test(each_option_of_a_command_has_a_number_and_a_name_of_its_own),
	cmocka_unit_test(every_command_has_help),
};

UNIT_MODULE("cmd/command_table", NULL, NULL);

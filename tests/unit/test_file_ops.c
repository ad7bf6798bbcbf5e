/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/file_ops.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

/* Each operation by its name alone, and all together; BW_FILE_OPS_WORDS has them all. */
static void each_operation_has_a_name_that_is_read_as_it(void **state)
{
	const char *words = BW_FILE_OPS_WORDS;
	char all[256] = "", listed[256] = "";
	uint32_t ops;

	(void)state;
	for (uint32_t op = 0; op < OPS_COUNT; op++) {
		const char *name = bw_file_ops_name(op);
		size_t len = strlen(all);

		assert_non_null(name);
		assert_int_equal(bw_file_ops_parse("--ops", name, &ops), 0);
		assert_int_equal(ops, 1 << op);
		snprintf(all + len, sizeof(all) - len, "%s%s", len ? "," : "", name);
		snprintf(listed + len, sizeof(listed) - len, "%s%s", len ? " " : "", name);
	}
	assert_int_equal(bw_file_ops_parse("--ops", all, &ops), 0);
	assert_int_equal(ops, 0xffff);
	assert_memory_equal(words, listed, strlen(listed));
	assert_string_equal(words + strlen(listed), " changes all");
	assert_null(bw_file_ops_name(OPS_COUNT));
	assert_null(bw_file_ops_name(UINT64_MAX));
}

static void several_operations_have_a_word(void **state)
{
	uint32_t ops, changes;

	(void)state;
	assert_int_equal(bw_file_ops_parse("--ops", "all", &ops), 0);
	assert_int_equal(ops, 0xffff);
	assert_int_equal(bw_file_ops_parse("--ops", "changes", &ops), 0);
	assert_int_equal(bw_file_ops_parse("--ops",
					   "create,write,delete,rename,link,truncate,attr,mkdir,mknod,fallocate",
					   &changes),
			 0);
	assert_int_equal(ops, changes);
	assert_int_equal(bw_file_ops_parse("--ops", "read,changes,read", &ops), 0);
	assert_int_equal(ops, changes | 1 << OP_READ);
}

static void an_unknown_operation_is_reported(void **state)
{
	uint32_t ops;
	int r;

	(void)state;
	capture();
	r = bw_file_ops_parse("--ops", "open,frob", &ops);
	assert_string_equal(
		captured(),
		"bccwatch: --ops frob: no such operation\n"
		"  known: open, create, read, write, close, delete, rename, link, truncate, attr, mkdir, mknod, "
		"fallocate, mmap, exec, stat, changes, all\n");
	assert_int_equal(r, -EINVAL);
	capture();
	r = bw_file_ops_parse("--ops", "renames", &ops);
	assert_string_equal(captured(), "bccwatch: --ops renames: no such operation\n  did you mean rename?\n");
	assert_int_equal(r, -EINVAL);
	/* Not "link". */
	capture();
	r = bw_file_ops_parse("--ops", "unlink", &ops);
	assert_string_equal(captured(), "bccwatch: --ops unlink: no such operation\n  did you mean delete?\n");
	assert_int_equal(r, -EINVAL);
}

static void the_help_has_a_line_for_each_word(void **state)
{
	char *text = NULL, *line, words[] = BW_FILE_OPS_WORDS, *rest = words;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	bw_file_ops_help(out);
	fclose(out);
	line = text;
	for (char *end; (end = strchr(line, '\n')); line = end + 1) {
		const char *word = strsep(&rest, " ");

		*end = '\0';
		assert_non_null(word);
		assert_memory_equal(line, word, strlen(word));
		assert_int_equal(line[strlen(word)], ' ');
		assert_true(line[10] == ' ' && line[11] > ' ' && end - line <= 100);
	}
	assert_null(rest);
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_operation_has_a_name_that_is_read_as_it),
	cmocka_unit_test(several_operations_have_a_word),
	cmocka_unit_test(an_unknown_operation_is_reported),
	cmocka_unit_test(the_help_has_a_line_for_each_word),
};

UNIT_MODULE("output/file_ops", NULL, NULL);

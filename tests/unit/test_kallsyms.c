/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/suggestions.h"
#include "kernel/kallsyms.h"
#include "tests/unit/root.h"

static const char kallsyms[] = "ffffffff81000000 T vfs_open\nffffffff81000100 t helper\n"
			       "ffffffff81000200 t helper\nffffffff81000300 D vfs_read\n"
			       "ffffffff81000400 t switch_task.isra.0\nffffffff81000500 t vfs_open_exec\t[mod]\n"
			       "junk\nffffffff81000050 W vfs_opem\n";

static void suggest(const char *name, char *text, size_t size)
{
	struct bw_suggestions suggestions = {.name = name};

	bw_kallsyms_suggest(root, &suggestions);
	bw_suggestions_write(&suggestions, text, size);
	bw_suggestions_free(&suggestions);
}

static void functions_are_counted_suggested_and_found_by_address(void **state)
{
	static const char *const names[] = {"vfs_open", "helper", "vfs_read", "nothing"};
	struct bw_kallsyms *s;
	uint32_t counts[4];
	uint64_t offset;
	char like[64];

	(void)state;
	assert_int_equal(bw_kallsyms_count(root, names, counts, 4), -ENOENT);
	suggest("vfs_open", like, sizeof(like));
	assert_string_equal(like, "");
	put("/proc/kallsyms", kallsyms);
	assert_int_equal(bw_kallsyms_count(root, names, counts, 4), 0);
	assert_int_equal(counts[0], 1);
	assert_int_equal(counts[1], 2);
	assert_int_equal(counts[2], 0); /* data */
	assert_int_equal(counts[3], 0);
	suggest("vfs_open", like, sizeof(like));
	assert_string_equal(like, "vfs_open_exec, vfs_opem");
	suggest("switch_task", like, sizeof(like));
	assert_string_equal(like, "switch_task.isra.0");
	suggest("vfs_open", like, 17);
	assert_string_equal(like, "vfs_open_exec"); /* what does not fit is left out */
	assert_int_equal(bw_kallsyms_read(root, &s), 0);
	assert_string_equal(bw_kallsyms_at(s, 0xffffffff81000051, &offset), "vfs_opem");
	assert_int_equal(offset, 1);
	assert_string_equal(bw_kallsyms_at(s, UINT64_MAX, &offset), "vfs_open_exec");
	assert_null(bw_kallsyms_at(s, 1, &offset));
	bw_kallsyms_free(s);
	put("/proc/kallsyms", "0000000000000000 T vfs_open\n");
	assert_int_equal(bw_kallsyms_read(root, &s), -EPERM);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(functions_are_counted_suggested_and_found_by_address),
};

UNIT_MODULE("kernel/kallsyms", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/tracepoint_format.h"
#include "tests/unit/root.h"

static void append_field(void *cookie, const struct bw_tracepoint_format_field *field)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s|%s|%u|%u|%d\n", field->declaration, field->name, field->offset, field->size,
		field->is_signed);
}

static void the_fields_of_a_tracepoint_are_read_from_its_format(void **state)
{
	char text[512] = "";

	(void)state;
	assert_int_equal(bw_tracepoint_format_each(root, "a", "b", append_field, text), -ENODEV);
	put("/sys/kernel/tracing/events/sched/exit/format",
	    "name: exit\nID: 313\nformat:\n"
	    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
	    "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:1;\n"
	    "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	    "\tfield:__data_loc char[] name;\toffset:32;\tsize:4;\tsigned:1;\n\nprint fmt: \"x\"\n");
	assert_int_equal(bw_tracepoint_format_each(root, "sched", "exi", append_field, text), -ENOENT);
	assert_int_equal(bw_tracepoint_format_each(root, "sched", "exit", append_field, text), 0);
	assert_string_equal(text, "unsigned short common_type|common_type|0|2|0\nchar comm[16]|comm|8|16|1\n"
				  "const char * filename|filename|24|8|0\n__data_loc char[] name|name|32|4|1\n");
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(the_fields_of_a_tracepoint_are_read_from_its_format),
};

UNIT_MODULE("kernel/tracepoint_format", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/file_event_fields.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static void fields_are_read_in_their_order(void **state)
{
	struct bw_file_event_fields f = {.n = 3};
	char all[1024] = "";

	(void)state;
	assert_int_equal(bw_file_event_fields_parse("--fields", "path,op,parent_comm", &f), 0);
	assert_int_equal(f.n, 3);
	assert_int_equal(f.fields[0], BW_FIELD_PATH);
	assert_int_equal(f.fields[1], BW_FIELD_OP);
	assert_int_equal(f.fields[2], BW_FIELD_PARENT_COMM);
	for (size_t i = 0; i < BW_FIELDS; i++) {
		size_t len = strlen(all);

		snprintf(all + len, sizeof(all) - len, "%s%s", len ? "," : "",
			 bw_file_event_fields_name((enum bw_file_event_field)i));
	}
	assert_int_equal(bw_file_event_fields_parse("--fields", "PID, Comm", &f), 0);
	assert_int_equal(f.n, 2);
	assert_int_equal(f.fields[1], BW_FIELD_COMM);
	assert_int_equal(bw_file_event_fields_parse("--fields", all, &f), 0);
	assert_int_equal(f.n, BW_FIELDS);
	for (size_t i = 0; i < BW_FIELDS; i++)
		assert_int_equal(f.fields[i], i);
}

static const char *message_of(const char *list)
{
	struct bw_file_event_fields f = {.n = 0};
	int r;

	capture();
	r = bw_file_event_fields_parse("--fields", list, &f);
	assert_int_equal(r, -EINVAL);
	return captured();
}

static void a_field_that_does_not_exist_or_is_there_twice_is_reported(void **state)
{
	(void)state;
	assert_string_equal(message_of("op,pth"),
			    "bccwatch: --fields pth: no such field\n"
			    "  known: op, path, path_exact, deleted, other_mount, to, to_exact, "
			    "filename, to_filename, result, created, replaced, async, flags, mode, bytes, "
			    "offset, latency, dev, ino, type, pid, tid, uid, comm, exe, ppid, parent_comm, "
			    "cgroup, unit, container, mnt_ns, pid_ns, time\n");
	assert_string_equal(message_of("latencyy"),
			    "bccwatch: --fields latencyy: no such field\n  did you mean latency?\n");
	assert_string_equal(message_of("errno"), "bccwatch: --fields errno: no such field\n  did you mean result?\n");
	assert_string_equal(message_of("op,pid,op"), "bccwatch: --fields op,pid,op: 'op' is there twice\n");
}

/* What is not asked for is not compiled in. */
static void what_comes_with_each_event_needs_nothing(void **state)
{
	static const enum bw_file_event_field paths[] = {BW_FIELD_PATH,	       BW_FIELD_PATH_EXACT, BW_FIELD_DELETED,
							 BW_FIELD_OTHER_MOUNT, BW_FIELD_TO,	    BW_FIELD_TO_EXACT};
	static const enum bw_file_event_field process[] = {BW_FIELD_TID,	 BW_FIELD_UID,	  BW_FIELD_PPID,
							   BW_FIELD_PARENT_COMM, BW_FIELD_CGROUP, BW_FIELD_UNIT,
							   BW_FIELD_CONTAINER,	 BW_FIELD_MNT_NS, BW_FIELD_PID_NS};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(paths); i++)
		assert_int_equal(bw_file_event_fields_needs(paths[i]), BW_FILE_EVENT_NEEDS_PATH);
	for (size_t i = 0; i < LENGTH(process); i++)
		assert_int_equal(bw_file_event_fields_needs(process[i]), BW_FILE_EVENT_NEEDS_PROCESS);
	assert_int_equal(bw_file_event_fields_needs(BW_FIELD_EXE), BW_FILE_EVENT_NEEDS_EXE);
	assert_int_equal(bw_file_event_fields_needs(BW_FIELD_LATENCY), BW_FILE_EVENT_NEEDS_LATENCY);
	for (size_t i = 0; i < BW_FIELDS; i++)
		n += bw_file_event_fields_needs((enum bw_file_event_field)i) == 0;
	assert_int_equal(n, BW_FIELDS - LENGTH(paths) - LENGTH(process) - 2);
}

static void the_help_has_a_line_for_each_field(void **state)
{
	char *text = NULL, *line;
	size_t size, n = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	bw_file_event_fields_help(out);
	fclose(out);
	line = text;
	for (char *end; (end = strchr(line, '\n')); line = end + 1, n++) {
		const char *name = bw_file_event_fields_name((enum bw_file_event_field)n);

		*end = '\0';
		assert_memory_equal(line, name, strlen(name));
		assert_int_equal(line[12], ' ');
		assert_true(line[13] > ' ' && end - line <= 100);
	}
	assert_int_equal(n, BW_FIELDS);
	free(text);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(fields_are_read_in_their_order),
	cmocka_unit_test(a_field_that_does_not_exist_or_is_there_twice_is_reported),
	cmocka_unit_test(what_comes_with_each_event_needs_nothing),
	cmocka_unit_test(the_help_has_a_line_for_each_field),
};

UNIT_MODULE("output/file_event_fields", NULL, NULL);

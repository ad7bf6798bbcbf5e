/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/file_event.h"
#include "output/file_event_value.h"
#include "tests/unit/file_events.h"
#include "tests/unit/file_lines.h"

static struct bw_layout layout;
static struct bw_file_event_source source;
static struct bw_file_event_value value;

static int begin(void **state)
{
	if (load_types(state) < 0 || layout_of("file_event", &layout) < 0)
		return -1;
	return bw_file_sample_open(&source.reader, &layout);
}

static int end(void **state)
{
	bw_file_sample_close(&source.reader);
	bw_btf_layout_free(&layout);
	return free_types(state);
}

/* The kind's letter and the value: "1 812" is a number, "w open" a word, "t /x" a text; "-": none. */
static const char *value_of(const struct made_event *m, enum bw_file_event_field field)
{
	static char text[1024];

	bw_file_event_value_start(&source, &m->e, m->size, 1);
	bw_file_event_value_get(&source, field, &value);
	if (value.kind == BW_VALUE_NONE)
		return "-";
	assert_true(value.len > 0 && value.len <= bw_file_event_value_longest(&source));
	snprintf(text, sizeof(text), "%c %.*s", "-1wt"[value.kind], (int)value.len, value.bytes);
	return text;
}

/* Of full_event(). */
static const char *const values_of_full_event[BW_FIELDS] = {
	[BW_FIELD_OP] = "w open",
	[BW_FIELD_PATH] = "t /etc/hosts",
	[BW_FIELD_PATH_EXACT] = "1 true",
	[BW_FIELD_DELETED] = "1 false",
	[BW_FIELD_OTHER_MOUNT] = "1 false",
	[BW_FIELD_TO] = "-",
	[BW_FIELD_TO_EXACT] = "-",
	[BW_FIELD_FILENAME] = "t hosts",
	[BW_FIELD_TO_FILENAME] = "-",
	[BW_FIELD_RESULT] = "1 3",
	[BW_FIELD_CREATED] = "1 true",
	[BW_FIELD_REPLACED] = "-",
	[BW_FIELD_ASYNC] = "1 false",
	[BW_FIELD_FLAGS] = "w O_WRONLY|O_CREAT",
	[BW_FIELD_MODE] = "w rw-r--r--",
	[BW_FIELD_BYTES] = "1 221",
	[BW_FIELD_OFFSET] = "1 4096",
	[BW_FIELD_LATENCY] = "1 1234567",
	[BW_FIELD_DEV] = "w 8:1",
	[BW_FIELD_INO] = "1 9007199254740993",
	[BW_FIELD_TYPE] = "w file",
	[BW_FIELD_PID] = "1 812",
	[BW_FIELD_TID] = "1 813",
	[BW_FIELD_UID] = "1 1000",
	[BW_FIELD_COMM] = "t cat",
	[BW_FIELD_EXE] = "t /usr/bin/cat",
	[BW_FIELD_PPID] = "1 700",
	[BW_FIELD_PARENT_COMM] = "t bash",
	[BW_FIELD_CGROUP] = "-",
	[BW_FIELD_UNIT] = "-",
	[BW_FIELD_CONTAINER] = "-",
	[BW_FIELD_MNT_NS] = "1 4026531841",
	[BW_FIELD_PID_NS] = "1 4026531836",
};

static void each_field_has_its_value(void **state)
{
	const struct made_event m = full_event();

	(void)state;
	for (size_t i = 0; i < BW_FIELDS; i++)
		if (i != BW_FIELD_TIME)
			assert_string_equal(value_of(&m, (enum bw_file_event_field)i), values_of_full_event[i]);
	assert_int_equal(strlen(value_of(&m, BW_FIELD_TIME)), 2 + BW_TIMESTAMP_ISO_LEN);
}

static const char *result_of(long long result)
{
	struct made_event m = full_event();

	m.e.result = result;
	return value_of(&m, BW_FIELD_RESULT);
}

static void a_result_is_a_number_or_the_name_of_an_error(void **state)
{
	(void)state;
	assert_string_equal(result_of(0), "1 0");
	assert_string_equal(result_of(-1), "w EPERM");
	assert_string_equal(result_of(-133), "w EHWPOISON");
	assert_string_equal(result_of(-512), "w ERESTARTSYS");
	assert_string_equal(result_of(-5000), "1 -5000");
	assert_string_equal(result_of(INT64_MAX), "1 9223372036854775807");
	assert_string_equal(result_of(INT64_MIN), "1 -9223372036854775808");
}

static const char *default_line_of(const struct made_event *m, bool with_op)
{
	const struct bw_file_event_options options = {.with_op = with_op};

	return file_line("file_event", &options, false, &m->e, m->size) + BW_TIMESTAMP_LEN;
}

static void only_the_result_of_what_failed_is_in_the_default_line(void **state)
{
	struct made_event m = make_event(OP_DELETE, HAS_RESULT);

	(void)state;
	add_text(&m, &m.e.filename, "x");
	assert_string_equal(default_line_of(&m, true), " PID=812 COMM=cat OP=delete FILENAME=x");
	m.e.result = -13;
	assert_string_equal(default_line_of(&m, true), " PID=812 COMM=cat OP=delete FILENAME=x RESULT=EACCES");
	assert_string_equal(default_line_of(&m, false), " PID=812 COMM=cat FILENAME=x RESULT=EACCES");
	m.e.marks = 0; /* it is not known */
	assert_string_equal(default_line_of(&m, true), " PID=812 COMM=cat OP=delete FILENAME=x");
}

static void a_time_that_was_asked_for_does_not_stand_before_the_line_too(void **state)
{
	const struct bw_file_event_options first = fields_of("time,pid"), last = fields_of("pid,time");
	struct made_event m = full_event();
	const char *line;

	(void)state;
	line = file_line("file_event", &first, false, &m.e, m.size);
	assert_memory_equal(line, "TIME=2", 6);
	assert_string_equal(line + 5 + BW_TIMESTAMP_ISO_LEN, " PID=812");
	line = file_line("file_event", &last, false, &m.e, m.size);
	assert_memory_equal(line, "PID=812 TIME=2", 14);
	assert_int_equal(strlen(line), strlen("PID=812 TIME=") + BW_TIMESTAMP_ISO_LEN);
}

static void marks_are_values_of_the_operations_that_can_have_them(void **state)
{
	struct made_event m =
		make_event(OP_RENAME, REPLACED | ASYNC | DIRECTORY | DELETED | OTHER_MOUNTS | TO_DIRECTORY);

	(void)state;
	assert_string_equal(value_of(&m, BW_FIELD_REPLACED), "1 true");
	assert_string_equal(value_of(&m, BW_FIELD_CREATED), "-");
	assert_string_equal(value_of(&m, BW_FIELD_ASYNC), "1 true");
	/* Of a path, where there is one. */
	assert_string_equal(value_of(&m, BW_FIELD_PATH_EXACT), "-");
	assert_string_equal(value_of(&m, BW_FIELD_DELETED), "-");
	assert_string_equal(value_of(&m, BW_FIELD_TO_EXACT), "-");
	add_text(&m, &m.e.path, "/t");
	add_text(&m, &m.e.to, "/u");
	add_text(&m, &m.e.filename, "a");
	assert_string_equal(value_of(&m, BW_FIELD_PATH), "t /t/a (deleted)");
	assert_string_equal(value_of(&m, BW_FIELD_PATH_EXACT), "1 false");
	assert_string_equal(value_of(&m, BW_FIELD_DELETED), "1 true");
	assert_string_equal(value_of(&m, BW_FIELD_OTHER_MOUNT), "1 true");
	assert_string_equal(value_of(&m, BW_FIELD_TO), "t /u");
	assert_string_equal(value_of(&m, BW_FIELD_TO_EXACT), "1 false");
	m.e.marks = 0;
	assert_string_equal(value_of(&m, BW_FIELD_REPLACED), "1 false");
	assert_string_equal(value_of(&m, BW_FIELD_TO_EXACT), "1 true");
}

static void numbers_without_names_are_numbers(void **state)
{
	struct made_event m = full_event();

	(void)state;
	m.e.op = OPS_COUNT;
	assert_string_equal(value_of(&m, BW_FIELD_OP), "1 16");
	assert_string_equal(value_of(&m, BW_FIELD_FLAGS), "w 0x41");
	m.e.type = 0;
	assert_string_equal(value_of(&m, BW_FIELD_TYPE), "-");
	m.e.dev = UINT32_MAX;
	assert_string_equal(value_of(&m, BW_FIELD_DEV), "w 4095:1048575");
	m.e.bytes = -1;
	assert_string_equal(value_of(&m, BW_FIELD_BYTES), "1 -1");
	m.e.op = OP_OPEN;
	m.e.flags = UINT32_MAX;
	value_of(&m, BW_FIELD_FLAGS);
}

/* With the machine's own cgroups, where there are some. */
static void the_cgroup_of_an_event_is_its_path(void **state)
{
	struct made_event m = full_event();
	struct bw_cgroups *cgroups = NULL;
	uint64_t id;

	(void)state;
	if (geteuid() != 0 || bw_cgroup_open("", &cgroups) < 0) {
		printf("SKIPPED: needs root, and cgroups of version 2\n");
		skip();
	}
	assert_int_equal(bw_cgroup_id(cgroups, "/", &id), 0);
	source.cgroups = cgroups;
	m.e.cgroup = id;
	assert_string_equal(value_of(&m, BW_FIELD_CGROUP), "t /");
	assert_string_equal(value_of(&m, BW_FIELD_UNIT), "-");
	assert_string_equal(value_of(&m, BW_FIELD_CONTAINER), "-");
	m.e.cgroup = 0;
	assert_string_equal(value_of(&m, BW_FIELD_CGROUP), "-");
	m.e.cgroup = UINT64_MAX;
	assert_string_equal(value_of(&m, BW_FIELD_CGROUP), "-");
	source.cgroups = NULL;
	bw_cgroup_close(cgroups);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_field_has_its_value),
	cmocka_unit_test(a_result_is_a_number_or_the_name_of_an_error),
	cmocka_unit_test(only_the_result_of_what_failed_is_in_the_default_line),
	cmocka_unit_test(a_time_that_was_asked_for_does_not_stand_before_the_line_too),
	cmocka_unit_test(marks_are_values_of_the_operations_that_can_have_them),
	cmocka_unit_test(numbers_without_names_are_numbers),
	cmocka_unit_test(the_cgroup_of_an_event_is_its_path),
};

UNIT_MODULE("output/file_event_value", begin, end);

/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed is as tool/trace.schema.json has it; what is a little different is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cmd/losses.h"
#include "output/file_ops.h"
#include "tests/fixtures/schema_parts/json_schema.h"
#include "tests/unit/file_lines.h"
#include "tests/unit/readback.h"

static struct json_schema schema;

static int begin(void **state)
{
	char *text = NULL;
	size_t len;
	int r = bw_file_read("tool/trace.schema.json", 1 << 20, &text, &len);

	if (r == 0)
		r = json_schema_read(text, &schema);
	free(text);
	return r == 0 ? load_types(state) : r;
}

static int end(void **state)
{
	json_schema_free(&schema);
	return free_types(state);
}

static bool is_valid(const char *def, const char *line)
{
	struct json_value value;
	bool valid = json_value_parse(line, &value) == 0 && json_schema_check(&schema, def, &value) == 0;

	json_value_free(&value);
	return valid;
}

static void assert_valid(const char *def, const char *line)
{
	if (!is_valid(def, line))
		fail_msg("'%s' %s: %s", schema.where, schema.error, line);
}

static const char *whole_line(const struct made_event *m)
{
	const struct bw_file_event_options all = {.by_path = false};

	return file_line("file_event", &all, true, &m->e, m->size);
}

static void each_operation_with_all_values_or_none_is_as_the_schema_has_it(void **state)
{
	(void)state;
	for (int op = 0; op < OPS_COUNT; op++) {
		struct made_event none = make_event((u8)op, 0), all = full_event();

		if (op == OP_CREATE)
			continue; /* no event's */
		assert_valid(NULL, whole_line(&none));
		all.e.op = (u8)op;
		add_text(&all, &all.e.to, "/t/c\xff");
		add_text(&all, &all.e.to_filename, "c");
		assert_valid(NULL, whole_line(&all));
		all.e.marks = UINT32_MAX;
		all.e.result = -2;
		assert_valid(NULL, whole_line(&all));
	}
}

static void a_field_alone_is_as_the_schema_has_it(void **state)
{
	struct made_event m = full_event();

	(void)state;
	for (size_t i = 0; i < BW_FIELDS; i++) {
		const struct bw_file_event_options one = {.fields = {.n = 1, .fields = {(uint8_t)i}}};
		const char *line = file_line("file_event", &one, true, &m.e, m.size);

		assert_valid("line_of_fields", line);
		assert_false(is_valid(NULL, line)); /* the others are required */
	}
}

static void a_late_event_is_as_the_schema_has_it(void **state)
{
	const struct bw_file_event_options all = {.by_path = false}, one = {.fields = {.n = 1, .fields = {0}}};
	struct made_event m = full_event();

	(void)state;
	assert_non_null(strstr(late_line(&all, true, &m), "},\"late\":true}"));
	assert_valid(NULL, late_line(&all, true, &m));
	assert_valid("line_of_fields", late_line(&one, true, &m));
}

static void hostile_events_are_as_the_schema_has_them(void **state)
{
	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct made_event m = full_event();
		unsigned char *bytes = (unsigned char *)&m.e;
		char name[64];

		hostile(name, sizeof(name));
		add_bytes(&m, &m.e.to, name, strnlen(name, sizeof(name)));
		/* All but the operation and the time. */
		for (int k = 0; k < 8; k++) {
			size_t at = offsetof(struct file_event, marks) +
				    (size_t)random() % (m.size - offsetof(struct file_event, marks));

			bytes[at] = (unsigned char)random();
		}
		hostile(m.e.comm, sizeof(m.e.comm));
		assert_valid(NULL, whole_line(&m));
	}
}

static void a_record_of_losses_is_as_the_schema_has_it(void **state)
{
	const struct bw_losses losses = {UINT64_MAX, 2, 3, 4, 5, 6};
	struct bw_out out;

	(void)state;
	assert_int_equal(bw_out_init(&out, -1, 4096), 0);
	bw_losses_print_record(&losses, BW_FILE_EVENT_VERSION, &out);
	out.buf[out.len] = '\0';
	assert_valid(NULL, out.buf);
	assert_valid("loss", out.buf);
	assert_false(is_valid("line", out.buf));
	bw_out_free(&out);
}

/* The line with its first `from` replaced. */
static bool is_valid_with(const char *line, const char *from, const char *to)
{
	static char changed[1 << 14];
	const char *at = strstr(line, from);

	assert_non_null(at);
	snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - line), line, to, at + strlen(from));
	return is_valid(NULL, changed);
}

/* The check can fail. */
static void a_line_that_differs_is_not_valid(void **state)
{
	static const char *const changes[][2] = {
		{"\"pid\":812", "\"pid\":\"812\""}, /* type */
		{"\"pid\":812", "\"pid\":null"},
		{"\"pid\":812", "\"pid\":-1"},
		{"\"pid\":812", "\"pid\":812.5"},
		{"\"pid\":812,", ""},				   /* required */
		{"\"pid_ns\":4026531836", "\"pid_ns\":1,\"x\":1"}, /* another key */
		{"\"op\":\"open\"", "\"op\":\"opened\""},
		{"\"op\":\"open\"", "\"op\":null"},
		{"\"version\":1", "\"version\":2"},
		{"\"table\":\"events\"", "\"table\":\"others\""},
		{"\"result\":3", "\"result\":\"3\""},
		{"\"result\":3", "\"result\":true"},
		{"\"created\":true", "\"created\":1"},
		{"\"path\":\"/etc/hosts\"", "\"path\":[]"},
		{"\"dev\":\"8:1\"", "\"dev\":\"8\""},
		{"\"mode\":\"rw-r--r--\"", "\"mode\":\"0644\""},
		{"\"type\":\"file\"", "\"type\":\"files\""},
		{"Z\"", "\""},
		{"\"filename\":", "\"filename_hex\":\"ff\",\"filename\":"},
		{"\"pid\":812", "\"pid\":812,\"pid\":812"},
		{"}}", "},\"rest\":\"0x00\"}"},
		{"}}", "},\"late\":1}"},
		{"}}", "},\"later\":true}"},
		{"}}", ",\"late\":true}}"},
		{"}}", "}"},
		{"}}", "}}}"},
	};
	struct made_event m = full_event();
	const char *line = whole_line(&m);

	(void)state;
	assert_valid(NULL, line);
	assert_true(is_valid_with(line, "\"path\":\"/etc/hosts\"", "\"path\":null"));
	for (size_t i = 0; i < LENGTH(changes); i++)
		if (is_valid_with(line, changes[i][0], changes[i][1]))
			fail_msg("valid with %s", changes[i][1]);
}

/* Each field of --fields is in the schema, and no other. */
static void the_schema_has_the_fields_and_operations_that_there_are(void **state)
{
	const struct json_value *event = json_value_get(json_value_get(&schema.root, "$defs"), "event"), *ops;
	const struct json_value *properties = json_value_get(event, "properties");
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < properties->n; i++)
		n += !strstr(properties->keys[i], "_hex");
	assert_int_equal(n, BW_FIELDS - 1); /* the time is not in the event */
	for (size_t i = 0; i < BW_FIELDS; i++)
		assert_true(i == BW_FIELD_TIME ||
			    json_value_get(properties, bw_file_event_fields_name((enum bw_file_event_field)i)));
	ops = json_value_get(json_value_get(properties, "op"), "enum");
	assert_int_equal(ops->n, OPS_COUNT - 1);
	for (size_t op = 0, at = 0; op < OPS_COUNT; op++)
		if (op != OP_CREATE)
			assert_string_equal(ops->items[at++].text, bw_file_ops_name(op));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_operation_with_all_values_or_none_is_as_the_schema_has_it),
	cmocka_unit_test(a_field_alone_is_as_the_schema_has_it),
	cmocka_unit_test(a_late_event_is_as_the_schema_has_it),
	cmocka_unit_test(hostile_events_are_as_the_schema_has_them),
	cmocka_unit_test(a_record_of_losses_is_as_the_schema_has_it),
	cmocka_unit_test(a_line_that_differs_is_not_valid),
	cmocka_unit_test(the_schema_has_the_fields_and_operations_that_there_are),
};

UNIT_MODULE("trace.schema", begin, end);

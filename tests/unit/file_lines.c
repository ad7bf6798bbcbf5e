/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/file_lines.h"

#include <stdlib.h>
#include <string.h>

#include "output/timestamp.h"

struct bw_file_event_options fields_of(const char *list)
{
	struct bw_file_event_options options = {.by_path = false};

	if (*list)
		assert_int_equal(bw_file_event_fields_parse("--fields", list, &options.fields), 0);
	return options;
}

static const char *print(const char *type, const struct bw_file_event_options *options, bool json, const void *sample,
			 size_t size, bool late)
{
	static char text[1 << 19];
	struct bw_file_event *event;
	struct bw_layout layout;
	char *copy = malloc(size + 1);
	struct bw_out out;

	assert_non_null(copy);
	assert_int_equal(layout_of(type, &layout), 0);
	assert_int_equal(bw_file_event_new(&event, "events", &layout, options, json), 0);
	assert_int_equal(bw_out_init(&out, -1, sizeof(text)), 0);
	memcpy(copy + 1, sample, size); /* of an odd alignment */
	if (bw_file_event_line(event, &out, copy + 1, size, late)) {
		assert_true(out.len > 0);
		assert_ptr_equal(memchr(out.buf, '\n', out.len), out.buf + out.len - 1);
		out.len--;
	}
	memcpy(text, out.buf, out.len);
	text[out.len] = '\0';
	free(copy);
	bw_out_free(&out);
	bw_file_event_free(event);
	bw_btf_layout_free(&layout);
	return text;
}

const char *file_line(const char *type, const struct bw_file_event_options *options, bool json, const void *sample,
		      size_t size)
{
	return print(type, options, json, sample, size, false);
}

const char *late_line(const struct bw_file_event_options *options, bool json, const struct made_event *m)
{
	return print("file_event", options, json, &m->e, m->size, true);
}

const char *text_of(const char *fields, const struct made_event *m)
{
	const struct bw_file_event_options options = fields_of(fields);
	const char *line = file_line("file_event", &options, false, &m->e, m->size);

	assert_true(line[2] == ':' && line[5] == ':' && strlen(line) > BW_TIMESTAMP_LEN);
	return line + BW_TIMESTAMP_LEN;
}

const char *json_of_event(const char *fields, const struct made_event *m)
{
	static const char head[] = "{\"time\":\"", rest[] = "\",\"table\":\"events\",\"version\":1,\"event\":";
	const struct bw_file_event_options options = fields_of(fields);
	const char *line = file_line("file_event", &options, true, &m->e, m->size);

	assert_memory_equal(line, head, strlen(head));
	line += strlen(head) + BW_TIMESTAMP_ISO_LEN;
	assert_memory_equal(line, rest, strlen(rest));
	return line + strlen(rest);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "output/timestamp.h"
#include "tests/unit/samples.h"

const struct bw_event_text_sentence by_field = {.after = ""};
const struct bw_event_text_sentence in_table = {.lead = "events", .after = ""};
const struct bw_event_text_sentence opened = {.before = "opened file", .after = ""};
const struct bw_event_text_sentence blocked = {
	.before = "tried to open forbidden file", .after = ",", .then = "outcome"};

struct btf *types;

int load_types(void **state)
{
	(void)state;
	types = btf__parse_elf("build/types.bpf.o", NULL);
	return types && (intptr_t)types > 0 ? 0 : -1;
}

int free_types(void **state)
{
	(void)state;
	btf__free(types);
	return 0;
}

int layout_of(const char *type, struct bw_layout *layout)
{
	int id = btf__find_by_name_kind(types, type, BTF_KIND_STRUCT);

	if (id < 0)
		id = btf__find_by_name_kind(types, type, BTF_KIND_TYPEDEF);
	assert_true(id > 0);
	return bw_btf_layout_read(types, (uint32_t)id, layout);
}

/* The line of a sample without its time, in a static buffer. */
const char *line_of(const char *type, const struct bw_event_text_sentence *sentence, const void *sample, size_t size)
{
	static char line[1 << 16];
	struct bw_layout layout;
	struct bw_event_text *text;
	struct bw_out out;

	assert_int_equal(layout_of(type, &layout), 0);
	assert_int_equal(bw_layout_check(&layout), 0);
	assert_int_equal(bw_event_text_new(&text, &layout, sentence), 0);
	assert_int_equal(bw_out_init(&out, -1, bw_event_text_longest(text, size)), 0);
	bw_event_text_line(text, &out, sample, size);
	assert_true(out.len <= out.size && out.len > BW_TIMESTAMP_LEN);
	assert_int_equal(out.buf[out.len - 1], '\n');
	snprintf(line, sizeof(line), "%.*s", (int)(out.len - BW_TIMESTAMP_LEN - 1), out.buf + BW_TIMESTAMP_LEN);
	bw_out_free(&out);
	bw_event_text_free(text);
	bw_btf_layout_free(&layout);
	return line;
}

/* What was written, with the time taken off the first line; in a static buffer. */
const char *shown(char **text, FILE *out)
{
	static char copy[1 << 14];

	fclose(out);
	snprintf(copy, sizeof(copy), "%s", **text == '{' ? strstr(*text, "\"table\"") : *text + BW_TIMESTAMP_LEN + 1);
	free(*text);
	return copy;
}

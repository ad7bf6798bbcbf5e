/* SPDX-License-Identifier: Apache-2.0 */
/* Samples of file events: the places of their texts, and the texts, are what programs make of them. */
#include <stddef.h>
#include <string.h>

#include "base/out.h"
#include "bpf_src/trace/event.h"
#include "output/file_event.h"
#include "tests/fuzz/fuzz.h"

struct event {
	uint64_t ts;
	uint32_t marks;
	uint8_t op, other;
	struct text_at filename, path, to_filename, to, exe;
	int64_t result;
	uint64_t cgroup;
	char comm[16], texts[256];
};

#define NUMBER(field, of_kind)                                                                          \
	{                                                                                               \
		.name = #field, .kind = (of_kind), .count = 1, .offset = offsetof(struct event, field), \
		.size = sizeof(((struct event *)NULL)->field)                                           \
	}
#define CHARS(field)                                                                                             \
	{                                                                                                        \
		.name = #field, .kind = BW_CHAR, .size = 1, .n_dims = 1,                                         \
		.count = sizeof(((struct event *)NULL)->field), .dims = {sizeof(((struct event *)NULL)->field)}, \
		.offset = offsetof(struct event, field)                                                          \
	}
#define TEXT(field)                                                                    \
	{.name = #field,                                                               \
	 .kind = BW_STRUCT,                                                            \
	 .count = 1,                                                                   \
	 .below = 2,                                                                   \
	 .size = sizeof(struct text_at),                                               \
	 .offset = offsetof(struct event, field)},                                     \
		{.name = "at", .kind = BW_UNSIGNED, .count = 1, .size = 2},            \
	{                                                                              \
		.name = "len", .kind = BW_UNSIGNED, .count = 1, .size = 2, .offset = 2 \
	}

static const struct bw_layout_field fields[] = {NUMBER(ts, BW_UNSIGNED),
						NUMBER(marks, BW_UNSIGNED),
						NUMBER(op, BW_UNSIGNED),
						NUMBER(other, BW_UNSIGNED),
						TEXT(filename),
						TEXT(path),
						TEXT(to_filename),
						TEXT(to),
						TEXT(exe),
						NUMBER(result, BW_SIGNED),
						NUMBER(cgroup, BW_UNSIGNED),
						CHARS(comm),
						CHARS(texts)};
static const struct bw_layout layout = {fields, sizeof(fields) / sizeof(*fields), sizeof(struct event)};

static const struct bw_file_event_options all,
	by_path = {.by_path = true, .with_op = true},
	some = {.fields = {.n = 4, .fields = {BW_FIELD_PATH, BW_FIELD_TO, BW_FIELD_EXE, BW_FIELD_FLAGS}}};
static const struct bw_file_event_options *const options[] = {&all, &by_path, &some};

/* Without newlines: whatever an event has, its line is one. */
static void check_line(struct bw_out *out)
{
	if (out->len == 0 || memchr(out->buf, '\n', out->len) != out->buf + out->len - 1)
		abort();
	out->len = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bw_out out = {0};

	if (bw_layout_check(&layout) < 0 || bw_out_init(&out, -1, 1 << 21) < 0)
		abort();
	size = size < BW_EVENT_MAX ? size : BW_EVENT_MAX;
	for (int i = 0; i < 6; i++) {
		struct bw_file_event *event;

		if (bw_file_event_new(&event, "events", &layout, options[i / 2], i % 2) < 0)
			abort();
		bw_file_event_line(event, &out, data, size, i > 2);
		check_line(&out);
		bw_file_event_free(event);
	}
	bw_out_free(&out);
	return 0;
}

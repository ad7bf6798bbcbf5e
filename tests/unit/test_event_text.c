/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of events, from what clang knows of their types; those of hostile events are read back. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/out.h"
#include "output/event_text.h"
#include "output/timestamp.h"
#include "tests/unit/readback.h"
#include "tests/unit/samples.h"

static const struct bw_event_text_sentence numbered = {
	.before = "opened file", .after = "", .trailer = " GENERATION=18446744073709551615"};

static void an_open_is_a_line_of_its_fields_or_a_sentence(void **state)
{
	struct open_event e = {.ts = bw_timestamp_now() + 500000000, .pid = 812, .comm = "cat", .fname = "/etc/hosts"};

	(void)state;
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)), " PID=812 COMM=cat FILENAME=/etc/hosts");
	assert_string_equal(line_of(OPEN_EVENT, &opened, &e, sizeof(e)), " PID=812 COMM=cat opened file /etc/hosts");
	assert_string_equal(line_of(OPEN_EVENT, &in_table, &e, sizeof(e)),
			    " events PID=812 COMM=cat FILENAME=/etc/hosts");
	assert_string_equal(line_of(OPEN_EVENT, &numbered, &e, sizeof(e)),
			    " PID=812 COMM=cat opened file /etc/hosts GENERATION=18446744073709551615");
	/* A time that is none, before this run and after now. */
	e.ts = 17;
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)),
			    " PID=812 COMM=cat FILENAME=/etc/hosts TS=17");
	e.ts = UINT64_MAX;
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)),
			    " PID=812 COMM=cat FILENAME=/etc/hosts TS=18446744073709551615");
	e.ts = 0;
	snprintf(e.comm, sizeof(e.comm), "a\nb");
	snprintf(e.fname, sizeof(e.fname), "\x1b]0;x\\");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, sizeof(e)),
			    " PID=812 COMM=a\\nb FILENAME=\\x1b]0;x\\\\");
}

/* What was tried is a field; a source without it knows of opens alone. */
static void the_sentence_has_the_operation_that_was_tried(void **state)
{
	static const struct bw_event_text_sentence tried = {
		.before = "tried to", .verb = "operation", .object = "forbidden file", .after = ",", .then = "outcome"};
	const struct tried_event mount = {1, "mount", "mount on", "denied.", "/a b"};
	const struct block_event open = {.pid = 812, .comm = "cat", .outcome = "killed.", .uid = 7, .fname = "/x"};

	(void)state;
	assert_string_equal(line_of("tried_event", &tried, &mount, sizeof(mount)),
			    " PID=1 COMM=mount tried to mount on forbidden file \"/a b\", denied.");
	assert_string_equal(line_of("block_event", &tried, &open, sizeof(open)),
			    " PID=812 COMM=cat tried to open forbidden file /x, killed. UID=7");
}

/* What became of it stands behind the name, and once only; it is as hostile as all else. */
static void the_outcome_follows_the_name_once_and_escaped(void **state)
{
	struct block_event e = {.pid = 812, .comm = "cat", .outcome = "killed.", .uid = 7, .fname = "/etc/hosts"};

	(void)state;
	assert_string_equal(line_of("block_event", &blocked, &e, sizeof(e)),
			    " PID=812 COMM=cat tried to open forbidden file /etc/hosts, killed. UID=7");
	snprintf(e.outcome, sizeof(e.outcome), "x\x1b");
	assert_string_equal(line_of("block_event", &blocked, &e, sizeof(e)),
			    " PID=812 COMM=cat tried to open forbidden file /etc/hosts, x\\x1b UID=7");
	/* A source that has no such field. */
	assert_string_equal(
		line_of(OPEN_EVENT, &blocked, &(struct open_event){.pid = 1, .fname = "/x"}, sizeof(struct open_event)),
		" PID=1 COMM= tried to open forbidden file /x,");
}

static void a_field_that_was_not_sent_is_a_question_mark_and_padding_is_not_shown(void **state)
{
	struct open_event e = {.pid = 1, .comm = "x", .fname = "abcdef"};
	char padded[sizeof(e) + 64];

	(void)state;
	/* Only the used bytes were sent; the NUL may be missing. */
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, offsetof(struct open_event, fname) + 7),
			    " PID=1 COMM=x FILENAME=abcdef");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, offsetof(struct open_event, fname) + 3),
			    " PID=1 COMM=x FILENAME=abc");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, 12), " PID=1 COMM= FILENAME=");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, 11), " PID=? COMM= FILENAME=");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, &e, 0), " PID=? COMM= FILENAME=");
	memset(padded, 0xab, sizeof(padded));
	memcpy(padded, &e, sizeof(e));
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e)), " PID=1 COMM=x FILENAME=abcdef");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e) + 1),
			    " PID=1 COMM=x FILENAME=abcdef REST=0xab");
	assert_string_equal(line_of(OPEN_EVENT, &by_field, padded, sizeof(e) + 8),
			    " PID=1 COMM=x FILENAME=abcdef REST=0xabababababababab");
}

static void a_sample_may_have_any_alignment(void **state)
{
	char raw[sizeof(struct open_event) + 8];
	struct open_event e = {.pid = 77, .comm = "x", .fname = "f"};

	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		memcpy(raw + shift, &e, sizeof(e));
		assert_string_equal(line_of(OPEN_EVENT, &by_field, raw + shift, sizeof(e)),
				    " PID=77 COMM=x FILENAME=f");
	}
}

static void an_event_of_an_unknown_layout_is_shown_as_bytes(void **state)
{
	const struct bw_layout none = {0};
	struct bw_event_text *text;
	struct bw_out out;

	(void)state;
	assert_int_equal(bw_event_text_new(&text, &none, &by_field), 0);
	assert_int_equal(bw_out_init(&out, -1, bw_event_text_longest(text, 3)), 0);
	bw_event_text_line(text, &out, "\x01\x02\xff", 3);
	assert_memory_equal(out.buf + BW_TIMESTAMP_LEN, " REST=0x0102ff\n", 15);
	bw_out_free(&out);
	bw_event_text_free(text);
}

/* Prints events of one type. */
struct printer {
	struct bw_layout layout;
	struct bw_event_text *text;
	struct bw_out out;
};

static void open_printer(struct printer *p, const char *type, const struct bw_event_text_sentence *sentence)
{
	assert_int_equal(layout_of(type, &p->layout), 0);
	assert_int_equal(bw_event_text_new(&p->text, &p->layout, sentence), 0);
	assert_int_equal(bw_out_init(&p->out, -1, bw_event_text_longest(p->text, 1 << 10) + 1), 0);
}

static void close_printer(struct printer *p)
{
	bw_out_free(&p->out);
	bw_event_text_free(p->text);
	bw_btf_layout_free(&p->layout);
}

/* The event's line behind its time, without its newline, of which there is no other; the printer's. */
static const char *printed(struct printer *p, const void *event, size_t size)
{
	p->out.len = 0;
	bw_event_text_line(p->text, &p->out, event, size);
	p->out.buf[p->out.len] = '\0';
	assert_ptr_equal(strchr(p->out.buf, '\n'), p->out.buf + p->out.len - 1);
	p->out.buf[p->out.len - 1] = '\0';
	return p->out.buf + BW_TIMESTAMP_LEN;
}

/* KEY=VALUE, KEY=VALUE, as who knows no types reads it: the columns are those, and no others. */
static void assert_columns(const char *line, const char *const *keys)
{
	bool quoted = false;

	for (const char *p = line; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (*p == ' ' && !quoted) {
			if (!*keys) {
				fail_msg("a column too many: %s", p);
				return;
			}
			assert_memory_equal(p + 1, *keys, strlen(*keys));
			assert_int_equal(p[1 + strlen(*keys)], '=');
			keys++;
		}
	}
	assert_false(quoted);
	assert_null(*keys);
}

static void the_columns_of_a_hostile_event_read_back(void **state)
{
	static const char *const keys[] = {"PID", "COMM", "FILENAME", NULL};
	struct printer p;

	(void)state;
	open_printer(&p, "open_event", &by_field);
	for (int i = 0; i < ROUNDS; i++) {
		struct open_event e = {.pid = (u32)random()}, got = {0};
		struct reader r = {NULL};

		hostile(e.comm, sizeof(e.comm));
		hostile(e.fname, sizeof(e.fname));
		r.p = printed(&p, &e, sizeof(e));
		assert_columns(r.p, keys);
		expect(&r, " PID=");
		got.pid = (u32)read_number(&r);
		expect(&r, " COMM=");
		read_text(&r, " =\"", got.comm, sizeof(got.comm));
		expect(&r, " FILENAME=");
		read_text(&r, " =\"", got.fname, sizeof(got.fname));
		assert_int_equal(*r.p, '\0');
		assert_memory_equal(&got, &e, sizeof(e));
	}
	close_printer(&p);
}

static void the_sentence_of_a_hostile_event_reads_back(void **state)
{
	static const char *const outcomes[] = {"denied.", "killed.", "would be denied.", "not denied."};
	struct printer p;

	(void)state;
	open_printer(&p, "block_event", &blocked);
	for (int i = 0; i < ROUNDS; i++) {
		struct block_event e = {.pid = (u32)random(), .uid = (u32)random()}, got = {0};
		struct reader r = {NULL};

		hostile(e.comm, sizeof(e.comm));
		hostile(e.fname, sizeof(e.fname));
		hostile(e.outcome, sizeof(e.outcome));
		if (i % 2)
			strncpy(e.outcome, outcomes[(size_t)random() % LENGTH(outcomes)], sizeof(e.outcome));
		r.p = printed(&p, &e, sizeof(e));
		expect(&r, " PID=");
		got.pid = (u32)read_number(&r);
		expect(&r, " COMM=");
		read_text(&r, " =\"", got.comm, sizeof(got.comm));
		expect(&r, " tried to open forbidden file ");
		read_name_and_comma(&r, got.fname, sizeof(got.fname));
		expect(&r, " ");
		read_words(&r, " UID=", got.outcome, sizeof(got.outcome));
		expect(&r, " UID=");
		got.uid = (u32)read_number(&r);
		assert_int_equal(*r.p, '\0');
		assert_memory_equal(&got, &e, sizeof(e));
	}
	close_printer(&p);
}

/* Names that say what follows a name: they stay within their quotes, plain ones stay as they were. */
static void a_name_that_imitates_what_follows_it_stays_within_its_quotes(void **state)
{
	struct open_event e = {.pid = 1, .comm = "x FILENAME=/e/p", .fname = "a, killed."};
	struct printer p;

	(void)state;
	open_printer(&p, "open_event", &opened);
	assert_string_equal(printed(&p, &e, sizeof(e)), " PID=1 COMM=\"x FILENAME=/e/p\" opened file \"a, killed.\"");
	e = (struct open_event){.pid = 1, .comm = "sh", .fname = "/bin/[,'{}\\"};
	assert_string_equal(printed(&p, &e, sizeof(e)), " PID=1 COMM=sh opened file /bin/[,'{}\\\\");
	e = (struct open_event){.pid = 1, .comm = "a\"b", .fname = "\n\xcc\xb8"};
	assert_string_equal(printed(&p, &e, sizeof(e)), " PID=1 COMM=\"a\\\"b\" opened file \\n\\xcc\\xb8");
	close_printer(&p);
}

static void structs_and_arrays_of_hostile_text_read_back(void **state)
{
	struct printer p;

	(void)state;
	open_printer(&p, "nested", &in_table);
	for (int i = 0; i < ROUNDS; i++) {
		struct nested e = {.pid = 5}, got = {.pid = 5};
		struct reader r = {NULL};

		for (size_t k = 0; k < 2; k++) {
			e.in[k].x = (s16)(random() % 100);
			hostile(e.in[k].n, sizeof(e.in[k].n));
		}
		r.p = printed(&p, &e, sizeof(e));
		expect(&r, " events PID=5 IN=[");
		for (size_t k = 0; k < 2; k++) {
			expect(&r, k ? ",{x=" : "{x=");
			got.in[k].x = (s16)read_number(&r);
			expect(&r, " n=");
			read_text(&r, " =\",[]{}", got.in[k].n, sizeof(got.in[k].n));
			expect(&r, "}");
		}
		expect(&r, "] {u=0 b=[0,0,0,0]} DEEP={q=0x0}");
		assert_int_equal(*r.p, '\0');
		assert_memory_equal(&got, &e, sizeof(e));
	}
	close_printer(&p);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_open_is_a_line_of_its_fields_or_a_sentence),
	cmocka_unit_test(the_sentence_has_the_operation_that_was_tried),
	cmocka_unit_test(the_outcome_follows_the_name_once_and_escaped),
	cmocka_unit_test(a_field_that_was_not_sent_is_a_question_mark_and_padding_is_not_shown),
	cmocka_unit_test(a_sample_may_have_any_alignment),
	cmocka_unit_test(an_event_of_an_unknown_layout_is_shown_as_bytes),
	cmocka_unit_test(the_columns_of_a_hostile_event_read_back),
	cmocka_unit_test(the_sentence_of_a_hostile_event_reads_back),
	cmocka_unit_test(a_name_that_imitates_what_follows_it_stays_within_its_quotes),
	cmocka_unit_test(structs_and_arrays_of_hostile_text_read_back),
};

UNIT_MODULE("output/event_text", load_types, free_types);

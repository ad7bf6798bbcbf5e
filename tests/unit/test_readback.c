/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is printed as text reads back in one way only: hostile events, rows and values are printed, read by a strict
 * reader that knows nothing of the printer, and must come out as they went in.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "compile/btf_layout.h"
#include "output/clock.h"
#include "output/event_text.h"
#include "output/histogram.h"
#include "output/table.h"
#include "output/value.h"
#include "tests/unit/types.h"
#include "tests/unit/unit.h"

enum { ROUNDS = 30000 };

static struct btf *types;

static int load_types(void **state)
{
	(void)state;
	srandom(19);
	types = btf__parse_elf("build/types.bpf.o", NULL);
	return types && (intptr_t)types > 0 ? 0 : -1;
}

static int free_types(void **state)
{
	(void)state;
	btf__free(types);
	return 0;
}

/* Text of at most size bytes, with NULs behind it, of what could pass for a part of a line. */
static void hostile(char *text, size_t size)
{
	/* clang-format off */
	static const char *const parts[] = {
		" ", "=", "\"", "\\", ",", "[", "]", "{", "}", "\n", "\x1b", "\xff", "'", "\\x20", "?", "x", " A=", "\xc3\xa9",
		"\xe2\x80\x8b", "\xc2\xa0", "\t", "\xcc\xb8", ", ", "\\\"", "0x", "denied.", " FILENAME=", ", killed.", " UID=0",
		"a b", "\xf3\xa0\x81\x81"};
	/* clang-format on */
	size_t len = 0;

	memset(text, 0, size);
	for (long n = random() % 5; n > 0; n--) {
		const char *part = parts[(size_t)random() % LENGTH(parts)];
		size_t more = strlen(part) < size - len ? strlen(part) : size - len;

		memcpy(text + len, part, more); /* NOLINT(bugprone-not-null-terminated-result) */
		len += more;
	}
}

/* A line, read from its beginning; whatever is not as it must be fails the test. */
struct reader {
	const char *p;
};

static void expect(struct reader *r, const char *text)
{
	if (strncmp(r->p, text, strlen(text)) != 0)
		fail_msg("'%s' is not at: %s", text, r->p);
	r->p += strlen(text);
}

static unsigned char hex_digit(char c)
{
	assert_true(isxdigit((unsigned char)c) && !isupper((unsigned char)c));
	return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static char read_escape(struct reader *r, bool quoted)
{
	static const char names[] = "ntr\\\"", meanings[] = "\n\t\r\\\"";
	const char *name;
	unsigned char byte;

	r->p++;
	if (*r->p == 'x') {
		byte = (unsigned char)(hex_digit(r->p[1]) << 4);
		byte |= hex_digit(r->p[2]);
		r->p += 3;
		return (char)byte;
	}
	name = *r->p ? strchr(names, *r->p) : NULL;
	assert_true(name && (*name != '"' || quoted));
	r->p++;
	return meanings[name - names];
}

/* A text up to one of `ends`, or in quotes: into text, size bytes, with NULs behind it. */
static void read_text(struct reader *r, const char *ends, char *text, size_t size)
{
	bool quoted = *r->p == '"';
	size_t len = 0;

	memset(text, 0, size);
	r->p += quoted;
	while (*r->p && (quoted ? *r->p != '"' : !strchr(ends, *r->p))) {
		char c = *r->p;

		if (c == '\\')
			c = read_escape(r, quoted);
		else
			r->p++;
		assert_true(len < size);
		text[len++] = c;
	}
	assert_true(!quoted || *r->p == '"');
	r->p += quoted;
}

static unsigned long long read_number(struct reader *r)
{
	char *end;
	unsigned long long n = strtoull(r->p, &end, 10);

	assert_true(isdigit((unsigned char)*r->p));
	r->p = end;
	return n;
}

static void layout_of(const char *type, struct bw_layout *layout)
{
	int id = btf__find_by_name_kind(types, type, BTF_KIND_STRUCT);

	assert_true(id > 0);
	assert_int_equal(bw_btf_layout_read(types, (uint32_t)id, layout), 0);
}

/* Prints events of one type. */
struct printer {
	struct bw_layout layout;
	struct bw_event_text *text;
	struct bw_out out;
};

static void open_printer(struct printer *p, const char *type, const struct bw_event_text_sentence *sentence)
{
	layout_of(type, &p->layout);
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
static const char *line_of(struct printer *p, const void *event, size_t size)
{
	p->out.len = 0;
	bw_event_text_line(p->text, &p->out, event, size);
	p->out.buf[p->out.len] = '\0';
	assert_ptr_equal(strchr(p->out.buf, '\n'), p->out.buf + p->out.len - 1);
	p->out.buf[p->out.len - 1] = '\0';
	return p->out.buf + BW_CLOCK_LEN;
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

static void columns_of_events(void **state)
{
	static const struct bw_event_text_sentence by_field = {.after = ""};
	static const char *const keys[] = {"PID", "COMM", "FILENAME", NULL};
	struct printer p;

	(void)state;
	open_printer(&p, "open_event", &by_field);
	for (int i = 0; i < ROUNDS; i++) {
		struct open_event e = {.pid = (u32)random()}, got = {0};
		struct reader r = {NULL};

		hostile(e.comm, sizeof(e.comm));
		hostile(e.fname, sizeof(e.fname));
		r.p = line_of(&p, &e, sizeof(e));
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

/* A name without quotes ends at the first space, before the comma there. */
static void read_name_and_comma(struct reader *r, char *name, size_t size)
{
	char *comma;

	if (*r->p == '"') {
		read_text(r, "", name, size);
		expect(r, ",");
		return;
	}
	char text[256];

	read_text(r, " =\"", text, sizeof(text));
	comma = strrchr(text, ',');
	assert_non_null(comma);
	assert_true(!comma[1] && (size_t)(comma - text) <= size);
	memset(name, 0, size);
	memcpy(name, text, (size_t)(comma - text));
}

/* Several words, up to the space before the next NAME=. */
static void read_words(struct reader *r, const char *next, char *words, size_t size)
{
	char raw[256];
	const char *end = strchr(r->p, '=');

	if (*r->p == '"') {
		read_text(r, "", words, size);
		return;
	}
	assert_non_null(end);
	end -= strlen(next) - 1;
	assert_memory_equal(end, next, strlen(next));
	snprintf(raw, sizeof(raw), "%.*s", (int)(end - r->p), r->p);
	read_text(&(struct reader){raw}, "", words, size);
	r->p = end;
}

static void sentences(void **state)
{
	static const struct bw_event_text_sentence blocked = {
		.before = "tried to open forbidden file", .after = ",", .then = "outcome"};
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
		r.p = line_of(&p, &e, sizeof(e));
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
static void names_that_say_what_follows(void **state)
{
	static const struct bw_event_text_sentence opened = {.before = "opened file", .after = ""};
	struct open_event e = {.pid = 1, .comm = "x FILENAME=/e/p", .fname = "a, killed."};
	struct printer p;

	(void)state;
	open_printer(&p, "open_event", &opened);
	assert_string_equal(line_of(&p, &e, sizeof(e)), " PID=1 COMM=\"x FILENAME=/e/p\" opened file \"a, killed.\"");
	e = (struct open_event){.pid = 1, .comm = "sh", .fname = "/bin/[,'{}\\"};
	assert_string_equal(line_of(&p, &e, sizeof(e)), " PID=1 COMM=sh opened file /bin/[,'{}\\\\");
	e = (struct open_event){.pid = 1, .comm = "a\"b", .fname = "\n\xcc\xb8"};
	assert_string_equal(line_of(&p, &e, sizeof(e)), " PID=1 COMM=\"a\\\"b\" opened file \\n\\xcc\\xb8");
	close_printer(&p);
}

static void structs_and_arrays(void **state)
{
	static const struct bw_event_text_sentence in_table = {.lead = "events", .after = ""};
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
		r.p = line_of(&p, &e, sizeof(e));
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

/* A char alone is one in quotes, or a number; nothing else reads so. */
static void single_characters(void **state)
{
	static const struct bw_layout_field field = {.name = "c", .kind = BW_CHAR, .size = 1, .count = 1};
	char shown[256][32];

	(void)state;
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;
		size_t len = bw_value_put(shown[c], &field, &byte, 1);

		shown[c][len] = '\0';
		if (*shown[c] == '\'')
			assert_true(len == 3 && shown[c][1] == byte && !strchr(" =\"\\',[]{}", byte));
		for (int other = 0; other < c; other++)
			assert_string_not_equal(shown[c], shown[other]);
	}
}

enum { CELLS = 5, CELL_BYTES = 12 };

struct row {
	char key[CELL_BYTES], more[CELL_BYTES];
	union {
		u64 value;
		char last[8];
	};
};

static const struct bw_layout_field row_key[] = {
	{.name = "comm", .kind = BW_CHAR, .size = 1, .count = CELL_BYTES, .n_dims = 1, .dims = {CELL_BYTES}},
	{.name = "name",
	 .kind = BW_CHAR,
	 .offset = CELL_BYTES,
	 .size = 1,
	 .count = CELL_BYTES,
	 .n_dims = 1,
	 .dims = {CELL_BYTES}}};
static const struct bw_layout_field row_value = {.name = "", .kind = BW_UNSIGNED, .size = 8, .count = 1};

static void skip_spaces(struct reader *r)
{
	assert_int_equal(*r->p, ' ');
	r->p += strspn(r->p, " ");
}

/* The last column is a number or a text; that alone may be empty without quotes. */
static void read_row(struct reader *r, bool ends_with_text, struct row *row)
{
	read_text(r, " =\"", row->key, sizeof(row->key));
	skip_spaces(r);
	read_text(r, " =\"", row->more, sizeof(row->more));
	skip_spaces(r);
	if (ends_with_text)
		read_text(r, " =\"\n", row->last, sizeof(row->last));
	else
		row->value = read_number(r);
	expect(r, "\n");
}

static void check_rows(bool ends_with_text)
{
	static const struct bw_layout_field text = {
		.kind = BW_CHAR, .size = 1, .count = 8, .n_dims = 1, .dims = {8}, .name = ""};
	const struct bw_table t = {
		"counts", {row_key, 2, 2 * CELL_BYTES}, {ends_with_text ? &text : &row_value, 1, 8}, 2 * CELL_BYTES, 8,
		0};
	struct row rows[CELLS], got;
	BW_FREE char *table = NULL;
	struct reader r;
	size_t len;
	FILE *out = open_memstream(&table, &len);

	for (size_t k = 0; k < CELLS; k++) {
		hostile(rows[k].key, CELL_BYTES);
		hostile(rows[k].more, CELL_BYTES);
		rows[k].value = (u64)random();
		if (ends_with_text)
			hostile(rows[k].last, sizeof(rows[k].last));
	}
	bw_table_text(&t, &(struct bw_table_rows){(char *)rows, CELLS}, 1, out);
	fclose(out);
	r.p = strchr(table, '\n');
	assert_non_null(r.p);
	expect(&r, "\nCOMM ");
	r.p = strchr(r.p, '\n') + 1;
	for (size_t k = 0; k < CELLS; k++) {
		memset(&got, 0, sizeof(got));
		read_row(&r, ends_with_text, &got);
		assert_memory_equal(&got, &rows[k], sizeof(got));
	}
	assert_int_equal(*r.p, '\0');
}

static void rows_of_tables(void **state)
{
	(void)state;
	for (int i = 0; i < ROUNDS / 10; i++)
		check_rows(i % 2);
}

static void sections_of_histograms(void **state)
{
	static const struct bw_layout_field key[] = {
		{.name = "disk", .kind = BW_CHAR, .size = 1, .count = 16, .n_dims = 1, .dims = {16}},
		{.name = "slot", .kind = BW_UNSIGNED, .offset = 16, .size = 8, .count = 1},
		{.name = "part", .kind = BW_UNSIGNED, .offset = 24, .size = 8, .count = 1}};
	const struct bw_table t = {"dist", {key, 3, 32}, {&row_value, 1, 8}, 32, 8, 0};

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct {
			char disk[16];
			u64 slot, part, n;
		} row = {.slot = 1, .part = 7, .n = 1};
		BW_FREE char *text = NULL;
		struct reader r;
		char disk[17];
		size_t len;
		FILE *out = open_memstream(&text, &len);

		hostile(row.disk, sizeof(row.disk));
		bw_histogram_text(&t, &(struct bw_table_rows){(char *)&row, 1}, false, 1, out);
		fclose(out);
		r.p = text + BW_CLOCK_LEN;
		expect(&r, " dist\n\ndisk = ");
		read_name_and_comma(&r, disk, sizeof(disk));
		expect(&r, " part = 7\n     value ");
		assert_memory_equal(disk, row.disk, sizeof(row.disk));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_of_events),	       cmocka_unit_test(sentences),
		cmocka_unit_test(names_that_say_what_follows), cmocka_unit_test(structs_and_arrays),
		cmocka_unit_test(single_characters),	       cmocka_unit_test(rows_of_tables),
		cmocka_unit_test(sections_of_histograms),
	};

	return cmocka_run_group_tests_name("readback", tests, load_types, free_types);
}

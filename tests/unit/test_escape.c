/* SPDX-License-Identifier: Apache-2.0 */
/* What is escaped, also compared with the Unicode Character Database of Debian's package unicode-data, code point by
 * code point. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "tests/unit/unit.h"

static void assert_escaped(const char *raw, size_t len, const char *expected)
{
	char shown[256];
	size_t n = bw_escape(shown, raw, len);

	assert_true(n <= 4 * len);
	shown[n] = '\0';
	assert_string_equal(shown, expected);
}

static void control_characters_and_invalid_utf8_are_escaped(void **state)
{
	static const struct {
		const char *raw, *shown;
	} cases[] = {
		{"/etc/hosts", "/etc/hosts"},
		{"a b", "a b"},
		{"a\\nb", "a\\\\nb"},
		{"a\nb\tc\rd", "a\\nb\\tc\\rd"},
		{"\x1b[2J", "\\x1b[2J"},
		{"\x7f\x01", "\\x7f\\x01"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xe2\x82\xac \xf0\x9f\x90\x9d", "\xe2\x82\xac \xf0\x9f\x90\x9d"},
		{"\xff\xfe", "\\xff\\xfe"},
		{"\xc3", "\\xc3"},			      /* cut off */
		{"\xc3(", "\\xc3("},			      /* no continuation */
		{"\xc0\xaf", "\\xc0\\xaf"},		      /* overlong */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},	      /* overlong */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},	      /* a surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
		{"\xc2\x9b"
		 "2J",
		 "\\xc2\\x9b2J"},		     /* C1: the other CSI */
		{"\xe2\x80\xae", "\\xe2\\x80\\xae"}, /* right-to-left override; NOLINT(misc-misleading-bidirectional) */
		{"\xe2\x80\xa8", "\\xe2\\x80\\xa8"}, /* line separator */
		{"\xe2\x81\xa6", "\\xe2\\x81\\xa6"}, /* isolate; NOLINT(misc-misleading-bidirectional) */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		assert_escaped(cases[i].raw, strlen(cases[i].raw), cases[i].shown);
	assert_escaped("a\0b", 3, "a\\x00b");
	assert_escaped("", 0, "");
}

static void no_pair_of_bytes_comes_out_as_a_control_character(void **state)
{
	char raw[2], shown[8];

	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			size_t n;

			raw[0] = (char)a;
			raw[1] = (char)b;
			n = bw_escape(shown, raw, 2);
			assert_in_range(n, 2, 8);
			for (size_t i = 0; i < n; i++)
				assert_true((unsigned char)shown[i] >= 0x20 && shown[i] != 0x7f);
		}
	}
}

static void a_message_keeps_its_backslashes_and_tabs(void **state)
{
	char shown[64];
	size_t n = bw_escape_controls(shown, "a\\b\tc\x1b\n", 7);

	(void)state;
	shown[n] = '\0';
	assert_string_equal(shown, "a\\b\tc\\x1b\\n");
}

#define UCD "/usr/share/unicode/"

enum { CODES = 0x110000 };

/* What the database has: is a code point to be escaped anywhere, or where no base stands before it? */
enum { SHOWN, HIDDEN, MARK };
static unsigned char expected[CODES];
static char version[32];

static FILE *open_data(const char *name)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), UCD "%s", name);
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s is not there: scripts/setup check installs it", path);
	return file;
}

static void expect_category(unsigned long from, unsigned long to, const char *category)
{
	bool is_space = strcmp(category, "Zs") == 0 && from != ' ';
	bool is_mark = strcmp(category, "Mn") == 0 || strcmp(category, "Me") == 0;
	bool is_hidden = *category == 'C' || strcmp(category, "Zl") == 0 || strcmp(category, "Zp") == 0 || is_space;

	for (unsigned long code = from; code <= to; code++) {
		expected[code] = is_mark ? MARK : SHOWN;
		if (is_hidden)
			expected[code] = HIDDEN;
	}
}

/* A field that ends before one of `ends`, without spaces around it, is cut out of *line, which is moved past it. */
static const char *next_field(char **line, const char *ends)
{
	char *field = *line + strspn(*line, " "), *end = field + strcspn(field, ends);

	*line = *end ? end + 1 : end;
	while (end > field && end[-1] == ' ')
		end--;
	*end = '\0';
	return field;
}

static unsigned long code_of(const char *text, const char **rest)
{
	char *end;
	unsigned long code = strtoul(text, &end, 16);

	assert_true(end > text && code < CODES);
	*rest = end;
	return code;
}

static void read_categories(void)
{
	BW_FILE FILE *file = open_data("UnicodeData.txt");
	unsigned long first = 0;
	char line[1024];

	memset(expected, HIDDEN, sizeof(expected)); /* what is not listed is unassigned */
	while (fgets(line, sizeof(line), file)) {
		char *p = line;
		const char *rest, *number = next_field(&p, ";"), *name = next_field(&p, ";");
		unsigned long code = code_of(number, &rest);

		if (strstr(name, ", First>"))
			first = code;
		else
			expect_category(strstr(name, ", Last>") ? first : code, code, next_field(&p, ";"));
	}
	expected[0x2800] = HIDDEN;
}

/* Lines "CODE ; NAME # ..." or "CODE..CODE ; NAME # ..." */
static void read_property(const char *file_name, const char *property)
{
	BW_FILE FILE *file = open_data(file_name);
	char line[1024];
	unsigned n = 0;

	while (fgets(line, sizeof(line), file)) {
		char *p = line;
		const char *rest, *range = next_field(&p, ";#\n");
		unsigned long from, to;

		if (!*range || strcmp(next_field(&p, ";#\n"), property) != 0)
			continue;
		from = to = code_of(range, &rest);
		if (*rest == '.')
			to = code_of(rest + 2, &rest);
		for (n++; from <= to; from++)
			expected[from] = HIDDEN;
	}
	assert_true(n > 0);
}

static int read_data(void **state)
{
	BW_FILE FILE *file = open_data("PropList.txt");

	(void)state;
	assert_int_equal(fscanf(file, "# PropList-%31[0-9.]", version), 1);
	version[strlen(version) - 1] = '\0'; /* the dot before txt */
	read_categories();
	read_property("DerivedCoreProperties.txt", "Default_Ignorable_Code_Point");
	read_property("PropList.txt", "Bidi_Control");
	return 0;
}

static size_t put_utf8(char *dst, unsigned long code)
{
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000);

	for (size_t i = n; i-- > 1; code >>= 6)
		dst[i] = (char)(0x80 | (code & 0x3f));
	dst[0] = (char)(lead[n] | code);
	return n;
}

/* Is it shown as it is, behind that text? */
static bool is_shown(const char *before, unsigned long code)
{
	size_t n = strlen(before), len = n;
	char raw[16], shown[64];

	memcpy(raw, before, n);
	len += put_utf8(raw + n, code);
	return bw_escape(shown, raw, len) == len && memcmp(shown, raw, len) == 0;
}

/*
 * By the same version of Unicode nothing is escaped more or less than it has. What a later one hides was hidden before,
 * at least since it was not assigned; so against another version one direction is checked.
 */
static void every_code_point_is_escaped_as_the_unicode_tables_say(void **state)
{
	int order = strverscmp(version, bw_escape_unicode_version());

	(void)state;
	if (order != 0)
		print_message("Unicode %s is installed, the tables are of %s: checked in one direction\n", version,
			      bw_escape_unicode_version());
	for (unsigned long code = 0xa0; code < CODES; code++) {
		bool hidden = expected[code] == HIDDEN, shown = is_shown("a", code);

		if ((order >= 0 && hidden && shown) || (order <= 0 && !hidden && !shown))
			fail_msg("U+%04lX is %s", code, shown ? "shown" : "escaped");
	}
}

static void a_combining_mark_without_a_base_is_escaped(void **state)
{
	static const char *const no_base[] = {"", " ", "=", "\"", "/", "\xff", "\xe2\x80\x8b"};
	unsigned marks = 0;

	(void)state;
	for (unsigned long code = 0xa0; code < CODES; code++) {
		if (expected[code] != MARK)
			continue;
		marks++;
		for (size_t i = 0; i < LENGTH(no_base); i++)
			assert_false(is_shown(no_base[i], code));
		if (strcmp(version, bw_escape_unicode_version()) == 0)
			assert_true(is_shown("a", code) && is_shown("\xc3\xa9", code) && is_shown("e\xcc\x81", code));
	}
	assert_in_range(marks, 1000, 10000);
}

static unsigned long json_unit(const char *text)
{
	char digits[5] = "", *end;
	unsigned long unit;

	assert_memory_equal(text, "\\u", 2);
	memcpy(digits, text + 2, 4);
	unit = strtoul(digits, &end, 16);
	assert_ptr_equal(end, digits + 4);
	return unit;
}

/* Reads the one character of a JSON string back: \uXXXX, or a pair of surrogates. */
static unsigned long json_decoded(const char *text, size_t len)
{
	unsigned long high = json_unit(text), low;

	if (len == 6) {
		assert_false(high >= 0xd800 && high < 0xe000);
		return high;
	}
	assert_int_equal(len, 12);
	low = json_unit(text + 6);
	assert_in_range(high, 0xd800, 0xdbff);
	assert_in_range(low, 0xdc00, 0xdfff);
	return 0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff));
}

static void json_escapes_the_same_code_points_and_reads_back(void **state)
{
	(void)state;
	for (unsigned long code = 0xa0; code < CODES; code++) {
		char raw[8], json[64];
		size_t len, n = put_utf8(raw, code);
		bool exact;

		if (code >= 0xd800 && code < 0xe000)
			continue;
		len = bw_escape_json(json, raw, n, &exact);
		assert_true(exact && len <= 6 * n);
		json[len] = '\0';
		if (is_shown("", code))
			assert_true(len == n && memcmp(json, raw, n) == 0);
		else
			assert_int_equal(json_decoded(json, len), code);
	}
}

/* The ones of an attack, and those that make names of several languages. */
static void characters_used_in_attacks_are_escaped_and_those_of_languages_are_not(void **state)
{
	static const unsigned long hidden[] = {0x61c,  0x200b, 0x2060, 0xfeff, 0xe0041, 0x115f,	 0x1160, 0x3164,
					       0xffa0, 0x34f,  0x17b4, 0xfe0f, 0xe0100, 0x2800,	 0xa0,	 0x3000,
					       0x202f, 0x180e, 0xad,   0xe000, 0xffff,	0x10ffff};
	static const unsigned long shown[] = {0xe4,   0x416,  0x5d0,  0x627,   0x905,
					      0x3042, 0x4e2d, 0xd55c, 0x1f41d, 0xfffd};

	(void)state;
	for (size_t i = 0; i < LENGTH(hidden); i++)
		assert_false(is_shown("a", hidden[i]));
	for (size_t i = 0; i < LENGTH(shown); i++)
		assert_true(is_shown("", shown[i]));
}

/* A byte at a place of a text of `a`s, as it comes out alone. */
static void assert_same_in_text(unsigned char byte, size_t at)
{
	char text[21], quoted[100], plain[100], json[150], alone[16], wanted[150];
	bool exact;

	memset(text, 'a', sizeof(text));
	text[at] = (char)byte;
	plain[bw_escape(plain, text, sizeof(text))] = '\0';
	alone[bw_escape(alone, text + at, 1)] = '\0';
	snprintf(wanted, sizeof(wanted), "%.*s%s%.*s", (int)at, text, alone, (int)(20 - at), text + at + 1);
	assert_string_equal(plain, wanted);
	json[bw_escape_json(json, text, sizeof(text), &exact)] = '\0';
	assert_int_equal(exact, byte < 0x80);
	alone[bw_escape_json(alone, text + at, 1, &exact)] = '\0';
	snprintf(wanted, sizeof(wanted), "%.*s%s%.*s", (int)at, text, alone, (int)(20 - at), text + at + 1);
	assert_string_equal(json, wanted);
	quoted[bw_escape_quote(quoted, text, sizeof(text), "a")] = '\0';
	assert_int_equal(strlen(quoted), strlen(plain) + 2 + (byte == '"'));
}

static void a_byte_is_escaped_wherever_it_stands_in_a_long_text(void **state)
{
	(void)state;
	for (unsigned byte = 1; byte < 256; byte++)
		for (size_t at = 0; at <= 20; at++)
			assert_same_in_text((unsigned char)byte, at);
	/* A mark has its base from what was taken at once. */
	assert_escaped("abcdefgh\xcc\xb8", 10, "abcdefgh\xcc\xb8");
	assert_escaped("abcdefg=\xcc\xb8", 10, "abcdefg=\\xcc\\xb8");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_byte_is_escaped_wherever_it_stands_in_a_long_text),
	cmocka_unit_test(control_characters_and_invalid_utf8_are_escaped),
	cmocka_unit_test(no_pair_of_bytes_comes_out_as_a_control_character),
	cmocka_unit_test(a_message_keeps_its_backslashes_and_tabs),
	cmocka_unit_test(every_code_point_is_escaped_as_the_unicode_tables_say),
	cmocka_unit_test(a_combining_mark_without_a_base_is_escaped),
	cmocka_unit_test(json_escapes_the_same_code_points_and_reads_back),
	cmocka_unit_test(characters_used_in_attacks_are_escaped_and_those_of_languages_are_not),
};

UNIT_MODULE("base/escape", read_data, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/glob.h"
#include "tests/unit/unit.h"

static bool matches(const char *pattern, bool is_path, const char *text)
{
	struct bw_glob g;
	const char *why;
	size_t at;
	bool r;

	if (bw_glob_compile(&g, pattern, is_path, &why, &at) != 0)
		fail_msg("'%s': %s at %zu", pattern, why, at);
	r = bw_glob_match(&g, text, strlen(text));
	bw_glob_free(&g);
	return r;
}

static void assert_path(const char *pattern, const char *text, bool expected)
{
	if (matches(pattern, true, text) != expected)
		fail_msg("'%s' %s '%s'", pattern, expected ? "does not match" : "matches", text);
}

static void assert_name(const char *pattern, const char *text, bool expected)
{
	if (matches(pattern, false, text) != expected)
		fail_msg("name '%s' %s '%s'", pattern, expected ? "does not match" : "matches", text);
}

static void a_name_is_matched_as_by_a_shell(void **state)
{
	(void)state;
	assert_name("*.pem", "a.pem", true);
	assert_name("*.pem", ".pem", true);
	assert_name("*.pem", "a.pemx", false);
	assert_name("[ab]?.c", "ax.c", true);
	assert_name("[ab]?.c", "cx.c", false);
	assert_name("[ab]?.c", "a.c", false);
	assert_name("[!ab]", "c", true);
	assert_name("[^ab]", "a", false);
	assert_name("[]x]", "]", true);
	assert_name("[a-cx-z]", "y", true);
	assert_name("[a-]", "-", true);
	assert_name("[\\]]", "]", true);
	assert_name("[[:digit:][:upper:]]", "7", true);
	assert_name("[[:digit:][:upper:]]", "Z", true);
	assert_name("[[:digit:][:upper:]]", "z", false);
	assert_name("\\*", "*", true);
	assert_name("\\*", "a", false);
	assert_name("", "", true);
	assert_name("", "a", false);
	assert_name("*", "", true);
	assert_name("a**b", "axxb", true);
}

static void in_a_path_only_two_stars_match_a_slash(void **state)
{
	(void)state;
	assert_path("/var/log/*.log", "/var/log/a.log", true);
	assert_path("/var/log/*.log", "/var/log/b/a.log", false);
	assert_path("/var/log?a", "/var/log/a", false);
	assert_path("/var/log[!x]a", "/var/log/a", false);
	assert_path("/var/log[/]a", "/var/log/a", false);
	assert_path("/var/**log", "/var/b/a.log", true);
	assert_path("/var/**", "/var/b/a.log", true);
	assert_path("/var/**", "/var", false);
	assert_path("**", "/", true);
}

static void two_stars_between_slashes_match_no_directory_too(void **state)
{
	(void)state;
	assert_path("/var/log/**/*.log", "/var/log/a.log", true);
	assert_path("/var/log/**/*.log", "/var/log/b/c/a.log", true);
	assert_path("/var/log/**/*.log", "/var/logs/a.log", false);
	assert_path("/var/**/x", "/var/ax", false);
	assert_path("**/x", "/a/b/x", true);
	assert_path("**/x", "x", true);
	assert_path("/a/**/b/**/c", "/a/b/c", true);
	assert_path("/a/**/b/**/c", "/a/1/b/2/3/c", true);
	assert_path("/a/**/b/**/c", "/a/1/2/3/c", false);
}

static void a_character_is_one_of_UTF_8(void **state)
{
	(void)state;
	assert_name("a?.c", "a\xc3\xb6.c", true);
	assert_name("a[\xc3\xa4-\xc3\xbc].c", "a\xc3\xb6.c", true);
	assert_name("a[!x].c", "a\xc3\xb6.c", true);
	assert_name("a??.c", "a\xc3\xb6.c", false);
	assert_name("a?.c", "a\xff.c", true);
	assert_name("a\xff*", "a\xff.c", true);
	assert_name("a\xff", "a\xfe", false);
}

static void assert_bad(const char *pattern, size_t position, const char *message)
{
	struct bw_glob g;
	const char *why;
	size_t at;

	assert_int_equal(bw_glob_compile(&g, pattern, true, &why, &at), -EINVAL);
	if (at != position || !strstr(why, message))
		fail_msg("'%s': at %zu: %s", pattern, at, why);
	bw_glob_free(&g);
}

static void a_malformed_pattern_is_refused_with_its_place(void **state)
{
	(void)state;
	assert_bad("/a/[b", 3, "no ] for this [");
	assert_bad("[]", 0, "no ]");
	assert_bad("[!]", 0, "no ]");
	assert_bad("[a\\]", 0, "no ]");
	assert_bad("/a\\", 2, "nothing behind the backslash");
	assert_bad("[a\\", 2, "nothing behind the backslash");
	assert_bad("x[z-a]", 2, "end comes before");
	assert_bad("[[:nope:]]", 1, "no such class");
	assert_bad("[[:digit", 1, "no such class");
	assert_bad("[[=a=]]", 1, "collating");
}

static void assert_ends(const char *pattern, const char *prefix, const char *suffix)
{
	struct bw_glob g;
	const char *why, *begin, *end;
	size_t at, begin_len, end_len;

	assert_int_equal(bw_glob_compile(&g, pattern, true, &why, &at), 0);
	begin = bw_glob_prefix(&g, &begin_len);
	end = bw_glob_suffix(&g, &end_len);
	assert_int_equal(begin_len, strlen(prefix));
	assert_int_equal(end_len, strlen(suffix));
	assert_memory_equal(begin, prefix, begin_len);
	assert_memory_equal(end, suffix, end_len);
	bw_glob_free(&g);
}

static void the_text_before_the_first_wildcard_and_behind_the_last_is_known(void **state)
{
	(void)state;
	assert_ends("/var/log/**/*.log", "/var/log/", ".log");
	assert_ends("/etc/hosts", "/etc/hosts", "/etc/hosts");
	assert_ends("/a\\*b/[cd]e", "/a*b/", "e");
	assert_ends("/a\\*?b\\[", "/a*", "b[");
	assert_ends("*", "", "");
	assert_ends("**/x", "", "x");
	assert_ends("", "", "");
}

static void the_longest_text_between_wildcards_is_known(void **state)
{
	static const struct {
		const char *pattern, *infix;
	} cases[] = {{"*a*bcd*ef*", "bcd"}, {"/var/**/log[12]/*.log", "log"},
		     {"*ab*", "ab"},	    {"a*b", ""},
		     {"abc", ""},	    {"**/x/**", "x/"},
		     {"*\\**", "*"},	    {"", ""}};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct bw_glob g;
		const char *why, *infix;
		size_t at, len;

		assert_int_equal(bw_glob_compile(&g, cases[i].pattern, true, &why, &at), 0);
		infix = bw_glob_infix(&g, &len);
		assert_int_equal(len, strlen(cases[i].infix));
		assert_memory_equal(infix, cases[i].infix, len);
		bw_glob_free(&g);
	}
}

static void what_is_decided_by_its_beginning_is_known(void **state)
{
	static const char *const patterns[] = {"/proc/**",   "/proc/x**", "**", "/proc/*",
					       "/proc/**/x", "/a*/**",	  "/a", ""};

	(void)state;
	for (size_t i = 0; i < LENGTH(patterns); i++) {
		struct bw_glob g;
		const char *why;
		size_t at;

		assert_int_equal(bw_glob_compile(&g, patterns[i], true, &why, &at), 0);
		assert_int_equal(bw_glob_is_prefix(&g), i < 3);
		bw_glob_free(&g);
	}
}

static void what_can_begin_anywhere_is_known(void **state)
{
	static const char *const patterns[] = {"**/x", "**", "**x", "*/x", "/x", ""};
	struct bw_glob g;
	const char *why;
	size_t at;

	(void)state;
	for (size_t i = 0; i < LENGTH(patterns); i++) {
		assert_int_equal(bw_glob_compile(&g, patterns[i], true, &why, &at), 0);
		assert_int_equal(bw_glob_begins_anywhere(&g), i < 3);
		bw_glob_free(&g);
	}
}

/* The same by trying everything. Patterns have no sets. */
static bool reference(const char *p, const char *t, bool begins)
{
	size_t stars = strspn(p, "*");

	if (stars >= 2 && begins && p[stars] == '/') {
		if (reference(p + stars + 1, t, true))
			return true;
		for (t = strchr(t, '/'); t; t = strchr(t + 1, '/'))
			if (reference(p + stars + 1, t + 1, true))
				return true;
		return false;
	}
	if (stars > 0) {
		do {
			if (reference(p + stars, t, false))
				return true;
		} while (*t && (stars > 1 || *t != '/') && *t++);
		return false;
	}
	if (!*p || !*t)
		return !*p && !*t;
	if (*p == '?' ? *t == '/' : *p != *t)
		return false;
	return reference(p + 1, t + 1, *p == '/');
}

static uint32_t next_random(void)
{
	static uint32_t x = 2463534242;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

static void make_text(char *text, size_t most, const char *letters)
{
	size_t len = next_random() % most;

	for (size_t i = 0; i < len; i++)
		text[i] = letters[next_random() % strlen(letters)];
	text[len] = '\0';
}

static void random_patterns_match_what_trying_everything_matches(void **state)
{
	enum { ROUNDS = 200000 };
	unsigned matched = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		char pattern[11], text[11];

		make_text(pattern, sizeof(pattern), "ab//***?");
		make_text(text, sizeof(text), "aab/");
		assert_path(pattern, text, reference(pattern, text, true));
		matched += reference(pattern, text, true);
	}
	assert_true(matched > ROUNDS / 20);
}

static bool has_two_stars(const char *pattern)
{
	return strstr(pattern, "**") != NULL;
}

/* fnmatch takes more than we do, and some of it in ways of its own: a slash in a set, a range whose end comes first. */
static bool is_comparable(const char *pattern)
{
	struct bw_glob g;
	const char *why;
	size_t at;
	int r = bw_glob_compile(&g, pattern, true, &why, &at);

	bw_glob_free(&g);
	return r == 0;
}

static void random_patterns_match_what_fnmatch_matches(void **state)
{
	enum { ROUNDS = 200000 };
	unsigned matched = 0, compared = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		char pattern[12], text[8];
		bool path, name;

		make_text(pattern, sizeof(pattern), "abc*?[[]!-\\");
		make_text(text, sizeof(text), "aabc-]!");
		if (has_two_stars(pattern) || !is_comparable(pattern))
			continue;
		compared++;
		path = fnmatch(pattern, text, FNM_PATHNAME) == 0;
		name = fnmatch(pattern, text, 0) == 0;
		matched += name;
		assert_path(pattern, text, path);
		assert_name(pattern, text, name);
	}
	assert_true(compared > ROUNDS / 10 && matched > ROUNDS / 200);
}

/* Seconds of CPU time. */
static double time_of(const char *pattern, const char *text)
{
	clock_t start = clock();

	assert_path(pattern, text, false);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

static void a_hostile_name_takes_no_longer_than_another(void **state)
{
	static char text[4096], components[4096], pattern[1024];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(components) - 1; i++)
		components[i] = i % 2 ? 'a' : '/';
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		snprintf(pattern + i, sizeof(pattern) - i, "%s", i % 4 ? "*a" : "**");
	pattern[sizeof(pattern) - 3] = 'b';
	assert_true(time_of(pattern, text) < 2);
	assert_true(time_of("**a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", text) < 2);
	assert_true(time_of("/**/a*/**/a*/**/a*/**/a*/**/a*/**/a*b", components) < 2);
	assert_true(time_of("**a*a*a*/**a*a*a*/**a*a*a*/**a*a*ab", components) < 2);
	assert_true(time_of("**/*a*a*a*a*a*a*a*a*a*a*a*a*b", components) < 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_name_is_matched_as_by_a_shell),
	cmocka_unit_test(in_a_path_only_two_stars_match_a_slash),
	cmocka_unit_test(two_stars_between_slashes_match_no_directory_too),
	cmocka_unit_test(a_character_is_one_of_UTF_8),
	cmocka_unit_test(a_malformed_pattern_is_refused_with_its_place),
	cmocka_unit_test(the_text_before_the_first_wildcard_and_behind_the_last_is_known),
	cmocka_unit_test(the_longest_text_between_wildcards_is_known),
	cmocka_unit_test(what_is_decided_by_its_beginning_is_known),
	cmocka_unit_test(what_can_begin_anywhere_is_known),
	cmocka_unit_test(random_patterns_match_what_trying_everything_matches),
	cmocka_unit_test(random_patterns_match_what_fnmatch_matches),
	cmocka_unit_test(a_hostile_name_takes_no_longer_than_another),
};

UNIT_MODULE("base/glob", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "enforce/rule_format.h"
#include "enforce/rule_line.h"
#include "tests/unit/unit.h"

static void add_line(struct bw_rules *rules, const char *line)
{
	BW_CLEANUP(bw_rule_line_free) struct bw_rule_line rule;
	struct bw_rule_subject_names names = {0};
	struct bw_rule_line_error error;
	const char *why;

	if (bw_rule_line_parse(&rule, line, &names, &error) != 0)
		fail_msg("%s: %u: %s", line, error.column, error.reason);
	assert_int_equal(bw_rules_add_line(rules, &rule, &why), 0);
}

static char *formatted(const struct bw_rules *rules, size_t i)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	bw_rule_format(out, rules, &rules->rules[i]);
	fclose(out);
	return text;
}

static void a_line_is_printed_as_it_was_read(void **state)
{
	static const char *const lines[] = {
		"deny write dir /etc except exe /usr/bin/dpkg unit apt-daily.service",
		"kill any name block_test.c",
		"audit read path /etc/shadow except uid 0",
		"deny any name *.pem only container any",
		"deny EPERM read,attr path \"/srv/a b\"",
		"deny any path /srv/[ab]*.key except uid 12 gid 4 only comm \"a \\\"b\" children 17",
		"deny open name \"a\\\\*\"",
		"deny create,truncate,delete,stat dir \"/a\\\\[1]\"",
		"deny write,mmap path \"/a\\\\*/b*\"",
		"deny read name \"a\\x0ab\"",
	};
	struct bw_rules rules = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		BW_FREE char *text = NULL;

		add_line(&rules, lines[i]);
		text = formatted(&rules, i);
		assert_string_equal(text, lines[i]);
	}
	bw_rules_free(&rules);
}

/* Whatever the operations: what is printed reads as the same. */
static void operations_are_read_as_they_are_printed(void **state)
{
	static const char *const words[] = {"read",   "write",	  "exec", "attr",   "any",    "open",
					    "create", "truncate", "link", "delete", "rename", "replace",
					    "mkdir",  "mknod",	  "mmap", "stat"};

	(void)state;
	srandom(1);
	for (int i = 0; i < 500; i++) {
		struct bw_access access = {0}, again = {0};
		struct bw_word_list_unknown unknown;
		char list[256];

		for (long n = 1 + random() % 5; n > 0; n--)
			assert_int_equal(bw_access_read(words[(size_t)random() % LENGTH(words)], &access, &unknown), 0);
		bw_access_format(&access, list, sizeof(list));
		assert_int_equal(bw_access_read(list, &again, &unknown), 0);
		assert_memory_equal(&access, &again, sizeof(access));
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_line_is_printed_as_it_was_read),
	cmocka_unit_test(operations_are_read_as_they_are_printed),
};

UNIT_MODULE("enforce/rule_format", NULL, NULL);

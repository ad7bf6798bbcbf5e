/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin_text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char letters[BW_RULE_KINDS] = {[BW_RULE_NAME] = 'n', [BW_RULE_PATH] = 'p', [BW_RULE_DIR] = 'd'};

enum { PROGRAM = 'x' };

static void put(FILE *out, char letter, const char *value)
{
	fputc(letter, out);
	fputs(value, out);
	fputc('\0', out);
}

int bw_pin_text_write(const struct bw_rules *rules, const char *const *exes, size_t n_exes, char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n; i++)
		put(out, letters[rules->rules[i].kind], rules->rules[i].value);
	for (size_t i = 0; i < n_exes; i++)
		put(out, PROGRAM, exes[i]);
	return fclose(out) == 0 ? 0 : -ENOMEM;
}

static int kind_of(char letter)
{
	for (int kind = 0; kind < BW_RULE_KINDS; kind++)
		if (letters[kind] == letter)
			return kind;
	return -EBADMSG;
}

int bw_pin_text_read_rules(const char *text, size_t len, struct bw_rules *rules)
{
	const char *why, *end = text + len;
	int r = len == 0 || end[-1] == '\0' ? 0 : -EBADMSG;

	for (const char *p = text; r == 0 && p < end; p += strlen(p) + 1) {
		int kind = kind_of(*p);

		if (*p == PROGRAM)
			continue;
		r = kind < 0 ? kind : bw_rules_add(rules, (enum bw_rule_kind)kind, p + 1, &why);
	}
	return r;
}

bool bw_pin_text_has_programs(const char *text, size_t len, const char *const *exes, size_t n_exes)
{
	const char *end = text + len;
	size_t n = 0;

	if (len > 0 && end[-1] != '\0')
		return false;
	for (const char *p = text; p < end; p += strlen(p) + 1) {
		if (*p != PROGRAM)
			continue;
		if (n == n_exes || strcmp(p + 1, exes[n]) != 0)
			return false;
		n++;
	}
	return n == n_exes;
}

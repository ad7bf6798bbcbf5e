/* SPDX-License-Identifier: Apache-2.0 */
#include "base/parse.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

int bw_parse_number(const char *text, uint64_t max, uint64_t *value)
{
	uint64_t n = 0;

	if (!*text)
		return -EINVAL;
	for (const char *p = text; *p; p++)
		if (*p < '0' || *p > '9')
			return -EINVAL;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (n > (max - digit) / 10 || digit > max)
			return -ERANGE;
		n = n * 10 + digit;
	}
	*value = n;
	return 0;
}

int bw_parse_word(const char *text, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return -1;
}

struct unit {
	const char *name;
	uint64_t factor;
};

/* A number and one of the units behind it, which end with a name of NULL. */
static int parse_with_unit(const char *text, const struct unit *units, uint64_t *value)
{
	size_t digits = strspn(text, "0123456789");
	char number[24] = "";
	uint64_t n = 0;
	int r;

	if (digits >= sizeof(number))
		return -ERANGE;
	memcpy(number, text, digits);
	while (units->name && strcmp(units->name, text + digits) != 0)
		units++;
	r = units->name ? bw_parse_number(number, UINT64_MAX / units->factor, &n) : -EINVAL;
	if (r == 0)
		*value = n * units->factor;
	return r;
}

int bw_parse_duration(const char *text, uint64_t bare, uint64_t *ns)
{
	const struct unit units[] = {{"ns", 1},
				     {"us", 1000},
				     {"ms", 1000000},
				     {"s", BW_PARSE_SECOND},
				     {"m", 60 * BW_PARSE_SECOND},
				     {"h", 3600 * BW_PARSE_SECOND},
				     {bare ? "" : NULL, bare},
				     {NULL, 0}};
	uint64_t value;
	int r = parse_with_unit(text, units, &value);

	if (r == 0 && value == 0)
		return -EINVAL;
	if (r == 0)
		*ns = value;
	return r;
}

int bw_parse_size(const char *text, uint64_t *bytes)
{
	static const struct unit units[] = {{"", 1},	    {"k", 1 << 10}, {"K", 1 << 10},
					    {"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0}};

	return parse_with_unit(text, units, bytes);
}

bool bw_parse_is_identifier(const char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text) && *text != '_')
			return false;
	return true;
}

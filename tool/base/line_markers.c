/* SPDX-License-Identifier: Apache-2.0 */
#include "base/line_markers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static const char line_word[] = "#line ";

void bw_line_markers_put(FILE *out, unsigned number, const char *path)
{
	fprintf(out, "%s%u \"", line_word, number);
	for (const char *p = path; *p; p++)
		fprintf(out, strchr("\"\\", *p) || (unsigned char)*p < 0x20 ? "\\%03o" : "%c", (unsigned char)*p);
	fputs("\"\n", out);
}

static bool is_line(const char *line)
{
	return strncmp(line, line_word, strlen(line_word)) == 0;
}

/* The name within the quotes that begin at p. */
static char *unescaped(const char *p)
{
	char *name = malloc(strlen(p) + 1), *to = name;

	for (p++; name && *p && *p != '"' && *p != '\n'; p++) {
		bool octal = p[0] == '\\' && isdigit((unsigned char)p[1]) && isdigit((unsigned char)p[2]) &&
			     isdigit((unsigned char)p[3]);

		*to++ = octal ? (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + p[3] - '0') : *p;
		p += octal ? 3 : 0;
	}
	if (name)
		*to = '\0';
	return name;
}

char *bw_line_markers_origin(const char *text, const char *path, unsigned number, unsigned *origin)
{
	const char *name = NULL;
	char *end;

	*origin = 0;
	for (const char *line = text, *past; number > 0; number--, line = past + 1) {
		past = line + strcspn(line, "\n");
		++*origin;
		if (is_line(line)) {
			*origin = (unsigned)strtoul(line + strlen(line_word), &end, 10) - 1;
			name = *end == ' ' && end[1] == '"' ? end + 1 : name;
		}
		if (!*past)
			break;
	}
	return name ? unescaped(name) : strdup(path);
}

void bw_line_markers_blank(char *text)
{
	for (char *line = text; *line; line += *line == '\n') {
		size_t len = strcspn(line, "\n");

		if (is_line(line))
			memset(line, ' ', len);
		line += len;
	}
}

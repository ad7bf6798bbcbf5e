/* SPDX-License-Identifier: Apache-2.0 */
#include "program/rejection.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/line_markers.h"
#include "base/log.h"

enum { LOG_LINES = 12 }; /* of the verifier's log are shown without -v */

static void print_log(const char *output, size_t len)
{
	const char *end = output + len, *from = end;

	while (end > output && end[-1] == '\n')
		end--;
	for (int lines = 0; from > output && !bw_verbose; from--)
		if (from < end && from[-1] == '\n' && ++lines == LOG_LINES)
			break;
	if (bw_verbose)
		from = output;
	if (from > output)
		bw_log_hint("... (all of it with -v)");
	bw_log_output(from, (size_t)(end - from));
}

/* A line of the source in the log: "; text", with " @ file:line" behind it on newer kernels. */
struct source_line {
	char *text;	 /* owned */
	unsigned number; /* 0: not given */
};

/* The last one; its text is NULL if there is none. */
static struct source_line last_line(const char *output)
{
	struct source_line line = {0};
	const char *found = NULL;
	char *at, *colon;

	for (const char *p = output; p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (p[0] == ';' && p[1] == ' ')
			found = p + 2 + strspn(p + 2, " \t");
	}
	line.text = found ? strndup(found, strcspn(found, "\r\n")) : NULL;
	at = line.text ? strstr(line.text, " @ ") : NULL;
	colon = at ? strrchr(at, ':') : NULL;
	if (colon)
		line.number = (unsigned)strtoul(colon + 1, NULL, 10);
	if (at)
		*at = '\0';
	return line;
}

/* Are both one line of a header, which may be in the text more than once? */
static bool is_same_line(const char *text, unsigned a, unsigned b)
{
	BW_FREE char *one = bw_line_markers_origin(text, "", a, &a), *other = bw_line_markers_origin(text, "", b, &b);

	return one && other && a == b && strcmp(one, other) == 0;
}

/*
 * The number of the only line of text that is this one, but for the space around it; of several, the one that the
 * kernel names; 0: none is. (The kernel's number alone is not enough: libbcc puts lines of its own before.)
 */
static unsigned number_of(const char *text, const struct source_line *line)
{
	unsigned number = 0, found = 0, n = 0;
	size_t len = strlen(line->text);

	for (const char *p = text; p; p = strchr(p, '\n')) {
		p += number > 0; /* past the newline */
		number++;
		p += strspn(p, " \t");
		if (strncmp(p, line->text, len) != 0 || p[len + strspn(p + len, " \t\r")] != '\n')
			continue;
		if (number == line->number)
			return number;
		n += n == 0 || !is_same_line(text, found, number);
		found = number;
	}
	return n == 1 ? found : 0;
}

static void print_source_line(const struct bw_rejection_explainer *e, const char *output)
{
	struct source_line line = last_line(output);
	unsigned number = line.text && *line.text ? number_of(e->text, &line) : 0;
	BW_FREE char *file = number ? bw_line_markers_origin(e->text, e->path, number, &number) : NULL;

	if (file)
		bw_log_hint("%s:%u: %s", file, number, line.text);
	else if (line.text && *line.text) /* libbcc has written something else in its place */
		bw_log_hint("%s: %s", e->path, line.text);
	free(line.text);
}

int bw_rejection_report(const struct bw_image_program *program, const struct bw_probe_kind *kind, int error,
			const char *output, const struct bw_rejection_explainer *e)
{
	BW_FREE char *better = NULL;

	bw_log_error(error, "the kernel rejects the program '%s': %s", program->name, strerror(-error));
	if (e && e->explain(e->cookie, program->name, (int)kind->type, &better) == 0 && *better)
		output = better;
	if (output && *output)
		print_log(output, strlen(output));
	if (better)
		print_source_line(e, better);
	return error;
}

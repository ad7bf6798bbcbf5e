/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"

enum { LINE_BYTES = 4096, HELD_MAX = 1 << 20 };

/* A stderr that nobody reads holds nothing up: after a second a line is dropped. */
static bool is_writable(void)
{
	struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&fd, 1, 1000) > 0;
}

/* A line of what is held; of what finds no memory or room the rest is dropped. */
static void hold_line(const char *line, size_t len)
{
	struct bw_log_held *held = bw_log_holder;
	char *more = held->len + len < HELD_MAX ? realloc(held->text, held->len + len + 1) : NULL;

	if (!more)
		return;
	memcpy(more + held->len, line, len);
	held->text = more;
	held->len += len;
	more[held->len] = '\0';
}

enum kind { ERROR, HINT, NOTE, DEBUG, OUTPUT };

static bool is_held(enum kind kind)
{
	if (!bw_log_holder || bw_verbose || kind == DEBUG)
		return false;
	return kind != NOTE || bw_log_holder->notes;
}

/* What doctor makes its result of. line: escaped. */
static void hold_parts(enum kind kind, const char *line)
{
	struct bw_log_held *held = bw_log_holder;

	if (kind == ERROR) {
		snprintf(held->error, sizeof(held->error), "%s", line);
		*held->hint = '\0';
	} else if (kind == HINT && !*held->hint) {
		snprintf(held->hint, sizeof(held->hint), "%s", line);
	} else if (kind == OUTPUT && !*held->output && strstr(line, "error:")) {
		snprintf(held->output, sizeof(held->output), "%s", line);
	}
}

/* One call, one line: messages of several processes do not mix. */
static void print_line(enum kind kind, const char *line, size_t len)
{
	static const char *const prefixes[] = {
		[ERROR] = "bccwatch: ", [HINT] = "  ", [NOTE] = "", [DEBUG] = "", [OUTPUT] = ""};
	char shown[LINE_BYTES + 4 * LINE_BYTES];
	size_t prefix = (size_t)snprintf(shown, LINE_BYTES, "%s", prefixes[kind]);
	size_t n = prefix + bw_escape_controls(shown + prefix, line, len);

	if (is_held(kind)) {
		shown[n] = '\0';
		hold_parts(kind, shown + prefix);
		shown[n] = '\n';
		hold_line(shown, n + 1);
	} else if (is_writable()) {
		shown[n] = '\n';
		fwrite(shown, 1, n + 1, stderr);
	}
}

static void print(enum kind kind, const char *fmt, va_list args)
{
	char line[LINE_BYTES];
	int len = vsnprintf(line, sizeof(line), fmt, args);

	if (len >= 0)
		print_line(kind, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
}

int bw_log_error(int r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(ERROR, fmt, args);
	va_end(args);
	return r;
}

void bw_log_hint(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(HINT, fmt, args);
	va_end(args);
}

void bw_log_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print(NOTE, fmt, args);
	va_end(args);
}

void bw_log_debug(const char *fmt, ...)
{
	va_list args;

	if (!bw_verbose)
		return;
	va_start(args, fmt);
	print(DEBUG, fmt, args);
	va_end(args);
}

void bw_log_output(const char *text, size_t len)
{
	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : len;
		size_t part = line < LINE_BYTES ? line : LINE_BYTES;

		print_line(OUTPUT, text, part);
		part += newline && part == line;
		text += part;
		len -= part;
	}
}

struct bw_log_held *bw_log_hold(struct bw_log_held *held)
{
	struct bw_log_held *before = bw_log_holder;

	bw_log_holder = held;
	return before;
}

void bw_log_show(const struct bw_log_held *held)
{
	if (held->len == 0)
		return;
	if (bw_log_holder) {
		hold_line(held->text, held->len);
		memcpy(bw_log_holder->error, held->error, sizeof(held->error));
		memcpy(bw_log_holder->hint, held->hint, sizeof(held->hint));
		memcpy(bw_log_holder->output, held->output, sizeof(held->output));
	} else if (is_writable()) {
		fwrite(held->text, 1, held->len, stderr);
	}
}

void bw_log_free(struct bw_log_held *held)
{
	free(held->text);
	*held = (struct bw_log_held){0};
}

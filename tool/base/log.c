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

/* One call, one line: messages of several processes do not mix. */
static void print_line(const char *prefix, const char *line, size_t len, bool can_hold)
{
	char shown[LINE_BYTES + 4 * LINE_BYTES];
	size_t n = (size_t)snprintf(shown, LINE_BYTES, "%s", prefix);

	n += bw_escape_controls(shown + n, line, len);
	shown[n++] = '\n';
	if (can_hold && bw_log_holder && !bw_verbose)
		hold_line(shown, n);
	else if (is_writable())
		fwrite(shown, 1, n, stderr);
}

static void print(const char *prefix, bool can_hold, const char *fmt, va_list args)
{
	char line[LINE_BYTES];
	int len = vsnprintf(line, sizeof(line), fmt, args);

	if (len >= 0)
		print_line(prefix, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1, can_hold);
}

int bw_log_error(int r, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print("bccwatch: ", true, fmt, args);
	va_end(args);
	return r;
}

void bw_log_hint(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print("  ", true, fmt, args);
	va_end(args);
}

void bw_log_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print("", false, fmt, args);
	va_end(args);
}

void bw_log_debug(const char *fmt, ...)
{
	va_list args;

	if (!bw_verbose)
		return;
	va_start(args, fmt);
	print("", false, fmt, args);
	va_end(args);
}

void bw_log_output(const char *text, size_t len)
{
	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t line = newline ? (size_t)(newline - text) : len;
		size_t part = line < LINE_BYTES ? line : LINE_BYTES;

		print_line("", text, part, true);
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
	if (held->len > 0 && is_writable())
		fwrite(held->text, 1, held->len, stderr);
}

void bw_log_free(struct bw_log_held *held)
{
	free(held->text);
	*held = (struct bw_log_held){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"

enum { LINE_BYTES = 4096 };

/* A stderr that nobody reads holds nothing up: after a second a line is dropped. */
static bool is_writable(void)
{
	struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&fd, 1, 1000) > 0;
}

static void say(const char *prefix, const char *fmt, va_list args)
{
	char raw[LINE_BYTES], shown[4 * LINE_BYTES];
	int len = vsnprintf(raw, sizeof(raw), fmt, args);

	if (len < 0)
		return;
	if ((size_t)len >= sizeof(raw))
		len = sizeof(raw) - 1;
	if (!is_writable())
		return;
	/* One call, one line: messages of several processes do not mix. */
	fprintf(stderr, "%s%.*s\n", prefix, (int)bw_escape_controls(shown, raw, (size_t)len), shown);
}

int bw_log_error(int r, const char *fmt, ...)
{
	va_list args;

	if (bw_trying && !bw_verbose)
		return r;
	va_start(args, fmt);
	say("bccwatch: ", fmt, args);
	va_end(args);
	return r;
}

void bw_log_hint(const char *fmt, ...)
{
	va_list args;

	if (bw_trying && !bw_verbose)
		return;
	va_start(args, fmt);
	say("  ", fmt, args);
	va_end(args);
}

void bw_log_note(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
}

void bw_log_debug(const char *fmt, ...)
{
	va_list args;

	if (!bw_verbose)
		return;
	va_start(args, fmt);
	say("", fmt, args);
	va_end(args);
}

void bw_log_output(const char *words, size_t len)
{
	char shown[4 * LINE_BYTES];

	if (bw_trying && !bw_verbose)
		return;
	while (len > 0 && is_writable()) {
		const char *newline = memchr(words, '\n', len);
		size_t line = newline ? (size_t)(newline - words) : len;
		size_t part = line < LINE_BYTES ? line : LINE_BYTES;

		fprintf(stderr, "%.*s\n", (int)bw_escape_controls(shown, words, part), shown);
		part += newline && part == line;
		words += part;
		len -= part;
	}
}

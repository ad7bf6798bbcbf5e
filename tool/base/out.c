/* SPDX-License-Identifier: Apache-2.0 */
#include "base/out.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bw_out_init(struct bw_out *out, int fd, size_t size)
{
	*out = (struct bw_out){.fd = fd, .size = size, .buf = malloc(size)};
	return out->buf ? 0 : -ENOMEM;
}

int bw_out_grow(struct bw_out *out, size_t size)
{
	char *larger = size > out->size ? realloc(out->buf, size) : out->buf;

	if (!larger)
		return -ENOMEM;
	out->buf = larger;
	out->size = size > out->size ? size : out->size;
	return 0;
}

void bw_out_free(struct bw_out *out)
{
	free(out->buf);
	out->buf = NULL;
}

/* Waits until fd is writable. -EINTR if it is not within a second of the run's end. */
static int wait_writable(const struct bw_out *out)
{
	enum { TICK_MS = 100, GRACE = 10 };
	struct pollfd fd = {.fd = out->fd, .events = POLLOUT};

	for (int over = 0; over < GRACE;) {
		int r = poll(&fd, 1, TICK_MS);

		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
		over += out->is_over && out->is_over(out->cookie);
	}
	return -EINTR;
}

static uint64_t count_lines(const char *text, size_t len)
{
	uint64_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

/* Returns how many bytes were written; if not all, out->error is the reason. */
static size_t write_out(struct bw_out *out, const char *bytes, size_t len)
{
	size_t done = 0;

	while (done < len && !out->error) {
		/* A writable pipe takes PIPE_BUF bytes without blocking, not more. */
		size_t part = len - done < PIPE_BUF ? len - done : PIPE_BUF;
		ssize_t n;

		out->error = wait_writable(out);
		if (out->error)
			break;
		n = write(out->fd, bytes + done, part);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			out->error = -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return done;
}

int bw_out_flush(struct bw_out *out)
{
	size_t done;

	if (out->torn && out->len > 0 && write_out(out, "\n", 1) == 1) {
		out->torn = false;
		out->last = '\n';
	}
	done = write_out(out, out->buf, out->len);
	if (done > 0)
		out->last = out->buf[done - 1];
	if (out->error && out->last)
		out->torn = out->last != '\n';
	out->unwritten += count_lines(out->buf + done, out->len - done);
	out->len = 0;
	return out->error;
}

char *bw_out_reserve(struct bw_out *out, size_t len)
{
	if (out->len + len > out->size)
		bw_out_flush(out);
	return out->buf + out->len;
}

void bw_out_commit(struct bw_out *out, size_t len)
{
	out->len += len;
}

void bw_out_put(struct bw_out *out, const char *bytes, size_t len)
{
	while (len > 0) {
		size_t part = len < out->size ? len : out->size;

		memcpy(bw_out_reserve(out, part), bytes, part);
		bw_out_commit(out, part);
		bytes += part;
		len -= part;
	}
}

size_t bw_out_u64(char *dst, uint64_t n)
{
	static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
				    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
				    "8081828384858687888990919293949596979899";
	char digits[20];
	char *first = digits + sizeof(digits);
	size_t len;

	for (; n >= 10; n /= 100) {
		first -= 2;
		memcpy(first, pairs + 2 * (n % 100), 2);
	}
	/* One digit is left, or there was none. */
	if (n > 0 || first == digits + sizeof(digits))
		*--first = (char)('0' + n);
	len = (size_t)(digits + sizeof(digits) - first);
	memcpy(dst, first, len);
	return len;
}

size_t bw_out_text(char *dst, const char *text)
{
	size_t len = strlen(text);

	memcpy(dst, text, len); /* NOLINT(bugprone-not-null-terminated-result) */
	return len;
}

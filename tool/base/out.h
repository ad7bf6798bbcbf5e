/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Buffered output of whole lines. No line waits for the next event: the caller flushes when it has no more. A pipe or
 * terminal that nobody reads does not delay the end of the run.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bw_out {
	int fd; /* not owned */
	/* Shall the run end? Then a write that blocks is given up after a second. NULL: never. */
	bool (*is_over)(const void *cookie);
	const void *cookie;
	uint64_t unwritten; /* lines that were dropped after a failure */
	bool torn;	    /* a line was written in part: it is ended before the next one */
	char last;	    /* the byte that was written last; NUL: none */
	int error;	    /* the first failure, -errno; what comes after it is dropped */
	size_t len, size;
	char *buf; /* owned, of size bytes */
};

/* size: in bytes, at least the most that is reserved at once. 0 or -ENOMEM. */
int bw_out_init(struct bw_out *out, int fd, size_t size);
void bw_out_free(struct bw_out *out);

/* At least that much can be reserved at once from here on. 0 or -ENOMEM. */
int bw_out_grow(struct bw_out *out, size_t size);

/* Room for len more bytes, at most size: flushes first where there is none. */
char *bw_out_reserve(struct bw_out *out, size_t len);
void bw_out_commit(struct bw_out *out, size_t len);

/* Appends bytes, as many as they are. */
void bw_out_put(struct bw_out *out, const char *bytes, size_t len);

/* Writes what is buffered. 0, or out->error: -EPIPE, where the reader went away; -EINTR where a write was
 * given up. */
int bw_out_flush(struct bw_out *out);

/* Writes n in decimal digits to dst (20 bytes hold any) and returns how many. */
size_t bw_out_u64(char *dst, uint64_t n);

/* Writes text without its NUL to dst and returns how many bytes that were. */
size_t bw_out_text(char *dst, const char *text);

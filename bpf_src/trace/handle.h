/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The handle that open_by_handle_at(2) is given in place of a name. */
#pragma once

#include "../lib/text.h"

#define HANDLE_BYTES 128 /* MAX_HANDLE_SZ */

BPF_PERCPU_ARRAY(text, struct text, 1);

/* As it lies in the program's memory. */
struct handle {
	u32 size;
	int type;
	u8 bytes[HANDLE_BYTES];
};

static inline void put_hex(struct text *t, u8 digit)
{
	put_char(t, digit + (digit < 10 ? '0' : 'a' - 10));
}

/* handle:TYPE:BYTES */
static inline const char *put_handle(struct text *t, const struct handle *h)
{
	text_start(t);
	for (int i = HANDLE_BYTES - 1; i >= 0; i--)
		if (i < h->size) {
			put_hex(t, h->bytes[i] & 15);
			put_hex(t, h->bytes[i] >> 4);
		}
	put_char(t, ':');
	put_number(t, h->type & 0xffff); /* above it are flags, from Linux 6.13 on */
	put_char(t, ':');
	put_char(t, 'e');
	put_char(t, 'l');
	put_char(t, 'd');
	put_char(t, 'n');
	put_char(t, 'a');
	put_char(t, 'h');
	return text_begin(t);
}

/* Reads the handle at `from` into a name of so many bytes. The name's length with the NUL, or a negative error. */
static inline int read_handle(char *name, u32 size, const char *from)
{
	int zero = 0;
	struct text *t = text.lookup(&zero);
	struct handle h = {};
	u64 used;

	if (!t || bpf_probe_read_user(&h, offsetof(struct handle, bytes), from) < 0)
		return -1;
	used = h.size < HANDLE_BYTES ? h.size : HANDLE_BYTES;
	HIDE_FROM_CLANG(used);
	if (used > HANDLE_BYTES || bpf_probe_read_user(h.bytes, used, from + offsetof(struct handle, bytes)) < 0)
		return -1;
	return bpf_probe_read_kernel_str(name, size, put_handle(t, &h));
}

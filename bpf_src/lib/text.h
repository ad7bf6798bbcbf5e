/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Text that is written from its end on: into TEXT_BYTES bytes, behind which lie NAME_BYTES more, so that the verifier
 * sees that a name which begins inside ends inside, too. `at` is where the text begins so far.
 */
#pragma once

#include "verifier.h"

#define TEXT_BYTES 4096
#define NAME_BYTES 256

struct text {
	char bytes[TEXT_BYTES + NAME_BYTES];
	UNTRACKED u32 at; /* where the text begins; else the verifier follows each value */
};

static inline char *text_begin(struct text *t)
{
	u64 at = t->at;

	BOUND(at, TEXT_BYTES);
	return t->bytes + at;
}

static inline void put_byte(char *bytes, UNTRACKED u32 *at, char byte)
{
	u64 begin;

	*at -= 1;
	begin = *at;
	BOUND(begin, TEXT_BYTES);
	bytes[begin] = byte;
}

/* Nothing but a NUL. */
static inline void text_start(struct text *t)
{
	t->at = TEXT_BYTES;
	put_byte(t->bytes, &t->at, 0);
}

static inline bool text_is_empty(struct text *t)
{
	return t->at == TEXT_BYTES - 1;
}

static inline void put_char(struct text *t, char c)
{
	put_byte(t->bytes, &t->at, c);
}

static inline void put_number(struct text *t, u64 n)
{
	for (int i = 0; i < 20; i++) {
		put_char(t, '0' + n % 10);
		n /= 10;
		if (!n)
			break;
	}
}

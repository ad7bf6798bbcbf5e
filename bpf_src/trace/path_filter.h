/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which events are wanted by the text of their path, as far as the kernel can decide. */
#pragma once

#include "../lib/wanted.h"
#include "options.h"
#include "slot.h"

#define INFIX_SEARCHED 512 /* bytes of a path; the verifier follows each */

#if FILTER_NOT_PATH
BPF_ARRAY(not_paths, struct not_path, NOT_PATHS_MAX);
#endif

/* Are the first `count` of the bytes the same? */
static inline bool begins_alike(const u64 *a, const u64 *b, u32 count)
{
#pragma unroll
	for (int i = 0; i < GLOB_BYTES / 8; i++) {
		u64 mask = count >= 8 * i + 8 ? ~0ULL : count > 8 * i ? (1ULL << 8 * (count & 7)) - 1 : 0;

		if ((a[i] ^ b[i]) & mask)
			return false;
	}
	return true;
}

/* The same of the last ones. */
static inline bool ends_alike(const u64 *a, const u64 *b, u32 count)
{
#pragma unroll
	for (int i = 0; i < GLOB_BYTES / 8; i++) {
		u32 behind = GLOB_BYTES - 8 * i; /* bytes from here to the end */
		u64 mask = count >= behind ? ~0ULL : count + 8 > behind ? ~0ULL << 8 * ((8 - count) & 7) : 0;

		if ((a[i] ^ b[i]) & mask)
			return false;
	}
	return true;
}

static inline void read_path_begin(struct slot *s)
{
	u64 begin = s->at;

	BOUND(begin, TEXT_BYTES);
	bpf_probe_read_kernel(s->end, sizeof(s->end), s->path + begin);
}

/*
 * Has the path the texts that stand between wildcards? Without branches, since the verifier would follow both ways at
 * each byte: the highest bits of path and name are 1 until theirs was found. Of a longer path bccwatch decides.
 */
static inline bool has_infixes(struct slot *s, struct filter *f)
{
	u64 begin = s->at, bytes = 0, differs, path = FILTER_PATH ? -1 : 0, name = FILTER_NAME ? -1 : 0;

	if (TEXT_BYTES - 1 - begin > INFIX_SEARCHED)
		return true;
#pragma clang loop unroll(disable)
	for (int i = 0; i < INFIX_SEARCHED; i++) {
		u64 at = begin + i;

		if (at >= TEXT_BYTES - 1)
			break;
		BOUND(at, TEXT_BYTES);
		bytes = bytes << 8 | (u8)s->path[at];
		differs = (bytes ^ f->path.infix) & f->path.infix_mask;
		path &= differs | -differs; /* the highest bit is 0 where nothing differs */
		differs = (bytes ^ f->name.infix) & f->name.infix_mask;
		name &= differs | -differs;
	}
	return !((path | name) >> 63);
}

/* What of a glob the kernel can decide; bccwatch decides the rest. */
static inline bool may_match(struct slot *s, struct filter *f)
{
	if (FILTER_PATH) {
		read_path_begin(s);
		if (!begins_alike(s->end, (u64 *)f->path.prefix, f->path.prefix_len))
			return false;
		bpf_probe_read_kernel(s->end, sizeof(s->end), s->path + TEXT_BYTES - 1 - GLOB_BYTES);
		if (!ends_alike(s->end, (u64 *)f->path.suffix, f->path.suffix_len))
			return false;
	}
	if (FILTER_NAME) {
		bpf_probe_read_kernel(s->end, sizeof(s->end), s->path + TEXT_BYTES - 1 - GLOB_BYTES);
		if (!ends_alike(s->end, (u64 *)f->name.suffix, f->name.suffix_len))
			return false;
	}
	return !FILTER_INFIX || has_infixes(s, f);
}

#if FILTER_NOT_PATH
static inline bool is_path_left_out(struct slot *s)
{
	u32 len = TEXT_BYTES - 1 - s->at;

	read_path_begin(s);
#pragma clang loop unroll(disable)
	for (u32 i = 0; i < NOT_PATHS_MAX; i++) {
		u32 key = i;
		struct not_path *p = not_paths.lookup(&key);

		if (!p || !p->prefix_len || len < p->prefix_len)
			continue;
		if (begins_alike(s->end, (u64 *)p->prefix, p->prefix_len) &&
		    (!p->is_whole || len == p->prefix_len || ((char *)s->end)[p->prefix_len & (GLOB_BYTES - 1)] == '/'))
			return true;
	}
	return false;
}
#endif

/*
 * By its path, where that is known and the only one. Others bccwatch decides: an event with two names is wanted for
 * either, and of a lookup that failed the path is put together from two texts.
 */
static inline bool has_wanted_path(struct slot *s, struct filter *f)
{
	struct data_t *d = &s->event;
	u64 begin = s->at;

	BOUND(begin, TEXT_BYTES);
	if ((d->marks & (DIRECTORY | TO_DIRECTORY)) || d->to.len || !d->path.len)
		return true;
	if (s->path[begin] != '/')
		return true; /* it is too long, and begins with "..." */
#if FILTER_NOT_PATH
	if (is_path_left_out(s))
		return false;
#endif
	return !(FILTER_NAME || FILTER_PATH) || may_match(s, f);
}

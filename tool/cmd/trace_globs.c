/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_globs.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static void set_infix(struct glob_ends *ends, const char *text, size_t len)
{
	for (size_t i = 0; i < len && i < sizeof(ends->infix); i++) {
		ends->infix = ends->infix << 8 | (unsigned char)text[i];
		ends->infix_mask = ends->infix_mask << 8 | 0xff;
	}
}

void bw_trace_globs_set_ends(struct glob_ends *ends, const struct bw_glob *g)
{
	size_t prefix_len, suffix_len, infix_len;
	const char *prefix = bw_glob_prefix(g, &prefix_len), *suffix = bw_glob_suffix(g, &suffix_len);
	const char *infix = bw_glob_infix(g, &infix_len);

	ends->prefix_len = (uint32_t)(prefix_len < GLOB_BYTES ? prefix_len : GLOB_BYTES);
	ends->suffix_len = (uint32_t)(suffix_len < GLOB_BYTES ? suffix_len : GLOB_BYTES);
	memcpy(ends->prefix, prefix, ends->prefix_len);
	memcpy(ends->suffix + GLOB_BYTES - ends->suffix_len, suffix + suffix_len - ends->suffix_len, ends->suffix_len);
	set_infix(ends, infix, infix_len);
}

/* Sets an entry; false where the program could not decide it. */
static bool set_not_path(struct not_path *p, const struct bw_glob *g)
{
	size_t len;
	const char *prefix = bw_glob_prefix(g, &len);

	if (!g->is_literal && !bw_glob_is_prefix(g))
		return false;
	while (g->is_literal && len > 0 && prefix[len - 1] == '/')
		len--;
	if (len == 0 || len >= GLOB_BYTES)
		return false;
	*p = (struct not_path){.prefix_len = (uint32_t)len, .is_whole = g->is_literal};
	memcpy(p->prefix, prefix, len);
	return true;
}

size_t bw_trace_globs_set_not_paths(struct not_path to[NOT_PATHS_MAX], const struct bw_glob *globs, size_t n)
{
	size_t set = 0;

	for (size_t i = 0; i < n && set < NOT_PATHS_MAX; i++)
		set += set_not_path(&to[set], &globs[i]);
	return set;
}

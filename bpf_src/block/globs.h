/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Patterns of names, as *.pem, of any directory or of one. bccwatch makes states of them (glob_state.h), so that a name
 * is read once, however many patterns there are.
 */
#pragma once

#include "../lib/identity.h"
#include "../lib/path.h"
#include "../lib/targets.h"
#include "../lib/track.h"
#include "glob_state.h"
#include "options.h"

#if BY_GLOB

BPF_ARRAY(glob_states, struct glob_state, 1); /* bccwatch makes these as large as it needs */
BPF_ARRAY(globs, struct globs, 1);
BPF_HASH(glob_dirs, struct file_id, u64, 1); /* the patterns that hold in a directory, a bit each */
#if WAITING
BPF_HASH(glob_places, u32, u64, 1); /* the same by its number in `places`, of one that did not exist at the start */
#endif

/* Of a name, 7 characters at a time are read. */
#define NAME_PARTS (256 / 7 + 1)

/* The patterns that match, a bit each. */
static inline u64 globs_of(const char *name)
{
	char part[8] = {};
	u32 at = 0;

#pragma clang loop unroll(disable)
	for (u32 i = 0; i < NAME_PARTS; i++) {
		bpf_probe_read_kernel_str(&part, sizeof(part), name + 7 * i);
#pragma unroll
		for (u32 k = 0; k < 7; k++) {
			struct glob_state *state = glob_states.lookup(&at);

			if (!state)
				return 0;
			if (!part[k])
				return state->found;
			at = state->next[(u8)part[k]];
		}
	}
	return ~0ULL; /* longer than others, as on vfat: it may match each */
}

/* What these patterns deny. */
static inline u32 denied_by_globs(struct globs *g, u64 set)
{
	u32 denied = 0;

#pragma clang loop unroll(disable)
	for (int i = 0; i < GLOBS_MAX; i++)
		denied |= g->access[i] & -(u32)(set >> i & 1);
	return denied;
}

/* The name in no known directory. */
static inline u32 match_glob_string(const char *name)
{
	int zero = 0;
	struct globs *g = globs.lookup(&zero);
	u64 found = globs_of(name);

	return g && found & g->anywhere ? denied_by_globs(g, found & g->anywhere) : 0;
}

/* The patterns that hold in the directory alone. */
static inline u64 globs_in(struct inode *directory)
{
	struct file_id id = {};
	u64 *here, set;

	identify(directory, &id);
	here = glob_dirs.lookup(&id);
	set = here ? *here : 0;
#if WAITING
	struct protection *place = places.lookup(&id);
	u32 node = place ? place->access : 0;

	here = glob_places.lookup(&node);
	set |= here ? *here : 0;
#endif
	return set;
}

/* The patterns of any directory that match, and (here) those of its own. */
static inline u64 match_patterns(struct dentry *dentry, u64 *here)
{
	struct inode *directory = NULL;
	struct dentry *parent = NULL;
	const char *name = NULL;
	int zero = 0;
	struct globs *g = globs.lookup(&zero);
	u64 found;

	*here = 0;
	PEEK(name, dentry->d_name.name);
	found = globs_of(name);
	if (!g || !found)
		return 0;
	if (BY_PATH) {
		PEEK(parent, dentry->d_parent);
		PEEK(directory, parent->d_inode);
		*here = found & globs_in(directory);
	}
	return found & g->anywhere;
}

/* As match_path() (lib/match.h): a file that matches in its directory is protected from then on, whatever its name. */
static inline u32 match_globs(struct dentry *dentry, struct inode *inode)
{
	int zero = 0;
	struct globs *g = globs.lookup(&zero);
	u64 here, found = match_patterns(dentry, &here);
	u32 denied = 0;

	if (!g)
		return 0;
	if (here)
		denied = denied_by_globs(g, here);
	if (denied && inode)
		protect_file(inode, denied);
	return found ? denied | denied_by_globs(g, found) : denied;
}

/* What the file is protected from that has this name, or gets it: by patterns of its directory. */
static inline u32 match_path_globs(struct dentry *dentry)
{
	int zero = 0;
	struct globs *g = globs.lookup(&zero);
	u64 here;

	match_patterns(dentry, &here);
	return g && here ? denied_by_globs(g, here) : 0;
}

#else

static inline u32 match_glob_string(const char *name)
{
	return 0;
}

static inline u32 match_globs(struct dentry *dentry, struct inode *inode)
{
	return 0;
}

static inline u32 match_path_globs(struct dentry *dentry)
{
	return 0;
}

#endif

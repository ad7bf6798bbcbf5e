/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What is checked where a file gets another name, by a link or a rename. */
#pragma once

#include <linux/errno.h>
#include <linux/fs.h>

#include "../lib/directories.h"
#include "../lib/match.h"
#include "../lib/track.h"
#include "../lib/verifier.h"
#include "globs.h"
#include "policies.h"

/*
 * Accesses the file must stay denied after it moves out of a protected directory; 0 if nothing changes. While bccwatch
 * looks for files of several links, one that moves may come to where it has looked already. While the directory is
 * frozen: also those that it would get.
 */
static inline u32 kept_from_directory(struct settings *s, struct dentry *from, struct dentry *to)
{
	u32 access = match_directory(from, NULL, LEVELS_OTHER, 0, false), there;
	struct links old, new;

	READ_LINKS(old, from);
	READ_LINKS(new, to);
	if (!s->learning && old.parent == new.parent && !(access & UNKNOWN)) {
		access = 0;
	} else if (s->frozen || (access && !(access & UNKNOWN) && !s->learning)) {
		there = match_directory(to, NULL, LEVELS_FALLBACK, 0, false);
		if (s->frozen)
			access |= there;
		else if (there == access)
			access = 0; /* within the protected directory */
		else if (POLICIES && !(there & UNKNOWN))
			access |= there; /* what is beneath it is asked for there alone */
	}
	HIDE_FROM_VERIFIER(access);
	return access;
}

/* From now on the file is protected itself. 0, or an error. */
static inline long protect(struct settings *s, struct dentry *dentry, u32 access)
{
	struct links links;
	u16 mode = 0;
	long r;

	READ_LINKS(links, dentry);
	PEEK(mode, links.inode->i_mode);
	if ((mode & 0170000) != 0040000)
		return protect_file(links.inode, access);
	r = protect_directory(links.inode, access);
	if (s->learning)
		count_outcome(OUTCOME_MOVED);
	return r;
}

/*
 * What is protected stays so, and what comes to a protected path is from now on: by a link or a rename. Also while
 * bccwatch looks for the names that files below a directory have elsewhere, so that it skips none.
 */
static inline long on_new_name(void *ctx, struct dentry *from, struct dentry *to)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	u32 access;
	long r;

	if (!BY_FILE || !s || s->mode == MODE_CANARY)
		return 0;
	access = kept_from_directory(s, from, to);
	if (s->frozen && access)
		return -EBUSY;
	if (access & UNKNOWN && !audits_alone(access)) {
		count_outcome(s->mode == MODE_ENFORCE ? OUTCOME_UNKNOWN : OUTCOME_MOVED);
		goto refuse;
	}
	if (BY_PATH)
		access |= match_path(to, NULL) | match_path(from, NULL);
	if (BY_PATH && BY_GLOB)
		access |= match_path_globs(to) | match_path_globs(from);
	if (!access)
		return 0;
	r = protect(s, from, access);
	if (r == 0 || r == -EEXIST)
		return 0;
	count_outcome(OUTCOME_UNLEARNED);
refuse:
	if (s->mode != MODE_ENFORCE || audits_alone(access))
		return 0;
	count_outcome(OUTCOME_DENIED);
	return negative(s->error);
}

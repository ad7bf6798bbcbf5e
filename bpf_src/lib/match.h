/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Is a file one of lib/targets.h? Each function returns the accesses (ACCESS_*) that stand there, 0 for none. */
#pragma once

#include "identity.h"
#include "path.h"
#include "targets.h"
#include "track.h"

/* A name, in whatever directory. */
static inline u32 match_name(struct dentry *dentry)
{
	struct name_key key = {};
	char *name = NULL;
	u32 *found;

	PEEK(name, dentry->d_name.name);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), name);
	found = names.lookup(&key);
	return found ? *found : 0;
}

#if WAITING
/* The same in a directory that did not exist at the start. The key's parent is written over. */
static inline u32 match_waiting(struct name_key *key)
{
	struct protection *place = places.lookup(&key->parent);
	struct step *step;

	if (!place)
		return 0;
	key->parent.ino = place->access;
	key->parent.dev = 0;
	key->parent.generation = 0;
	step = steps.lookup(key);
	return step ? step->file : 0;
}
#endif

/*
 * A path: a name in one directory. The file that is there, if there is one, is protected from then on, whatever happens
 * to its name. (If the map is full, block refuses a link or a rename from
 * here.) The key is zero, and may lie anywhere.
 */
static inline u32 match_path_by(struct name_key *key, struct dentry *dentry, struct inode *inode)
{
	struct inode *directory = NULL;
	struct links links;
	u32 *found, access;

	READ_LINKS(links, dentry);
	PEEK(directory, links.parent->d_inode);
	identify(directory, &key->parent);
	bpf_probe_read_kernel_str(&key->name, sizeof(key->name), links.name.name);
	found = names.lookup(key);
	access = found ? *found : 0;
#if WAITING
	access |= match_waiting(key);
#endif
	if (access && inode)
		protect_file(inode, access);
	return access;
}

static inline u32 match_path(struct dentry *dentry, struct inode *inode)
{
	struct name_key key = {};

	return match_path_by(&key, dentry, inode);
}

/* A protected file, whatever name it is reached by. */
static inline u32 match_inode(struct inode *inode)
{
	struct file_id id = {};
	struct protection *found;

	identify(inode, &id);
	found = files.lookup(&id);
	return found ? found->access : 0;
}

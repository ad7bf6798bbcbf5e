/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Is a file one of lib/targets.h? Each function returns the accesses (ACCESS_*) that stand there, 0 for none. */
#pragma once

#include "identity.h"
#include "path.h"
#include "take.h"
#include "targets.h"
#include "track.h"

#if NAME_KEYS

/* A key needs more than half of the stack; so it lies here. A CPU has some, for tasks that are preempted. */
#define KEYS	  1024 /* a power of two */
#define KEY_TRIES 8

struct key_slot {
	u64 users;
	struct name_key key;
};
BPF_ARRAY(name_keys, struct key_slot, KEYS);

/* All zero, to be given back; NULL: there is none. */
static inline struct key_slot *get_key(void)
{
	u32 first = bpf_get_smp_processor_id() * KEY_TRIES, index;
	struct key_slot *slot;

#pragma clang loop unroll(disable)
	for (int i = 0; i < KEY_TRIES; i++) {
		index = (first + i) & (KEYS - 1);
		slot = name_keys.lookup(&index);
		if (slot && take(&slot->users)) {
			__builtin_memset(&slot->key, 0, sizeof(slot->key));
			return slot;
		}
	}
	return NULL;
}

#endif

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
	found = find_name(key);
	access = found ? *found : 0;
#if WAITING
	access |= match_waiting(key);
#endif
	if (access && inode)
		protect_file(inode, access);
	return access;
}

#if NAME_KEYS

/* A name, in whatever directory. */
static inline u32 match_name(struct dentry *dentry)
{
	struct key_slot *slot = get_key();
	u32 access = ALL_BITS, *found;
	char *name = NULL;

	if (!slot)
		return access;
	PEEK(name, dentry->d_name.name);
	bpf_probe_read_kernel_str(&slot->key.name, sizeof(slot->key.name), name);
	found = find_name(&slot->key);
	access = found ? *found : 0;
	give_back(&slot->users);
	return access;
}

static inline u32 match_path(struct dentry *dentry, struct inode *inode)
{
	struct key_slot *slot = get_key();
	u32 access = ALL_BITS;

	if (!slot)
		return access;
	access = match_path_by(&slot->key, dentry, inode);
	give_back(&slot->users);
	return access;
}

#else

static inline u32 match_name(struct dentry *dentry)
{
	return 0;
}

static inline u32 match_path(struct dentry *dentry, struct inode *inode)
{
	return 0;
}

#endif

/* A protected file, whatever name it is reached by. */
static inline u32 match_inode(struct inode *inode)
{
	struct file_id id = {};
	struct protection *found;

	identify(inode, &id);
	found = files.lookup(&id);
	return found ? found->access : 0;
}

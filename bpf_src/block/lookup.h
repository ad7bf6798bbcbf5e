/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which rule matches? Each function returns the accesses (ACCESS_*) that its kind of rules denies, 0 for none. */
#pragma once

#include "../lib/identity.h"
#include "../lib/path.h"
#include "maps.h"
#include "track.h"

/* A name, in whatever directory. */
static inline u32 denied_by_name(struct dentry *dentry)
{
	struct name_key key = {};
	char *name = NULL;
	u32 *found;

	PEEK(name, dentry->d_name.name);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), name);
	found = names.lookup(&key);
	return found ? *found : 0;
}

/*
 * A path: a name in one directory. The file that is there, if there is one, is protected from then on, whatever happens
 * to its name. (If the map is full, a link or a rename from here is refused.)
 */
static inline u32 denied_by_path(struct dentry *dentry, struct inode *inode)
{
	struct name_key key = {};
	struct links links, parent;
	u32 *found, access;

	READ_LINKS(links, dentry);
	READ_LINKS(parent, links.parent);
	identify(parent.inode, &key.parent);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), links.name.name);
	found = names.lookup(&key);
	access = found ? *found : 0;
	if (access && inode)
		protect_file(inode, access);
	return access;
}

/* A protected file, whatever name it is reached by. */
static inline u32 denied_by_inode(struct inode *inode)
{
	struct file_id id = {};
	struct protection *found;

	identify(inode, &id);
	found = files.lookup(&id);
	return found ? found->access : 0;
}

/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The files that block protects and trace watches, which bccwatch writes to these maps: `names` are names in a
 * directory or, for block, in any; `files` and `dirs` files and directories, whatever their names; `devices` the file
 * systems that have a directory of dirs.
 */
#pragma once

#include "target.h"

#ifndef NAME_BITS
#define NAME_BITS 0
#endif

BPF_HASH(names, struct name_key, u32, 1); /* bccwatch makes these as large as it needs */
#if NAME_BITS
BPF_ARRAY(name_bits, u64, NAME_BITS_LONGS); /* is 0 at the name_bit() of a key that is not in `names` */
#endif
BPF_HASH(files, struct file_id, struct protection, 1);
BPF_HASH(dirs, struct file_id, struct protection, 1);
BPF_HASH(devices, u32, u32, 1);

/* What stands at the key in `names`; NULL: nothing. Most are none: for these a bit is faster than a hash of all the
 * key. */
static inline u32 *find_name(struct name_key *key)
{
#if NAME_BITS
	u32 bit = name_bit(key), index = bit / 64;
	u64 *word = name_bits.lookup(&index);

	if (!word || !(*word >> bit % 64 & 1))
		return NULL;
#endif
	return names.lookup(key);
}

#if WAITING /* for paths that do not exist yet */
BPF_HASH(places, struct file_id, struct protection,
	 1);					  /* directories on the way there; `access` is a number of theirs */
BPF_HASH(steps, struct name_key, struct step, 1); /* by that number, in parent.ino, and the name of what is to come */
#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files beneath protected directories that have another link, by which they could be opened elsewhere: they are found
 * by a walk, and protected by their identity. The program is in MODE_LEARN, or `learning` is set.
 */
#pragma once

#include "enforce/enforcement.h"

/*
 * Puts a directory on the list of those to be searched: as it is without what is mounted on it. `dir` stays the
 * caller's; name is copied, for messages. 0 or -ENOMEM.
 */
int bw_linked_files_add(struct bw_enforcement *enforcement, int dir, const char *name);

/*
 * Searches all on the list. Where directories move all the time, nobody can move or create any during the last try, if
 * the hook can deny that (can_freeze); else a file may be missed, which is reported. 0; -E2BIG, silently: a map is
 * full; -EINTR; or -errno, reported.
 */
int bw_linked_files_search(struct bw_enforcement *enforcement, bool can_freeze);

/*
 * Protects the file, seen as dir/name, under its other names: from the accesses. That it can't be is reported. 0,
 * -E2BIG or -errno.
 */
int bw_linked_files_protect(struct bw_enforcement *enforcement, int file, uint32_t access, const char *dir,
			    const char *name);

/* Empties the list. */
void bw_linked_files_free(struct bw_enforcement *enforcement);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rules to the maps of block.c (bpf_src/block/rules.h), in three steps: the hook is tried, the rules' files are
 * learned (engine/identity.h), the rules hold.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bpf_src/block/rules.h"
#include "engine/image.h"
#include "engine/load.h"
#include "engine/rules.h"
#include "kernel/mounts.h"

struct bw_place;
struct bw_search;

struct bw_guard {
	const struct bw_rules *rules;
	const char *const *exes; /* n_exes paths of programs that are excepted */
	size_t n_exes;
	const char *const *comms; /* likewise, of at most 15 bytes */
	size_t n_comms;
	const uint32_t *uids;
	size_t n_uids;
	uint32_t access; /* ACCESS_* */
	uint32_t error;	 /* what an access is refused with: EACCES; 0: it is not */
	bool kill, dry_run;
	bool refuses;  /* the hook can refuse an open */
	int mounts_fd; /* BW_MOUNTS, from bw_guard_check to bw_guard_close: what is mounted changes; -1: no matter */

	bool final; /* set when what fails now is not the hook's fault: another would not do better */

	/* Inner. */
	const struct bw_loaded *loaded;
	struct settings settings;
	struct learned last;
	char name[16]; /* of this process */
	size_t more;   /* places in each map, beyond what the rules are known to need */
	int *held;     /* n_held: what must not be forgotten by the kernel */
	size_t n_held;
	struct bw_place *dirs; /* n_dirs: the rules' directories */
	size_t n_dirs;
	struct bw_mounts mounts;    /* as they were seen last */
	struct bw_search *searches; /* n_searches */
	size_t n_searches;
};

#define BW_GUARD_DEFAULTS       \
	{                       \
		.mounts_fd = -1 \
	}

/*
 * Is there what the rules are about? Once, before all else; also raises the limit for open files. 0; or -errno,
 * reported, for what is no directory, or no file's path, or program.
 */
int bw_guard_check(struct bw_guard *guard);

/* Makes the image's maps as large as the rules want, before it is loaded. */
void bw_guard_size(const struct bw_guard *guard, struct bw_image *image);

/* More is beneath the rules' directories than the maps took: the next ones are larger. False: they are as large as can
 * be. */
bool bw_guard_grow(struct bw_guard *guard);

/*
 * The attached program is tried on a child of this process, then given the rules, which hold when this returns. 0;
 * -ENOTSUP, silently, if the child was not stopped; -E2BIG, silently, if the maps are too small (bw_guard_grow); or
 * -errno, reported on stderr.
 */
int bw_guard_start(struct bw_guard *guard, const struct bw_loaded *loaded);

/* Something was mounted while the rules hold (mounts_fd has POLLPRI): guards it. */
void bw_guard_update(struct bw_guard *guard);

void bw_guard_free(struct bw_guard *guard);  /* after each load */
void bw_guard_close(struct bw_guard *guard); /* at the end */

/* The sum of an entry of `judged`, OUTCOME_*. */
uint64_t bw_guard_judged(const struct bw_loaded *loaded, uint32_t which);

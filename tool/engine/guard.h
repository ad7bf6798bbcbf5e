/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rules to the maps of block.c (bpf_src/rules.h), in three steps: the hook is tried, the rules' files are learned
 * (engine/identity.h), the rules hold.
 */
#pragma once

#include <stdint.h>

#include "bpf_src/rules.h"
#include "engine/image.h"
#include "engine/load.h"
#include "engine/rules.h"

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

	bool final; /* set when what fails now is not the hook's fault: another would not do better */

	/* Inner. */
	const struct bw_loaded *loaded;
	struct settings settings;
	struct learned last;
	char name[16];	       /* of this process */
	size_t places, linked; /* as bw_places_count tells them */
	int *held;	       /* n_held: what must not be forgotten by the kernel */
	size_t n_held;
};

/* Looks whether and how much there is that the rules are about; once, before bw_guard_size. As bw_places_count. */
int bw_guard_count(struct bw_guard *guard);

/* Makes the image's maps as large as the rules want, before it is loaded. */
void bw_guard_size(const struct bw_guard *guard, struct bw_image *image);

/*
 * The attached program is tried on a child of this process, then given the rules, which hold when this returns. 0;
 * -ENOTSUP, silently, if the child was not stopped; or -errno, reported on stderr.
 */
int bw_guard_start(struct bw_guard *guard, const struct bw_loaded *loaded);

void bw_guard_free(struct bw_guard *guard);

/* The sum of an entry of `judged`, JUDGED_*. */
uint64_t bw_guard_judged(const struct bw_loaded *loaded, uint32_t which);

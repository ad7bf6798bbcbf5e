/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block's rules in the maps of bpf_src/block.c (bpf_src/block/rules.h). In this order: bw_enforcement_check, then for a
 * program that was built bw_enforcement_check_maps and _size, for one that is attached bw_hook_trial_run
 * (enforce/hook_trial.h) and bw_enforcement_start, bw_enforcement_update as long as it runs, bw_enforcement_reset;
 * bw_enforcement_free last.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bpf_src/block/rules.h"
#include "enforce/access.h"
#include "enforce/globs.h"
#include "enforce/policies.h"
#include "enforce/rules.h"
#include "process/mounts.h"
#include "program/image.h"
#include "program/load.h"

struct bw_hidden_mounts_dir;
struct bw_identity_held;
struct bw_waiting_entry;
struct bw_linked_files_tree;
struct bw_subject_cgroups_entry;

struct bw_enforcement {
	/* Given by the caller. */
	const struct bw_rules *rules;
	const char *const *exes; /* n_exes paths of programs that are excepted */
	size_t n_exes;
	const char *const *comms; /* likewise, of at most 15 bytes */
	size_t n_comms;
	const uint32_t *uids;
	size_t n_uids;
	/* Whom rules name, and what each does; `used` is false where all do what follows. */
	const struct bw_policies *policies;
	struct bw_access access; /* what is denied: by all rules or, in bits of policies, by the one at hand */
	size_t glob;		 /* likewise: the number of its pattern */
	uint32_t accesses;	 /* ACCESS_* that any rule concerns */
	bool by_ancestor;	 /* some rule concerns the directories above its object */
	uint32_t error; /* what a denied access fails with: EACCES; 0: the hook can't refuse, or it is a dry run */
	bool kill, dry_run;
	bool denies;	/* the hook can refuse an open */
	bool self_test; /* whether the rules hold is tried (enforce/self_test.h) */
	/*
	 * Since when the excepted programs are known by their execve(2), as in struct settings, where another program
	 * of block.c does that already, with which this one shares bw_enforcement_shared; 0: this one begins.
	 */
	uint64_t started;
	uint32_t generation; /* of the rules; stands in the events of pinned programs */
	/* The enforcement that this one takes over from, until it has started: which of the processes that rules name
	 * by number are still those is known by its maps. NULL: none. */
	const struct bw_enforcement *before;

	/* From bw_enforcement_check on. */
	struct bw_globs globs;
	/* Has POLLPRI when what is mounted changes; -1: there is no directory's rule. */
	int mounts_fd;
	int waiting_fd; /* likewise: is readable when something comes to be where a rule waits for it; -1: none does */
	size_t n_missing; /* paths that did not exist then */

	/* From bw_enforcement_start on: n_absent values of rules, of the caller's, for which nothing existed yet. */
	const char **absent;
	size_t n_absent;

	/* Inner. */
	const struct bw_loaded *loaded;
	struct settings settings;
	char comm[16];		       /* of this process */
	int canary;		       /* a descriptor of `held`: the self-test's file */
	size_t n_protected;	       /* files and directories that were written to the maps */
	size_t extra_entries;	       /* in each map, beyond what the rules are known to need */
	struct bw_identity_held *held; /* n_held: what the kernel must keep in memory */
	size_t n_held;
	int *programs; /* n_programs descriptors: likewise, the programs that are excepted */
	size_t n_programs;
	struct bw_hidden_mounts_dir *dirs; /* n_dirs: the rules' directories */
	struct bw_access *dir_access;	   /* n_dirs: what their rules deny, as `access` */
	size_t n_dirs;
	void *ancestors;		    /* a tree of the directories that are in the map of that name (tsearch) */
	struct bw_mounts mounts;	    /* as they were seen last */
	struct bw_linked_files_tree *trees; /* n_trees that are to be searched */
	size_t n_trees;
	struct bw_waiting_entry *waiting; /* n_waiting paths that did not exist */
	size_t n_waiting;
	size_t missing_steps;			  /* components of those that n_missing counts */
	struct bw_subject_cgroups_entry *cgroups; /* n_cgroups that are in the map of that name */
	size_t n_cgroups;
	bool too_many_cgroups, processes_missed;
	uint32_t n_nodes; /* numbers that were given to directories (struct step) */
};

#define BW_ENFORCEMENT_DEFAULTS                   \
	{                                         \
		.mounts_fd = -1, .waiting_fd = -1 \
	}

/*
 * Are the rules' paths and programs such? Also counts those that do not exist yet, and raises the limit for open files.
 * 0; or -errno, reported, for what is no directory, no file's path, or no program.
 */
int bw_enforcement_check(struct bw_enforcement *enforcement);

/* Has the source the maps that the rules need? 0 or -ENOENT, reported. */
int bw_enforcement_check_maps(const struct bw_enforcement *enforcement, const struct bw_image *image);

/* Makes the image's maps as large as the rules need, before it is loaded. */
void bw_enforcement_size(const struct bw_enforcement *enforcement, struct bw_image *image);

/* After -E2BIG: the next ones are larger. False: they are as large as can be. */
bool bw_enforcement_grow(struct bw_enforcement *enforcement);

/*
 * Gives the rules to the attached program, which was tried (bw_hook_trial_run); they are enforced when this returns. 0;
 * -E2BIG, silently, if the maps are too small (bw_enforcement_grow); or -errno, reported on stderr.
 */
int bw_enforcement_start(struct bw_enforcement *enforcement);

/*
 * The maps (bw_load_shared) by which a program that takes over knows which processes execute a named program, or are
 * children of a named process; and those that it takes over also where its rules name others.
 */
extern const char *const bw_enforcement_shared[], *const bw_enforcement_shared_always[];

/* The one that took over has the descriptors of the excepted programs. */
void bw_enforcement_take_programs(struct bw_enforcement *enforcement, struct bw_enforcement *from);

/* Something came to be where a rule waits for it (waiting_fd is readable): protects it. */
void bw_enforcement_arrive(struct bw_enforcement *enforcement);

/* Something was mounted while the rules are enforced (mounts_fd has POLLPRI): protects it. */
void bw_enforcement_update(struct bw_enforcement *enforcement);

/* Frees what belongs to the loaded program; another may follow. */
void bw_enforcement_reset(struct bw_enforcement *enforcement);
void bw_enforcement_free(struct bw_enforcement *enforcement);

/* The sum of an entry of the map `outcomes`, OUTCOME_*. */
uint64_t bw_enforcement_count(const struct bw_loaded *loaded, uint32_t which);

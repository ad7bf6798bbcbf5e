/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/enforcement.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bcc/libbpf.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "enforce/ancestors.h"
#include "enforce/directories.h"
#include "enforce/globs.h"
#include "enforce/identity.h"
#include "enforce/programs.h"
#include "enforce/self_test.h"
#include "enforce/shares.h"
#include "enforce/subject_cgroups.h"
#include "enforce/subject_children.h"
#include "enforce/targets.h"
#include "enforce/waiting.h"

/* Entries for what is learned: files with other links, and those renamed or linked while the rules are enforced. */
enum { LEARNED = BW_SHARES_LEARNED, LEARNED_MAX = 1 << 24 };

/* Entries for those that the symlinks in the rules' paths lead to. */
enum { LINKS = 1024 };

/* Entries for the directories above the rules' paths, beyond one for each. */
enum { ANCESTORS = 1024 };

/* The kernel's default for fs.nr_open. */
enum { FILES_MAX = 1 << 20 };

/* Of descriptors: two a rule are held. fs.nr_open may allow fewer. */
static void raise_limit(void)
{
	struct rlimit now = {0};

	getrlimit(RLIMIT_NOFILE, &now);
	for (rlim_t n = FILES_MAX; n > now.rlim_cur; n -= n / 8) {
		const struct rlimit limit = {n, n > now.rlim_max ? n : now.rlim_max};

		if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
			return;
	}
}

/* The list is opened before it is read: what changes from here on is reported. */
int bw_enforcement_check(struct bw_enforcement *e)
{
	int r = bw_programs_check(e);

	raise_limit();
	if (r == 0)
		r = bw_globs_make(&e->globs, e->rules);
	if (r == 0)
		r = bw_targets_check(e);
	if (r == 0 && e->n_missing > 0)
		r = bw_waiting_open(e);
	if (r < 0 || e->rules->of_kind[BW_RULE_DIR] + e->n_missing == 0)
		return r;
	e->mounts_fd = open(BW_MOUNTS, O_RDONLY | O_CLOEXEC);
	return e->mounts_fd < 0
		       ? bw_log_error(-errno, "cannot read what is mounted: " BW_MOUNTS ": %s", strerror(errno))
		       : 0;
}

/* A map of block.c: how large its keys and values are, and how many entries the rules need; 0: none. */
struct rule_map {
	const char *name;
	size_t key, value, entries;
};

enum { MAPS = 23 };

/* Entries for the cgroups that rules name: a unit or container has few. */
enum { CGROUPS = 2 * BW_SUBJECT_CGROUPS_MAX }; /* the new ones come before the old ones go */

static size_t subjects(const struct bw_enforcement *e, enum bw_subject_kind kind)
{
	return e->policies ? bw_policies_subjects(e->policies, kind) : 0;
}

static void list_maps(const struct bw_enforcement *e, struct rule_map maps[MAPS])
{
	const size_t *of_kind = e->rules->of_kind, names = of_kind[BW_RULE_NAME];
	const size_t in_dirs = of_kind[BW_RULE_PATH_GLOB], paths = of_kind[BW_RULE_PATH] + in_dirs;
	const size_t dirs = of_kind[BW_RULE_DIR], learned = LEARNED + e->extra_entries;
	const struct rule_map all[MAPS] = {
		{"settings", sizeof(uint32_t), sizeof(struct settings), 1},
		{"learned", sizeof(uint32_t), sizeof(struct learned), 1},
		{"names", sizeof(struct name_key), sizeof(uint32_t),
		 names + paths > 0 ? names + paths + LINKS + e->extra_entries : 0},
		{"files", sizeof(struct file_id), sizeof(struct protection), paths + dirs > 0 ? paths + learned : 0},
		{"shares", sizeof(uint32_t), sizeof(uint64_t), paths + dirs > 0 ? BW_SHARES_USERS : 0},
		{"room", sizeof(uint32_t), sizeof(uint64_t), paths + dirs > 0 ? ROOMS : 0},
		{"dirs", sizeof(struct file_id), sizeof(struct protection), dirs > 0 ? dirs + learned : 0},
		{"devices", sizeof(uint32_t), sizeof(uint32_t), dirs > 0 ? dirs + learned : 0},
		{"ancestors", sizeof(struct file_id), sizeof(uint32_t),
		 e->by_ancestor && paths + dirs > 0 ? paths + dirs + ANCESTORS + e->extra_entries : 0},
		{"places", sizeof(struct file_id), sizeof(struct protection),
		 e->n_missing ? e->n_missing + learned : 0},
		{"steps", sizeof(struct name_key), sizeof(struct step),
		 e->n_missing ? e->missing_steps + LINKS + e->extra_entries : 0},
		{"glob_states", sizeof(uint32_t), sizeof(struct glob_state), e->globs.states.n},
		{"globs", sizeof(uint32_t), sizeof(struct globs), e->globs.n > 0 ? 1 : 0},
		{"glob_dirs", sizeof(struct file_id), sizeof(uint64_t),
		 in_dirs > 0 ? in_dirs + LINKS + e->extra_entries : 0},
		{"glob_places", sizeof(uint32_t), sizeof(uint64_t), in_dirs > 0 && e->n_missing ? in_dirs : 0},
		{"uids", sizeof(uint32_t), sizeof(struct subject), e->n_uids + subjects(e, BW_SUBJECT_UID)},
		{"gids", sizeof(uint32_t), sizeof(struct subject), subjects(e, BW_SUBJECT_GID)},
		{"comms", 16, sizeof(struct subject), e->n_comms + subjects(e, BW_SUBJECT_COMM)},
		{"exes", sizeof(uint64_t), sizeof(struct exe), bw_programs_count(e)},
		{"exe_paths", sizeof(struct name_key), sizeof(struct subject), bw_programs_count(e)},
		{"cgroups", sizeof(uint64_t), sizeof(struct subject),
		 bw_subject_cgroups_any(e->policies) ? CGROUPS : 0},
		{"children", sizeof(uint32_t), sizeof(struct subject), subjects(e, BW_SUBJECT_CHILDREN) ? 1 : 0},
		{"policies", sizeof(uint32_t), sizeof(struct policies), e->policies && e->policies->used ? 1 : 0},
	};

	memcpy(maps, all, sizeof(all));
}

int bw_enforcement_check_maps(const struct bw_enforcement *e, const struct bw_image *image)
{
	struct rule_map maps[MAPS];

	list_maps(e, maps);
	for (size_t i = 0; i < MAPS; i++) {
		int map = bw_image_find_map(image, maps[i].name);

		if (maps[i].entries > 0 && (map < 0 || image->maps[map].key_size != maps[i].key ||
					    image->maps[map].value_size != maps[i].value))
			return bw_log_error(
				-ENOENT,
				"cannot use this source: it has no map '%s' as bpf_src/block/rules.h describes it",
				maps[i].name);
	}
	return 0;
}

void bw_enforcement_size(const struct bw_enforcement *e, struct bw_image *image)
{
	struct rule_map maps[MAPS];

	list_maps(e, maps);
	for (size_t i = 0; i < MAPS; i++) {
		int map = bw_image_find_map(image, maps[i].name);

		if (map >= 0 && image->maps[map].max_entries < maps[i].entries)
			image->maps[map].max_entries = (uint32_t)maps[i].entries;
	}
}

bool bw_enforcement_grow(struct bw_enforcement *e)
{
	if (e->extra_entries >= LEARNED_MAX)
		return false;
	e->extra_entries = e->extra_entries ? 4 * e->extra_entries : 4 * (size_t)LEARNED;
	return true;
}

static int add_comm(struct bw_enforcement *e, const char *name, const struct subject *subject)
{
	char comm[16] = "";

	snprintf(comm, sizeof(comm), "%s", name);
	return bw_identity_add_subject(e, "comms", comm, subject);
}

/* cgroups are added by bw_subject_cgroups_start, programs by bw_programs_add. */
static int add_subject(struct bw_enforcement *e, const struct bw_policies_subject *s)
{
	switch (s->kind) {
	case BW_SUBJECT_UID:
		return bw_identity_add_subject(e, "uids", &s->number, &s->bits);
	case BW_SUBJECT_GID:
		return bw_identity_add_subject(e, "gids", &s->number, &s->bits);
	case BW_SUBJECT_COMM:
		return add_comm(e, s->value, &s->bits);
	case BW_SUBJECT_CHILDREN:
		return bw_subject_children_add(e, s->number, &s->bits);
	default:
		return 0;
	}
}

/* Whom the command line excepts, and whom rules name. */
static int add_subjects(struct bw_enforcement *e)
{
	const struct subject all = {.except = EXCEPT_FROM_ALL};
	int r = 0;

	for (size_t i = 0; i < e->n_uids && r == 0; i++)
		r = bw_identity_add_subject(e, "uids", &e->uids[i], &all);
	for (size_t i = 0; i < e->n_comms && r == 0; i++)
		r = add_comm(e, e->comms[i], &all);
	for (size_t i = 0; e->policies && i < e->policies->n_subjects && r == 0; i++)
		r = add_subject(e, &e->policies->subjects[i]);
	if (r == 0)
		r = bw_subject_cgroups_start(e);
	return r == 0 ? bw_programs_add(e) : r;
}

/* From here on the entries of the other maps say which policies there are. */
static int put_policies(struct bw_enforcement *e)
{
	const uint32_t zero = 0;
	struct policies set, before = {0};
	int index = e->before ? bw_image_find_map(e->before->loaded->image, "policies") : -1;

	if (!e->policies || !e->policies->used)
		return 0;
	set = e->policies->set;
	if (index >= 0 && bpf_lookup_elem(e->before->loaded->maps[index], (void *)&zero, &before) == 0)
		set.processes_missed = before.processes_missed;
	return bw_identity_put_value(e, "policies", &zero, &set);
}

void bw_enforcement_update(struct bw_enforcement *e)
{
	bw_directories_update(e);
	bw_waiting_update(e, true);
}

void bw_enforcement_arrive(struct bw_enforcement *e)
{
	bw_waiting_update(e, false);
}

static void update_if_changed(struct bw_enforcement *e)
{
	struct pollfd mounts = {.fd = e->mounts_fd, .events = POLLPRI};

	if (poll(&mounts, 1, 0) > 0 && mounts.revents & POLLPRI)
		bw_enforcement_update(e);
}

int bw_enforcement_start(struct bw_enforcement *e)
{
	int r = bw_identity_learn_self(e);

	if (r == 0)
		r = put_policies(e);
	if (r == 0)
		r = add_subjects(e);
	if (r == 0)
		r = bw_targets_protect(e);
	if (r == 0)
		r = bw_globs_put(e);
	if (r == 0 && e->n_protected > e->rules->n + e->extra_entries + BW_SHARES_AT_START)
		r = -E2BIG;
	if (r < 0)
		return r;
	e->settings.learning = 0;
	r = bw_identity_mode(e, MODE_ENFORCE);
	if (r == 0)
		r = bw_shares_limit(e);
	if (r == 0 && e->self_test)
		r = bw_self_test_prepare(e);
	if (r == 0)
		update_if_changed(e); /* while all that was done */
	return r;
}

const char *const bw_enforcement_shared[] = {"programs", "exes", "exe_paths", "children", "tree", NULL};

const char *const bw_enforcement_shared_always[] = {"tree", NULL};

void bw_enforcement_take_programs(struct bw_enforcement *e, struct bw_enforcement *from)
{
	bw_programs_free(e);
	e->programs = from->programs;
	e->n_programs = from->n_programs;
	from->programs = NULL;
	from->n_programs = 0;
}

void bw_enforcement_reset(struct bw_enforcement *e)
{
	bw_directories_free(e);
	bw_ancestors_free(e);
	bw_waiting_free(e);
	bw_programs_free(e);
	bw_subject_cgroups_free(e);
	bw_identity_free(e);
	free(e->absent);
	e->absent = NULL;
	e->n_absent = e->n_protected = 0;
}

void bw_enforcement_free(struct bw_enforcement *e)
{
	bw_enforcement_reset(e);
	bw_globs_free(&e->globs);
	bw_cleanup_fd(&e->mounts_fd);
	bw_cleanup_fd(&e->waiting_fd);
	e->mounts_fd = e->waiting_fd = -1;
}

uint64_t bw_enforcement_count(const struct bw_loaded *loaded, uint32_t which)
{
	return bw_loaded_sum(loaded, "outcomes", which);
}

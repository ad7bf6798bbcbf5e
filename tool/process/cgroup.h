/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroups of version 2: their numbers (bpf_get_current_cgroup_id), paths, and what the paths' names say. Whoever
 * may create a cgroup may give it any name, also that of a unit or a container: nothing here is verified.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bw_cgroups;

/* A text that is a part of a path; NULL: there is none. */
struct bw_cgroup_name {
	const char *bytes;
	size_t len;
};

struct bw_cgroup {
	uint64_t id;
	const char *path;		 /* below the cgroup file system's root: "/system.slice/cron.service" */
	struct bw_cgroup_name unit;	 /* systemd's */
	struct bw_cgroup_name container; /* the id, 64 hex digits */
};

/*
 * Opens the cgroup file system, wherever it is mounted (with version 1 beside it, too); below root. *cgroups is the
 * caller's, for bw_cgroup_close. 0 or -errno: -ENOENT if it is not mounted.
 */
int bw_cgroup_open(const char *root, struct bw_cgroups **cgroups);
void bw_cgroup_close(struct bw_cgroups *cgroups);

/* The directory where it is mounted; "" for the root directory. Owned by cgroups. */
const char *bw_cgroup_mount(const struct bw_cgroups *cgroups);

/*
 * The cgroup with that number, until the next call; NULL: it is gone, or it is not beneath what is mounted. Is
 * remembered, the latest BW_CGROUP_KNOWN at most; that there is none, for a second. Needs CAP_DAC_READ_SEARCH.
 */
enum { BW_CGROUP_KNOWN = 512 };
const struct bw_cgroup *bw_cgroup_find(struct bw_cgroups *cgroups, uint64_t id);

/*
 * The number of the cgroup at a path, as it is in /proc/PID/cgroup ("/system.slice/cron.service") or as a directory
 * ("/sys/fs/cgroup/system.slice/cron.service"). 0 or -errno: -EXDEV if it is a directory elsewhere.
 */
int bw_cgroup_id(const struct bw_cgroups *cgroups, const char *path, uint64_t *id);

/* Takes a cgroup, its path valid during the call; a result other than 0 ends the search, which returns it. */
typedef int (*bw_cgroup_fn)(void *cookie, const struct bw_cgroup *cgroup);

/*
 * Calls `found` for each cgroup whose directory has the name, not for those beneath it; a name without a suffix is a
 * service's ("cron"). The result of `found`, or 0, or -errno.
 */
int bw_cgroup_each_of_unit(const struct bw_cgroups *cgroups, const char *name, bw_cgroup_fn found, void *cookie);

/*
 * The same for each whose name is that of a container of that id, of which at least BW_CGROUP_ID_MIN digits are given:
 * several ids may begin with them. NULL: of any id. -EINVAL if it is no such id.
 */
enum { BW_CGROUP_ID_MIN = 12, BW_CGROUP_ID_LEN = 64 };
bool bw_cgroup_is_container_id(const char *id);
int bw_cgroup_each_of_container(const struct bw_cgroups *cgroups, const char *id, bw_cgroup_fn found, void *cookie);

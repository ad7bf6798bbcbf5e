/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/waiting_steps.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "enforce/identity.h"

/* The number of the directory, which is one of `places` from here on if it was none. */
static int take_place(struct bw_enforcement *e, int dir, uint32_t *node, bool *is_new, struct learned *learned)
{
	int fd = bw_identity_map(e, "places"), r = fd < 0 ? fd : bw_identity_learn(e, dir, learned);
	struct protection place;

	if (r < 0)
		return r;
	*is_new = bpf_lookup_elem(fd, &learned->file, &place) < 0;
	*node = *is_new ? ++e->n_nodes : place.access;
	return 0;
}

/*
 * One component; *node: of the directory it is in, then of it. What is there already is not written again: the kernel
 * uses the memory of an old value for the next one, while the program may be reading it.
 */
static int put_step(struct bw_enforcement *e, uint32_t *node, const char *name, size_t len, bool last,
		    enum bw_rule_kind kind)
{
	struct name_key key = {.parent.ino = *node};
	struct step step = {0}, before;
	int fd = bw_identity_map(e, "steps");

	if (fd < 0 || len > NAME_MAX)
		return fd < 0 ? fd : -ENAMETOOLONG;
	memcpy(key.name, name, len);
	if (bpf_lookup_elem(fd, &key, &step) < 0)
		step = (struct step){0};
	before = step;
	if ((!last || kind == BW_RULE_PATH_GLOB) && !step.node)
		step.node = ++e->n_nodes;
	if (last && kind == BW_RULE_DIR)
		step.directory |= e->access.beneath;
	else if (last && kind == BW_RULE_PATH)
		step.file |= e->access.file;
	*node = step.node;
	return memcmp(&step, &before, sizeof(step)) == 0 ? 0 : bw_identity_put_value(e, "steps", &key, &step);
}

/* The pattern holds in the directory of that number. */
static int put_glob(struct bw_enforcement *e, uint32_t node)
{
	uint64_t set = 0;
	int fd = bw_identity_map(e, "glob_places");

	if (fd < 0)
		return fd;
	bpf_lookup_elem(fd, &node, &set);
	set |= 1ULL << e->glob;
	return bw_identity_put_value(e, "glob_places", &node, &set);
}

int bw_waiting_steps_put(struct bw_enforcement *e, int dir, const char *rest, enum bw_rule_kind kind)
{
	struct learned learned = {0};
	struct protection place;
	uint32_t node = 0;
	bool is_new = false;
	int r = take_place(e, dir, &node, &is_new, &learned);

	place = (struct protection){.inode = learned.inode, .access = node};
	for (size_t len; r == 0 && *rest; rest += len) {
		bool last;

		len = strcspn(rest, "/");
		last = rest[len] == '\0';
		if (len == 2 && memcmp(rest, "..", 2) == 0)
			return -ENOENT; /* of a directory that is not there, nobody knows */
		if (len != 1 || *rest != '.')
			r = put_step(e, &node, rest, len, last, kind);
		len += strspn(rest + len, "/");
	}
	if (r == 0 && kind == BW_RULE_PATH_GLOB)
		r = put_glob(e, node);
	return r == 0 && is_new ? bw_identity_put_value(e, "places", &learned.file, &place) : r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/subject_cgroups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bcc/libbpf.h>

#include "base/log.h"
#include "enforce/identity.h"
#include "process/cgroup_search.h"

struct bw_subject_cgroups_entry {
	uint64_t id;
	struct subject subject;
};

static const int search_kinds[BW_SUBJECT_KINDS] = {[BW_SUBJECT_CGROUP] = BW_CGROUP_PATH + 1,
						   [BW_SUBJECT_UNIT] = BW_CGROUP_UNIT + 1,
						   [BW_SUBJECT_CONTAINER] = BW_CGROUP_CONTAINER + 1};

bool bw_subject_cgroups_any(const struct bw_policies *policies)
{
	for (size_t i = 0; policies && i < policies->n_subjects; i++)
		if (search_kinds[policies->subjects[i].kind])
			return true;
	return false;
}

/* Entries, as they are to be in the map. */
struct list {
	struct bw_subject_cgroups_entry *items; /* n, owned */
	size_t n;
};

static struct bw_subject_cgroups_entry *find(const struct list *l, uint64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].id == id)
			return &l->items[i];
	return NULL;
}

static int add(struct list *l, uint64_t id, const struct subject *subject)
{
	struct bw_subject_cgroups_entry *entry = find(l, id), *more;

	if (!entry) {
		more = reallocarray(l->items, l->n + 1, sizeof(*more));
		if (!more)
			return -ENOMEM;
		l->items = more;
		entry = &more[l->n++];
		*entry = (struct bw_subject_cgroups_entry){.id = id};
	}
	entry->subject.except |= subject->except;
	entry->subject.only |= subject->only;
	return 0;
}

static int search(struct list *l, const struct bw_policies_subject *s)
{
	enum bw_cgroup_search_kind kind = (enum bw_cgroup_search_kind)(search_kinds[s->kind] - 1);
	struct bw_cgroup_search_found *found = NULL;
	size_t n = 0;
	const char *name = kind == BW_CGROUP_CONTAINER && strcmp(s->value, "any") == 0 ? NULL : s->value;
	int r = bw_cgroup_search("", kind, name, &found, &n);

	for (size_t i = 0; i < n && r == 0; i++)
		r = add(l, found[i].id, &s->bits);
	bw_cgroup_search_free(found, n);
	return r;
}

/* The map's entries become those of the list, which is taken. */
static int exchange(struct bw_enforcement *e, struct list *l)
{
	const struct list old = {e->cgroups, e->n_cgroups};
	int fd = bw_identity_map(e, "cgroups"), r = fd < 0 ? fd : 0;

	for (size_t i = 0; i < l->n && r == 0; i++)
		r = bw_identity_put_value(e, "cgroups", &l->items[i].id, &l->items[i].subject);
	for (size_t i = 0; i < old.n && r == 0; i++)
		if (!find(l, old.items[i].id))
			bpf_delete_elem(fd, (void *)&old.items[i].id);
	free(e->cgroups);
	e->cgroups = l->items;
	e->n_cgroups = l->n;
	return r;
}

/* How long the kernel may take to show a cgroup in its directory: ns. */
enum { SHOWN_AFTER = 100000000 };

/* From here on what finds no room is noted anew. */
static int clear_missed(struct bw_enforcement *e)
{
	const uint64_t missed = 0, none = 0;

	return bw_identity_put_value(e, "new_cgroups", &missed, &none);
}

/* What was made before then was seen: it is none of those that rules name, or is in the map. */
static void drop_new(struct bw_enforcement *e, uint64_t before)
{
	int fd = bw_identity_map(e, "new_cgroups");
	uint64_t id, next, made;

	for (bool first = true; fd >= 0 && bpf_get_next_key(fd, first ? NULL : &id, &next) == 0; first = false) {
		id = next;
		if (id && bpf_lookup_elem(fd, &id, &made) == 0 && made < before)
			bpf_delete_elem(fd, &id); /* without its key the kernel begins anew */
	}
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int look(struct bw_enforcement *e)
{
	const uint64_t began = now();
	struct list l = {0};
	int r = 0;

	if (!bw_subject_cgroups_any(e->policies))
		return 0;
	r = clear_missed(e);
	for (size_t i = 0; i < e->policies->n_subjects && r == 0; i++)
		if (search_kinds[e->policies->subjects[i].kind])
			r = search(&l, &e->policies->subjects[i]);
	if (r < 0) {
		free(l.items);
		return bw_log_error(r, "cannot look for the cgroups that rules name: %s", strerror(-r));
	}
	r = exchange(e, &l);
	if (r == 0)
		drop_new(e, began - SHOWN_AFTER);
	return r == -E2BIG ? bw_log_error(r, "cannot follow all cgroups that rules name: there are more than %d",
					  BW_SUBJECT_CGROUPS_MAX)
			   : r;
}

int bw_subject_cgroups_start(struct bw_enforcement *e)
{
	return look(e);
}

void bw_subject_cgroups_update(struct bw_enforcement *e)
{
	if (e->loaded)
		look(e);
}

void bw_subject_cgroups_free(struct bw_enforcement *e)
{
	free(e->cgroups);
	e->cgroups = NULL;
	e->n_cgroups = 0;
}

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

enum { ROOM = 64 };

/* Entries, as they are to be in the map. */
struct list {
	struct bw_subject_cgroups_entry *items; /* n, owned */
	size_t n;
};

static int by_id(const void *a, const void *b)
{
	const struct bw_subject_cgroups_entry *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Of a list that is settled. */
static bool has(const struct list *l, uint64_t id)
{
	const struct bw_subject_cgroups_entry key = {.id = id};

	return l->n > 0 && bsearch(&key, l->items, l->n, sizeof(key), by_id);
}

static int add(struct list *l, uint64_t id, const struct subject *subject)
{
	struct bw_subject_cgroups_entry *more = l->items;

	if (l->n % ROOM == 0)
		more = reallocarray(l->items, l->n + ROOM, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->items = more;
	more[l->n++] = (struct bw_subject_cgroups_entry){id, *subject};
	return 0;
}

/* Puts them in the order of their ids, one entry each. */
static void settle(struct list *l)
{
	size_t n = 0;

	if (l->n > 0)
		qsort(l->items, l->n, sizeof(*l->items), by_id);
	for (size_t i = 0; i < l->n; i++) {
		if (n == 0 || l->items[n - 1].id != l->items[i].id) {
			l->items[n++] = l->items[i];
			continue;
		}
		l->items[n - 1].subject.except |= l->items[i].subject.except;
		l->items[n - 1].subject.only |= l->items[i].subject.only;
	}
	l->n = n;
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
		if (!has(l, old.items[i].id))
			bpf_delete_elem(fd, (void *)&old.items[i].id);
	free(e->cgroups);
	e->cgroups = l->items;
	e->n_cgroups = l->n;
	return r;
}

/* How long the kernel may take to show a cgroup in its directory: ns. */
enum { SHOWN_AFTER = 100000000 };

/* Is there a cgroup that has no room? Then any may be one that a rule names with `only`. */
static int set_missed(struct bw_enforcement *e, uint64_t value)
{
	const uint64_t missed = 0;

	return bw_identity_put_value(e, "new_cgroups", &missed, &value);
}

/*
 * Anyone who may create cgroups can give them names that rules have. Of too many the oldest are kept: what comes later
 * takes nobody's exception away, and is none itself.
 */
static int limit(struct bw_enforcement *e, struct list *l)
{
	bool too_many = l->n > BW_SUBJECT_CGROUPS_MAX;

	if (too_many && !e->too_many_cgroups)
		bw_log_note(
			"More than %d cgroups have names of the rules: the others are excepted from none, and of all "
			"cgroups each counts as one that 'only' names.",
			BW_SUBJECT_CGROUPS_MAX);
	e->too_many_cgroups = too_many;
	if (!too_many)
		return 0;
	l->n = BW_SUBJECT_CGROUPS_MAX;
	return set_missed(e, 1);
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
	r = e->too_many_cgroups ? 0 : set_missed(e, 0);
	for (size_t i = 0; i < e->policies->n_subjects && r == 0; i++)
		if (search_kinds[e->policies->subjects[i].kind])
			r = search(&l, &e->policies->subjects[i]);
	if (r < 0) {
		free(l.items);
		return bw_log_error(r, "cannot look for the cgroups that rules name: %s", strerror(-r));
	}
	settle(&l);
	r = limit(e, &l);
	if (r < 0)
		free(l.items);
	else
		r = exchange(e, &l);
	if (r == 0)
		drop_new(e, began - SHOWN_AFTER);
	return r;
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

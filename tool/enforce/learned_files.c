/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/learned_files.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/log.h"
#include "enforce/identity.h"
#include "enforce/shares.h"
#include "enforce/subject_children.h"

/*
 * What `from` holds stays until `from` is reset; then the kernel removes the entry together with the file, as it does
 * with any other that was learned.
 */
static void let_go(const struct bw_enforcement *from, const struct file_id *id, struct protection *entry)
{
	for (size_t i = 0; i < from->n_held && entry->inode == PROTECTION_STAYS; i++)
		if (memcmp(&from->held[i].learned.file, id, sizeof(*id)) == 0)
			entry->inode = from->held[i].learned.inode;
}

static int copy_entry(struct bw_enforcement *e, const struct bw_enforcement *from, const char *map,
		      const struct file_id *id, uint32_t kept)
{
	int to = bw_identity_map(e, map), old = bw_identity_map(from, map), r;
	struct protection entry, there = {0};
	const bool known = bpf_lookup_elem(to, (void *)id, &there) == 0;

	if (bpf_lookup_elem(old, (void *)id, &entry) < 0)
		return 0;
	let_go(from, id, &entry);
	entry.access &= kept;
	if (e->policies && from->policies)
		entry.access = bw_policies_translate(from->policies, e->policies, entry.access);
	if (!(entry.access & ~there.access))
		return 0; /* its rule is gone, or it is known */
	if (known) {
		there.access |= entry.access;
		return bw_identity_put_value(e, map, id, &there);
	}
	r = bw_identity_put_value(e, map, id, &entry);
	if (r == 0)
		bw_shares_add(e, entry.owner);
	if (r == 0 && strcmp(map, "dirs") == 0)
		r = bw_identity_put(e, "devices", &id->dev, 0);
	if (r == 0 && bpf_lookup_elem(old, (void *)id, &there) < 0)
		bpf_delete_elem(to, (void *)id); /* it was removed meanwhile */
	return r;
}

/* A key that is removed meanwhile makes the kernel begin anew: what was copied then costs a lookup. */
static int copy_map(struct bw_enforcement *e, const struct bw_enforcement *from, const char *map, uint32_t kept)
{
	struct file_id id, next;
	int r = 0, index = bw_image_find_map(from->loaded->image, map);
	uint64_t left = index < 0 ? 0 : 16 * (uint64_t)from->loaded->image->maps[index].max_entries;

	if (left == 0 || bw_image_find_map(e->loaded->image, map) < 0)
		return 0;
	for (bool first = true; r == 0 && left-- > 0; first = false) {
		if (bpf_get_next_key(from->loaded->maps[index], first ? NULL : &id, &next) < 0)
			return 0;
		id = next;
		r = copy_entry(e, from, map, &id, kept);
	}
	return r < 0 ? r : bw_log_error(-EBUSY, "cannot copy the protected files: they change too fast");
}

int bw_learned_files_copy(struct bw_enforcement *e, const struct bw_enforcement *from, uint32_t kept)
{
	int r = kept ? copy_map(e, from, "files", kept) : 0;

	return r == 0 && kept ? copy_map(e, from, "dirs", kept) : r;
}

static uint32_t translate(const struct bw_enforcement *e, const struct bw_enforcement *from, uint32_t bits)
{
	return bits == EXCEPT_FROM_ALL ? bits : bw_policies_translate(from->policies, e->policies, bits);
}

static void report_missed(struct bw_enforcement *e, const struct subject *missed)
{
	if (missed->except)
		bw_log_note(
			"There was no room for all processes that rules except by `exe` or `children`: the rules hold "
			"for those that are left out.");
	bw_subject_children_miss(e, missed);
}

/*
 * added: what is known already is more of the same, else it is newer: of what a process executes. One that has ended
 * meanwhile is removed by its number's next. Adds to *missed what was not copied.
 */
static void copy_subjects(struct bw_enforcement *e, const struct bw_enforcement *from, const char *map, bool added,
			  struct subject *missed)
{
	uint64_t id = 0, next = 0; /* as long as any key of these maps */
	int index = bw_image_find_map(from->loaded->image, map), to = bw_image_find_map(e->loaded->image, map);
	uint64_t left = index < 0 || to < 0 ? 0 : 4 * (uint64_t)from->loaded->image->maps[index].max_entries;
	struct subject subject;
	int r;

	for (bool first = true; left-- > 0; first = false) {
		if (bpf_get_next_key(from->loaded->maps[index], first ? NULL : &id, &next) < 0)
			return;
		id = next;
		if (left == 0) /* processes that end turn the kernel's search back */
			*missed = (struct subject){UINT32_MAX, UINT32_MAX};
		if (bpf_lookup_elem(from->loaded->maps[index], &id, &subject) < 0)
			continue;
		subject.except = translate(e, from, subject.except);
		subject.only = translate(e, from, subject.only);
		if (!subject.except && !subject.only)
			continue;
		if (added)
			r = bw_identity_add_subject(e, map, &id, &subject);
		else
			r = bpf_update_elem(e->loaded->maps[to], &id, &subject, BPF_NOEXIST) < 0 ? -errno : 0;
		if (r < 0 && r != -EEXIST) {
			missed->except |= subject.except;
			missed->only |= subject.only;
		}
	}
}

void bw_learned_files_copy_subjects(struct bw_enforcement *e, const struct bw_enforcement *from)
{
	struct subject missed = {0};

	if (!e->policies->used && !from->policies->used)
		return;
	copy_subjects(e, from, "programs", false, &missed);
	copy_subjects(e, from, "children", true, &missed);
	report_missed(e, &missed);
}

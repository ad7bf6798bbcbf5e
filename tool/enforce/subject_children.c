/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/subject_children.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bcc/libbpf.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "enforce/identity.h"
#include "process/process.h"

/* Is it pid, or a child of it, and so on? */
static bool descends(pid_t process, pid_t pid)
{
	enum { LEVELS_MAX = 4096 };

	for (int level = 0; level < LEVELS_MAX && process > 0; level++) {
		if (process == pid)
			return true;
		process = bw_process_parent("", process);
	}
	return false;
}

int bw_subject_children_miss(struct bw_enforcement *e, const struct subject *subject)
{
	const uint32_t zero = 0;
	struct policies set = {0};
	int fd;

	if (!subject->only)
		return 0;
	fd = bw_identity_map(e, "policies"); /* which is there where a rule has `only` */
	if (fd < 0 || bpf_lookup_elem(fd, (void *)&zero, &set) < 0)
		return bw_log_error(-ENOENT, "cannot read the policies: rules with `only` may not hold for all");
	set.processes_missed = 1;
	return bw_identity_put_value(e, "policies", &zero, &set);
}

/*
 * There is no room for all processes of pid, and none is made: maps grow for files. Whom rules except, they then
 * concern; whom they name by `only` is not known, so that they concern all.
 */
static int leave_out(struct bw_enforcement *e, uint32_t pid, const struct subject *subject)
{
	if (subject->except)
		bw_log_note(
			"children %u: there is no room for all its processes, 65,536 with those of other rules: the "
			"rules that except them hold for those that are left out.",
			pid);
	return bw_subject_children_miss(e, subject);
}

/* 1: some were not known. */
static int add_all(struct bw_enforcement *e, uint32_t pid, const struct subject *subject)
{
	DIR *proc = opendir("/proc");
	int fd = bw_identity_map(e, "children"), r = fd < 0 ? fd : 0, added = 0;
	bool is_full = false;

	if (!proc)
		return bw_log_error(-errno, "cannot read /proc: %s", strerror(errno));
	for (const struct dirent *entry; r == 0 && (entry = readdir(proc));) {
		uint32_t process = (uint32_t)strtoul(entry->d_name, NULL, 10);
		struct subject there = {0};

		if (!process || !descends((pid_t)process, (pid_t)pid))
			continue;
		if (bpf_lookup_elem(fd, &process, &there) == 0 && (there.except & subject->except) == subject->except &&
		    (there.only & subject->only) == subject->only)
			continue;
		added = 1;
		r = bw_identity_add_subject(e, "children", &process, subject);
		is_full |= r == -E2BIG;
		r = r == -E2BIG ? 0 : r; /* the next may have an entry, of another rule */
	}
	closedir(proc);
	if (r == 0 && is_full)
		return leave_out(e, pid, subject);
	return r < 0 ? r : added;
}

/*
 * Did the enforcement before name it, too, and has its process ended? Its entry went with it; whoever has the number by
 * now is another.
 */
static bool is_gone(const struct bw_enforcement *before, uint32_t pid)
{
	int index = before ? bw_image_find_map(before->loaded->image, "children") : -1;

	for (size_t i = 0; index >= 0 && i < before->policies->n_subjects; i++) {
		const struct bw_policies_subject *s = &before->policies->subjects[i];
		struct subject there = {0};

		if (s->kind == BW_SUBJECT_CHILDREN && s->number == pid)
			return bpf_lookup_elem(before->loaded->maps[index], &pid, &there) < 0 ||
			       (there.except & s->bits.except) != s->bits.except ||
			       (there.only & s->bits.only) != s->bits.only;
	}
	return false;
}

/* A child that came while the list was read is found the next time, or was added by the program. */
int bw_subject_children_add(struct bw_enforcement *e, uint32_t pid, const struct subject *subject)
{
	enum { TURNS = 100 };
	int r;

	/* Those that it left are known from the program before. */
	if (is_gone(e->before, pid)) {
		bw_log_note("children %u: that process is gone; its children that are known are still meant.", pid);
		return 0;
	}
	r = bw_process_check("", (pid_t)pid);
	if (r < 0)
		return r;
	r = 1;
	for (int i = 0; i < TURNS && r > 0; i++)
		r = add_all(e, pid, subject);
	return r < 0 ? r : 0;
}

void bw_subject_children_update(struct bw_enforcement *e)
{
	const uint32_t zero = 0;
	struct policies set = {0};
	int fd = e->loaded && e->policies->set.only_processes ? bw_identity_map(e, "policies") : -1;

	if (fd < 0 || e->processes_missed || bpf_lookup_elem(fd, (void *)&zero, &set) < 0 || !set.processes_missed)
		return;
	e->processes_missed = true;
	bw_log_note("There are more processes than 65,536 of those that rules name by 'only exe' or 'only children': "
		    "these rules hold for all processes now.");
	bw_log_hint("start bccwatch again, with --pin after --unpin, to have them for the named ones alone");
}

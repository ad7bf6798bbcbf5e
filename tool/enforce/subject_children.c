/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/subject_children.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
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

/* 1: some were not known. */
static int add_all(struct bw_enforcement *e, uint32_t pid, const struct subject *subject)
{
	DIR *proc = opendir("/proc");
	int fd = bw_identity_map(e, "children"), r = fd < 0 ? fd : 0, added = 0;

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
	}
	closedir(proc);
	return r < 0 ? r : added;
}

/* A child that came while the list was read is found the next time, or was added by the program. */
int bw_subject_children_add(struct bw_enforcement *e, uint32_t pid, const struct subject *subject)
{
	enum { TURNS = 100 };
	int r;

	/* Those that it left are known from the program before. */
	if (e->generation > 1 && kill((pid_t)pid, 0) < 0 && errno == ESRCH) {
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

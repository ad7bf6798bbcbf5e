/* SPDX-License-Identifier: Apache-2.0 */
#include "process/process.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"

enum { LEVELS_MAX = 64 }; /* of ancestors that are looked at */

bool bw_process_contained(const char *root)
{
	static const char initial[] = "pid:[4026531836]"; /* PROC_PID_INIT_INO in the kernel's proc_ns.h */
	char path[PATH_MAX], name[64];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/proc/self/ns/pid", root);
	len = readlink(path, name, sizeof(name) - 1);
	if (len < 0)
		return false;
	name[len] = '\0';
	return strcmp(name, initial) != 0;
}

int bw_process_check_numbers(const char *root, const char *option)
{
	if (!bw_process_contained(root))
		return 0;
	bw_log_error(-ENOTSUP, "cannot use '%s' in a PID namespace: processes have other numbers for the kernel",
		     option);
	bw_log_hint("run bccwatch outside of it, or use --comm or --uid");
	return -ENOTSUP;
}

int bw_process_check_thread(const char *root, pid_t tid)
{
	char path[PATH_MAX];
	int r = bw_process_check_numbers(root, "--tid");

	snprintf(path, sizeof(path), "%s/proc/%d/status", root, tid);
	if (r == 0 && access(path, F_OK) < 0)
		return bw_log_error(-ESRCH, "cannot find thread '%d': there is no such thread", tid);
	return r;
}

int bw_process_check(const char *root, pid_t pid)
{
	BW_FREE char *status = NULL;
	const char *group;
	char path[PATH_MAX];
	size_t len;
	long process;
	int r = bw_process_check_numbers(root, "--pid");

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/proc/%d/status", root, pid);
	if (bw_file_read(path, 1 << 16, &status, &len) < 0)
		return bw_log_error(-ESRCH, "cannot find process '%d': there is no such process", pid);
	/* At a line's beginning: the file has the process's name too. */
	group = strstr(status, "\nTgid:");
	process = group ? strtol(group + strlen("\nTgid:"), NULL, 10) : pid;
	if (process != pid)
		return bw_log_error(-ESRCH, "cannot use '--pid %d': it is a thread of process %ld", pid, process);
	return 0;
}

/* "S PPID ..." of PID (COMM) S PPID ..., in *stat, which is the caller's; NULL: there is no such process. */
static const char *read_state(const char *root, pid_t pid, char **stat)
{
	char path[PATH_MAX], *at;
	size_t len;

	snprintf(path, sizeof(path), "%s/proc/%d/stat", root, (int)pid);
	if (bw_file_read(path, 1 << 16, stat, &len) < 0)
		return NULL;
	/* The name may contain anything, the rest no parenthesis. */
	at = strrchr(*stat, ')');
	return at && strlen(at) >= strlen(") S ") ? at + strlen(") ") : NULL;
}

pid_t bw_process_parent(const char *root, pid_t pid)
{
	BW_FREE char *stat = NULL;
	const char *at = read_state(root, pid, &stat);
	char *end;
	long parent;

	if (!at)
		return -ESRCH;
	at += strlen("S ");
	parent = strtol(at, &end, 10);
	return end > at ? (pid_t)parent : -ESRCH;
}

bool bw_process_runs(const char *root, pid_t pid)
{
	BW_FREE char *stat = NULL;
	const char *state = read_state(root, pid, &stat);

	return state && *state != 'Z' && *state != 'X';
}

bool bw_process_descends_from(const char *root, pid_t pid)
{
	pid_t at = getpid();

	for (int level = 0; level < LEVELS_MAX && at > 0; level++) {
		at = bw_process_parent(root, at);
		if (at == pid)
			return true;
	}
	return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/process.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"

int bw_process_check(const char *root, pid_t pid)
{
	BW_FREE char *status = NULL;
	const char *group;
	char path[PATH_MAX];
	size_t len;
	long process;

	snprintf(path, sizeof(path), "%s/proc/%d/status", root, pid);
	if (bw_read_file(path, 1 << 16, &status, &len) < 0)
		return bw_err(-ESRCH, "there is no process %d", pid);
	/* The line's beginning: a process's own name stands in this file too. */
	group = strstr(status, "\nTgid:");
	process = group ? strtol(group + strlen("\nTgid:"), NULL, 10) : pid;
	if (process != pid)
		return bw_err(-ESRCH, "%d is a thread of process %ld; --pid takes the process", pid, process);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/preemption.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

/* NULL if it can't be read; the caller's. */
static char *read_fact(const char *root, const char *name)
{
	char path[PATH_MAX], *text;
	size_t len;

	snprintf(path, sizeof(path), "%s%s", root, name);
	return bw_file_read(path, 1 << 16, &text, &len) < 0 ? NULL : text;
}

/* Is it a mode without full preemption? */
static bool is_voluntary(const char *mode)
{
	size_t len = strcspn(mode, " )\n");

	return (len == 4 && strncmp(mode, "none", len) == 0) || (len == 9 && strncmp(mode, "voluntary", len) == 0);
}

/* The last one holds. */
static const char *parameter(const char *line)
{
	static const char name[] = "preempt=";
	const char *last = NULL;

	for (const char *at = line; (at = strstr(at, name)); at += strlen(name))
		if (at == line || at[-1] == ' ')
			last = at + strlen(name);
	return last;
}

bool bw_preemption_is_full(const char *root)
{
	BW_FREE char *modes = read_fact(root, "/sys/kernel/debug/sched/preempt");
	BW_FREE char *version = read_fact(root, "/proc/sys/kernel/version");
	BW_FREE char *line = read_fact(root, "/proc/cmdline");
	const char *mode = modes ? strchr(modes, '(') : NULL;

	if (mode)
		return !is_voluntary(mode + 1);
	if (!version || !strstr(version, " PREEMPT"))
		return !version;
	mode = strstr(version, " PREEMPT_DYNAMIC") && line ? parameter(line) : NULL;
	return !mode || !is_voluntary(mode);
}

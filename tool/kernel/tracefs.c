/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/tracefs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/line_reader.h"
#include "base/suggestions.h"

const char *bw_tracefs_find(const char *root)
{
	static const char *const mounts[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		snprintf(path, sizeof(path), "%s%s/events", root, mounts[i]);
		if (access(path, F_OK) == 0)
			return mounts[i];
	}
	return NULL;
}

int bw_tracefs_tracepoint(const char *root, const char *category, const char *name)
{
	const char *mount = bw_tracefs_find(root);
	char path[PATH_MAX];

	if (!mount)
		return -ENODEV;
	snprintf(path, sizeof(path), "%s%s/events/%s/%s/format", root, mount, category, name);
	return access(path, F_OK) == 0 ? 0 : -ENOENT;
}

static void offer(void *cookie, const char *name)
{
	bw_suggestions_offer(cookie, name);
}

void bw_tracefs_suggest(const char *root, const char *category, const char *name, char *text, size_t size)
{
	const char *mount = bw_tracefs_find(root);
	char wanted[2 * NAME_MAX], path[PATH_MAX];
	BW_CLEANUP(bw_suggestions_free) struct bw_suggestions suggestions = {.name = wanted};

	snprintf(wanted, sizeof(wanted), "%.200s:%.200s", category, name);
	snprintf(path, sizeof(path), "%s%s/available_events", root, mount ? mount : "");
	if (mount)
		bw_line_reader_each(path, 0, offer, &suggestions);
	bw_suggestions_write(&suggestions, text, size);
}

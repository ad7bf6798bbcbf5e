/* SPDX-License-Identifier: Apache-2.0 */
/* STUB, to be replaced: finds a cgroup by its path alone, a unit by system.slice/NAME, a container by NAME. */
#include "process/cgroup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/cleanup.h"

int bw_cgroup_find(const char *root, enum bw_cgroup_kind kind, const char *name, struct bw_cgroup_found **found,
		   size_t *n)
{
	BW_FREE char *path = NULL;
	struct stat st;

	*found = NULL;
	*n = 0;
	if (asprintf(&path, "%s/sys/fs/cgroup/%s%s", root, kind == BW_CGROUP_UNIT ? "system.slice/" : "", name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (stat(path, &st) < 0)
		return 0;
	*found = calloc(1, sizeof(**found));
	if (!*found)
		return -ENOMEM;
	(*found)[0] = (struct bw_cgroup_found){.id = st.st_ino, .path = BW_TAKE(path)};
	*n = 1;
	return 0;
}

void bw_cgroup_free(struct bw_cgroup_found *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(found[i].path);
	free(found);
}

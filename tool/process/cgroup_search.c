/* SPDX-License-Identifier: Apache-2.0 */
#include "process/cgroup_search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "process/cgroup.h"

struct search {
	const struct bw_cgroups *cgroups;
	struct bw_cgroup_search_found *found;
	size_t n;
};

static int add(void *cookie, const struct bw_cgroup *cgroup)
{
	struct search *s = cookie;
	struct bw_cgroup_search_found *more = realloc(s->found, (s->n + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	s->found = more;
	more[s->n].id = cgroup->id;
	if (asprintf(&more[s->n].path, "%s%s", bw_cgroup_mount(s->cgroups), cgroup->path) < 0)
		return -ENOMEM;
	s->n++;
	return 0;
}

/* A path below the mount or a directory in it, as the path below the mount. Malloc'd. */
static char *below_mount(const struct search *s, const char *path)
{
	const char *mount = bw_cgroup_mount(s->cgroups);
	size_t len = strlen(mount);
	char *below;

	if (len > 0 && strncmp(path, mount, len) == 0 && (path[len] == '/' || path[len] == '\0'))
		path += len;
	return asprintf(&below, "/%s", path + strspn(path, "/")) < 0 ? NULL : below;
}

static int add_path(struct search *s, const char *path)
{
	BW_FREE char *below = below_mount(s, path);
	struct bw_cgroup cgroup = {.path = below};
	int r = below ? bw_cgroup_id(s->cgroups, path, &cgroup.id) : -ENOMEM;

	if (r == -ENOENT)
		return 0;
	return r == 0 ? add(s, &cgroup) : r;
}

int bw_cgroup_search(const char *root, enum bw_cgroup_search_kind kind, const char *name,
		     struct bw_cgroup_search_found **found, size_t *n)
{
	struct bw_cgroups *cgroups = NULL;
	struct search s = {0};
	int r = bw_cgroup_open(root, &cgroups);

	*found = NULL;
	*n = 0;
	if (r < 0)
		return r;
	s.cgroups = cgroups;
	if (kind == BW_CGROUP_PATH)
		r = add_path(&s, name);
	else if (kind == BW_CGROUP_UNIT)
		r = bw_cgroup_each_of_unit(cgroups, name, add, &s);
	else
		r = bw_cgroup_each_of_container(cgroups, name, add, &s);
	bw_cgroup_close(cgroups);
	if (r < 0) {
		bw_cgroup_search_free(s.found, s.n);
		return r;
	}
	*found = s.found;
	*n = s.n;
	return 0;
}

void bw_cgroup_search_free(struct bw_cgroup_search_found *found, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(found[i].path);
	free(found);
}

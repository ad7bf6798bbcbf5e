/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/lsm.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/parse.h"

int bw_lsm_active(const char *root, const char *name)
{
	BW_FREE char *list = NULL;
	char path[PATH_MAX], *rest, *one;
	size_t len;
	int r;

	snprintf(path, sizeof(path), "%s" BW_LSM_LIST, root);
	r = bw_file_read(path, 4096, &list, &len);
	if (r < 0)
		return r;
	for (rest = list; (one = strsep(&rest, ",\n"));)
		if (strcmp(one, name) == 0)
			return 1;
	return 0;
}

bool bw_lsm_is_hook(const char *name)
{
	static const char *const others[] = {
		"find_cgroup_shim", "func_proto", "get_retval_range", "is_sleepable_hook", "is_trusted",
		"verify_prog",	    NULL};

	return *name && bw_parse_word(name, others) < 0;
}

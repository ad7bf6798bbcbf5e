/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

int bw_btf_function(const char *root, const char *name, uint32_t *id)
{
	char path[PATH_MAX];
	struct btf *btf;
	int found;

	snprintf(path, sizeof(path), "%s/sys/kernel/btf/vmlinux", root);
	btf = btf__parse(path, NULL);
	if (!btf || (uintptr_t)btf >= (uintptr_t)-4095) /* libbpf before 1.0 returns an error as a pointer */
		return -ENOENT;
	found = (int)btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	btf__free(btf);
	if (found <= 0)
		return -ENOENT;
	*id = (uint32_t)found;
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

bool bw_btf_is_error(const void *p)
{
	return !p || (uintptr_t)p >= (uintptr_t)-4095;
}

int bw_btf_open(const char *path, struct btf **btf)
{
	*btf = NULL;
	if (access(path, R_OK) < 0)
		return -errno;
	*btf = btf__parse(path, NULL);
	if (!bw_btf_is_error(*btf))
		return 0;
	*btf = NULL;
	return -EINVAL;
}

void bw_btf_close(struct btf **btf)
{
	btf__free(*btf);
	*btf = NULL;
}

int bw_btf_function(const struct btf *btf, const char *name, uint32_t *id)
{
	int found = (int)btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	if (found <= 0)
		return -ENOENT;
	*id = (uint32_t)found;
	return 0;
}

int bw_btf_parameters(const struct btf *btf, const char *name)
{
	uint32_t id;
	int r = bw_btf_function(btf, name, &id);

	return r < 0 ? r : btf_vlen(btf__type_by_id(btf, btf__type_by_id(btf, id)->type));
}

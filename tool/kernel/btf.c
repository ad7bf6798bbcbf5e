/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/btf.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/name_index.h"

#if !__has_include(<bpf/libbpf_version.h>) /* libbpf before 0.6, where btf_dump__new has other arguments */
#define BTF_DUMP_NEW(btf, print, cookie) btf_dump__new(btf, NULL, &(struct btf_dump_opts){.ctx = (cookie)}, print)
#else
#define BTF_DUMP_NEW(btf, print, cookie) btf_dump__new(btf, print, cookie, NULL)
#endif

enum { TYPEDEFS_MAX = 32 /* as in the kernel */ };

/* One more than the last type's number. */
static uint32_t number_of_types(const struct btf *btf)
{
#if __has_include(<bpf/libbpf_version.h>)
	return btf__type_cnt(btf);
#else
	return btf__get_nr_types(btf) + 1;
#endif
}

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

int bw_btf_open_module(const char *path, struct btf *base, struct btf **btf)
{
	*btf = NULL;
	if (access(path, R_OK) < 0)
		return -errno;
	*btf = btf__parse_split(path, base);
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

uint32_t bw_btf_next_function(const struct btf *btf, const struct btf *base, const char *name, uint32_t last)
{
	uint32_t end = number_of_types(btf), first = base ? number_of_types(base) : 1;

	for (uint32_t id = last + 1 > first ? last + 1 : first; id < end; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);

		if (btf_is_func(t) && strcmp(btf__name_by_offset(btf, t->name_off), name) == 0)
			return id;
	}
	return 0;
}

int bw_btf_functions(const struct btf *btf, const char *const *names, size_t n,
		     void (*found)(void *cookie, size_t i, uint32_t id), void *cookie)
{
	BW_CLEANUP(bw_name_index_free) struct bw_name_index index = {0};
	uint32_t end = number_of_types(btf);

	if (bw_name_index_init(&index, names, n) < 0)
		return -ENOMEM;
	for (uint32_t id = 1; id < end; id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf_is_func(t) ? btf__name_by_offset(btf, t->name_off) : NULL;

		for (long i = BW_INDEX_NONE; name && (i = bw_name_index_find(&index, name, i)) != BW_INDEX_NONE;)
			found(cookie, (size_t)i, id);
	}
	return 0;
}

int bw_btf_each_function(const struct btf *btf, const char *prefix, void (*found)(void *cookie, const char *name),
			 void *cookie)
{
	if (!btf)
		return -ENOENT;
	for (uint32_t id = 1; id < number_of_types(btf); id++) {
		const struct btf_type *t = btf__type_by_id(btf, id);
		const char *name = btf_is_func(t) ? btf__name_by_offset(btf, t->name_off) : NULL;

		if (name && strncmp(name, prefix, strlen(prefix)) == 0)
			found(cookie, name + strlen(prefix));
	}
	return 0;
}

int bw_btf_parameters(const struct btf *btf, const char *name)
{
	uint32_t id;
	int r = bw_btf_function(btf, name, &id);

	return r < 0 ? r : btf_vlen(btf__type_by_id(btf, btf__type_by_id(btf, id)->type));
}

struct btf_dump *bw_btf_dump(const struct btf *btf, void (*print)(void *cookie, const char *format, va_list arguments),
			     void *cookie)
{
	struct btf_dump *dump = BTF_DUMP_NEW(btf, print, cookie);

	return bw_btf_is_error(dump) ? NULL : dump;
}

const struct btf_type *bw_btf_resolve(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (int i = 0; t && i < TYPEDEFS_MAX && (btf_is_mod(t) || btf_is_typedef(t)); i++)
		t = btf__type_by_id(btf, t->type);
	return t;
}

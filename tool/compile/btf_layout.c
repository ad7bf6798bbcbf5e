/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/btf_layout.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/btf.h"

enum { FIELDS_MAX = 4096, DEPTH_MAX = 16, BTF_BYTES_MAX = 64 << 20 };

/* The fields that were read so far. */
struct reader {
	const struct btf *btf;
	struct bw_layout_field *fields;
	uint32_t n;
};

static int read_members(struct reader *r, const struct btf_type *t, unsigned depth);

static int read_integer(struct bw_layout_field *f, const struct btf_type *t)
{
	uint8_t encoding = btf_int_encoding(t);

	if (t->size > 8)
		f->kind = BW_BYTES;
	else if (encoding & BTF_INT_BOOL)
		f->kind = BW_BOOL;
	else
		f->kind = encoding & BTF_INT_SIGNED ? BW_SIGNED : BW_UNSIGNED;
	f->size = t->size;
	return 0;
}

/* In clang's BTF a char and a signed char differ by their names alone. */
static bool is_char(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf_is_int(t) && t->size == 1 ? btf__name_by_offset(btf, t->name_off) : NULL;

	return name && strcmp(name, "char") == 0;
}

static bool has_negative(const struct btf_type *t)
{
	for (uint32_t i = 0; i < btf_vlen(t); i++)
		if (btf_enum(t)[i].val < 0)
			return true;
	return false;
}

/* Reads the type of one element. */
static int read_element(struct reader *r, struct bw_layout_field *f, const struct btf_type *t, unsigned depth)
{
	int result;

	if (is_char(r->btf, t)) {
		f->kind = BW_CHAR;
		f->size = 1;
		return 0;
	}
	if (btf_is_int(t))
		return read_integer(f, t);
	if (btf_is_ptr(t)) {
		f->kind = BW_POINTER;
		f->size = 8;
		return 0;
	}
	f->size = t->size;
	if (btf_is_composite(t)) {
		f->kind = btf_is_union(t) ? BW_UNION : BW_STRUCT;
		result = read_members(r, t, depth + 1);
		f->below = r->n - (uint32_t)(f - r->fields) - 1;
		return result;
	}
	if (btf_is_enum(t)) {
		f->kind = has_negative(t) ? BW_SIGNED : BW_UNSIGNED;
		return 0;
	}
	f->kind = BW_BYTES; /* a float, or a kind that is newer than this program */
	return btf_is_fwd(t) || btf_is_func(t) || btf_is_func_proto(t) || btf_is_var(t) || btf_is_datasec(t) ? -EINVAL
													     : 0;
}

/* Reads the dimensions of an array; the ones that are too many become one long last dimension. */
static const struct btf_type *read_dims(const struct btf *btf, struct bw_layout_field *f, const struct btf_type *t)
{
	uint64_t count = 1;

	for (int i = 0; t && btf_is_array(t) && i < DEPTH_MAX; i++) {
		const struct btf_array *array = btf_array(t);

		count *= array->nelems;
		if (count > BW_EVENT_MAX)
			return NULL;
		if (f->n_dims < BW_DIMS)
			f->dims[f->n_dims++] = array->nelems;
		else
			f->dims[BW_DIMS - 1] *= array->nelems;
		t = bw_btf_resolve(btf, array->type);
	}
	f->count = (uint32_t)count;
	return t && !btf_is_array(t) ? t : NULL;
}

static int read_field(struct reader *r, const char *name, uint32_t id, unsigned depth)
{
	const struct btf_type *t = bw_btf_resolve(r->btf, id);
	struct bw_layout_field *f;

	if (r->n == FIELDS_MAX || !name || !t)
		return -EINVAL;
	f = &r->fields[r->n++];
	*f = (struct bw_layout_field){.name = name};
	t = read_dims(r->btf, f, t);
	if (!t || read_element(r, f, t, depth) < 0)
		return -EINVAL;
	return (uint64_t)f->size * f->count > BW_EVENT_MAX ? -EINVAL : 0;
}

/* offset: in bits; bits: 0 for a member that is no bit field. */
static void set_position(struct bw_layout_field *f, uint32_t offset, uint32_t bits)
{
	uint32_t unit = 8 * f->size;

	f->offset = offset / 8;
	if (bits == 0 || unit == 0)
		return;
	f->offset = offset / unit * f->size;
	f->shift = offset % unit;
	f->bits = bits;
	if (f->shift + bits <= unit)
		return;
	/* A packed one may cross two units: then the field is bytes. */
	f->size = (offset % 8 + bits + 7) / 8;
	f->offset = offset / 8;
	f->bits = f->shift = 0;
	f->kind = BW_BYTES;
}

static int read_members(struct reader *r, const struct btf_type *t, unsigned depth)
{
	const struct btf_member *members = btf_members(t);

	if (depth > DEPTH_MAX)
		return -EINVAL;
	for (uint32_t i = 0; i < btf_vlen(t); i++) {
		uint32_t at = r->n;
		int result = read_field(r, btf__name_by_offset(r->btf, members[i].name_off), members[i].type, depth);

		if (result < 0)
			return result;
		set_position(&r->fields[at], btf_member_bit_offset(t, i), btf_member_bitfield_size(t, i));
	}
	return 0;
}

/* The names outlive the BTF. */
static int keep_names(struct bw_layout_field *fields, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		fields[i].name = strdup(fields[i].name);
		if (!fields[i].name) {
			while (i > 0)
				free((char *)fields[--i].name);
			return -ENOMEM;
		}
	}
	return 0;
}

int bw_btf_layout_read(const struct btf *btf, uint32_t id, struct bw_layout *layout)
{
	const struct btf_type *t = bw_btf_resolve(btf, id);
	BW_FREE struct bw_layout_field *fields = calloc(FIELDS_MAX, sizeof(*fields));
	struct reader r = {btf, fields, 0};
	int64_t size = btf__resolve_size(btf, id);
	int result;

	if (!fields)
		return -ENOMEM;
	/* libbcc describes the target of a void pointer as a char. */
	if (!t || size <= 0 || size > BW_EVENT_MAX || is_char(btf, t))
		return -EINVAL; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	result = btf_is_struct(t) ? read_members(&r, t, 0) : read_field(&r, "", id, 0);
	if (result == 0)
		result = keep_names(fields, r.n);
	if (result < 0)
		return result;
	*layout = (struct bw_layout){BW_TAKE(fields), r.n, (uint32_t)size};
	result = bw_layout_check(layout);
	if (result < 0)
		bw_btf_layout_free(layout);
	return result;
}

static int get_info(int fd, void *info, uint32_t len)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr)); /* an initialiser zeroes its own member alone (gcc 15), and the kernel looks */
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = len;
	attr.info.info = (uintptr_t)info;
	return syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

/* Reads the BTF with that number from the kernel. */
static int load_btf(uint32_t id, struct btf **btf)
{
	struct bpf_btf_info info = {0};
	BW_FREE void *bytes = NULL;
	union bpf_attr attr;
	BW_FD int fd = -1;
	int r;

	memset(&attr, 0, sizeof(attr));
	attr.btf_id = id;
	fd = (int)syscall(SYS_bpf, BPF_BTF_GET_FD_BY_ID, &attr, sizeof(attr));
	if (fd < 0)
		return -errno;
	r = get_info(fd, &info, sizeof(info)); /* how large it is */
	if (r < 0 || info.btf_size > BTF_BYTES_MAX)
		return r < 0 ? r : -E2BIG;
	bytes = malloc(info.btf_size + 1);
	if (!bytes)
		return -ENOMEM;
	info = (struct bpf_btf_info){.btf = (uintptr_t)bytes, .btf_size = info.btf_size};
	r = get_info(fd, &info, sizeof(info));
	if (r < 0)
		return r;
	*btf = btf__new(bytes, info.btf_size);
	if (!bw_btf_is_error(*btf))
		return 0;
	*btf = NULL;
	return -EINVAL;
}

/* 0 also where it is unknown. */
static int describe_part(const struct btf *btf, uint32_t id, struct bw_layout *layout)
{
	int r = layout ? bw_btf_layout_read(btf, id, layout) : 0;

	return r == -ENOMEM ? r : 0;
}

int bw_btf_layout_map_id(int map, uint32_t *id)
{
	struct bpf_map_info info = {0};
	int r = get_info(map, &info, sizeof(info));

	*id = info.id;
	return r;
}

int bw_btf_layout_read_map(struct bw_btf_layout_cache *cache, int map, struct bw_layout *key, struct bw_layout *value)
{
	struct bpf_map_info info = {0};
	int r = get_info(map, &info, sizeof(info));

	if (key)
		*key = (struct bw_layout){0};
	if (value)
		*value = (struct bw_layout){0};
	if (r == 0 && info.btf_id == 0)
		r = -ENOENT;
	if (r == 0 && info.btf_id != cache->id) {
		bw_btf_layout_cache_free(cache);
		r = load_btf(info.btf_id, &cache->btf);
	}
	if (r < 0)
		return r;
	cache->id = info.btf_id;
	r = describe_part(cache->btf, info.btf_key_type_id, key);
	if (r == 0)
		r = describe_part(cache->btf, info.btf_value_type_id, value);
	if (r < 0 && key)
		bw_btf_layout_free(key);
	return r;
}

void bw_btf_layout_cache_free(struct bw_btf_layout_cache *cache)
{
	btf__free(cache->btf);
	*cache = (struct bw_btf_layout_cache){0};
}

void bw_btf_layout_free(struct bw_layout *layout)
{
	for (uint32_t i = 0; i < layout->n; i++)
		free((char *)layout->fields[i].name);
	free((struct bw_layout_field *)layout->fields);
	*layout = (struct bw_layout){0};
}

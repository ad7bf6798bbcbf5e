/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/prototype.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/btf.h"

enum { KIND_ENUM64 = 19 }; /* older headers do not name it */

static void print(void *out, const char *format, va_list arguments)
{
	vfprintf(out, format, arguments);
}

static void free_dump(struct btf_dump **dump)
{
	if (*dump)
		btf_dump__free(*dump);
}

static int open_dump(FILE *out, const struct btf *btf, struct btf_dump **dump)
{
	*dump = bw_btf_dump(btf, print, out);
	return *dump ? 0 : -ENOMEM;
}

static const struct btf_type *prototype_of(const struct btf *btf, uint32_t function)
{
	const struct btf_type *t = btf__type_by_id(btf, function);

	return t && btf_is_func(t) ? btf__type_by_id(btf, t->type) : NULL;
}

static const struct btf_param *parameter_of(const struct btf *btf, uint32_t function, uint32_t n)
{
	const struct btf_type *proto = prototype_of(btf, function);

	return proto && n < btf_vlen(proto) ? &btf_params(proto)[n] : NULL;
}

static int declare(struct btf_dump *dump, uint32_t type, const char *name, int indent)
{
	const struct btf_dump_emit_type_decl_opts opts = {
		.sz = sizeof(opts), .field_name = name, .indent_level = indent};

	return btf_dump__emit_type_decl(dump, type, &opts);
}

int bw_prototype_write(FILE *out, const struct btf *btf, uint32_t function)
{
	BW_CLEANUP(free_dump) struct btf_dump *dump = NULL;
	const struct btf_type *t = btf__type_by_id(btf, function);
	int r = prototype_of(btf, function) ? open_dump(out, btf, &dump) : -ENOENT;

	return r < 0 ? r : declare(dump, t->type, btf__name_by_offset(btf, t->name_off), 0);
}

int bw_prototype_parameter(FILE *out, const struct btf *btf, uint32_t function, uint32_t n, const char *unnamed)
{
	BW_CLEANUP(free_dump) struct btf_dump *dump = NULL;
	const struct btf_param *p = parameter_of(btf, function, n);
	int r = p ? open_dump(out, btf, &dump) : -ENOENT;

	return r < 0 ? r : declare(dump, p->type, p->name_off ? btf__name_by_offset(btf, p->name_off) : unnamed, 0);
}

const char *bw_prototype_name(const struct btf *btf, uint32_t function, uint32_t n)
{
	const struct btf_param *p = parameter_of(btf, function, n);

	return p ? btf__name_by_offset(btf, p->name_off) : NULL;
}

static uint32_t plain_type(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t))) {
		id = t->type;
		t = btf__type_by_id(btf, id);
	}
	return id;
}

static int write_members(FILE *out, const struct btf *btf, struct btf_dump *dump, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);
	int r = 0;

	for (uint32_t i = 0; i < btf_vlen(t) && r == 0; i++) {
		uint32_t bits = btf_member_bitfield_size(t, i);

		fputc('\t', out);
		r = declare(dump, m[i].type, btf__name_by_offset(btf, m[i].name_off), 1);
		if (bits > 0)
			fprintf(out, " : %u", bits);
		fputs(";\n", out);
	}
	return r;
}

/* The named struct or union that the type is, or, through pointers, leads to; NULL: none. */
static const struct btf_type *struct_of(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, plain_type(btf, id));

	while (t && btf_is_ptr(t))
		t = btf__type_by_id(btf, plain_type(btf, t->type));
	return t && btf_is_composite(t) && t->name_off ? t : NULL;
}

int bw_prototype_expand(FILE *out, const struct btf *btf, uint32_t function)
{
	BW_CLEANUP(free_dump) struct btf_dump *dump = NULL;
	const struct btf_param *p;
	int r = prototype_of(btf, function) ? open_dump(out, btf, &dump) : -ENOENT;

	for (uint32_t i = 0; r == 0 && (p = parameter_of(btf, function, i)); i++) {
		const struct btf_type *t = struct_of(btf, p->type);
		bool again = false;

		for (uint32_t k = 0; k < i; k++)
			again |= struct_of(btf, parameter_of(btf, function, k)->type) == t;
		if (!t || again)
			continue;
		fprintf(out, "%s %s {\n", btf_is_union(t) ? "union" : "struct", btf__name_by_offset(btf, t->name_off));
		r = write_members(out, btf, dump, t);
		fputs("};\n", out);
	}
	return r;
}

static bool is_char(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, plain_type(btf, id));

	return t && btf_is_int(t) && t->size == 1 && strcmp(btf__name_by_offset(btf, t->name_off), "char") == 0;
}

static bool is_const(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	for (; t && (btf_is_mod(t) || btf_is_typedef(t)); t = btf__type_by_id(btf, t->type))
		if (btf_is_const(t))
			return true;
	return false;
}

enum bw_parameter bw_prototype_kind(const struct btf *btf, uint32_t function, uint32_t n, uint32_t *size,
				    int *is_signed)
{
	const struct btf_param *p = parameter_of(btf, function, n);
	const struct btf_type *t = p ? btf__type_by_id(btf, plain_type(btf, p->type)) : NULL, *to;

	*size = t && !btf_is_ptr(t) ? t->size : 8;
	*is_signed = t && btf_is_int(t) && btf_int_encoding(t) & BTF_INT_SIGNED;
	if (p && p->type == 0)
		return BW_PARAMETER_WHOLE; /* ... */
	if (!t || btf_is_int(t) || btf_is_enum(t) || btf_kind(t) == KIND_ENUM64)
		return BW_PARAMETER_NUMBER;
	if (!btf_is_ptr(t))
		return BW_PARAMETER_WHOLE;
	if (is_char(btf, t->type) && is_const(btf, t->type))
		return BW_PARAMETER_TEXT;
	to = struct_of(btf, t->type);
	return to && strcmp(btf__name_by_offset(btf, to->name_off), "filename") == 0 ? BW_PARAMETER_FILENAME
										     : BW_PARAMETER_POINTER;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/prototype.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "kernel/btf.h"

enum { KIND_ENUM64 = 19 }; /* older headers do not name it */

/* Collects the output of btf_dump. */
struct writer {
	struct btf_dump *dump;
	FILE *file;
	char *text; /* malloc'd; whole when file is closed */
	size_t len;
};

static void print(void *cookie, const char *format, va_list arguments)
{
	const struct writer *w = cookie;

	vfprintf(w->file, format, arguments);
}

static void close_writer(struct writer *w)
{
	if (w->dump)
		btf_dump__free(w->dump);
	if (w->file)
		fclose(w->file);
	free(w->text);
}

static int open_writer(struct writer *w, const struct btf *btf)
{
	w->file = open_memstream(&w->text, &w->len);
	w->dump = w->file ? bw_btf_dump(btf, print, w) : NULL;
	return w->dump ? 0 : -ENOMEM;
}

/* The compiler's names of types, and the usual ones. */
static const struct {
	const char *from, *to;
} better[] = {
	{"long long unsigned int", "unsigned long long"},
	{"long unsigned int", "unsigned long"},
	{"short unsigned int", "unsigned short"},
	{"long long int", "long long"},
	{"long int", "long"},
	{"short int", "short"},
	{"_Bool", "bool"},
	{"()", "(void)"}, /* before libbpf 1.4 */
	{"* const", "*const"},
	{"* volatile", "*volatile"},
	{"* restrict", "*restrict"},
	{"* (*", "*(*"},
};

static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The usual name of the type that text begins with, of *len characters; NULL: it is none of those above. */
static const char *better_at(const char *text, size_t *len)
{
	for (size_t i = 0; i < sizeof(better) / sizeof(*better); i++) {
		*len = strlen(better[i].from);
		if (strncmp(text, better[i].from, *len) == 0 && !(is_letter(text[*len - 1]) && is_letter(text[*len])))
			return better[i].to;
	}
	return NULL;
}

/* Writes out what was collected. */
static int finish(struct writer *w, FILE *out)
{
	BW_FREE char *text = NULL;
	FILE *file;
	size_t len;

	if (fclose(w->file) != 0 || !(file = open_memstream(&text, &len))) {
		w->file = NULL;
		return -ENOMEM;
	}
	w->file = NULL;
	for (const char *p = w->text; *p; p += len) {
		const char *to = p > w->text && is_letter(p[-1]) && is_letter(*p) ? NULL : better_at(p, &len);

		if (to)
			fputs(to, file);
		else
			fwrite(p, 1, len = 1, file);
	}
	if (fclose(file) != 0)
		return -ENOMEM;
	bw_escape_print_text(out, text);
	return 0;
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

static int declare(const struct writer *w, uint32_t type, const char *name, int indent)
{
	struct btf_dump_emit_type_decl_opts opts;

	memset(&opts, 0, sizeof(opts)); /* also what pads it: libbpf refuses options with unknown bytes */
	opts.sz = sizeof(opts);
	opts.field_name = name;
	opts.indent_level = indent;
	return btf_dump__emit_type_decl(w->dump, type, &opts);
}

int bw_prototype_write(FILE *out, const struct btf *btf, uint32_t function)
{
	BW_CLEANUP(close_writer) struct writer w = {0};
	const struct btf_type *t = btf__type_by_id(btf, function);
	int r = prototype_of(btf, function) ? open_writer(&w, btf) : -ENOENT;

	if (r == 0)
		r = declare(&w, t->type, btf__name_by_offset(btf, t->name_off), 0);
	return r < 0 ? r : finish(&w, out);
}

const char *bw_prototype_name(const struct btf *btf, uint32_t function, uint32_t n)
{
	const struct btf_param *p = parameter_of(btf, function, n);

	return p ? btf__name_by_offset(btf, p->name_off) : NULL;
}

static int write_members(const struct writer *w, const struct btf *btf, const struct btf_type *t)
{
	const struct btf_member *m = btf_members(t);
	int r = 0;

	for (uint32_t i = 0; i < btf_vlen(t) && r == 0; i++) {
		uint32_t bits = btf_member_bitfield_size(t, i);

		fputc('\t', w->file);
		r = declare(w, m[i].type, btf__name_by_offset(btf, m[i].name_off), 1);
		if (bits > 0)
			fprintf(w->file, " : %u", bits);
		fputs(";\n", w->file);
	}
	return r;
}

/* The named struct or union that the type is, or, through pointers, leads to; NULL: none. */
static const struct btf_type *struct_of(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = bw_btf_resolve(btf, id);

	while (t && btf_is_ptr(t))
		t = bw_btf_resolve(btf, t->type);
	return t && btf_is_composite(t) && t->name_off ? t : NULL;
}

int bw_prototype_expand(FILE *out, const struct btf *btf, uint32_t function)
{
	BW_CLEANUP(close_writer) struct writer w = {0};
	const struct btf_param *p;
	int r = prototype_of(btf, function) ? open_writer(&w, btf) : -ENOENT;

	for (uint32_t i = 0; r == 0 && (p = parameter_of(btf, function, i)); i++) {
		const struct btf_type *t = struct_of(btf, p->type);
		bool again = false;

		for (uint32_t k = 0; k < i; k++)
			again |= struct_of(btf, parameter_of(btf, function, k)->type) == t;
		if (!t || again)
			continue;
		fprintf(w.file, "%s %s {\n", btf_is_union(t) ? "union" : "struct",
			btf__name_by_offset(btf, t->name_off));
		r = write_members(&w, btf, t);
		fputs("};\n", w.file);
	}
	return r < 0 ? r : finish(&w, out);
}

static bool is_char(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = bw_btf_resolve(btf, id);

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

/* t: resolved; NULL: of a parameter that is not there. */
static void write_type(FILE *out, const struct btf *btf, const struct btf_type *t)
{
	const struct btf_type *to;
	size_t len;

	if (t && btf_is_int(t)) {
		const char *name = btf__name_by_offset(btf, t->name_off), *plain = better_at(name, &len);

		fprintf(out, "%s ", plain ? plain : name);
		return;
	}
	if (t && !btf_is_ptr(t)) {
		unsigned size = t->size == 1 || t->size == 2 || t->size == 8 ? t->size : 4;

		fprintf(out, "u%u ", 8 * size); /* an enum */
		return;
	}
	to = t ? bw_btf_resolve(btf, t->type) : NULL;
	if (t && is_const(btf, t->type))
		fputs("const ", out);
	if (to && btf_is_composite(to) && to->name_off)
		fprintf(out, "%s %s *", btf_is_union(to) ? "union" : "struct", btf__name_by_offset(btf, to->name_off));
	else
		fputs(t && is_char(btf, t->type) ? "char *" : "void *", out);
}

void bw_prototype_type(FILE *out, const struct btf *btf, uint32_t function, uint32_t n)
{
	const struct btf_param *p = parameter_of(btf, function, n);

	write_type(out, btf, p ? bw_btf_resolve(btf, p->type) : NULL);
}

int bw_prototype_return(FILE *out, const struct btf *btf, uint32_t function)
{
	const struct btf_type *t = btf__type_by_id(btf, function), *proto = t ? btf__type_by_id(btf, t->type) : NULL;

	if (!proto || proto->type == 0)
		return -ENOENT;
	write_type(out, btf, bw_btf_resolve(btf, proto->type));
	return 0;
}

const char *bw_prototype_struct(const struct btf *btf, uint32_t function, uint32_t n, const char **word)
{
	const struct btf_param *p = parameter_of(btf, function, n);
	const struct btf_type *t = p ? struct_of(btf, p->type) : NULL;

	*word = t && btf_is_union(t) ? "union" : "struct";
	return t ? btf__name_by_offset(btf, t->name_off) : NULL;
}

enum bw_prototype_parameter bw_prototype_kind(const struct btf *btf, uint32_t function, uint32_t n, uint32_t *size,
					      int *is_signed)
{
	const struct btf_param *p = parameter_of(btf, function, n);
	const struct btf_type *t = p ? bw_btf_resolve(btf, p->type) : NULL, *to;

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
	to = bw_btf_resolve(btf, t->type);
	if (!to || !btf_is_composite(to))
		return BW_PARAMETER_POINTER;
	return strcmp(btf__name_by_offset(btf, to->name_off), "filename") == 0 ? BW_PARAMETER_FILENAME
									       : BW_PARAMETER_STRUCT;
}

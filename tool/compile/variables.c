/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/variables.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool begins_with(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0;
}

/* The section, if it has variables. */
static bool read_section(Elf *elf, Elf_Scn *section, size_t names, struct bw_variables_section *s)
{
	GElf_Shdr header;
	Elf_Data *data;

	if (!gelf_getshdr(section, &header) || !(header.sh_flags & SHF_ALLOC) || header.sh_size == 0 ||
	    header.sh_size > UINT32_MAX)
		return false;
	s->name = elf_strptr(elf, names, header.sh_name);
	if (!s->name ||
	    (!begins_with(s->name, ".rodata") && !begins_with(s->name, ".data") && !begins_with(s->name, ".bss")))
		return false;
	data = header.sh_type == SHT_NOBITS ? NULL : elf_rawdata(section, NULL);
	s->index = elf_ndxscn(section);
	s->content = data ? data->d_buf : NULL;
	s->size = (uint32_t)header.sh_size;
	s->flags = header.sh_flags & SHF_WRITE ? 0 : BPF_F_RDONLY_PROG;
	return header.sh_type == SHT_NOBITS || (data && data->d_buf && data->d_size == header.sh_size);
}

int bw_variables_find(struct bw_variables *v, const struct bw_object *o)
{
	size_t n, names;

	*v = (struct bw_variables){.object = o};
	if (!o->elf || elf_getshdrnum(o->elf, &n) < 0 || elf_getshdrstrndx(o->elf, &names) < 0)
		return 0;
	v->sections = calloc(n + 1, sizeof(*v->sections));
	if (!v->sections)
		return -ENOMEM;
	for (Elf_Scn *s = elf_nextscn(o->elf, NULL); s; s = elf_nextscn(o->elf, s))
		v->n += read_section(o->elf, s, names, &v->sections[v->n]);
	return 0;
}

uint32_t bw_variables_largest(const struct bw_variables *v)
{
	uint32_t largest = 0;

	for (uint32_t i = 0; i < v->n; i++)
		if (v->sections[i].size > largest)
			largest = v->sections[i].size;
	return largest;
}

void bw_variables_free(struct bw_variables *v)
{
	free(v->sections);
	*v = (struct bw_variables){0};
}

/* The two halves of an instruction, as LLVM made it, become one for the loader. */
static int link_one(const struct bw_variables *v, const struct bw_object_function *f,
		    const struct bw_object_reference *r, struct bpf_insn *pair, uint32_t first_map)
{
	struct bw_object_function callback;

	for (uint32_t i = 0; i < v->n; i++) {
		uint64_t offset = r->offset + (uint64_t)(int64_t)pair[0].imm;

		if (v->sections[i].index != r->section || offset >= v->sections[i].size)
			continue;
		pair[0].src_reg = BPF_PSEUDO_MAP_VALUE;
		pair[0].imm = (int32_t)(first_map + i);
		pair[1].imm = (int32_t)offset;
		return 0;
	}
	if (bw_object_function_at(v->object, r->section, r->offset + (uint64_t)(int64_t)pair[0].imm, &callback)) {
		fprintf(stderr, "%s: passes the function '%s' on, to be called back, which is not supported\n", f->name,
			callback.name);
		return -ENOTSUP;
	}
	fprintf(stderr, "%s: uses the address of '%s', which is no variable of this source\n", f->name,
		*r->name ? r->name : "a variable");
	return -ENOTSUP;
}

int bw_variables_link(const struct bw_variables *v, const struct bw_object_function *f, struct bpf_insn *insns,
		      uint32_t first_map)
{
	struct bw_object_reference reference;
	int r = 0;

	for (uint32_t i = 0; i + 1 < f->n && r == 0; i++) {
		if (f->insns[i].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (f->insns[i].src_reg == 0 && bw_object_reference(v->object, f, i, &reference) &&
		    reference.type == BW_R_BPF_64_64)
			r = link_one(v, f, &reference, &insns[i], first_map);
		i++;
	}
	return r;
}

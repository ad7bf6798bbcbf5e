/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/variables.h"

#include <dlfcn.h>
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MACHINE_BPF = 247, RELOCATION_64 = 1 };

/* As GDB's documentation of its interface for compilers has them. */
struct jit_entry {
	struct jit_entry *next, *prev;
	const char *object;
	uint64_t size;
};
struct jit_descriptor {
	uint32_t version, action;
	struct jit_entry *relevant, *first;
};

static Elf *open_if_bpf(const struct jit_entry *entry)
{
	Elf *elf = elf_memory((char *)entry->object, entry->size);
	GElf_Ehdr header;

	if (elf && gelf_getehdr(elf, &header) && header.e_machine == MACHINE_BPF)
		return elf;
	elf_end(elf);
	return NULL;
}

/* The newest is the first. (libbcc also makes code for this machine, which reads and writes maps.) */
static Elf *find_object(void)
{
	const struct jit_descriptor *d = dlsym(RTLD_DEFAULT, "__jit_debug_descriptor");
	Elf *elf = NULL;

	if (!d || d->version != 1 || elf_version(EV_CURRENT) == EV_NONE)
		return NULL;
	for (const struct jit_entry *e = d->first; e && !elf; e = e->next)
		elf = open_if_bpf(e);
	return elf;
}

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

int bw_variables_find(struct bw_variables *v)
{
	size_t n, names;
	Elf *elf = find_object();

	*v = (struct bw_variables){.elf = elf};
	if (!elf || elf_getshdrnum(elf, &n) < 0 || elf_getshdrstrndx(elf, &names) < 0)
		return 0;
	v->sections = calloc(n + 1, sizeof(*v->sections));
	if (!v->sections)
		return -ENOMEM;
	for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s))
		v->n += read_section(elf, s, names, &v->sections[v->n]);
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
	elf_end(v->elf);
	free(v->sections);
	*v = (struct bw_variables){0};
}

/* A function's place, and the object's symbols. */
struct function {
	Elf_Data *symbols;
	size_t names;	 /* the section of the symbols' names */
	GElf_Sym symbol; /* the function's */
	Elf_Data *code;	 /* of its section */
};

static bool find_symbol(Elf *elf, const char *name, struct function *f)
{
	for (size_t i = 0; gelf_getsym(f->symbols, (int)i, &f->symbol); i++) {
		const char *found = elf_strptr(elf, f->names, f->symbol.st_name);

		if (GELF_ST_TYPE(f->symbol.st_info) == STT_FUNC && found && strcmp(found, name) == 0)
			return true;
	}
	return false;
}

static bool find_function(Elf *elf, const char *name, struct function *f)
{
	GElf_Shdr header;

	for (Elf_Scn *s = elf_nextscn(elf, NULL); s; s = elf_nextscn(elf, s)) {
		if (!gelf_getshdr(s, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		f->symbols = elf_getdata(s, NULL);
		f->names = header.sh_link;
		if (!f->symbols || !find_symbol(elf, name, f))
			return false;
		f->code = elf_rawdata(elf_getscn(elf, f->symbol.st_shndx), NULL);
		return f->code && f->code->d_buf;
	}
	return false;
}

static const char *symbol_name(Elf *elf, const struct function *f, const GElf_Sym *symbol)
{
	const char *name = elf_strptr(elf, f->names, symbol->st_name);

	return name && *name ? name : "a variable";
}

/* The instruction that the relocation is about, as LLVM made it, becomes one for the loader. */
static int link_one(struct bw_variables *v, const struct function *f, const char *function, const GElf_Rel *rel,
		    struct bpf_insn *insns, uint32_t first_map)
{
	uint64_t at = rel->r_offset - f->symbol.st_value;
	struct bpf_insn pair[2];
	GElf_Sym symbol;

	if (GELF_R_TYPE(rel->r_info) != RELOCATION_64 || rel->r_offset + sizeof(pair) > f->code->d_size ||
	    !gelf_getsym(f->symbols, (int)GELF_R_SYM(rel->r_info), &symbol))
		return 0; /* what is left as it is, is refused later */
	memcpy(pair, (const char *)f->code->d_buf + rel->r_offset, sizeof(pair));
	for (uint32_t i = 0; i < v->n; i++) {
		uint64_t offset = symbol.st_value + (uint64_t)(int64_t)pair[0].imm;

		if (v->sections[i].index != symbol.st_shndx || offset >= v->sections[i].size)
			continue;
		pair[0].src_reg = BPF_PSEUDO_MAP_VALUE;
		pair[0].imm = (int32_t)(first_map + i);
		pair[1].imm = (int32_t)offset;
		memcpy(insns + at / sizeof(*insns), pair, sizeof(pair));
		return 0;
	}
	fprintf(stderr, "%s: uses the address of '%s', which is no variable of this source\n", function,
		symbol_name(v->elf, f, &symbol));
	return -ENOTSUP;
}

static int link_section(struct bw_variables *v, const struct function *f, const char *function, Elf_Scn *section,
			struct bpf_insn *insns, uint32_t n, uint32_t first_map)
{
	uint64_t begin = f->symbol.st_value, end = begin + (uint64_t)n * sizeof(*insns);
	Elf_Data *data = elf_getdata(section, NULL);
	GElf_Rel rel;
	int r = 0;

	for (int i = 0; data && r == 0 && gelf_getrel(data, i, &rel); i++)
		if (rel.r_offset >= begin && rel.r_offset + 2 * sizeof(*insns) <= end)
			r = link_one(v, f, function, &rel, insns, first_map);
	return r;
}

int bw_variables_link(struct bw_variables *v, const char *function, struct bpf_insn *insns, uint32_t n,
		      uint32_t first_map)
{
	struct function f;
	GElf_Shdr header;
	int r = 0;

	if (v->n == 0 || !find_function(v->elf, function, &f))
		return 0;
	for (Elf_Scn *s = elf_nextscn(v->elf, NULL); s && r == 0; s = elf_nextscn(v->elf, s))
		if (gelf_getshdr(s, &header) && header.sh_type == SHT_REL && header.sh_info == f.symbol.st_shndx)
			r = link_section(v, &f, function, s, insns, n, first_map);
	return r;
}

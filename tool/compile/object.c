/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/object.h"

#include <dlfcn.h>
#include <string.h>

enum { MACHINE_BPF = 247 };

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

void bw_object_find(struct bw_object *o)
{
	GElf_Shdr header;

	*o = (struct bw_object){.elf = find_object()};
	for (Elf_Scn *s = elf_nextscn(o->elf, NULL); s && !o->symbols; s = elf_nextscn(o->elf, s)) {
		if (!gelf_getshdr(s, &header) || header.sh_type != SHT_SYMTAB)
			continue;
		o->symbols = elf_getdata(s, NULL);
		o->names = header.sh_link;
	}
}

void bw_object_free(struct bw_object *o)
{
	elf_end(o->elf);
	*o = (struct bw_object){0};
}

static const char *symbol_name(const struct bw_object *o, const GElf_Sym *symbol)
{
	const char *name = elf_strptr(o->elf, o->names, symbol->st_name);

	return name ? name : "";
}

/* The symbol's code. False: it is not that of a function, or not all of it is there. */
static bool read_function(const struct bw_object *o, const GElf_Sym *symbol, struct bw_object_function *f)
{
	Elf_Data *code;

	if (GELF_ST_TYPE(symbol->st_info) != STT_FUNC)
		return false;
	code = elf_rawdata(elf_getscn(o->elf, symbol->st_shndx), NULL);
	if (!code || !code->d_buf || symbol->st_value > code->d_size ||
	    symbol->st_size > code->d_size - symbol->st_value)
		return false;
	*f = (struct bw_object_function){
		.name = symbol_name(o, symbol),
		.section = symbol->st_shndx,
		.offset = symbol->st_value,
		.insns = (const void *)((const char *)code->d_buf + symbol->st_value),
		.n = (uint32_t)(symbol->st_size / sizeof(*f->insns)),
	};
	return f->n > 0;
}

bool bw_object_function(const struct bw_object *o, const char *name, struct bw_object_function *f)
{
	GElf_Sym symbol;

	for (int i = 0; gelf_getsym(o->symbols, i, &symbol); i++)
		if (strcmp(symbol_name(o, &symbol), name) == 0 && read_function(o, &symbol, f))
			return true;
	return false;
}

bool bw_object_function_at(const struct bw_object *o, size_t section, uint64_t offset, struct bw_object_function *f)
{
	GElf_Sym symbol;

	for (int i = 0; gelf_getsym(o->symbols, i, &symbol); i++)
		if (symbol.st_shndx == section && symbol.st_value == offset && read_function(o, &symbol, f))
			return true;
	return false;
}

static bool find_relocation(Elf_Data *relocations, uint64_t offset, GElf_Rel *relocation)
{
	for (int i = 0; gelf_getrel(relocations, i, relocation); i++)
		if (relocation->r_offset == offset)
			return true;
	return false;
}

bool bw_object_reference(const struct bw_object *o, const struct bw_object_function *f, uint32_t insn,
			 struct bw_object_reference *reference)
{
	uint64_t offset = f->offset + insn * sizeof(*f->insns);
	GElf_Shdr header;
	GElf_Rel relocation;
	GElf_Sym symbol;

	for (Elf_Scn *s = elf_nextscn(o->elf, NULL); s; s = elf_nextscn(o->elf, s)) {
		if (!gelf_getshdr(s, &header) || header.sh_type != SHT_REL || header.sh_info != f->section ||
		    !find_relocation(elf_getdata(s, NULL), offset, &relocation) ||
		    !gelf_getsym(o->symbols, (int)GELF_R_SYM(relocation.r_info), &symbol))
			continue;
		*reference = (struct bw_object_reference){
			.type = GELF_R_TYPE(relocation.r_info),
			.section = symbol.st_shndx,
			.offset = symbol.st_value,
			.name = symbol_name(o, &symbol),
		};
		return true;
	}
	return false;
}

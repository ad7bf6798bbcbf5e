/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

struct function {
	const char *name; /* owned by the file */
	uint64_t offset, size;
	bool chooses; /* which function the name is for */
	bool old;     /* there is a newer version of the name: NAME@VERSION, not NAME@@VERSION */
};

struct bw_elf {
	int fd;
	Elf *file;
	Elf_Data *versions;	    /* of the symbols in the dynamic table; NULL: they have none */
	struct function *functions; /* n, by offset */
	size_t n, room;
};

/* Where an address of the program's own lies in its file; false: in no part of it that is loaded. */
static bool offset_of(Elf *file, uint64_t address, uint64_t *offset)
{
	size_t n = 0;

	elf_getphdrnum(file, &n);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(file, (int)i, &segment) || segment.p_type != PT_LOAD || !(segment.p_flags & PF_X) ||
		    address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_memsz)
			continue;
		*offset = address - segment.p_vaddr + segment.p_offset;
		return true;
	}
	return false;
}

static int add(struct bw_elf *elf, const char *name, const GElf_Sym *symbol, bool old)
{
	struct function f = {.name = name,
			     .size = symbol->st_size,
			     .old = old,
			     .chooses = GELF_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC};

	if (!offset_of(elf->file, symbol->st_value, &f.offset))
		return 0;
	if (elf->n == elf->room) {
		size_t room = elf->room ? 2 * elf->room : 1024;
		struct function *more = reallocarray(elf->functions, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		elf->functions = more;
		elf->room = room;
	}
	elf->functions[elf->n++] = f;
	return 0;
}

static bool is_old(const struct bw_elf *elf, size_t symbol)
{
	enum { HIDDEN = 0x8000 };
	GElf_Versym version;

	return gelf_getversym(elf->versions, (int)symbol, &version) && version & HIDDEN;
}

static void find_versions(struct bw_elf *elf)
{
	GElf_Shdr header;

	for (Elf_Scn *s = elf_nextscn(elf->file, NULL); s; s = elf_nextscn(elf->file, s))
		if (gelf_getshdr(s, &header) && header.sh_type == SHT_GNU_versym)
			elf->versions = elf_getdata(s, NULL);
}

static int read_section(struct bw_elf *elf, Elf_Scn *section)
{
	GElf_Shdr header;
	Elf_Data *data;
	int r = 0;

	if (!gelf_getshdr(section, &header) || (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM) ||
	    header.sh_entsize == 0)
		return 0;
	data = elf_getdata(section, NULL);
	for (size_t i = 0; data && i < header.sh_size / header.sh_entsize && r == 0; i++) {
		const char *name;
		GElf_Sym symbol;

		if (!gelf_getsym(data, (int)i, &symbol) || symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0)
			continue;
		if (GELF_ST_TYPE(symbol.st_info) != STT_FUNC && GELF_ST_TYPE(symbol.st_info) != STT_GNU_IFUNC)
			continue;
		name = elf_strptr(elf->file, header.sh_link, symbol.st_name);
		if (name && *name)
			r = add(elf, name, &symbol, header.sh_type == SHT_DYNSYM && is_old(elf, i));
	}
	return r;
}

static int by_offset(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int read_functions(struct bw_elf *elf)
{
	int r = 0;

	elf->file = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_begin(elf->fd, ELF_C_READ_MMAP, NULL);
	if (!elf->file || elf_kind(elf->file) != ELF_K_ELF)
		return -ENOEXEC;
	find_versions(elf);
	for (Elf_Scn *s = elf_nextscn(elf->file, NULL); s && r == 0; s = elf_nextscn(elf->file, s))
		r = read_section(elf, s);
	if (elf->n > 0)
		qsort(elf->functions, elf->n, sizeof(*elf->functions), by_offset);
	return r;
}

/* A device or a fifo at the path would hold us up, or worse. */
static int open_file(const char *path)
{
	BW_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? bw_take_fd(&fd) : -ENOEXEC;
}

int bw_elf_open(const char *path, struct bw_elf **elf)
{
	struct bw_elf *e = calloc(1, sizeof(*e));
	int r;

	if (!e)
		return -ENOMEM;
	e->fd = open_file(path);
	r = e->fd < 0 ? e->fd : read_functions(e);
	if (r < 0) {
		bw_elf_close(e);
		return r;
	}
	*elf = e;
	return 0;
}

void bw_elf_close(struct bw_elf *elf)
{
	if (!elf)
		return;
	elf_end(elf->file);
	bw_close_fd(&elf->fd);
	free(elf->functions);
	free(elf);
}

static void close_elf(struct bw_elf **elf)
{
	bw_elf_close(*elf);
}

/* Is it in what the program executes? */
static bool is_code(Elf *file, uint64_t offset)
{
	size_t n = 0;

	elf_getphdrnum(file, &n);
	for (size_t i = 0; i < n; i++) {
		GElf_Phdr segment;

		if (gelf_getphdr(file, (int)i, &segment) && segment.p_type == PT_LOAD && segment.p_flags & PF_X &&
		    offset >= segment.p_offset && offset - segment.p_offset < segment.p_filesz)
			return true;
	}
	return false;
}

static int find_offset(const struct bw_elf *elf, const char *text, uint64_t *offset)
{
	char *end;

	errno = 0;
	*offset = strtoull(text, &end, 16);
	if (*end)
		return -ESRCH;
	return errno == 0 && is_code(elf->file, *offset) ? 0 : -ERANGE;
}

static int find_name(const struct bw_elf *elf, const char *name, uint64_t *offset)
{
	const struct function *found = NULL;

	for (size_t i = 0; i < elf->n; i++) {
		const struct function *f = &elf->functions[i];

		if (strcmp(f->name, name) != 0 || (found && f->old))
			continue;
		if (found && !found->old && found->offset != f->offset)
			return -ENOTUNIQ;
		found = f;
	}
	if (!found)
		return -ESRCH;
	*offset = found->offset;
	return found->chooses ? -ENOTSUP : 0;
}

int bw_elf_find(const char *path, const char *symbol, uint64_t *offset)
{
	BW_CLEANUP(close_elf) struct bw_elf *elf = NULL;
	int r = bw_elf_open(path, &elf);

	if (r < 0)
		return r;
	return strncmp(symbol, "0x", 2) == 0 ? find_offset(elf, symbol, offset) : find_name(elf, symbol, offset);
}

void bw_elf_like(const char *path, const char *symbol, char *like, size_t size)
{
	BW_CLEANUP(close_elf) struct bw_elf *elf = NULL;
	size_t used = 0;

	*like = '\0';
	if (bw_elf_open(path, &elf) < 0)
		return;
	for (size_t i = 0; i < elf->n; i++) {
		const char *name = elf->functions[i].name;

		if (strstr(name, symbol) && used + strlen(name) + 3 < size)
			used += (size_t)snprintf(like + used, size - used, "%s%s", used ? ", " : "", name);
	}
}

const char *bw_elf_at(const struct bw_elf *elf, uint64_t offset, uint64_t *into)
{
	size_t low = 0, high = elf->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (elf->functions[middle].offset <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	*into = offset - elf->functions[low - 1].offset;
	/* Hand-written ones have no size. */
	if (elf->functions[low - 1].size && *into >= elf->functions[low - 1].size)
		return NULL;
	return elf->functions[low - 1].name;
}

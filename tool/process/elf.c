/* SPDX-License-Identifier: Apache-2.0 */
#include "process/elf.h"

#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binary_search.h"
#include "base/cleanup.h"
#include "base/suggestions.h"

/* More than any useful file has: a browser with its debug information has 4 million symbols. */
enum { SEGMENTS_MAX = 64, SYMBOLS_MAX = 4 << 20 };

struct function {
	const char *name; /* owned by the file */
	uint64_t offset, size;
	uint32_t order; /* in which it was read */
	bool chooses;	/* the function of that name */
	bool old;	/* there is a newer version of the name: NAME@VERSION, not NAME@@VERSION */
};

/* A part of the file that is executed. */
struct segment {
	uint64_t address, offset, in_memory, in_file;
};

struct bw_elf {
	Elf *file;
	Elf_Data *versions; /* of the symbols in the dynamic table; NULL: they have none */
	struct segment segments[SEGMENTS_MAX];
	size_t n_segments;
	struct function *functions; /* n, by offset */
	size_t n, room;
	size_t left; /* of the symbols that are read, at most */
};

static void read_segments(struct bw_elf *elf)
{
	GElf_Phdr segment;
	size_t n = 0;

	elf_getphdrnum(elf->file, &n);
	for (size_t i = 0; i < n && elf->n_segments < SEGMENTS_MAX; i++)
		if (gelf_getphdr(elf->file, (int)i, &segment) && segment.p_type == PT_LOAD && segment.p_flags & PF_X)
			elf->segments[elf->n_segments++] =
				(struct segment){segment.p_vaddr, segment.p_offset, segment.p_memsz, segment.p_filesz};
}

/* The offset in the file of an address; false: it is in no part that is loaded. */
static bool offset_of(const struct bw_elf *elf, uint64_t address, uint64_t *offset)
{
	for (size_t i = 0; i < elf->n_segments; i++) {
		const struct segment *s = &elf->segments[i];

		if (address < s->address || address - s->address >= s->in_memory)
			continue;
		*offset = address - s->address + s->offset;
		return true;
	}
	return false;
}

static int add(struct bw_elf *elf, const char *name, const GElf_Sym *symbol, bool old)
{
	struct function f = {.name = name,
			     .size = symbol->st_size,
			     .order = (uint32_t)elf->n,
			     .old = old,
			     .chooses = GELF_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC};

	if (!offset_of(elf, symbol->st_value, &f.offset))
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

/* The sections that are read; NULL: the file has none. Of each kind the first counts. */
struct tables {
	Elf_Scn *symbols, *dynamic, *versions;
};

static struct tables find_tables(Elf *file)
{
	struct tables t = {0};
	GElf_Shdr header;

	for (Elf_Scn *s = elf_nextscn(file, NULL); s; s = elf_nextscn(file, s)) {
		if (!gelf_getshdr(s, &header))
			continue;
		if (header.sh_type == SHT_SYMTAB && !t.symbols)
			t.symbols = s;
		else if (header.sh_type == SHT_DYNSYM && !t.dynamic)
			t.dynamic = s;
		else if (header.sh_type == SHT_GNU_versym && !t.versions)
			t.versions = s;
	}
	return t;
}

static bool is_function(const GElf_Sym *symbol)
{
	return symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0 &&
	       (GELF_ST_TYPE(symbol->st_info) == STT_FUNC || GELF_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC);
}

static int read_section(struct bw_elf *elf, Elf_Scn *section)
{
	GElf_Shdr header;
	Elf_Data *data;
	int r = 0;

	if (!section || !gelf_getshdr(section, &header) || header.sh_entsize == 0)
		return 0;
	data = elf_getdata(section, NULL);
	for (size_t i = 0; data && i < header.sh_size / header.sh_entsize && elf->left > 0 && r == 0; i++) {
		const char *name;
		GElf_Sym symbol;

		elf->left--;
		if (!gelf_getsym(data, (int)i, &symbol) || !is_function(&symbol))
			continue;
		name = elf_strptr(elf->file, header.sh_link, symbol.st_name);
		if (name && *name)
			r = add(elf, name, &symbol, header.sh_type == SHT_DYNSYM && is_old(elf, i));
	}
	return r;
}

/* Of several at an offset the later one is used. */
static bool is_before(const struct function *a, const struct function *b)
{
	return a->offset != b->offset ? a->offset < b->offset : a->order < b->order;
}

static void sift_down(struct function *f, size_t root, size_t n)
{
	for (size_t child; (child = 2 * root + 1) < n; root = child) {
		struct function moved = f[root];

		if (child + 1 < n && is_before(&f[child], &f[child + 1]))
			child++;
		if (!is_before(&moved, &f[child]))
			return;
		f[root] = f[child];
		f[child] = moved;
	}
}

/* Heapsort: qsort makes a system call for the size of the memory, which the sandbox does not allow. */
static void sort(struct function *f, size_t n)
{
	for (size_t i = n / 2; i > 0; i--)
		sift_down(f, i - 1, n);
	for (size_t end = n; end > 1; end--) {
		struct function last = f[end - 1];

		f[end - 1] = f[0];
		f[0] = last;
		sift_down(f, 0, end - 1);
	}
}

static int read_functions(struct bw_elf *elf)
{
	struct tables tables;
	int r;

	if (!elf->file || elf_kind(elf->file) != ELF_K_ELF)
		return -ENOEXEC;
	read_segments(elf);
	tables = find_tables(elf->file);
	elf->versions = tables.versions ? elf_getdata(tables.versions, NULL) : NULL;
	elf->left = SYMBOLS_MAX;
	r = read_section(elf, tables.symbols);
	r = r == 0 ? read_section(elf, tables.dynamic) : r;
	sort(elf->functions, elf->n);
	return r;
}

int bw_elf_read(int fd, struct bw_elf **elf)
{
	struct bw_elf *e = calloc(1, sizeof(*e));
	int r;

	if (!e)
		return -ENOMEM;
	/* Read, not mapped: truncating a mapped file would crash its reader. */
	e->file = elf_version(EV_CURRENT) == EV_NONE ? NULL : elf_begin(fd, ELF_C_READ, NULL);
	r = read_functions(e);
	if (r < 0) {
		bw_elf_free(e);
		return r;
	}
	*elf = e;
	return 0;
}

void bw_elf_free(struct bw_elf *elf)
{
	if (!elf)
		return;
	elf_end(elf->file);
	free(elf->functions);
	free(elf);
}

/* The part with the offset; NULL: it is in none that is executed. */
static const struct segment *segment_at(const struct bw_elf *elf, uint64_t offset)
{
	for (size_t i = 0; i < elf->n_segments; i++) {
		const struct segment *s = &elf->segments[i];

		if (offset >= s->offset && offset - s->offset < s->in_file)
			return s;
	}
	return NULL;
}

static int find_offset(const struct bw_elf *elf, const char *text, uint64_t *offset)
{
	char *end;

	errno = 0;
	*offset = strtoull(text, &end, 16);
	if (*end)
		return -ESRCH;
	return errno == 0 && segment_at(elf, *offset) ? 0 : -ERANGE;
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

int bw_elf_find(const struct bw_elf *elf, const char *symbol, uint64_t *offset)
{
	return strncmp(symbol, "0x", 2) == 0 ? find_offset(elf, symbol, offset) : find_name(elf, symbol, offset);
}

/* Of a function that exists but only chooses (IFUNC): those it chooses among have its name in theirs. */
static void write_choices(const struct bw_elf *elf, const char *symbol, char *text, size_t size)
{
	for (size_t i = 0; i < elf->n; i++)
		if (strstr(elf->functions[i].name, symbol))
			bw_suggestions_append(text, size, elf->functions[i].name);
}

void bw_elf_suggest(const struct bw_elf *elf, const char *symbol, char *text, size_t size)
{
	BW_CLEANUP(bw_suggestions_free) struct bw_suggestions suggestions = {.name = symbol};
	uint64_t offset;

	*text = '\0';
	if (bw_elf_find(elf, symbol, &offset) == -ENOTSUP) {
		write_choices(elf, symbol, text, size);
		return;
	}
	for (size_t i = 0; i < elf->n; i++)
		bw_suggestions_offer(&suggestions, elf->functions[i].name);
	bw_suggestions_write(&suggestions, text, size);
}

static uint64_t start_of(const void *function)
{
	return ((const struct function *)function)->offset;
}

const char *bw_elf_at(const struct bw_elf *elf, uint64_t offset, uint64_t *into)
{
	size_t n = bw_binary_search_up_to(elf->functions, elf->n, sizeof(*elf->functions), start_of, offset);
	const struct segment *segment = segment_at(elf, offset);
	const struct function *f;

	if (n == 0 || !segment)
		return NULL;
	f = &elf->functions[n - 1];
	*into = offset - f->offset;
	/* Functions in assembler have no size: they end with their segment. */
	return f->offset < segment->offset || (f->size && *into >= f->size) ? NULL : f->name;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kallsyms.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binary_search.h"
#include "base/cleanup.h"
#include "base/name_index.h"
#include "base/suggestions.h"

/* A line: "ffffffff81000000 T name", "... t name [module]". */
struct line {
	uint64_t address;
	char type;
	char *name, *module;
};

/* The number before the first space; faster than strtoull, for 200,000 lines. */
static uint64_t read_address(const char *text, char **end)
{
	uint64_t address = 0;

	for (;; text++) {
		unsigned digit = (unsigned char)*text;

		if (digit - '0' < 10)
			address = address << 4 | (digit - '0');
		else if (digit - 'a' < 6)
			address = address << 4 | (digit - 'a' + 10);
		else
			break;
	}
	*end = (char *)text;
	return address;
}

/* The next symbol; false at the end. *text is getline's. */
static bool next_symbol(FILE *file, char **text, size_t *size, struct line *line)
{
	while (getline(text, size, file) > 0) {
		char *p, *end;

		line->address = read_address(*text, &p);
		if (p == *text || p[0] != ' ' || !p[1] || p[2] != ' ')
			continue;
		line->type = p[1];
		line->name = p + 3;
		for (end = line->name; *end > ' ' || *end < 0;)
			end++;
		line->module = end;
		if (*end == '\t' || *end == ' ') {
			line->module = end + 1 + (end[1] == '[');
			line->module[strcspn(line->module, "]\n")] = '\0';
		}
		*end = '\0';
		return true;
	}
	return false;
}

static bool is_function(const struct line *line)
{
	return strchr("tTwW", line->type);
}

/* The next function; false at the end. */
static bool next_function(FILE *file, char **text, size_t *size, struct line *line)
{
	while (next_symbol(file, text, size, line))
		if (is_function(line))
			return true;
	return false;
}

static FILE *open_list(const char *root)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/proc/kallsyms", root);
	file = fopen(path, "re");
	if (file)
		setvbuf(file, NULL, _IOFBF, 1 << 16); /* some megabytes */
	return file;
}

int bw_kallsyms_count(const char *root, const char *const *names, uint32_t *counts, size_t n)
{
	BW_FILE FILE *file = open_list(root);
	BW_FREE char *text = NULL;
	size_t size = 0;
	struct line line;

	if (!file)
		return -errno;
	memset(counts, 0, n * sizeof(*counts));
	while (next_function(file, &text, &size, &line))
		for (size_t i = 0; i < n; i++)
			counts[i] += strcmp(line.name, names[i]) == 0;
	return 0;
}

/* Does the symbol begin the code that ran at boot, 1, or end it, 0? Else -1. (Without KALLSYMS_ALL the first two are
 * not listed.) */
static int marks_init(const char *name)
{
	if (strcmp(name, "__init_begin") == 0 || strcmp(name, "_sinittext") == 0)
		return 1;
	return strcmp(name, "__init_end") == 0 || strcmp(name, "_einittext") == 0 ? 0 : -1;
}

static void pass_on(const struct bw_name_index *index, const struct bw_kallsyms_symbol *symbol,
		    void (*found)(void *cookie, size_t i, const struct bw_kallsyms_symbol *symbol), void *cookie)
{
	if (!index->names)
		found(cookie, 0, symbol);
	else
		for (long i = BW_INDEX_NONE; (i = bw_name_index_find(index, symbol->name, i)) != BW_INDEX_NONE;)
			found(cookie, (size_t)i, symbol);
}

int bw_kallsyms_find(const char *root, const char *const *names, size_t n,
		     void (*found)(void *cookie, size_t i, const struct bw_kallsyms_symbol *symbol), void *cookie)
{
	BW_CLEANUP(bw_name_index_free) struct bw_name_index index = {0};
	BW_FILE FILE *file = open_list(root);
	BW_FREE char *text = NULL;
	bool is_init = false; /* between the two, by their order in the list: addresses may be hidden */
	size_t size = 0;
	struct line line;

	if (!file)
		return -errno;
	if (bw_name_index_init(&index, names, n) < 0)
		return -ENOMEM;
	while (next_symbol(file, &text, &size, &line)) {
		const struct bw_kallsyms_symbol symbol = {line.name, line.module, line.address, line.type, is_init};
		int mark = line.name[0] == '_' ? marks_init(line.name) : -1;

		if (mark >= 0)
			is_init = mark;
		if (is_function(&line) && (mark < 0 || names))
			pass_on(&index, &symbol, found, cookie);
	}
	return 0;
}

void bw_kallsyms_suggest(const char *root, struct bw_suggestions *suggestions)
{
	BW_FILE FILE *file = open_list(root);
	BW_FREE char *text = NULL;
	size_t text_size = 0;
	struct line line;

	while (file && next_function(file, &text, &text_size, &line))
		if (strncmp(line.name, "__pfx_", strlen("__pfx_")) != 0) /* the gap before a function */
			bw_suggestions_offer(suggestions, line.name);
}

struct symbol {
	uint64_t address;
	size_t name; /* its offset in names */
};

struct bw_kallsyms {
	struct symbol *symbols; /* n, by address */
	size_t n, room;
	char *names;
	size_t names_len, names_room;
};

/* Makes space for another symbol, whose name has len bytes. */
static int make_room(struct bw_kallsyms *s, size_t len)
{
	if (s->n == s->room) {
		struct symbol *more = reallocarray(s->symbols, 2 * s->room + 65536, sizeof(*more));

		if (!more)
			return -ENOMEM;
		s->symbols = more;
		s->room = 2 * s->room + 65536;
	}
	if (s->names_len + len > s->names_room) {
		char *more = realloc(s->names, 2 * s->names_room + (1 << 20));

		if (!more)
			return -ENOMEM;
		s->names = more;
		s->names_room = 2 * s->names_room + (1 << 20);
	}
	return 0;
}

static int add(struct bw_kallsyms *s, const struct line *line)
{
	size_t len = strlen(line->name) + 1;

	if (make_room(s, len) < 0 || !s->names || !s->symbols)
		return -ENOMEM;
	memcpy(s->names + s->names_len, line->name, len);
	s->symbols[s->n++] = (struct symbol){line->address, s->names_len};
	s->names_len += len;
	return 0;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

int bw_kallsyms_read(const char *root, struct bw_kallsyms **symbols)
{
	BW_FILE FILE *file = open_list(root);
	BW_FREE char *text = NULL;
	struct bw_kallsyms *s;
	size_t size = 0;
	struct line line;
	int r = 0;

	if (!file)
		return -errno;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	while (r == 0 && next_function(file, &text, &size, &line))
		r = add(s, &line);
	if (r == 0 && (s->n == 0 || s->symbols[s->n - 1].address == 0))
		r = -EPERM;
	if (r < 0) {
		bw_kallsyms_free(s);
		return r;
	}
	qsort(s->symbols, s->n, sizeof(*s->symbols), by_address);
	*symbols = s;
	return 0;
}

void bw_kallsyms_free(struct bw_kallsyms *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbols);
	free(symbols->names);
	free(symbols);
}

static uint64_t address_of(const void *symbol)
{
	return ((const struct symbol *)symbol)->address;
}

const char *bw_kallsyms_at(const struct bw_kallsyms *symbols, uint64_t address, uint64_t *offset)
{
	size_t n = bw_binary_search_up_to(symbols->symbols, symbols->n, sizeof(*symbols->symbols), address_of, address);

	if (n == 0)
		return NULL;
	*offset = address - symbols->symbols[n - 1].address;
	return symbols->names + symbols->symbols[n - 1].name;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/symbols.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

/* A line: "ffffffff81000000 T name", "... t name [module]". */
struct line {
	uint64_t address;
	char type;
	char *name, *module;
};

/* The next symbol; false at the end. *text is getline's. */
static bool next_symbol(FILE *file, char **text, size_t *size, struct line *line)
{
	while (getline(text, size, file) > 0) {
		char *p, *rest;

		line->address = strtoull(*text, &p, 16);
		if (p == *text || p[0] != ' ' || !p[1] || p[2] != ' ')
			continue;
		line->type = p[1];
		rest = p + 3;
		line->name = strsep(&rest, " \t\n");
		line->module = rest ? rest + strspn(rest, " \t[") : line->name + strlen(line->name);
		line->module[strcspn(line->module, "]\n")] = '\0';
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

	snprintf(path, sizeof(path), "%s/proc/kallsyms", root);
	return fopen(path, "re");
}

int bw_symbols_count(const char *root, const char *const *names, uint32_t *counts, size_t n)
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

int bw_symbols_find(const char *root, const char *const *names, size_t n,
		    void (*found)(void *cookie, size_t i, const struct bw_symbol *symbol), void *cookie)
{
	BW_FILE FILE *file = open_list(root);
	BW_FREE char *text = NULL;
	bool is_init = false; /* between the two, by their place in the list: addresses may be hidden */
	size_t size = 0;
	struct line line;

	if (!file)
		return -errno;
	while (next_symbol(file, &text, &size, &line)) {
		const struct bw_symbol symbol = {line.name, line.module, line.address, line.type, is_init};

		if (strcmp(line.name, "__init_begin") == 0)
			is_init = true;
		else if (strcmp(line.name, "__init_end") == 0)
			is_init = false;
		if (!is_function(&line))
			continue;
		if (!names)
			found(cookie, 0, &symbol);
		for (size_t i = 0; i < n; i++)
			if (strcmp(line.name, names[i]) == 0)
				found(cookie, i, &symbol);
	}
	return 0;
}

enum { NEAR_MAX = 3, LETTERS_MAX = 64 };

/* In how many letters the two differ (Levenshtein), if at most NEAR_MAX - 1; else NEAR_MAX. */
static unsigned difference(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	unsigned row[LETTERS_MAX + 1];

	if (la > LETTERS_MAX || lb > LETTERS_MAX || la > lb + NEAR_MAX || lb > la + NEAR_MAX)
		return NEAR_MAX;
	for (size_t k = 0; k <= lb; k++)
		row[k] = (unsigned)k;
	for (size_t i = 1; i <= la; i++) {
		unsigned corner = row[0];

		row[0] = (unsigned)i;
		for (size_t k = 1; k <= lb; k++) {
			unsigned least = corner + (a[i - 1] != b[k - 1]);

			corner = row[k];
			least = row[k] + 1 < least ? row[k] + 1 : least;
			row[k] = row[k - 1] + 1 < least ? row[k - 1] + 1 : least;
		}
	}
	return row[lb] < NEAR_MAX ? row[lb] : NEAR_MAX;
}

/* Small is near; NEAR_FAR: not at all. */
enum { RANK_MADE_OF, RANK_PART, RANK_LETTERS, RANK_FAR };

static int rank(const char *candidate, const char *name, size_t len)
{
	if (strcmp(candidate, name) == 0 || strncmp(candidate, "__pfx_", strlen("__pfx_")) == 0)
		return RANK_FAR; /* it is the one, or the gap before a function */
	if (strncmp(candidate, name, len) == 0 && candidate[len] == '.')
		return RANK_MADE_OF;
	if (len >= 4 && strstr(candidate, name))
		return RANK_PART;
	return len >= 4 && difference(candidate, name) < NEAR_MAX ? RANK_LETTERS : RANK_FAR;
}

/* At least as many as are ever shown of each rank. */
enum { KEPT = 8 };

struct kept {
	char *names[RANK_FAR][KEPT];
	size_t n[RANK_FAR];
};

static void keep(struct kept *kept, int r, const char *name)
{
	for (size_t i = 0; i < kept->n[r]; i++)
		if (strcmp(kept->names[r][i], name) == 0)
			return;
	if (kept->n[r] == KEPT)
		return;
	kept->names[r][kept->n[r]] = strdup(name);
	if (kept->names[r][kept->n[r]])
		kept->n[r]++;
}

void bw_symbols_like(const char *root, const char *name, char *like, size_t size)
{
	BW_FILE FILE *file = open_list(root);
	BW_FREE char *text = NULL;
	size_t len = strlen(name), text_size = 0, used = 0;
	struct kept kept = {0};
	struct line line;

	*like = '\0';
	while (file && next_function(file, &text, &text_size, &line)) {
		int r = rank(line.name, name, len);

		if (r != RANK_FAR)
			keep(&kept, r, line.name);
	}
	for (int r = 0, shown = 0; r < RANK_FAR; r++)
		for (size_t i = 0; i < kept.n[r]; i++) {
			const char *found = kept.names[r][i];

			if (found && shown < KEPT && used + strlen(found) + 3 < size) {
				used += (size_t)snprintf(like + used, size - used, "%s%s", used ? ", " : "", found);
				shown++;
			}
			free(kept.names[r][i]);
		}
}

struct symbol {
	uint64_t address;
	size_t name; /* its offset in names */
};

struct bw_symbols {
	struct symbol *symbols; /* n, by address */
	size_t n, room;
	char *names;
	size_t names_len, names_room;
};

/* Room for a symbol more, whose name has len bytes. */
static int make_room(struct bw_symbols *s, size_t len)
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

static int add(struct bw_symbols *s, const struct line *line)
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

int bw_symbols_read(const char *root, struct bw_symbols **symbols)
{
	BW_FILE FILE *file = open_list(root);
	BW_FREE char *text = NULL;
	struct bw_symbols *s;
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
		bw_symbols_free(s);
		return r;
	}
	qsort(s->symbols, s->n, sizeof(*s->symbols), by_address);
	*symbols = s;
	return 0;
}

void bw_symbols_free(struct bw_symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->symbols);
	free(symbols->names);
	free(symbols);
}

const char *bw_symbols_at(const struct bw_symbols *symbols, uint64_t address, uint64_t *offset)
{
	size_t low = 0, high = symbols->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->symbols[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	*offset = address - symbols->symbols[low - 1].address;
	return symbols->names + symbols->symbols[low - 1].name;
}

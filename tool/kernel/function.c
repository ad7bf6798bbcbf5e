/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/function.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/binary_search.h"
#include "base/cleanup.h"
#include "base/line_reader.h"
#include "base/name_index.h"
#include "kernel/error_injection.h"
#include "kernel/kallsyms.h"
#include "kernel/machine.h"
#include "kernel/perf_kprobe.h"
#include "kernel/tracefs.h"

/*
 * Functions of one address have several names (__x64_sys_getppid, __do_sys_getppid), of which the kernel's lists carry
 * one. `names` are the functions' own, then the aliases: of[i] is the function whose alias names[n + i] is.
 */
struct aliases {
	char **names;
	size_t *of;
	size_t n, room;
};

/* The answer of a list for each function: BW_YES for those that it has. */
struct listed {
	struct bw_function *functions; /* n */
	size_t n, answer;	       /* its offset in each */
	struct bw_name_index index;    /* of their names, or of the stems of these */
	const struct aliases *aliases; /* the names behind the first n of the index */
};

static enum bw_function_answer *answer_of(const struct listed *l, size_t i)
{
	if (i >= l->n)
		i = l->aliases->of[i - l->n];
	return (enum bw_function_answer *)((char *)&l->functions[i] + l->answer);
}

static void note_word(void *cookie, const char *name)
{
	const struct listed *l = cookie;

	for (long i = BW_INDEX_NONE; (i = bw_name_index_find(&l->index, name, i)) != BW_INDEX_NONE;)
		*answer_of(l, (size_t)i) = BW_YES;
}

/* absent: the answer where there is no such list. */
static void read_list(const struct listed *l, const char *path, int word, enum bw_function_answer absent)
{
	enum bw_function_answer unread;
	int r;

	for (size_t i = 0; i < l->n; i++)
		*answer_of(l, i) = BW_NO;
	r = bw_line_reader_each(path, word, note_word, (void *)l);
	unread = r == -ENOENT ? absent : BW_UNKNOWN;
	for (size_t i = 0; i < l->n && r < 0; i++)
		*answer_of(l, i) = unread;
}

/* Symbols that show features of the kernel. */
enum { DIRECT, OVERRIDE, PARTS };

static void read_symbol(void *cookie, size_t i, const struct bw_kallsyms_symbol *s)
{
	const struct listed *l = cookie;
	struct bw_function *f;

	for (size_t k = 0; i < PARTS && k < l->n; k++)
		*(i == DIRECT ? &l->functions[k].has_direct : &l->functions[k].has_override) = true;
	if (i < PARTS)
		return;
	f = &l->functions[i - PARTS];
	if (f->copies < BW_COPIES_MAX)
		snprintf(f->modules[f->copies], sizeof(*f->modules), "%s", s->module);
	if (f->copies++ > 0)
		return;
	f->type = s->type;
	f->address = s->address;
	f->is_init = s->is_init;
}

/* Its symbols, and those of the parts. */
static int read_symbols(const char *root, struct listed *l)
{
	BW_FREE const char **names = calloc(PARTS + l->n, sizeof(*names));

	if (!names)
		return -ENOMEM;
	names[DIRECT] = "register_ftrace_direct";
	names[OVERRIDE] = "bpf_override_return";
	for (size_t i = 0; i < l->n; i++)
		names[PARTS + i] = l->functions[i].name;
	return bw_kallsyms_find(root, names, PARTS + l->n, read_symbol, l);
}

static void free_names(char ***names)
{
	for (char **p = *names; p && *p; p++)
		free(*p);
	free(*names);
}

/*
 * Of a part that the compiler made of a function (name.isra.0, name.cold) the kernel asks whether ftrace knows the part
 * or, failing that, the function.
 */
static void read_stems(const struct listed *l, const char *path)
{
	BW_CLEANUP(free_names) char **stems = calloc(l->n + 1, sizeof(*stems));
	BW_CLEANUP(bw_name_index_free) struct bw_name_index index = {0};
	struct listed of_stems = *l;
	bool has_parts = false;

	for (size_t i = 0; stems && i < l->n; i++) {
		size_t len = strcspn(l->functions[i].name, ".");
		bool is_part = len > 0 && l->functions[i].name[len];

		has_parts |= is_part;
		stems[i] = strndup(l->functions[i].name, is_part ? len : 0);
		if (!stems[i])
			return; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	}
	if (!has_parts || bw_name_index_init(&index, (const char *const *)stems, l->n) < 0)
		return; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	of_stems.index = index;
	bw_line_reader_each(path, 0, note_word, &of_stems);
}

/* An address, and the index of its function. */
struct entry {
	uint64_t address;
	size_t function;
};

struct addresses {
	struct bw_function *functions;
	struct entry *entries; /* n, by address */
	size_t n;
};

static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

static void free_addresses(struct addresses *p)
{
	free(p->entries);
}

/* The functions' addresses, by address; the caller's, for free_addresses. 0 or -ENOMEM. */
static int find_addresses(const struct listed *l, struct addresses *p)
{
	*p = (struct addresses){.functions = l->functions, .entries = calloc(l->n + 1, sizeof(*p->entries))};
	if (!p->entries)
		return -ENOMEM;
	for (size_t i = 0; i < l->n; i++)
		if (l->functions[i].address)
			p->entries[p->n++] = (struct entry){l->functions[i].address, i};
	qsort(p->entries, p->n, sizeof(*p->entries), by_address);
	return 0;
}

static uint64_t address_of(const void *entry)
{
	return ((const struct entry *)entry)->address;
}

/* How many of them are no higher than the address. */
static size_t entries_up_to(const struct addresses *p, uint64_t address)
{
	return bw_binary_search_up_to(p->entries, p->n, sizeof(*p->entries), address_of, address);
}

/* ftrace's address is a function's first byte, or behind the instruction that allows indirect jumps (endbr, bti). */
enum { MARK_MAX = 8 };

static void note_address(void *cookie, const char *text)
{
	const struct addresses *p = cookie;
	uint64_t address = strtoull(text, NULL, 16);

	for (size_t i = entries_up_to(p, address); i > 0 && address - p->entries[i - 1].address <= MARK_MAX; i--)
		p->functions[p->entries[i - 1].function].traceable = BW_YES;
}

/*
 * From Linux 6.5 on ftrace lists its addresses, which are not ambiguous where several functions have a name, or one has
 * several. False where they can't be read.
 */
static bool read_addresses(const struct listed *l, const char *path)
{
	BW_CLEANUP(free_addresses) struct addresses p = {0};
	int r = find_addresses(l, &p);

	if (r < 0 || p.n == 0 || access(path, R_OK) < 0)
		return false;
	for (size_t i = 0; i < l->n; i++)
		l->functions[i].traceable = BW_NO;
	if (bw_line_reader_each(path, 0, note_address, &p) < 0)
		return false;
	for (size_t i = 0; i < l->n; i++)
		l->functions[i].by_address = true;
	return true;
}

static void read_traceable(const char *root, struct listed *l)
{
	const char *mount = bw_tracefs_find(root);
	char path[PATH_MAX];

	l->answer = offsetof(struct bw_function, traceable);
	snprintf(path, sizeof(path), "%s%s/available_filter_functions_addrs", root, mount ? mount : "");
	if (!mount || !read_addresses(l, path)) {
		snprintf(path, sizeof(path), "%s%s/available_filter_functions", root, mount ? mount : "");
		read_list(l, path, 0, mount ? BW_YES : BW_UNKNOWN); /* without ftrace nothing rules it out */
	}
	snprintf(path, sizeof(path), "%s%s/available_filter_functions", root, mount ? mount : "");
	read_stems(l, path);
}

static void read_lists(const char *root, struct listed *l)
{
	char path[PATH_MAX];

	read_traceable(root, l);
	l->answer = offsetof(struct bw_function, blacklisted);
	snprintf(path, sizeof(path), "%s" BW_BLACKLIST, root);
	read_list(l, path, 1, BW_UNKNOWN);
	l->answer = offsetof(struct bw_function, listed);
	snprintf(path, sizeof(path), "%s" BW_OVERRIDE_LIST, root);
	read_list(l, path, 0, BW_UNKNOWN);
}

static void free_aliases(struct aliases *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->names[i]);
	free(a->names);
	free(a->of);
}

static int add_alias(struct aliases *a, const char *name, size_t function)
{
	if (a->n == a->room) {
		size_t room = 2 * a->room + 16;
		size_t *of = reallocarray(a->of, room, sizeof(*of));
		char **names;

		if (!of)
			return -ENOMEM;
		a->of = of;
		names = reallocarray(a->names, room, sizeof(*names));
		if (!names)
			return -ENOMEM;
		a->names = names;
		a->room = room;
	}
	a->names[a->n] = strdup(name);
	if (!a->names[a->n])
		return -ENOMEM;
	a->of[a->n++] = function;
	return 0;
}

struct alias_search {
	const struct addresses *addresses;
	struct aliases *aliases;
	int error;
};

static void note_alias(void *cookie, size_t i, const struct bw_kallsyms_symbol *symbol)
{
	struct alias_search *search = cookie;
	const struct addresses *p = search->addresses;

	(void)i;
	for (size_t k = entries_up_to(p, symbol->address); k > 0 && p->entries[k - 1].address == symbol->address; k--)
		if (search->error == 0 && strcmp(p->functions[p->entries[k - 1].function].name, symbol->name) != 0)
			search->error = add_alias(search->aliases, symbol->name, p->entries[k - 1].function);
}

/* Where addresses are hidden, none are found. 0 or -ENOMEM. */
static int read_aliases(const char *root, const struct listed *l, struct aliases *aliases)
{
	BW_CLEANUP(free_addresses) struct addresses addresses = {0};
	struct alias_search search = {.addresses = &addresses, .aliases = aliases};
	int r = find_addresses(l, &addresses);

	if (r == 0 && addresses.n > 0)
		r = bw_kallsyms_find(root, NULL, 0, note_alias, &search);
	if (search.error < 0)
		return search.error;
	return r == -ENOMEM ? r : 0;
}

/* The names of the functions, and their aliases. *names is the caller's to free, not what is in it. */
static int index_names(const struct listed *l, const char ***names, struct bw_name_index *index)
{
	*names = calloc(l->n + l->aliases->n + 1, sizeof(**names));
	if (!*names)
		return -ENOMEM;
	for (size_t i = 0; i < l->n; i++)
		(*names)[i] = l->functions[i].name;
	for (size_t i = 0; i < l->aliases->n; i++)
		(*names)[l->n + i] = l->aliases->names[i];
	return bw_name_index_init(index, *names, l->n + l->aliases->n);
}

/* Before Linux 6.6 the trampolines of x86-64 pass on six parameters. */
static bool has_few_registers(const char *root)
{
#if defined(__x86_64__)
	return bw_machine_before(root, 6, 6);
#else
	(void)root;
	return false;
#endif
}

int bw_function_read_all(const char *root, const char *const *names, size_t n, struct bw_function *functions)
{
	BW_CLEANUP(bw_name_index_free) struct bw_name_index index = {0};
	BW_CLEANUP(free_aliases) struct aliases aliases = {0};
	BW_FREE const char **all_names = NULL;
	struct listed l = {.functions = functions, .n = n, .aliases = &aliases};
	bool has_kprobes = bw_perf_kprobe_supported(root) == 0;
	int r;

	for (size_t i = 0; i < n; i++)
		functions[i] = (struct bw_function){
			.name = names[i], .has_kprobes = has_kprobes, .few_registers = has_few_registers(root)};
	r = read_symbols(root, &l);
	for (size_t i = 0; i < n; i++)
		functions[i].symbols = r;
	if (read_aliases(root, &l, &aliases) < 0 || index_names(&l, &all_names, &index) < 0)
		return -ENOMEM;
	l.index = index;
	read_lists(root, &l);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/function.h"

#include <bpf/btf.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/index.h"
#include "base/words.h"
#include "kernel/btf.h"
#include "kernel/kprobe.h"
#include "kernel/lsm.h"
#include "kernel/machine.h"
#include "kernel/override.h"
#include "kernel/symbols.h"
#include "kernel/tracefs.h"

#define SECURITY "security_"

/* An answer of each function that a list gives: those that it has, once it was read. */
struct listed {
	struct bw_function *functions; /* n */
	size_t n, answer;	       /* its offset in each */
	struct bw_index index;	       /* of their names, or what stands for these */
};

static enum bw_answer *answer_of(const struct listed *l, size_t i)
{
	return (enum bw_answer *)((char *)&l->functions[i] + l->answer);
}

static void note_word(void *cookie, const char *name)
{
	const struct listed *l = cookie;

	for (long i = BW_INDEX_NONE; (i = bw_index_find(&l->index, name, i)) != BW_INDEX_NONE;)
		*answer_of(l, (size_t)i) = BW_YES;
}

/* `absent`: what is so where there is no such list. */
static void read_list(const struct listed *l, const char *path, int word, enum bw_answer absent)
{
	enum bw_answer unread;
	int r;

	for (size_t i = 0; i < l->n; i++)
		*answer_of(l, i) = BW_NO;
	r = bw_words_each(path, word, note_word, (void *)l);
	unread = r == -ENOENT ? absent : BW_UNKNOWN;
	for (size_t i = 0; i < l->n && r < 0; i++)
		*answer_of(l, i) = unread;
}

/* What is looked for beside the functions: of the kernel as a whole. */
enum { DIRECT, OVERRIDE, PARTS };

static void read_symbol(void *cookie, size_t i, const struct bw_symbol *s)
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
	return bw_symbols_find(root, names, PARTS + l->n, read_symbol, l);
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
	BW_CLEANUP(bw_index_free) struct bw_index index = {0};
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
	if (!has_parts || bw_index_init(&index, (const char *const *)stems, l->n) < 0)
		return; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	of_stems.index = index;
	bw_words_each(path, 0, note_word, &of_stems);
}

/* An address that is looked for, and whose it is. */
struct place {
	uint64_t address;
	size_t function;
};

struct places {
	struct bw_function *functions;
	struct place *places; /* n, by address */
	size_t n;
};

static int by_address(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->address < y->address ? -1 : x->address > y->address;
}

/* ftrace's place is a function's first byte, or behind the mark that a jump may lead there (endbr, bti). */
enum { MARK_MAX = 8 };

static void note_address(void *cookie, const char *text)
{
	const struct places *p = cookie;
	uint64_t address = strtoull(text, NULL, 16);
	size_t low = 0, high = p->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->places[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low > 0 && address - p->places[low - 1].address <= MARK_MAX; low--)
		p->functions[p->places[low - 1].function].traceable = BW_YES;
}

/*
 * From Linux 6.5 on ftrace tells its addresses: so it is known which of several functions of a name is meant, and of
 * one that bears several names. False where they are not to be had.
 */
static bool read_addresses(const struct listed *l, const char *path)
{
	BW_FREE struct place *places = calloc(l->n + 1, sizeof(*places));
	struct places p = {l->functions, places, 0};

	for (size_t i = 0; places && i < l->n; i++)
		if (l->functions[i].address)
			places[p.n++] = (struct place){l->functions[i].address, i};
	if (p.n == 0 || access(path, R_OK) < 0)
		return false; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	qsort(places, p.n, sizeof(*places), by_address);
	for (size_t i = 0; i < l->n; i++)
		l->functions[i].traceable = BW_NO;
	if (bw_words_each(path, 0, note_address, &p) < 0)
		return false; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	for (size_t i = 0; i < l->n; i++)
		l->functions[i].is_placed = true;
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
		read_list(l, path, 0, mount ? BW_YES : BW_UNKNOWN); /* a kernel without ftrace: no reason to say no */
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

/* Its trampolines pass on no more than six. */
static bool has_few_registers(const char *root)
{
#if defined(__x86_64__)
	return bw_machine_before(root, 6, 6);
#else
	(void)root;
	return false;
#endif
}

int bw_functions_read(const char *root, const char *const *names, size_t n, struct bw_function *functions)
{
	BW_CLEANUP(bw_index_free) struct bw_index index = {0};
	struct listed l = {functions, n, 0, {0}};
	bool has_kprobes = bw_kprobe_supported(root) == 0;
	int r;

	for (size_t i = 0; i < n; i++)
		functions[i] = (struct bw_function){
			.name = names[i], .has_kprobes = has_kprobes, .few_registers = has_few_registers(root)};
	r = read_symbols(root, &l);
	for (size_t i = 0; i < n; i++)
		functions[i].symbols = r;
	if (bw_index_init(&index, names, n) < 0)
		return -ENOMEM;
	l.index = index;
	read_lists(root, &l);
	return 0;
}

static const struct btf_type *resolved(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static uint32_t find_lsm(const struct btf *btf, const struct bw_function *f)
{
	bool is_security = strncmp(f->name, SECURITY, strlen(SECURITY)) == 0;
	char name[128];
	uint32_t id = 0;

	if (!btf || (!is_security && f->copies > 0))
		return 0;
	snprintf(name, sizeof(name), "bpf_lsm_%s", f->name + (is_security ? strlen(SECURITY) : 0));
	return bw_lsm_is_hook(name + strlen("bpf_lsm_")) && bw_btf_function(btf, name, &id) == 0 ? id : 0;
}

void bw_function_type(const struct btf *btf, uint32_t id, const struct bw_function *f, struct bw_function_type *t)
{
	const struct btf_type *function = btf && id ? btf__type_by_id(btf, id) : NULL, *proto, *type;

	*t = (struct bw_function_type){.has_btf = btf, .is_known = function, .lsm = find_lsm(btf, f)};
	if (!function)
		return;
	proto = btf__type_by_id(btf, function->type);
	t->parameters = btf_vlen(proto);
	for (uint32_t i = 0; i < t->parameters; i++) {
		type = resolved(btf, btf_params(proto)[i].type);
		t->registers += type && btf_is_composite(type) && type->size > 8 ? 2 : 1;
		t->is_variadic |= btf_params(proto)[i].type == 0;
		t->has_large |= type && btf_is_composite(type) && type->size > 16;
	}
	type = resolved(btf, proto->type);
	t->returns_number = type && (btf_is_int(type) || btf_is_enum(type)) && type->size <= 8;
}

static void __attribute__((format(printf, 3, 4))) set(struct bw_verdict *v, enum bw_answer can, const char *why, ...)
{
	va_list arguments;

	v->can = can;
	va_start(arguments, why);
	vsnprintf(v->why, sizeof(v->why), why, arguments);
	va_end(arguments);
}

void bw_function_kprobe(const struct bw_function *f, struct bw_verdict *v)
{
	if (f->symbols == 0 && f->copies == 0)
		set(v, BW_NO,
		    "no such function: it is not in this kernel, or was put into those that call it (inlined)");
	else if (!f->has_kprobes)
		set(v, BW_NO, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	else if (f->symbols < 0)
		set(v, BW_UNKNOWN, "/proc/kallsyms: %s", strerror(-f->symbols));
	else if (f->is_init)
		set(v, BW_NO, "it ran at boot (__init), and is no longer there");
	else if (f->blacklisted == BW_YES)
		set(v, BW_NO, "it is on the kprobe blacklist");
	else if (f->traceable == BW_NO)
		set(v, BW_NO, "it is not among available_filter_functions (notrace)");
	else if (f->copies > 1)
		set(v, BW_UNKNOWN, "%u functions bear this name; Linux 6.7 and later refuse it, others take the first",
		    f->copies);
	else if (f->traceable == BW_UNKNOWN || f->blacklisted == BW_UNKNOWN)
		set(v, BW_UNKNOWN, "it is there; %s, which may rule it out, can't be read",
		    f->traceable == BW_UNKNOWN ? "available_filter_functions" : BW_BLACKLIST);
	else
		set(v, BW_YES, "%s", "");
}

/* What fentry and fmod_ret want of a function alike; false, with the verdict, if it is not so. */
static bool can_be_bound(const struct bw_function *f, const struct bw_function_type *t, struct bw_verdict *v)
{
	if (f->symbols < 0)
		set(v, BW_UNKNOWN, "/proc/kallsyms: %s", strerror(-f->symbols));
	else if (f->copies == 0)
		set(v, BW_NO, "no such function");
	else if (!t->has_btf)
		set(v, BW_NO, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	else if (!t->is_known)
		set(v, BW_NO, "BTF does not have it");
	else if (!f->has_direct)
		set(v, BW_NO, "this kernel has no direct calls of ftrace (CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)");
	else if (f->is_init)
		set(v, BW_NO, "it ran at boot (__init), and is no longer there");
	else if (f->traceable == BW_NO)
		set(v, BW_NO, "it is not among available_filter_functions (notrace)");
	else if (t->is_variadic)
		set(v, BW_NO, "it takes any number of arguments (...)");
	else if (t->parameters > 12)
		set(v, BW_NO, "it has more than 12 parameters");
	else if (f->few_registers && t->registers > 6)
		set(v, BW_NO, "it has more than 6 parameters, which a program can have from Linux 6.6 on");
	else if (t->has_large)
		set(v, BW_NO, "it takes a struct of more than 16 bytes by value");
	else if (f->copies > 1 && !f->is_placed)
		set(v, BW_UNKNOWN,
		    "%u functions bear this name, and the first is meant: it may be another that ftrace knows",
		    f->copies);
	else
		return true;
	return false;
}

void bw_function_fentry(const struct bw_function *f, const struct bw_function_type *t, struct bw_verdict *v)
{
	if (can_be_bound(f, t, v))
		set(v, BW_YES, "%s", "");
}

void bw_function_fmod_ret(const struct bw_function *f, const struct bw_function_type *t, struct bw_verdict *v)
{
	bool is_security = strncmp(f->name, SECURITY, strlen(SECURITY)) == 0;

	if (!can_be_bound(f, t, v))
		return;
	if (is_security || f->listed == BW_YES)
		set(v, BW_YES, "%s", t->returns_number ? "" : "it returns no number that could be another");
	else
		set(v, BW_NO, "it is neither a security_ function nor on the error-injection list");
}

void bw_function_override(const struct bw_function *f, struct bw_verdict *v)
{
	bw_function_kprobe(f, v);
	if (v->can == BW_NO)
		return;
	if (!f->has_override)
		set(v, BW_NO, "this kernel has no bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE)");
	else if (f->listed == BW_YES)
		set(v, BW_YES, "%s", "");
	else if (f->listed == BW_NO)
		set(v, BW_NO, "it is not on the kernel's error-injection list");
	else
		set(v, BW_UNKNOWN, BW_OVERRIDE_LIST " can't be read");
}

void bw_function_lsm(const char *root, const struct bw_function_type *t, struct bw_verdict *v)
{
	if (!t->has_btf)
		set(v, BW_NO, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	else if (!t->lsm)
		set(v, BW_NO, "it is no hook of the security modules, or this kernel has no BPF LSM");
	else if (bw_lsm_active(root, "bpf") == 0)
		set(v, BW_NO, "bpf is not among the kernel's security modules (" BW_LSM_LIST "), so none is called");
	else
		set(v, BW_YES, "%s", "");
}

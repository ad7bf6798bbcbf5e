/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/probe.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "cmd/options.h"
#include "cmd/probelist.h"
#include "cmd/stub.h"
#include "kernel/btf.h"
#include "kernel/format.h"
#include "kernel/function.h"
#include "kernel/kprobe.h"
#include "kernel/privilege.h"
#include "kernel/prototype.h"
#include "kernel/symbols.h"
#include "kernel/tracefs.h"

enum { OPT_STUB = 256, OPT_JSON };

enum { SIGNATURES_MAX = 8 };

/* Where types come from: the kernel's BTF, and that of the module that was asked for last. */
struct probe {
	bool expand, stub, json;
	const char *list; /* the pattern of --list */
	bool count;
	struct btf *btf; /* NULL: none */
};

/* One of a name's functions, as BTF has it. */
struct signature {
	struct btf *btf, *own; /* own: a module's, which is closed with this */
	uint32_t id;
	const char *module;
};

/* All that there is to say of a function. */
struct subject {
	struct bw_function function;
	struct signature signatures[SIGNATURES_MAX];
	size_t n;
	struct bw_verdict kprobe, fentry, fmod_ret, override, lsm;
};

static void close_subject(struct subject *s)
{
	for (size_t i = 0; i < s->n; i++)
		bw_btf_close(&s->signatures[i].own);
}

static void find_in(struct subject *s, struct btf *btf, struct btf *base, const char *module)
{
	const char *name = s->function.name;
	uint32_t id = 0;

	while (s->n < SIGNATURES_MAX && (id = bw_btf_next_function(btf, base, name, id)))
		s->signatures[s->n++] = (struct signature){btf, NULL, id, module};
}

static void find_signatures(struct subject *s, struct btf *kernel)
{
	const struct bw_function *f = &s->function;

	if (!kernel)
		return;
	find_in(s, kernel, NULL, "");
	for (uint32_t i = 0; i < f->copies && i < BW_COPIES_MAX; i++) {
		char path[PATH_MAX];
		struct btf *btf;
		size_t before = s->n;

		snprintf(path, sizeof(path), "/sys/kernel/btf/%s", f->modules[i]);
		if (!*f->modules[i] || bw_btf_open_module(path, kernel, &btf) < 0)
			continue;
		find_in(s, btf, kernel, f->modules[i]);
		if (s->n > before)
			s->signatures[before].own = btf;
		else
			bw_btf_close(&btf);
	}
}

/* What the kernel says when it is asked counts more than what its lists tell. */
static void try_kprobe(const struct bw_function *f, struct bw_verdict *v)
{
	int r = bw_privileged() == 0 ? bw_kprobe_try(f->name) : -EPERM;

	if (r == -EPERM || r == -EACCES)
		return;
	if (r == 0) {
		if (v->can == BW_NO)
			v->why[0] = '\0';
		if (v->can == BW_UNKNOWN)
			snprintf(v->why, sizeof(v->why), "the first of %u functions of this name", f->copies);
		v->can = BW_YES;
		return;
	}
	if (r == -ENODEV)
		snprintf(v->why, sizeof(v->why), "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	else if (f->copies > 1)
		snprintf(v->why, sizeof(v->why), "%u functions bear this name: which is meant can't be told",
			 f->copies);
	else if (v->can != BW_NO)
		snprintf(v->why, sizeof(v->why), "the kernel refuses it: %s", strerror(-r));
	v->can = BW_NO;
}

static void judge(struct subject *s, const struct btf *kernel)
{
	const struct signature *first = s->n > 0 ? &s->signatures[0] : NULL;
	const struct bw_function *f = &s->function;
	struct bw_function_type t;

	bw_function_type(first ? first->btf : kernel, first ? first->id : 0, f->name, &t);
	bw_function_kprobe(f, &s->kprobe);
	bw_function_override(f, &s->override);
	try_kprobe(f, &s->kprobe);
	bw_function_fentry(f, &t, &s->fentry);
	bw_function_fmod_ret(f, &t, &s->fmod_ret);
	bw_function_lsm(&t, &s->lsm);
}

static const char *type_word(char type)
{
	return type == 'T' ? "global" : type == 't' ? "static: local to its file" : "weak: another may take its place";
}

static void print_verdict(const char *hook, const struct bw_verdict *v)
{
	static const char *const words[] = {[BW_NO] = "no", [BW_YES] = "yes", [BW_UNKNOWN] = "not known"};

	printf("  %-9s %s%s%s\n", hook, words[v->can], *v->why ? ": " : "", v->why);
}

/* Names that the one that is not there may stand for: a system call's function, and those that resemble it. */
static void print_near(const char *name)
{
	char like[512], wrapper[256];
	const char *const names[] = {wrapper};
	uint32_t count = 0;

	snprintf(wrapper, sizeof(wrapper), "__x64_sys_%s", name + (strncmp(name, "sys_", 4) == 0 ? 4 : 0));
	if (bw_symbols_count("", names, &count, 1) == 0 && count > 0)
		printf("  near      %s: the system call\n", wrapper);
	bw_symbols_like("", name, like, sizeof(like));
	if (*like)
		printf("  near      %s\n", like);
}

static void print_signatures(const struct subject *s, bool expand)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct signature *one = &s->signatures[i];

		bw_prototype_write(stdout, one->btf, one->id);
		printf("%s%s%s\n", *one->module ? " [" : "", one->module, *one->module ? "]" : "");
	}
	if (s->n == 0)
		printf("%s\n", s->function.name);
	for (size_t i = 0; expand && i < s->n; i++)
		bw_prototype_expand(stdout, s->signatures[i].btf, s->signatures[i].id);
}

static void print_text(const struct subject *s, bool expand)
{
	const struct bw_function *f = &s->function;

	print_signatures(s, expand);
	if (f->copies > 0) {
		printf("  symbol    %c, %s", f->type, type_word(f->type));
		for (uint32_t i = 0; i < f->copies && i < BW_COPIES_MAX; i++)
			if (*f->modules[i])
				printf("; in the module %s", f->modules[i]);
		fputc('\n', stdout);
	} else if (f->symbols == 0) {
		print_near(f->name);
	}
	print_verdict("kprobe", &s->kprobe);
	print_verdict("fentry", &s->fentry);
	print_verdict("fmod_ret", &s->fmod_ret);
	print_verdict("override", &s->override);
	print_verdict("LSM", &s->lsm);
}

static void print_json_verdict(const char *hook, const struct bw_verdict *v)
{
	printf(",\"%s\":{\"can\":%s,\"why\":", hook, v->can == BW_YES ? "true" : v->can == BW_NO ? "false" : "null");
	bw_print_json(stdout, v->why);
	fputc('}', stdout);
}

/* What `write` writes of a signature, as a string of JSON. */
static void print_json_text(int (*write)(FILE *out, const struct btf *btf, uint32_t id), const struct signature *one)
{
	BW_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	write(out, one->btf, one->id);
	fclose(out);
	bw_print_json(stdout, text);
}

static void print_json(const struct subject *s, bool expand)
{
	const struct bw_function *f = &s->function;

	fputs("{\"function\":", stdout);
	bw_print_json(stdout, f->name);
	printf(",\"copies\":%u,\"symbol\":\"%.*s\",\"signatures\":[", f->copies, f->copies > 0, &f->type);
	for (size_t i = 0; i < s->n; i++) {
		fputs(i ? ",{\"text\":" : "{\"text\":", stdout);
		print_json_text(bw_prototype_write, &s->signatures[i]);
		if (expand) {
			fputs(",\"structs\":", stdout);
			print_json_text(bw_prototype_expand, &s->signatures[i]);
		}
		fputs(",\"module\":", stdout);
		bw_print_json(stdout, s->signatures[i].module);
		fputc('}', stdout);
	}
	fputc(']', stdout);
	print_json_verdict("kprobe", &s->kprobe);
	print_json_verdict("fentry", &s->fentry);
	print_json_verdict("fmod_ret", &s->fmod_ret);
	print_json_verdict("override", &s->override);
	print_json_verdict("lsm", &s->lsm);
	fputs("}\n", stdout);
}

static int probe_function(struct probe *p, const struct bw_function *function)
{
	BW_CLEANUP(close_subject) struct subject s = {.function = *function};
	const char *name = function->name;

	find_signatures(&s, p->btf);
	judge(&s, p->btf);
	if (p->stub)
		bw_stub_function(stdout, s.n > 0 ? s.signatures[0].btf : NULL, s.n > 0 ? s.signatures[0].id : 0, name);
	else if (p->json)
		print_json(&s, p->expand);
	else
		print_text(&s, p->expand);
	return s.kprobe.can == BW_YES ? BW_EXIT_OK : BW_EXIT_FAILED;
}

static void print_field(void *cookie, const struct bw_format_field *field)
{
	(void)cookie;
	printf("\t%s; // offset %u, size %u\n", field->declaration, field->offset, field->size);
}

static void print_json_field(void *cookie, const struct bw_format_field *field)
{
	bool *first = cookie;

	fputs(*first ? "{\"name\":" : ",{\"name\":", stdout);
	*first = false;
	bw_print_json(stdout, field->name);
	fputs(",\"declaration\":", stdout);
	bw_print_json(stdout, field->declaration);
	printf(",\"offset\":%u,\"size\":%u,\"signed\":%s}", field->offset, field->size,
	       field->is_signed ? "true" : "false");
}

static int explain_tracepoint(const char *category, const char *name, int r)
{
	if (r == -ENOENT)
		return bw_err(BW_EXIT_FAILED, "this kernel has no tracepoint '%s:%s'", category, name);
	bw_err(r, "the tracepoint '%s:%s': %s", category, name,
	       r == -ENODEV ? "tracefs is not mounted, or not to be read" : strerror(-r));
	if (r == -ENODEV)
		bw_hint("mount -t tracefs tracefs /sys/kernel/tracing");
	return BW_EXIT_FAILED;
}

static int probe_tracepoint(const struct probe *p, const char *category, const char *name)
{
	bool first = true;
	int r = bw_tracepoint_find("", category, name);

	if (r == 0 && p->stub)
		r = bw_stub_tracepoint(stdout, "", category, name);
	else if (r == 0 && p->json) {
		printf("{\"tracepoint\":\"%s:%s\",\"struct\":\"tracepoint__%s__%s\",\"fields\":[", category, name,
		       category, name);
		r = bw_format_each("", category, name, print_json_field, &first);
		fputs("]}\n", stdout);
	} else if (r == 0) {
		printf("tracepoint %s:%s\nstruct tracepoint__%s__%s {\n", category, name, category, name);
		r = bw_format_each("", category, name, print_field, NULL);
		fputs("};\n", stdout);
	}
	return r < 0 ? explain_tracepoint(category, name, r) : BW_EXIT_OK;
}

/* "tracepoint:", "kprobe:" and the like may stand before the name. NULL, reported, if it can't be one. */
static const char *plain_name(const char *name)
{
	static const char *const prefixes[] = {"kprobe:", "kretprobe:", "fentry:", "fexit:", "lsm:", "tracepoint:"};
	const char *colon;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			name += strlen(prefixes[i]);
	colon = strchr(name, ':');
	if (*name && !strpbrk(name, " /\t\n") && (!colon || (colon > name && colon[1])))
		return name;
	bw_err(0, "'%s' is neither a function nor CATEGORY:NAME", name);
	return NULL;
}

static int probe_name(struct probe *p, const char *name, const struct bw_function *function)
{
	const char *colon = strchr(name, ':');
	char category[NAME_MAX];

	if (!colon)
		return probe_function(p, function);
	snprintf(category, sizeof(category), "%.*s", (int)(colon - name), name);
	return probe_tracepoint(p, category, colon + 1);
}

/* All names; what is to be known of the functions among them is read at once. */
static int probe_names(struct probe *p, char **argv, size_t n)
{
	BW_FREE const char **names = calloc(2 * n, sizeof(*names));
	BW_FREE struct bw_function *functions = calloc(n, sizeof(*functions));
	const char **of_functions = names + n;
	size_t n_functions = 0, next = 0;
	int worst = BW_EXIT_OK;

	if (!names || !functions)
		return bw_err(BW_EXIT_FAILED, "there is no memory");
	for (size_t i = 0; i < n; i++) {
		names[i] = plain_name(argv[i]);
		if (!names[i])
			return BW_EXIT_USAGE; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
		if (!strchr(names[i], ':'))
			of_functions[n_functions++] = names[i];
	}
	if (n_functions > 0)
		bw_functions_read("", of_functions, n_functions, functions);
	for (size_t i = 0; i < n; i++) {
		bool is_function = !strchr(names[i], ':');
		int r = probe_name(p, names[i], &functions[next]);

		next += is_function;
		worst = r > worst ? r : worst;
	}
	return worst;
}

static void close_probe(struct probe *p)
{
	bw_btf_close(&p->btf);
}

static int set_option(struct probe *p, int id, const char *value)
{
	switch (id) {
	case 'l':
		p->list = value;
		return 0;
	case 'c':
		p->count = true;
		return 0;
	case 'e':
		p->expand = true;
		return 0;
	case OPT_STUB:
		p->stub = true;
		return 0;
	case OPT_JSON:
		p->json = true;
		return 0;
	default:
		return BW_EXIT_USAGE;
	}
}

static int parse(const struct bw_command *command, struct probe *p, int argc, char **argv)
{
	const char *value;
	int id;

	optind = 0; /* glibc: begin anew */
	while ((id = bw_options_next(command->options, argc, argv, &value)) != BW_OPTIONS_END) {
		if (id == 'h') {
			bw_print_help(command);
			return -1;
		}
		if (set_option(p, id, value) != 0) {
			bw_hint("'bccwatch probe --help' lists the options.");
			return BW_EXIT_USAGE;
		}
	}
	if (!p->list == (optind == argc))
		return bw_err(BW_EXIT_USAGE, "what is to be looked at? A function, CATEGORY:NAME, or --list PATTERN");
	if (p->stub && (p->list || p->json || optind + 1 != argc))
		return bw_err(BW_EXIT_USAGE, "--stub makes one program, of one name");
	return 0;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	BW_CLEANUP(close_probe) struct probe p = {0};
	int r = parse(command, &p, argc, argv);

	if (r != 0)
		return r < 0 ? BW_EXIT_OK : r;
	bw_btf_open(BW_BTF_PATH, &p.btf); /* without it there are no signatures, which is said */
	if (p.list)
		return bw_probe_list("", p.btf, p.list, p.count, p.json);
	return probe_names(&p, argv + optind, (size_t)(argc - optind));
}

static const struct bw_option options[] = {
	{'e', "expand", NULL, "show the structs of the parameters, too", NULL},
	{'l', "list", "PATTERN",
	 "list what can be probed and matches, as kprobe:*open*, tracepoint:syscalls:*, lsm:*, fentry:*, or without a "
	 "prefix",
	 NULL},
	{'c', "count", NULL, "with --list: how many there are of each kind", NULL},
	{OPT_STUB, "stub", NULL, "print a program that tells of it, for bccwatch run", NULL},
	{OPT_JSON, "json", NULL, "an object a line", NULL},
	{'h', "help", NULL, "show this help", NULL},
	{0},
};

const struct bw_command bw_probe_command = {
	.name = "probe",
	.summary = "Show what a function or tracepoint of the kernel looks like, and how it can be probed",
	.operand = "NAME...",
	.options = options,
	.run = run,
};

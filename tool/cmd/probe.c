/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/probe.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/function_report.h"
#include "cmd/options.h"
#include "cmd/probe_list.h"
#include "cmd/tracepoint_report.h"
#include "kernel/btf.h"
#include "kernel/function.h"

enum { OPT_STUB = 256, OPT_RETURN, OPT_LATENCY, OPT_JSON };

struct probe {
	bool expand, stub, returns, latency, json;
	enum bw_function_report_form form; /* by stub and json */
	const char *list;		   /* the pattern of --list */
	bool count;
	/* BTF is read by a thread, while this one reads lists: each takes 50 ms. */
	pthread_t reader;
	bool is_reading;
	struct btf *btf; /* NULL: none */
};

/* A name of the command line. */
struct named {
	char *name; /* malloc'd, without the prefix; a tracepoint's has a colon */
	bool is_tracepoint;
	enum bw_function_report_hook asked;
};

/* The prefixes of names, as in bpftrace. */
static const struct {
	const char *prefix;
	enum bw_function_report_hook asked;
} prefixes[] = {
	{"kprobe:", BW_ASKED_KPROBE},	{"kretprobe:", BW_ASKED_KPROBE},  {"tracepoint:", BW_ASKED_KPROBE},
	{"fentry:", BW_ASKED_FENTRY},	{"fexit:", BW_ASKED_FENTRY},	  {"kfunc:", BW_ASKED_FENTRY},
	{"kretfunc:", BW_ASKED_FENTRY}, {"fmod_ret:", BW_ASKED_FMOD_RET}, {"lsm:", BW_ASKED_LSM},
};

/* 0; BW_EXIT_USAGE, reported, if it is no name; or -ENOMEM. */
static int read_name(const char *text, struct named *n)
{
	const char *name = text, *colon;
	bool is_hook;

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes) && name == text; i++)
		if (strncmp(text, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0) {
			name += strlen(prefixes[i].prefix);
			n->asked = prefixes[i].asked;
		}
	colon = strchr(name, ':');
	if (!*name || strpbrk(name, " /\t\n") ||
	    (colon && (colon == name || !colon[1] || *name == '.' || colon[1] == '.' || strchr(colon + 1, ':'))))
		return bw_log_error(BW_EXIT_USAGE, "unsupported name '%s': neither a function nor CATEGORY:NAME", text);
	if (strlen(name) > NAME_MAX)
		return bw_log_error(BW_EXIT_USAGE, "unsupported name '%.32s...': too long", text);
	n->is_tracepoint = colon;
	is_hook = n->asked == BW_ASKED_LSM && strncmp(name, "security_", strlen("security_")) != 0;
	return asprintf(&n->name, "%s%s", is_hook ? "security_" : "", name) < 0 ? -ENOMEM : 0;
}

/* Waits for the BTF. NULL: there is none. */
static struct btf *await_types(struct probe *p)
{
	if (p->is_reading)
		pthread_join(p->reader, NULL);
	p->is_reading = false;
	return p->btf;
}

static int probe_tracepoint_name(const struct probe *p, const char *name)
{
	const char *colon = strchr(name, ':');
	char category[NAME_MAX + 1];

	snprintf(category, sizeof(category), "%.*s", (int)(colon - name), name);
	return bw_tracepoint_report_print(category, colon + 1, p->form);
}

/* What the lists have of the functions among the names. */
struct known {
	const char **names;
	struct bw_function *functions;
	struct bw_function_facts_ids *ids;
	size_t n;
};

static void free_known(struct known *k)
{
	free(k->names);
	free(k->functions);
	free(k->ids);
}

/* Reads each list once for all names. 0 or -ENOMEM. */
static int read_known(struct probe *p, struct known *k, const struct named *names, size_t n)
{
	int r;

	k->names = calloc(n + 1, sizeof(*k->names));
	k->functions = calloc(n + 1, sizeof(*k->functions));
	k->ids = calloc(n + 1, sizeof(*k->ids));
	if (!k->names || !k->functions || !k->ids)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (!names[i].is_tracepoint)
			k->names[k->n++] = names[i].name;
	if (k->n == 0)
		return 0;
	r = bw_function_read_all("", k->names, k->n, k->functions);
	return r < 0 ? r : bw_function_facts_find_ids(await_types(p), k->names, k->n, k->ids);
}

/* Returns BW_EXIT_*. */
static int probe_function(const struct probe *p, const struct known *k, size_t i, enum bw_function_report_hook asked)
{
	BW_CLEANUP(bw_function_facts_close) struct bw_function_facts facts = {0};

	bw_function_facts_read(&facts, p->btf, &k->functions[i], &k->ids[i]);
	return bw_function_report_print(&facts, asked, p->form, p->expand);
}

/* Returns the worst exit status, or -ENOMEM. */
static int probe_each(struct probe *p, const struct named *names, size_t n)
{
	BW_CLEANUP(free_known) struct known k = {0};
	int worst = BW_EXIT_OK, r = read_known(p, &k, names, n);

	if (r < 0)
		return r;
	for (size_t i = 0, next = 0; i < n; i++) {
		if (names[i].is_tracepoint)
			r = probe_tracepoint_name(p, names[i].name);
		else
			r = probe_function(p, &k, next++, names[i].asked);
		worst = r > worst ? r : worst;
	}
	return worst;
}

static int probe_names(struct probe *p, char **argv, size_t n)
{
	BW_FREE struct named *names = calloc(n + 1, sizeof(*names));
	int r = names ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = read_name(argv[i], &names[i]);
	if (r == 0)
		r = probe_each(p, names, n);
	for (size_t i = 0; names && i < n; i++)
		free(names[i].name);
	return r < 0 ? bw_log_error(BW_EXIT_FAILED, "cannot print all names: out of memory") : r;
}

static void *read_types(void *cookie)
{
	struct probe *p = cookie;

	bw_btf_open(BW_BTF_PATH, &p->btf); /* without it there are no signatures, which the report has */
	return NULL;
}

static void begin_types(struct probe *p)
{
	p->is_reading = pthread_create(&p->reader, NULL, read_types, p) == 0;
	if (!p->is_reading)
		read_types(p);
}

static void close_probe(struct probe *p)
{
	await_types(p);
	bw_btf_close(&p->btf);
}

static int set_option(void *cookie, int id, const char *value)
{
	struct probe *p = cookie;

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
	case OPT_RETURN:
		p->returns = true;
		return 0;
	case OPT_LATENCY:
		p->latency = true;
		return 0;
	case OPT_JSON:
		p->json = true;
		return 0;
	default:
		return BW_EXIT_USAGE;
	}
}

/* 0, BW_OPTIONS_HELP, or BW_EXIT_USAGE, reported. */
static int parse(const struct bw_command *command, struct probe *p, int argc, char **argv)
{
	int r = bw_options_read(command, argc, argv, set_option, p);

	if (r != 0)
		return r;
	if (!p->list == (optind == argc))
		return bw_log_error(BW_EXIT_USAGE, "probe takes a function, CATEGORY:NAME, or --list PATTERN");
	if (p->stub && (p->list || p->json || optind + 1 != argc))
		return bw_log_error(BW_EXIT_USAGE, "--stub takes one name, and neither --json nor --list");
	if ((p->returns || p->latency) && !p->stub)
		return bw_log_error(BW_EXIT_USAGE, "--return and --latency go with --stub");
	if (p->returns && p->latency)
		return bw_log_error(BW_EXIT_USAGE, "--latency has the result, too: leave --return out");
	if (p->json)
		p->form = BW_FORM_JSON;
	if (p->stub)
		p->form = p->returns ? BW_FORM_STUB_RETURN : p->latency ? BW_FORM_STUB_LATENCY : BW_FORM_STUB;
	return 0;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	BW_CLEANUP(close_probe) struct probe p = {0};
	int r = parse(command, &p, argc, argv);

	if (r != 0)
		return r == BW_OPTIONS_HELP ? BW_EXIT_OK : r;
	begin_types(&p);
	if (p.list)
		return bw_probe_list_print("", await_types(&p), p.list, p.count, p.json);
	return probe_names(&p, argv + optind, (size_t)(argc - optind));
}

static const struct bw_command_option options[] = {
	{'e', "expand", NULL, "show the structs of the parameters, too", NULL},
	{'l', "list", "PATTERN",
	 "list what can be probed and matches, as kprobe:*open*, tracepoint:syscalls:*, lsm:*, fentry:*, or without a "
	 "prefix",
	 NULL},
	{'c', "count", NULL, "with --list: how many there are of each kind", NULL},
	{OPT_STUB, "stub", NULL, "print a program that reports its calls, for bccwatch run", NULL},
	{OPT_RETURN, "return", NULL, "with --stub: one that reports what the function returns", NULL},
	{OPT_LATENCY, "latency", NULL, "with --stub: one that reports how long the function takes, and what it returns",
	 NULL},
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

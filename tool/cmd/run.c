/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/signals.h"
#include "build/build.h"
#include "cmd/common_options.h"
#include "cmd/map_printer.h"
#include "cmd/run_examples.h"
#include "cmd/trace_pipe.h"
#include "cmd/watch.h"
#include "program/map_put.h"
#include "program/plan.h"
#include "program/tails.h"

enum {
	OPT_KPROBE = 256,
	OPT_KRETPROBE,
	OPT_TRACEPOINT,
	OPT_RAW_TRACEPOINT,
	OPT_UPROBE,
	OPT_URETPROBE,
	OPT_PERF_EVENT,
	OPT_TAIL,
	OPT_PUT,
	OPT_BEST_EFFORT,
	OPT_CFLAG,
	OPT_REPLACE,
	OPT_JSON,
	OPT_PRINTK,
	OPT_INTERVAL,
	OPT_CLEAR,
	OPT_LOG2,
	OPT_LINEAR,
	OPT_STRICT,
	OPT_CHECK,
	OPT_LIST,
};

enum { LIST_MAX = 128 };

/* What an option that may be given again has collected. */
struct list {
	const char *items[LIST_MAX];
	size_t n;
};

struct run {
	struct bw_common_options common;
	struct bw_plan plan;
	struct list defines, cflags, replacements, log2, linear, puts;
	bool json, printk, clear, strict, check;
	char *example; /* the path of the named one, owned; NULL: a file is run */
	uint64_t interval;
	struct bw_image image;
	struct bw_loaded loaded;
	struct bw_map_printer maps;
};

static int add(struct list *list, const char *option, const char *value)
{
	if (list->n == LIST_MAX)
		return bw_log_error(BW_EXIT_USAGE, "%s is given more than %d times", option, LIST_MAX);
	list->items[list->n++] = value;
	return 0;
}

static int add_binding(struct run *run, const char *word, const char *value)
{
	char option[32];
	const char *why;
	int r = bw_plan_add(&run->plan, bw_probe_of_option(word), value, &why);

	snprintf(option, sizeof(option), "--%s", word);
	return r < 0 ? bw_common_options_usage_error(option, value, r == -EINVAL ? why : strerror(-r)) : 0;
}

static int add_tail(struct run *run, const char *value)
{
	const char *why;
	int r = bw_tails_add(&run->plan, value, &why);

	return r < 0 ? bw_common_options_usage_error("--tail", value, r == -EINVAL ? why : strerror(-r)) : 0;
}

static int add_replacement(struct run *run, const char *value)
{
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return bw_common_options_usage_error("--replace", value, "it is WORD=TEXT");
	return add(&run->replacements, "--replace", value);
}

static int add_define(struct run *run, const char *value)
{
	if (!*value || *value == '=')
		return bw_common_options_usage_error("--define", value, "it is NAME or NAME=VALUE");
	return add(&run->defines, "--define", value);
}

/* Options without an argument. */
static int set_switch(struct run *run, int id)
{
	bool *what = id == OPT_JSON	     ? &run->json
		     : id == OPT_PRINTK	     ? &run->printk
		     : id == OPT_CLEAR	     ? &run->clear
		     : id == OPT_STRICT	     ? &run->strict
		     : id == OPT_CHECK	     ? &run->check
		     : id == OPT_BEST_EFFORT ? &run->plan.best_effort
					     : NULL;

	if (!what)
		return BW_EXIT_USAGE;
	*what = true;
	return 0;
}

static int set_option(void *cookie, int id, const char *value)
{
	struct run *run = cookie;

	switch (id) {
	case OPT_KPROBE:
		return add_binding(run, "kprobe", value);
	case OPT_KRETPROBE:
		return add_binding(run, "kretprobe", value);
	case OPT_TRACEPOINT:
		return add_binding(run, "tracepoint", value);
	case OPT_RAW_TRACEPOINT:
		return add_binding(run, "raw-tracepoint", value);
	case OPT_UPROBE:
		return add_binding(run, "uprobe", value);
	case OPT_URETPROBE:
		return add_binding(run, "uretprobe", value);
	case OPT_PERF_EVENT:
		return add_binding(run, "perf-event", value);
	case OPT_TAIL:
		return add_tail(run, value);
	case OPT_PUT:
		return add(&run->puts, "--put", value);
	case 'D':
		return add_define(run, value);
	case OPT_CFLAG:
		return add(&run->cflags, "--cflag", value);
	case OPT_REPLACE:
		return add_replacement(run, value);
	case OPT_INTERVAL:
		return bw_common_options_duration("--interval", value, BW_COMMON_MILLISECOND, &run->interval);
	case OPT_LOG2:
		return add(&run->log2, "--log2", value);
	case OPT_LINEAR:
		return add(&run->linear, "--linear", value);
	case OPT_LIST:
		return bw_run_examples_print() < 0 ? BW_EXIT_FAILED : -1;
	default:
		return set_switch(run, id);
	}
}

/* "WORD=TEXT" */
static int replace(struct bw_source *source, const char *replacement)
{
	const char *equals = strchr(replacement, '=');
	BW_FREE char *word = strndup(replacement, (size_t)(equals - replacement));
	int r = word ? bw_source_replace(source, word, equals + 1) : -ENOMEM;

	if (r == -ENOENT)
		return bw_log_error(r, "--replace %s: the word '%s' is not in %s", replacement, word, source->path);
	return r < 0 ? bw_log_error(r, "--replace %s: %s", replacement, strerror(-r)) : 0;
}

static int open_source(struct run *run, struct bw_source *source)
{
	if (access(run->common.source, F_OK) < 0 && bw_run_examples_find(run->common.source, &run->example) == 0)
		run->common.source = run->example;
	int r = bw_common_options_source(&run->common, NULL, source);

	for (size_t i = 0; i < run->replacements.n && r == 0; i++)
		r = replace(source, run->replacements.items[i]);
	for (size_t i = 0; i < run->defines.n && r == 0; i++)
		r = bw_source_define(source, run->defines.items[i]);
	for (size_t i = 0; i < run->cflags.n && r == 0; i++)
		r = bw_source_add_flag(source, run->cflags.items[i]);
	return r;
}

static int check_tables(const struct run *run, const char *option, const struct list *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (!bw_map_printer_has(&run->loaded, names->items[i]))
			return bw_log_error(-ENOENT, "%s %s: the source has no map of that name", option,
					    names->items[i]);
		else if (!bw_map_printer_counts(&run->loaded, names->items[i]))
			return bw_log_error(-EINVAL, "%s %s: the keys and values of that map are not numbers", option,
					    names->items[i]);
	return 0;
}

static void explain(const struct run *run, const struct bw_plan_binding *failed, int error)
{
	bw_plan_explain(failed, error);
	if (failed->matched)
		bw_log_hint("%zu of the functions that match cannot be attached; --best-effort goes on without them",
			    run->plan.n_refused);
}

/* The source compiled, its programs in the kernel. */
static int build(struct run *run, int signal_fd)
{
	BW_CLEANUP(bw_source_free) struct bw_source source = {0};
	const struct bw_plan_binding *failed = NULL;
	int r = open_source(run, &source);

	if (r == 0)
		r = bw_build(&source, !run->common.no_cache, signal_fd, &run->image);
	run->plan.lenient = !run->strict;
	if (r == 0)
		r = bw_plan_complete(&run->plan, &run->image);
	if (r == 0)
		r = bw_plan_check(&run->plan, &run->image, &failed);
	if (failed)
		explain(run, failed, r);
	if (r == 0)
		r = bw_plan_check_names(&run->plan);
	if (r == 0 && run->plan.n_refused > 0)
		bw_log_note("%zu of the functions that match cannot be attached, and are left out.",
			    run->plan.n_refused);
	if (r == 0)
		r = bw_common_options_load(&run->loaded, &run->image, &run->plan, &source, signal_fd, NULL);
	for (size_t i = 0; i < run->puts.n && r == 0; i++)
		r = bw_map_put(&run->loaded, run->puts.items[i]);
	if (r == 0)
		r = check_tables(run, "--log2", &run->log2);
	return r == 0 ? check_tables(run, "--linear", &run->linear) : r;
}

static void close_pipe(struct bw_trace_pipe **trace_pipe)
{
	bw_trace_pipe_close(*trace_pipe);
}

/* Attached, until something ends it. BW_EXIT_*. */
static int watch(struct run *run, struct bw_trace_pipe *trace_pipe, int signal_fd)
{
	run->maps = (struct bw_map_printer){.loaded = &run->loaded,
					    .json = run->json,
					    .clear = run->clear,
					    .log2 = run->log2.items,
					    .n_log2 = run->log2.n,
					    .linear = run->linear.items,
					    .n_linear = run->linear.n};
	BW_CLEANUP(bw_watch_close)
	struct bw_watch w = {
		.loaded = &run->loaded,
		.pages = (uint32_t)run->common.pages,
		.duration = run->common.duration,
		.signal_fd = signal_fd,
		.fail_on_loss = run->common.fail_on_loss,
		.named = true,
		.json = run->json,
		.maps = &run->maps,
		.interval = run->interval,
		.trace_pipe = trace_pipe,
		.sentence = {.after = ""},
	};
	int r = bw_watch_open(&w);

	if (r < 0)
		return BW_EXIT_FAILED;
	bw_log_note("Running %s: %zu %s attached. Ctrl-C ends.", run->common.source, bw_plan_hooks(&run->plan),
		    bw_plan_hooks(&run->plan) == 1 ? "hook" : "hooks");
	r = bw_watch_run(&w);
	return bw_watch_finish(&w, r, "");
}

/* BW_EXIT_* */
static int run_source(struct run *run)
{
	BW_CLEANUP(close_pipe) struct bw_trace_pipe *trace_pipe = NULL;
	BW_FD int signal_fd = bw_signals_open();
	int r = signal_fd < 0 ? signal_fd : bw_signals_add_usr1(signal_fd);

	if (r < 0)
		return bw_log_error(BW_EXIT_FAILED, "cannot receive signals: %s", strerror(-r));
	tzset();
	r = run->printk ? bw_trace_pipe_open(&trace_pipe, run->json) : 0;
	if (r == 0)
		r = build(run, signal_fd);
	if (r == -EINTR)
		return BW_EXIT_OK; /* ended before it began */
	if (r == 0 && run->check) {
		bw_log_note("%s: %u %s compiled and verified for %zu %s. Nothing was attached.", run->common.source,
			    run->image.n_programs, run->image.n_programs == 1 ? "function" : "functions",
			    bw_plan_hooks(&run->plan), bw_plan_hooks(&run->plan) == 1 ? "hook" : "hooks");
		return BW_EXIT_OK;
	}
	return r < 0 ? BW_EXIT_FAILED : watch(run, trace_pipe, signal_fd);
}

static int run_command(const struct bw_command *command, int argc, char **argv)
{
	struct run *run = calloc(1, sizeof(*run));
	int r;

	if (!run)
		return bw_log_error(BW_EXIT_FAILED, "out of memory");
	run->common = (struct bw_common_options)BW_COMMON_DEFAULTS;
	r = bw_common_options_parse(command, &run->common, argc, argv, set_option, run);
	if (r == 0)
		r = bw_common_options_privilege("run") < 0 ? BW_EXIT_FAILED : run_source(run);
	bw_map_printer_free(&run->maps);
	bw_loaded_free(&run->loaded);
	bw_image_free(&run->image);
	bw_plan_free(&run->plan);
	free(run->example);
	free(run);
	return r < 0 ? BW_EXIT_OK : r;
}

static const struct bw_command_option options[] = {
	{OPT_KPROBE, "kprobe", "EVENT:FUNCTION",
	 "attach the source's FUNCTION to the kernel function EVENT, to an instruction in it, EVENT+N, or to all that "
	 "match, as 'vfs_*'; may be given again, as all of these",
	 NULL},
	{OPT_KRETPROBE, "kretprobe", "EVENT:FUNCTION", "to its return", NULL},
	{OPT_TRACEPOINT, "tracepoint", "CATEGORY:NAME:FUNCTION", "to a tracepoint", NULL},
	{OPT_RAW_TRACEPOINT, "raw-tracepoint", "NAME:FUNCTION", "to a raw tracepoint", NULL},
	{OPT_UPROBE, "uprobe", "PATH:SYMBOL:FUNCTION",
	 "to a function of a program or library (PATH may be its short name, as c for libc), or, with SYMBOL 0xN, "
	 "to that offset in the file",
	 BW_COMPLETE_FILE},
	{OPT_URETPROBE, "uretprobe", "PATH:SYMBOL:FUNCTION", "to its return", BW_COMPLETE_FILE},
	{OPT_PERF_EVENT, "perf-event", "EVENT[:freq=N|:period=N]:FUNCTION",
	 "to a perf event on each CPU, N times a second or each Nth time: cpu-clock, page-faults, cycles or "
	 "another of perf-list(1)",
	 NULL},
	{OPT_TAIL, "tail", "TABLE:INDEX=FUNCTION",
	 "put FUNCTION into the source's BPF_PROG_ARRAY TABLE, for tail calls; may be given again", NULL},
	{OPT_PUT, "put", "MAP:KEY=VALUE", "put an entry into a map before the start; may be given again", NULL},
	{OPT_BEST_EFFORT, "best-effort", NULL, "go on without the functions that match and cannot be attached", NULL},
	{OPT_STRICT, "strict", NULL, "fail if a function of the source is attached nowhere", NULL},
	{OPT_CHECK, "check", NULL, "compile the program and let the kernel verify it, but attach nothing", NULL},
	{OPT_LIST, "list", NULL, "list the examples in bpf_src/examples, which can be run by their name", NULL},
	{'D', "define", "NAME[=VALUE]", "define a macro", NULL},
	{OPT_CFLAG, "cflag", "FLAG", "pass FLAG to the compiler as it is", NULL},
	{OPT_REPLACE, "replace", "WORD=TEXT", "put TEXT in place of WORD in the source, as BCC's scripts do", NULL},
	{OPT_JSON, "json", NULL, "print one JSON object a line", NULL},
	{OPT_PRINTK, "printk", NULL, "also print what bpf_trace_printk writes", NULL},
	{OPT_INTERVAL, "interval", "TIME", "print the maps at this interval (always: at the end, and on SIGUSR1)",
	 NULL},
	{OPT_CLEAR, "clear", NULL, "clear the maps whenever they were printed", NULL},
	{OPT_LOG2, "log2", "TABLE", "print the map TABLE as a log2 histogram", NULL},
	{OPT_LINEAR, "linear", "TABLE", "print the map TABLE as a linear histogram", NULL},
	BW_RUN_OPTIONS,
	{0},
};

const struct bw_command bw_run_command = {
	.name = "run",
	.summary = "Run a BPF C program in BCC's dialect, and print its events and maps",
	.operand = "FILE.c",
	.options = options,
	.run = run_command,
};

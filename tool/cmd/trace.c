/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/out_file.h"
#include "base/signals.h"
#include "build/build.h"
#include "cmd/common_options.h"
#include "cmd/trace_events.h"
#include "cmd/trace_filter.h"
#include "cmd/trace_options.h"
#include "cmd/trace_selection.h"
#include "cmd/watch.h"
#include "kernel/perf_kprobe.h"
#include "output/event_text.h"
#include "process/command.h"
#include "process/pipe_readers.h"
#include "process/process.h"
#include "program/plan.h"
#include "program/probe.h"

struct trace {
	struct bw_trace_options options;
	int signal_fd;
	/* Made of them: */
	struct bw_source source;
	bool has_tracepoint; /* the source has a VIA_TRACEPOINT part: it works without the kprobe */
	struct bw_image image;
	struct bw_plan plan;
	struct bw_loaded loaded;
	struct bw_watch watch;
};

/* Before the compiler starts, which takes its time. */
static int check_machine(const struct bw_trace_options *o)
{
	int r = bw_common_options_privilege("trace");

	if (r == 0 && o->output) {
		r = bw_out_file_check(o->output);
		if (r < 0)
			bw_log_hint("give -o another file, in a directory that exists and may be written to");
	}
	if (r == 0 && o->common.command)
		r = bw_process_check_numbers("", "-- COMMAND");
	if (r == 0 && bw_trace_options_has(o, BW_BY_PID))
		r = bw_process_check("", (pid_t)o->values.pid);
	if (r == 0 && bw_trace_options_has(o, BW_BY_TID))
		r = bw_process_check_thread("", (pid_t)o->values.tid);
	return r == 0 && o->not_pids.n > 0 ? bw_process_check_numbers("", "--not-pid") : r;
}

static int open_source(struct trace *t)
{
	static const struct {
		enum bw_trace_by by;
		const char *define;
	} filters[] = {{BW_BY_PID, "FILTER_PID"}, {BW_BY_UID, "FILTER_UID"}, {BW_BY_COMM, "FILTER_COMM"}};
	int r = bw_common_options_source(&t->options.common, "trace.c", &t->source);

	t->has_tracepoint = r == 0 && t->source.text && strstr(t->source.text, "VIA_TRACEPOINT");
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters) && r == 0; i++)
		if (bw_trace_options_has(&t->options, filters[i].by))
			r = bw_source_define(&t->source, filters[i].define);
	if (r == 0 && t->options.not_pids.n > 0)
		r = bw_source_define(&t->source, "FILTER_NOT_PID");
	if (r == 0 && t->options.readers.n > 0)
		r = bw_source_define(&t->source, "FILTER_READERS");
	return r;
}

/* Builds the program for one kind of hook, and asks the kernel whether it can be attached. */
static int build(struct trace *t, enum bw_trace_via via, const struct bw_plan_binding **failed)
{
	int r = via == BW_TRACE_TRACEPOINT ? bw_probe_tracefs() : 0;

	*failed = NULL;
	if (r == 0)
		r = bw_source_define(&t->source, via == BW_TRACE_KPROBE ? "VIA_KPROBE" : "VIA_TRACEPOINT");
	if (r < 0)
		return r;
	r = bw_build(&t->source, !t->options.common.no_cache, t->signal_fd, &t->image);
	if (r == 0)
		r = bw_plan_complete(&t->plan, &t->image);
	if (r == 0)
		r = bw_plan_check(&t->plan, &t->image, failed);
	if (r < 0)
		bw_source_undefine(&t->source); /* the other kind may be tried */
	return r;
}

/* Are there no kprobes, or not the one, and can the source do without? */
static bool needs_other_hook(const struct trace *t, int error, const struct bw_plan_binding *failed)
{
	return error == -ENODEV ||
	       (error == -ENOENT && failed && strcmp(failed->kind->word, "kprobe") == 0 && t->has_tracepoint);
}

static int build_by_tracepoint(struct trace *t, const struct bw_plan_binding **failed)
{
	bw_plan_free(&t->plan);
	bw_image_free(&t->image);
	t->options.via = BW_TRACE_TRACEPOINT;
	return build(t, BW_TRACE_TRACEPOINT, failed);
}

/* By the kprobe; in auto by the tracepoint where there are no kprobes or not this function. */
static int build_by_hook(struct trace *t)
{
	const struct bw_plan_binding *failed = NULL;
	int r = -ENODEV;

	if (t->options.via == BW_TRACE_KPROBE || (t->options.via == BW_TRACE_AUTO && bw_perf_kprobe_supported("") == 0))
		r = build(t, BW_TRACE_KPROBE, &failed);
	if (t->options.via == BW_TRACE_TRACEPOINT) {
		r = build_by_tracepoint(t, &failed);
	} else if (t->options.via == BW_TRACE_AUTO && needs_other_hook(t, r, failed)) {
		bw_log_note("%s: using the tracepoints of the open calls instead; they do not see 32-bit programs "
			    "and io_uring.",
			    failed && r != -ENODEV ? "This kernel has no function that the kprobe needs"
						   : "This kernel has no kprobes");
		r = build_by_tracepoint(t, &failed);
	}
	if (r < 0 && failed)
		bw_plan_explain(failed, r);
	return r;
}

static int set_filter(const struct trace *t)
{
	int r;

	if (!t->options.filters)
		return 0;
	r = bw_loaded_set(&t->loaded, "filter", 0, &t->options.values, sizeof(t->options.values));
	if (r == -ENOENT)
		return bw_log_error(r, "cannot filter: the source has no map 'filter' (bpf_src/lib/filter.h)");
	return r < 0 ? bw_log_error(r, "cannot set the filter: %s", strerror(-r)) : 0;
}

static int check_events(const struct trace *t)
{
	if (t->image.n_events > 0)
		return 0;
	return bw_log_error(-EINVAL, "nothing to print: the source has no BPF_PERF_OUTPUT table");
}

/* Compiles, loads and attaches the program. 0 or -errno, reported; close_trace is due in either case. */
static int open_trace(struct trace *t)
{
	int r = open_source(t);

	if (r == 0)
		r = build_by_hook(t);
	if (r == 0)
		r = bw_trace_filter_size_left_out(&t->options, &t->image);
	if (r == 0)
		r = bw_common_options_load(&t->loaded, &t->image, &t->plan, &t->source, t->signal_fd, NULL);
	if (r == 0)
		r = bw_trace_filter_put_left_out(&t->options, &t->loaded);
	if (r == 0)
		r = set_filter(t);
	if (r == 0)
		r = check_events(t);
	t->watch = (struct bw_watch){
		.loaded = &t->loaded,
		.pages = (uint32_t)t->options.common.pages,
		.duration = t->options.common.duration,
		.signal_fd = t->signal_fd,
		.fail_on_loss = t->options.common.fail_on_loss,
		.counters = true,
		.hold_back = true,
		.sentence = {.before = t->options.via == BW_TRACE_TRACEPOINT ? "opened file" : NULL, .after = ""},
	};
	return r == 0 ? bw_watch_open(&t->watch) : r;
}

static void close_trace(struct trace *t)
{
	bw_watch_close(&t->watch);
	bw_loaded_free(&t->loaded);
	bw_plan_free(&t->plan);
	bw_image_free(&t->image);
	bw_source_free(&t->source);
}

int bw_trace_try(int signal_fd, const char **hook)
{
	struct trace t = {.options = BW_TRACE_OPTIONS_DEFAULTS, .signal_fd = signal_fd};
	int r = open_trace(&t);

	*hook = t.options.via == BW_TRACE_TRACEPOINT ? "tracepoints" : "kprobe";
	close_trace(&t);
	return r;
}

static int trace_files(struct trace *t)
{
	int r = open_trace(t);

	if (r == -EINTR)
		return BW_EXIT_OK; /* ended before it began */
	if (r < 0)
		return BW_EXIT_FAILED;
	bw_log_note("Tracing opens%s. Ctrl-C ends.",
		    t->options.filters ? "" : " of all files; a PATH, --comm or --pid narrows it");
	r = bw_watch_run(&t->watch);
	return bw_watch_finish(&t->watch, r, "");
}

/*
 * A shell loop that reads the events and touches files for each, itself or by a command, would never come to an end.
 * But a reader that started bccwatch, as a script, cron or a container's runtime, may have it trace what else it
 * starts.
 */
static int leave_out_readers(struct bw_trace_options *o)
{
	struct bw_pipe_readers readers;

	if (o->output || o->common.source || bw_process_contained("") ||
	    bw_pipe_readers_find(&readers, "", STDOUT_FILENO) < 0)
		return 0;
	for (size_t i = 0; i < readers.n; i++) {
		bool alone = bw_process_descends_from("", readers.pids[i]);

		if (bw_trace_selection_add_number(alone ? &o->not_pids : &o->readers, (uint32_t)readers.pids[i]) != 0)
			return -ENOMEM;
		bw_log_note("Process %d reads this output: what it %s left out.", (int)readers.pids[i],
			    alone ? "does itself is" : "and its children do is");
	}
	if (readers.incomplete)
		bw_log_note("There may be more readers of this output, whose own events are shown.");
	return 0;
}

static int trace(struct trace *t)
{
	const int failed = t->options.common.command ? BW_COMMAND_FAILED : BW_EXIT_FAILED;
	int r;

	if (check_machine(&t->options) < 0)
		return failed;
	t->signal_fd = bw_signals_open();
	if (t->signal_fd < 0)
		return bw_log_error(failed, "cannot receive signals: %s", strerror(-t->signal_fd));
	tzset();
	if (leave_out_readers(&t->options) < 0)
		r = failed;
	else if (bw_trace_options_wants_events(&t->options))
		r = bw_trace_events_run(&t->options, t->signal_fd);
	else
		r = trace_files(t);
	close_trace(t);
	bw_cleanup_fd(&t->signal_fd);
	return r;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct trace t = {.options = BW_TRACE_OPTIONS_DEFAULTS};
	int r = bw_trace_options_parse(&t.options, command, argc, argv);

	if (r == 0)
		r = trace(&t);
	bw_trace_options_free(&t.options);
	return r < 0 ? BW_EXIT_OK : r;
}

const struct bw_command bw_trace_command = {
	.name = "trace",
	.summary = "Show what happens to files, live: who opens, changes, deletes them",
	.operands = "[PATH...] [-- COMMAND [ARG...]]",
	.options = bw_trace_options_table,
	.run = run,
};

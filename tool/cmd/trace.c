/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/signals.h"
#include "bpf_src/lib/filter.h"
#include "build/build.h"
#include "cmd/common_options.h"
#include "cmd/watch.h"
#include "kernel/perf_kprobe.h"
#include "output/event_text.h"
#include "process/process.h"
#include "program/plan.h"
#include "program/probe.h"

enum { OPT_VIA = 256 };

enum via { VIA_AUTO, VIA_KPROBE, VIA_TRACEPOINT };

static const char *const via_names[] = {"auto", "kprobe", "tracepoint", NULL};

struct trace {
	struct bw_common_options common;
	enum via via;
	bool by_pid, by_uid, by_comm;
	struct filter filter;
	int signal_fd;
	/* Made of them: */
	struct bw_source source;
	bool has_tracepoint; /* the source has a VIA_TRACEPOINT part: it works without the kprobe */
	struct bw_image image;
	struct bw_plan plan;
	struct bw_loaded loaded;
	struct bw_watch watch;
};

static int set_via(struct trace *t, const char *value)
{
	int i = bw_common_options_word("--via", value, via_names, "it is one of kprobe, tracepoint, auto");

	if (i < 0)
		return BW_EXIT_USAGE;
	t->via = (enum via)i;
	return 0;
}

static int set_pid(struct trace *t, const char *value)
{
	uint64_t pid;

	if (bw_parse_number(value, INT32_MAX, &pid) < 0 || pid == 0)
		return bw_common_options_usage_error("--pid", value, "not a process number");
	t->filter.pid = (uint32_t)pid;
	t->by_pid = true;
	return 0;
}

static int set_uid(struct trace *t, const char *value)
{
	t->by_uid = true;
	return bw_common_options_uid("--uid", value, &t->filter.uid);
}

static int set_comm(struct trace *t, const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len > sizeof(t->filter.comm) - 1)
		return bw_common_options_usage_error("--comm", value, "a process name has 1 to 15 bytes");
	memset(t->filter.comm, 0, sizeof(t->filter.comm));
	memset(t->filter.comm_mask, 0, sizeof(t->filter.comm_mask));
	memcpy(t->filter.comm, value, len);
	memset(t->filter.comm_mask, 0xff, len);
	t->by_comm = true;
	return 0;
}

static int set_option(void *cookie, int id, const char *value)
{
	struct trace *t = cookie;

	switch (id) {
	case OPT_VIA:
		return set_via(t, value);
	case 'p':
		return set_pid(t, value);
	case 'u':
		return set_uid(t, value);
	case 'n':
		return set_comm(t, value);
	default:
		return BW_EXIT_USAGE;
	}
}

/* Before the compiler starts, which takes its time. */
static int check_machine(struct trace *t)
{
	int r = bw_common_options_privilege("trace");

	return r == 0 && t->by_pid ? bw_process_check("", (pid_t)t->filter.pid) : r;
}

static int open_source(struct trace *t)
{
	int r = bw_common_options_source(&t->common, "trace.c", &t->source);

	t->has_tracepoint = r == 0 && t->source.text && strstr(t->source.text, "VIA_TRACEPOINT");
	if (r == 0 && t->by_pid)
		r = bw_source_define(&t->source, "FILTER_PID");
	if (r == 0 && t->by_uid)
		r = bw_source_define(&t->source, "FILTER_UID");
	if (r == 0 && t->by_comm)
		r = bw_source_define(&t->source, "FILTER_COMM");
	return r;
}

/* Builds the program for one kind of hook, and asks the kernel whether it can be attached. */
static int build(struct trace *t, enum via via, const struct bw_plan_binding **failed)
{
	int r = via == VIA_TRACEPOINT ? bw_probe_tracefs() : 0;

	*failed = NULL;
	if (r == 0)
		r = bw_source_define(&t->source, via == VIA_KPROBE ? "VIA_KPROBE" : "VIA_TRACEPOINT");
	if (r < 0)
		return r;
	r = bw_build(&t->source, !t->common.no_cache, t->signal_fd, &t->image);
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
	t->via = VIA_TRACEPOINT;
	return build(t, VIA_TRACEPOINT, failed);
}

/* By the kprobe; in auto by the tracepoint where there are no kprobes or not this function. */
static int build_by_hook(struct trace *t)
{
	const struct bw_plan_binding *failed = NULL;
	int r = -ENODEV;

	if (t->via == VIA_KPROBE || (t->via == VIA_AUTO && bw_perf_kprobe_supported("") == 0))
		r = build(t, VIA_KPROBE, &failed);
	if (t->via == VIA_TRACEPOINT) {
		r = build_by_tracepoint(t, &failed);
	} else if (t->via == VIA_AUTO && needs_other_hook(t, r, failed)) {
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

	if (!t->by_pid && !t->by_uid && !t->by_comm)
		return 0;
	r = bw_loaded_set(&t->loaded, "filter", 0, &t->filter, sizeof(t->filter));
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
		r = bw_common_options_load(&t->loaded, &t->image, &t->plan, &t->source, t->signal_fd);
	if (r == 0)
		r = set_filter(t);
	if (r == 0)
		r = check_events(t);
	t->watch = (struct bw_watch){
		.loaded = &t->loaded,
		.pages = (uint32_t)t->common.pages,
		.seconds = t->common.seconds,
		.signal_fd = t->signal_fd,
		.fail_on_loss = t->common.fail_on_loss,
		.counters = true,
		.hold_back = true,
		.sentence = {.before = t->via == VIA_TRACEPOINT ? "opened file" : NULL, .after = ""},
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
	struct trace t = {.common = BW_COMMON_DEFAULTS, .via = VIA_AUTO, .signal_fd = signal_fd};
	int r = open_trace(&t);

	*hook = t.via == VIA_TRACEPOINT ? "tracepoints" : "kprobe";
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
	bw_log_note("Tracing opens of files. Ctrl-C ends.");
	r = bw_watch_run(&t->watch);
	return bw_watch_finish(&t->watch, r, "");
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct trace t = {.common = BW_COMMON_DEFAULTS, .via = VIA_AUTO};
	int r = bw_common_options_parse(command, &t.common, argc, argv, set_option, &t);

	if (r != 0)
		return r < 0 ? BW_EXIT_OK : r;
	if (check_machine(&t) < 0)
		return BW_EXIT_FAILED;
	t.signal_fd = bw_signals_open();
	if (t.signal_fd < 0)
		return bw_log_error(BW_EXIT_FAILED, "cannot receive signals: %s", strerror(-t.signal_fd));
	tzset();
	r = trace_files(&t);
	close_trace(&t);
	bw_cleanup_fd(&t.signal_fd);
	return r;
}

static const struct bw_command_option options[] = {
	{'p', "pid", "PID", "only this process", BW_COMPLETE_PID},
	{'u', "uid", "UID", "only processes of this user, by number or name", BW_COMPLETE_USER},
	{'n', "comm", "TEXT", "only processes whose name contains TEXT", NULL},
	{OPT_VIA, "via", "HOOK", "kprobe, tracepoint, or auto: the kprobe if the kernel has it (default)",
	 "kprobe tracepoint auto"},
	BW_COMMON_OPTIONS,
	{0},
};

const struct bw_command bw_trace_command = {
	.name = "trace",
	.summary = "Show who opens which file, live",
	.options = options,
	.run = run,
};

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
#include "cmd/common.h"
#include "cmd/watch.h"
#include "engine/build.h"
#include "engine/hook.h"
#include "engine/plan.h"
#include "event/text.h"
#include "kernel/kprobe.h"
#include "kernel/process.h"

enum { OPT_VIA = 256 };

enum via { VIA_AUTO, VIA_KPROBE, VIA_TRACEPOINT };

static const char *const via_names[] = {"auto", "kprobe", "tracepoint", NULL};

struct trace {
	struct bw_common common;
	enum via via;
	bool by_pid, by_uid, by_comm;
	struct filter filter;
	bool has_tracepoint; /* the source speaks of VIA_TRACEPOINT: it can do without the kprobe */
};

static int set_via(struct trace *t, const char *value)
{
	int i = bw_common_word("--via", value, via_names, "it is one of kprobe, tracepoint, auto");

	if (i < 0)
		return BW_EXIT_USAGE;
	t->via = (enum via)i;
	return 0;
}

static int set_pid(struct trace *t, const char *value)
{
	uint64_t pid;

	if (bw_parse_number(value, INT32_MAX, &pid) < 0 || pid == 0)
		return bw_usage_error("--pid", value, "not a process's number");
	t->filter.pid = (uint32_t)pid;
	t->by_pid = true;
	return 0;
}

static int set_uid(struct trace *t, const char *value)
{
	t->by_uid = true;
	return bw_common_uid("--uid", value, &t->filter.uid);
}

static int set_comm(struct trace *t, const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len > sizeof(t->filter.comm) - 1)
		return bw_usage_error("--comm", value, "a process's name has 1 to 15 bytes");
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

/* What is missing is said before the compiler starts, which takes its time. */
static int check_machine(struct trace *t)
{
	int r = bw_common_privilege("trace");

	return r == 0 && t->by_pid ? bw_process_check("", (pid_t)t->filter.pid) : r;
}

static int open_source(struct bw_source *source, struct trace *t)
{
	int r = bw_common_source(&t->common, "trace.c", source);

	t->has_tracepoint = r == 0 && strstr(source->text, "VIA_TRACEPOINT");
	if (r == 0 && t->by_pid)
		r = bw_source_define(source, "FILTER_PID");
	if (r == 0 && t->by_uid)
		r = bw_source_define(source, "FILTER_UID");
	if (r == 0 && t->by_comm)
		r = bw_source_define(source, "FILTER_COMM");
	return r;
}

/* What is to run, and where. */
struct program {
	struct bw_source source;
	struct bw_image image;
	struct bw_plan plan;
};

static void free_built(struct program *p)
{
	bw_plan_free(&p->plan);
	bw_image_free(&p->image);
}

static void free_program(struct program *p)
{
	free_built(p);
	bw_source_free(&p->source);
}

/* Builds the program for one kind of hook, and asks the kernel whether it can be attached. */
static int build(const struct trace *t, enum via via, int signal_fd, struct program *p,
		 const struct bw_binding **failed)
{
	int r = via == VIA_TRACEPOINT ? bw_hook_tracefs() : 0;

	*failed = NULL;
	if (r == 0)
		r = bw_source_define(&p->source, via == VIA_KPROBE ? "VIA_KPROBE" : "VIA_TRACEPOINT");
	if (r < 0)
		return r;
	r = bw_build(&p->source, !t->common.no_cache, signal_fd, &p->image);
	if (r == 0)
		r = bw_plan_complete(&p->plan, &p->image);
	if (r == 0)
		r = bw_plan_check(&p->plan, &p->image, failed);
	if (r < 0)
		bw_source_undefine(&p->source); /* the other kind may be tried */
	return r;
}

/* Are there no kprobes, or not the one, and can the source do without? */
static bool needs_other_hook(const struct trace *t, int error, const struct bw_binding *failed)
{
	return error == -ENODEV ||
	       (error == -ENOENT && failed && strcmp(failed->kind->word, "kprobe") == 0 && t->has_tracepoint);
}

/* By the kprobe; in auto by the tracepoint where there are no kprobes or not this function. */
static int build_by_hook(struct trace *t, int signal_fd, struct program *p)
{
	const struct bw_binding *failed = NULL;
	int r = open_source(&p->source, t);

	if (r < 0)
		return r;
	r = -ENODEV;
	if (t->via != VIA_TRACEPOINT && (t->via == VIA_KPROBE || bw_kprobe_supported("") == 0))
		r = build(t, VIA_KPROBE, signal_fd, p, &failed);
	if (t->via == VIA_TRACEPOINT || (t->via == VIA_AUTO && needs_other_hook(t, r, failed))) {
		if (t->via == VIA_AUTO)
			bw_note("%s: using the tracepoints of the open calls instead; they do not see 32-bit programs "
				"and io_uring.",
				failed && r != -ENODEV ? "This kernel has no function that the kprobe needs"
						       : "This kernel has no kprobes");
		free_built(p);
		t->via = VIA_TRACEPOINT;
		r = build(t, VIA_TRACEPOINT, signal_fd, p, &failed);
	}
	if (r < 0 && failed)
		bw_plan_explain(failed, r);
	return r;
}

static int set_filter(const struct trace *t, const struct bw_loaded *loaded)
{
	int r;

	if (!t->by_pid && !t->by_uid && !t->by_comm)
		return 0;
	r = bw_loaded_set(loaded, "filter", 0, &t->filter, sizeof(t->filter));
	if (r == -ENOENT)
		return bw_err(r, "this source has no map 'filter' (bpf_src/lib/filter.h): it can't be filtered");
	return r < 0 ? bw_err(r, "can't set the filter: %s", strerror(-r)) : 0;
}

static int on_ready(void *cookie)
{
	(void)cookie;
	bw_note("Tracing opens of files. Ctrl-C ends.");
	return 0;
}

static int watch(const struct trace *t, const struct bw_loaded *loaded, int signal_fd)
{
	const struct bw_watch w = {
		.loaded = loaded,
		.pages = (uint32_t)t->common.pages,
		.seconds = t->common.seconds,
		.signal_fd = signal_fd,
		.fail_on_loss = t->common.fail_on_loss,
		.counters = true,
		.sentence = {.before = t->via == VIA_TRACEPOINT ? "opened file" : NULL, .after = ""},
		.ready = on_ready,
	};
	int r = bw_watch_run(&w);

	return r < 0 ? BW_EXIT_FAILED : r;
}

static int trace_files(struct trace *t)
{
	BW_FD int signal_fd = bw_signals_open();
	BW_CLEANUP(free_program) struct program p = {0};
	BW_CLEANUP(bw_loaded_free) struct bw_loaded loaded = {0};
	int r;

	if (signal_fd < 0)
		return bw_err(BW_EXIT_FAILED, "can't receive signals: %s", strerror(-signal_fd));
	tzset();
	r = build_by_hook(t, signal_fd, &p);
	if (r == -EINTR)
		return BW_EXIT_OK; /* ended before it began */
	if (r == 0)
		r = bw_common_load(&loaded, &p.image, &p.plan, &p.source, signal_fd);
	if (r == 0)
		r = set_filter(t, &loaded);
	if (r == 0 && p.image.n_events == 0)
		r = bw_err(-EINVAL, "the source has no BPF_PERF_OUTPUT table: there is nothing that it could show");
	return r == 0 ? watch(t, &loaded, signal_fd) : BW_EXIT_FAILED;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct trace t = {.common = BW_COMMON_DEFAULTS, .via = VIA_AUTO};
	int r = bw_common_parse(command, &t.common, argc, argv, set_option, &t);

	if (r != 0)
		return r < 0 ? BW_EXIT_OK : r;
	r = check_machine(&t) < 0 ? BW_EXIT_FAILED : trace_files(&t);
	return r;
}

static const struct bw_option options[] = {
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

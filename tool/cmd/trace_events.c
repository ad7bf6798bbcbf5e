/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_events.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "bpf_src/lib/counters.h"
#include "build/build.h"
#include "cmd/common_options.h"
#include "cmd/exit_status.h"
#include "cmd/trace_filter.h"
#include "cmd/trace_survivors.h"
#include "cmd/watch.h"
#include "output/file_event.h"
#include "output/file_ops.h"
#include "process/cgroup.h"
#include "process/command.h"
#include "program/plan.h"

struct events {
	const struct bw_trace_options *options;
	int signal_fd, followed;	/* the second: see follow() */
	struct bw_trace_mounts mounted; /* for `followed`: that of the filter says it once, to whom asks first */
	struct bw_trace_filter filter;
	struct bw_source source;
	struct bw_image image;
	struct bw_plan plan;
	struct bw_loaded loaded;
	struct bw_cgroups *cgroups;
	struct bw_file_event_options printed;
	struct bw_command_run command;
	struct bw_watch watch;
};

static struct bw_trace_filter_text text_of(const struct bw_file_sample *sample, enum bw_file_text which)
{
	return (struct bw_trace_filter_text){sample->texts[which].bytes, sample->texts[which].len};
}

static bool is_wanted(void *cookie, const struct bw_file_sample *sample)
{
	const struct bw_trace_filter_event event = {
		.op = (uint32_t)sample->numbers[BW_FILE_OP],
		.flags = (uint32_t)sample->numbers[BW_FILE_FLAGS],
		.has_flags = bw_file_sample_has(sample, BW_FILE_FLAGS),
		.lookup_failed = bw_file_sample_is(sample, DIRECTORY),
		.other_root = bw_file_sample_is(sample, OTHER_ROOT),
		.filename = text_of(sample, BW_FILE_FILENAME),
		.path = text_of(sample, BW_FILE_PATH),
		.to = text_of(sample, BW_FILE_TO),
	};

	return bw_trace_filter_wants(cookie, &event);
}

/* The programs of file events need what probes by a function's BTF need. */
static int explain_hooks(const struct bw_plan_binding *failed, int error)
{
	bw_plan_explain(failed, error);
	bw_log_hint("only 'bccwatch trace' with no more than --pid, --uid and --comm works without it");
	return error;
}

/* As TIMED() in bpf_src/trace/hook.h: before Linux 5.12 these calls have no latency. */
static int check_latency(const struct bw_trace_options *o)
{
	const uint32_t timed = BW_FILE_OPS_OPENS | 1U << OP_READ | 1U << OP_WRITE | 1U << OP_FALLOCATE;
	unsigned long major, minor;
	struct utsname kernel;
	char *end;

	uname(&kernel);
	major = strtoul(kernel.release, &end, 10);
	minor = strtoul(end + (*end == '.'), NULL, 10);
	if (!bw_trace_options_has(o, BW_BY_LATENCY) || !(o->ops & timed) || major > 5 || (major == 5 && minor >= 12))
		return 0;
	bw_log_error(
		-EOPNOTSUPP,
		"cannot filter by latency: on Linux %lu.%lu that of opens, reads, writes and fallocate is not known",
		major, minor);
	bw_log_hint("leave --min-latency out, or give only other operations, as --ops delete,rename");
	return -EOPNOTSUPP;
}

static int build(struct events *e)
{
	const struct bw_plan_binding *failed = NULL;
	int r = bw_common_options_source(&e->options->common, "trace.c", &e->source);

	if (r == 0)
		r = bw_trace_filter_define(&e->filter, &e->source);
	if (r == 0)
		r = bw_build(&e->source, !e->options->common.no_cache, e->signal_fd, &e->image);
	if (r == 0)
		r = bw_plan_complete(&e->plan, &e->image);
	if (r == 0)
		r = bw_plan_check(&e->plan, &e->image, &failed);
	return r < 0 && failed ? explain_hooks(failed, r) : r;
}

static int load(struct events *e)
{
	int r = bw_trace_filter_size(&e->filter, &e->image);

	if (r == 0)
		r = bw_common_options_load(&e->loaded, &e->image, &e->plan, &e->source, e->signal_fd, NULL);
	return r == 0 ? bw_trace_filter_start(&e->filter, &e->loaded) : r;
}

/* The command's process is there, and followed, before the programs are attached. */
static int start_command(struct events *e)
{
	int r;

	if (!e->command.argv)
		return 0;
	r = bw_command_start(&e->command);
	return r == 0 ? bw_trace_filter_follow(&e->filter, (uint32_t)e->command.pid) : r;
}

/* Each second, and when a cgroup came or went, something was put at a path, or mounted. */
static void follow(void *cookie)
{
	struct events *e = cookie;

	for (size_t i = 0; i < BW_CGROUP_KINDS; i++)
		bw_trace_cgroups_update(&e->filter.cgroups[i]);
	bw_trace_targets_follow(&e->filter.targets);
}

/* One descriptor for all. */
static int add_followed(struct events *e, int fd, uint32_t when)
{
	struct epoll_event ready = {.events = when};

	return fd < 0 || epoll_ctl(e->followed, EPOLL_CTL_ADD, fd, &ready) == 0
		       ? 0
		       : bw_log_error(-errno, "cannot follow what is watched: %s", strerror(errno));
}

static int attach(struct events *e)
{
	const struct bw_trace_options *o = e->options;

	e->printed = (struct bw_file_event_options){
		.fields = o->fields,
		.added = o->added,
		.by_path = o->paths.n > 0,
		.with_op = (o->ops & ~(uint32_t)BW_FILE_OPS_OPENS) != 0,
		.cgroups = e->cgroups,
		.wanted = is_wanted,
		.cookie = &e->filter,
	};
	e->watch = (struct bw_watch){
		.loaded = &e->loaded,
		.pages = (uint32_t)o->common.pages,
		.duration = o->common.duration,
		.signal_fd = e->signal_fd,
		.fail_on_loss = o->common.fail_on_loss,
		.counters = true,
		.json = o->json,
		.file_events = &e->printed,
		.hold_back = true,
		.max_events = o->max_events,
		.out_path = o->output,
		.command = e->command.argv ? &e->command : NULL,
		.extra_fd = e->followed,
		.extra = follow,
		.second = follow,
		.cookie = e,
	};
	return bw_watch_open(&e->watch);
}

/* Which operations, of what, and how to see less. */
static void print_header(const struct bw_trace_options *o)
{
	char ops[256] = "";
	size_t len = 0;

	for (uint32_t op = 0; op < OPS_COUNT; op++)
		if (o->ops >> op & 1)
			len += (size_t)snprintf(ops + len, sizeof(ops) - len, "%s%s", len ? ", " : "",
						bw_file_ops_name(op));
	if (o->paths.n > 1)
		bw_log_note("Tracing %s of '%s' and %zu more. Ctrl-C ends.", ops, o->paths.items[0], o->paths.n - 1);
	else if (o->paths.n == 1)
		bw_log_note("Tracing %s of '%s'. Ctrl-C ends.", ops, o->paths.items[0]);
	else if (o->common.command)
		bw_log_note("Tracing %s. Ctrl-C ends.", ops);
	else if (o->filters || bw_trace_options_has_cgroups(o) || o->exe)
		bw_log_note("Tracing %s of the files that the options select; a PATH narrows it. Ctrl-C ends.", ops);
	else
		bw_log_note("Tracing %s of all files; a PATH, --comm or --pid narrows it. Ctrl-C ends.", ops);
}

/* So that nothing is lost while directories are searched. */
static void read_events(void *cookie)
{
	struct events *e = cookie;

	bw_watch_read(&e->watch);
}

static int open_all(struct events *e)
{
	int r = check_latency(e->options);

	e->followed = epoll_create1(EPOLL_CLOEXEC);
	if (r == 0 && e->followed < 0)
		r = bw_log_error(-errno, "cannot follow what is watched: %s", strerror(errno));
	if (r == 0)
		r = bw_trace_filter_open(&e->filter);
	for (size_t i = 0; i < BW_CGROUP_KINDS && r == 0; i++)
		r = bw_trace_cgroups_check(&e->filter.cgroups[i]);
	if (r == 0)
		r = build(e);
	if (r == 0)
		r = load(e);
	if (r == 0)
		r = start_command(e);
	if (r == 0)
		r = attach(e);
	if (r == 0 && e->options->paths.n > 0)
		r = bw_trace_mounts_open(&e->mounted);
	e->filter.targets.meanwhile = read_events;
	e->filter.targets.cookie = e;
	if (r == 0)
		r = bw_trace_filter_learn(&e->filter);
	for (size_t i = 0; i < BW_CGROUP_KINDS && r == 0; i++)
		r = add_followed(e, bw_trace_cgroups_fd(&e->filter.cgroups[i]), EPOLLIN);
	if (r == 0)
		r = add_followed(e, bw_trace_links_fd(&e->filter.targets.links), EPOLLIN);
	return r == 0 && e->options->paths.n > 0 ? add_followed(e, e->mounted.fd, EPOLLPRI) : r;
}

static void close_all(struct events *e)
{
	bw_watch_close(&e->watch);
	bw_command_close(&e->command);
	bw_trace_filter_close(&e->filter);
	bw_loaded_free(&e->loaded);
	bw_plan_free(&e->plan);
	bw_image_free(&e->image);
	bw_source_free(&e->source);
	bw_cgroup_close(e->cgroups);
	bw_trace_mounts_close(&e->mounted);
	bw_cleanup_fd(&e->followed);
}

/* Of files with several names: what happens to them by names that are not beneath a PATH. */
static void report_unwatched(uint64_t n)
{
	if (n > 0)
		bw_log_note("There was no room to watch files by their other names, too: %llu times.",
			    (unsigned long long)n);
}

static void report_survivors(struct events *e)
{
	if (e->command.argv && bw_command_has_ended(&e->command))
		bw_trace_survivors_report(&e->loaded, "", e->command.pid);
}

/* What ended it before it began. */
static int early_status(struct events *e, int error)
{
	if (!e->command.argv)
		return error == -EINTR ? BW_EXIT_OK : BW_EXIT_FAILED;
	return bw_command_status(&e->command);
}

int bw_trace_events_run(const struct bw_trace_options *options, int signal_fd)
{
	struct events e = {
		.options = options,
		.signal_fd = signal_fd,
		.filter.options = options,
		.command = {.argv = options->common.command,
			    .as_root = options->as_root,
			    .stdout_to_stderr = !options->output,
			    .keeps_hangup = options->output},
	};
	uint64_t unwatched;
	int r;

	if (bw_cgroup_open("", &e.cgroups) < 0)
		e.cgroups = NULL; /* then nothing is known of them */
	r = open_all(&e);
	if (r < 0) {
		r = early_status(&e, r);
	} else {
		print_header(options);
		r = bw_watch_run(&e.watch);
		unwatched = bw_loaded_sum(&e.loaded, "counters", COUNTER_UNWATCHED);
		e.watch.unwatched = unwatched > 0 || e.filter.targets.incomplete || e.filter.targets.mounts.incomplete;
		report_survivors(&e);
		r = bw_watch_finish(&e.watch, r, "");
		report_unwatched(unwatched);
	}
	close_all(&e);
	return r;
}

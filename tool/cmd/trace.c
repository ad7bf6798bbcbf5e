/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/out.h"
#include "base/parse.h"
#include "base/signals.h"
#include "bpf_src/filter.h"
#include "cmd/options.h"
#include "engine/attach.h"
#include "engine/build.h"
#include "engine/headers.h"
#include "engine/hook.h"
#include "engine/session.h"
#include "event/text.h"
#include "kernel/kprobe.h"
#include "kernel/privilege.h"
#include "kernel/process.h"

enum { OPT_SOURCE = 256, OPT_VIA, OPT_BUFFER_PAGES, OPT_FAIL_ON_LOSS, OPT_NO_CACHE, OPT_HEADERS };

/* 1 MiB a CPU with pages of 4 KiB: some ten thousand opens at once. */
enum { PAGES_DEFAULT = 256, PAGES_MAX = 1 << 16 };

enum via { VIA_AUTO, VIA_KPROBE, VIA_TRACEPOINT };

static const char *const via_names[] = {"auto", "kprobe", "tracepoint", NULL};
static const char *const header_names[] = {"auto", "installed", "btf", NULL};

struct trace {
	enum via via;
	const char *source; /* NULL: the installed one */
	bool by_pid, by_uid, by_comm;
	struct filter filter;
	uint64_t seconds, pages;
	bool fail_on_loss, no_cache;
	bool has_tracepoint; /* the source speaks of VIA_TRACEPOINT: it can do without the kprobe */
	enum bw_headers headers;
};

/* How the run shows events: a text a table. */
struct view {
	struct bw_out out;
	struct bw_text **texts; /* n */
	uint32_t n;
};

static int usage_error(const char *option, const char *value, const char *wanted)
{
	return bw_err(BW_EXIT_USAGE, "%s %s: %s", option, value, wanted);
}

static int set_via(struct trace *t, const char *value)
{
	int i = bw_parse_word(value, via_names);

	if (i < 0)
		return usage_error("--via", value, "it is one of kprobe, tracepoint, auto");
	t->via = (enum via)i;
	return 0;
}

static int set_headers(struct trace *t, const char *value)
{
	int i = bw_parse_word(value, header_names);

	if (i < 0)
		return usage_error("--headers", value, "it is one of installed, btf, auto");
	t->headers = (enum bw_headers)i;
	return 0;
}

static int set_pid(struct trace *t, const char *value)
{
	uint64_t pid;

	if (bw_parse_number(value, INT32_MAX, &pid) < 0 || pid == 0)
		return usage_error("--pid", value, "not a process's number");
	t->filter.pid = (uint32_t)pid;
	t->by_pid = true;
	return 0;
}

static int set_uid(struct trace *t, const char *value)
{
	const struct passwd *user;
	uint64_t uid;

	t->by_uid = true;
	if (bw_parse_number(value, UINT32_MAX, &uid) == 0) {
		t->filter.uid = (uint32_t)uid;
		return 0;
	}
	user = getpwnam(value);
	if (!user)
		return usage_error("--uid", value, "neither a number nor a user's name");
	t->filter.uid = user->pw_uid;
	return 0;
}

static int set_comm(struct trace *t, const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len > sizeof(t->filter.comm) - 1)
		return usage_error("--comm", value, "a process's name has 1 to 15 bytes");
	memset(t->filter.comm, 0, sizeof(t->filter.comm));
	memset(t->filter.comm_mask, 0, sizeof(t->filter.comm_mask));
	memcpy(t->filter.comm, value, len);
	memset(t->filter.comm_mask, 0xff, len);
	t->by_comm = true;
	return 0;
}

static int set_seconds(struct trace *t, const char *value)
{
	if (bw_parse_number(value, UINT32_MAX, &t->seconds) < 0 || t->seconds == 0)
		return usage_error("--duration", value, "not a number of seconds from 1 on");
	return 0;
}

static int set_pages(struct trace *t, const char *value)
{
	if (bw_parse_number(value, PAGES_MAX, &t->pages) < 0 || t->pages == 0 || t->pages & (t->pages - 1))
		return usage_error("--buffer-pages", value, "not a power of two from 1 to 65536");
	return 0;
}

static int set_option(const struct bw_command *command, struct trace *t, int id, const char *value)
{
	switch (id) {
	case OPT_HEADERS:
		return set_headers(t, value);
	case OPT_VIA:
		return set_via(t, value);
	case 'p':
		return set_pid(t, value);
	case 'u':
		return set_uid(t, value);
	case 'n':
		return set_comm(t, value);
	case 'd':
		return set_seconds(t, value);
	case OPT_SOURCE:
		t->source = value;
		return 0;
	case OPT_BUFFER_PAGES:
		return set_pages(t, value);
	case OPT_FAIL_ON_LOSS:
		t->fail_on_loss = true;
		return 0;
	case OPT_NO_CACHE:
		t->no_cache = true;
		return 0;
	case 'v':
		bw_verbose = true;
		return 0;
	case 'h':
		bw_print_help(command);
		return -1;
	default:
		return BW_EXIT_USAGE;
	}
}

/* BW_EXIT_USAGE, 0, or -1 when there is nothing more to do. */
static int parse(const struct bw_command *command, struct trace *t, int argc, char **argv)
{
	const char *value;
	int id, r = 0;

	optind = 0; /* glibc: begin anew */
	while ((id = bw_options_next(command->options, argc, argv, &value)) != BW_OPTIONS_END && r == 0)
		r = set_option(command, t, id, value);
	if (r == 0 && optind < argc)
		r = bw_err(BW_EXIT_USAGE, "unexpected argument '%s'", argv[optind]);
	if (r == BW_EXIT_USAGE)
		bw_hint("'bccwatch %s --help' lists the options.", command->name);
	return r;
}

/* What is missing is said before the compiler starts, which takes its time. */
static int check_machine(struct trace *t)
{
	int r = bw_privileged();

	if (r < 0) {
		bw_err(r, "watching the kernel needs root (CAP_SYS_ADMIN)");
		bw_hint("Try: sudo bccwatch trace");
		return r;
	}
	if (t->by_pid) {
		r = bw_process_check("", (pid_t)t->filter.pid);
		if (r < 0)
			return r;
	}
	return 0;
}

static int open_source(struct bw_source *source, struct trace *t)
{
	BW_FREE char *dir = NULL, *installed = NULL;
	int r = bw_source_dir(&dir);

	if (r < 0)
		return bw_err(r, "bpf_src is neither beside this program nor in its PREFIX/share/bccwatch");
	if (asprintf(&installed, "%s/trace.c", dir) < 0)
		return -ENOMEM;
	r = bw_source_read(source, t->source ? t->source : installed, dir);
	t->has_tracepoint = r == 0 && strstr(source->text, "VIA_TRACEPOINT");
	if (r == 0)
		bw_debug("source: %s", source->path);
	if (r == 0)
		r = bw_headers_choose(source, t->headers, !t->source, dir);
	if (r == 0 && t->by_pid)
		r = bw_source_define(source, "FILTER_PID");
	if (r == 0 && t->by_uid)
		r = bw_source_define(source, "FILTER_UID");
	if (r == 0 && t->by_comm)
		r = bw_source_define(source, "FILTER_COMM");
	return r;
}

/* Builds the program for one kind of hook, and asks the kernel whether it can be attached. */
static int build(const struct trace *t, struct bw_source *source, enum via via, int signal_fd, struct bw_image *image,
		 const char **program)
{
	int r = via == VIA_TRACEPOINT ? bw_hook_tracefs() : 0;

	*program = NULL;
	if (r == 0)
		r = bw_source_define(source, via == VIA_KPROBE ? "VIA_KPROBE" : "VIA_TRACEPOINT");
	if (r < 0)
		return r;
	r = bw_build(source, !t->no_cache, signal_fd, image);
	bw_source_undefine(source);
	return r == 0 ? bw_attach_check(image, program) : r;
}

/* Are there no kprobes, or not the one, and can the source do without? */
static bool needs_other_hook(const struct trace *t, int error, const char *program)
{
	return error == -ENODEV || (error == -ENOENT && program &&
				    strncmp(program, "kprobe__", strlen("kprobe__")) == 0 && t->has_tracepoint);
}

/* By the kprobe; in auto by the tracepoint where there are no kprobes or not this function. */
static int build_by_hook(struct trace *t, int signal_fd, struct bw_image *image)
{
	BW_CLEANUP(bw_source_free) struct bw_source source = {0};
	const char *program = NULL;
	int r = open_source(&source, t);

	if (r < 0)
		return r;
	r = -ENODEV;
	if (t->via != VIA_TRACEPOINT && (t->via == VIA_KPROBE || bw_kprobe_supported("") == 0))
		r = build(t, &source, VIA_KPROBE, signal_fd, image, &program);
	if (t->via == VIA_TRACEPOINT || (t->via == VIA_AUTO && needs_other_hook(t, r, program))) {
		if (t->via == VIA_AUTO)
			bw_note("%s: using the tracepoints of the open calls instead; they do not see 32-bit programs "
				"and io_uring.",
				program ? "This kernel has no function that the kprobe needs"
					: "This kernel has no kprobes");
		bw_image_free(image);
		t->via = VIA_TRACEPOINT;
		r = build(t, &source, VIA_TRACEPOINT, signal_fd, image, &program);
	}
	if (r < 0 && program)
		bw_attach_explain(program, r);
	return r;
}

static int set_filter(const struct trace *t, const struct bw_loaded *loaded)
{
	int r;

	if (!t->by_pid && !t->by_uid && !t->by_comm)
		return 0;
	r = bw_loaded_set(loaded, "filter", 0, &t->filter, sizeof(t->filter));
	if (r == -ENOENT)
		return bw_err(r, "this source has no map 'filter' (bpf_src/filter.h): it can't be filtered");
	return r < 0 ? bw_err(r, "can't set the filter: %s", strerror(-r)) : 0;
}

static void close_view(struct view *view)
{
	for (uint32_t i = 0; i < view->n; i++)
		bw_text_free(view->texts[i]);
	free(view->texts);
	bw_out_free(&view->out);
}

static int open_view(struct view *view, const struct bw_image *image, enum via via)
{
	static const struct bw_sentence by_field = {NULL, ""}, opened = {"opened file", ""};
	size_t longest = 0;

	view->texts = calloc(image->n_events + 1, sizeof(struct bw_text *));
	if (!view->texts)
		return -ENOMEM;
	for (; view->n < image->n_events; view->n++) {
		const struct bw_image_event *event = &image->events[view->n];
		int r = bw_text_new(&view->texts[view->n], &event->layout, via == VIA_TRACEPOINT ? &opened : &by_field);
		size_t line;

		if (r < 0)
			return r;
		if (event->layout.n == 0)
			bw_note("The type of the events of '%s' is not known: their bytes are shown in hex (-v says "
				"why).",
				image->maps[event->map].name);
		line = bw_text_longest(view->texts[view->n], BW_EVENT_MAX);
		longest = line > longest ? line : longest;
	}
	return bw_out_init(&view->out, STDOUT_FILENO, longest + BW_EVENT_MAX);
}

static void on_ready(void *cookie)
{
	(void)cookie;
	bw_note("Tracing opens of files. Ctrl-C ends.");
}

static void on_sample(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct view *view = cookie;

	bw_text_line(view->texts[event], &view->out, data, size);
}

static int on_flush(void *cookie)
{
	return bw_out_flush(&((struct view *)cookie)->out);
}

static bool is_over(const void *session)
{
	return bw_session_is_over(session);
}

static void print_closing(const struct bw_session *s, uint64_t unwritten)
{
	char more[128] = "";
	int n = 0;

	if (s->cut > 0)
		n = snprintf(more, sizeof(more), ", %llu names cut off", (unsigned long long)s->cut);
	if (s->missed > 0)
		n += snprintf(more + n, sizeof(more) - (size_t)n, ", %llu missed by the kernel",
			      (unsigned long long)s->missed);
	if (unwritten > 0)
		snprintf(more + n, sizeof(more) - (size_t)n, ", %llu not written", (unsigned long long)unwritten);
	bw_note("%llu events shown, %llu lost%s.", (unsigned long long)(s->events - unwritten),
		(unsigned long long)s->lost, more);
}

/* Whose reader went away wanted no more; all else is a failure. */
static void explain_output(int error)
{
	if (error == -EINTR)
		bw_err(error, "can't write all events: the reader of stdout does not read");
	else if (error && error != -EPIPE)
		bw_err(error, "can't write all events: %s", strerror(-error));
}

static int watch(const struct trace *t, const struct bw_loaded *loaded, int signal_fd)
{
	BW_CLEANUP(close_view) struct view view = {0};
	struct bw_session session = {
		.loaded = loaded,
		.pages = (uint32_t)t->pages,
		.seconds = t->seconds,
		.signal_fd = signal_fd,
		.out_fd = STDOUT_FILENO,
		.ready = on_ready,
		.sample = on_sample,
		.flush = on_flush,
		.cookie = &view,
	};
	int r = open_view(&view, loaded->image, t->via);

	view.out.is_over = is_over;
	view.out.cookie = &session;

	if (r == 0)
		r = bw_session_run(&session);
	explain_output(view.out.error);
	if (!session.started)
		return BW_EXIT_FAILED;
	print_closing(&session, view.out.error == -EPIPE ? 0 : view.out.unwritten);
	if (r < 0 && r != -EPIPE)
		return BW_EXIT_FAILED;
	return session.lost + session.missed > 0 && t->fail_on_loss ? BW_EXIT_LOST : BW_EXIT_OK;
}

static int trace_files(struct trace *t)
{
	BW_FD int signal_fd = bw_signals_open();
	BW_CLEANUP(bw_image_free) struct bw_image image = {0};
	BW_CLEANUP(bw_loaded_free) struct bw_loaded loaded = {0};
	int r;

	if (signal_fd < 0)
		return bw_err(BW_EXIT_FAILED, "can't receive signals: %s", strerror(-signal_fd));
	tzset();
	r = build_by_hook(t, signal_fd, &image);
	if (r == -EINTR)
		return BW_EXIT_OK; /* ended before it began */
	if (r == 0)
		r = bw_load(&loaded, &image);
	if (r == 0)
		r = set_filter(t, &loaded);
	if (r == 0 && image.n_events == 0)
		r = bw_err(-EINVAL, "the source has no BPF_PERF_OUTPUT table: there is nothing that it could show");
	return r == 0 ? watch(t, &loaded, signal_fd) : BW_EXIT_FAILED;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct trace t = {.via = VIA_AUTO, .pages = PAGES_DEFAULT};
	int r = parse(command, &t, argc, argv);

	if (r != 0)
		return r < 0 ? BW_EXIT_OK : r;
	r = check_machine(&t) < 0 ? BW_EXIT_FAILED : trace_files(&t);
	return r;
}

static const struct bw_option options[] = {
	{'p', "pid", "PID", "only this process", BW_COMPLETE_PID},
	{'u', "uid", "UID", "only processes of this user, by number or name", BW_COMPLETE_USER},
	{'n', "comm", "TEXT", "only processes whose name contains TEXT", NULL},
	{'d', "duration", "SECONDS", "end after so many seconds", NULL},
	{OPT_VIA, "via", "HOOK", "kprobe, tracepoint, or auto: the kprobe if the kernel has it (default)",
	 "kprobe tracepoint auto"},
	{OPT_SOURCE, "source", "FILE", "a BPF C source in place of the installed trace.c", BW_COMPLETE_FILE},
	{OPT_BUFFER_PAGES, "buffer-pages", "N", "pages of each CPU's event buffer, a power of two (default: 256)",
	 NULL},
	{OPT_FAIL_ON_LOSS, "fail-on-loss", NULL, "exit with 3 if events were lost", NULL},
	{OPT_HEADERS, "headers", "WHICH",
	 "compile with the installed kernel headers, with btf (the types that the kernel knows), or auto (default)",
	 "installed btf auto"},
	{OPT_NO_CACHE, "no-cache", NULL, "compile the program, also if it was compiled before, and do not keep it",
	 NULL},
	{'v', "verbose", NULL, "say on stderr what is done, and what the compiler says", NULL},
	{'h', "help", NULL, "show this help", NULL},
	{0},
};

const struct bw_command bw_trace_command = {
	.name = "trace",
	.summary = "Show who opens which file, live",
	.options = options,
	.run = run,
};

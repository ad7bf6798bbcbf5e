/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/doctor.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/signals.h"
#include "build/build.h"
#include "build/libraries.h"
#include "cmd/block.h"
#include "cmd/common_options.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "cmd/trace.h"
#include "kernel/btf.h"
#include "kernel/doctor_checks.h"
#include "kernel/privilege.h"
#include "output/json.h"
#include "program/plan.h"
#include "program/probe.h"
#include "program/session.h"

enum { OPT_JSON = 256 };

/* How far the small program came, and when, in seconds since it was begun. */
enum { COMPILED, LOADED, ATTACHED, RECEIVED, STEPS };

static const char *const step_names[STEPS] = {"compile", "load", "attach", "first event"};

struct doctor {
	bool as_json;
	struct bw_json json; /* one object with all results */
	int signal_fd;
	struct timespec begin;
	double times[STEPS]; /* 0: not reached */
};

static void add_json(struct bw_json *json, const char *status, const struct bw_doctor_checks_result *c)
{
	bw_json_open_object(json);
	bw_json_key(json, "status");
	bw_json_text(json, status);
	bw_json_key(json, "name");
	bw_json_text(json, c->name);
	bw_json_key(json, "text");
	bw_json_text(json, c->text);
	bw_json_key(json, "impact");
	bw_json_text(json, c->impact);
	bw_json_key(json, "fix");
	bw_json_text(json, c->fix);
	bw_json_close_object(json);
}

static void print_text(const char *label, const char *text)
{
	fputs(label, stdout);
	bw_escape_print_text(stdout, text);
	fputc('\n', stdout);
}

static void print_result(void *cookie, const struct bw_doctor_checks_result *c)
{
	static const char *const names[] = {[BW_DOCTOR_CHECKS_OK] = "ok",
					    [BW_DOCTOR_CHECKS_WARN] = "warn",
					    [BW_DOCTOR_CHECKS_FAIL] = "fail",
					    [BW_DOCTOR_CHECKS_UNKNOWN] = "unknown"};
	struct doctor *d = cookie;

	if (d->as_json) {
		add_json(&d->json, names[c->status], c);
		return;
	}
	printf("%-8s%s: ", names[c->status], c->name);
	print_text("", c->text);
	if (*c->impact)
		print_text("        impact: ", c->impact);
	if (*c->fix)
		print_text("        fix: ", c->fix);
}

static void __attribute__((format(printf, 4, 5)))
print_simple(struct doctor *d, enum bw_doctor_checks_status status, const char *name, const char *format, ...)
{
	struct bw_doctor_checks_result c = {.status = status, .name = name};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(c.text, sizeof(c.text), format, arguments);
	va_end(arguments);
	print_result(d, &c);
}

static void reach(struct doctor *d, int step)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	d->times[step] = (double)(now.tv_sec - d->begin.tv_sec) + (double)(now.tv_nsec - d->begin.tv_nsec) / 1e9;
}

static void on_event(void *cookie, uint32_t event, const void *data, size_t size)
{
	struct doctor *d = cookie;

	(void)event;
	(void)data;
	(void)size;
	if (d->times[RECEIVED] == 0)
		reach(d, RECEIVED);
}

/* One event is enough. */
static int on_flush(void *cookie)
{
	const struct doctor *d = cookie;

	return d->times[RECEIVED] > 0 ? -ECANCELED : 0;
}

static int receive(struct doctor *d, const struct bw_loaded *loaded)
{
	BW_CLEANUP(bw_session_close)
	struct bw_session session = {
		.loaded = loaded,
		.pages = 8,
		.duration = 5000000000,
		.signal_fd = d->signal_fd,
		.out_fd = STDOUT_FILENO,
		.extra_fd = -1,
		.urgent_fd = -1,
		.sample = on_event,
		.flush = on_flush,
		.cookie = d,
	};
	int r = bw_session_open(&session);

	if (r < 0)
		return r;
	reach(d, ATTACHED);
	return bw_session_run(&session);
}

static int try_program(struct doctor *d)
{
	const struct bw_common_options common = BW_COMMON_DEFAULTS;
	BW_CLEANUP(bw_source_free) struct bw_source source = {0};
	BW_CLEANUP(bw_image_free) struct bw_image image = {0};
	BW_CLEANUP(bw_plan_free) struct bw_plan plan = {0};
	BW_CLEANUP(bw_loaded_free) struct bw_loaded loaded = {0};
	int r;

	clock_gettime(CLOCK_MONOTONIC, &d->begin);
	r = bw_common_options_source(&common, "doctor.c", &source);
	if (r == 0)
		r = bw_build(&source, false, d->signal_fd, &image);
	if (r < 0)
		return r;
	reach(d, COMPILED);
	r = bw_plan_complete(&plan, &image);
	if (r == 0)
		r = bw_common_options_load(&loaded, &image, &plan, &source, d->signal_fd, NULL);
	if (r < 0)
		return r;
	reach(d, LOADED);
	return receive(d, &loaded);
}

/* Why a command does not work: its error, what the compiler has against the program, and its hint. */
static void explain(const struct bw_log_held *held, struct bw_doctor_checks_result *c)
{
	snprintf(c->text, sizeof(c->text), "does not work: %.110s%s%.70s%s%.50s",
		 *held->error ? held->error : "it gave no reason", *held->output ? " " : "", held->output,
		 *held->hint ? "; " : "", held->hint);
}

/* Does a command work, and by which hook? Its messages become the result's. */
static bool try_command(struct doctor *d, const char *name, int (*try)(int signal_fd, const char **hook))
{
	struct bw_doctor_checks_result c = {.status = BW_DOCTOR_CHECKS_OK, .name = name};
	struct bw_log_held held = {.notes = true}, *outer = bw_log_hold(&held);
	const char *hook = "";
	int r = try(d->signal_fd, &hook);

	bw_log_hold(outer);
	if (r == 0) {
		snprintf(c.text, sizeof(c.text), "works by %s", hook);
	} else if (r == -EINTR) {
		c.status = BW_DOCTOR_CHECKS_UNKNOWN;
		snprintf(c.text, sizeof(c.text), "not tried: a signal came");
	} else {
		c.status = BW_DOCTOR_CHECKS_FAIL;
		explain(&held, &c);
	}
	bw_log_free(&held);
	print_result(d, &c);
	return r == 0;
}

static void print_steps(struct doctor *d)
{
	double before = 0;

	for (int i = 0; i < STEPS; i++) {
		if (d->times[i] == 0) {
			print_simple(d, BW_DOCTOR_CHECKS_FAIL, step_names[i],
				     "failed: the messages above give the reason");
			return;
		}
		print_simple(d, BW_DOCTOR_CHECKS_OK, step_names[i], "%.3f s", d->times[i] - before);
		before = d->times[i];
	}
}

/* Each command, found out by attaching what it would attach. Do trace and block work? */
static bool try_all(struct doctor *d)
{
	bool trace, block, run;

	d->signal_fd = bw_signals_open();
	if (d->signal_fd < 0)
		return bw_log_error(false, "cannot receive signals: %s", strerror(-d->signal_fd));
	try_program(d);
	print_steps(d);
	trace = try_command(d, "trace", bw_trace_try);
	block = try_command(d, "block", bw_block_try);
	run = d->times[RECEIVED] > 0;
	print_simple(d, run ? BW_DOCTOR_CHECKS_OK : BW_DOCTOR_CHECKS_FAIL, "run", "%s",
		     run ? "works" : "does not work: the messages above give the reason");
	bw_cleanup_fd(&d->signal_fd);
	return trace && block;
}

static void print_libraries(struct doctor *d)
{
	struct bw_doctor_checks_result c = {.status = BW_DOCTOR_CHECKS_FAIL,
					    .name = "libraries",
					    .text = "bccwatch-compile is not there, or does not start",
					    .impact = "nothing compiles",
					    .fix = "make install"};
	char text[128];

	if (bw_libraries_describe(text, sizeof(text)) == 0)
		print_simple(d, BW_DOCTOR_CHECKS_OK, "libraries", "%s", text);
	else
		print_result(d, &c);
}

/* Where this libbcc finds tracepoints below debugfs alone, and there is none. */
static void print_debugfs(struct doctor *d)
{
	const struct bw_doctor_checks_result c = {
		.status = bw_privilege_check() == -EPERM ? BW_DOCTOR_CHECKS_UNKNOWN : BW_DOCTOR_CHECKS_WARN,
		.name = "debugfs",
		.text = "not mounted, or not readable: this libbcc finds tracefs below it alone",
		.impact = "no tracepoints",
		.fix = "mount -t debugfs debugfs /sys/kernel/debug"};

	if (bw_probe_wants_debugfs())
		print_result(d, &c);
}

/* Nothing is tried, and so nothing is known. */
static void print_untried(struct doctor *d)
{
	static const char *const commands[] = {"trace", "block", "run"};
	bool guests_only = bw_privilege_check() == -ECANCELED;
	struct bw_doctor_checks_result c = {.status = BW_DOCTOR_CHECKS_UNKNOWN,
					    .text = "not tried: that needs root",
					    .fix = "sudo bccwatch doctor"};

	if (guests_only) {
		snprintf(c.text, sizeof(c.text), "not tried: " BW_NO_PROGRAMS " exists");
		snprintf(c.fix, sizeof(c.fix), "rm " BW_NO_PROGRAMS);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		c.name = commands[i];
		print_result(d, &c);
	}
}

static void print_probe(struct doctor *d)
{
	const struct bw_doctor_checks_result without_btf = {.status = BW_DOCTOR_CHECKS_WARN,
							    .name = "probe",
							    .text = "works by /proc/kallsyms",
							    .impact = "it shows no signatures"};

	if (access(BW_BTF_PATH, R_OK) == 0)
		print_simple(d, BW_DOCTOR_CHECKS_OK, "probe", "works by BTF and /proc/kallsyms");
	else
		print_result(d, &without_btf);
}

static bool run_checks(struct doctor *d)
{
	bool works = false;

	bw_doctor_checks_run("", print_result, d);
	print_libraries(d);
	print_debugfs(d);
	fflush(stdout);
	if (bw_privilege_check() == 0)
		works = try_all(d);
	else
		print_untried(d);
	print_probe(d);
	return works;
}

static int examine(struct doctor *d)
{
	bool works;

	if (!d->as_json)
		return run_checks(d) ? BW_EXIT_OK : BW_EXIT_FAILED;
	bw_json_open_object(&d->json);
	bw_json_key(&d->json, "findings");
	bw_json_open_array(&d->json);
	works = run_checks(d);
	bw_json_close_array(&d->json);
	bw_json_key(&d->json, "works");
	bw_json_bool(&d->json, works);
	bw_json_close_object(&d->json);
	if (bw_json_print_line(&d->json, stdout) < 0)
		return bw_log_error(BW_EXIT_FAILED, "out of memory");
	return works ? BW_EXIT_OK : BW_EXIT_FAILED;
}

static int set_option(void *cookie, int id, const char *value)
{
	struct doctor *d = cookie;

	(void)id; /* --json is the only one */
	(void)value;
	d->as_json = true;
	return 0;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct doctor d = {.signal_fd = -1};
	int r = bw_options_read(command, argc, argv, set_option, &d);

	if (r != 0)
		return r == BW_OPTIONS_HELP ? BW_EXIT_OK : r;
	if (optind < argc)
		return bw_log_error(BW_EXIT_USAGE, "unexpected argument '%s'", argv[optind]);
	r = examine(&d);
	bw_json_free(&d.json);
	return r;
}

static const struct bw_command_option options[] = {
	{OPT_JSON, "json", NULL, "one object", NULL},
	{'h', "help", NULL, "show this help", NULL},
	{0},
};

const struct bw_command bw_doctor_command = {
	.name = "doctor",
	.summary = "Show what this machine can do, and how to fix what it cannot",
	.options = options,
	.run = run,
};

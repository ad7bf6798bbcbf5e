/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/log.h"
#include "base/signals.h"
#include "build/build.h"
#include "build/libraries.h"
#include "cmd/common.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "kernel/btf.h"
#include "kernel/checks.h"
#include "kernel/privilege.h"
#include "program/plan.h"
#include "program/probe.h"
#include "program/session.h"

enum { OPT_JSON = 256 };

/* How far the small program came, and when, in seconds since it was begun. */
enum { COMPILED, LOADED, ATTACHED, RECEIVED, STEPS };

static const char *const step_names[STEPS] = {"compile", "load", "attach", "first event"};

struct doctor {
	bool json;
	bool first; /* nothing was printed yet */
	struct timespec begin;
	double times[STEPS]; /* 0: not reached */
};

/* bccwatch itself, run with some arguments. */
struct attempt {
	const char *command;
	bool works;
	char by[96];	 /* what it works by */
	char words[512]; /* what it said */
};

static void print_mend(const char *mend)
{
	fputs("       mend: ", stdout);
	bw_escape_print_text(stdout, mend);
	fputc('\n', stdout);
}

static void print_line(struct doctor *d, enum bw_checks_status mark, const char *name, const char *text,
		       const char *cost, const char *mend)
{
	static const char *const marks[] = {
		[BW_GOOD] = " ok ", [BW_LESS] = "less", [BW_BAD] = " NO ", [BW_UNSEEN] = " ?? "};
	static const char *const words[] = {
		[BW_GOOD] = "ok", [BW_LESS] = "less", [BW_BAD] = "no", [BW_UNSEEN] = "unseen"};

	if (!d->json) {
		printf("[%s] %s: ", marks[mark], name);
		bw_escape_print_text(stdout, text);
		fputc('\n', stdout);
		if (*cost)
			printf("       so: %s\n", cost);
		if (*mend)
			print_mend(mend);
		return;
	}
	printf("%s\n{\"mark\":\"%s\",\"name\":\"%s\",\"text\":", d->first ? "" : ",", words[mark], name);
	bw_escape_print_json(stdout, text);
	fputs(",\"cost\":", stdout);
	bw_escape_print_json(stdout, cost);
	fputs(",\"mend\":", stdout);
	bw_escape_print_json(stdout, mend);
	fputc('}', stdout);
	d->first = false;
}

static void print_finding(void *cookie, const struct bw_checks_result *f)
{
	print_line(cookie, f->mark, f->name, f->text, f->cost, f->mend);
}

static void reach(struct doctor *d, int step)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	d->times[step] = (double)(now.tv_sec - d->begin.tv_sec) + (double)(now.tv_nsec - d->begin.tv_nsec) / 1e9;
}

static int on_ready(void *cookie)
{
	reach(cookie, ATTACHED);
	return 0;
}

static void on_sample(void *cookie, uint32_t event, const void *data, size_t size)
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

static int receive(struct doctor *d, const struct bw_loaded *loaded, int signal_fd)
{
	struct bw_session session = {
		.loaded = loaded,
		.pages = 8,
		.seconds = 5,
		.signal_fd = signal_fd,
		.out_fd = STDOUT_FILENO,
		.extra_fd = -1,
		.ready = on_ready,
		.sample = on_sample,
		.flush = on_flush,
		.cookie = d,
	};

	return bw_session_run(&session);
}

static int try_program(struct doctor *d, int signal_fd)
{
	const struct bw_common common = BW_COMMON_DEFAULTS;
	BW_CLEANUP(bw_source_free) struct bw_source source = {0};
	BW_CLEANUP(bw_image_free) struct bw_image image = {0};
	BW_CLEANUP(bw_plan_free) struct bw_plan plan = {0};
	BW_CLEANUP(bw_loaded_free) struct bw_loaded loaded = {0};
	int r;

	clock_gettime(CLOCK_MONOTONIC, &d->begin);
	r = bw_common_source(&common, "doctor.c", &source);
	if (r == 0)
		r = bw_build(&source, false, signal_fd, &image);
	if (r < 0)
		return r;
	reach(d, COMPILED);
	r = bw_plan_complete(&plan, &image);
	if (r == 0)
		r = bw_common_load(&loaded, &image, &plan, &source, signal_fd);
	if (r < 0)
		return r;
	reach(d, LOADED);
	return receive(d, &loaded, signal_fd);
}

static void print_steps(struct doctor *d)
{
	double before = 0;

	for (int i = 0; i < STEPS; i++) {
		char text[64] = "failed: what is above says why";

		if (d->times[i] > 0)
			snprintf(text, sizeof(text), "%.3f s", d->times[i] - before);
		print_line(d, d->times[i] > 0 ? BW_GOOD : BW_BAD, step_names[i], text, "", "");
		if (d->times[i] == 0)
			return;
		before = d->times[i];
	}
}

/* In the child: stdout is nobody's, stderr the file. */
static void exec_self(int words, char *const *argv)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(words, 2) < 0)
		_exit(127);
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* Runs bccwatch with these arguments. *status is its exit status, *words, the caller's, what it said. 0 or -errno. */
static int run_self(char *const *argv, int *status, char **words)
{
	BW_FD int fd = memfd_create("words", MFD_CLOEXEC);
	pid_t pid = fd < 0 ? -1 : fork();
	size_t len;

	if (pid < 0)
		return -errno;
	if (pid == 0)
		exec_self(fd, argv);
	while (waitpid(pid, status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return bw_file_read_all(fd, 1 << 20, words, &len);
}

/* The rest of the line that begins with `prefix`, up to its full stop; "" if there is none. */
static void line_of(const char *words, const char *prefix, char *text, size_t size)
{
	const char *at = strstr(words, prefix);

	at = at ? at + strlen(prefix) : "";
	snprintf(text, size, "%.*s", (int)strcspn(at, ".\n"), at);
}

/* The last error among what was said, and its hint; before it may stand what was fallen back to. */
static void error_of(const char *words, char *text, size_t size)
{
	static const char prefix[] = "bccwatch: ";
	const char *error = NULL, *hint;

	if (!words || !*words)
		words = "it said nothing";
	for (const char *line = words; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, prefix, strlen(prefix)) == 0)
			error = line + strlen(prefix);
	}
	if (!error)
		error = words;
	hint = strchr(error, '\n');
	hint = hint && strncmp(hint + 1, "  ", 2) == 0 ? hint + 3 : "";
	snprintf(text, size, "%.*s%s%.*s", (int)strcspn(error, "\n"), error, *hint ? ". " : "",
		 (int)strcspn(hint, "\n"), hint);
}

static void try_command(struct attempt *t, char *const *argv)
{
	BW_FREE char *words = NULL;
	int status = 0, r = run_self(argv, &status, &words);

	if (r < 0) {
		snprintf(t->words, sizeof(t->words), "%s", strerror(-r));
		return;
	}
	t->works = status == 0;
	line_of(words, "Hook: ", t->by, sizeof(t->by));
	error_of(words, t->words, sizeof(t->words));
	if (strcmp(t->command, "trace") == 0)
		snprintf(t->by, sizeof(t->by), strstr(words, "using the tracepoints") ? "tracepoints" : "kprobe");
}

static void print_try(struct doctor *d, const struct attempt *t)
{
	char text[640];

	if (t->works)
		snprintf(text, sizeof(text), "works%s%s", *t->by ? " by " : "", t->by);
	else
		snprintf(text, sizeof(text), "does not work: %s", t->words);
	print_line(d, t->works ? BW_GOOD : BW_BAD, t->command, text, "", "");
}

/* Each command in a sentence, found out by running it. */
static bool try_commands(struct doctor *d)
{
	char trace[] = "trace", block[] = "block", name[] = "--name", nobody[] = "bccwatch-doctor-tries", time[] = "-d",
	     second[] = "1", self[] = "bccwatch";
	char *const trace_argv[] = {self, trace, time, second, NULL};
	char *const block_argv[] = {self, block, name, nobody, time, second, NULL};
	struct attempt tries[] = {{.command = "trace"}, {.command = "block"}};

	try_command(&tries[0], trace_argv);
	print_try(d, &tries[0]);
	try_command(&tries[1], block_argv);
	print_try(d, &tries[1]);
	return tries[0].works && tries[1].works;
}

static bool try_all(struct doctor *d)
{
	BW_FD int signal_fd = bw_signals_open();
	struct attempt run = {.command = "run"};
	bool both;

	if (signal_fd < 0)
		return bw_log_error(false, "can't receive signals: %s", strerror(-signal_fd));
	try_program(d, signal_fd);
	print_steps(d);
	both = try_commands(d);
	run.works = d->times[RECEIVED] > 0;
	snprintf(run.words, sizeof(run.words), "see above");
	print_try(d, &run);
	return both;
}

static void print_libraries(struct doctor *d)
{
	char text[128];

	if (bw_libraries_describe(text, sizeof(text)) == 0)
		print_line(d, BW_GOOD, "libraries", text, "", "");
	else
		print_line(d, BW_BAD, "libraries", "bccwatch-compile is not there, or does not start",
			   "nothing compiles", "make install");
}

/* Where this libbcc finds tracepoints below debugfs alone, and there is none. */
static void print_debugfs(struct doctor *d)
{
	if (bw_probe_wants_debugfs())
		print_line(d, bw_privilege_check() == -EPERM ? BW_UNSEEN : BW_LESS, "debugfs",
			   "not mounted, or not to be read: this libbcc knows tracefs below it alone", "no tracepoints",
			   "mount -t debugfs debugfs /sys/kernel/debug");
}

/* Nothing is tried; what was seen says no more. */
static void print_untried(struct doctor *d)
{
	static const char *const commands[] = {"trace", "block", "run"};
	bool forbidden = bw_privilege_check() == -ECANCELED;

	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		print_line(d, BW_UNSEEN, commands[i],
			   forbidden ? "not tried: " BW_NO_PROGRAMS " is there" : "not tried: that needs root", "",
			   forbidden ? "rm " BW_NO_PROGRAMS : "sudo bccwatch doctor");
}

static void print_probe(struct doctor *d)
{
	bool has_btf = access(BW_BTF_PATH, R_OK) == 0;

	print_line(d, has_btf ? BW_GOOD : BW_LESS, "probe",
		   has_btf ? "works by BTF and /proc/kallsyms" : "works by /proc/kallsyms",
		   has_btf ? "" : "it shows no signatures", "");
}

static int examine(struct doctor *d)
{
	bool both = false;

	if (d->json)
		fputs("{\"findings\":[", stdout);
	bw_checks_run("", print_finding, d);
	print_libraries(d);
	print_debugfs(d);
	fflush(stdout);
	if (bw_privilege_check() == 0)
		both = try_all(d);
	else
		print_untried(d);
	print_probe(d);
	if (d->json)
		printf("\n],\"works\":%s}\n", both ? "true" : "false");
	return both ? BW_EXIT_OK : BW_EXIT_FAILED;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	struct doctor d = {.first = true};
	const char *value;
	int id;

	optind = 0; /* glibc: begin anew */
	while ((id = bw_options_next(command->options, argc, argv, &value)) != BW_OPTIONS_END) {
		if (id == 'h') {
			bw_help_print(command);
			return BW_EXIT_OK;
		}
		if (id != OPT_JSON) {
			bw_log_hint("'bccwatch doctor --help' lists the options.");
			return BW_EXIT_USAGE;
		}
		d.json = true;
	}
	if (optind < argc)
		return bw_log_error(BW_EXIT_USAGE, "unexpected argument '%s'", argv[optind]);
	return examine(&d);
}

static const struct bw_command_option options[] = {
	{OPT_JSON, "json", NULL, "one object", NULL},
	{'h', "help", NULL, "show this help", NULL},
	{0},
};

const struct bw_command bw_doctor_command = {
	.name = "doctor",
	.summary = "Show what this machine can do, and what mends what it can't",
	.options = options,
	.run = run,
};

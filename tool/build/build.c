/* SPDX-License-Identifier: Apache-2.0 */
#include "build/build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/installed.h"
#include "base/line_markers.h"
#include "base/log.h"
#include "base/signals.h"
#include "build/cache.h"
#include "build/header_choice.h"

enum { IMAGE_MAX = 256 << 20, OUTPUT_MAX = 16 << 20, IMAGE_FD = 3, DEPENDS_FD = 4 };

/* The compiler's process and the files it works on; they lie in memory. */
struct compiler {
	const char *program;
	char verified[256]; /* "TYPE:PROGRAM", which is to be verified; "": it is to compile */
	pid_t pid;
	int text, image, depends, output;
};

static void close_compiler(struct compiler *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	bw_cleanup_fd(&c->text);
	bw_cleanup_fd(&c->image);
	bw_cleanup_fd(&c->depends);
	bw_cleanup_fd(&c->output);
	c->pid = 0;
}

/* The file's own name, which stands before the text, so that clang speaks of that, and not of its own input. */
static int write_name(int fd, const struct bw_source *source)
{
	BW_FREE char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	if (!out)
		return -ENOMEM;
	bw_line_markers_put(out, 1, source->path);
	return fclose(out) != 0 ? -ENOMEM : bw_file_write(fd, line, len);
}

/* What is verified has no names of files: libbcc gives the verifier the lines of its own input alone. */
static int write_text(int fd, const struct bw_source *source, bool verified)
{
	BW_FREE char *nameless = verified ? strdup(source->text) : NULL;
	int r = verified ? 0 : write_name(fd, source);

	if (verified && !nameless)
		return -ENOMEM;
	if (nameless)
		bw_line_markers_blank(nameless);
	if (r == 0)
		r = bw_file_write(fd, nameless ? nameless : source->text, source->len);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	return r;
}

/* In the child. Nothing of where the user stands, and of the user's environment, reaches the compiler. */
static void exec_compiler(const struct compiler *c, const struct bw_source *source, pid_t parent)
{
	const char *argv[BW_FLAGS_MAX + 4] = {"bccwatch-compile", source->btf ? "btf" : "installed", c->verified};
	char headers[PATH_MAX + 32];
	char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", source->headers ? headers : NULL, NULL};
	sigset_t none;

	snprintf(headers, sizeof(headers), "BCC_KERNEL_SOURCE=%s", source->headers ? source->headers : "");
	memcpy(argv + 3, source->flags, source->n_flags * sizeof(*argv));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	if (dup2(c->text, 0) < 0 || dup2(c->output, 1) < 0 || dup2(c->output, 2) < 0 || dup2(c->image, IMAGE_FD) < 0 ||
	    dup2(c->depends, DEPENDS_FD) < 0 || chdir("/") < 0)
		_exit(126);
	execve(c->program, (char *const *)argv, env);
	dprintf(2, "%s: %s\n", c->program, strerror(errno));
	_exit(127);
}

/* A file in memory, above the descriptors that the compiler gets. */
static int open_memory(const char *name)
{
	BW_FD int fd = memfd_create(name, MFD_CLOEXEC);

	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, DEPENDS_FD + 1);
}

static int start_compiler(struct compiler *c, const struct bw_source *source)
{
	pid_t parent = getpid();
	int r;

	c->text = open_memory("source");
	c->image = open_memory("image");
	c->depends = open_memory("depends");
	c->output = open_memory("output");
	if (c->text < 0 || c->image < 0 || c->depends < 0 || c->output < 0)
		return bw_log_error(-errno, "cannot create a file in memory: %s", strerror(errno));
	r = write_text(c->text, source, *c->verified);
	if (r < 0)
		return bw_log_error(r, "cannot pass the source to the compiler: %s", strerror(-r));
	c->pid = fork();
	if (c->pid == 0)
		exec_compiler(c, source, parent);
	return c->pid < 0 ? bw_log_error(-errno, "cannot start the compiler: %s", strerror(errno)) : 0;
}

/*
 * Waits for the process's end, with its wait status in *status; -EINTR if a signal came before that ends the run. That
 * one, or one that asks for something else (SIGHUP, where it was handled), is pending again afterwards.
 */
static int wait_compiler(struct compiler *c, int signal_fd, int *status)
{
	struct signalfd_siginfo info = {0};
	int handled = 0;

	for (;;) {
		pid_t pid = waitpid(c->pid, status, WNOHANG);

		if (pid == c->pid) {
			c->pid = 0;
			if (handled)
				raise(handled);
			return 0;
		}
		if (pid < 0)
			return -errno;
		if (read(signal_fd, &info, sizeof(info)) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (info.ssi_signo == SIGCHLD || info.ssi_signo == SIGUSR1)
			continue;
		handled = (int)info.ssi_signo;
		if (bw_signals_end_run(handled)) {
			raise(handled);
			return -EINTR;
		}
	}
}

/* Prints the compiler's output, if it failed or under -v. */
static void print_output(const struct compiler *c, bool failed)
{
	BW_FREE char *output = NULL;
	size_t len;

	if ((failed || bw_verbose) && bw_file_read_all(c->output, OUTPUT_MAX, &output, &len) == 0)
		bw_log_output(output, len);
}

/* Keeps what was compiled, if all its dependencies are known. */
static void keep(const struct compiler *c, const char *key, const struct bw_source *source)
{
	BW_FREE char *image = NULL, *depends = NULL, *output = NULL;
	struct bw_cache_entry e = {.path = {source->path, strlen(source->path) + 1}};

	if (bw_file_read_all(c->image, IMAGE_MAX, &image, &e.image.len) < 0 ||
	    bw_file_read_all(c->depends, IMAGE_MAX, &depends, &e.depends.len) < 0 ||
	    bw_file_read_all(c->output, OUTPUT_MAX, &output, &e.output.len) < 0)
		return;
	e.image.bytes = image;
	e.depends.bytes = depends;
	e.output.bytes = output;
	if (e.depends.len > 0)
		bw_cache_keep(key, &e);
	else
		bw_log_debug("cache: not kept: a file that it depends on changed while it was compiled, or is unknown");
}

static int read_image(const struct compiler *c, struct bw_image *image)
{
	char *bytes;
	size_t len;
	int r = bw_file_read_all(c->image, IMAGE_MAX, &bytes, &len);

	if (r == 0)
		r = bw_image_read(image, bytes, len);
	return r < 0 ? bw_log_error(r, "cannot read the compiled image: %s", strerror(-r)) : 0;
}

/* The wait status of the compiler's run in *status. */
static int run_compiler(struct compiler *c, const struct bw_source *source, int signal_fd, int *status)
{
	int r = start_compiler(c, source);

	if (r < 0)
		return r;
	r = wait_compiler(c, signal_fd, status);
	return r < 0 && r != -EINTR ? bw_log_error(r, "cannot wait for the compiler: %s", strerror(-r)) : r;
}

/* tried_both: with BTF's types, of which the errors are, and then with the installed headers. */
static void hint_at_headers(const struct bw_source *source, bool tried_both)
{
	char command[256];

	if (tried_both)
		bw_log_hint(
			"this is with the types of the kernel's BTF; with the installed headers it does not compile "
			"either (-v prints all)");
	else if (source->btf && bw_header_choice_has_installed())
		bw_log_hint(
			"it was compiled with the types of the kernel's BTF; --headers installed takes the headers");
	else if (source->btf)
		bw_log_hint("it was compiled with the types of the kernel's BTF; for all of the kernel's headers: %s",
			    bw_header_choice_install_command(command, sizeof(command)));
}

static int compile(struct compiler *c, struct bw_source *source, int signal_fd, struct bw_image *image)
{
	int status, r = run_compiler(c, source, signal_fd, &status);
	BW_FREE char *by_btf = NULL; /* why it does not compile with BTF's types */
	size_t len = 0;

	if (r == 0 && status != 0 && bw_header_choice_fall_back(source)) {
		bw_log_debug("%s does not compile with the types of the kernel's BTF alone:", source->path);
		print_output(c, false);
		bw_file_read_all(c->output, OUTPUT_MAX, &by_btf, &len);
		close_compiler(c);
		r = run_compiler(c, source, signal_fd, &status);
	}
	if (r < 0)
		return r;
	if (WIFSIGNALED(status))
		r = bw_log_error(-EINVAL, "cannot compile '%s': the compiler was ended by signal %d (%s)", source->path,
				 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		r = bw_log_error(-EINVAL, "cannot compile '%s': the compiler reports:", source->path);
	if (r < 0 && by_btf && !bw_verbose)
		bw_log_output(by_btf, len); /* the errors by the installed headers may be about these */
	else
		print_output(c, r < 0);
	if (r < 0)
		hint_at_headers(source, by_btf);
	return r < 0 ? r : read_image(c, image);
}

/* Where libexec's compiler is. */
static int find_compiler(char **program)
{
	int r = bw_installed_find("build/bccwatch-compile", "libexec/bccwatch/bccwatch-compile", program);

	return r < 0 ? bw_log_error(
			       r,
			       "cannot find bccwatch-compile: it is neither beside this program nor installed with it")
		     : 0;
}

int bw_build_verify(const struct bw_source *source, int signal_fd, const char *program, int type, char **output)
{
	BW_CLEANUP(close_compiler) struct compiler c = {NULL, "", 0, -1, -1, -1, -1};
	BW_FREE char *path = NULL;
	int status, r = find_compiler(&path);
	size_t len;

	if (r < 0)
		return r;
	c.program = path;
	if (snprintf(c.verified, sizeof(c.verified), "%d:%s", type, program) >= (int)sizeof(c.verified))
		return -ENAMETOOLONG;
	r = run_compiler(&c, source, signal_fd, &status);
	if (r == 0 && status != 0)
		r = -ENOENT;
	return r < 0 ? r : bw_file_read_all(c.output, OUTPUT_MAX, output, &len);
}

int bw_build(struct bw_source *source, bool cached, int signal_fd, struct bw_image *image)
{
	BW_CLEANUP(close_compiler) struct compiler c = {NULL, "", 0, -1, -1, -1, -1};
	BW_FREE char *program = NULL;
	char key[BW_CACHE_KEY];
	int r = find_compiler(&program);

	if (r < 0)
		return r;
	c.program = program;
	cached = cached && bw_cache_key(source, c.program, key) == 0;
	if (cached && bw_cache_find(key, image) == 0)
		return 0;
	r = compile(&c, source, signal_fd, image);
	if (r == 0 && cached)
		keep(&c, key, source);
	return r;
}

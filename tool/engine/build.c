/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/self.h"

enum { IMAGE_MAX = 256 << 20, WORDS_MAX = 16 << 20, IMAGE_FD = 3 };

/* The compiler's process and the files it works on; they lie in memory. */
struct compiler {
	pid_t pid;
	int text, image, words;
};

static void close_compiler(struct compiler *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	bw_close_fd(&c->text);
	bw_close_fd(&c->image);
	bw_close_fd(&c->words);
}

/* The text with the file's own name before it, so that clang speaks of that, and not of its own input. */
static int write_text(int fd, const struct bw_source *source)
{
	BW_FREE char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);
	int r;

	if (!out)
		return -ENOMEM;
	fputs("#line 1 \"", out);
	for (const char *p = source->path; *p; p++)
		fprintf(out, strchr("\"\\", *p) || (unsigned char)*p < 0x20 ? "\\%03o" : "%c", (unsigned char)*p);
	fputs("\"\n", out);
	if (fclose(out) != 0)
		return -ENOMEM;
	r = bw_write_all(fd, line, len);
	if (r == 0)
		r = bw_write_all(fd, source->text, source->len);
	return r < 0 ? r : lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

/* In the child. Nothing of where the user stands, and of the user's environment, reaches the compiler. */
static void exec_compiler(const struct compiler *c, const char *program, const struct bw_source *source, pid_t parent)
{
	const char *argv[BW_FLAGS_MAX + 2] = {"bccwatch-compile"};
	char headers[PATH_MAX + 32];
	char *const env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", source->headers ? headers : NULL, NULL};
	sigset_t none;

	snprintf(headers, sizeof(headers), "BCC_KERNEL_SOURCE=%s", source->headers ? source->headers : "");
	memcpy(argv + 1, source->flags, source->n_flags * sizeof(*argv));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	if (dup2(c->text, 0) < 0 || dup2(c->words, 1) < 0 || dup2(c->words, 2) < 0 || dup2(c->image, IMAGE_FD) < 0 ||
	    chdir("/") < 0)
		_exit(126);
	execve(program, (char *const *)argv, env);
	dprintf(2, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

static int start_compiler(struct compiler *c, const struct bw_source *source)
{
	BW_FREE char *program = NULL;
	BW_FD int image = -1;
	pid_t parent = getpid();
	int r = bw_self_find("build/bccwatch-compile", "libexec/bccwatch/bccwatch-compile", &program);

	if (r < 0)
		return bw_err(r, "bccwatch-compile is neither beside this program nor installed with it");
	/* Above the descriptors that the child gets. */
	c->text = memfd_create("source", MFD_CLOEXEC);
	image = memfd_create("image", MFD_CLOEXEC);
	c->image = fcntl(image, F_DUPFD_CLOEXEC, IMAGE_FD + 1);
	c->words = memfd_create("words", MFD_CLOEXEC);
	if (c->text < 0 || c->image < 0 || c->words < 0)
		return bw_err(-errno, "can't make a file in memory: %s", strerror(errno));
	r = write_text(c->text, source);
	if (r < 0)
		return bw_err(r, "can't hand over the source: %s", strerror(-r));
	c->pid = fork();
	if (c->pid == 0)
		exec_compiler(c, program, source, parent);
	return c->pid < 0 ? bw_err(-errno, "can't start the compiler: %s", strerror(errno)) : 0;
}

/* Waits for the process's end, with its wait status in *status; -EINTR if another signal came before. */
static int wait_compiler(struct compiler *c, int signal_fd, int *status)
{
	struct signalfd_siginfo info;

	for (;;) {
		pid_t pid = waitpid(c->pid, status, WNOHANG);

		if (pid == c->pid) {
			c->pid = 0;
			return 0;
		}
		if (pid < 0)
			return -errno;
		if (read(signal_fd, &info, sizeof(info)) < 0 && errno != EINTR)
			return -errno;
		if (info.ssi_signo != SIGCHLD)
			return -EINTR;
	}
}

/* What the compiler said, and whether it must be shown although -v is not given. */
static void show_words(const struct compiler *c, bool failed)
{
	BW_FREE char *words = NULL;
	size_t len;

	if ((failed || bw_verbose) && bw_read_all(c->words, WORDS_MAX, &words, &len) == 0)
		bw_words(words, len);
}

static int read_image(const struct compiler *c, struct bw_image *image)
{
	char *bytes;
	size_t len;
	int r = bw_read_all(c->image, IMAGE_MAX, &bytes, &len);

	if (r == 0)
		r = bw_image_read(image, bytes, len);
	return r < 0 ? bw_err(r, "the compiler's result can't be read: %s", strerror(-r)) : 0;
}

int bw_build(const struct bw_source *source, int signal_fd, struct bw_image *image)
{
	BW_CLEANUP(close_compiler) struct compiler c = {0, -1, -1, -1};
	int status, r;

	r = start_compiler(&c, source);
	if (r < 0)
		return r;
	r = wait_compiler(&c, signal_fd, &status);
	if (r < 0)
		return r == -EINTR ? r : bw_err(r, "the compiler is lost: %s", strerror(-r));
	if (WIFSIGNALED(status))
		r = bw_err(-EINVAL, "%s: the compiler was ended by signal %d (%s)", source->path, WTERMSIG(status),
			   strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		r = bw_err(-EINVAL, "%s does not compile:", source->path);
	show_words(&c, r < 0);
	return r < 0 ? r : read_image(&c, image);
}

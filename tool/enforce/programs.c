/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/programs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "enforce/identity.h"
#include "process/executing.h"
#include "process/mounts.h"

static int complain(int error, const char *exe)
{
	return bw_log_error(error, "--except-exe %s: %s", exe, strerror(-error));
}

/* What stands behind "#!", up to the first space; "": it is no script. */
static int read_interpreter(const char *exe, char text[PATH_MAX])
{
	BW_FD int fd = open(exe, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, PATH_MAX - 1);
	size_t space;

	if (n < 0)
		return -errno;
	text[n] = '\0';
	if (strncmp(text, "#!", 2) != 0) {
		*text = '\0';
		return 0;
	}
	space = strspn(text + 2, " \t");
	memmove(text, text + 2 + space, strlen(text + 2 + space) + 1);
	text[strcspn(text, " \t\r\n")] = '\0';
	return 1;
}

static int check_exe(const char *exe)
{
	char interpreter[PATH_MAX];
	struct stat st;
	int r;

	if (stat(exe, &st) < 0)
		return complain(-errno, exe);
	if (!S_ISREG(st.st_mode))
		return bw_log_error(-EINVAL, "--except-exe %s: not a program", exe);
	r = read_interpreter(exe, interpreter);
	if (r <= 0)
		return r < 0 ? complain(r, exe) : 0;
	bw_log_error(-EINVAL, "--except-exe %s: it is a script, and the kernel sees its interpreter '%s' alone", exe,
		     interpreter);
	bw_log_hint("run the script as a user of its own, and use --except-uid; --except-exe %s would except all of "
		    "that program's scripts",
		    interpreter);
	return -EINVAL;
}

int bw_programs_check(const struct bw_enforcement *e)
{
	int r = 0;

	for (size_t i = 0; i < e->n_exes && r == 0; i++)
		r = check_exe(e->exes[i]);
	return r;
}

/* Keeps the inode in memory, so that its address stays its own. Takes the descriptor. */
static int hold(struct bw_enforcement *e, int file)
{
	BW_FD int fd = file;
	int *more = reallocarray(e->programs, e->n_programs + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	e->programs = more;
	e->programs[e->n_programs++] = bw_cleanup_take_fd(&fd);
	return 0;
}

/* Which file it is; it is held. Takes the descriptor. */
static int identify(struct bw_enforcement *e, int file, struct learned *learned)
{
	int r = file < 0 ? file : hold(e, file);

	*learned = (struct learned){0};
	return r < 0 ? r : bw_identity_learn(e, file, learned);
}

/*
 * A program is its path: a name in a directory. One that is mounted over that name by itself is its inode, and so is
 * what was executed before the start, which may be at the path no more.
 */
static int except_program(struct bw_enforcement *e, const char *exe)
{
	BW_FREE char *path = realpath(exe, NULL), *dir = NULL;
	const char *base = path ? bw_path_parts_split(path, &dir) : NULL;
	int file = bw_identity_open(exe), directory = dir ? bw_identity_open(dir) : -ENOENT;
	uint32_t how = file >= 0 && bw_mounts_id_of(file) == bw_mounts_id_of(directory) ? EXCEPT_BEFORE : EXCEPT_ALWAYS;
	struct name_key key = {0};
	struct learned learned;
	int r = identify(e, file, &learned);

	if (r == 0)
		r = bw_identity_put_value(e, "except_exes", &learned.inode, &how);
	if (r < 0)
		close(directory);
	else
		r = identify(e, directory, &learned);
	if (r < 0)
		return r;
	key.parent = learned.file;
	memcpy(key.name, base, strlen(base));
	return bw_identity_put(e, "except_paths", &key, 0);
}

int bw_programs_except(struct bw_enforcement *e)
{
	struct timespec now;
	int r = 0;

	if (e->n_exes == 0 || e->started)
		return 0;
	for (size_t i = 0; i < e->n_exes && r == 0; i++) {
		r = except_program(e, e->exes[i]);
		if (r < 0)
			return complain(r, e->exes[i]);
	}
	clock_gettime(CLOCK_MONOTONIC, &now);
	e->settings.started = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	r = bw_identity_mode(e, e->settings.mode);
	if (r == 0)
		bw_executing_warn(e->exes, e->n_exes);
	return r;
}

void bw_programs_free(struct bw_enforcement *e)
{
	for (size_t i = 0; i < e->n_programs; i++)
		bw_cleanup_fd(&e->programs[i]);
	free(e->programs);
	e->programs = NULL;
	e->n_programs = 0;
}

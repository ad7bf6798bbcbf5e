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

/* One of --except-exe, or that a rule names. */
struct named {
	const char *path, *by; /* "--except-exe", "exe" */
	struct subject subject;
};

static int complain(int error, const struct named *exe)
{
	return bw_log_error(error, "%s %s: %s", exe->by, exe->path, strerror(-error));
}

/* Calls `each` for all of them. */
static int each_exe(struct bw_enforcement *e, int (*each)(struct bw_enforcement *e, const struct named *exe))
{
	int r = 0;

	for (size_t i = 0; i < e->n_exes && r == 0; i++)
		r = each(e, &(struct named){e->exes[i], "--except-exe", {.except = EXCEPT_FROM_ALL}});
	for (size_t i = 0; e->policies && i < e->policies->n_subjects && r == 0; i++) {
		const struct bw_policies_subject *s = &e->policies->subjects[i];

		if (s->kind == BW_SUBJECT_EXE)
			r = each(e, &(struct named){s->value, "exe", s->bits});
	}
	return r;
}

size_t bw_programs_count(const struct bw_enforcement *e)
{
	return e->n_exes + (e->policies ? bw_policies_subjects(e->policies, BW_SUBJECT_EXE) : 0);
}

/* 1, with what stands behind "#!", up to the first space; 0: it is no script. */
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

int bw_programs_interpreter(const char *exe, char interpreter[PATH_MAX])
{
	struct stat st;

	if (stat(exe, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? read_interpreter(exe, interpreter) : -ENOEXEC;
}

static int check_exe(struct bw_enforcement *e, const struct named *exe)
{
	char interpreter[PATH_MAX];
	int r = bw_programs_interpreter(exe->path, interpreter);

	(void)e;
	if (r == -ENOEXEC)
		return bw_log_error(-EINVAL, "%s %s: not a program", exe->by, exe->path);
	if (r <= 0)
		return r < 0 ? complain(r, exe) : 0;
	bw_log_error(-EINVAL, "%s %s: it is a script, and the kernel sees its interpreter '%s' alone", exe->by,
		     exe->path, interpreter);
	bw_log_hint("run the script as a user of its own, and use --except-uid; %s %s would except all of "
		    "that program's scripts",
		    exe->by, interpreter);
	return -EINVAL;
}

int bw_programs_check(struct bw_enforcement *e)
{
	return each_exe(e, check_exe);
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
static int add_program(struct bw_enforcement *e, const struct named *exe)
{
	BW_FREE char *path = realpath(exe->path, NULL), *dir = NULL;
	const char *base = path ? bw_path_parts_split(path, &dir) : NULL;
	int file = bw_identity_open(exe->path), directory = dir ? bw_identity_open(dir) : -ENOENT;
	struct exe value = {.subject = exe->subject};
	struct name_key key = {0};
	struct learned learned;
	int r;

	value.always = file < 0 || bw_mounts_id_of(file) != bw_mounts_id_of(directory);
	r = identify(e, file, &learned);
	if (r == 0)
		r = bw_identity_add_subject(e, "exes", &learned.inode, &value);
	if (r < 0)
		close(directory);
	else
		r = identify(e, directory, &learned);
	if (r == 0) {
		key.parent = learned.file;
		memcpy(key.name, base, strlen(base));
		r = bw_identity_add_subject(e, "exe_paths", &key, &exe->subject);
	}
	return r < 0 ? complain(r, exe) : 0;
}

int bw_programs_add(struct bw_enforcement *e)
{
	struct timespec now;
	int r;

	if (bw_programs_count(e) == 0 || e->started)
		return 0;
	r = each_exe(e, add_program);
	if (r < 0)
		return r;
	clock_gettime(CLOCK_MONOTONIC, &now);
	e->settings.started = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	r = bw_identity_mode(e, e->settings.mode);
	if (r == 0 && e->n_exes > 0)
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

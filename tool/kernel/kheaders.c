/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kheaders.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cache_dir.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/log.h"

static const char archive[] = BW_KHEADERS;

/* Runs a program of the system without output, in a clean environment. 0, or -EIO if it fails. */
static int run(const char *const argv[])
{
	char *env[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", NULL};
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int fd = 0; fd < 3; fd++)
			dup2(null, fd);
		environ = env; /* its PATH is searched, not the caller's */
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

/* -errno, reported. */
static int open_cache_dir(void)
{
	int fd = bw_cache_dir_open(".");

	if (fd == -EPERM) {
		bw_log_error(fd, "cannot use '%s': it is not this user's alone", BW_CACHE_DIR_PATH);
		bw_log_hint("remove it, or: chown root %s; chmod 700 %s", BW_CACHE_DIR_PATH, BW_CACHE_DIR_PATH);
	} else if (fd < 0) {
		bw_log_error(fd, "cannot use '%s': %s", BW_CACHE_DIR_PATH, strerror(-fd));
	}
	return fd;
}

/* A directory for each build of a kernel, not for each release: they differ in uname -v. */
static char *directory_of_kernel(void)
{
	struct utsname kernel;
	char *path;

	uname(&kernel);
	if (asprintf(&path, "%s/kheaders-%s-%016" PRIx64, BW_CACHE_DIR_PATH, kernel.release,
		     bw_hash(kernel.version, strlen(kernel.version))) < 0)
		return NULL;
	return path;
}

/* Under another name first, so that a half-unpacked tree is never taken for a whole one. */
static int unpack_to(const char *path)
{
	char half[sizeof(BW_CACHE_DIR_PATH) + 16];
	const char *const clean[] = {"rm", "-rf", "--", half, NULL};
	const char *const tar[] = {"tar", "-xJf", archive, "-C", half, "--no-same-owner", NULL};
	int r;

	snprintf(half, sizeof(half), "%s/half", BW_CACHE_DIR_PATH);
	r = run(clean);
	if (r < 0 || mkdir(half, 0700) < 0)
		return bw_log_error(r < 0 ? r : -errno, "cannot create '%s': %s", half,
				    r < 0 ? "what was there cannot be removed" : strerror(errno));
	r = run(tar);
	if (r < 0) {
		run(clean);
		bw_log_error(r, "cannot unpack '%s' to '%s': tar failed", archive, BW_CACHE_DIR_PATH);
		bw_log_hint("this takes tar, xz and some 60 MB there: apt install tar xz-utils");
		return r;
	}
	return rename(half, path) < 0 ? bw_log_error(-errno, "cannot create '%s': %s", path, strerror(errno)) : 0;
}

int bw_kheaders_unpack(char **path)
{
	static const char *const load[] = {"modprobe", "kheaders", NULL};
	BW_FREE char *directory = directory_of_kernel();
	BW_FD int dir = -1;
	int r = 0;

	if (!directory)
		return -ENOMEM;
	if (access(archive, F_OK) != 0)
		run(load); /* CONFIG_IKHEADERS=m */
	if (access(archive, F_OK) != 0)
		return -ENOENT;
	dir = open_cache_dir();
	if (dir < 0)
		return dir;
	flock(dir, LOCK_EX); /* another process may have unpacked it meanwhile */
	if (access(directory, F_OK) != 0)
		r = unpack_to(directory);
	if (r == 0)
		*path = BW_TAKE(directory);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/path_parts.h"

static bool is_own(uid_t owner)
{
	const char *sudo = getenv("SUDO_UID");
	uint64_t uid;

	return owner == geteuid() || (sudo && bw_parse_number(sudo, UINT32_MAX - 1, &uid) == 0 && owner == uid);
}

/* Why the file may not be written to; NULL: it may. Others may have made it where they can, to be given what is written
 * or to have it destroy a file of root's. */
static const char *find_objection(const struct stat *st)
{
	if (S_ISCHR(st->st_mode) || S_ISFIFO(st->st_mode))
		return NULL;
	if (!S_ISREG(st->st_mode))
		return "it is neither a file nor a character device nor a fifo";
	if (!is_own(st->st_uid))
		return "it belongs to another user";
	return st->st_nlink > 1 ? "it has other names, too (hard links)" : NULL;
}

static int open_path(const char *path)
{
	/* Without O_NONBLOCK a fifo would wait for its reader. */
	const int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
	int fd = open(path, flags | O_CREAT | O_EXCL, 0600);

	if (fd < 0 && errno == EEXIST)
		fd = open(path, flags);
	return fd < 0 ? -errno : fd;
}

static const char *reason(int error)
{
	if (error == -ELOOP)
		return "it is a symbolic link";
	return error == -ENXIO ? "nobody reads the fifo" : strerror(-error);
}

/* Can a file be created in the directory of the path, where there is none yet? */
static int check_directory(const char *path)
{
	BW_FREE char *absolute = bw_path_parts_absolute(path), *dir = NULL;
	struct stat st;

	if (!absolute || !bw_path_parts_split(absolute, &dir))
		return -ENOMEM;
	if (stat(dir, &st) < 0 || faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) < 0)
		return bw_log_error(-errno, "cannot write to '%s': its directory '%s': %s", path, dir, strerror(errno));
	return 0;
}

int bw_out_file_check(const char *path)
{
	const char *objection;
	struct stat st;
	int r = lstat(path, &st) < 0 ? -errno : 0;

	if (r == -ENOENT)
		return check_directory(path);
	if (r == 0 && S_ISLNK(st.st_mode))
		r = -ELOOP;
	else if (r == 0 && S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (r == 0 && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0)
		r = -errno;
	if (r < 0)
		return bw_log_error(r, "cannot write to '%s': %s", path, reason(r));
	objection = find_objection(&st);
	return objection ? bw_log_error(-EPERM, "cannot write to '%s': %s", path, objection) : 0;
}

int bw_out_file_open(const char *path, bool empty)
{
	BW_FD int fd = open_path(path);
	const char *objection;
	struct stat st;

	if (fd < 0)
		return bw_log_error(fd, "cannot write to '%s': %s", path, reason(fd));
	if (fstat(fd, &st) < 0 || fcntl(fd, F_SETFL, O_APPEND) < 0)
		return bw_log_error(-errno, "cannot write to '%s': %s", path, strerror(errno));
	objection = find_objection(&st);
	if (objection)
		return bw_log_error(-EPERM, "cannot write to '%s': %s", path, objection);
	if (empty && S_ISREG(st.st_mode) && ftruncate(fd, 0) < 0)
		return bw_log_error(-errno, "cannot empty '%s': %s", path, strerror(errno));
	return bw_cleanup_take_fd(&fd);
}

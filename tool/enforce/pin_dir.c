/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"

const char *bw_pin_dir_check_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t len = strlen(name);

	if (len == 0 || len > BW_PIN_DIR_NAME_MAX || name[strspn(name, allowed)] != '\0')
		return "a name of a pin has 1 to 64 letters, digits, - and _";
	return NULL;
}

/* Nobody but root can have put anything there, and nothing is mounted over it. */
static int check(int dir, const char *name, long magic)
{
	struct statfs fs;
	struct stat st;

	if (fstat(dir, &st) < 0 || fstatfs(dir, &fs) < 0)
		return bw_log_error(-errno, "cannot use the directory '%s' of bpffs: %s", name, strerror(errno));
	if (fs.f_type != magic)
		return bw_log_error(-EXDEV, "cannot use the directory '%s' of bpffs: another file system", name);
	if (st.st_uid == geteuid() && !(st.st_mode & 077))
		return 0;
	bw_log_error(-EPERM, "cannot use the directory '%s' of bpffs: it belongs to uid %u and has the mode %04o", name,
		     st.st_uid, st.st_mode & 07777U);
	bw_log_hint("it must be root's, with the mode 0700: what others put there would be trusted; remove it");
	return -EPERM;
}

/* A directory, no symlink, which is checked. */
static int open_checked(int parent, const char *name, bool create)
{
	BW_FD int dir = -1;
	struct statfs fs;
	int r;

	if (create && mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		return bw_log_error(-errno, "cannot create the directory '%s' in bpffs: %s", name, strerror(errno));
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT && !create)
		return -ENOENT;
	if (dir < 0 && (errno == ELOOP || errno == ENOTDIR))
		return bw_log_error(-ENOTDIR, "cannot use '%s' of bpffs: not a directory", name);
	if (dir < 0 || fstatfs(parent, &fs) < 0)
		return bw_log_error(-errno, "cannot open the directory '%s' of bpffs: %s", name, strerror(errno));
	r = check(dir, name, fs.f_type);
	return r < 0 ? r : bw_cleanup_take_fd(&dir);
}

int bw_pin_dir_open_base(const char *bpffs, long magic, bool create)
{
	BW_FD int root = open(bpffs, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (root >= 0 && fstatfs(root, &fs) == 0 && fs.f_type == magic)
		return open_checked(root, BW_PIN_DIR_BASE, create);
	bw_log_error(-ENODEV, "cannot pin: bpffs is not mounted at %s", bpffs);
	bw_log_hint("mount -t bpf bpf %s", bpffs);
	return -ENODEV;
}

int bw_pin_dir_open(int base, const char *name, bool create)
{
	return open_checked(base, name, create);
}

/* The child that tries a hook has the lock, too, for a moment after its parent was killed. */
static int lock_patiently(int dir)
{
	const struct timespec pause = {.tv_nsec = 50000000};

	for (int i = 0; i < 20; i++) {
		if (flock(dir, LOCK_EX | LOCK_NB) == 0)
			return 0;
		if (errno != EWOULDBLOCK)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

int bw_pin_dir_lock(int base, const char *name, int dir)
{
	struct stat here, there;
	int r = lock_patiently(dir);

	if (r < 0)
		return r;
	if (fstat(dir, &here) < 0 || fstatat(base, name, &there, AT_SYMLINK_NOFOLLOW) < 0 ||
	    here.st_ino != there.st_ino)
		return -ENOENT;
	return 0;
}

bool bw_pin_dir_is_locked(int dir)
{
	if (flock(dir, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK;
	flock(dir, LOCK_UN);
	return false;
}

/* closedir closes a descriptor of its own. */
static DIR *open_list(int dir)
{
	BW_FD int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (list)
		bw_cleanup_take_fd(&fd);
	return list;
}

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int bw_pin_dir_each(int dir, int (*each)(void *cookie, const char *name), void *cookie)
{
	DIR *list = open_list(dir);
	int r = list ? 0 : -errno;

	for (const struct dirent *e; r >= 0 && (e = readdir(list));)
		if (!is_dot(e->d_name))
			r = each(cookie, e->d_name);
	if (list)
		closedir(list);
	return r;
}

void bw_pin_dir_path(int dir, const char *name, char path[BW_PIN_DIR_PATH])
{
	snprintf(path, BW_PIN_DIR_PATH, "/proc/self/fd/%d/%s", dir, name);
}

static int remove_all(int parent, const char *name, const char *last, unsigned depth);

struct removal {
	int dir;
	const char *last; /* is left to the end; NULL: nothing is */
	unsigned depth;
	bool removed;
};

static int remove_entry(void *cookie, const char *name)
{
	struct removal *m = cookie;

	if (m->last && strcmp(name, m->last) == 0)
		return 0;
	m->removed = true;
	if (unlinkat(m->dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR || m->depth == 0)
		return -errno;
	return remove_all(m->dir, name, NULL, m->depth - 1);
}

/* A list that is read while it changes may leave entries out: it is read again until there are none. */
static int remove_all(int parent, const char *name, const char *last, unsigned depth)
{
	BW_FD int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct removal m = {.dir = dir, .last = last, .depth = depth, .removed = true};
	int r = dir < 0 ? -errno : 0;

	while (r == 0 && m.removed) {
		m.removed = false;
		r = bw_pin_dir_each(dir, remove_entry, &m);
	}
	if (r == 0 && last && unlinkat(dir, last, 0) < 0 && errno != ENOENT)
		r = -errno;
	return r == 0 && unlinkat(parent, name, AT_REMOVEDIR) < 0 ? -errno : r;
}

int bw_pin_dir_remove(int parent, const char *name, const char *last)
{
	enum { DEPTH = 4 }; /* of directories: those of any version */

	int r = remove_all(parent, name, last, DEPTH);

	return r < 0 ? bw_log_error(r, "cannot remove the directory '%s' from bpffs: %s", name, strerror(-r)) : 0;
}

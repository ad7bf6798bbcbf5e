/* SPDX-License-Identifier: Apache-2.0 */
#include "process/hidden_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/signals.h"
#include "process/mounts.h"

int bw_hidden_mounts_open(const char *point, int mount)
{
	const struct open_how how = {.flags = O_PATH | O_CLOEXEC | O_NOFOLLOW, .resolve = RESOLVE_NO_SYMLINKS};
	BW_FD int fd = (int)syscall(__NR_openat2, AT_FDCWD, point, &how, sizeof(how));
	int r = fd < 0 ? -errno : bw_mounts_id_of(fd);

	if (r < 0)
		return r;
	return r == mount ? bw_cleanup_take_fd(&fd) : -ESTALE;
}

/* From the child to its parent, with a descriptor unless there is none. */
struct message {
	int whole;
	char point[PATH_MAX];
};

/* A descriptor beside the message: cmsg(3). */
union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static void send_mount(int socket, const struct bw_mount *mount, int fd)
{
	struct message m = {.whole = bw_mounts_is_whole(mount)};
	struct iovec part = {&m, sizeof(m)};
	union control control = {
		.header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
	struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};

	snprintf(m.point, sizeof(m.point), "%s", mount->point);
	if (fd >= 0) {
		memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
		header.msg_control = &control;
		header.msg_controllen = sizeof(control);
	}
	if (sendmsg(socket, &header, MSG_NOSIGNAL) < 0)
		_exit(1);
}

/* The states of a mount beneath the dirs, in the child. */
enum state { HIDDEN = 1, SEEN, GONE }; /* 0: it was visible from the start */

static bool has_children(const struct bw_mounts *mounts, const char *states, const struct bw_mount *of)
{
	for (size_t i = 0; i < mounts->n; i++)
		if (mounts->mounts[i].parent == of->id && &mounts->mounts[i] != of && states[i] != GONE)
			return true;
	return false;
}

/* Unmounts visible mounts that have none on them; those that were hidden are sent before. Were there any? */
static bool peel(const struct bw_mounts *mounts, char *states, int socket)
{
	bool any = false;

	for (size_t i = 0; i < mounts->n; i++) {
		const struct bw_mount *m = &mounts->mounts[i];

		if (!m->beneath || states[i] == GONE || has_children(mounts, states, m))
			continue;
		BW_FD int fd = bw_hidden_mounts_open(m->point, m->id);
		if (fd < 0)
			continue;
		if (umount2(m->point, MNT_DETACH | UMOUNT_NOFOLLOW) < 0)
			continue;
		if (states[i] == HIDDEN)
			send_mount(socket, m, fd);
		states[i] = GONE;
		any = true;
	}
	return any;
}

static bool any_hidden(const struct bw_mounts *mounts, const char *states)
{
	return mounts->n > 0 && memchr(states, HIDDEN, mounts->n);
}

/* In the child. It unmounts only in its own namespace, whose mounts are private. */
static int reveal(const struct bw_hidden_mounts_dir *dirs, size_t n, int socket)
{
	BW_CLEANUP(bw_mounts_free) struct bw_mounts mounts = {0};
	BW_FREE char *states = NULL;

	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    bw_mounts_read("", &mounts) < 0)
		return 1;
	states = calloc(mounts.n + 1, 1);
	if (!states)
		return 1;
	/* The mounts have other ids in this namespace: those of the dirs are found by their paths. */
	for (size_t i = 0; i < n; i++) {
		BW_FD int fd = open(dirs[i].path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0)
			bw_mounts_mark(&mounts, bw_mounts_id_of(fd), dirs[i].path);
	}
	for (size_t i = 0; i < mounts.n; i++) {
		BW_FD int fd = mounts.mounts[i].beneath
				       ? bw_hidden_mounts_open(mounts.mounts[i].point, mounts.mounts[i].id)
				       : -1;

		if (mounts.mounts[i].beneath && fd < 0)
			states[i] = HIDDEN;
	}
	while (any_hidden(&mounts, states) && peel(&mounts, states, socket))
		;
	for (size_t i = 0; i < mounts.n; i++)
		if (states[i] == HIDDEN)
			send_mount(socket, &mounts.mounts[i], -1);
	return 0;
}

/* The next message, 0; 1 when there are no more; -errno. *fd is the caller's, or -1. */
static int receive(int socket, struct message *m, int *fd)
{
	struct pollfd ready = {.fd = socket, .events = POLLIN};
	struct iovec part = {m, sizeof(*m)};
	union control control = {0};
	struct msghdr header = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
	const struct cmsghdr *with;
	ssize_t n;

	*fd = -1;
	do {
		if (bw_signals_pending())
			return -EINTR;
	} while (poll(&ready, 1, 100) == 0);
	n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	if (n <= 0)
		return n < 0 && errno != ECONNRESET ? -errno : 1;
	with = CMSG_FIRSTHDR(&header);
	if (with)
		memcpy(fd, CMSG_DATA(with), sizeof(*fd));
	m->point[sizeof(m->point) - 1] = '\0';
	return n == sizeof(*m) ? 0 : -EPROTO;
}

static int receive_all(int socket, int (*found)(void *cookie, int fd, const char *point, bool whole), void *cookie)
{
	struct message m = {0};
	int fd, r;

	while ((r = receive(socket, &m, &fd)) == 0) {
		r = found(cookie, fd, m.point, m.whole);
		if (r != 0)
			return r;
	}
	return r < 0 ? r : 0;
}

int bw_hidden_mounts_each(const struct bw_hidden_mounts_dir *dirs, size_t n,
			  int (*found)(void *cookie, int fd, const char *point, bool whole), void *cookie)
{
	int ends[2], status = 1, r;
	pid_t parent = getpid(), child;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* It must hold nothing of its parent, in case it hangs. */
		syscall(__NR_close_range, 3, ends[1] - 1, 0);
		syscall(__NR_close_range, ends[1] + 1, UINT_MAX, 0);
		_exit(getppid() == parent ? reveal(dirs, n, ends[1]) : 1);
	}
	r = child < 0 ? -errno : 0;
	close(ends[1]);
	if (r == 0)
		r = receive_all(ends[0], found, cookie);
	close(ends[0]);
	if (child > 0) {
		if (r != 0)
			kill(child, SIGKILL);
		waitpid(child, &status, 0);
	}
	return r != 0 || status == 0 ? r : -ECHILD;
}

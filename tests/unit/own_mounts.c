/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/own_mounts.h"

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static bool write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static bool become_root(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return false;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!write_to("/proc/self/uid_map", map) || !write_to("/proc/self/setgroups", "deny"))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return write_to("/proc/self/gid_map", map);
}

void own_mounts(const char *const *paths)
{
	static bool is_own;

	if (!is_own && unshare(CLONE_NEWNS) < 0 && !become_root()) {
		print_message("skipped: this machine does not let this process have mounts of its own\n");
		skip();
	}
	is_own = true;
	assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	for (; *paths; paths++)
		assert_int_equal(mount("unit", *paths, "tmpfs", 0, "mode=755"), 0);
}

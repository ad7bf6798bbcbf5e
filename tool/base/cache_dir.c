/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cache_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

static int open_own(int parent, const char *path)
{
	BW_FD int fd = -1;
	struct stat st;

	if (mkdirat(parent, path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (st.st_uid != geteuid() || st.st_mode & 077)
		return -EPERM;
	return bw_cleanup_take_fd(&fd);
}

int bw_cache_dir_open(const char *name)
{
	BW_FD int store = open_own(AT_FDCWD, BW_CACHE_DIR_PATH);

	return store < 0 ? store : open_own(store, name);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

int bw_file_read_fd(int fd, size_t max, char **text, size_t *len)
{
	size_t used = 0, size = 4096;
	BW_FREE char *buf = malloc(size);

	if (!buf)
		return -ENOMEM;
	for (;;) {
		ssize_t n = read(fd, buf + used, size - used - 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		used += (size_t)n;
		if (used > max)
			return -EFBIG;
		if (used == size - 1) {
			char *larger = realloc(buf, size *= 2);

			if (!larger)
				return -ENOMEM;
			buf = larger;
		}
	}
	buf[used] = '\0';
	*text = BW_TAKE(buf);
	*len = used;
	return 0;
}

int bw_file_read(const char *path, size_t max, char **text, size_t *len)
{
	BW_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	/* Only open(2) must not block. */
	if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0)
		return -errno;
	return bw_file_read_fd(fd, max, text, len);
}

int bw_file_read_all(int fd, size_t max, char **text, size_t *len)
{
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : bw_file_read_fd(fd, max, text, len);
}

int bw_file_write(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Through an O_PATH descriptor the file can be checked before it is opened, without looking up the path again. */
int bw_file_open_regular(const char *path)
{
	BW_FD int path_fd = open(path, O_PATH | O_CLOEXEC), fd = -1;
	struct stat st;
	char self[64];

	if (path_fd < 0 || fstat(path_fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", path_fd);
	fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : bw_cleanup_take_fd(&fd);
}

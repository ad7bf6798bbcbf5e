/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/root.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

char root[] = "/tmp/bccwatch-unit-XXXXXX";

const char *below(const char *path)
{
	static char full[4][512];
	static unsigned turn;
	char *at = full[turn++ % LENGTH(full)];

	snprintf(at, sizeof(full[0]), "%s%s", root, path);
	return at;
}

void put_bytes(const char *path, const void *bytes, size_t len)
{
	char full[512];
	int fd;

	snprintf(full, sizeof(full), "%s", below(path));
	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(bw_file_write(fd, bytes, len), 0);
	close(fd);
}

void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

void remove_file(const char *path)
{
	assert_int_equal(unlink(below(path)), 0);
}

int make_root(void **state)
{
	(void)state;
	strcpy(strrchr(root, '-') + 1, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

int remove_root(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command); /* NOLINT(cert-env33-c): a fixed command */
}

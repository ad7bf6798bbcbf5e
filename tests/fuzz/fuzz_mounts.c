/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted, as the kernel lists it: users in namespaces of their own choose the names. */
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "kernel/mounts.h"
#include "tests/fuzz/fuzz.h"

static char root[] = "/tmp/bccwatch-fuzz-XXXXXX";

static void remove_root(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/proc/self", root);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/proc", root);
	rmdir(path);
	rmdir(root);
}

/* A root whose list of mounts is the input. */
static void make_root(void)
{
	static bool is_made;
	char path[64];

	if (is_made)
		return;
	is_made = true;
	if (!mkdtemp(root) || atexit(remove_root) != 0)
		abort();
	snprintf(path, sizeof(path), "%s/proc", root);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/proc/self", root);
	mkdir(path, 0700);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bw_mounts mounts;
	char path[64];
	int fd;

	make_root();
	snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	if (bw_mounts_open(root, &mounts) == 0)
		while (bw_mounts_next(&mounts))
			;
	bw_mounts_close(&mounts);
	unlink(path);
	return 0;
}

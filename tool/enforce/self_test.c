/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/self_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "enforce/identity.h"

int bw_self_test_prepare(struct bw_enforcement *e)
{
	int fd = memfd_create("self-test", MFD_CLOEXEC), r = fd < 0 ? -errno : 0;
	struct learned learned = {0};

	e->settings.learning = 1;
	if (r == 0)
		r = bw_identity_mode(e, MODE_ENFORCE);
	if (r == 0)
		r = bw_identity_hold(e, fd, &learned); /* its address stays its own */
	e->settings.learning = 0;
	e->settings.canary = learned.inode;
	e->canary = fd;
	if (r == 0)
		r = bw_identity_mode(e, MODE_ENFORCE);
	return r < 0 ? bw_log_error(r, "cannot prepare the self-test: %s", strerror(-r)) : 0;
}

int bw_self_test_run(const struct bw_enforcement *e)
{
	char path[64];
	BW_FD int fd = -1;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", e->canary);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 && errno == (int)e->error ? 0 : -ENOTSUP;
}

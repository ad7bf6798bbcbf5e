/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads what a process writes to a pipe: so that trace can leave out the one that reads its events. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { BW_PIPE_READERS_MAX = 64 };

struct bw_pipe_readers {
	pid_t pids[BW_PIPE_READERS_MAX]; /* n, as this process's /proc has them */
	size_t n;
	bool incomplete; /* there were too many of them, or the search took too long */
};

/*
 * The processes, but this one, that have the pipe or fifo open for reading of which fd is an end; n is 0 if fd is
 * neither. Then those that read the stdout of one of them by a pipe without a name, and so on. root is put before
 * /proc. What goes away meanwhile, or may not be looked at, is passed over. It takes a second at most for each of up to
 * 8 pipes, and looks at no file that is no pipe. 0 or -errno.
 */
int bw_pipe_readers_find(struct bw_pipe_readers *readers, const char *root, int fd);

/* SPDX-License-Identifier: Apache-2.0 */
/* The signals that end a run, as a descriptor in the main loop. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * From this call on SIGINT, SIGTERM, SIGHUP (unless it is ignored, as by nohup) and SIGCHLD are read from the signalfd
 * that is returned (close-on-exec; the caller closes it), and SIGPIPE and SIGXFSZ are ignored: a write fails with
 * EPIPE, EFBIG. -errno on failure.
 */
int bw_signals_open(void);

/* From this call on SIGUSR1 is read from that descriptor, too. 0 or -errno. */
int bw_signals_add_usr1(int fd);

/*
 * From this call on that signal, of those above or another, ends no run: it is read from the descriptor alone, also
 * where it was ignored. 0 or -errno.
 */
int bw_signals_handle(int fd, int signal);

/*
 * From this call on these signals end no run, and are not read from the descriptor: they are blocked, and wait for
 * sigtimedwait(2). 0 or -errno.
 */
int bw_signals_leave(int fd, const int *signals, size_t n);

/* Does a signal of those above end the run? */
bool bw_signals_end_run(int signal);

/* Is a signal pending that ends the run? It is not read. */
bool bw_signals_pending(void);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buffers that events come in: a perf buffer for each CPU and table, or the table's ring buffer, read by libbcc.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "program/load.h"

struct bw_buffers;

/* Called for each event; `event` is its index in the image. data is valid until the function returns, and
 * aligned to 4 bytes only. Of what
 * is larger than the event's type, up to 7 bytes may be perf's padding, and are left out. */
typedef void (*bw_sample_fn)(void *cookie, uint32_t event, const void *data, size_t size);

/*
 * Opens the buffers of all events of the image, `pages` (a power of two) pages for each CPU that is online (root
 * is put before its path in /sys).
 * Failures are reported on stderr: 0 or -errno. *buffers is the caller's, for bw_buffers_close.
 */
int bw_buffers_open(struct bw_buffers **buffers, const char *root, const struct bw_loaded *loaded, uint32_t pages,
		    bw_sample_fn sample, void *cookie);
void bw_buffers_close(struct bw_buffers *buffers);

/* Becomes readable (epoll's, poll's POLLIN) when there are events to be read soon. Owned by the buffers. */
int bw_buffers_fd(const struct bw_buffers *buffers);

/* Called while they are read: of a ring buffer no more is read then than the event at hand. */
void bw_buffers_pause(struct bw_buffers *buffers);

/* Reads all events that are there. Call it on a timer too: a few events do not make the descriptor readable. */
void bw_buffers_read(struct bw_buffers *buffers);

/*
 * Opens the buffers of CPUs that came online; reads and closes those of CPUs that went. Opens no file, so it can be
 * called while files are watched.
 */
void bw_buffers_follow_cpus(struct bw_buffers *buffers);

/* How many events the kernel reported as dropped, which it does with the next event that it does not drop. */
uint64_t bw_buffers_lost(const struct bw_buffers *buffers);

/* SPDX-License-Identifier: Apache-2.0 */
/* A run: buffers open, programs attached, events read until something ends it, nothing left behind. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "engine/attach.h"
#include "engine/load.h"
#include "engine/stream.h"

struct bw_session {
	/* Given by the caller. */
	const struct bw_loaded *loaded;
	uint32_t pages;	   /* of each CPU's buffer, a power of two */
	uint64_t seconds;  /* to run; 0: until a signal */
	int signal_fd;	   /* of bw_signals_open */
	int out_fd;	   /* the run ends when its reader has gone */
	uint64_t interval; /* of tick, in seconds; 0: none */
	bool counters;	   /* the source counts in the map of bpf_src/lib/counters.h */
	int extra_fd;	   /* read by `extra` when it is readable; -1: none */
	int urgent_fd;	   /* `urgent` is called when it has POLLPRI; -1: none */
	/* All is attached; a failure, -errno, ends the run before it begins, silently. */
	int (*ready)(void *cookie);
	bw_sample_fn sample;
	int (*flush)(
		void *cookie); /* no more events are at hand, or many were shown; a failure, -errno, ends the run */
	/* An interval is over, or SIGUSR1 came (bw_signals_add_usr1). May be NULL, as `extra`. */
	void (*tick)(void *cookie);
	void (*extra)(void *cookie);
	void (*urgent)(void *cookie);
	void (*second)(void *cookie); /* about once a second */
	void *cookie;

	/*
	 * Counted. Lost: what the buffers did not take. Cut: names longer than their field. Missed: runs of a program
	 * that the kernel left out (bw_loaded_missed, bw_attached_missed); an event each, if no filter would have
	 * hidden it.
	 */
	uint64_t events, lost, cut, missed;

	bool started; /* all was attached, and the run began */

	/* Inner. */
	struct bw_stream *stream;
	struct bw_attached attached;
	uint64_t end, next_report, next_tick, reported, told_missed, missed_returns, told_returns;
};

/*
 * Runs. 0 when a signal, the time or the reader's going ended it; -errno, reported on stderr, but for what flush
 * returned. When it returns nothing is attached any more, and all that the kernel had sent was passed on.
 */
int bw_session_run(struct bw_session *session);

/* Has its time come, or a signal that ends it? */
bool bw_session_is_over(const struct bw_session *session);

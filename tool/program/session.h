/* SPDX-License-Identifier: Apache-2.0 */
/* Programs attached and their events read, from bw_session_open over bw_session_run to bw_session_close. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "program/attach.h"
#include "program/buffers.h"
#include "program/load.h"

/*
 * What outlives the process, in memory that the next one continues with: how many events were read and passed on, what
 * was lost or cut off of those before.
 */
struct bw_session_kept {
	uint64_t read, printed, lost, crowded, cut;
};

/* Where programs are pinned: what is kept, and who is called when events were printed. */
struct bw_session_keeper {
	struct bw_session_kept *kept;
	void (*printed)(void *cookie);
	void *cookie;
};

struct bw_session {
	/* Given by the caller. */
	const struct bw_loaded *loaded;
	uint32_t pages;	   /* of each CPU's buffer, a power of two */
	uint64_t duration; /* to run, in ns; 0: until a signal */
	int signal_fd;	   /* of bw_signals_open */
	int out_fd;	   /* the run ends when its reader has gone */
	uint64_t interval; /* of tick, in ns; 0: none */
	bool counters;	   /* the source counts in the map of bpf_src/lib/counters.h */
	int extra_fd;	   /* read by `extra` when it is readable; -1: none */
	int urgent_fd;	   /* `urgent` is called when it has POLLPRI; -1: none */
	bw_sample_fn sample;
	/* No more events are at hand, or many were printed; a failure, -errno, ends the run. */
	int (*flush)(void *cookie);
	/*
	 * Set by flush: when it wants to be called again, in ns of CLOCK_MONOTONIC; 0: when there are events. It knows
	 * that all events from before `complete` were passed on (UINT64_MAX: all there will be).
	 */
	uint64_t due, complete;
	/* An interval is over, or SIGUSR1 came (bw_signals_add_usr1). May be NULL, as those that follow. */
	void (*tick)(void *cookie);
	void (*extra)(void *cookie);
	void (*urgent)(void *cookie);
	void (*second)(void *cookie); /* about once a second, when the losses were counted */
	void (*hangup)(void *cookie); /* SIGHUP came, of which bw_signals_handle said that it ends no run */
	bool (*ended)(void *cookie);  /* has something else ended the run? */
	/*
	 * The programs are pinned, and share their buffer and what they count with those before and after: events that
	 * are there already count, and so does what was lost since. NULL: they end with the session.
	 */
	const struct bw_session_keeper *keeper;
	void *cookie;

	bool stop; /* set it to end the run */

	/*
	 * Counted. Lost: what the buffers did not take; unbuffered: those of them that came on a CPU without a buffer.
	 * Cut: names longer than their field. Missed: runs of a program that the kernel left out (bw_loaded_missed,
	 * bw_attached_missed); an event each, if no filter would have hidden it.
	 */
	uint64_t events, lost, unbuffered, cut, missed;

	/* Inner. */
	bool is_open; /* all is attached, and events count */
	struct bw_buffers *buffers;
	struct bw_attached attached;
	uint64_t began, end, next_report, next_look, next_tick;
	uint64_t crowded; /* of the lost: the program had no room for more at a time (COUNTER_LOST) */
	uint64_t reported, reported_unbuffered, reported_crowded, reported_cut, reported_missed, missed_returns,
		reported_returns;
	/* bw_session_add's, NULL: there is none; and what was counted before it took over. */
	const struct bw_loaded *next;
	struct bw_buffers *next_buffers;
	struct bw_attached next_attached;
	struct {
		uint64_t lost, unbuffered, crowded, cut, missed, missed_returns;
	} before;
};

/*
 * Opens the buffers and attaches the programs: from here on events count, and wait to be read. 0 or -errno, reported on
 * stderr. The session is the caller's, for bw_session_close, in either case.
 */
int bw_session_open(struct bw_session *session);

/*
 * Reads events until a signal, the time or the reader's going ends it: 0; or -errno, reported, but for what flush
 * returned. Then nothing is attached any more, all that the kernel had sent was passed on, and the losses are counted.
 */
int bw_session_run(struct bw_session *session);

/*
 * Attaches other programs beside those of an open session, which go on: their events wait in buffers of their own. Then
 * bw_session_switch reads the old buffers to their end, detaches the old programs, and goes on with the new ones;
 * or bw_session_drop detaches the new ones again. 0 or -errno: of bw_session_add reported, and dropped; of
 * bw_session_switch what flush returned, and all is done.
 */
int bw_session_add(struct bw_session *session, const struct bw_loaded *next);
int bw_session_switch(struct bw_session *session);
void bw_session_drop(struct bw_session *session);

/* Reads and flushes what is there now: for work during a run that takes long. What flush returned. */
int bw_session_read(struct bw_session *session);

/* Detaches the programs and closes the buffers. May be called on a session of zeroes, and more than once. */
void bw_session_close(struct bw_session *session);

/* Has its time come, a signal that ends it, or something else? */
bool bw_session_is_over(const struct bw_session *session);

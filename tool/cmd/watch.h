/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaded programs attached, and what they send printed on stdout: what `trace`, `block` and `run` have in common. In
 * this order: bw_watch_open, the command's own work, bw_watch_run, bw_watch_finish, bw_watch_close.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "cmd/map_printer.h"
#include "output/event_text.h"
#include "output/file_event.h"
#include "output/order.h"
#include "output/timestamp.h"
#include "program/load.h"
#include "program/session.h"

struct bw_command_run;
struct bw_trace_pipe;
struct bw_watch_format;

struct bw_watch {
	/* Given by the caller. */
	const struct bw_loaded *loaded;
	uint32_t pages;	   /* of each CPU's buffer, a power of two */
	uint64_t duration; /* to run, in ns; 0: until a signal */
	int signal_fd;	   /* of bw_signals_open */
	bool fail_on_loss;
	bool unwatched;	   /* some of what was to be watched was not, which may be a loss; known at the end */
	bool needs_reader; /* that stdout's reader goes is a failure */
	bool goes_on;	   /* also while lines can't be written: a full disk does not end it */
	bool counters;	   /* the source has the map of bpf_src/lib/counters.h */
	bool named;	   /* each line has the name of its table */
	bool json;	   /* in place of text */
	/*
	 * Events are kept until no earlier one can come, a tenth of a second at most, and put in the order of their
	 * times. (Those of several tables are sorted in any case, as far as they are read at once.)
	 */
	bool hold_back;
	/* The table `events` has file events; NULL: there is none of which this is known. */
	const struct bw_file_event_options *file_events;
	uint64_t max_events;  /* that are shown, then the run ends; 0: no limit */
	const char *out_path; /* of -o, which SIGHUP opens anew; NULL: stdout */
	/* Started, and released when the run begins, which ends with it; NULL: none. The exit status is the command's.
	 */
	struct bw_command_run *command;
	/* Printed at the end, at each interval of so many ns, and on SIGUSR1; NULL: no maps are. */
	struct bw_map_printer *maps;
	uint64_t interval;
	struct bw_trace_pipe *trace_pipe; /* what bpf_trace_printk wrote is printed too; NULL: it is not */
	struct bw_event_text_sentence sentence;
	/* `urgent` is called at once when urgent_fd has POLLPRI; NULL: there is none. */
	int urgent_fd;
	void (*urgent)(void *cookie);
	/* Where there is no trace_pipe: `extra` is called when extra_fd is readable; NULL: there is none. */
	int extra_fd;
	void (*extra)(void *cookie);
	/* Called about once a second; may be NULL. */
	void (*second)(void *cookie);
	const struct bw_session_keeper *keeper; /* of a session of pinned programs; NULL: they end with it */
	/* SIGHUP came, of which bw_signals_handle said that it ends no run; may be NULL. */
	void (*hangup)(void *cookie);
	void *cookie;

	/* Inner. */
	struct bw_session session;
	struct bw_out out;
	struct bw_watch_format *formats;      /* n_formats, one a table */
	struct bw_watch_format *next_formats; /* likewise, of bw_watch_add's programs */
	uint32_t n_formats, n_next_formats;
	bool in_order; /* they are kept until all buffers were read: all have a time, and hold_back or several tables */
	int out_fd;    /* of out_path; 0: none */
	struct bw_order order;
	uint64_t last;		     /* the time of the event before */
	uint64_t shown;		     /* events */
	int failed;		     /* why lines were not written, -errno, where the run goes on all the same */
	uint64_t reported_unwritten; /* lines */
	uint64_t reported_losses;    /* the sum of what the record of losses has */
	struct bw_timestamp_clock clock;
};

/* Attaches the programs: from here on their events count. 0 or -errno, reported; bw_watch_close is due in either case.
 */
int bw_watch_open(struct bw_watch *watch);

/*
 * Programs that take over from those of an open watch (bw_session_add, _read, _switch, _drop); their events are printed
 * with the sentence as it is when they are added. bw_watch_switch prints all events of the old ones first; then it is
 * urgent_fd and extra_fd that are watched. bw_watch_add returns 0 or -errno, reported, the others 0 or why the run is
 * to end.
 */
int bw_watch_add(struct bw_watch *watch, const struct bw_loaded *next);
int bw_watch_read(struct bw_watch *watch);
int bw_watch_switch(struct bw_watch *watch, int urgent_fd, int extra_fd);
void bw_watch_drop(struct bw_watch *watch);

/* Prints events until something ends the run, which is detached then. 0 or -errno, reported. */
int bw_watch_run(struct bw_watch *watch);

/*
 * Prints the closing line, which begins with `summary`, on stderr. `r` is what bw_watch_run returned. BW_EXIT_*; of a
 * command, whose end is waited for, its status or BW_COMMAND_*.
 */
int bw_watch_finish(struct bw_watch *watch, int r, const char *summary);
void bw_watch_close(struct bw_watch *watch);

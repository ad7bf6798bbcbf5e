/* SPDX-License-Identifier: Apache-2.0 */
/* Runs loaded programs and shows what they send on stdout: what `trace`, `block` and `run` have in common. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/maps.h"
#include "engine/load.h"
#include "event/text.h"

struct bw_printk;

struct bw_watch {
	const struct bw_loaded *loaded;
	uint32_t pages;	  /* of each CPU's buffer, a power of two */
	uint64_t seconds; /* to run; 0: until a signal */
	int signal_fd;	  /* of bw_signals_open */
	bool fail_on_loss;
	bool needs_reader; /* that stdout's reader goes is a failure */
	bool goes_on;	   /* also while lines can't be written: a full disk does not end it */
	bool counters;	   /* the source has the map of bpf_src/lib/counters.h */
	bool named;	   /* each line has the name of its table */
	bool json;	   /* in place of text */
	/* Shown at the end, at each interval of so many seconds, and on SIGUSR1; NULL: no maps are. */
	struct bw_maps *maps;
	uint64_t interval;
	struct bw_printk *printk; /* what bpf_trace_printk wrote is shown too; NULL: it is not */
	struct bw_sentence sentence;
	/* `urgent` is called at once when urgent_fd has POLLPRI; NULL: there is none. */
	int urgent_fd;
	void (*urgent)(void *cookie);
	/* All is attached: says so. A failure, -errno, ends the run; it has said why. */
	int (*ready)(void *cookie);
	/* Called about once a second; may be NULL. */
	void (*second)(void *cookie);
	/* What the closing line begins with, if anything; may be NULL. */
	void (*closing)(void *cookie, char *words, size_t size);
	void *cookie;
};

/* BW_EXIT_*, or -errno where the run did not begin; what failed has been reported. */
int bw_watch_run(const struct bw_watch *watch);

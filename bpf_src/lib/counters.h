/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What a program of bpf_src/ counts beside its events, so that nothing is lost silently. The map is called
 * `counters`, BPF_PERCPU_ARRAY(counters, __u64, COUNTERS); bccwatch adds up its CPUs and reports it.
 */
#pragma once

enum {
	COUNTER_LOST,	   /* events that were not sent (those that a buffer did not take are counted by bccwatch) */
	COUNTER_CUT,	   /* names that did not fit into their field */
	COUNTER_UNWATCHED, /* files that trace was to watch by their other names, too: the map is full */
	COUNTERS
};

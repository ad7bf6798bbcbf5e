/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events as lines of text:
 *   15:04:05 PID=812 COMM=cat FILENAME=/etc/hosts UID=0
 *   15:04:05 PID=812 COMM=cat opened file /etc/hosts UID=0
 *   15:04:05 PID=812 COMM=cat tried to open forbidden file /etc/hosts, denied. UID=0
 *   15:04:05 events PID=812 COMM=cat UID=0
 * The field `ts` is the time, where it is one of bpf_ktime_get_ns(); pid, comm and fname come first, all others
 * follow in the source's order.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "output/layout.h"

/* What stands around the file's name; NULL before: FILENAME=. */
struct bw_event_text_sentence {
	const char *lead; /* stands behind the time: the table's name; NULL: nothing */
	const char *before;
	const char *after;
	const char *then; /* the field, an array of char, that stands there without its name; NULL: none */
	/* Behind `before`: the field, an array of char, that has the verb (without it: "open"), and its object; or
	 * NULL. */
	const char *verb, *object;
	const char *trailer; /* stands at the end of each line, with the space before it; NULL: nothing */
	bool any_time;	     /* events can be older than this: they waited in a buffer */
};

struct bw_event_text;

/* *text is owned by the caller, for bw_event_text_free; layout and sentence must live as long. 0 or -ENOMEM. */
int bw_event_text_new(struct bw_event_text **text, const struct bw_layout *layout,
		      const struct bw_event_text_sentence *sentence);
void bw_event_text_free(struct bw_event_text *text);

/* The most bytes that a line of a sample of size bytes can have. */
size_t bw_event_text_longest(const struct bw_event_text *text, size_t size);

/*
 * Appends the event's line to out. The sample may have any size and alignment: what lies beyond it is shown as
 * "?", what no field covers (but for up to 7 bytes, which perf pads with) as REST=hex.
 */
void bw_event_text_line(struct bw_event_text *text, struct bw_out *out, const void *sample, size_t size);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File events, as lines of text:
 *   15:04:05 PID=812 COMM=cat FILENAME=/etc/hosts
 *   15:04:05 PID=812 COMM=cp FILENAME=/t/new CREATED=true
 *   15:04:05 PID=812 COMM=mv OP=rename FILENAME=/t/n TO=/t/c
 *   15:04:05 OP=read PATH=/etc/hosts BYTES=221 RESULT=221		(--fields op,path,bytes,result)
 * or JSON, an object a line (trace.schema.json):
 *   {"time":...,"table":"events","version":1,"event":{"op":"open","path":"/etc/hosts",...}}
 * What can't be known is ? or null. Fields that the source has beyond those of bw_file_event_field follow the others.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/out.h"
#include "output/file_event_fields.h"
#include "output/file_sample.h"
#include "output/layout.h"
#include "process/cgroup.h"

enum { BW_FILE_EVENT_VERSION = 1 }; /* of the JSON: changes where a key goes or changes its meaning */

struct bw_file_event_options {
	struct bw_file_event_fields fields; /* exactly these; none: in JSON all, in text the default line */
	struct bw_file_event_fields added;  /* in the default line, behind its own */
	bool by_path;			    /* in the default line, FILENAME is the path, not the name as given */
	bool with_op;		    /* in the default line, OP stands behind COMM: more than opens are watched */
	struct bw_cgroups *cgroups; /* NULL: no paths of cgroups */
	/* Is the event printed? NULL: each is. */
	bool (*wanted)(void *cookie, const struct bw_file_sample *sample);
	void *cookie;
};

/* BW_FILE_EVENT_NEEDS_*: what the fields that are printed need to be compiled in. */
uint32_t bw_file_event_needs(const struct bw_file_event_options *options, bool json);

struct bw_file_event;

/* *event is owned by the caller, for bw_file_event_free; layout, table and options must live as long. 0 or -ENOMEM. */
int bw_file_event_new(struct bw_file_event **event, const char *table, const struct bw_layout *layout,
		      const struct bw_file_event_options *options, bool json);
void bw_file_event_free(struct bw_file_event *event);

/*
 * Appends the event's line, of a sample of any size and alignment. late: an event of a later time was printed before.
 * Returns false where it is not wanted.
 */
bool bw_file_event_line(struct bw_file_event *event, struct bw_out *out, const void *sample, size_t size, bool late);

/* SPDX-License-Identifier: Apache-2.0 */
/* Events as bpf_src/trace.c sends them: struct file_event of bpf/types.h. */
#pragma once

#include "bpf_src/trace/event.h"
#include "tests/unit/samples.h"

struct made_event {
	struct file_event e;
	size_t size; /* of the sample: up to the last text's end */
};

/* An event of the process 812, "cat", with the marks and no texts. */
struct made_event make_event(u8 op, u32 marks);

/* Puts a text behind those that are there. */
void add_bytes(struct made_event *made, struct text_place *place, const char *bytes, size_t len);
void add_text(struct made_event *made, struct text_place *place, const char *text);

/* An open of /etc/hosts with a value in each field. */
struct made_event full_event(void);

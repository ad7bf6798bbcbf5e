/* SPDX-License-Identifier: Apache-2.0 */
/* A session of one perf buffer and one hook, in the kernel of fake_bpf.h, and what it called. */
#pragma once

#include "program/session.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/fake_hook.h"

struct opened_session {
	struct fake fake;
	struct bw_session session;
	unsigned opened, samples, flushes, ticks, extras, urgents, seconds;
	unsigned per_read; /* events that each look at the buffer finds */
	int readers[2];	   /* that of stdout, and ours */
	int flush_result, program, hook, end_signal;
	void (*when_open)(void);
};

extern struct opened_session s;
extern struct bw_plan_binding opened_binding; /* of the hook */

/* Opens it; its hook is in s.hook. */
int opened_session_open(void);

/* Another program of the same image. */
void opened_session_load(struct fake *fake, int *program_fd);

/* Events were lost: 7 by the buffers, 11 by the program; 2 names were cut off. */
void opened_session_lose(void);

/* Fixtures of a test. */
int opened_session_begin(void **state);
int opened_session_end(void **state);

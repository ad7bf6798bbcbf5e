/* SPDX-License-Identifier: Apache-2.0 */
/* A child of the sandbox that does to the process that asked what it should not be able to do. */
#pragma once

#include "base/sandbox.h"
#include "tests/unit/unit.h"

enum { NUMBER = 4711 };

/* What the child does when it is asked. */
enum op {
	OP_DESCRIBE,
	OP_SPIN,
	OP_GROW,
	OP_OPEN,
	OP_SOCKET,
	OP_EXECUTE,
	OP_FORK,
	OP_HANG,
	OP_EXIT,
	OP_READ_MAPPED,
	OP_SHORT,
	OP_LONG,
	OP_POSITIVE,
	OP_NO_END,
};

extern struct bw_sandbox_strays strays;

/* Ways to open the child's input; the last one opens the path that is the cookie. */
int open_null(void *cookie);
int open_nothing(void *cookie);
int open_never(void *cookie);
int open_shrinking(void *cookie);

struct bw_sandbox_job job_of(int (*opened)(void *cookie));

/* Asks a new child; how it failed is left in s. */
int ask_new(struct bw_sandbox *s, const struct bw_sandbox_job *job, enum op op, unsigned ms);

/* A new child that is asked for this fails in this way, and the reason contains `why`. */
void expect_failure(enum op op, enum bw_sandbox_failure failure, const char *why);

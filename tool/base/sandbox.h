/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parses input that another process can shape, if it is more than a line of text: a child process without privileges
 * reads it, and answers requests. A hostile input can harm only that child: the caller waits for a bounded time, and
 * never for the child's end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/confine.h"
#include "base/deadline.h"

enum { BW_SANDBOX_TEXT = 4096, BW_SANDBOX_NUMBERS = 6 };

struct bw_sandbox_request {
	uint32_t op;
	uint32_t zero;
	uint64_t number;
	char text[BW_SANDBOX_TEXT];
};

struct bw_sandbox_answer {
	int32_t status; /* 0 or -errno */
	uint32_t zero;
	uint64_t numbers[BW_SANDBOX_NUMBERS];
	char text[BW_SANDBOX_TEXT];
};

/* Identifies a file and its state. */
struct bw_sandbox_file_id {
	uint64_t device, inode, size, changed, modified; /* the times in nanoseconds */
};

struct bw_sandbox_job {
	/*
	 * In the child, with the parent's privileges, to open the input and nothing more: opening, too, can block for
	 * ever. The descriptor, or -errno.
	 */
	int (*open)(void *cookie); /* NULL: fd is -1 */
	/* In the child, without any: parses what fd has, at the first request or at each. *answer is zeroed. */
	void (*answer)(void *cookie, int fd, const struct bw_sandbox_request *request,
		       struct bw_sandbox_answer *answer);
	void *cookie; /* the child has a copy of its own of what it points to */
	struct bw_confine_limits limits;
	unsigned ms; /* time limit of the opening, and of each answer */
	/*
	 * It keeps its privileges: for a job that reads nothing that another process wrote, but can block. limits are
	 * not used.
	 */
	bool privileged;
};

/* What went wrong with the child itself. */
enum bw_sandbox_failure {
	BW_SANDBOX_FINE,
	BW_SANDBOX_START,   /* no process could be started */
	BW_SANDBOX_CONFINE, /* it could not give up its privileges */
	BW_SANDBOX_SLOW,    /* no answer in time */
	BW_SANDBOX_DIED,
	BW_SANDBOX_MEMORY,  /* it needs more than the limit */
	BW_SANDBOX_GARBAGE, /* a malformed answer */
	BW_SANDBOX_OVER,    /* the caller's deadline is over */
};

/*
 * Children that were killed and whose end nobody waits for: one that hangs in the kernel may never end. While
 * BW_SANDBOX_HUNG of them hang no further child is started; BW_SANDBOX_LIVE others may run.
 */
enum { BW_SANDBOX_HUNG = 16, BW_SANDBOX_LIVE = 16, BW_SANDBOX_STRAYS = BW_SANDBOX_HUNG + BW_SANDBOX_LIVE };

struct bw_sandbox_strays {
	pid_t pids[BW_SANDBOX_STRAYS];
	unsigned n;
};

struct bw_sandbox {
	pid_t pid; /* 0: there is no child */
	int fd;
	unsigned ms;
	struct bw_sandbox_file_id id; /* of what was opened */
	enum bw_sandbox_failure failure;
	char why[128]; /* the failure in plain English: "reading it took more than 2 s" */
};

/*
 * Starts the child, which opens its input. 0, or -errno: open's where sandbox->failure is BW_SANDBOX_FINE. sandbox is
 * the caller's, for bw_sandbox_stop, also after a failure. strays must outlive it.
 */
int bw_sandbox_start(struct bw_sandbox *sandbox, const struct bw_sandbox_job *job, struct bw_sandbox_strays *strays,
		     struct bw_deadline *deadline);

/*
 * The child's answer, whose size, status and text's end are checked; numbers are for the caller to check. 0 or the
 * answer's status, or -EIO if the child failed, now or before: sandbox->failure and why have the reason.
 */
int bw_sandbox_ask(struct bw_sandbox *sandbox, const struct bw_sandbox_request *request,
		   struct bw_sandbox_answer *answer, struct bw_deadline *deadline);

/* Kills the child; does not wait for its end. */
void bw_sandbox_stop(struct bw_sandbox *sandbox, struct bw_sandbox_strays *strays);

/* The memory of the child, in bytes. */
uint64_t bw_sandbox_memory(const struct bw_sandbox *sandbox);

/* Reaps those that have ended, waiting for at most ms milliseconds; BW_STRAYS_LAST_MS for the last time. */
enum { BW_STRAYS_LAST_MS = 50 };
void bw_sandbox_reap_strays(struct bw_sandbox_strays *strays, unsigned ms);

struct stat;
struct bw_sandbox_file_id bw_sandbox_file_id_of(const struct stat *st);

/* Are these len bytes a well-formed answer? Then they are copied to *answer. */
int bw_sandbox_check(const void *bytes, size_t len, struct bw_sandbox_answer *answer);

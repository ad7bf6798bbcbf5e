/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_opener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "base/signals.h"
#include "cmd/trace_search.h"

/* How long a file system may take to answer, and all of them together. */
enum { ANSWER_MS = 2000, ALL_MS = 600000 };

/* How long the process looks for files of several names before it answers that there is more to look through. */
enum { SEARCH_MS = 500 };

enum { OP_OPEN_PATH, OP_READ_LINK, OP_FIND_LINKS, OP_NEXT_LINK };

/* In that process. */
struct opener_state {
	int last; /* the file that was opened last, or -1 */
	struct bw_trace_search search;
};

void bw_trace_opener_comm(char comm[16], uint64_t number)
{
	snprintf(comm, 16, "%015llx", (unsigned long long)(number >> 4));
}

/*
 * The file stays open until the next request: then it can't leave the kernel's memory, and come back as another, while
 * its identity is read.
 */
static int open_path(struct opener_state *s, const struct bw_sandbox_request *request, struct bw_sandbox_answer *answer)
{
	char comm[16], name[64];
	struct stat st;

	bw_trace_opener_comm(comm, request->number);
	bw_cleanup_fd(&s->last);
	if (request->number)
		prctl(PR_SET_NAME, comm);
	s->last = open(request->text, O_PATH | O_CLOEXEC);
	answer->status = s->last < 0 ? -errno : 0;
	prctl(PR_SET_NAME, "bccwatch");
	if (s->last < 0)
		return answer->status;
	if (fstat(s->last, &st) == 0)
		answer->numbers[0] = st.st_mode;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", s->last);
	if (readlink(name, answer->text, sizeof(answer->text) - 1) < 0)
		answer->text[0] = '\0';
	return 0;
}

static void answer(void *cookie, int unused, const struct bw_sandbox_request *request, struct bw_sandbox_answer *answer)
{
	struct opener_state *s = cookie;

	(void)unused;
	switch (request->op) {
	case OP_OPEN_PATH:
		answer->status = open_path(s, request, answer);
		break;
	case OP_READ_LINK:
		answer->status = readlink(request->text, answer->text, sizeof(answer->text) - 1) < 0 ? -errno : 0;
		break;
	case OP_FIND_LINKS:
		bw_trace_search_close(&s->search);
		answer->status = bw_trace_search_open(&s->search, request->text);
		break;
	default:
		answer->status = bw_trace_search_next(&s->search, bw_deadline_now() + SEARCH_MS, answer->text);
	}
}

/* As bw_sandbox_ask. */
static int ask(struct bw_trace_opener *o, uint32_t op, const char *path, uint64_t number,
	       struct bw_sandbox_answer *answer)
{
	struct bw_sandbox_request request = {.op = op, .number = number};

	if (strlen(path) >= sizeof(request.text))
		return -ENAMETOOLONG;
	memcpy(request.text, path, strlen(path) + 1);
	return bw_sandbox_ask(&o->sandbox, &request, answer, &o->deadline);
}

int bw_trace_opener_start(struct bw_trace_opener *o)
{
	struct opener_state state = {.last = -1}; /* the other process has its own */
	const struct bw_sandbox_job job = {.answer = answer, .cookie = &state, .ms = ANSWER_MS, .privileged = true};

	if (o->started)
		return 0;
	o->started = true;
	bw_deadline_start(&o->deadline, ALL_MS);
	if (bw_sandbox_start(&o->sandbox, &job, &o->strays, &o->deadline) == 0)
		return 0;
	return bw_signals_pending() ? -EINTR : bw_log_error(-EIO, "cannot open what is watched: %s", o->sandbox.why);
}

int bw_trace_opener_open(struct bw_trace_opener *o, const char *path, uint64_t number, uint32_t *mode,
			 char real[PATH_MAX])
{
	struct bw_sandbox_answer answer = {0};
	int r = ask(o, OP_OPEN_PATH, path, number, &answer);

	*mode = (uint32_t)answer.numbers[0];
	snprintf(real, PATH_MAX, "%s", r == 0 && *answer.text == '/' ? answer.text : "");
	return r;
}

int bw_trace_opener_follow(struct bw_trace_opener *o, const char *path, char **to)
{
	struct bw_sandbox_answer answer = {0};
	int r = ask(o, OP_READ_LINK, path, 0, &answer);

	*to = NULL;
	if (o->sandbox.failure)
		return r;
	if (r < 0)
		return 0;
	*to = bw_path_parts_follow(path, answer.text);
	return *to ? 0 : -ENOMEM;
}

int bw_trace_opener_find_links(struct bw_trace_opener *o, const char *directory)
{
	struct bw_sandbox_answer answer = {0};

	return ask(o, OP_FIND_LINKS, directory, 0, &answer);
}

int bw_trace_opener_next_link(struct bw_trace_opener *o, char path[PATH_MAX])
{
	struct bw_sandbox_answer answer = {0};
	int r = bw_signals_pending() ? -EINTR : ask(o, OP_NEXT_LINK, "", 0, &answer);

	snprintf(path, PATH_MAX, "%s", answer.text);
	return r;
}

void bw_trace_opener_stop(struct bw_trace_opener *o)
{
	if (!o->started)
		return;
	o->started = false;
	bw_sandbox_stop(&o->sandbox, &o->strays);
	bw_sandbox_reap_strays(&o->strays, BW_STRAYS_LAST_MS);
}

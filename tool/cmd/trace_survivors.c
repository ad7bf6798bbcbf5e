/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_survivors.h"

#include <stdint.h>
#include <string.h>

#include "base/log.h"
#include "process/process.h"
#include "program/map_entries.h"

struct survivors {
	const char *root;
	pid_t command;
	unsigned n;
	pid_t one; /* of them */
};

/* A process that has ended stays in the map until its parent waits for it. */
static void count(void *cookie, const void *key)
{
	struct survivors *s = cookie;
	uint32_t pid;

	memcpy(&pid, key, sizeof(pid));
	if ((pid_t)pid == s->command || !bw_process_runs(s->root, (pid_t)pid))
		return;
	s->one = (pid_t)pid;
	s->n++;
}

void bw_trace_survivors_report(const struct bw_loaded *loaded, const char *root, pid_t command)
{
	static const struct bw_map_entries tree = {"tree", sizeof(uint32_t), sizeof(uint32_t)};
	struct survivors s = {.root = root, .command = command};

	bw_map_entries_each(&tree, loaded, count, &s);
	if (s.n == 1)
		bw_log_note("1 process that the command started still runs, PID %d: what it does from here on is not "
			    "shown.",
			    (int)s.one);
	else if (s.n > 1)
		bw_log_note("%u processes that the command started still run, one is PID %d: what they do from here on "
			    "is not shown.",
			    s.n, (int)s.one);
}

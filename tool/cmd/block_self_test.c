/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_self_test.h"

#include "base/log.h"
#include "enforce/self_test.h"
#include "output/timestamp.h"

#define SECOND 1000000000ULL

/* The replacement is tried, too, before what failed goes. */
static void replace(struct bw_block_self_test *t, struct bw_block_run *run, unsigned long long seconds)
{
	bw_log_note("Self-test failed: the test access was not denied. A replacement is attached.");
	if (bw_block_reload_replace(run) == 0) {
		bw_log_note("Replaced: the test access is denied again, generation %llu.",
			    (unsigned long long)run->generation);
		return;
	}
	t->degraded = true;
	bw_log_note("Degraded: the rules may not be enforced, and no replacement works; next try in %llu seconds.",
		    seconds);
}

void bw_block_self_test_attend(struct bw_block_self_test *t, struct bw_block_run *run)
{
	const uint64_t interval = run->program->options->self_test, now = bw_timestamp_now();

	if (interval == 0 || now < t->next)
		return;
	t->next = now + interval;
	if (bw_self_test_run(&run->program->enforcement) < 0)
		replace(t, run, interval / SECOND);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/attach.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "engine/quiet.h"
#include "kernel/kprobe.h"

/* A descriptor, which holds the hook, or -errno. */
static int attach(struct bw_binding *b, int program)
{
	int hook = b->placed, r;

	if (!b->kind->place)
		return b->kind->attach(program, b->target);
	if (hook < 0) /* nobody has checked it */
		hook = b->placed = b->kind->place(b->target);
	r = hook < 0 ? hook : bw_kprobe_attach(hook, program);
	if (r < 0)
		return r;
	b->placed = -1;
	return hook;
}

static int attach_one(struct bw_binding *b, int program, int *hook)
{
	struct bw_quiet quiet;
	BW_FREE char *words = NULL;
	size_t len;

	bw_quiet_begin(&quiet);
	*hook = attach(b, program);
	bw_quiet_end(&quiet, &words, &len);
	if (*hook >= 0) {
		bw_debug("attached: %s %s", b->kind->word, b->target);
		return 0;
	}
	bw_plan_explain(b, *hook);
	if (bw_verbose)
		bw_words(words, len);
	return *hook;
}

int bw_attach(struct bw_attached *attached, const struct bw_loaded *loaded)
{
	const struct bw_plan *plan = loaded->plan;

	*attached = (struct bw_attached){malloc((plan->n + 1) * sizeof(int)), 0};
	if (!attached->hooks)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++) {
		struct bw_binding *b = &plan->bindings[i];
		int r = attach_one(b, loaded->programs[b->program], &attached->hooks[i]);

		if (r < 0)
			return r;
		attached->n++;
	}
	return 0;
}

void bw_detach(struct bw_attached *attached)
{
	for (uint32_t i = 0; i < attached->n; i++)
		close(attached->hooks[i]);
	free(attached->hooks);
	*attached = (struct bw_attached){0};
}

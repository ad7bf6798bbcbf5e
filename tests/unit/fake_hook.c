/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/fake_hook.h"

#include <errno.h>
#include <stdio.h>
#include <sys/eventfd.h>

int fake_hook_program, fake_hook_explained;
const char *fake_hook_target;

static int attach(int program, const char *target)
{
	fake_hook_program = program;
	fake_hook_target = target;
	fprintf(stderr, "libbcc: a note\n");
	return eventfd(0, EFD_CLOEXEC);
}

static int attach_nothing(int program, const char *target)
{
	(void)program;
	(void)target;
	return -EACCES;
}

static void explain(const char *target, int error)
{
	fake_hook_target = target;
	fake_hook_explained = error;
}

const struct bw_probe_kind fake_hook = {.word = "fake", .attach = attach, .explain = explain};
const struct bw_probe_kind broken_hook = {.word = "broken", .attach = attach_nothing, .explain = explain};

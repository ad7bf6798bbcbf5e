/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks that need no kernel. */
#pragma once

#include "program/probe.h"

/* One that is an open descriptor; and one that cannot be attached: -EACCES. */
extern const struct bw_probe_kind fake_hook, broken_hook;

/* What attaching and explaining were given last. */
extern int fake_hook_program, fake_hook_explained;
extern const char *fake_hook_target;

/* SPDX-License-Identifier: Apache-2.0 */
/* Does the hook deny and kill, on this kernel? Found out on a child of this process. */
#pragma once

#include "enforce/enforcement.h"

/*
 * A child with a random name opens a file: it must be denied, and killed, as the rules will do to others, or the hook
 * does not work. The program is attached. 0; -ENOTSUP, silently, if it was not; or -errno, reported.
 */
int bw_hook_trial_run(struct bw_enforcement *enforcement, const struct bw_loaded *loaded);

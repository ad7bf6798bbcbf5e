/* SPDX-License-Identifier: Apache-2.0 */
/* `bccwatch block --status` and `--unpin NAME`. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/block_options.h"
#include "enforce/pin.h"

/* A pin as it is listed. */
struct bw_block_status_pin {
	const char *name;
	struct bw_pin_info info; /* version 0: nothing is pinned (yet) */
	bool watched;
	uint64_t denied, lost; /* accesses since it was pinned, and events of them that were not sent */
	struct bw_rules rules;
};

/* BW_EXIT_* */
int bw_block_status(const struct bw_block_options *options);

/* Prints it on stdout, as text or as JSON. 0 or -ENOMEM. */
int bw_block_status_print(const struct bw_block_status_pin *pin, bool json);

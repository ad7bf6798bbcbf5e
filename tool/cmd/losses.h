/* SPDX-License-Identifier: Apache-2.0 */
/* What a run did not print, by its reason: in the closing line, and in JSON as a record of its own. */
#pragma once

#include <stdint.h>

#include "base/out.h"

/* unbuffered are among the lost; late were printed, out of order. The others as in program/session.h and base/out.h. */
struct bw_losses {
	uint64_t lost, unbuffered, cut, missed, late, unwritten;
};

/* {"time":...,"table":"","version":1,"lost":3,...}: since the run began. version: that of the JSON; 0: it has none. */
void bw_losses_print_record(const struct bw_losses *losses, unsigned int version, struct bw_out *out);

/* "SUMMARYN events shown, M lost." on stderr, with the other counts that are not 0. */
void bw_losses_print_closing_line(const struct bw_losses *losses, const char *summary, uint64_t shown);

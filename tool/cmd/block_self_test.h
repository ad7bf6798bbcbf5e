/* SPDX-License-Identifier: Apache-2.0 */
/* `bccwatch block --self-test TIME`: a program that does not deny any more is replaced. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cmd/block_reload.h"

/* Start with zeroes. */
struct bw_block_self_test {
	uint64_t next; /* in ns of CLOCK_MONOTONIC */
	bool degraded; /* a test failed, and no replacement worked */
};

/* Tests where it is time to, and reports what fails. Called about once a second. */
void bw_block_self_test_attend(struct bw_block_self_test *test, struct bw_block_run *run);

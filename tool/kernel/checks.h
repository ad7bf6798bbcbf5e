/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine has of what bccwatch needs, from files alone: nothing is tried. root is put before every path.
 */
#pragma once

enum bw_checks_status { BW_GOOD, BW_LESS /* works, with less */, BW_BAD /* something does not work */, BW_UNSEEN };

struct bw_checks_result {
	enum bw_checks_status mark;
	const char *name; /* a constant: "BTF" */
	char text[256];	  /* what is there */
	char cost[192];	  /* what falls short costs; "" for nothing */
	char mend[320];	  /* the command that mends it; "": none does */
};

/* Calls `found` with each finding, always the same ones in the same order. */
void bw_checks_run(const char *root, void (*found)(void *cookie, const struct bw_checks_result *finding), void *cookie);

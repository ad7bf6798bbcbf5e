/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a machine has of what bccwatch needs, from files alone: nothing is tried. root is put before every path.
 */
#pragma once

enum bw_doctor_checks_status {
	BW_DOCTOR_CHECKS_OK,
	BW_DOCTOR_CHECKS_WARN, /* works, but not all of it */
	BW_DOCTOR_CHECKS_FAIL, /* something does not work */
	BW_DOCTOR_CHECKS_UNKNOWN
};

struct bw_doctor_checks_result {
	enum bw_doctor_checks_status status;
	const char *name; /* a constant: "BTF" */
	char text[256];	  /* what is there */
	char impact[192]; /* what does not work for that; "" for nothing */
	char fix[320];	  /* the command that fixes it; "": none does */
};

/* Calls `found` with each result, always the same ones in the same order. */
void bw_doctor_checks_run(const char *root, void (*found)(void *cookie, const struct bw_doctor_checks_result *result),
			  void *cookie);

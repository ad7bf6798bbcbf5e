/* SPDX-License-Identifier: Apache-2.0 */
/* A program that the kernel's verifier rejects: its reason, and the line of the source. */
#pragma once

#include "program/image.h"
#include "program/probe.h"

/* Finds the verifier's output with the source's lines for a program that was rejected. */
struct bw_rejection_explainer {
	/* *output is malloc'd, the caller's. 0 or -errno. */
	int (*explain)(void *cookie, const char *program, int type, char **output);
	void *cookie;
	const char *path, *text; /* of the source */
};

/*
 * Reports that the program was rejected with that error, which it returns, and the last lines of the verifier's output,
 * NULL if there is none. The explainer may be NULL; if it finds an output with the source's lines, this one is shown,
 * and the line.
 */
int bw_rejection_report(const struct bw_image_program *program, const struct bw_probe_kind *kind, int error,
			const char *output, const struct bw_rejection_explainer *explainer);

/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch rules explain: what the rules of files would do with an access, and by which rule. */
#pragma once

#include <stdint.h>

#include "enforce/explain.h"

enum { BW_RULES_EXPLAIN_FILES_MAX = 64 };

struct bw_rules_explain {
	const char *files[BW_RULES_EXPLAIN_FILES_MAX]; /* n_files of rules */
	size_t n_files;
	struct bw_explain_subject subject; /* exe: as it was given */
	const char *path, *operation;	   /* the operation as in --access */
};

/* Prints it on stdout. BW_EXIT_*; what fails is reported. */
int bw_rules_explain_run(const struct bw_rules_explain *asked);

/* SPDX-License-Identifier: Apache-2.0 */
/* Puts loaded programs on their hooks. Each hook is a descriptor: whatever ends the process removes it. */
#pragma once

#include <stdint.h>

#include "engine/load.h"

struct bw_attached {
	int *hooks; /* n descriptors */
	uint32_t n;
};

/*
 * Can all programs of the image be attached to this kernel? Nothing is attached. 0, or -errno: with *program the
 * first that can't, and nothing reported; or with *program NULL, and the reason reported on stderr.
 */
int bw_attach_check(const struct bw_image *image, const char **program);

/* Says on stderr why the program of that name can't be attached. */
void bw_attach_explain(const char *program, int error);

/*
 * Attaches every program by its name. What fails is reported on stderr. 0 or -errno; attached is the caller's,
 * for bw_detach, in either case.
 */
int bw_attach(struct bw_attached *attached, const struct bw_loaded *loaded);
void bw_detach(struct bw_attached *attached);

/* SPDX-License-Identifier: Apache-2.0 */
/* What `bccwatch probe` has to say of one function. */
#pragma once

#include <stdbool.h>

#include "kernel/function.h"

struct btf;

/* Which hook was asked for: whether it can be had is the answer. */
enum bw_asked { BW_ASKED_KPROBE, BW_ASKED_FENTRY, BW_ASKED_FMOD_RET, BW_ASKED_LSM };

enum bw_shape { BW_SHAPE_TEXT, BW_SHAPE_JSON, BW_SHAPE_STUB };

/* btf: the kernel's, or NULL. expand: the structs of the parameters, too. Returns BW_EXIT_*. */
int bw_probe_function(struct btf *btf, const struct bw_function *function, enum bw_asked asked, enum bw_shape shape,
		      bool expand);

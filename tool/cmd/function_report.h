/* SPDX-License-Identifier: Apache-2.0 */
/* What `bccwatch probe` has to say of one function. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/attachable.h"

struct btf;

/* Which hook was asked for: whether it can be had is the answer. */
enum bw_function_report_hook { BW_ASKED_KPROBE, BW_ASKED_FENTRY, BW_ASKED_FMOD_RET, BW_ASKED_LSM };

enum bw_function_report_form { BW_FORM_TEXT, BW_FORM_JSON, BW_FORM_STUB };

enum { BW_SIGNATURES_MAX = 64 };

/* The numbers of the functions of a name in the kernel's BTF. */
struct bw_function_report_ids {
	uint32_t n, ids[BW_SIGNATURES_MAX];
};

/* Those of n names into as many elements. btf NULL: none. 0 or -ENOMEM. */
int bw_function_report_find_ids(const struct btf *btf, const char *const *names, size_t n,
				struct bw_function_report_ids *signatures);

/* btf: the kernel's, or NULL. expand: the structs of the parameters, too. Returns BW_EXIT_*. */
int bw_function_report_print(struct btf *btf, const struct bw_function *function,
			     const struct bw_function_report_ids *signatures, enum bw_function_report_hook asked,
			     enum bw_function_report_form form, bool expand);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that programs call (static and __noinline). libbcc keeps each program by itself, without what it calls:
 * here a program gets the code of those functions behind its own, as the kernel wants it.
 */
#pragma once

#include "compile/object.h"

/* A function in the code of a program; the first is the program's own. */
struct bw_calls_part {
	struct bw_object_function function;
	uint32_t first; /* the index of its first instruction */
};

struct bw_calls_code {
	struct bpf_insn *insns;
	uint32_t n, n_parts;
	struct bw_calls_part *parts;
};

/*
 * A copy of the program's code with that of all functions that it calls, or they do, each once. *code is the caller's,
 * for bw_calls_free. 0; -ENOTSUP, reported on stderr: it calls what is not in the object; or -ENOMEM.
 */
int bw_calls_link(const struct bw_object *o, const struct bw_object_function *program, struct bw_calls_code *code);
void bw_calls_free(struct bw_calls_code *code);

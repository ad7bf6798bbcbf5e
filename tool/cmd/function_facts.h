/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a function of the kernel: its symbol, its signatures, and which hooks it can have. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "kernel/attachable.h"

struct btf;

enum { BW_SIGNATURES_MAX = 64 };

/* The numbers of the functions of a name in the kernel's BTF. */
struct bw_function_facts_ids {
	uint32_t n, ids[BW_SIGNATURES_MAX];
};

/* One of a name's functions, as BTF has it. */
struct bw_function_facts_signature {
	struct btf *btf, *own; /* own: a module's, which is closed with the facts; NULL: the kernel's */
	uint32_t id;
	const char *module; /* owned by the function; "": the kernel itself */
};

enum { BW_WRAPPER_MAX = 256 };

struct bw_function_facts {
	struct bw_function function;
	struct bw_function_type type;
	struct btf *kernel; /* the caller's; NULL: none */
	struct bw_function_facts_signature signatures[BW_SIGNATURES_MAX];
	size_t n;
	char wrapper[BW_WRAPPER_MAX]; /* the function of the system call that the name may mean; "": none */
	struct bw_attachable_verdict kprobe, fentry, fmod_ret, override, lsm;
};

/* Finds those of n names, into as many elements of ids. btf NULL: none. 0 or -ENOMEM. */
int bw_function_facts_find_ids(const struct btf *btf, const char *const *names, size_t n,
			       struct bw_function_facts_ids *ids);

/*
 * Looks up the rest; as root the kernel is asked, by trying. btf: the kernel's, or NULL; it must live as long as the
 * facts, which the caller drops by bw_function_facts_close.
 */
void bw_function_facts_read(struct bw_function_facts *facts, struct btf *btf, const struct bw_function *function,
			    const struct bw_function_facts_ids *ids);
void bw_function_facts_close(struct bw_function_facts *facts);

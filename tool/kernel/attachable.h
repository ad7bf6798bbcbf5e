/* SPDX-License-Identifier: Apache-2.0 */
/* Which hooks a function of the kernel can have, and why not. */
#pragma once

#include "kernel/function.h"

/* Can a function have a hook? why: the reason, or a remark; "" where there is none. */
struct bw_attachable_verdict {
	enum bw_function_answer can;
	char why[256];
};

struct btf;

/* Its type in BTF. */
struct bw_function_type {
	bool has_btf;	     /* the kernel has BTF */
	bool is_known;	     /* and the function in it; of that type: */
	uint32_t parameters; /* their number */
	uint32_t registers;  /* that they lie in */
	bool is_variadic;    /* they end with ... */
	bool has_large;	     /* one is a struct, by value, that is larger than two registers */
	bool returns_number; /* of at most 64 bits */
	uint32_t lsm; /* the number of bpf_lsm_HOOK, where security_HOOK is a hook that a BPF LSM can have; or 0 */
};

/*
 * btf: NULL: there is none; id: the function's, 0: it is not known there. A hook's name is known as
 * "security_file_open", and as "file_open" where no function is called that.
 */
void bw_attachable_type(const struct btf *btf, uint32_t id, const struct bw_function *f, struct bw_function_type *t);

/*
 * Each of these sets *verdict: BW_YES, with "" or a remark in why; BW_NO, with the reason; or BW_UNKNOWN, with what
 * could not be read or is ambiguous.
 */
void bw_attachable_kprobe(const struct bw_function *f, struct bw_attachable_verdict *verdict);
void bw_attachable_fentry(const struct bw_function *f, const struct bw_function_type *t,
			  struct bw_attachable_verdict *verdict);
void bw_attachable_fmod_ret(const struct bw_function *f, const struct bw_function_type *t,
			    struct bw_attachable_verdict *verdict);

/* kprobe: what is known of a kprobe there, which overriding needs. */
void bw_attachable_override(const struct bw_function *f, const struct bw_attachable_verdict *kprobe,
			    struct bw_attachable_verdict *verdict);

/* root is put before the path of the list of security modules. */
void bw_attachable_lsm(const char *root, const struct bw_function_type *t, struct bw_attachable_verdict *verdict);

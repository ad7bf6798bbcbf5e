/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a function of the kernel. root is put before every path. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An answer, where it can be determined. */
enum bw_function_answer { BW_NO, BW_YES, BW_UNKNOWN };

enum { BW_COPIES_MAX = 8 };

struct bw_function {
	const char *name; /* the caller's */
	bool has_kprobes; /* the kernel */
	int symbols;	  /* 0, or -errno: kallsyms can't be read, and the next ones are not known */
	uint32_t copies;  /* how many functions have the name */
	char type;	  /* of the first, as kallsyms has it: T global, t local to its file, w and W weak */
	char modules[BW_COPIES_MAX][64];   /* where the first of them are; "": the kernel itself */
	uint64_t address;		   /* of the first; 0: hidden from this process */
	bool is_init;			   /* ran at boot; its memory was given back */
	bool few_registers;		   /* the kernel passes no more than six parameters on to fentry and fmod_ret */
	bool has_direct;		   /* ftrace can call a program directly, as fentry and fmod_ret require */
	bool has_override;		   /* the kernel has bpf_override_return */
	enum bw_function_answer traceable; /* ftrace knows it (available_filter_functions); YES also without ftrace */
	bool by_address;		   /* `traceable` is of the first one's address, not of the name */
	enum bw_function_answer blacklisted; /* for kprobes */
	enum bw_function_answer listed;	     /* for errors to be injected; UNKNOWN also where there is no such list */
};

/* Reads all of n functions, in one pass through each list. What can't be read is UNKNOWN. 0 or -ENOMEM. */
int bw_function_read_all(const char *root, const char *const *names, size_t n, struct bw_function *functions);

/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Where the programs are attached: BEFORE(function, (parameters), action) when the kernel's function is called,
 * AFTER(function, (parameters), action) when it returns; then `result` is what it returned.
 */
#pragma once

#include <linux/version.h>

#define BEFORE(function, parameters, action) BEFORE_WITH(function, action, WITHOUT_PARENTHESES parameters)
#define AFTER(function, parameters, action)  AFTER_WITH(function, action, WITHOUT_PARENTHESES parameters)
#define WITHOUT_PARENTHESES(parameters...)   parameters

#define BEFORE_WITH(function, action, parameters...) \
	KFUNC_PROBE(function, parameters)            \
	{                                            \
		action;                              \
		return 0;                            \
	}
#define AFTER_WITH(function, action, parameters...)      \
	KRETFUNC_PROBE(function, parameters, s64 result) \
	{                                                \
		action;                                  \
		return 0;                                \
	}

/*
 * A parameter that is a pointer to a number or a character, by its index: Linux 5.10 lets a program have only pointers
 * to structures.
 */
#define POINTER(index) ((void *)pointer_at(&ctx[index]))

static inline u64 pointer_at(const void *parameter)
{
	u64 pointer = 0;

	bpf_probe_read_kernel(&pointer, sizeof(pointer), parameter);
	return pointer;
}

/*
 * On Linux 5.10 a second program on a function can end the calls of the first, as was measured with do_filp_open, in
 * which a task can sleep: there are none of these there.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
#define BEFORE_SLEEPING(function, parameters, action) BEFORE(function, parameters, action)
#else
#define BEFORE_SLEEPING(function, parameters, action)
#endif

/* Linux 5.10 does not need to know (no sendfile(2) to a pipe comes another way), and has one program a function. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
#define HAS_SPLICE_TO_PIPE	1
#define BEFORE_SPLICE(function) BEFORE(function, (struct file * in), begin_copy(SPLICE, in))
#else
#define HAS_SPLICE_TO_PIPE 0
#define BEFORE_SPLICE(function)
#endif

/* TIMED(operation, function, (parameters), action): AFTER, with the time since the call where that is shown. */
#if NEEDS_LATENCY
#define TIMED(op, function, parameters, action)                \
	BEFORE_SLEEPING(function, parameters, begin_timed(op)) \
	AFTER(function, parameters, action; stop_timer(op))
#else
#define TIMED(op, function, parameters, action) AFTER(function, parameters, action)
#endif

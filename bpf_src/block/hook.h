/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * HOOK(name, (parameters), action): a place where the kernel asks whether it may go on: 0 continues, a negative errno
 * denies. By HOOK_LSM it is the LSM hook of that name, by HOOK_FMOD_RET the kernel's function security_NAME, whose
 * result is replaced where that was 0.
 *
 * NOTICE(function, (parameters), action): a function of the kernel by which it is only noticed that something happens.
 */
#pragma once

#define HOOK(name, parameters, action)	     HOOK_WITH(name, action, WITHOUT_PARENTHESES parameters)
#define NOTICE(function, parameters, action) NOTICE_WITH(function, action, WITHOUT_PARENTHESES parameters)
#define WITHOUT_PARENTHESES(parameters...)   parameters

#if HOOK_LSM
#define HOOK_WITH(name, action, parameters...) \
	LSM_PROBE(name, parameters)            \
	{                                      \
		return action;                 \
	}
#elif HOOK_FMOD_RET
#define HOOK_WITH(name, action, parameters...)         \
	KMOD_RET(security_##name, parameters, int ret) \
	{                                              \
		return ret ? ret : action;             \
	}
#else /* block/kprobes.h and block/calls.h have the hooks */
#define HOOK_WITH(name, action, parameters...)
#endif

#if HOOK_LSM || HOOK_FMOD_RET
#define NOTICE_WITH(function, action, parameters...) \
	KFUNC_PROBE(function, parameters)            \
	{                                            \
		return action;                       \
	}
#else
#define NOTICE_WITH(function, action, parameters...)
#endif

#if SETATTR_IDMAP /* from Linux 6.0 (fmod_ret), 6.9 (LSM) on the first parameter; distributions differ */
#define IDMAP void *idmap,
#else
#define IDMAP
#endif
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 12, 0)
#define XATTR_IDMAP	  void *idmap,
#define XATTR_DENTRY(ctx) ((struct dentry *)PT_REGS_PARM2(ctx))
#else
#define XATTR_IDMAP
#define XATTR_DENTRY(ctx) ((struct dentry *)PT_REGS_PARM1(ctx))
#endif
#if HOOK_FMOD_RET /* where the function's parameters are not those of the LSM hook */
#define RENAME_FLAGS , unsigned int flags
#define ASKED_PROT
#else
#define RENAME_FLAGS
#define ASKED_PROT unsigned long asked,
#endif

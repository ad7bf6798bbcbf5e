/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The system calls that change a file without opening it, where only the string that they are given is seen
 * (block/calls.h). Calls by descriptor and by io_uring are not seen.
 */
#pragma once

#include "calls.h"

#if HOOK_OVERRIDE

/* CALL_1: a call by one path, its n-th argument. CALL_2: by two; what is denied by the first is not asked by the
 * second. */
#define CALL_1(call, path, wanted, operation)                     \
	ON_CALL(__x64_sys_##call, false, path, wanted, operation) \
	ON_CALL_32(__ia32_sys_##call, path, wanted, operation)
#define CALL_2(call, path1, wanted1, operation1, path2, wanted2, operation2)                            \
	ON_CALL_OF_TWO(__x64_sys_##call, false, path1, wanted1, operation1, path2, wanted2, operation2) \
	ON_CALL_OF_TWO_32(__ia32_sys_##call, path1, wanted1, operation1, path2, wanted2, operation2)

#define ON_CALL_OF_TWO(function, ia32, path1, wanted1, operation1, path2, wanted2, operation2)                        \
	int kprobe__##function(struct pt_regs *ctx)                                                                   \
	{                                                                                                             \
		long error = check_call(ctx, path_argument(ctx, path1, ia32), wanted1, OPERATION(operation1), false); \
                                                                                                                      \
		if (!error)                                                                                           \
			error = check_call(ctx, path_argument(ctx, path2, ia32), wanted2, OPERATION(operation2),      \
					   false);                                                                    \
		return refuse(ctx, error);                                                                            \
	}
#if IA32
#define ON_CALL_32(function, path, wanted, operation) ON_CALL(function, true, path, wanted, operation)
#define ON_CALL_OF_TWO_32(function, parameters...)    ON_CALL_OF_TWO(function, true, parameters)
#else
#define ON_CALL_32(function, path, wanted, operation)
#define ON_CALL_OF_TWO_32(function, parameters...)
#endif

#if DENY_DELETE
CALL_1(unlink, 1, ACCESS_DELETE, "delete")
CALL_1(unlinkat, 2, ACCESS_DELETE, "delete")
CALL_1(rmdir, 1, ACCESS_DELETE, "delete")
#endif
#if DENY_RENAME || DENY_REPLACE
CALL_2(rename, 1, ACCESS_RENAME, "rename", 2, ACCESS_REPLACE, "replace")
CALL_2(renameat, 2, ACCESS_RENAME, "rename", 4, ACCESS_REPLACE, "replace")
CALL_2(renameat2, 2, ACCESS_RENAME, "rename", 4, ACCESS_REPLACE, "replace")
#endif
#if DENY_LINK || DENY_REPLACE
CALL_2(link, 1, ACCESS_LINK_TO, "link", 2, ACCESS_LINK | ACCESS_REPLACE, "link")
CALL_2(linkat, 2, ACCESS_LINK_TO, "link", 4, ACCESS_LINK | ACCESS_REPLACE, "link")
CALL_1(symlink, 2, ACCESS_SYMLINK | ACCESS_REPLACE, "create")
CALL_1(symlinkat, 3, ACCESS_SYMLINK | ACCESS_REPLACE, "create")
#endif
#if DENY_REPLACE
CALL_1(mkdir, 1, ACCESS_MKDIR | ACCESS_REPLACE, "create")
CALL_1(mkdirat, 2, ACCESS_MKDIR | ACCESS_REPLACE, "create")
#endif
#if DENY_ATTR
CALL_1(chmod, 1, ACCESS_ATTR, "attr")
CALL_1(fchmodat, 2, ACCESS_ATTR, "attr")
CALL_1(chown, 1, ACCESS_ATTR, "attr")
CALL_1(lchown, 1, ACCESS_ATTR, "attr")
CALL_1(fchownat, 2, ACCESS_ATTR, "attr")
CALL_1(setxattr, 1, ACCESS_ATTR, "attr")
CALL_1(lsetxattr, 1, ACCESS_ATTR, "attr")
CALL_1(removexattr, 1, ACCESS_ATTR, "attr")
CALL_1(lremovexattr, 1, ACCESS_ATTR, "attr")
CALL_1(utimensat, 2, ACCESS_ATTR, "attr")
ON_CALL(__x64_sys_utime, false, 1, ACCESS_ATTR, "attr")
ON_CALL(__x64_sys_utimes, false, 1, ACCESS_ATTR, "attr")
ON_CALL(__x64_sys_futimesat, false, 2, ACCESS_ATTR, "attr")
ON_CALL_32(__ia32_sys_chown16, 1, ACCESS_ATTR, "attr")
ON_CALL_32(__ia32_sys_lchown16, 1, ACCESS_ATTR, "attr")
ON_CALL_32(__ia32_sys_utime32, 1, ACCESS_ATTR, "attr")
ON_CALL_32(__ia32_sys_utimes_time32, 1, ACCESS_ATTR, "attr")
ON_CALL_32(__ia32_sys_utimensat_time32, 2, ACCESS_ATTR, "attr")
ON_CALL_32(__ia32_sys_futimesat_time32, 2, ACCESS_ATTR, "attr")
#if HAS_FCHMODAT2
CALL_1(fchmodat2, 2, ACCESS_ATTR, "attr")
#endif
#if HAS_SETXATTRAT
CALL_1(setxattrat, 2, ACCESS_ATTR, "attr")
CALL_1(removexattrat, 2, ACCESS_ATTR, "attr")
#endif
#if HAS_FILE_SETATTR
CALL_1(file_setattr, 2, ACCESS_ATTR, "attr")
#endif
#endif
#if DENY_MOUNTS
ON_CALL(__x64_sys_mount, false, 2, ACCESS_MOUNT, "mount on")
ON_CALL_32(__ia32_sys_mount, 2, ACCESS_MOUNT, "mount on")
CALL_1(move_mount, 4, ACCESS_MOUNT, "mount on")
#endif
#endif

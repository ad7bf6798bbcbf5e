/* SPDX-License-Identifier: Apache-2.0 */
/* How the kernel's names of its system calls begin. */
#pragma once

#if defined(__x86_64__)
#define BW_SYSCALL "__x64_sys_"
#elif defined(__aarch64__)
#define BW_SYSCALL "__arm64_sys_"
#elif defined(__s390x__)
#define BW_SYSCALL "__s390x_sys_"
#elif defined(__riscv)
#define BW_SYSCALL "__riscv_sys_"
#else
#define BW_SYSCALL "sys_"
#endif

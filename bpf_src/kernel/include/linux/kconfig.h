// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
// What stands before a program that is compiled without the kernel's headers. The types come from the kernel's BTF,
// the names of numbers (errno, O_*, S_*, ...) from the headers that bccwatch was built with; here is what neither has.
#ifndef BCCWATCH_KCONFIG_H
#define BCCWATCH_KCONFIG_H

#define CONFIG_64BIT	   1
#define CONFIG_BPF_SYSCALL 1
#ifdef __x86_64__
#define CONFIG_X86_64 1
#endif
#define CONFIG_ARCH_HAS_SYSCALL_WRAPPER 1

#define NULL				    ((void *)0)
#define offsetof(type, member)		    __builtin_offsetof(type, member)
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))
#define likely(x)			    __builtin_expect(!!(x), 1)
#define unlikely(x)			    __builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a)			    (sizeof(a) / sizeof((a)[0]))
#define KERNEL_VERSION(a, b, c)		    (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))

#define PAGE_SHIFT	      12
#define PAGE_SIZE	      (1UL << PAGE_SHIFT)
#define PAGE_MASK	      (~(PAGE_SIZE - 1))
#define roundup_pow_of_two(n) ((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzl((n)-1)))

#define TASK_COMM_LEN	    16
#define MINORBITS	    20
#define MAJOR(dev)	    ((unsigned int)((dev) >> MINORBITS))
#define MINOR(dev)	    ((unsigned int)((dev) & ((1U << MINORBITS) - 1)))
#define MKDEV(major, minor) (((major) << MINORBITS) | (minor))

#define FMODE_READ  0x1
#define FMODE_WRITE 0x2
#define FMODE_EXEC  0x20

#define true 1
#define false 0

#define __user
#define __force
#define __bitwise
#define __always_inline inline __attribute__((always_inline))
#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))

typedef _Bool bool;
typedef signed char __s8;
typedef unsigned char __u8;
typedef short __s16;
typedef unsigned short __u16;
typedef int __s32;
typedef unsigned int __u32;
typedef long long __s64;
typedef unsigned long long __u64;
typedef __s8 s8;
typedef __u8 u8;
typedef __s16 s16;
typedef __u16 u16;
typedef __s32 s32;
typedef __u32 u32;
typedef __s64 s64;
typedef __u64 u64;
typedef __s8 int8_t;
typedef __u8 uint8_t;
typedef __s16 int16_t;
typedef __u16 uint16_t;
typedef __s32 int32_t;
typedef __u32 uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef __u16 __le16;
typedef __u16 __be16;
typedef __u32 __le32;
typedef __u32 __be32;
typedef __u64 __le64;
typedef __u64 __be64;
typedef __u16 __sum16;
typedef __u32 __wsum;
typedef __u64 __aligned_u64 __attribute__((aligned(8)));
typedef unsigned long size_t;
typedef long ssize_t;
typedef unsigned long uintptr_t;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

enum { NOBODY = 65534 };

#ifndef SYS_close_range
#define SYS_close_range 436 /* on every machine; since Linux 5.9 */
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCH AUDIT_ARCH_S390X
#else
#define ARCH 0 /* no process has one: none can start to parse */
#endif

/* The low half of a call's argument, which the filter loads. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARG(n) (offsetof(struct seccomp_data, args) + (n) * sizeof(uint64_t))
#else
#define ARG(n) (offsetof(struct seccomp_data, args) + (n) * sizeof(uint64_t) + sizeof(uint32_t))
#endif

#define LOAD(what)   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(what))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##what)
#define ALLOW(call)  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 1), RETURN(ALLOW)
/* Allows the call only with that value in argument n. */
#define ALLOW_ARG(call, n, value)                                             \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 4), LOAD(ARG(n)), \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1), RETURN(ALLOW), RETURN(KILL_PROCESS)
/* Allows the call only if argument 2, the protection, lacks PROT_EXEC. */
#define ALLOW_DATA(call)                                                      \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##call, 0, 4), LOAD(ARG(2)), \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0), RETURN(ALLOW), RETURN(KILL_PROCESS)

/* x32's calls have x86-64's architecture and numbers of their own: no line allows one. */
static const struct sock_filter filter[] = {
	LOAD(offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	RETURN(KILL_PROCESS),
	LOAD(offsetof(struct seccomp_data, nr)),
	ALLOW(pread64),
	ALLOW(read),
	ALLOW(recvfrom),
	ALLOW(sendto),
	ALLOW(lseek),
	ALLOW(fstat),
#ifdef __NR_newfstatat
	ALLOW_ARG(newfstatat, 3, AT_EMPTY_PATH), /* glibc's fstat */
#endif
	ALLOW_ARG(fcntl, 1, F_GETFD), /* libelf's, of the file */
	ALLOW(brk),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(madvise),
	ALLOW(futex),
	ALLOW(getrandom), /* malloc's */
	ALLOW(clock_gettime),
	ALLOW(rt_sigreturn),
	ALLOW(restart_syscall),
	ALLOW(exit_group),
	ALLOW_DATA(mmap),
	ALLOW_DATA(mprotect),
	RETURN(KILL_PROCESS),
};

/* A change of the user clears it. */
static int end_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

/* Before Linux 5.9, or where a filter hides the call, one by one. */
static void close_from(unsigned first, unsigned last)
{
	struct rlimit limit;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= last)
		last = (unsigned)limit.rlim_cur;
	for (unsigned fd = first; fd <= last; fd++)
		close((int)fd);
}

int bw_confine_detach(pid_t parent, int keep)
{
	sigset_t none;
	int r = end_with(parent);

	if (r < 0)
		return r;
	if (keep > 0)
		close_from(0, (unsigned)keep - 1);
	close_from((unsigned)keep + 1, UINT_MAX);
	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

/* Buffers that the kernel fills for the parent: a process that can write to them could forge events. */
static int unmap_shared(void)
{
	BW_FREE char *maps = NULL;
	size_t len;
	int r = bw_file_read("/proc/self/maps", 64 << 20, &maps, &len);

	if (r < 0)
		return r;
	for (char *line = maps; line && *line; line = strchr(line, '\n'), line += line != NULL) {
		char *p;
		uint64_t from = strtoull(line, &p, 16), to = *p == '-' ? strtoull(p + 1, &p, 16) : 0;

		/* "7f00-7f80 rw-s " */
		if (to > from && strnlen(p, 6) == 6 && p[4] == 's' && syscall(SYS_munmap, from, to - from) < 0)
			return -errno;
	}
	return 0;
}

/* The process's own entry of /proc, in which nobody may look up a file. */
static int leave_file_system(void)
{
	return chdir("/proc/self/fdinfo") < 0 || chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0}, left[_LINUX_CAPABILITY_U32S_3];

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) < 0 || syscall(SYS_capget, &header, left) < 0)
		return -errno;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		if (left[i].effective | left[i].permitted | left[i].inheritable)
			return -EPERM;
	return 0;
}

static bool is_privileged(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = {0};

	return getuid() == 0 || geteuid() == 0 || syscall(SYS_capget, &header, now) < 0 || now[0].permitted ||
	       now[1].permitted;
}

static int change_user(void)
{
	uid_t real, effective, saved;

	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0 ||
	    getresuid(&real, &effective, &saved) < 0)
		return -errno;
	return real == NOBODY && effective == NOBODY && saved == NOBODY ? 0 : -EPERM;
}

static int limit(int resource, uint64_t soft, uint64_t hard)
{
	const struct rlimit l = {soft, hard};

	return setrlimit(resource, &l) < 0 ? -errno : 0;
}

static int set_limits(const struct bw_confine_limits *limits, uint64_t mapped)
{
	uint64_t memory = mapped + limits->memory;
	int r = limit(RLIMIT_AS, memory, memory);

	r = r == 0 ? limit(RLIMIT_CPU, limits->cpu_seconds, limits->cpu_seconds + 1) : r;
	r = r == 0 ? limit(RLIMIT_CORE, 0, 0) : r;
	r = r == 0 ? limit(RLIMIT_FSIZE, 0, 0) : r;
	r = r == 0 ? limit(RLIMIT_NPROC, 0, 0) : r;
	r = r == 0 ? limit(RLIMIT_MEMLOCK, 0, 0) : r;
	return r == 0 ? limit(RLIMIT_NOFILE, 0, 0) : r;
}

static int read_mapped(uint64_t *bytes)
{
	BW_FREE char *statm = NULL;
	size_t len;
	int r = bw_file_read("/proc/self/statm", 4096, &statm, &len);

	if (r == 0)
		*bytes = strtoull(statm, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
	return r;
}

static int filter_calls(void)
{
	const struct sock_fprog program = {sizeof(filter) / sizeof(*filter), (struct sock_filter *)filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

static int drop_user(void)
{
	int r = 0;

	if (is_privileged()) {
		r = leave_file_system();
		r = r == 0 ? change_user() : r;
	}
	return r == 0 ? drop_capabilities() : r;
}

int bw_confine(pid_t parent, const struct bw_confine_limits *limits, const char **step)
{
	uint64_t mapped = 0;
	int r;

	*step = "memory";
	r = unmap_shared();
	r = r == 0 ? read_mapped(&mapped) : r;
	if (r < 0)
		return r;
	*step = "user and capabilities";
	r = drop_user();
	if (r < 0)
		return r;
	*step = "attributes of the process";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0) < 0)
		return -errno;
	r = end_with(parent);
	if (r < 0)
		return r;
	*step = "limits";
	r = set_limits(limits, mapped);
	if (r < 0)
		return r;
	*step = "filter of system calls, CONFIG_SECCOMP_FILTER";
	return filter_calls();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of a process, from /proc. root is put before the path. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Is this process in a PID namespace, where it has another number than for the kernel? */
bool bw_process_contained(const char *root);

/* 0 if pid is a process (not one of a process's further threads); else -ESRCH, or -ENOTSUP in a
 * PID namespace, where pid is not what the kernel calls it; both are reported on stderr. */
int bw_process_check(const char *root, pid_t pid);

/* The same for a thread, which may be a process's first. */
int bw_process_check_thread(const char *root, pid_t tid);

/* 0 if processes have the kernel's numbers here; else -ENOTSUP, reported by the option's name. */
int bw_process_check_numbers(const char *root, const char *option);

/* Where a process comes from. */
struct bw_process_origin {
	pid_t parent;  /* 0: none, or outside of this PID namespace */
	pid_t session; /* likewise */
};

/* -ESRCH: there is no such process, or it may not be looked at. */
int bw_process_origin(const char *root, pid_t pid, struct bw_process_origin *origin);

/*
 * Did pid start this process for others, as cron, a container's runtime or sshd do: is it an ancestor, whose session no
 * process between it and this one shares? A shell shares its session with the commands that it starts.
 */
bool bw_process_started_this(const char *root, pid_t pid);

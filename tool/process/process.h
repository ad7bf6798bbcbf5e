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

/* Whose child a process is; 0: none, or one outside of this PID namespace. -ESRCH: there is no such process. */
pid_t bw_process_parent(const char *root, pid_t pid);

/* Is there such a process, and has it not ended? */
bool bw_process_runs(const char *root, pid_t pid);

/* Is this process a child of pid, or of a child of it, and so on? */
bool bw_process_descends_from(const char *root, pid_t pid);

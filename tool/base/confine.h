/* SPDX-License-Identifier: Apache-2.0 */
/* Takes all privileges from the calling process, for good. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* What the process may still use. */
struct bw_confine_limits {
	size_t memory;	      /* bytes of address space beyond what is mapped now */
	unsigned cpu_seconds; /* then SIGXCPU */
};

/* The first step of a new child: it ends when `parent` does, has no descriptor but `keep`, and no signal handlers.
 * 0 or -errno. */
int bw_confine_detach(pid_t parent, int keep);

/*
 * No privileges (user and group nobody, no capabilities), no file system, no new descriptors or processes, no memory
 * shared with the parent, and no system calls but those that read an open descriptor, use a socket, and allocate
 * memory: at any other the kernel kills the process. 0, or -errno with the step that failed, a constant, in *step: then
 * the process must exit. A process that has no privileges keeps its user.
 */
int bw_confine(pid_t parent, const struct bw_confine_limits *limits, const char **step);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths and directories that do not exist yet (bpf_src/block/waiting.h). The program itself protects what is created or
 * moved there, directory by directory, before anybody can use it. What it does not see (what is mounted, symlinks, a
 * tree of directories that is moved there as a whole) is protected by bw_waiting_update.
 */
#pragma once

#include "enforce/enforcement.h"

/* Does the rule's path, or the directory that a path is in, not exist yet? Other errors are for who protects it. */
bool bw_waiting_is_missing(enum bw_rule_kind kind, const char *path);

/* Opens enforcement->waiting_fd, which reports changes where rules wait. 0 or -errno, reported. */
int bw_waiting_open(struct bw_enforcement *enforcement);

/*
 * Has the program wait for what is to come at the path, which is kept until bw_waiting_free. 0; -EEXIST: it exists
 * meanwhile, and can be protected; -E2BIG, silently; or -errno, reported.
 */
int bw_waiting_add(struct bw_enforcement *enforcement, enum bw_rule_kind kind, const char *path);

/*
 * Something came, or went (waiting_fd is readable), or was mounted (all: then every path is looked at). What fails is
 * reported.
 */
void bw_waiting_update(struct bw_enforcement *enforcement, bool all);

void bw_waiting_free(struct bw_enforcement *enforcement);

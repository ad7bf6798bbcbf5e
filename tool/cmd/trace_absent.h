/* SPDX-License-Identifier: Apache-2.0 */
/* A PATH of trace that does not exist yet. */
#pragma once

#include <stdbool.h>

/*
 * Reports that the path `given`, which is `path` as an absolute one, is waited for. The first time (*hinted is set)
 * that it looks like a command, how that is traced; hinted NULL: never.
 */
void bw_trace_absent_report(const char *given, const char *path, bool *hinted);

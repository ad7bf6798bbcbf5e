/* SPDX-License-Identifier: Apache-2.0 */
/* A tracepoint of the kernel on stdout: as text, as JSON, or as a program to begin with. */
#pragma once

#include "cmd/function_report.h"

/* Returns BW_EXIT_*; errors are reported. */
int bw_tracepoint_report_print(const char *category, const char *name, enum bw_function_report_form form);

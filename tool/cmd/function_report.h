/* SPDX-License-Identifier: Apache-2.0 */
/* A function of the kernel on stdout: as text, as JSON, or as a program to begin with. */
#pragma once

#include <stdbool.h>

#include "cmd/function_facts.h"

/* The hook that was asked for: the exit status says whether the function can have it. */
enum bw_function_report_hook { BW_ASKED_KPROBE, BW_ASKED_FENTRY, BW_ASKED_FMOD_RET, BW_ASKED_LSM };

/* The stubs report calls, their results, or how long they take. */
enum bw_function_report_form { BW_FORM_TEXT, BW_FORM_JSON, BW_FORM_STUB, BW_FORM_STUB_RETURN, BW_FORM_STUB_LATENCY };

/* expand: with the structs of the parameters. Returns BW_EXIT_*; errors are reported. */
int bw_function_report_print(const struct bw_function_facts *facts, enum bw_function_report_hook asked,
			     enum bw_function_report_form form, bool expand);

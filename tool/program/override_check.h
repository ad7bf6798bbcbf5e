/* SPDX-License-Identifier: Apache-2.0 */
/* May a program override a function's return value (bpf_override_return): does the kernel allow it, and there? */
#pragma once

#include "program/image.h"
#include "program/probe.h"

/* Has this kernel overrides, for the program (or source) of that name? 0 or -errno, reported. */
int bw_override_check_available(const char *program);

/*
 * If the program overrides a function's return (its instructions call helper 58), can it do so there? Checked before it
 * is loaded, since the kernel's messages do not name the reason. 0 or -errno, reported.
 */
int bw_override_check_program(const struct bw_image_program *program, const struct bw_probe_kind *kind,
			      const char *target);

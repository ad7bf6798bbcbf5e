/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "program/image.h"
#include "program/probe.h"

/* Has this kernel overrides, for the program (or source) of that name? 0 or -errno, reported on stderr. */
int bw_override_available(const char *program);

/*
 * If the program overrides a function's return (its instructions call helper 58), can it do so there? Told before it is
 * loaded, since the kernel's own words would be "unknown func" for one reason and "Invalid argument" for the other. 0
 * or -errno, reported on stderr.
 */
int bw_override_check(const struct bw_image_program *program, const struct bw_probe_kind *kind, const char *target);

/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that are attached through BTF, to a function by its number: fentry, fmod_ret, LSM. */
#pragma once

#include <stdint.h>

enum bw_btf_target { BW_TARGET_FENTRY, BW_TARGET_FMOD_RET, BW_TARGET_LSM };

/*
 * Loads a program that does nothing, for that function of the kernel's own BTF, and closes it; it is attached to
 * nothing. 0, or -errno as the kernel gives it: -EPERM without privilege.
 */
int bw_btf_target_try(enum bw_btf_target kind, uint32_t function);

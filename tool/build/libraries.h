/* SPDX-License-Identifier: Apache-2.0 */
/* The libraries that programs are compiled with. */
#pragma once

#include <stddef.h>

/* "libbcc 0.26.0, LLVM 14": the compiler's process is asked. 0 or -errno: -ENOENT if it is not there. */
int bw_libraries_describe(char *text, size_t size);

/* SPDX-License-Identifier: Apache-2.0 */
/* BPF C to an image, by libbcc. Lives in the compiler's process alone: it brings LLVM along. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * Compiles text, which is in BCC's dialect, with n flags for clang, against the headers in BCC_KERNEL_SOURCE or the
 * installed ones; if `btf`, those of the former, and for all others the types of the kernel's BTF. Writes the image to
 * fd, and what it depends on (build/dependencies.h) to depends_fd, an empty file; nothing, where that is not known.
 * The messages of clang and libbcc go to stdout and stderr. The maps are made in the kernel while this process
 * lives, so it needs the privilege for it. 0 or -errno: -EINVAL if the text does not compile, -ENOTSUP if the program
 * can't be kept as an image.
 */
int bw_compile(const char *text, const char **flags, size_t n, bool btf, int fd, int depends_fd);

/*
 * Compiles text as bw_compile does, and lets the kernel verify the program of that name and BPF_PROG_TYPE_*, with the
 * lines of the source, which an image does not have: where it is refused, the verifier's log goes to out. stderr is a
 * file, whose content is lost. 0, or -errno: -ENOENT if the program is not there, or not refused.
 */
int bw_compile_verify(const char *text, const char **flags, size_t n, bool btf, const char *program, int type, int out);

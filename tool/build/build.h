/* SPDX-License-Identifier: Apache-2.0 */
/* From a source to an image, in a process of its own that ends with it: this one never has LLVM in it. */
#pragma once

#include <stdbool.h>

#include "build/source.h"
#include "program/image.h"

/*
 * Takes source's image from the cache, if `cached` and it is known there, or compiles it; with other headers than those
 * that were chosen where that fails and the choice is free (build/header_choice.h). The compiler's process has a
 * clean environment and stands in the root directory; its output is printed where it fails, else under -v. If signal_fd
 * (a signalfd that has SIGCHLD among its signals) brings another signal than SIGCHLD first, the process is ended and
 * -EINTR returned, silently. Other failures are reported on stderr. 0 or -errno; the image is the caller's, for
 * bw_image_free.
 */
int bw_build(struct bw_source *source, bool cached, int signal_fd, struct bw_image *image);

/*
 * The verifier's log of a program of the source that the kernel refused, with the source's lines between its own:
 * compiled once more, by the same process. *output is malloc'd, the caller's. type is BPF_PROG_TYPE_*. 0; -EINTR as
 * above; or -errno.
 */
int bw_build_verify(const struct bw_source *source, int signal_fd, const char *program, int type, char **output);

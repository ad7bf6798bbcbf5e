/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `#include "x.h"` in a source is replaced by the header's text: libbcc rewrites map methods and pointer reads in the
 * main file alone, so maps and helpers in a header that the compiler includes do not work. #line keeps the names and
 * the line numbers of the files. `#include <x.h>`, and an include whose name comes from a macro, stay the compiler's.
 */
#pragma once

#include <stddef.h>

enum { BW_INCLUDES_MAX = 10000, BW_INCLUDES_DEPTH = 64 };

/*
 * The text of the file at `path` with its headers in it, in *expanded: malloc'd, owned by the caller, *len bytes and a
 * NUL. A header is looked for beside the file that includes it, then in dir. One that is in neither place is left to
 * the compiler, which may find it elsewhere, or the condition that it stands under may be false. One with
 * `#pragma once`, or a guard around all of it, is expanded once, but again behind the condition that it was expanded
 * under.
 *
 * 0 or -errno, reported as FILE:LINE: -ELOOP for a header that includes itself, or too many levels, -EFBIG for more
 * than max bytes or BW_INCLUDES_MAX headers, -EINVAL for a header that is not a regular file or that ends within a
 * comment or a condition.
 */
int bw_includes_expand(const char *text, const char *path, const char *dir, size_t max, char **expanded, size_t *len);

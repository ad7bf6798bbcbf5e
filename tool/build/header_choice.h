/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernel headers a source is compiled against: the installed ones, or the types of the kernel's BTF. */
#pragma once

#include <stdbool.h>

#include "build/source.h"

enum bw_header_choice { BW_HEADERS_AUTO, BW_HEADERS_INSTALLED, BW_HEADERS_BTF };

/*
 * Sets the source's headers. AUTO: for trace and block (`ours`), also by --source, BTF, which is smaller and so faster;
 * for others the installed ones, which have macros and inline functions too; the other kind where the first is not
 * there, or where the program does not compile with it. dir is bpf_src (bw_source_dir). 0 or -errno, reported with the
 * fix.
 */
int bw_header_choice_make(struct bw_source *source, enum bw_header_choice which, bool ours, const char *dir);

/* After a failure with BTF: the installed headers. False if the choice is not AUTO, or there are none. Reports nothing.
 */
bool bw_header_choice_fall_back(struct bw_source *source);

/* Are there headers of the running kernel: installed, or in the kernel itself? */
bool bw_header_choice_has_installed(void);

/* The command that would install the headers of the running kernel, in a buffer of that size; returns it. */
const char *bw_header_choice_install_command(char *command, int size);

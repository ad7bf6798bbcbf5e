/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel headers for one compilation, made in memory of the kernel's BTF: whatever header of the kernel's a program
 * names is there, and each is the same one file.
 */
#pragma once

#include <stddef.h>

struct bw_header_tree {
	int types;   /* the one file */
	int overlay; /* clang's description of where it is found */
	char overlay_flag[64];
	const char *flags[8]; /* for clang; they live as long as this */
	size_t n_flags;
};

/*
 * Makes the headers that text includes with <>, and what it includes with quotes from the directories of -iquote among
 * its n flags. 0 or -errno: -ENOENT if the kernel has no BTF, -EINVAL if libbpf does not understand it. h is the
 * caller's, for bw_header_tree_free, in either case.
 */
int bw_header_tree_make(struct bw_header_tree *h, const char *text, const char **flags, size_t n);
void bw_header_tree_free(struct bw_header_tree *h);

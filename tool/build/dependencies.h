/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image was made from beside its source's own text: the files that were included, the compiler's libraries,
 * the formats of its tracepoints, and the files that would have been included had they been there. As bytes, which
 * the cache keeps with the image.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

/* The names of headers that are no files (compile/header_tree.h) begin with it, also in what -MD writes. */
#define BW_DEPENDENCIES_VIRTUAL "/virtual-kernel"

enum { BW_DEPENDS_MAX = 16 << 20 /* bytes */ };

/* Bytes in the making. */
struct bw_dependencies {
	FILE *out;	       /* not owned */
	struct timespec since; /* CLOCK_REALTIME_COARSE when the compiler began */
	bool uncertain;	       /* something changed meanwhile, or is not known: the image must not be kept */
};

/* A file, by its size, inode and times. One that is not there or that changed since `since` makes all uncertain. */
void bw_dependencies_add_file(struct bw_dependencies *d, const char *path);

/* A small file whose times say nothing, by its content; one that is not there counts as empty. */
void bw_dependencies_add_content(struct bw_dependencies *d, const char *path);

/* The path at which a file would change the result. */
void bw_dependencies_add_absent(struct bw_dependencies *d, const char *path);

/*
 * The files of a rule "target: file file ..." as the compiler's -MD writes it. Relative ones lie in directory. Those
 * that lie in the compiler's memory, below /virtual, are passed over. A file that was found in a later one of the n
 * -iquote flags would be absent from the earlier ones.
 */
void bw_dependencies_add_rule(struct bw_dependencies *d, const char *rule, const char *directory, const char **flags,
			      size_t n);

/* The shared objects of this process. */
void bw_dependencies_add_libraries(struct bw_dependencies *d);

/* Is everything still as it was? Where it is not, *changed is the path, within bytes; NULL for damaged bytes. */
bool bw_dependencies_hold(const void *bytes, size_t len, const char **changed);

/* SPDX-License-Identifier: Apache-2.0 */
/* The programs of bpf_src/examples, by their names. */
#pragma once

/* Prints the names on stdout, each with the first sentence of its comment. 0 or -errno, reported. */
int bw_run_examples_print(void);

/* The path of the example of that name ("deletes"); *path is malloc'd, the caller's. 0, -ENOENT, or -errno. */
int bw_run_examples_find(const char *name, char **path);

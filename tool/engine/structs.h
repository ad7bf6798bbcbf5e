/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the structs that a source declares, without compiling it. */
#pragma once

/*
 * *longer is text with a table behind each struct that it declares at the top level, by tag or by typedef, on the
 * same line: BPF_ARRAY(PREFIX0, struct data_t, 1); and so on. What the preprocessor leaves out is left out with its
 * table. It is malloc'd and the caller's. 0 or -ENOMEM.
 */
int bw_structs_add_tables(const char *text, const char *prefix, char **longer);

/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the structs that a source declares, without compiling it. */
#pragma once

/*
 * *longer is text with a table behind it for each struct declared at the top level, by tag or by typedef:
 * BPF_ARRAY(PREFIX0, struct data_t, 1); and so on, in the order of the source. It is malloc'd and the caller's.
 * 0 or -ENOMEM.
 */
int bw_structs_append(const char *text, const char *prefix, char **longer);

/* SPDX-License-Identifier: Apache-2.0 */
/* Less debug information for clang to make: it is a third of the time of a compilation. */
#pragma once

/*
 * *shorter is text in which functions that are `static inline` have no debug information, but for those in which an
 * event is sent, of whose type a layout is wanted (compile/submits.h). An image has none of what is left out; the lines
 * that a message of the verifier names are of another compilation. Lines keep their numbers. *shorter is malloc'd and
 * the caller's. 0 or -ENOMEM.
 */
int bw_debug_info_leave_out(const char *text, char **shorter);

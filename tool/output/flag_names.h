/* SPDX-License-Identifier: Apache-2.0 */
/* STUB, to be replaced: only what the options of trace need. */
#pragma once

/* The number of an error's name; 0: there is none. */
int bw_flag_names_error_of(const char *name);

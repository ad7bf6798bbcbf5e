/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"
#include "cmd/trace.h"

const struct bw_command *const bw_commands[] = {
	&bw_trace_command,
	NULL,
};

const struct bw_option bw_global_options[] = {
	{'h', "help", NULL, "show this help", NULL},
	{'V', "version", NULL, "show the version", NULL},
	{0},
};

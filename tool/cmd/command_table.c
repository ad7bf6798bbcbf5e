/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/block.h"
#include "cmd/cache.h"
#include "cmd/command_table.h"
#include "cmd/doctor.h"
#include "cmd/probe.h"
#include "cmd/rules.h"
#include "cmd/run.h"
#include "cmd/trace.h"

const struct bw_command *const bw_command_table[] = {
	&bw_trace_command, &bw_block_command,  &bw_rules_command, &bw_run_command,
	&bw_probe_command, &bw_doctor_command, &bw_cache_command, NULL,
};

const struct bw_command_option bw_global_options[] = {
	{'h', "help", NULL, "show this help", NULL},
	{'V', "version", NULL, "show the version", NULL},
	{0},
};

const struct bw_command *bw_command_table_find(const char *name)
{
	for (const struct bw_command *const *c = bw_command_table; *c; c++)
		if (strcmp((*c)->name, name) == 0)
			return *c;
	return NULL;
}

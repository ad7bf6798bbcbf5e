/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_command.h"

#include <stdint.h>

#include "base/log.h"
#include "program/map_entries.h"

static const struct bw_map_entries tree = {"tree", sizeof(uint32_t), sizeof(uint32_t)};
static const uint32_t all = 0; /* the entry of this number is not 0 where all processes are meant: bpf_src/lib/tree.h */

int bw_block_command_start(struct bw_command_run *command, const struct bw_loaded *loaded)
{
	const uint32_t no = 0, yes = 1;
	uint32_t pid;
	int r = bw_command_start(command);

	pid = (uint32_t)command->pid;
	if (r == 0)
		r = bw_map_entries_put(&tree, loaded, &all, &no);
	return r == 0 ? bw_map_entries_put(&tree, loaded, &pid, &yes) : r;
}

void bw_block_command_report(const struct bw_loaded *loaded, bool *reported)
{
	uint32_t is_full = 0;

	if (*reported || bw_map_entries_get(&tree, loaded, &all, &is_full) < 0 || !is_full)
		return;
	*reported = true;
	bw_log_note("The command has had more processes at a time than 65,536: the rules hold for all processes now.");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_absent.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "process/command.h"

void bw_trace_absent_report(const char *given, const char *path, bool *hinted)
{
	BW_FREE char *trimmed = bw_path_parts_trim(path), *dir = NULL;

	if (!trimmed || !bw_path_parts_split(trimmed, &dir))
		return;
	bw_log_note("'%s' does not exist yet: it is waited for in its directory '%s'.", given, dir);
	if (!hinted || *hinted || strchr(given, '/') || !bw_command_is_found(given))
		return;
	*hinted = true;
	bw_log_hint("to trace the command '%s', put -- before it: bccwatch trace -- %s", given, given);
}

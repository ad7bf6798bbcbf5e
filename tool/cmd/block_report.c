/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_report.h"

#include <stdio.h>

#include "base/log.h"
#include "enforce/enforcement.h"

/* What becomes of an access. */
static const char *action_of(const struct bw_block_options *o, bool denies)
{
	if (o->dry_run)
		return "are only reported";
	if (o->deny)
		return "are denied";
	return denies ? "are denied, and the process is killed" : "are not denied: the process is killed";
}

void bw_block_report_header(const struct bw_block_options *o, enum bw_hook hook)
{
	const struct bw_rules *rules = &o->rules;
	const struct bw_hook_info *info = bw_hook_info(hook);
	const struct bw_rule *first = &rules->rules[0];
	const char *limits = bw_hook_limits(hook);
	char accesses[512];

	bw_access_describe(&o->access, accesses, sizeof(accesses));
	bw_log_note("Hook: %s.%s%s%s", info->name, limits ? " " : "", limits ? limits : "", limits ? "." : "");
	if (rules->n == 1)
		bw_log_note("Blocking %s'%s': %s %s. Ctrl-C ends.", first->kind == BW_RULE_DIR ? "all beneath " : "",
			    first->value, accesses, action_of(o, info->denies));
	else
		bw_log_note("Blocking the files of %zu rules: %s %s. Ctrl-C ends.", rules->n, accesses,
			    action_of(o, info->denies));
}

/* "3 accesses denied, 1 of them since its directory could not be determined. " */
void bw_block_report_summary(const struct bw_block_options *o, enum bw_hook hook, const struct bw_loaded *loaded,
			     char *text, size_t size)
{
	uint64_t denied = bw_enforcement_count(loaded, OUTCOME_DENIED);
	uint64_t unknown = bw_enforcement_count(loaded, OUTCOME_UNKNOWN);
	uint64_t failed = bw_enforcement_count(loaded, OUTCOME_FAILED);
	uint64_t refused = bw_enforcement_count(loaded, OUTCOME_UNLEARNED);
	const char *how = bw_hook_info(hook)->denies ? "denied" : "not denied, but their processes killed";
	size_t len;

	if (o->dry_run)
		how = "would have been denied";
	len = (size_t)snprintf(text, size, "%llu %s %s", (unsigned long long)denied,
			       denied == 1 ? "access" : "accesses", how);
	if (unknown > 0)
		len += (size_t)snprintf(text + len, size - len,
					", %llu of them since %s directory could not be determined",
					(unsigned long long)unknown, unknown == 1 ? "its" : "their");
	if (failed > 0)
		len += (size_t)snprintf(text + len, size - len, ", %llu could not be denied",
					(unsigned long long)failed);
	snprintf(text + len, size - len, ". ");
	if (refused > 0)
		bw_log_note("%llu links or renames were refused: the map of protected files was full.",
			    (unsigned long long)refused);
}

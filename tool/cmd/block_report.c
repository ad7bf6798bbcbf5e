/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_report.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "enforce/enforcement.h"
#include "enforce/shares.h"

/* What becomes of an access. */
static const char *action_of(const struct bw_block_options *o, bool denies)
{
	if (o->dry_run)
		return "are only reported";
	if (o->deny)
		return "are denied";
	return denies ? "are denied, and the process is killed" : "are not denied: the process is killed";
}

static const char *objects_of(enum bw_rule_kind kind)
{
	switch (kind) {
	case BW_RULE_DIR:
		return "all beneath ";
	case BW_RULE_NAME_GLOB:
	case BW_RULE_PATH_GLOB:
		return "what matches ";
	default:
		return "";
	}
}

void bw_block_report_header(const struct bw_block_options *o, enum bw_hook hook)
{
	const struct bw_rules *rules = &o->rules;
	const struct bw_hook_info *info = bw_hook_info(hook);
	const struct bw_rule *first = &rules->rules[0];
	const char *limits = bw_hook_limits(hook);
	const char *what = o->pin ? " this process, not the enforcement" : "";
	char operations[512], accesses[600];

	bw_access_describe(&o->access, operations, sizeof(operations));
	snprintf(accesses, sizeof(accesses), "%s%s", operations,
		 o->deny_holders ? ", and reads, writes and mappings by descriptors that are open already," : "");
	bw_log_note("Hook: %s.%s%s%s", info->name, limits ? " " : "", limits ? limits : "", limits ? "." : "");
	if (rules->n_policies > 0)
		bw_log_note("Blocking by %zu rules, each with its own action and operations. Ctrl-C ends%s.", rules->n,
			    what);
	else if (rules->n == 1)
		bw_log_note("Blocking %s'%s': %s %s. Ctrl-C ends%s.", objects_of(first->kind), first->value, accesses,
			    action_of(o, info->denies), what);
	else
		bw_log_note("Blocking the files of %zu rules: %s %s. Ctrl-C ends%s.", rules->n, accesses,
			    action_of(o, info->denies), what);
}

void bw_block_report_literal_names(const struct bw_rules *rules)
{
	enum { SHOWN = 4 };
	size_t found = 0;

	for (size_t i = 0; i < rules->n; i++) {
		const struct bw_rule *rule = &rules->rules[i];

		if (rule->policy >= 0 || rule->kind != BW_RULE_NAME || !strpbrk(rule->value, "*?[") || ++found > SHOWN)
			continue;
		bw_log_note("Warning: the name '%s' is taken literally, not as a pattern: only files of exactly this "
			    "name are protected. For a pattern use --name-glob.",
			    rule->value);
	}
	if (found > SHOWN)
		bw_log_note("Warning: %zu more names with *, ? or [ are taken literally.", found - SHOWN);
}

void bw_block_report_waiting(const struct bw_enforcement *e)
{
	enum { SHOWN = 8 };
	char list[1024] = "";
	size_t len = 0, shown = 0;

	while (shown < e->n_absent && shown < SHOWN) {
		int n = snprintf(list + len, sizeof(list) - len, "%s%s", shown ? ", " : "", e->absent[shown]);

		if (len + (size_t)n >= sizeof(list) - 1 && shown > 0) {
			list[len] = '\0';
			break;
		}
		len += (size_t)n;
		shown++;
		if (len >= sizeof(list) - 1)
			break; /* one long path: cut off */
	}
	if (shown < e->n_absent)
		bw_log_note("Waiting for: %s and %zu more. Each is protected from the moment it exists.", list,
			    e->n_absent - shown);
	else if (shown > 0)
		bw_log_note("Waiting for: %s. %s protected from the moment it exists.", list,
			    shown > 1 ? "Each is" : "It is");
}

void bw_block_report_full(const struct bw_loaded *loaded, uint64_t refused)
{
	char owners[128];

	bw_shares_describe(loaded, owners, sizeof(owners));
	bw_log_note("Refused %llu links or renames: no entry is left for their files, which would have to be protected "
		    "from then on. Most entries: %s.",
		    (unsigned long long)refused, *owners ? owners : "files found at the start");
}

/* "3 accesses denied, 1 of them since its directory could not be determined. " */
void bw_block_report_summary(const struct bw_block_options *o, enum bw_hook hook, const uint64_t outcomes[OUTCOMES],
			     uint64_t generation, char *text, size_t size)
{
	const uint64_t denied = outcomes[OUTCOME_DENIED], unknown = outcomes[OUTCOME_UNKNOWN];
	const uint64_t failed = outcomes[OUTCOME_FAILED], refused = outcomes[OUTCOME_UNLEARNED];
	const uint64_t audited = outcomes[OUTCOME_AUDITED];
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
	if (audited > 0)
		len += (size_t)snprintf(text + len, size - len, ", %llu audited", (unsigned long long)audited);
	if (failed > 0)
		len += (size_t)snprintf(text + len, size - len, ", %llu could not be denied",
					(unsigned long long)failed);
	len += (size_t)snprintf(text + len, size - len, ". ");
	if (generation)
		len += (size_t)snprintf(text + len, size - len, "The rules were of generation %llu. ",
					(unsigned long long)generation);
	if (o->pin)
		snprintf(text + len, size - len,
			 "The enforcement stays, pinned as '%s', until bccwatch block --unpin %s. ", o->pin, o->pin);
	if (refused > 0)
		bw_log_note("%llu links or renames were refused: no entry was left for their files.",
			    (unsigned long long)refused);
}

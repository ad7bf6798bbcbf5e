/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_status.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "bpf_src/lib/counters.h"
#include "enforce/enforcement.h"
#include "enforce/pin_dir.h"
#include "enforce/pin_text.h"
#include "enforce/rule_format.h"
#include "output/json.h"

static const char *const kinds[BW_RULE_KINDS] = {"name", "path", "dir", "name_glob", "path_glob"};

/* The caller's. NULL: no memory. */
static char *line_of(const struct bw_rules *rules, const struct bw_rule *rule)
{
	char *line = NULL;
	size_t len;
	FILE *out = open_memstream(&line, &len);

	if (!out)
		return NULL;
	bw_rule_format(out, rules, rule);
	return fclose(out) == 0 ? line : NULL;
}

static void print_rules(const struct bw_rules *rules)
{
	enum { SHOWN = 4 };

	printf(" %zu rule%s:", rules->n, rules->n == 1 ? "" : "s");
	for (size_t i = 0; i < rules->n && i < SHOWN; i++) {
		BW_FREE char *line = line_of(rules, &rules->rules[i]),
			     *shown = line ? malloc(4 * strlen(line) + 1) : NULL;

		if (shown)
			printf("%s %.*s", i ? "," : "", (int)bw_escape(shown, line, strlen(line)), shown);
	}
	if (rules->n > SHOWN)
		printf(" and %zu more", rules->n - SHOWN);
	puts(".");
}

static void print_text(const struct bw_block_status_pin *p)
{
	const struct bw_pin_info *info = &p->info;
	time_t since = (time_t)info->since;
	char when[32] = "?", watched[64] = "watched by no process";
	struct tm tm;

	if (info->version != 0 && info->version != BW_PIN_VERSION) {
		printf("%s: version %u, which this bccwatch does not know; bccwatch block --unpin %s ends it\n",
		       p->name, info->version, p->name);
		return;
	}
	if (info->generation == 0) {
		printf("%s: nothing is pinned%s\n", p->name, p->watched ? " yet: a process is starting" : "");
		return;
	}
	if (localtime_r(&since, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	if (p->watched)
		snprintf(watched, sizeof(watched), "watched by process %llu", (unsigned long long)info->process);
	printf("%s: hook %s, since %s, generation %llu, %s; %llu denied, %llu events lost;", p->name,
	       info->hook < BW_HOOKS ? bw_hook_info((enum bw_hook)info->hook)->word : "?", when,
	       (unsigned long long)info->generation, watched, (unsigned long long)p->denied,
	       (unsigned long long)p->lost);
	print_rules(&p->rules);
}

/* What it does, and to whom. */
static void put_line(struct bw_json *json, const struct bw_rules *rules, const struct bw_rule *rule)
{
	BW_FREE char *line = line_of(rules, rule);

	bw_json_key(json, "line");
	if (line)
		bw_json_text(json, line);
	else
		bw_json_null(json);
}

static void put_rules(struct bw_json *json, const struct bw_rules *rules)
{
	bw_json_key(json, "rules");
	bw_json_open_array(json);
	for (size_t i = 0; i < rules->n; i++) {
		bw_json_open_object(json);
		bw_json_key(json, kinds[rules->rules[i].kind]);
		bw_json_text(json, rules->rules[i].value);
		if (rules->rules[i].policy != BW_RULE_PLAIN)
			put_line(json, rules, &rules->rules[i]);
		bw_json_close_object(json);
	}
	bw_json_close_array(json);
}

static void put_enforcement(struct bw_json *json, const struct bw_block_status_pin *p)
{
	const struct bw_pin_info *info = &p->info;
	const struct {
		const char *key;
		uint64_t n;
	} numbers[] = {
		{"since", info->since}, {"generation", info->generation}, {"denied", p->denied}, {"lost", p->lost}};

	bw_json_key(json, "hook");
	bw_json_text(json, info->hook < BW_HOOKS ? bw_hook_info((enum bw_hook)info->hook)->word : "?");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		bw_json_key(json, numbers[i].key);
		bw_json_number(json, numbers[i].n);
	}
	bw_json_key(json, "process");
	if (p->watched)
		bw_json_number(json, info->process);
	else
		bw_json_null(json);
	put_rules(json, &p->rules);
}

static int print_json(const struct bw_block_status_pin *p)
{
	struct bw_json json = {0};
	int r;

	bw_json_open_object(&json);
	bw_json_key(&json, "name");
	bw_json_text(&json, p->name);
	bw_json_key(&json, "version");
	bw_json_number(&json, p->info.version);
	bw_json_key(&json, "watched");
	bw_json_bool(&json, p->watched);
	if (p->info.version == BW_PIN_VERSION && p->info.generation)
		put_enforcement(&json, p);
	bw_json_close_object(&json);
	r = bw_json_print_line(&json, stdout);
	bw_json_free(&json);
	return r;
}

int bw_block_status_print(const struct bw_block_status_pin *pin, bool json)
{
	if (json)
		return print_json(pin);
	print_text(pin);
	return 0;
}

/* What the maps of the generation in force say. */
static int read_set(int dir, struct bw_block_status_pin *p)
{
	BW_CLEANUP(bw_pin_set_free) struct bw_pin_set set = {0};
	int r = bw_pin_set_open(&set, dir, p->info.generation);

	if (r < 0)
		return r;
	p->denied = bw_enforcement_count(&set.loaded, OUTCOME_DENIED);
	p->lost = bw_loaded_sum(&set.loaded, BW_REFUSED_TABLE, BW_REFUSED_FULL) +
		  bw_loaded_sum(&set.loaded, "counters", COUNTER_LOST);
	return bw_pin_text_read(set.text, set.len, &p->rules, NULL);
}

struct listing {
	int base;
	bool json;
};

static int print_pin(void *cookie, const char *name)
{
	const struct listing *l = cookie;
	struct bw_block_status_pin pin = {.name = name};
	BW_FD int dir = bw_pin_dir_open(l->base, name, false);
	int r = dir < 0 ? dir : bw_pin_read_info(dir, &pin.info);

	if (dir < 0)
		return 0; /* removed meanwhile, or reported */
	pin.watched = bw_pin_dir_is_locked(dir);
	if (r < 0 && r != -ENOENT) {
		bw_log_note("%s: what is pinned there is not bccwatch's", name);
		return 0;
	}
	if (pin.info.version == BW_PIN_VERSION && pin.info.generation)
		read_set(dir, &pin);
	r = bw_block_status_print(&pin, l->json);
	bw_rules_free(&pin.rules);
	return r;
}

static int list(bool json)
{
	BW_FD int base = bw_pin_dir_open_base(BW_PIN_DIR_BPFFS, BPF_FS_MAGIC, false);
	struct listing l = {base, json};

	if (base == -ENOENT)
		return BW_EXIT_OK;
	if (base < 0 || bw_pin_dir_each(base, print_pin, &l) < 0)
		return BW_EXIT_FAILED;
	return fflush(stdout) == 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
}

int bw_block_status(const struct bw_block_options *o)
{
	if (bw_common_options_privilege("block") < 0)
		return BW_EXIT_FAILED;
	if (o->status)
		return list(o->json);
	if (bw_pin_remove(BW_PIN_DIR_BPFFS, o->unpin) < 0)
		return BW_EXIT_FAILED;
	bw_log_note("Unpinned '%s': its rules are not enforced any more.", o->unpin);
	return BW_EXIT_OK;
}

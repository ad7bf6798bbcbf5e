/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/probe_list.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/log.h"
#include "cmd/command_table.h"
#include "kernel/privilege.h"
#include "kernel/probe_targets.h"
#include "output/json.h"

struct listing {
	const char *kind, *pattern;
	bool count, as_json;
	uint64_t n;
	struct bw_json json;
	int error; /* why a line is missing: -ENOMEM */
};

static void open_json(struct listing *l)
{
	bw_json_open_object(&l->json);
	bw_json_key(&l->json, "kind");
	bw_json_text(&l->json, l->kind);
}

static void close_json(struct listing *l)
{
	int r;

	bw_json_close_object(&l->json);
	r = bw_json_print_line(&l->json, stdout);
	l->error = r < 0 ? r : l->error;
}

static void print_name(void *cookie, const char *name)
{
	struct listing *l = cookie;

	if (fnmatch(l->pattern, name, 0) != 0)
		return;
	l->n++;
	if (l->count)
		return;
	if (l->as_json) {
		open_json(l);
		bw_json_key(&l->json, "name");
		bw_json_text(&l->json, name);
		close_json(l);
	} else {
		printf("%s:", l->kind);
		bw_escape_print_text(stdout, name);
		fputc('\n', stdout);
	}
}

/* The rest of the pattern behind the kind's prefix; NULL: it has none. */
static const char *behind(const char *pattern, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(pattern, prefix, len) == 0 && pattern[len] == ':' ? pattern + len + 1 : NULL;
}

/* The pattern without its prefix; NULL: its prefix is of another kind. *one: it has a prefix. */
static const char *pattern_of(const char *pattern, const char *kind, bool *one)
{
	static const struct {
		const char *name, *kind;
	} kinds[] = {
		{"kprobe", "kprobe"}, {"kretprobe", "kprobe"}, {"tracepoint", "tracepoint"}, {"lsm", "lsm"},
		{"fentry", "fentry"}, {"fexit", "fentry"},     {"kfunc", "fentry"},	     {"kretfunc", "fentry"},
	};
	const char *rest = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if ((rest = behind(pattern, kinds[i].name))) {
			*one = true;
			return strcmp(kinds[i].kind, kind) == 0 ? rest : NULL;
		}
	*one = false;
	return pattern;
}

static void list_kind(const char *root, const struct btf *btf, const struct bw_probe_targets_kind *list,
		      struct listing *l)
{
	int r = list->each(root, btf, print_name, l);

	if (r == -ENOENT && list->needs_btf && !btf)
		bw_log_error(r, "cannot list '%s': this kernel has no BTF", l->kind);
	else if (r < 0)
		bw_log_error(r, "cannot list '%s': %s", l->kind,
			     r == -ENODEV ? "tracefs is not mounted, or not readable" : strerror(-r));
	if (l->count && l->as_json) {
		open_json(l);
		bw_json_key(&l->json, "count");
		bw_json_number(&l->json, l->n);
		close_json(l);
	} else if (l->count) {
		printf("%s %llu\n", l->kind, (unsigned long long)l->n);
	}
}

int bw_probe_list_print(const char *root, const struct btf *btf, const char *pattern, bool count, bool as_json)
{
	uint64_t all = 0;
	bool one;

	if (bw_privilege_check() == -EPERM)
		bw_log_note(
			"Without root, functions that the kernel does not allow to be probed are listed as well, and "
			"tracepoints are not.");
	for (const struct bw_probe_targets_kind *list = bw_probe_targets_kinds; list->kind; list++) {
		struct listing l = {.kind = list->kind,
				    .pattern = pattern_of(pattern, list->kind, &one),
				    .count = count,
				    .as_json = as_json};

		if (l.pattern)
			list_kind(root, btf, list, &l);
		bw_json_free(&l.json);
		if (l.error < 0)
			return bw_log_error(BW_EXIT_FAILED, "cannot list all of '%s': %s", l.kind, strerror(-l.error));
		all += l.n;
	}
	return all > 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
}

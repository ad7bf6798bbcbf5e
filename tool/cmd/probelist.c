/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/probelist.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/log.h"
#include "cmd/command.h"
#include "kernel/lists.h"

struct listing {
	const char *kind, *pattern;
	bool count, json;
	uint64_t n;
};

static void show(void *cookie, const char *name)
{
	struct listing *l = cookie;

	if (fnmatch(l->pattern, name, 0) != 0)
		return;
	l->n++;
	if (l->count)
		return;
	if (l->json) {
		printf("{\"kind\":\"%s\",\"name\":", l->kind);
		bw_print_json(stdout, name);
		fputs("}\n", stdout);
	} else {
		printf("%s:%s\n", l->kind, name);
	}
}

int bw_probe_list(const char *root, const struct btf *btf, const char *pattern, bool count, bool json)
{
	uint64_t all = 0;
	bool one = false;

	for (const struct bw_list *list = bw_lists; list->kind; list++)
		one |= strncmp(pattern, list->kind, strlen(list->kind)) == 0 && pattern[strlen(list->kind)] == ':';
	for (const struct bw_list *list = bw_lists; list->kind; list++) {
		size_t len = strlen(list->kind);
		bool is_this = strncmp(pattern, list->kind, len) == 0 && pattern[len] == ':';
		struct listing l = {list->kind, one ? pattern + len + 1 : pattern, count, json, 0};
		int r;

		if (one && !is_this)
			continue;
		r = list->each(root, btf, show, &l);
		if (r < 0)
			bw_err(r, "%s: what there is can't be listed: %s", list->kind, strerror(-r));
		if (count && json)
			printf("{\"kind\":\"%s\",\"count\":%llu}\n", l.kind, (unsigned long long)l.n);
		else if (count)
			printf("%s %llu\n", l.kind, (unsigned long long)l.n);
		all += l.n;
	}
	return all > 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
}

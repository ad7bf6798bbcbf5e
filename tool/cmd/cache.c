/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/cache.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/escape.h"
#include "base/log.h"
#include "build/cache.h"
#include "cmd/options.h"
#include "kernel/privilege.h"

static void print_entry(void *cookie, const struct bw_cache_info *info)
{
	const char *path = info->path ? info->path : "(damaged)";
	char *shown = malloc(4 * strlen(path) + 1);
	char when[32] = "?";
	struct tm tm;

	(void)cookie;
	if (localtime_r(&info->used, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &tm);
	if (shown)
		printf("%.16s %8" PRIu64 " %s %.*s\n", info->key, info->size, when,
		       (int)bw_escape(shown, path, strlen(path)), shown);
	free(shown);
}

static int list(void)
{
	return bw_cache_each(print_entry, NULL) < 0 ? BW_EXIT_FAILED : BW_EXIT_OK;
}

static int clear(void)
{
	int n = bw_cache_clear();

	if (n < 0)
		return BW_EXIT_FAILED;
	bw_log_note("%d programs removed.", n);
	return BW_EXIT_OK;
}

typedef int (*action_fn)(void);

static int set_action(void *cookie, int id, const char *value)
{
	action_fn *action = cookie;

	(void)value;
	if (*action)
		return bw_log_error(BW_EXIT_USAGE, "cache takes one of --list and --clear");
	*action = id == 'l' ? list : clear;
	return 0;
}

static int run(const struct bw_command *command, int argc, char **argv)
{
	action_fn action = NULL;
	int r = bw_options_read(command, argc, argv, set_action, &action);

	if (r != 0)
		return r == BW_OPTIONS_HELP ? BW_EXIT_OK : r;
	if (optind < argc)
		return bw_log_error(BW_EXIT_USAGE, "unexpected argument '%s'", argv[optind]);
	if (!action)
		return bw_log_error(BW_EXIT_USAGE, "cache takes one of --list and --clear");
	if (bw_privilege_check() < 0)
		return bw_log_error(BW_EXIT_FAILED, "cannot open the cache: only root may");
	return action();
}

static const struct bw_command_option options[] = {
	{'l', "list", NULL, "show a line for each program: key, bytes, when it was last used, source", NULL},
	{'c', "clear", NULL, "remove them all", NULL},
	{'h', "help", NULL, "show this help", NULL},
	{0},
};

const struct bw_command bw_cache_command = {
	.name = "cache",
	.summary = "Show or remove the compiled programs that are kept",
	.options = options,
	.run = run,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/help.h"

enum { OPTIONS_MAX = 64 };

/* The same options in getopt's two forms. */
struct tables {
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
};

/* order is getopt's: '+' ends at the first operand, '-' returns the operands too; 0: they are moved to the end. */
static void fill_tables(struct tables *t, const struct bw_command_option *options, char order)
{
	char *s = t->shorts;
	size_t n = 0;

	if (order)
		*s++ = order;
	*s++ = ':';
	for (; options->id && n < OPTIONS_MAX; options++) {
		t->longs[n++] = (struct option){options->name, options->arg ? required_argument : no_argument, NULL,
						options->id};
		if (options->id > 255)
			continue;
		*s++ = (char)options->id;
		if (options->arg)
			*s++ = ':';
	}
	*s = '\0';
	t->longs[n] = (struct option){0};
}

static int next(const struct bw_command_option *options, char order, int argc, char **argv, const char **value)
{
	struct tables t = {0};
	int id;

	fill_tables(&t, options, order);
	opterr = 0;
	id = getopt_long(argc, argv, t.shorts, t.longs, NULL);
	*value = optarg;
	if (id != '?' && id != ':')
		return id < 0 ? BW_OPTIONS_END : id;
	if (id == ':')
		bw_log_error(-EINVAL, "%s needs an argument", argv[optind - 1]);
	else if (optopt && strncmp(argv[optind - 1], "--", 2) == 0)
		bw_log_error(-EINVAL, "%s takes no argument", argv[optind - 1]);
	else if (optopt)
		bw_log_error(-EINVAL, "unknown option -%c", optopt);
	else
		bw_log_error(-EINVAL, "unknown option %s", argv[optind - 1]);
	return BW_OPTIONS_BAD;
}

int bw_options_next(const struct bw_command_option *options, int argc, char **argv, const char **value)
{
	/* What follows the command's name is parsed by the command. */
	return next(options, options == bw_global_options ? '+' : 0, argc, argv, value);
}

int bw_options_next_or_operand(const struct bw_command_option *options, int argc, char **argv, const char **value)
{
	return next(options, '-', argc, argv, value);
}

int bw_options_read(const struct bw_command *command, int argc, char **argv,
		    int (*set)(void *cookie, int id, const char *value), void *cookie)
{
	const char *value;
	int id, r = 0;

	optind = 0; /* glibc: begin anew */
	while (r == 0 && (id = bw_options_next(command->options, argc, argv, &value)) != BW_OPTIONS_END) {
		if (id == 'h') {
			bw_help_print(command);
			return BW_OPTIONS_HELP;
		}
		r = id == BW_OPTIONS_BAD ? BW_EXIT_USAGE : set(cookie, id, value);
	}
	if (r == BW_EXIT_USAGE)
		bw_log_hint("'bccwatch %s --help' lists the options", command->name);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch: the command table's reader. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/command_table.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "version.h"

bool bw_verbose;
struct bw_log_held *bw_log_holder;

/* What goes to stdout outside of a run: help and version. A full disk is a failure. */
static int flushed(void)
{
	return fflush(stdout) == 0 ? BW_EXIT_OK
				   : bw_log_error(BW_EXIT_FAILED, "cannot write to stdout: %s", strerror(errno));
}

static int run_command(int argc, char **argv)
{
	const struct bw_command *command = bw_command_table_find(argv[0]);
	int r;

	if (!command) {
		bw_log_error(0, "unknown command '%s'", argv[0]);
		bw_log_hint("'bccwatch --help' lists the commands");
		return BW_EXIT_USAGE;
	}
	r = command->run(command, argc, argv);
	return r == BW_EXIT_OK ? flushed() : r;
}

/*
 * What a careless parent may leave behind: closed standard descriptors, which the next open would take over, and
 * ignored SIGCHLD, by which the end of our children would go unseen.
 */
static int prepare(void)
{
	signal(SIGCHLD, SIG_DFL);
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
			return -EBADF;
	return 0;
}

int main(int argc, char **argv)
{
	const char *value;

	if (fcntl(STDOUT_FILENO, F_GETFD) < 0)
		return bw_log_error(BW_EXIT_FAILED, "stdout is closed");
	if (prepare() < 0)
		return BW_EXIT_FAILED;
	switch (bw_options_next(bw_global_options, argc, argv, &value)) {
	case 'h':
		bw_help_print(NULL);
		return flushed();
	case 'V':
		printf("bccwatch %s\n", BW_VERSION);
		return flushed();
	case BW_OPTIONS_END:
		if (optind < argc)
			return run_command(argc - optind, argv + optind);
		bw_log_error(0, "no command is given");
		break;
	default:
		break;
	}
	bw_log_hint("'bccwatch --help' lists the commands");
	return BW_EXIT_USAGE;
}

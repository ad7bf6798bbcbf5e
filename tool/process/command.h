/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command that is run to be watched. bw_command_start makes its process, which waits before the command's first
 * instruction, so that programs can be attached and told its number; bw_command_release lets it go.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* How bccwatch exits where it runs a command, beside the command's own status: as env(1), nice(1) and timeout(1). */
enum {
	BW_COMMAND_LOST = 124,	 /* events were lost, and --fail-on-loss was given */
	BW_COMMAND_FAILED = 125, /* bccwatch failed */
	BW_COMMAND_CANNOT = 126, /* the command cannot be executed */
	BW_COMMAND_ABSENT = 127, /* there is none of that name */
};

/* Is there an executable of that name, which has no slash, in a directory of PATH? */
bool bw_command_is_found(const char *name);

struct bw_command_run {
	/* Given by the caller. */
	char *const *argv;     /* with NULL at its end */
	bool as_root;	       /* not as the user of SUDO_UID and SUDO_GID */
	bool stdout_to_stderr; /* stdout is the events' */
	bool keeps_hangup;     /* SIGHUP is not for the command: something else is done of it */

	/* Inner. */
	pid_t pid;	/* 0: there is none */
	uid_t uid;	/* that it runs as */
	char user[64];	/* and its name, if it is the user of sudo; else "" */
	int go, result; /* pipes: it waits for the end of the first, and sends why it failed by the second */
	int status;	/* of its exit, as of a shell: 128 + N where signal N ended it; -1: it has not ended */
	bool is_started, is_released, was_executed;
};

/*
 * Makes the process: as the user of a valid SUDO_UID and SUDO_GID if this one is root, else as the caller; with the
 * caller's environment and directory, no descriptor but 0, 1 and 2, no signal blocked. Its PATH is searched here. 0 or
 * -errno, reported: then bw_command_status has the reason. bw_command_close is due in either case.
 */
int bw_command_start(struct bw_command_run *run);

/*
 * Lets it execute the command. From here on SIGINT, SIGTERM, SIGQUIT and SIGHUP are the command's, and not read from
 * signal_fd (of bw_signals_open): those that its terminal has not sent to it already are passed on. 0 or -errno,
 * reported.
 */
int bw_command_release(struct bw_command_run *run, int signal_fd);

/* Has it ended? Passes signals on, too. */
bool bw_command_has_ended(struct bw_command_run *run);

/*
 * Waits for its end, passing signals on, and returns its status; before it was started and released, or where it could
 * not be executed, BW_COMMAND_*.
 */
int bw_command_status(struct bw_command_run *run);

/* A command that was not released never runs; one that was is not touched. Before the start there is nothing to do. */
void bw_command_close(struct bw_command_run *run);

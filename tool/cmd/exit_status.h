/* SPDX-License-Identifier: Apache-2.0 */
/* How bccwatch exits; below cmd/ functions return 0 or -errno. Of a run bw_watch_finish decides. */
#pragma once

/* The exit statuses; they are in the man page. */
enum {
	BW_EXIT_OK = 0,
	BW_EXIT_FAILED = 1,
	BW_EXIT_USAGE = 2,
	BW_EXIT_LOST = 3, /* events were lost, and --fail-on-loss was given */
};

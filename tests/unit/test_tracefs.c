/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "kernel/tracefs.h"
#include "tests/unit/root.h"

static void tracefs_is_found_where_it_is_mounted(void **state)
{
	(void)state;
	assert_null(bw_tracefs_find(root));
	assert_int_equal(bw_tracefs_tracepoint(root, "syscalls", "sys_enter_openat"), -ENODEV);
	put("/sys/kernel/debug/tracing/events/syscalls/sys_enter_openat/format", "name: sys_enter_openat\n");
	assert_string_equal(bw_tracefs_find(root), "/sys/kernel/debug/tracing");
	assert_int_equal(bw_tracefs_tracepoint(root, "syscalls", "sys_enter_openat"), 0);
	assert_int_equal(bw_tracefs_tracepoint(root, "syscalls", "sys_enter_nope"), -ENOENT);
	put("/sys/kernel/tracing/events/enable", "0\n");
	assert_string_equal(bw_tracefs_find(root), "/sys/kernel/tracing");
}

static void a_misspelt_tracepoint_has_suggestions(void **state)
{
	char like[64];

	(void)state;
	bw_tracefs_suggest(root, "sched", "sched_swich", like, sizeof(like));
	assert_string_equal(like, "");
	put("/sys/kernel/tracing/events/enable", "");
	put("/sys/kernel/tracing/available_events", "sched:sched_switch\nx:y\n");
	bw_tracefs_suggest(root, "sched", "sched_swich", like, sizeof(like));
	assert_string_equal(like, "sched:sched_switch");
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_misspelt_tracepoint_has_suggestions),
	IN_ROOT(tracefs_is_found_where_it_is_mounted),
};

UNIT_MODULE("kernel/tracefs", NULL, NULL);

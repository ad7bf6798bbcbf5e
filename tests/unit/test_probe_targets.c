/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernel/probe_targets.h"
#include "tests/unit/root.h"

static void note_name(void *cookie, const char *name)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s ", name);
}

static void functions_and_tracepoints_that_can_be_probed_are_listed(void **state)
{
	char text[1024] = "";

	(void)state;
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put("/sys/kernel/tracing/events/enable", "");
	put("/proc/kallsyms", "0 T b\n0 t a\n0 t black\n0 D data\n0 T _sinittext\n0 t gone\n0 T _einittext\n");
	put("/sys/kernel/debug/kprobes/blacklist", "0x0-0x1\tblack\n");
	bw_probe_targets_kinds[0].each(root, NULL, note_name, text);
	assert_string_equal(text, "a b "); /* without ftrace */
	put("/sys/kernel/tracing/available_filter_functions", "b\nblack\n__ftrace_invalid_address___12\nc [mod]\nb\n");
	*text = '\0';
	bw_probe_targets_kinds[0].each(root, NULL, note_name, text);
	assert_string_equal(text, "b c ");
	assert_int_equal(bw_probe_targets_kinds[1].each(root, NULL, note_name, text), -ENOENT);
	put("/sys/kernel/tracing/available_events", "sched:sched_switch\nx:y\n");
	*text = '\0';
	assert_int_equal(bw_probe_targets_kinds[1].each(root, NULL, note_name, text), 0);
	assert_string_equal(text, "sched:sched_switch x:y ");
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(functions_and_tracepoints_that_can_be_probed_are_listed),
};

UNIT_MODULE("kernel/probe_targets", NULL, NULL);

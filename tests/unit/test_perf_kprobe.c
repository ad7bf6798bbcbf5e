/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "kernel/perf_kprobe.h"
#include "tests/unit/root.h"

static void kprobes_are_supported_where_perf_has_their_type(void **state)
{
	(void)state;
	assert_int_equal(bw_perf_kprobe_supported(root), -ENODEV);
	put("/sys/bus/event_source/devices/kprobe/type", "x\n");
	assert_int_equal(bw_perf_kprobe_supported(root), -ENODEV);
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	assert_int_equal(bw_perf_kprobe_supported(root), 0);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(kprobes_are_supported_where_perf_has_their_type),
};

UNIT_MODULE("kernel/perf_kprobe", NULL, NULL);

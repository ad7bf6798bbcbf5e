/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "kernel/preemption.h"
#include "tests/unit/root.h"

static void preemption_is_full_unless_the_kernel_says_otherwise(void **state)
{
	static const char modes[] = "/sys/kernel/debug/sched/preempt", version[] = "/proc/sys/kernel/version";
	char path[300];

	(void)state;
	assert_true(bw_preemption_is_full(root)); /* who knows */
	put(version, "#1 SMP Debian 5.10.251-1 (2026-02-12)\n");
	assert_false(bw_preemption_is_full(root));
	put(version, "#1 SMP PREEMPT_RT Debian 6.1.176-1 (2026-07-02)\n");
	put("/proc/cmdline", "root=/dev/vda preempt=none\n");
	assert_true(bw_preemption_is_full(root)); /* could not be determined */
	put(version, "#1 SMP PREEMPT Debian 6.1.176-1 (2026-07-02)\n");
	assert_true(bw_preemption_is_full(root));
	put(version, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)\n");
	assert_false(bw_preemption_is_full(root));
	put("/proc/cmdline", "preempt=none ro preempt=full\n");
	assert_true(bw_preemption_is_full(root));
	put("/proc/cmdline", "preempt=full preempt=voluntary xpreempt=full");
	assert_false(bw_preemption_is_full(root));
	put("/proc/cmdline", "preempt=nonesuch");
	assert_true(bw_preemption_is_full(root));
	put("/proc/cmdline", "ro");
	assert_true(bw_preemption_is_full(root)); /* its default is not known */
	put(modes, "none (voluntary) full \n");
	assert_false(bw_preemption_is_full(root));
	put(modes, "none voluntary (full) \n");
	put("/proc/cmdline", "preempt=none");
	assert_true(bw_preemption_is_full(root));
	put(modes, "none voluntary full (lazy) \n");
	assert_true(bw_preemption_is_full(root));
	put(modes, "(none) voluntary full \n");
	assert_false(bw_preemption_is_full(root));
	snprintf(path, sizeof(path), "%s%s", root, modes);
	unlink(path);
	assert_false(bw_preemption_is_full(root));
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(preemption_is_full_unless_the_kernel_says_otherwise),
};

UNIT_MODULE("kernel/preemption", NULL, NULL);

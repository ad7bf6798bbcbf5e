/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "kernel/lsm.h"
#include "tests/unit/root.h"

static void a_security_module_is_active_if_its_whole_name_is_listed(void **state)
{
	(void)state;
	assert_int_equal(bw_lsm_active(root, "bpf"), -ENOENT);
	put(BW_LSM_LIST, "lockdown,capability,bpf");
	assert_int_equal(bw_lsm_active(root, "bpf"), 1);
	assert_int_equal(bw_lsm_active(root, "bp"), 0);
	put(BW_LSM_LIST, "lockdown,capability,bpfx\n");
	assert_int_equal(bw_lsm_active(root, "bpf"), 0);
	assert_int_equal(bw_lsm_active(root, "bpfx"), 1);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_security_module_is_active_if_its_whole_name_is_listed),
};

UNIT_MODULE("kernel/lsm", NULL, NULL);

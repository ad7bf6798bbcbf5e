/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/machine.h"
#include "tests/unit/root.h"

static void an_option_of_the_kernel_is_read_from_its_configuration(void **state)
{
	char value[32], command[256];

	(void)state;
	assert_int_equal(bw_machine_config(root, "CONFIG_BPF", value, sizeof(value)), -ENOENT);
	put("/proc/sys/kernel/osrelease", "6.1.0\n");
	put("/boot/config-6.1.0", "# CONFIG_X is not set\nCONFIG_BPF_JIT=m\nCONFIG_BPF=y\nCONFIG_LSM=\"a,bpf\"\n");
	assert_int_equal(bw_machine_config(root, "CONFIG_BPF", value, sizeof(value)), 0);
	assert_string_equal(value, "y");
	assert_int_equal(bw_machine_config(root, "CONFIG_LSM", value, sizeof(value)), 0);
	assert_string_equal(value, "a,bpf");
	assert_int_equal(bw_machine_config(root, "CONFIG_X", value, sizeof(value)), 0);
	assert_string_equal(value, "n");
	snprintf(command, sizeof(command), "printf 'CONFIG_BPF=m\\n' | gzip >%s/proc/config.gz", root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
	assert_int_equal(bw_machine_config(root, "CONFIG_BPF", value, sizeof(value)), 0);
	assert_string_equal(value, "m");
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(an_option_of_the_kernel_is_read_from_its_configuration),
};

UNIT_MODULE("kernel/machine", NULL, NULL);

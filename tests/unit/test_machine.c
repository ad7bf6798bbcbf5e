/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
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

static void a_release_is_older_by_its_numbers(void **state)
{
	static const struct {
		const char *release;
		bool older; /* than 5.12 */
	} cases[] = {{"5.11.22-x\n", true}, {"5.12.0\n", false}, {"5.9\n", true},	{"5.100.1\n", false},
		     {"6.1\n", false},	    {"4.19.0\n", true},	 {"nonsense\n", false}, {"5\n", true}};

	(void)state;
	assert_false(bw_machine_before(root, 5, 12)); /* not known */
	for (size_t i = 0; i < LENGTH(cases); i++) {
		put("/proc/sys/kernel/osrelease", cases[i].release);
		if (bw_machine_before(root, 5, 12) != cases[i].older)
			fail_msg("%s", cases[i].release);
	}
}

static void a_line_is_the_first_one_or_that_of_the_key(void **state)
{
	char text[16];

	(void)state;
	bw_machine_line(root, "/f", NULL, text, sizeof(text));
	assert_string_equal(text, "");
	put("/f", "first line\nKEYS=x\nKEY=\"a b\" # c\nKEY=2\nQ='d'\nN=e f\n");
	bw_machine_line(root, "/f", NULL, text, sizeof(text));
	assert_string_equal(text, "first line");
	bw_machine_line(root, "/f", "KEY", text, sizeof(text));
	assert_string_equal(text, "a b");
	bw_machine_line(root, "/f", "Q", text, sizeof(text));
	assert_string_equal(text, "d");
	bw_machine_line(root, "/f", "N", text, sizeof(text));
	assert_string_equal(text, "e f");
	bw_machine_line(root, "/f", "NONE", text, sizeof(text));
	assert_string_equal(text, "");
	bw_machine_line(root, "/f", NULL, text, 6);
	assert_string_equal(text, "first");
}

static void capabilities_and_numbers_are_read(void **state)
{
	uint64_t capabilities = 0;

	(void)state;
	assert_int_equal(bw_machine_capabilities(root, &capabilities), -ENOENT);
	put("/proc/self/status", "CapPrm:\tffff\nCapEff:\t0000000000200001\n");
	assert_int_equal(bw_machine_capabilities(root, &capabilities), 0);
	assert_int_equal(capabilities, 0x200001);
	put("/proc/self/status", "Name:\tx\n");
	assert_int_equal(bw_machine_capabilities(root, &capabilities), -ENOENT);
	assert_int_equal(bw_machine_number(root, "/n"), -1);
	put("/n", "42\n");
	assert_int_equal(bw_machine_number(root, "/n"), 42);
	put("/n", "x\n");
	assert_int_equal(bw_machine_number(root, "/n"), -1);
}

static void the_lockdown_is_the_word_in_brackets(void **state)
{
	char text[32];

	(void)state;
	bw_machine_lockdown(root, text, sizeof(text));
	assert_string_equal(text, "");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	bw_machine_lockdown(root, text, sizeof(text));
	assert_string_equal(text, "integrity");
}

static void the_distribution_is_that_of_its_packages(void **state)
{
	(void)state;
	assert_int_equal(bw_machine_distribution(root), BW_DISTRIBUTION_OTHER);
	put("/etc/os-release", "ID=mint\nID_LIKE=\"ubuntu debian\"\n");
	assert_int_equal(bw_machine_distribution(root), BW_DISTRIBUTION_DEBIAN);
	put("/etc/os-release", "ID=fedora\n");
	assert_int_equal(bw_machine_distribution(root), BW_DISTRIBUTION_FEDORA);
	put("/etc/os-release", "ID=arch\n");
	assert_int_equal(bw_machine_distribution(root), BW_DISTRIBUTION_ARCH);
	put("/etc/os-release", "ID=suse\n");
	assert_int_equal(bw_machine_distribution(root), BW_DISTRIBUTION_OTHER);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(a_release_is_older_by_its_numbers),
	IN_ROOT(a_line_is_the_first_one_or_that_of_the_key),
	IN_ROOT(capabilities_and_numbers_are_read),
	IN_ROOT(the_lockdown_is_the_word_in_brackets),
	IN_ROOT(the_distribution_is_that_of_its_packages),
	IN_ROOT(an_option_of_the_kernel_is_read_from_its_configuration),
};

UNIT_MODULE("kernel/machine", NULL, NULL);

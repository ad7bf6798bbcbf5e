/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "kernel/headers.h"
#include "tests/unit/root.h"

static void the_headers_of_a_kernel_are_found_if_they_are_whole(void **state)
{
	char *path = NULL;

	(void)state;
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), -ENOENT);
	put("/lib/modules/6.1.0/build/include/linux/version.h", "");
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), -ENOENT);
	put("/lib/modules/6.1.0/build/include/linux/kconfig.h", "");
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), 0);
	assert_string_equal(path, "/lib/modules/6.1.0/build");
	free(path);
	put("/lib/modules/6.1.0/source/include/linux/kconfig.h", "");
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), 0);
	assert_string_equal(path, "/lib/modules/6.1.0/source");
	free(path);
	assert_int_equal(bw_headers_find(root, "6.2.0", &path), -ENOENT);
}

static void the_command_that_installs_headers_is_that_of_the_distribution(void **state)
{
	static const struct {
		const char *release, *command;
	} cases[] = {
		{"ID=debian\n", "apt install linux-headers-%s"},
		{"NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "apt install linux-headers-%s"},
		{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install kernel-devel-%s"},
		{"ID=arch", "pacman -S linux-headers # %s"},
		{"ID=opensuse-leap\nID_LIKE='suse opensuse'\n", "zypper install kernel-devel # %s"},
		{"VERSION_ID=debian\nID=debianish\n", NULL},
		{"", NULL},
		{"ID=", NULL},
	};

	(void)state;
	assert_null(bw_headers_package(root));
	for (size_t i = 0; i < LENGTH(cases); i++) {
		put("/etc/os-release", cases[i].release);
		if (cases[i].command)
			assert_string_equal(bw_headers_package(root), cases[i].command);
		else
			assert_null(bw_headers_package(root));
	}
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(the_headers_of_a_kernel_are_found_if_they_are_whole),
	IN_ROOT(the_command_that_installs_headers_is_that_of_the_distribution),
};

UNIT_MODULE("kernel/headers", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "build/libraries.h"
#include "tests/unit/installed_compiler.h"
#include "tests/unit/unit.h"

static void the_libraries_are_those_that_the_compiler_names(void **state)
{
	char text[128];

	(void)state;
	install_compiler("#!/bin/sh\necho /lib/libbcc.so.0.26.0; echo /lib/libLLVM-14.so.1\n");
	assert_int_equal(bw_libraries_describe(text, sizeof(text)), 0);
	assert_string_equal(text, "libbcc 0.26.0, LLVM 14");
	install_compiler("#!/bin/sh\necho /lib/libLLVM.so.19.1; echo /lib/libbcc.so.0\n");
	assert_int_equal(bw_libraries_describe(text, sizeof(text)), 0);
	assert_string_equal(text, "libbcc 0, LLVM 19.1");
	install_compiler("#!/bin/sh\necho /lib/libbcc.so.0.31.0\n");
	assert_int_equal(bw_libraries_describe(text, sizeof(text)), 0);
	assert_string_equal(text, "libbcc 0.31.0, LLVM within it");
	install_compiler("#!/bin/sh\nexit 127\n"); /* it does not start */
	assert_int_equal(bw_libraries_describe(text, sizeof(text)), -ENOENT);
	remove_compiler();
	assert_int_equal(bw_libraries_describe(text, sizeof(text)), -ENOENT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_libraries_are_those_that_the_compiler_names),
};

UNIT_MODULE("build/libraries", NULL, NULL);

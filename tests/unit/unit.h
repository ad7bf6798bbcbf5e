/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every unit test includes: cmocka, with what it wants included before it, and the way into the one program that
 * runs them all (main.c). test_MODULE.c has the tests of one module, as an array `tests`, and ends with UNIT_MODULE.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* After those. */
#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

struct unit_module {
	const char *name; /* of its file in tool/: "base/walk" */
	const struct CMUnitTest *tests;
	size_t n;
	CMFixtureFunction setup, teardown; /* before the first test and after the last; may be NULL */
};

/* The linker collects a pointer to each module in a section, which main.c reads as an array. */
#define UNIT_MODULE(name, setup, teardown)                                                                        \
	static const struct unit_module unit_module = {name, tests, LENGTH(tests), setup, teardown};              \
	static const struct unit_module *const unit_module_entry __attribute__((section("unit_modules"), used)) = \
		&unit_module

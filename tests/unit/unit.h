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
	struct unit_module *next;	   /* by name */
};

/* Makes the module known to main, before main begins. */
void unit_add(struct unit_module *module);

#define UNIT_MODULE(name, setup, teardown)                                                           \
	static struct unit_module unit_module = {name, tests, LENGTH(tests), setup, teardown, NULL}; \
	__attribute__((constructor)) static void add_unit_module(void)                               \
	{                                                                                            \
		unit_add(&unit_module);                                                              \
	}                                                                                            \
	_Static_assert(LENGTH(tests) > 0, "a module without tests")

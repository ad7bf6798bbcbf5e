/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of this program itself, which are known. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process/symbols.h"
#include "tests/unit/root.h"

static void functions_of_a_program_are_found_by_name_and_offset(void **state)
{
	uint64_t offset, into, same;
	struct bw_sandbox_strays strays = {0};
	struct bw_deadline deadline = {0};
	struct bw_sandbox file;
	char like[256], why[128];

	(void)state;
	assert_int_equal(bw_symbols_find("/proc/self/exe", "main", &offset, why, sizeof(why)), 0);
	assert_int_equal(bw_symbols_find("/proc/self/exe", "no_such_function", &same, why, sizeof(why)), -ESRCH);
	snprintf(like, sizeof(like), "0x%" PRIx64, offset);
	assert_int_equal(bw_symbols_find("/proc/self/exe", like, &same, why, sizeof(why)), 0);
	assert_int_equal(same, offset);
	assert_int_equal(bw_symbols_find("/proc/self/exe", "0x0", &same, why, sizeof(why)), -ERANGE);
	assert_int_equal(bw_symbols_find("/proc/self/exe", "0x8000000000000000", &same, why, sizeof(why)), -ERANGE);
	assert_int_equal(bw_symbols_find("/proc/self/exe", "0xffffffffffffffffffff", &same, why, sizeof(why)), -ERANGE);
	assert_int_equal(bw_symbols_find("/proc/self/exe", "0x12z4", &same, why, sizeof(why)), -ESRCH);
	assert_int_equal(bw_symbols_find("/nothing", "main", &same, why, sizeof(why)), -ENOENT);
	assert_int_equal(bw_symbols_find("/dev/null", "main", &same, why, sizeof(why)), -ENOEXEC);
	put("/text", "\177ELF, but no more");
	snprintf(like, sizeof(like), "%s/text", root);
	assert_int_equal(bw_symbols_find(like, "main", &same, why, sizeof(why)), -ENOEXEC);
	bw_symbols_suggest("/proc/self/exe", "bw_kallsyms_sugg", like, sizeof(like));
	assert_string_equal(like, "bw_kallsyms_suggest");
	bw_deadline_start(&deadline, 10000);
	assert_int_equal(bw_symbols_start(&file, "/proc/self/exe", &strays, &deadline), 0);
	assert_int_equal(bw_symbols_at(&file, offset + 2, &deadline, like, sizeof(like), &into), 0);
	assert_string_equal(like, "main");
	assert_int_equal(into, 2);
	assert_int_equal(bw_symbols_at(&file, 0, &deadline, like, sizeof(like), &into), -ENOENT);
	assert_int_equal(file.failure, BW_SANDBOX_FINE);
	bw_sandbox_stop(&file, &strays);
	bw_sandbox_reap_strays(&strays, 10000);
	assert_int_equal(strays.n, 0);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(functions_of_a_program_are_found_by_name_and_offset),
};

UNIT_MODULE("process/symbols", NULL, NULL);

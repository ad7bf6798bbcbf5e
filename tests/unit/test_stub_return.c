/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/stub_return.h"
#include "tests/unit/made_types.h"
#include "tests/unit/unit.h"

static char *stub(const struct bw_stub_of *function, bool latency)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(bw_stub_return(out, function, latency), 0);
	fclose(out);
	return text;
}

static void a_result_is_read_at_the_return(void **state)
{
	const struct bw_stub_of function = {BW_STUB_KPROBE, NULL, 0, "f"};
	BW_FREE char *text = stub(&function, false);

	(void)state;
	assert_non_null(strstr(text, "\nint kretprobe__f(struct pt_regs *ctx)\n"));
	assert_non_null(strstr(text, "\tevent.result = (long)PT_REGS_RC(ctx);\n"));
	assert_null(strstr(text, "latency"));
}

static void a_latency_has_both_ends(void **state)
{
	const struct bw_stub_of syscall = {BW_STUB_SYSCALL, NULL, 0, "openat"},
				local = {BW_STUB_KPROBE, NULL, 0, "f.part.0"};
	BW_FREE char *text = stub(&syscall, true), *other = stub(&local, true);

	(void)state;
	assert_non_null(strstr(text, "\nint kprobe__sys_openat(struct pt_regs *ctx)\n"));
	assert_non_null(strstr(text, "\nint kretprobe__sys_openat(struct pt_regs *ctx)\n"));
	assert_non_null(strstr(text, "\tu64 latency_ns;\n"));
	assert_non_null(
		strstr(other, "// bccwatch run FILE.c --kretprobe f.part.0:on_return --kprobe f.part.0:on_entry\n"));
}

static void fentry_has_the_result_behind_the_parameters(void **state)
{
	uint32_t id;
	struct btf *btf = made_types(&id);
	const struct bw_stub_of function = {BW_STUB_KFUNC, btf, id, "f"};
	BW_FREE char *text = stub(&function, true);

	(void)state;
	assert_non_null(strstr(text, "\nKFUNC_PROBE(f, u64 arg1, u64 arg2, "));
	assert_non_null(strstr(text, "\nKRETFUNC_PROBE(f, u64 arg1, u64 arg2, "));
	btf__free(btf);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_result_is_read_at_the_return),
	cmocka_unit_test(a_latency_has_both_ends),
	cmocka_unit_test(fentry_has_the_result_behind_the_parameters),
};

UNIT_MODULE("cmd/stub_return", NULL, NULL);

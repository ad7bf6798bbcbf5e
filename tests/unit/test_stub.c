/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/stub.h"
#include "tests/unit/made_types.h"
#include "tests/unit/root.h"

static void the_stub_of_a_function_has_its_parameters(void **state)
{
	BW_FREE char *text = NULL;
	uint32_t function;
	struct btf *btf = made_types(&function);
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(bw_stub_function(out, BW_STUB_KPROBE, btf, function, "f"), 0);
	assert_int_equal(bw_stub_function(out, BW_STUB_KPROBE, NULL, 0, "f.isra.0"), 0);
	assert_int_equal(bw_stub_function(out, BW_STUB_LSM, btf, function, "f"), 0);
	fclose(out);
	assert_non_null(strstr(text, "\nint kprobe__f(struct pt_regs *ctx, const char *name, struct key *ctx_, "
				     "unsigned long n, u32 kind, void *arg5)\n"));
	assert_non_null(strstr(text, "\nstruct key;\n"));
	assert_non_null(strstr(text, "\tread_text(event.name, sizeof(event.name), name);\n"));
	assert_non_null(strstr(text, "\tevent.ctx_ = ctx_;\n"));
	assert_non_null(strstr(text, "// bccwatch run FILE.c --kprobe f.isra.0:on_entry\n"));
	assert_non_null(strstr(text, "\nint on_entry(struct pt_regs *ctx)\n"));
	assert_non_null(strstr(text, "\nLSM_PROBE(f, const char *name, struct key *ctx_, "));
	btf__free(btf);
}

static void the_stub_of_a_tracepoint_has_its_fields(void **state)
{
	BW_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	put("/sys/kernel/tracing/events/syscalls/sys_enter_x/format",
	    "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	    "\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
	    "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	    "\tfield:size_t count;\toffset:32;\tsize:8;\tsigned:0;\n");
	put("/sys/kernel/tracing/events/a/b/format", "\tfield:__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:1;\n"
						     "\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:1;\n"
						     "\tfield:u8 big[4000];\toffset:28;\tsize:4000;\tsigned:0;\n");
	assert_int_equal(bw_stub_syscall(out, root, "x"), 0);
	assert_int_equal(bw_stub_tracepoint(out, root, "a", "b"), 0);
	assert_int_equal(bw_stub_tracepoint(out, root, "a", "c"), -ENOENT);
	fclose(out);
	assert_non_null(
		strstr(text, "int syscall__x(struct pt_regs *ctx, int dfd, const char *filename, u64 count)\n"));
	assert_non_null(strstr(text, "TRACEPOINT_PROBE(a, b)\n"));
	assert_non_null(strstr(text, "\tread_text(event.name, sizeof(event.name), (void *)args + "
				     "(args->data_loc_name & 0xffff));\n"));
	assert_non_null(strstr(text, "\tchar comm_[16];\n"));
	assert_non_null(strstr(text, "\t// big is left out: the stack is small\n"));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_stub_of_a_function_has_its_parameters),
	IN_ROOT(the_stub_of_a_tracepoint_has_its_fields),
};

UNIT_MODULE("cmd/stub", NULL, NULL);

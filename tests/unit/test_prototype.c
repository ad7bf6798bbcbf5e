/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/btf.h"
#include "kernel/prototype.h"
#include "tests/unit/made_types.h"
#include "tests/unit/unit.h"

static void a_function_is_written_as_c_declares_it_with_its_structs(void **state)
{
	BW_FREE char *text = NULL;
	uint32_t function, next;
	struct btf *btf = made_types(&function);
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(bw_prototype_write(out, btf, function), 0);
	fputc('\n', out);
	assert_int_equal(bw_prototype_expand(out, btf, function), 0);
	next = bw_btf_next_function(btf, NULL, "f", function);
	assert_true(next > function);
	assert_int_equal(bw_prototype_write(out, btf, next), 0);
	assert_int_equal(bw_btf_next_function(btf, NULL, "f", next), 0);
	assert_int_equal(bw_prototype_write(out, btf, 1), -ENOENT);
	fclose(out);
	assert_string_equal(text, "int f(const char *name, struct key *ctx, unsigned long n, enum kind kind, void *, "
				  "struct key whole, ...)\n"
				  "struct key {\n\tint serial;\n\tint low : 3;\n\tunsigned long evil\\x1b[31m;\n};\n"
				  "void f(void)");
	btf__free(btf);
}

/* Leaves bytes on the stack, where the next function has its variables. */
__attribute__((noinline)) static void dirty_the_stack(void)
{
	volatile char bytes[1 << 14];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)0xa5;
}

/* libbpf refuses options that are not zero behind what it knows of them. */
static void what_the_stack_has_does_not_matter(void **state)
{
	uint32_t function;
	struct btf *btf = made_types(&function);
	FILE *out = fopen("/dev/null", "we");

	(void)state;
	for (int i = 0; i < 3; i++) {
		dirty_the_stack();
		assert_int_equal(bw_prototype_write(out, btf, function), 0);
		dirty_the_stack();
		assert_int_equal(bw_prototype_expand(out, btf, function), 0);
	}
	fclose(out);
	btf__free(btf);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_the_stack_has_does_not_matter),
	cmocka_unit_test(a_function_is_written_as_c_declares_it_with_its_structs),
};

UNIT_MODULE("kernel/prototype", NULL, NULL);

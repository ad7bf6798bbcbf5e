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

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_function_is_written_as_c_declares_it_with_its_structs),
};

UNIT_MODULE("kernel/prototype", NULL, NULL);

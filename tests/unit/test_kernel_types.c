/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build/tokens.h"
#include "compile/kernel_types.h"
#include "tests/unit/unit.h"

/* The declarations that a program of this text gets. */
static void types_for(const char *text, char *types, size_t size)
{
	struct bw_tokens_set words = {{0}};
	FILE *out;

	bw_tokens_set_add(&words, text);
	memset(types, 0, size);
	out = fmemopen(types, size - 1, "w");
	assert_non_null(out);
	assert_int_equal(bw_kernel_types_write("build/kernel_types.bpf.o", &words, out), 0);
	fclose(out);
}

static void a_program_gets_the_types_that_it_can_mean(void **state)
{
	char types[4096];

	(void)state;
	types_for("#define INO(f) f->f_path.dentry->d_inode->i_ino\nu64 f(struct file *f) { return INO(f); }", types,
		  sizeof(types));
	assert_non_null(strstr(types, "struct file {"));
	assert_non_null(strstr(types, "struct path {"));
	assert_non_null(strstr(types, "struct dentry {"));
	assert_non_null(strstr(types, "struct inode {"));
	assert_null(strstr(types, "struct super_block {"));
	assert_null(strstr(types, "struct cred {"));

	types_for("struct file *f; /* struct cred */ char *s = \"f_inode\"; // d_inode", types, sizeof(types));
	assert_non_null(strstr(types, "struct file {"));
	assert_null(strstr(types, "struct cred {"));
	assert_null(strstr(types, "struct inode {"));

	types_for("unwanted", types, sizeof(types));
	assert_non_null(strstr(types, "PIDTYPE_TGID = 1")); /* numbers are always there: tracepoints have them */
	assert_null(strstr(types, "struct"));
	assert_int_equal(bw_kernel_types_write("build/nothing", &(struct bw_tokens_set){{0}}, stdout), -ENOENT);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_program_gets_the_types_that_it_can_mean),
};

UNIT_MODULE("compile/kernel_types", NULL, NULL);

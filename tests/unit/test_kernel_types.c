/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Is what the compiler is given laid out as the kernel's is? */
static void a_hole_behind_a_member_that_does_not_fill_its_alignment_is_whole(void **state)
{
	static const char check[] = "_Static_assert(__builtin_offsetof(struct cred, uid) == 64, \"\");\n";
	char types[4096], path[] = "/tmp/bccwatch-unit-XXXXXX.c", *command;
	int fd = mkstemps(path, 2);

	(void)state;
	assert_true(fd >= 0);
	types_for("struct cred *c; c->uid", types, sizeof(types));
	assert_int_equal(write(fd, types, strlen(types)), strlen(types));
	assert_int_equal(write(fd, check, strlen(check)), strlen(check));
	close(fd);
	assert_true(asprintf(&command, "cc -w -fsyntax-only %s", path) > 0);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a fixed command */
	free(command);
	unlink(path);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_hole_behind_a_member_that_does_not_fill_its_alignment_is_whole),
	cmocka_unit_test(a_program_gets_the_types_that_it_can_mean),
};

UNIT_MODULE("compile/kernel_types", NULL, NULL);

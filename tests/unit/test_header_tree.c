/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "build/dependencies.h"
#include "compile/header_tree.h"
#include "tests/unit/own_mounts.h"
#include "tests/unit/root.h"

/* The kernel's BTF, of which this machine has its own: that of bpf/kernel_types.c in its place. */
static void put_btf(void)
{
	char *bytes = NULL;
	size_t len;
	FILE *file;

	assert_int_equal(bw_file_read("build/kernel_types.bpf.o", 1 << 20, &bytes, &len), 0);
	own_mounts((const char *const[]){"/sys/kernel", NULL});
	assert_int_equal(mkdir("/sys/kernel/btf", 0755), 0);
	file = fopen("/sys/kernel/btf/vmlinux", "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
	free(bytes);
}

static struct bw_header_tree tree;

/* The text of one of the two files; in a static buffer. */
static const char *text_of(int fd)
{
	static char text[1 << 20];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	assert_true(n > 0);
	text[n] = '\0';
	return text;
}

static int end(void **state)
{
	bw_header_tree_free(&tree);
	return remove_root(state);
}

static void each_header_of_the_kernel_that_is_included_is_the_one_file_of_types(void **state)
{
	char types[64];
	const char *text;

	(void)state;
	put_btf();
	assert_int_equal(bw_header_tree_make(&tree,
					     "#include <linux/fs.h>\n # include <linux/sched.h> // why\n"
					     "#include <stdarg.h>\n#include <bcc/proto.h>\n#include <../x/y.h>\n"
					     "//#include <linux/not.h>\n#include <linux/fs.h>\nstruct file *f;",
					     NULL, 0),
			 0);
	text = text_of(tree.overlay);
	snprintf(types, sizeof(types), "\"external-contents\":\"/proc/self/fd/%d\"", tree.types);
	assert_non_null(strstr(text, types));
	assert_non_null(strstr(text, "\"" BW_DEPENDENCIES_VIRTUAL "/linux/fs.h\""));
	assert_non_null(strstr(text, "\"" BW_DEPENDENCIES_VIRTUAL "/linux/sched.h\""));
	assert_non_null(strstr(text, "\"" BW_DEPENDENCIES_VIRTUAL "/linux/types.h\"")); /* libbcc's own wants it */
	assert_null(strstr(text, "stdarg.h"));
	assert_null(strstr(text, "bcc/"));
	assert_null(strstr(text, ".."));
	assert_null(strstr(text, "not.h"));
	assert_null(strstr(strstr(text, "linux/fs.h") + 1, "linux/fs.h")); /* once */
}

static void the_types_are_those_that_the_text_names_with_its_own_headers(void **state)
{
	char quote[128];
	const char *flags[] = {quote, "-DX=cred"};
	const char *text;

	(void)state;
	put("/own.h", "#include <linux/dcache.h>\nstruct file;");
	snprintf(quote, sizeof(quote), "-iquote%s", root);
	assert_int_equal(bw_header_tree_make(&tree, "#include \"own.h\"\nint x;", flags, 2), 0);
	assert_non_null(strstr(text_of(tree.overlay), "/linux/dcache.h\""));
	text = text_of(tree.types);
	assert_non_null(strstr(text, "struct file {"));
	assert_non_null(strstr(text, "struct cred {")); /* by the flag */
	assert_null(strstr(text, "struct super_block {"));
	assert_non_null(strstr(text, "#define LINUX_VERSION_CODE "));
}

static void where_a_text_cannot_be_read_all_types_are_there(void **state)
{
	const char *flags[] = {"-include/somewhere.h"};

	(void)state;
	assert_int_equal(bw_header_tree_make(&tree, "int x;", flags, 1), 0);
	assert_non_null(strstr(text_of(tree.types), "struct super_block {"));
	bw_header_tree_free(&tree);
	assert_int_equal(bw_header_tree_make(&tree, "#include \"none.h\"\n", NULL, 0), 0);
	assert_non_null(strstr(text_of(tree.types), "struct super_block {"));
}

static void headers_that_include_each_other_have_an_end(void **state)
{
	char quote[128];
	const char *flags[] = {quote};

	(void)state;
	put("/a.h", "#include \"b.h\"\n");
	put("/b.h", "#include \"a.h\"\n");
	snprintf(quote, sizeof(quote), "-iquote%s", root);
	assert_int_equal(bw_header_tree_make(&tree, "#include \"a.h\"\n", flags, 1), 0);
}

static void a_kernel_without_btf_has_no_headers(void **state)
{
	(void)state;
	own_mounts((const char *const[]){"/sys/kernel", NULL});
	assert_int_equal(bw_header_tree_make(&tree, "int x;", NULL, 0), -ENOENT);
}

#define TREE(test) cmocka_unit_test_setup_teardown(test, make_root, end)

static const struct CMUnitTest tests[] = {
	TREE(each_header_of_the_kernel_that_is_included_is_the_one_file_of_types),
	TREE(the_types_are_those_that_the_text_names_with_its_own_headers),
	TREE(where_a_text_cannot_be_read_all_types_are_there),
	TREE(headers_that_include_each_other_have_an_end),
	TREE(a_kernel_without_btf_has_no_headers),
};

UNIT_MODULE("compile/header_tree", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "bpf_src/trace/event.h"
#include "output/flag_names.h"
#include "tests/unit/unit.h"

static const char *op_of(uint64_t op, uint32_t flags)
{
	static char text[BW_FLAG_NAMES_MAX + 1];
	size_t len = bw_flag_names_op(text, op, flags);

	assert_true(len > 0 && len <= BW_FLAG_NAMES_MAX);
	text[len] = '\0';
	return text;
}

static void the_flags_of_an_open_have_the_names_of_open_2(void **state)
{
	(void)state;
	assert_string_equal(op_of(OP_OPEN, O_RDONLY), "O_RDONLY");
	assert_string_equal(op_of(OP_OPEN, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC),
			    "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC");
	assert_string_equal(op_of(OP_OPEN, O_RDWR | O_SYNC), "O_RDWR|O_SYNC");
	assert_string_equal(op_of(OP_OPEN, O_RDWR | O_DSYNC), "O_RDWR|O_DSYNC");
	assert_string_equal(op_of(OP_OPEN, O_RDWR | O_TMPFILE), "O_RDWR|O_TMPFILE");
	assert_string_equal(op_of(OP_OPEN, O_DIRECTORY | O_NOFOLLOW | O_PATH),
			    "O_RDONLY|O_DIRECTORY|O_NOFOLLOW|O_PATH");
	assert_string_equal(op_of(OP_OPEN, O_EXCL | O_NOCTTY | O_APPEND | O_NONBLOCK | O_ASYNC | O_DIRECT | O_NOATIME),
			    "O_RDONLY|O_EXCL|O_NOCTTY|O_APPEND|O_NONBLOCK|O_ASYNC|O_DIRECT|O_NOATIME");
	assert_string_equal(op_of(OP_OPEN, 3), "O_ACCMODE");
	/* O_LARGEFILE of the kernel, and its mark of an execve(2). */
	assert_string_equal(op_of(OP_OPEN, 0100040), "O_RDONLY");
	assert_string_equal(op_of(OP_OPEN, O_WRONLY | 0x40000000), "O_WRONLY|0x40000000");
	op_of(OP_OPEN, UINT32_MAX); /* has space */
}

static void other_operations_have_the_names_of_their_flags_or_kinds(void **state)
{
	(void)state;
	assert_string_equal(op_of(OP_RENAME, 0), "0");
	assert_string_equal(op_of(OP_RENAME, RENAME_NOREPLACE | 8), "RENAME_NOREPLACE|0x8");
	assert_string_equal(op_of(OP_RENAME, RENAME_EXCHANGE), "RENAME_EXCHANGE");
	assert_string_equal(op_of(OP_FALLOCATE, FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE),
			    "FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE");
	assert_string_equal(op_of(OP_FALLOCATE, FALLOC_FL_ZERO_RANGE), "FALLOC_FL_ZERO_RANGE");
	assert_string_equal(op_of(OP_MMAP, PROT_READ | PROT_WRITE | MAP_SHARED << 8),
			    "PROT_READ|PROT_WRITE|MAP_SHARED");
	assert_string_equal(op_of(OP_MMAP, MAP_PRIVATE << 8), "PROT_NONE|MAP_PRIVATE");
	assert_string_equal(op_of(OP_MMAP, PROT_EXEC | 3 << 8), "PROT_EXEC|MAP_SHARED_VALIDATE");
	assert_string_equal(op_of(OP_DELETE, DELETE_FILE), "unlink");
	assert_string_equal(op_of(OP_DELETE, DELETE_DIRECTORY), "rmdir");
	assert_string_equal(op_of(OP_DELETE, 2), "2");
	assert_string_equal(op_of(OP_LINK, LINK_SYMBOLIC), "symbolic");
	assert_string_equal(op_of(OP_ATTR, ATTR_KIND_XATTR), "xattr");
	assert_string_equal(op_of(OP_ATTR, ATTR_KIND_FLAGS), "flags");
	assert_string_equal(op_of(OP_STAT, STAT_READLINK), "readlink");
	assert_string_equal(op_of(OP_STAT, UINT32_MAX), "4294967295");
	assert_string_equal(op_of(OP_READ, 0), "0");
	assert_string_equal(op_of(UINT64_MAX, 0x1f0), "0x1f0");
}

static const char *mode_of(uint32_t mode)
{
	static char text[BW_FLAG_NAMES_MODE_LEN + 1];

	bw_flag_names_mode(text, mode);
	return text;
}

static void a_mode_is_as_ls_has_it(void **state)
{
	(void)state;
	assert_string_equal(mode_of(0), "---------");
	assert_string_equal(mode_of(0100644), "rw-r--r--");
	assert_string_equal(mode_of(0777), "rwxrwxrwx");
	assert_string_equal(mode_of(07777), "rwsrwsrwt");
	assert_string_equal(mode_of(07000), "--S--S--T");
	assert_string_equal(mode_of(04755), "rwsr-xr-x");
	assert_string_equal(mode_of(02604), "rw---Sr--");
	assert_string_equal(mode_of(01777), "rwxrwxrwt");
}

static void a_type_is_what_stat_knows(void **state)
{
	(void)state;
	assert_string_equal(bw_flag_names_type(S_IFREG | 0644), "file");
	assert_string_equal(bw_flag_names_type(S_IFDIR), "directory");
	assert_string_equal(bw_flag_names_type(S_IFLNK), "symlink");
	assert_string_equal(bw_flag_names_type(S_IFIFO), "fifo");
	assert_string_equal(bw_flag_names_type(S_IFSOCK), "socket");
	assert_string_equal(bw_flag_names_type(S_IFCHR), "char");
	assert_string_equal(bw_flag_names_type(S_IFBLK), "block");
	assert_null(bw_flag_names_type(0));
	assert_null(bw_flag_names_type(0170000));
}

/* As the C library has them, where it does. */
static void each_error_has_its_name(void **state)
{
	static const struct {
		int error;
		const char *name;
	} some[] = {{EPERM, "EPERM"},	      {ENOENT, "ENOENT"},	{ELOOP, "ELOOP"},
		    {EOVERFLOW, "EOVERFLOW"}, {EHWPOISON, "EHWPOISON"}, {EDQUOT, "EDQUOT"},
		    {ESTALE, "ESTALE"},	      {EUCLEAN, "EUCLEAN"},	{EOPNOTSUPP, "EOPNOTSUPP"}};
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(some); i++)
		assert_string_equal(bw_flag_names_error((uint64_t)some[i].error), some[i].name);
	for (int i = 0; i < 1024; i++) {
		const char *name = bw_flag_names_error((uint64_t)i);

		if (i < 512 && name)
			assert_int_equal(bw_flag_names_error_of(name), i);
		n += i < 512 && name != NULL;
	}
	assert_int_equal(n, 131); /* 1 to 133 without 41 and 58 */
	assert_null(bw_flag_names_error(0));
	assert_null(bw_flag_names_error(41));
	assert_null(bw_flag_names_error(134));
	assert_null(bw_flag_names_error(511));
	assert_string_equal(bw_flag_names_error(512), "ERESTARTSYS");
	assert_string_equal(bw_flag_names_error(529), "EIOCBQUEUED");
	assert_null(bw_flag_names_error(520));
	assert_null(bw_flag_names_error(532));
	assert_null(bw_flag_names_error(UINT64_MAX));
	assert_int_equal(bw_flag_names_error_of("EWOULDBLOCK"), EWOULDBLOCK);
	assert_int_equal(bw_flag_names_error_of("EDEADLOCK"), EDEADLOCK);
	assert_int_equal(bw_flag_names_error_of("ENOTSUP"), ENOTSUP);
	assert_int_equal(bw_flag_names_error_of("enoent"), ENOENT);
	assert_int_equal(bw_flag_names_error_of("eWouldBlock"), EWOULDBLOCK);
	assert_int_equal(bw_flag_names_error_of("ERESTARTSYS"), 0);
	assert_int_equal(bw_flag_names_error_of(""), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_flags_of_an_open_have_the_names_of_open_2),
	cmocka_unit_test(other_operations_have_the_names_of_their_flags_or_kinds),
	cmocka_unit_test(a_mode_is_as_ls_has_it),
	cmocka_unit_test(a_type_is_what_stat_knows),
	cmocka_unit_test(each_error_has_its_name),
};

UNIT_MODULE("output/flag_names", NULL, NULL);

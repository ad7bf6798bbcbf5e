/* SPDX-License-Identifier: Apache-2.0 */
/* Of this program itself, whose functions are known. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "process/elf.h"
#include "tests/unit/made_elf.h"
#include "tests/unit/root.h"

static struct bw_elf *elf;
static int fd;

static int begin(void **state)
{
	(void)state;
	fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	return bw_elf_read(fd, &elf);
}

static int end(void **state)
{
	(void)state;
	bw_elf_free(elf);
	return close(fd);
}

static void a_function_is_found_by_its_name_and_by_its_offset(void **state)
{
	uint64_t offset, same, into;
	char number[32];

	(void)state;
	assert_int_equal(bw_elf_find(elf, "bw_elf_find", &offset), 0);
	snprintf(number, sizeof(number), "0x%" PRIx64, offset);
	assert_int_equal(bw_elf_find(elf, number, &same), 0);
	assert_int_equal(same, offset);
	assert_string_equal(bw_elf_at(elf, offset + 3, &into), "bw_elf_find");
	assert_int_equal(into, 3);
}

static void what_is_no_function_is_not_found(void **state)
{
	uint64_t offset, into;

	(void)state;
	assert_int_equal(bw_elf_find(elf, "bw_elf_fin", &offset), -ESRCH);
	assert_int_equal(bw_elf_find(elf, "root", &offset), -ESRCH); /* data */
	assert_int_equal(bw_elf_find(elf, "", &offset), -ESRCH);
	assert_int_equal(bw_elf_find(elf, "0x0", &offset), -ERANGE);
	assert_null(bw_elf_at(elf, 0, &into));
}

static void functions_with_the_name_in_theirs_are_suggested(void **state)
{
	char like[64];

	(void)state;
	bw_elf_suggest(elf, "w_elf_fin", like, sizeof(like));
	assert_string_equal(like, "bw_elf_find");
	bw_elf_suggest(elf, "no_such_function_at_all", like, sizeof(like));
	assert_string_equal(like, "");
}

static void a_file_that_is_no_elf_is_refused(void **state)
{
	struct bw_elf *none = NULL;
	int file;

	(void)state;
	put("/text", "\177ELF, but no more");
	file = open(below("/text"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(bw_elf_read(file, &none), -ENOEXEC);
	close(file);
	put("/text", "");
	file = open(below("/text"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(bw_elf_read(file, &none), -ENOEXEC);
	close(file);
}

static void a_function_without_a_size_ends_with_the_part_that_is_executed(void **state)
{
	enum { FIRST = 0x200, SECOND = 0x300, PART = 0x40 }; /* parts, and a function at the beginning of the first */
	struct bw_elf *made = NULL;
	uint64_t into;
	int file;

	(void)state;
	put_made_elf("/made", FIRST, SECOND, PART);
	file = open(below("/made"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(bw_elf_read(file, &made), 0);
	assert_string_equal(bw_elf_at(made, FIRST, &into), "sizeless");
	assert_string_equal(bw_elf_at(made, FIRST + PART - 1, &into), "sizeless");
	assert_int_equal(into, PART - 1);
	assert_null(bw_elf_at(made, FIRST + PART, &into));
	assert_null(bw_elf_at(made, SECOND, &into));  /* in another part, which has no function */
	assert_null(bw_elf_at(made, 1 << 20, &into)); /* beyond the file */
	assert_null(bw_elf_at(made, UINT64_MAX, &into));
	bw_elf_free(made);
	close(file);
}

#define OF_ITSELF(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	OF_ITSELF(a_function_is_found_by_its_name_and_by_its_offset),
	OF_ITSELF(what_is_no_function_is_not_found),
	OF_ITSELF(functions_with_the_name_in_theirs_are_suggested),
	IN_ROOT(a_file_that_is_no_elf_is_refused),
	IN_ROOT(a_function_without_a_size_ends_with_the_part_that_is_executed),
};

UNIT_MODULE("process/elf", NULL, NULL);

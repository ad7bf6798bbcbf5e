/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "process/mappings.h"
#include "tests/unit/root.h"

static int read_text(const char *text, struct bw_mappings *m)
{
	int fd, r;

	put("/maps", text);
	fd = open(below("/maps"), O_RDONLY | O_CLOEXEC);
	r = bw_mappings_read(fd, m);
	close(fd);
	return r;
}

static const char *name_at(const struct bw_mappings *m, uint64_t address)
{
	const struct bw_mappings_part *part = bw_mappings_find(m, address);

	return part ? m->names + part->name : "";
}

static void the_code_of_files_is_found_by_address(void **state)
{
	struct bw_mappings m;

	(void)state;
	assert_int_equal(read_text("00400000-00401000 r-xp 00002000 08:01 5    /bin/a b\n"
				   "00500000-00501000 rw-p 00002000 08:01 5    /bin/data\n"
				   "00600000-00601000 r-xp 00000000 00:00 0    [vdso]\n"
				   "00700000-00701000 r-xp 00000000 00:00 0 \n"
				   "00800000-00802000 r-xp 00001000 08:01 6    /lib/last",
				   &m),
			 0);
	assert_int_equal(m.n, 2);
	assert_string_equal(name_at(&m, 0x400000), "a b");
	assert_int_equal(bw_mappings_find(&m, 0x400fff)->offset, 0x2000);
	assert_null(bw_mappings_find(&m, 0x401000));
	assert_null(bw_mappings_find(&m, 0x3fffff));
	assert_null(bw_mappings_find(&m, 0x500000));
	assert_null(bw_mappings_find(&m, 0x600000));
	assert_null(bw_mappings_find(&m, 0x700000));
	assert_string_equal(name_at(&m, 0x801fff), "last");
	bw_mappings_free(&m);
}

static void a_line_of_another_form_is_passed_over(void **state)
{
	struct bw_mappings m;

	(void)state;
	assert_int_equal(read_text("\nx-y r-xp 0 8:1 5 /a\n2-1 r-xp 0 8:1 5 /a\n1-2 r\n1-2 r-xp z 8:1 5 /a\n"
				   "1-2 r-xp 0 8:1 x /a\n1-2 r-xp 0 8:1 5 a\n",
				   &m),
			 0);
	assert_int_equal(m.n, 0);
	bw_mappings_free(&m);
}

static void names_of_any_length_and_number_are_read(void **state)
{
	enum { MAPPINGS = 1000 };
	static char text[MAPPINGS * 400];
	struct bw_mappings m;
	size_t used = 0;

	(void)state;
	for (int i = 0; i < MAPPINGS; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%x000-%x001 r-xp 0 8:1 5 /%0300d\n", i, i,
					 i);
	assert_int_equal(read_text(text, &m), 0);
	assert_int_equal(m.n, MAPPINGS);
	assert_int_equal(strlen(name_at(&m, 0x999000 & 0x3e7000)), BW_MAPPING_NAME - 1);
	bw_mappings_free(&m);
	memset(text, 'x', sizeof(text) - 1); /* no line is that long */
	assert_int_equal(read_text(text, &m), -EINVAL);
	bw_mappings_free(&m);
}

static void the_mappings_of_a_process_are_read_in_a_sandbox(void **state)
{
	struct bw_sandbox_strays strays = {0};
	struct bw_deadline deadline = {0};
	struct bw_mapping mapping;
	struct bw_sandbox box;

	(void)state;
	put("/proc/77/maps", "00400000-00401000 r-xp 00002000 08:01 5    /bin/cat\n");
	bw_deadline_start(&deadline, 20000);
	assert_int_equal(bw_mappings_start(&box, root, 77, &strays, &deadline), 0);
	assert_int_equal(bw_mappings_at(&box, 0x400010, &deadline, &mapping), 0);
	assert_string_equal(mapping.name, "cat");
	assert_int_equal(mapping.from, 0x400000);
	assert_int_equal(mapping.to, 0x401000);
	assert_int_equal(mapping.offset, 0x2000);
	assert_int_equal(bw_mappings_at(&box, 0x10, &deadline, &mapping), -ENOENT);
	bw_sandbox_stop(&box, &strays);
	assert_int_equal(bw_mappings_start(&box, root, 78, &strays, &deadline), -ENOENT);
	bw_sandbox_stop(&box, &strays);
	bw_sandbox_reap_strays(&strays, 10000);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(the_code_of_files_is_found_by_address),
	IN_ROOT(a_line_of_another_form_is_passed_over),
	IN_ROOT(names_of_any_length_and_number_are_read),
	IN_ROOT(the_mappings_of_a_process_are_read_in_a_sandbox),
};

UNIT_MODULE("process/mappings", NULL, NULL);

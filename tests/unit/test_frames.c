/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <unistd.h>

#include "kernel/kallsyms.h"
#include "process/frames.h"
#include "tests/unit/root.h"

static void an_address_is_named_where_its_function_is_known(void **state)
{
	struct bw_frames *f;
	char name[128];

	(void)state;
	assert_int_equal(bw_frames_new("", &f), 0);
	bw_frames_begin(f);
	bw_frames_name(f, getpid(), (uintptr_t)bw_kallsyms_free + 1, name, sizeof(name));
	assert_string_equal(name, "bw_kallsyms_free+0x1 [unit]");
	bw_frames_name(f, 0, 0x1234, name, sizeof(name));
	assert_string_equal(name, "0x1234");
	bw_frames_name(f, getpid(), 0x1234, name, sizeof(name));
	assert_string_equal(name, "0x1234");
	bw_frames_free(f);
	put("/proc/kallsyms", "ffffffff81000000 T vfs_open\nffffffff81000100 t helper\n");
	assert_int_equal(bw_frames_new(root, &f), 0);
	bw_frames_begin(f);
	bw_frames_name(f, 1, 0xffffffff81000010, name, sizeof(name));
	assert_string_equal(name, "vfs_open+0x10");
	put("/proc/77/maps", "00400000-00401000 r-xp 00002000 08:01 5    /bin/a b\n"
			     "00500000-00501000 rw-p 00002000 08:01 5    /bin/data\n"
			     "00600000-00601000 r-xp 00000000 00:00 0    [vdso]\n");
	bw_frames_name(f, 77, 0x400010, name, sizeof(name)); /* a file that is not there */
	assert_string_equal(name, "0x2010 [a b]");
	bw_frames_name(f, 77, 0x600010, name, sizeof(name));
	assert_string_equal(name, "0x600010");
	bw_frames_end(f);
	bw_frames_free(f);
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(an_address_is_named_where_its_function_is_known),
};

UNIT_MODULE("process/frames", NULL, NULL);

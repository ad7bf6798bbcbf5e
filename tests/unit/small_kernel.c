/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/small_kernel.h"

#include "tests/unit/root.h"

/* The lists of a small kernel. */
void put_kernel(void)
{
	put("/proc/kallsyms", "0000000000000000 A fixed_percpu_data\n"
			      "ffffffff81000000 T vfs_read\n"
			      "ffffffff81000100 t twice\n"
			      "ffffffff81000200 t twice\n"
			      "ffffffff81000300 T black\n"
			      "ffffffff81000400 t silent\n"
			      "ffffffff81000500 D not_a_function\n"
			      "ffffffff81000600 T security_file_open\n"
			      "ffffffff81000700 W __x64_sys_open\n"
			      "ffffffff82000000 D __init_begin\n"
			      "ffffffff82000100 t start_it\n"
			      "ffffffff82001000 D __init_end\n"
			      "ffffffffc0000000 t ext4_open\t[ext4]\n");
	put("/sys/kernel/tracing/events/enable", "0\n");
	put("/sys/kernel/tracing/available_filter_functions",
	    "vfs_read\ntwice\ntwice\nblack\nsecurity_file_open\n__x64_sys_open\next4_open [ext4]\n");
	put("/sys/kernel/debug/kprobes/blacklist", "0xffffffff81000300-0xffffffff81000310\tblack\n");
	put("/sys/kernel/debug/error_injection/list", "__x64_sys_open\tERRNO\n");
}

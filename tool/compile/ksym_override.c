/* SPDX-License-Identifier: Apache-2.0 */
/*
 * While it compiles, libbcc looks up two of the kernel's symbols, to know which of bpf_probe_read's kinds there are;
 * for that it reads all of /proc/kallsyms, and makes a table of it, which takes as long as clang does. This function is
 * found by the dynamic linker before libbcc's own of that name, and knows the two at once: every kernel from 5.5 on has
 * them. Where libbcc does not let it be replaced (a build with -Bsymbolic), it is only slower.
 */
#include <bcc/bcc_proc.h>

int bcc_procutils_each_ksym(bcc_procutils_ksymcb callback, void *payload)
{
	static const char *const names[] = {"bpf_probe_read_kernel", "bpf_probe_read_user"};

	for (int i = 0; i < 2; i++)
		callback(names[i], "kernel", 1, payload);
	return 0;
}

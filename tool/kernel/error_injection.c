/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/error_injection.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/suggestions.h"

enum { LIST_MAX = 4 << 20 };

/*
 * How many characters of a name another must have to be similar. Not base/suggestions.h: it compares whole names, and
 * do_sys_openat2 is neither spelt like __x64_sys_openat nor part of it.
 */
enum { STEM = 4 };

int bw_error_injection_supported(void)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = -EPERM},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_override_return},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr;
	BW_FD int fd = -1;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_KPROBE;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(*insns);
	attr.license = (uintptr_t) "GPL";
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		return 0;
	return errno == EINVAL ? -ENOTSUP : -errno;
}

/* "open" of do_sys_openat2, "trun" of __x64_sys_truncate. */
static void stem_of(const char *function, char stem[STEM + 1])
{
	const char *end = function + strlen(function), *from;

	while (end > function && (isdigit((unsigned char)end[-1]) || end[-1] == '_'))
		end--;
	for (from = end; from > function && from[-1] != '_';)
		from--;
	snprintf(stem, STEM + 1, "%.*s", (int)(end - from), from);
}

int bw_error_injection_listed(const char *root, const char *function, char *similar, size_t size)
{
	BW_FREE char *list = NULL;
	char path[PATH_MAX], stem[STEM + 1], *rest, *name;
	size_t len;
	int r;

	snprintf(path, sizeof(path), "%s" BW_OVERRIDE_LIST, root);
	r = bw_file_read(path, LIST_MAX, &list, &len);
	if (r < 0)
		return r;
	*similar = '\0';
	stem_of(function, stem);
	for (rest = list; (name = strsep(&rest, "\n"));) {
		name[strcspn(name, "\t ")] = '\0';
		if (strcmp(name, function) == 0)
			return 1;
		if (strstr(name, stem))
			bw_suggestions_append(similar, size, name);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/types.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/btf.h"

#if !__has_include(<bpf/libbpf_version.h>) /* libbpf before 0.6, where btf_dump__new has other arguments */
#define BTF_DUMP_NEW(btf, print, cookie) btf_dump__new(btf, NULL, &(struct btf_dump_opts){.ctx = (cookie)}, print)
#else
#define BTF_DUMP_NEW(btf, print, cookie) btf_dump__new(btf, print, cookie, NULL)
#endif

/*
 * Sorted. What is reached from these without a pointer comes with them; the program that needs another is compiled
 * against the installed headers. None that holds what libbcc's own bpf.h defines.
 */
static const char *const wanted[] = {
	"address_space",
	"bio",
	"bio_vec",
	"blk_plug",
	"block_device",
	"cdev",
	"cfs_rq",
	"cgroup",
	"clone_args",
	"cred",
	"css_set",
	"dentry",
	"device",
	"ethhdr",
	"fdtable",
	"file",
	"file_lock",
	"file_operations",
	"file_system_type",
	"filename",
	"files_struct",
	"fs_context",
	"fs_struct",
	"gendisk",
	"group_info",
	"hrtimer",
	"iattr",
	"icmphdr",
	"in6_addr",
	"in_addr",
	"inet_connection_sock",
	"inet_sock",
	"inode",
	"inode_operations",
	"io_kiocb",
	"iov_iter",
	"iovec",
	"ipc_namespace",
	"iphdr",
	"ipv6hdr",
	"irq_desc",
	"irqaction",
	"kern_ipc_perm",
	"kernel_clone_args",
	"kernel_siginfo",
	"kernfs_node",
	"kiocb",
	"kobject",
	"kref",
	"kstat",
	"kstatfs",
	"linux_binprm",
	"list_head",
	"loff_t",
	"mm_struct",
	"mnt_namespace",
	"module",
	"mount",
	"msghdr",
	"mutex",
	"nameidata",
	"neighbour",
	"net",
	"net_device",
	"nsproxy",
	"oom_control",
	"open_flags",
	"open_how",
	"page",
	"path",
	"pglist_data",
	"pid",
	"pid_namespace",
	"pid_type",
	"pollfd",
	"possible_net_t",
	"proc_ns_operations",
	"pt_regs",
	"qstr",
	"renamedata",
	"request",
	"request_queue",
	"request_sock",
	"rq",
	"rusage",
	"rw_semaphore",
	"sched_entity",
	"seq_file",
	"sighand_struct",
	"siginfo",
	"signal_struct",
	"sk_buff",
	"sock",
	"sock_common",
	"sockaddr",
	"sockaddr_in",
	"sockaddr_in6",
	"sockaddr_storage",
	"sockaddr_un",
	"socket",
	"softirq_action",
	"spinlock",
	"stat",
	"super_block",
	"super_operations",
	"task_group",
	"task_struct",
	"tcp_sock",
	"tcphdr",
	"thread_info",
	"timer_list",
	"timespec64",
	"tty_struct",
	"udp_sock",
	"udphdr",
	"unix_address",
	"unix_sock",
	"user_arg_ptr",
	"user_namespace",
	"user_struct",
	"uts_namespace",
	"vfsmount",
	"vm_area_struct",
	"vm_fault",
	"wait_queue_entry",
	"wait_queue_head",
	"work_struct",
	"zone",
};

enum { WANTED = sizeof(wanted) / sizeof(*wanted) };

static void free_dump(struct btf_dump **dump)
{
	if (!bw_btf_is_error(*dump))
		btf_dump__free(*dump);
}

static void print(void *out, const char *format, va_list args)
{
	vfprintf(out, format, args);
}

static int compare(const void *name, const void *entry)
{
	return strcmp(name, *(const char *const *)entry);
}

/* The place of a type in the list, or -1: also for those that are only declared. */
static long place_of(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);
	const char *const *found;

	if (!name || !*name || !(btf_is_composite(t) || btf_is_enum(t) || btf_is_typedef(t)))
		return -1;
	found = bsearch(name, wanted, WANTED, sizeof(*wanted), compare);
	return found ? found - wanted : -1;
}

/*
 * libbpf fills holes with bit fields without a name. LLVM 11 makes one integer of two of 64 bits, which libbcc's BPF
 * target aligns to 16 bytes: what follows would lie elsewhere. So they are bytes.
 */
static void write_declarations(const char *text, FILE *out)
{
	static const char hole[] = "\tlong: 64;\n";
	unsigned n = 0;

	for (const char *at; (at = strstr(text, hole)); text = at + strlen(hole)) {
		fwrite(text, 1, (size_t)(at - text), out);
		fprintf(out, "\tchar __hole%u[8];\n", n++);
	}
	fputs(text, out);
}

static int dump_wanted(const struct btf *btf, struct btf_dump *dump)
{
	bool written[WANTED] = {false};
	const struct btf_type *t;

	for (uint32_t id = 1; (t = btf__type_by_id(btf, id)); id++) {
		long place = place_of(btf, t);

		if (place < 0 || written[place])
			continue;
		if (btf_dump__dump_type(dump, id) != 0)
			return -EINVAL;
		written[place] = true;
	}
	return 0;
}

int bw_types_write(const char *path, FILE *out)
{
	BW_CLEANUP(bw_btf_close) struct btf *btf = NULL;
	BW_CLEANUP(free_dump) struct btf_dump *dump = NULL;
	BW_FREE char *text = NULL;
	size_t len;
	FILE *whole;
	int r = bw_btf_open(path, &btf);

	if (r < 0)
		return r;
	whole = open_memstream(&text, &len);
	if (!whole)
		return -ENOMEM;
	dump = BTF_DUMP_NEW(btf, print, whole);
	r = bw_btf_is_error(dump) ? -EINVAL : dump_wanted(btf, dump);
	if (fclose(whole) != 0)
		r = -ENOMEM;
	if (r == 0)
		write_declarations(text, out);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/kernel_types.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "build/tokens.h"
#include "kernel/btf.h"

/*
 * Sorted. What can be had: these, and what is reached from them without a pointer; the program that needs another is
 * compiled against the installed headers. None that holds what libbcc's own bpf.h defines.
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

/* The index of a type in the list, or -1: also for those that are only declared. */
static long index_of(const struct btf *btf, const struct btf_type *t)
{
	const char *name = btf__name_by_offset(btf, t->name_off);
	const char *const *found;

	if (!name || !*name || !(btf_is_composite(t) || btf_is_enum(t) || btf_is_typedef(t)))
		return -1;
	found = bsearch(name, wanted, WANTED, sizeof(*wanted), compare);
	return found ? found - wanted : -1;
}

/* Nothing but tabs, in front of a hole: it follows another one. */
static bool is_indent(const char *text, const char *end)
{
	while (text < end && *text == '\t')
		text++;
	return text == end;
}

/*
 * libbpf fills holes with bit fields without a name. LLVM 11 makes one integer of two of 64 bits, which libbcc's BPF
 * target aligns to 16 bytes: what follows would lie elsewhere. So those that follow another are bytes. The first one
 * stays: it also fills what is missing to its own alignment.
 */
static void write_declarations(const char *text, FILE *out)
{
	static const char hole[] = "\tlong: 64;\n";
	const size_t len = strlen(hole);
	unsigned n = 0;

	for (const char *at, *last = NULL; (at = strstr(text, hole)); text = last = at + len) {
		fwrite(text, 1, (size_t)(at - text), out);
		if (last && is_indent(last, at))
			fprintf(out, "\tchar __hole%u[8];\n", n++);
		else
			fputs(hole, out);
	}
	fputs(text, out);
}

/* Sets of types, a byte for each number. */
struct selection {
	const struct btf *btf;
	uint32_t n;
	uint8_t *known;			   /* all that can be had */
	uint8_t *chosen;		   /* types that the program can name */
	const struct bw_tokens_set *words; /* the program's */
};

static void free_selection(struct selection *s)
{
	free(s->known);
	free(s->chosen);
}

static int new_selection(struct selection *s)
{
	for (s->n = 1; btf__type_by_id(s->btf, s->n);) /* 0 is void */
		s->n++;
	s->known = calloc(s->n, 1);
	s->chosen = calloc(s->n, 1);
	return s->known && s->chosen ? 0 : -ENOMEM;
}

static bool is_said(const struct selection *s, uint32_t name)
{
	return bw_tokens_set_has(s->words, btf__name_by_offset(s->btf, name));
}

/* The type behind pointers, arrays and other names, and whether there is a pointer. */
static uint32_t target_of(const struct btf *btf, uint32_t id, bool *pointer)
{
	const struct btf_type *t;

	*pointer = false;
	while ((t = btf__type_by_id(btf, id)) &&
	       (btf_is_mod(t) || btf_is_typedef(t) || btf_is_ptr(t) || btf_is_array(t))) {
		*pointer |= btf_is_ptr(t);
		id = btf_is_array(t) ? btf_array(t)->type : t->type;
	}
	return id;
}

/* Adds the types that a type contains, without pointers; typedefs too. */
static void know(struct selection *s, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(s->btf, id);

	if (s->known[id] || !t)
		return;
	s->known[id] = 1;
	if (btf_is_array(t))
		know(s, btf_array(t)->type);
	else if (btf_is_mod(t) || btf_is_typedef(t))
		know(s, t->type);
	for (uint32_t i = 0; btf_is_composite(t) && i < btf_vlen(t); i++)
		know(s, btf_members(t)[i].type);
}

/*
 * A member that is no pointer is a part of its type. The target of a pointer is needed only by a program that
 * has the member's name.
 */
static void choose(struct selection *s, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(s->btf, id);

	if (s->chosen[id] || !s->known[id])
		return;
	s->chosen[id] = 1;
	if (btf_is_typedef(t)) {
		bool pointer;

		choose(s, target_of(s->btf, id, &pointer));
	}
	for (uint32_t i = 0; btf_is_composite(t) && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		bool pointer;
		uint32_t target = target_of(s->btf, m->type, &pointer);

		if (!pointer || is_said(s, m->name_off))
			choose(s, target);
	}
}

/* Is it a typedef of a number, or an enum? libbcc writes these for the fields of tracepoints. */
static bool is_number(const struct btf *btf, uint32_t id)
{
	bool pointer;
	const struct btf_type *t = btf__type_by_id(btf, id), *target;

	target = btf__type_by_id(btf, target_of(btf, id, &pointer));
	return btf_is_enum(t) || (btf_is_typedef(t) && !pointer && (btf_is_int(target) || btf_is_enum(target)));
}

static void select_types(struct selection *s)
{
	bool seen[WANTED] = {false};

	for (uint32_t id = 1; id < s->n; id++) {
		long index = index_of(s->btf, btf__type_by_id(s->btf, id));

		if (index < 0 || seen[index])
			continue;
		seen[index] = true;
		know(s, id);
	}
	for (uint32_t id = 1; id < s->n; id++)
		if (s->known[id] && (is_number(s->btf, id) || is_said(s, btf__type_by_id(s->btf, id)->name_off)))
			choose(s, id);
}

static int dump_chosen(const struct selection *s, struct btf_dump *dump)
{
	for (uint32_t id = 1; id < s->n; id++)
		if (s->chosen[id] && btf_dump__dump_type(dump, id) != 0)
			return -EINVAL;
	return 0;
}

/* The one length that BCC's tools ask for and that no enumeration has: of a name that lies in its dentry. */
static void write_length(const struct selection *s, FILE *out)
{
	static const char macro[] = "DNAME_INLINE_LEN";
	int id = bw_tokens_set_has(s->words, macro) ? btf__find_by_name_kind(s->btf, "dentry", BTF_KIND_STRUCT) : 0;
	const struct btf_type *t = id > 0 ? btf__type_by_id(s->btf, (uint32_t)id) : NULL;

	for (uint32_t i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];
		const char *name = btf__name_by_offset(s->btf, m->name_off);

		if (strcmp(name, "d_iname") == 0 || strcmp(name, "d_shortname") == 0) /* as newer kernels call it */
			fprintf(out, "#define %s %lld\n", macro, (long long)btf__resolve_size(s->btf, m->type));
	}
}

int bw_kernel_types_write(const char *path, const struct bw_tokens_set *words, FILE *out)
{
	BW_CLEANUP(bw_btf_close) struct btf *btf = NULL;
	BW_CLEANUP(free_dump) struct btf_dump *dump = NULL;
	BW_CLEANUP(free_selection) struct selection s = {.words = words};
	BW_FREE char *text = NULL;
	size_t len;
	FILE *whole;
	int r = bw_btf_open(path, &btf);

	s.btf = btf;
	if (r == 0)
		r = new_selection(&s);
	if (r < 0)
		return r;
	select_types(&s);
	write_length(&s, out);
	whole = open_memstream(&text, &len);
	if (!whole)
		return -ENOMEM;
	dump = bw_btf_dump(btf, print, whole);
	r = !dump ? -EINVAL : dump_chosen(&s, dump);
	if (fclose(whole) != 0)
		r = -ENOMEM;
	if (r == 0)
		write_declarations(text, out);
	return r;
}

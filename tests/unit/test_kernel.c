/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's facts, from folders that stand for a root. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "kernel/attachable.h"
#include "kernel/cpu.h"
#include "kernel/format.h"
#include "kernel/frames.h"
#include "kernel/function.h"
#include "kernel/headers.h"
#include "kernel/health.h"
#include "kernel/kprobe.h"
#include "kernel/lsm.h"
#include "kernel/mounts.h"
#include "kernel/objfile.h"
#include "kernel/override.h"
#include "kernel/preempt.h"
#include "kernel/process.h"
#include "kernel/symbols.h"
#include "kernel/tracefs.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

static void remove_file(const char *path)
{
	char full[512];

	snprintf(full, sizeof(full), "%s%s", root, path);
	assert_int_equal(unlink(full), 0);
}

static void a_tracepoint_is_found(void **state)
{
	(void)state;
	assert_null(bw_tracefs_find(root));
	assert_int_equal(bw_tracepoint_find(root, "syscalls", "sys_enter_openat"), -ENODEV);
	put("/sys/kernel/debug/tracing/events/syscalls/sys_enter_openat/format", "name: sys_enter_openat\n");
	assert_string_equal(bw_tracefs_find(root), "/sys/kernel/debug/tracing");
	assert_int_equal(bw_tracepoint_find(root, "syscalls", "sys_enter_openat"), 0);
	assert_int_equal(bw_tracepoint_find(root, "syscalls", "sys_enter_nope"), -ENOENT);
	put("/sys/kernel/tracing/events/enable", "0\n");
	assert_string_equal(bw_tracefs_find(root), "/sys/kernel/tracing");
}

static void support_for_kprobes_is_found(void **state)
{
	(void)state;
	assert_int_equal(bw_kprobe_supported(root), -ENODEV);
	put("/sys/bus/event_source/devices/kprobe/type", "x\n");
	assert_int_equal(bw_kprobe_supported(root), -ENODEV);
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	assert_int_equal(bw_kprobe_supported(root), 0);
}

static void kernel_headers_are_found(void **state)
{
	char *path = NULL;

	(void)state;
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), -ENOENT);
	put("/lib/modules/6.1.0/build/include/linux/version.h", "");
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), -ENOENT);
	put("/lib/modules/6.1.0/build/include/linux/kconfig.h", "");
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), 0);
	assert_string_equal(path, "/lib/modules/6.1.0/build");
	free(path);
	put("/lib/modules/6.1.0/source/include/linux/kconfig.h", "");
	assert_int_equal(bw_headers_find(root, "6.1.0", &path), 0);
	assert_string_equal(path, "/lib/modules/6.1.0/source");
	free(path);
	assert_int_equal(bw_headers_find(root, "6.2.0", &path), -ENOENT);
}

static void the_command_that_installs_headers_is_named(void **state)
{
	static const struct {
		const char *release, *command;
	} cases[] = {
		{"ID=debian\n", "apt install linux-headers-%s"},
		{"NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "apt install linux-headers-%s"},
		{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install kernel-devel-%s"},
		{"ID=arch", "pacman -S linux-headers # %s"},
		{"ID=opensuse-leap\nID_LIKE='suse opensuse'\n", "zypper install kernel-devel # %s"},
		{"VERSION_ID=debian\nID=debianish\n", NULL},
		{"", NULL},
		{"ID=", NULL},
	};

	(void)state;
	assert_null(bw_headers_package(root));
	for (size_t i = 0; i < LENGTH(cases); i++) {
		put("/etc/os-release", cases[i].release);
		if (cases[i].command)
			assert_string_equal(bw_headers_package(root), cases[i].command);
		else
			assert_null(bw_headers_package(root));
	}
}

/* The lists of a small kernel. */
static void put_kernel(void)
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

static struct bw_verdict kprobe_of(const char *name, struct bw_function *f)
{
	struct bw_verdict verdict;

	bw_functions_read(root, &name, 1, f);
	bw_attachable_kprobe(f, &verdict);
	return verdict;
}

static void a_function_of_the_kernel_is_found(void **state)
{
	static const struct {
		const char *name;
		enum bw_answer can;
		const char *why;
	} cases[] = {
		{"vfs_read", BW_YES, ""},
		{"ext4_open", BW_YES, ""},
		{"twice", BW_UNKNOWN, "2 functions"},
		{"black", BW_NO, "blacklist"},
		{"silent", BW_NO, "available_filter_functions"},
		{"start_it", BW_NO, "__init"},
		{"not_a_function", BW_NO, "no such function"},
		{"vfs_rea", BW_NO, "no such function"},
	};
	struct bw_function f = {0};

	(void)state;
	assert_int_equal(kprobe_of("vfs_read", &f).can, BW_NO); /* there are no kprobes */
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	assert_int_equal(kprobe_of("vfs_read", &f).can, BW_UNKNOWN); /* there are no lists at all */
	put_kernel();
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct bw_verdict v = kprobe_of(cases[i].name, &f);

		if (v.can != cases[i].can || !strstr(v.why, cases[i].why))
			fail_msg("%s: %d, %s", cases[i].name, v.can, v.why);
	}
	kprobe_of("ext4_open", &f);
	assert_int_equal(f.type, 't');
	assert_string_equal(f.modules[0], "ext4");
	kprobe_of("twice", &f);
	assert_int_equal(f.copies, 2);
	/* A kernel without ftrace has no such list, and that is no reason. */
	remove_file("/sys/kernel/tracing/available_filter_functions");
	assert_int_equal(kprobe_of("silent", &f).can, BW_YES);
	assert_int_equal(kprobe_of("black", &f).can, BW_NO);
}

static void override_of(const struct bw_function *f, struct bw_verdict *v)
{
	struct bw_verdict kprobe;

	bw_attachable_kprobe(f, &kprobe);
	bw_attachable_override(f, &kprobe, v);
}

/* The kernel's lists carry one of the names of an address. */
static void a_function_is_found_by_each_name_of_its_address(void **state)
{
	struct bw_function f[2] = {0};
	const char *names[] = {"__x64_sys_getppid", "__do_sys_getppid"};

	(void)state;
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put_kernel();
	put("/proc/kallsyms", "ffffffff81000100 t __do_sys_getppid\n"
			      "ffffffff81000100 T __ia32_sys_getppid\n"
			      "ffffffff81000100 T __x64_sys_getppid\n");
	put("/sys/kernel/tracing/available_filter_functions", "__ia32_sys_getppid\n");
	put("/sys/kernel/debug/error_injection/list", "__do_sys_getppid\tERRNO\n");
	bw_functions_read(root, names, 2, f);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(f[i].traceable, BW_YES);
		assert_int_equal(f[i].listed, BW_YES);
		assert_int_equal(f[i].blacklisted, BW_NO);
	}
	/* Where addresses are hidden, the name alone counts. */
	put("/proc/kallsyms", "0000000000000000 t __do_sys_getppid\n"
			      "0000000000000000 T __x64_sys_getppid\n");
	bw_functions_read(root, names, 2, f);
	assert_int_equal(f[0].listed, BW_NO);
	assert_int_equal(f[1].listed, BW_YES);
}

static void the_hooks_of_a_function_are_found(void **state)
{
	struct bw_function_type type = {.has_btf = true, .is_known = true, .parameters = 3, .returns_number = true};
	struct bw_function f = {0};
	struct bw_verdict v;

	(void)state;
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put_kernel();
	bw_functions_read(root, &(const char *){"vfs_read"}, 1, &f);
	bw_attachable_fentry(&f, &type, &v);
	assert_int_equal(v.can, BW_NO);
	assert_non_null(strstr(v.why, "DIRECT_CALLS"));
	override_of(&f, &v);
	assert_non_null(strstr(v.why, "CONFIG_BPF_KPROBE_OVERRIDE"));
	f.has_direct = f.has_override = true;
	bw_attachable_fentry(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_NO);
	override_of(&f, &v);
	assert_non_null(strstr(v.why, "error-injection list"));
	type.is_variadic = true;
	bw_attachable_fentry(&f, &type, &v);
	assert_int_equal(v.can, BW_NO);
	type.is_variadic = false;
	bw_functions_read(root, &(const char *){"security_file_open"}, 1, &f);
	f.has_direct = f.has_override = true;
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	bw_functions_read(root, &(const char *){"__x64_sys_open"}, 1, &f);
	f.has_direct = f.has_override = true;
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	override_of(&f, &v);
	assert_int_equal(v.can, BW_YES);
	type.returns_number = false;
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	assert_non_null(strstr(v.why, "no number"));
	bw_attachable_lsm(root, &type, &v);
	assert_int_equal(v.can, BW_NO);
	type.lsm = 7;
	bw_attachable_lsm(root, &type, &v); /* securityfs is not there */
	assert_int_equal(v.can, BW_YES);
	put("/sys/kernel/security/lsm", "lockdown,yama");
	bw_attachable_lsm(root, &type, &v);
	assert_int_equal(v.can, BW_NO);
	assert_non_null(strstr(v.why, "not among"));
}

static void append_field(void *cookie, const struct bw_format_field *field)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s|%s|%u|%u|%d\n", field->declaration, field->name, field->offset, field->size,
		field->is_signed);
}

static void the_format_of_a_tracepoint_is_read(void **state)
{
	char text[512] = "";

	(void)state;
	assert_int_equal(bw_format_each(root, "a", "b", append_field, text), -ENODEV);
	put("/sys/kernel/tracing/events/sched/exit/format",
	    "name: exit\nID: 313\nformat:\n"
	    "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
	    "\tfield:char comm[16];\toffset:8;\tsize:16;\tsigned:1;\n"
	    "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	    "\tfield:__data_loc char[] name;\toffset:32;\tsize:4;\tsigned:1;\n\nprint fmt: \"x\"\n");
	assert_int_equal(bw_format_each(root, "sched", "exi", append_field, text), -ENOENT);
	assert_int_equal(bw_format_each(root, "sched", "exit", append_field, text), 0);
	assert_string_equal(text, "unsigned short common_type|common_type|0|2|0\nchar comm[16]|comm|8|16|1\n"
				  "const char * filename|filename|24|8|0\n__data_loc char[] name|name|32|4|1\n");
}

static void note_finding(void *cookie, const struct bw_finding *f)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s %d %s\n", f->name, f->mark, f->mend);
}

static void doctor_prints_its_findings(void **state)
{
	char text[8192] = "";

	(void)state;
	put_kernel();
	put("/proc/sys/kernel/osrelease", "6.1.0-9-amd64\n");
	put("/etc/os-release", "ID=debian\nPRETTY_NAME=\"Debian 12\"\n");
	put("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n");
	put("/sys/kernel/security/lsm", "lockdown,capability,yama\n");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	bw_health(root, note_finding, text);
	assert_non_null(strstr(text, "privileges 0 \n"));
	assert_non_null(strstr(text, "lockdown 0 \n"));
	assert_non_null(strstr(text, "kernel headers 2 apt install linux-headers-6.1.0-9-amd64\n"));
	assert_non_null(strstr(text, "BPF LSM 1 boot a kernel with CONFIG_BPF_LSM=y\n"));
	put("/sys/kernel/btf/vmlinux", "");
	put("/proc/kallsyms", "0 T bpf_lsm_file_open\n0 T register_ftrace_direct\n0 T bpf_ringbuf_output\n");
	put("/proc/self/status", "CapEff:\t0000000000000000\n");
	*text = '\0';
	bw_health(root, note_finding, text);
	assert_non_null(strstr(text, "privileges 2 sudo bccwatch doctor\n"));
	assert_non_null(strstr(text, "kernel headers 1 apt"));
	assert_non_null(
		strstr(text, "lsm=lockdown,capability,yama,bpf /' /etc/default/grub && update-grub # and boot\n"));
	assert_non_null(strstr(text, "fmod_ret 0 \n"));
	put("/etc/os-release", "ID=fedora\n");
	*text = '\0';
	bw_health(root, note_finding, text);
	assert_non_null(strstr(text, "kernel headers 1 dnf install kernel-devel-6.1.0-9-amd64\n"));
	assert_non_null(
		strstr(text, "grubby --update-kernel=ALL --args=lsm=lockdown,capability,yama,bpf # and boot\n"));
	put("/etc/os-release", "ID=arch\n");
	*text = '\0';
	bw_health(root, note_finding, text);
	assert_non_null(strstr(text, "kernel headers 1 pacman -S linux-headers # 6.1.0-9-amd64\n"));
	assert_non_null(strstr(text, "/etc/default/grub && grub-mkconfig -o /boot/grub/grub.cfg # and boot\n"));
	put("/sys/kernel/security/lsm", "lockdown,bpf\n");
	*text = '\0';
	bw_health(root, note_finding, text);
	assert_non_null(strstr(text, "BPF LSM 0 \n"));
}

static void lists_of_cpus_are_parsed_strictly(void **state)
{
	static const char *const bad[] = {"", "\n", "x", "1-", "-1", "0-99999999", "1,,x"};
	uint32_t *list = NULL, n = 0;

	(void)state;
	assert_int_equal(bw_cpus_online(root, &list, &n), -ENOENT);
	put("/sys/devices/system/cpu/online", "0,2-3,8\n");
	put("/sys/devices/system/cpu/possible", "0-15\n");
	assert_int_equal(bw_cpus_online(root, &list, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(list[2], 3);
	assert_int_equal(list[3], 8);
	free(list);
	assert_int_equal(bw_cpus_possible(root, &n), 0);
	assert_int_equal(n, 16);
	for (size_t i = 0; i < LENGTH(bad); i++) {
		put("/sys/devices/system/cpu/possible", bad[i]);
		assert_int_equal(bw_cpus_possible(root, &n), -EINVAL);
	}
}

static const char kallsyms[] = "ffffffff81000000 T vfs_open\nffffffff81000100 t helper\n"
			       "ffffffff81000200 t helper\nffffffff81000300 D vfs_read\n"
			       "ffffffff81000400 t switch_task.isra.0\nffffffff81000500 t vfs_open_exec\t[mod]\n"
			       "junk\nffffffff81000050 W vfs_opem\n";

static void symbols_of_the_kernel_are_found(void **state)
{
	static const char *const names[] = {"vfs_open", "helper", "vfs_read", "nothing"};
	struct bw_symbols *s;
	uint32_t counts[4];
	uint64_t offset;
	char like[64];

	(void)state;
	assert_int_equal(bw_symbols_count(root, names, counts, 4), -ENOENT);
	bw_symbols_like(root, "vfs_open", like, sizeof(like));
	assert_string_equal(like, "");
	put("/proc/kallsyms", kallsyms);
	assert_int_equal(bw_symbols_count(root, names, counts, 4), 0);
	assert_int_equal(counts[0], 1);
	assert_int_equal(counts[1], 2);
	assert_int_equal(counts[2], 0); /* data */
	assert_int_equal(counts[3], 0);
	bw_symbols_like(root, "vfs_open", like, sizeof(like));
	assert_string_equal(like, "vfs_open_exec, vfs_opem");
	bw_symbols_like(root, "switch_task", like, sizeof(like));
	assert_string_equal(like, "switch_task.isra.0");
	bw_symbols_like(root, "vfs_open", like, 17);
	assert_string_equal(like, "vfs_open_exec"); /* what does not fit is left out */
	assert_int_equal(bw_symbols_read(root, &s), 0);
	assert_string_equal(bw_symbols_at(s, 0xffffffff81000051, &offset), "vfs_opem");
	assert_int_equal(offset, 1);
	assert_string_equal(bw_symbols_at(s, UINT64_MAX, &offset), "vfs_open_exec");
	assert_null(bw_symbols_at(s, 1, &offset));
	bw_symbols_free(s);
	put("/proc/kallsyms", "0000000000000000 T vfs_open\n");
	assert_int_equal(bw_symbols_read(root, &s), -EPERM);
}

/* In this program itself, whose functions are known. */
static void functions_of_an_elf_file_are_found(void **state)
{
	uint64_t offset, into, same;
	struct bw_strays strays = {0};
	struct bw_deadline deadline = {0};
	struct bw_sandbox file;
	char like[256], why[128];

	(void)state;
	assert_int_equal(bw_objfile_find("/proc/self/exe", "main", &offset, why, sizeof(why)), 0);
	assert_int_equal(bw_objfile_find("/proc/self/exe", "no_such_function", &same, why, sizeof(why)), -ESRCH);
	snprintf(like, sizeof(like), "0x%" PRIx64, offset);
	assert_int_equal(bw_objfile_find("/proc/self/exe", like, &same, why, sizeof(why)), 0);
	assert_int_equal(same, offset);
	assert_int_equal(bw_objfile_find("/proc/self/exe", "0x0", &same, why, sizeof(why)), -ERANGE);
	assert_int_equal(bw_objfile_find("/proc/self/exe", "0x8000000000000000", &same, why, sizeof(why)), -ERANGE);
	assert_int_equal(bw_objfile_find("/proc/self/exe", "0xffffffffffffffffffff", &same, why, sizeof(why)), -ERANGE);
	assert_int_equal(bw_objfile_find("/proc/self/exe", "0x12z4", &same, why, sizeof(why)), -ESRCH);
	assert_int_equal(bw_objfile_find("/nothing", "main", &same, why, sizeof(why)), -ENOENT);
	assert_int_equal(bw_objfile_find("/dev/null", "main", &same, why, sizeof(why)), -ENOEXEC);
	put("/text", "\177ELF, but no more");
	snprintf(like, sizeof(like), "%s/text", root);
	assert_int_equal(bw_objfile_find(like, "main", &same, why, sizeof(why)), -ENOEXEC);
	bw_objfile_like("/proc/self/exe", "bw_symbols_l", like, sizeof(like));
	assert_string_equal(like, "bw_symbols_like");
	bw_deadline_start(&deadline, 10000);
	assert_int_equal(bw_objfile_start(&file, "/proc/self/exe", &strays, &deadline), 0);
	assert_int_equal(bw_objfile_at(&file, offset + 2, &deadline, like, sizeof(like), &into), 0);
	assert_string_equal(like, "main");
	assert_int_equal(into, 2);
	assert_int_equal(bw_objfile_at(&file, 0, &deadline, like, sizeof(like), &into), -ENOENT);
	assert_int_equal(file.failure, BW_SANDBOX_FINE);
	bw_sandbox_stop(&file, &strays);
	bw_strays_reap(&strays, 10000);
	assert_int_equal(strays.n, 0);
}

static void the_frames_of_a_stack_are_named(void **state)
{
	struct bw_frames *f;
	char name[128];

	(void)state;
	assert_int_equal(bw_frames_new("", &f), 0);
	bw_frames_begin(f);
	bw_frames_name(f, getpid(), (uintptr_t)bw_symbols_free + 1, name, sizeof(name));
	assert_string_equal(name, "bw_symbols_free+0x1 [test_kernel]");
	bw_frames_name(f, 0, 0x1234, name, sizeof(name));
	assert_string_equal(name, "0x1234");
	bw_frames_name(f, getpid(), 0x1234, name, sizeof(name));
	assert_string_equal(name, "0x1234");
	bw_frames_free(f);
	put("/proc/kallsyms", kallsyms);
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

static void the_mount_table_is_read(void **state)
{
	struct bw_mounts m;

	(void)state;
	assert_int_equal(bw_mounts_read(root, &m), -ENOENT);
	bw_mounts_free(&m);
	put("/proc/self/mountinfo", "32 22 0:27 / /last rw - x x rw\n"
				    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
				    "short line\n"
				    "33 22 0:28 root /none rw\n"
				    "31 22 0:26 /a /mnt/a\\040b\\134c\\9 rw - tmpfs tmpfs rw");
	assert_int_equal(bw_mounts_read(root, &m), 0);
	assert_int_equal(m.n, 3);
	assert_string_equal(m.mounts[0].point, "/");
	assert_true(bw_mount_is_whole(&m.mounts[0]));
	assert_int_equal(m.mounts[1].id, 31);
	assert_int_equal(m.mounts[1].minor, 26);
	assert_string_equal(m.mounts[1].point, "/mnt/a b\\c\\9");
	assert_string_equal(m.mounts[1].root, "/a");
	assert_false(bw_mount_is_whole(&m.mounts[1]));
	assert_ptr_equal(bw_mounts_find(&m, 32), &m.mounts[2]);
	assert_null(bw_mounts_find(&m, 33));
	bw_mounts_free(&m);
}

/* The points of those that are beneath `path` in the mount `id`, in a line. */
static const char *beneath(int id, const char *path)
{
	static const char list[] = "1 0 8:1 / / rw - ext4\n"
				   "2 1 8:2 / /mnt rw - ext4\n"
				   "3 2 0:3 / /mnt/g/m rw - tmpfs\n"	  /* beneath /mnt/g */
				   "4 3 0:4 / /mnt/g/m/deep rw - tmpfs\n" /* on what is */
				   "5 2 0:5 / /mnt/good rw - tmpfs\n"
				   "6 1 8:2 /g/sub /bound rw - ext4\n" /* a bind mount of /mnt/g/sub */
				   "7 6 0:7 / /bound/m rw - tmpfs\n"
				   "8 1 8:2 /other /else rw - ext4\n"
				   "9 8 0:9 / /else/g rw - tmpfs\n"
				   "10 3 0:10 / /mnt/g/m rw - tmpfs\n" /* hides 3 */
				   "11 1 8:3 / /mnt/g/m/deep/x rw - ext4\n";
	static char points[512];
	struct bw_mounts m;
	size_t n = 0;

	assert_int_equal(bw_mounts_parse(strdup(list), &m), 0);
	bw_mounts_mark(&m, id, path);
	points[0] = '\0';
	for (size_t i = 0; i < m.n; i++)
		if (m.mounts[i].beneath)
			n += (size_t)snprintf(points + n, sizeof(points) - n, "%d ", m.mounts[i].id);
	bw_mounts_free(&m);
	return points;
}

static void mounts_beneath_a_directory_are_found(void **state)
{
	(void)state;
	assert_string_equal(beneath(2, "/mnt/g"), "3 4 7 10 ");
	assert_string_equal(beneath(6, "/bound"), "7 ");
	assert_string_equal(beneath(2, "/mnt/g/m"), "3 4 10 ");
	assert_string_equal(beneath(3, "/mnt/g/m"), "4 10 ");
	assert_string_equal(beneath(8, "/else"), "9 ");
	assert_string_equal(beneath(2, "/mnt"), "3 4 5 7 9 10 ");
	assert_string_equal(beneath(1, "/"), "2 3 4 5 6 7 8 9 10 11 ");
	assert_string_equal(beneath(12, "/mnt/g"), "");
	assert_string_equal(beneath(2, "/nowhere"), "");
}

static void a_kernel_that_preempts_is_recognised(void **state)
{
	static const char modes[] = "/sys/kernel/debug/sched/preempt", version[] = "/proc/sys/kernel/version";
	char path[300];

	(void)state;
	assert_true(bw_kernel_preempts(root)); /* who knows */
	put(version, "#1 SMP Debian 5.10.251-1 (2026-02-12)\n");
	assert_false(bw_kernel_preempts(root));
	put(version, "#1 SMP PREEMPT_RT Debian 6.1.176-1 (2026-07-02)\n");
	put("/proc/cmdline", "root=/dev/vda preempt=none\n");
	assert_true(bw_kernel_preempts(root)); /* can't be told */
	put(version, "#1 SMP PREEMPT Debian 6.1.176-1 (2026-07-02)\n");
	assert_true(bw_kernel_preempts(root));
	put(version, "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)\n");
	assert_false(bw_kernel_preempts(root));
	put("/proc/cmdline", "preempt=none ro preempt=full\n");
	assert_true(bw_kernel_preempts(root));
	put("/proc/cmdline", "preempt=full preempt=voluntary xpreempt=full");
	assert_false(bw_kernel_preempts(root));
	put("/proc/cmdline", "preempt=nonesuch");
	assert_true(bw_kernel_preempts(root));
	put("/proc/cmdline", "ro");
	assert_true(bw_kernel_preempts(root)); /* its default is not known */
	put(modes, "none (voluntary) full \n");
	assert_false(bw_kernel_preempts(root));
	put(modes, "none voluntary (full) \n");
	put("/proc/cmdline", "preempt=none");
	assert_true(bw_kernel_preempts(root));
	put(modes, "none voluntary full (lazy) \n");
	assert_true(bw_kernel_preempts(root));
	put(modes, "(none) voluntary full \n");
	assert_false(bw_kernel_preempts(root));
	snprintf(path, sizeof(path), "%s%s", root, modes);
	unlink(path);
	assert_false(bw_kernel_preempts(root));
}

static void a_process_is_checked_by_its_pid(void **state)
{
	char path[128];

	(void)state;
	assert_int_equal(bw_process_check(root, 5), -ESRCH);
	put("/proc/5/status", "Name:\tx\nTgid:\t5\nPid:\t5\n");
	assert_int_equal(bw_process_check(root, 5), 0);
	put("/proc/6/status", "Name:\tTgid:\t6\nUmask:\t0\nTgid:\t5\nPid:\t6\n");
	assert_int_equal(bw_process_check(root, 6), -ESRCH);
	put("/proc/self/ns/x", "");
	snprintf(path, sizeof(path), "%s/proc/self/ns/pid", root);
	assert_int_equal(symlink("pid:[4026531836]", path), 0);
	assert_int_equal(bw_process_check(root, 5), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("pid:[4026532281]", path), 0);
	assert_int_equal(bw_process_check(root, 5), -ENOTSUP);
}

static void the_list_of_security_modules_is_read(void **state)
{
	(void)state;
	assert_int_equal(bw_lsm_active(root, "bpf"), -ENOENT);
	put(BW_LSM_LIST, "lockdown,capability,bpf");
	assert_int_equal(bw_lsm_active(root, "bpf"), 1);
	assert_int_equal(bw_lsm_active(root, "bp"), 0);
	put(BW_LSM_LIST, "lockdown,capability,bpfx\n");
	assert_int_equal(bw_lsm_active(root, "bpf"), 0);
	assert_int_equal(bw_lsm_active(root, "bpfx"), 1);
}

static void functions_that_can_be_overridden_are_found(void **state)
{
	char like[40];

	(void)state;
	assert_int_equal(bw_override_listed(root, "x", like, sizeof(like)), -ENOENT);
	put(BW_OVERRIDE_LIST, "__x64_sys_openat\tERRNO\nopen_ctree [btrfs]\tERRNO\n__x64_sys_read\tERRNO\nsys_openat2");
	assert_int_equal(bw_override_listed(root, "__x64_sys_openat", like, sizeof(like)), 1);
	assert_int_equal(bw_override_listed(root, "open_ctree", like, sizeof(like)), 1);
	assert_int_equal(bw_override_listed(root, "sys_openat2", like, sizeof(like)), 1);
	assert_int_equal(bw_override_listed(root, "do_sys_openat2", like, sizeof(like)), 0);
	assert_string_equal(like, "__x64_sys_openat, open_ctree"); /* no more than there is room for */
	assert_int_equal(bw_override_listed(root, "vfs_read_2_", like, sizeof(like)), 0);
	assert_string_equal(like, "__x64_sys_read");
	assert_int_equal(bw_override_listed(root, "", like, sizeof(like)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_tracepoint_is_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(support_for_kprobes_is_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(kernel_headers_are_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_command_that_installs_headers_is_named, make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_function_of_the_kernel_is_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_hooks_of_a_function_are_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_function_is_found_by_each_name_of_its_address, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(the_format_of_a_tracepoint_is_read, make_root, remove_root),
		cmocka_unit_test_setup_teardown(doctor_prints_its_findings, make_root, remove_root),
		cmocka_unit_test_setup_teardown(lists_of_cpus_are_parsed_strictly, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_list_of_security_modules_is_read, make_root, remove_root),
		cmocka_unit_test_setup_teardown(functions_that_can_be_overridden_are_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(symbols_of_the_kernel_are_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(functions_of_an_elf_file_are_found, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_frames_of_a_stack_are_named, make_root, remove_root),
		cmocka_unit_test_setup_teardown(the_mount_table_is_read, make_root, remove_root),
		cmocka_unit_test(mounts_beneath_a_directory_are_found),
		cmocka_unit_test_setup_teardown(a_kernel_that_preempts_is_recognised, make_root, remove_root),
		cmocka_unit_test_setup_teardown(a_process_is_checked_by_its_pid, make_root, remove_root),
	};

	return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}

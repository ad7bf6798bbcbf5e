#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: every kind of hook, by the function's name and by option; what can't be attached is explained.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
libc=$(ldd /bin/cat | sed -n 's/.*=> \(.*\/libc[.-][^ ]*\) .*/\1/p')
btf=(--headers btf) # none of these is about headers, and clang needs a minute here for the installed ones
run() { timeout 120 bccwatch run "$@" "${btf[@]}"; }
failure() { # failure NAME TEXT ARGUMENT...: exit 1, and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 1 run "$@"
	check_lines "$name, with the reason" 1 "$text" "$tmp/said"
}

cat >hooks.c <<'END'
#include <uapi/linux/ptrace.h>
BPF_HASH(hits, u32, u64);
static void hit(u32 n) { hits.increment(n); }
#ifndef NO_KPROBES
int kprobe__vfs_open(struct pt_regs *ctx) { hit(1); return 0; }
int kretprobe__vfs_open(struct pt_regs *ctx) { hit(2); return 0; }
int syscall__getppid(struct pt_regs *ctx) { hit(3); return 0; }
int kprobe____x64_sys_openat(struct pt_regs *ctx, int dfd, const char *name) { if (dfd == AT_DIR) hit(4); return 0; }
int kprobe__sys_read(struct pt_regs *ctx) { hit(5); return 0; }
int plain_kprobe(struct pt_regs *ctx) { hit(13); return 0; }
int plain_kretprobe(struct pt_regs *ctx) { hit(14); return 0; }
#endif
TRACEPOINT_PROBE(syscalls, sys_enter_close) { hit(6); return 0; }
int tracepoint__syscalls__sys_enter_openat(struct tracepoint__syscalls__sys_enter_openat *args)
{
	if ((int)args->dfd == AT_DIR)
		hit(7);
	return 0;
}
RAW_TRACEPOINT_PROBE(sys_enter) { hit(8); return 0; }
KFUNC_PROBE(vfs_read, struct file *file) { hit(9); return 0; }
KRETFUNC_PROBE(vfs_read, struct file *file, char *buf, size_t n, loff_t *pos, ssize_t ret) { hit(10); return 0; }
KMOD_RET(security_file_open, struct file *f, int ret) { hit(11); return 0; }
int plain_tracepoint(struct tracepoint__syscalls__sys_exit_openat *ctx) { hit(15); return 0; }
int plain_raw(struct bpf_raw_tracepoint_args *ctx) { hit(16); return 0; }
int plain_uprobe(struct pt_regs *ctx) { hit(17); return 0; }
int plain_uretprobe(struct pt_regs *ctx) { hit(18); return 0; }
int twice(struct pt_regs *ctx) { hit(19); return 0; }
END
options=(--tracepoint syscalls:sys_exit_openat:plain_tracepoint --raw-tracepoint sys_exit:plain_raw
	--uprobe "$libc:getenv:plain_uprobe" --uretprobe "$libc:getenv:plain_uretprobe"
	--uprobe "$libc:getenv:twice" --uprobe "$libc:setlocale:twice" -D AT_DIR=-100)
kinds="6 7 8 9 10 11 15 16 17 18 19" hooks=12
if has_kprobes; then
	options+=(--kprobe vfs_write:plain_kprobe --kretprobe vfs_write:plain_kretprobe)
	kinds="1 2 3 4 5 $kinds 13 14" hooks=19
else
	options+=(--cflag -DNO_KPROBES)
	skip "run: kprobes: all" "this kernel has none"
fi
start_command run hooks.c "${btf[@]}" "${options[@]}" || exit
cat /etc/hostname >/dev/null
perl -e 'getppid; print "x"' >/dev/null
stop INT
check "run: SIGINT ends it with status 0" [ "$status" = 0 ]
check_lines "run: the header counts the attached hooks" 1 "Running hooks.c: $hooks hooks attached" "$err"
check_lines "run: the map is shown at the end, with an entry for each hook" 1 " hits, $(wc -w <<<"$kinds") entries" "$out"
for kind in $kinds; do check "run: hook $kind of hooks.c was called" grep -qE "^ *$kind +[1-9][0-9]*\$" "$out"; done
check "run: the rows of a map are sorted by value" sort -nc <(awk '$1 ~ /^[0-9]+$/ {print $2}' "$out")
check "run: with $hooks hooks, nothing is left attached at the end" nothing_attached

cat >plain.c <<'END'
#include <uapi/linux/ptrace.h>
TRACEPOINT_PROBE(syscalls, sys_enter_close) { return 0; }
int plain(struct pt_regs *ctx) { return 0; }
END
failure "run: a function that nothing attaches fails under --strict" "cannot attach 'plain': its name has no probe prefix" plain.c --strict
check_lines "run: the error for a function that nothing attaches names the options" 1 "--kprobe EVENT:plain" "$tmp/said"
failure "run --uprobe: a function that the source does not have fails" "cannot attach 'none' to the uprobe '$libc:getenv': the source has no such function" plain.c --uprobe "$libc:getenv:none"
failure "run --tracepoint: a missing tracepoint fails" "cannot attach tracepoint 'sched:sched_swich': no such tracepoint" plain.c --tracepoint sched:sched_swich:plain
failure "run --uprobe: a function that the library does not have fails" "cannot attach uprobe '$libc:geten': no such function in the file" plain.c --uprobe "$libc:geten:plain"
check_lines "run --uprobe: the error for a missing function suggests one that exists" 1 "getenv" "$tmp/said"
failure "run --uprobe: an offset outside of the code fails" "'$libc:0x0': no code is executed at that offset" plain.c --uprobe "$libc:0x0:plain"
failure "run --uprobe: a function with several implementations fails" "'$libc:strlen': it is chosen among several" plain.c --uprobe "$libc:strlen:plain"
failure "run --uprobe: a file that is no program fails" "is no program or library" plain.c --uprobe /etc/passwd:x:plain
failure "run --uprobe: a missing file fails" "No such file" plain.c --uprobe /nothing:x:plain
failure "run: a function for two types of hooks fails" "cannot attach 'plain' to both the uprobe '$libc:getenv' and the tracepoint 'a:b': they need different program types" plain.c --uprobe "$libc:getenv:plain" --tracepoint a:b:plain
failure "run --replace: a word that the source does not have fails" "the word 'FILTER' is not in plain.c" plain.c --replace FILTER=
failure "run --log2: a table that the source does not have fails" "--log2 nothing: the source has no map" plain.c --uprobe "$libc:getenv:plain" --log2 nothing
if has_kprobes; then
	several=$(awk '$2 ~ /[tT]/ && $3 !~ /^_|\./ {print $3}' /proc/kallsyms | sort | uniq -d | head -n 200 | tail -n 1)
	failure "run --kprobe: a name of several functions fails" "cannot attach kprobe '$several': ambiguous" plain.c --kprobe "$several:plain"
	made=$(awk '$2 ~ /[tT]/ && $3 ~ /\.(isra|constprop)\.0$/ {print $3}' /proc/kallsyms | sed 's/\..*//' | sort -u |
		while read -r n; do grep -q " $n\$" /proc/kallsyms || { echo "$n" && break; }; done)
	failure "run --kprobe: a function that the compiler renamed fails" "cannot attach kprobe '$made': no such function" plain.c --kprobe "$made:plain"
	check "run --kprobe: the error for a renamed function names its variants" grep -q "did you mean .*$made\." "$tmp/said"
	failure "run --kprobe: a misspelt function fails" "cannot attach kprobe 'vfs_opem': no such function" plain.c --kprobe vfs_opem:plain
	check "run --kprobe: the error for a misspelt function suggests the right one" grep -q "did you mean .*vfs_open" "$tmp/said"
else
	failure "run --kprobe fails where the kernel has no kprobes" "this kernel has no kprobes" plain.c --kprobe vfs_open:plain
fi

printf 'BPF_HASH(hits, u32);\nLSM_PROBE(file_open, struct file *f) { u32 one = 1; hits.increment(one); return 0; }' >lsm.c
if grep -q '\<bpf\>' /sys/kernel/security/lsm; then
	start_command run lsm.c "${btf[@]}" || exit
	cat /etc/hostname >/dev/null
	stop INT
	check "run: an LSM program is called" grep -qE '^ *1 +[1-9][0-9]*$' "$out"
else
	failure "run: an LSM program fails where bpf is no security module" "bpf is not among the kernel's security modules" lsm.c
	skip "run: an LSM program is called" "bpf is not among the kernel's security modules"
fi

printf 'BPF_TABLE_PINNED("hash", u32, u64, pinned, 64, "/sys/fs/bpf/pinned");\nTRACEPOINT_PROBE(syscalls, sys_enter_close) { return 0; }' >pinned.c
failure "run: a pinned table fails" "pinned tables are not supported" pinned.c
check "run: a pinned table that failed leaves no pin" absent /sys/fs/bpf/pinned
printf 'BPF_PERF_ARRAY(cycles, 4);\nTRACEPOINT_PROBE(syscalls, sys_enter_close) { cycles.perf_read(0); return 0; }' >counters.c
failure "run: a table of perf counters fails" "cycles: counters of perf events are not supported" counters.c
printf 'KFUNC_PROBE(vfs_no_such, int x) { return 0; }' >nofunction.c
failure "run: KFUNC_PROBE on a function that BTF does not have fails" "cannot attach to 'vfs_no_such': no such function in the kernel's BTF" nofunction.c
printf 'BPF_HASH(h, u32);\r\nTRACEPOINT_PROBE(syscalls, sys_enter_close)\r\n{\r\n\tu32 k = 1;\r\n\tu64 *v = h.lookup(&k);\r\n\r\n\t*v = 5;\r\n\treturn 0;\r\n}' >refused.c
failure "run: a program that the verifier refuses fails" "the kernel rejects the program" refused.c
check "run: the last lines of the verifier are printed" grep -q "invalid mem access" "$tmp/said"
check "run: the line of the source that the verifier refuses is printed" grep -qF "refused.c:7: *v = 5;" "$tmp/said"

# Programs of users' at fixed addresses, which lie elsewhere in memory than in the file.
cat >user.c <<'END'
__attribute__((noinline)) int work(int n) { __asm__ volatile(""); return n; }
int main(int argc, char **argv) { (void)argv; return work(argc) - argc; }
END
cc -O1 -no-pie -o fixed user.c && cc -O1 -static -o static user.c
printf 'BPF_HASH(hits, u32);\nint fixed(void *ctx) { hits.increment(1); return 0; }\nint linked(void *ctx) { hits.increment(2); return 0; }' >user.bpf.c
start_command run user.bpf.c "${btf[@]}" --uprobe "$tmp/fixed:work:fixed" --uprobe "$tmp/static:work:linked" || exit
./fixed && ./fixed && ./static
stop INT
check "run --uprobe: a program at a fixed address (no PIE) is probed" grep -qE '^ *1 +2$' "$out"
check "run --uprobe: a static program is probed" grep -qE '^ *2 +1$' "$out"

# A large one, on the default guest: it takes clang a while. Its hooks want more files than may be open at first.
if is_default_guest; then
	options=()
	echo 'BPF_ARRAY(calls, u64, 201);' >large.c
	for i in $(seq 200); do
		printf '/* %5200d */\nint f%d(void *ctx) { calls.increment(%d); return 0; }\n' "$i" "$i" "$i" >>large.c
		if [ "$i" -le 20 ]; then options+=(--kprobe "vfs_read:f$i"); else options+=(--raw-tracepoint "sys_exit:f$i"); fi
	done
	limit=$(ulimit -Sn)
	ulimit -Sn 20
	start_command run large.c "${btf[@]}" "${options[@]}" || exit
	cat /etc/hostname >/dev/null
	stop INT
	ulimit -Sn "$limit"
	check "run: 200 functions in 1 MB of text are all called" [ "$(grep -cE '^ *[0-9]+ +[1-9][0-9]*$' "$out")" = 200 ]
	check "run: with 200 functions, nothing is left attached at the end" nothing_attached
else
	skip "run: 200 functions in 1 MB of text are all called" "clang takes long for them; on the default guest"
fi

# Programs as tutorials of BCC have them, which attach nothing by name.
cat >tutorial.c <<'END'
#include <uapi/linux/limits.h>
#include <uapi/linux/openat2.h>
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
struct data_t {
	u32 pid;
	u64 ts;
	char comm[TASK_COMM_LEN];
	char fname[NAME_MAX];
};
BPF_PERF_OUTPUT(events);
#ifdef TRACEPOINT
int trace_sys_enter_openat(struct tracepoint__syscalls__sys_enter_openat *ctx)
{
	const char *filename = ctx->filename;
#else
int trace_do_sys_openat2(struct pt_regs *ctx, int dfd, const char __user *filename, struct open_how *how)
{
#endif
	struct data_t data = {};

	data.pid = bpf_get_current_pid_tgid();
	data.ts = bpf_ktime_get_ns();
	bpf_get_current_comm(&data.comm, sizeof(data.comm));
	bpf_probe_read_user_str(&data.fname, sizeof(data.fname), (void *)filename);
	events.perf_submit(ctx, &data, sizeof(data));
#ifdef KILLER
	if (data.fname[0] == 'f' && data.fname[1] == 'o' && data.fname[2] == 'r')
		bpf_send_signal(9);
#endif
#ifdef OVERRIDE
	bpf_override_return(ctx, -1);
#endif
	return 0;
}
END
: >forbidden
start_command run tutorial.c "${btf[@]}" -D TRACEPOINT -D KILLER --tracepoint syscalls:sys_enter_openat:trace_sys_enter_openat || exit
check "run: a tracepoint's program kills by bpf_send_signal" killed cat forbidden
stop INT
check "run: a tracepoint's program reports whom it killed" grep -q ' events PID=[0-9]* COMM=cat FILENAME=forbidden$' "$out"
if has_kprobes; then
	start_command run tutorial.c "${btf[@]}" --kprobe do_sys_openat2:trace_do_sys_openat2 || exit
	cat /etc/hostname >/dev/null
	stop INT
	check "run: a kprobe's program reports an open" grep -q ' events PID=[0-9]* COMM=cat FILENAME=/etc/hostname$' "$out"
	check_status "run: an override of a function that can't be overridden fails" 1 run tutorial.c -D OVERRIDE --kprobe do_sys_openat2:trace_do_sys_openat2
	if [ -e /sys/kernel/debug/error_injection/list ]; then
		check_lines "run: the error for an override names the error-injection list" 1 "cannot override 'do_sys_openat2': it is not on the kernel's error-injection list" "$tmp/said"
		check "run: the error for an override names functions that are on the list" grep -q "__x64_sys_openat" "$tmp/said"
		cat >deny.c <<'END'
#include <uapi/linux/ptrace.h>
int syscall__openat(struct pt_regs *ctx, int dfd, const char *name)
{
	char begin[3] = {};

	bpf_probe_read_user(&begin, sizeof(begin), name);
	if (begin[0] == 'f' && begin[1] == 'o' && begin[2] == 'r')
		bpf_override_return(ctx, -EPERM);
	return 0;
}
END
		start_command run deny.c "${btf[@]}" || exit
		check "run: bpf_override_return denies an open" denied forbidden "Operation not permitted"
		check "run: bpf_override_return allows another open" cat deny.c
		stop INT
	else
		skip "run: bpf_override_return denies an open" "this kernel has no override"
		check_lines "run: the error for an override names the missing kernel option" 1 "CONFIG_BPF_KPROBE_OVERRIDE" "$tmp/said"
		check "run: the error for an override names what works instead" grep -q "LSM or fmod_ret" "$tmp/said"
	fi
else
	skip "run: bpf_override_return denies an open" "this kernel has no kprobes"
fi

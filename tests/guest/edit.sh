#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Edit the program, run again: a field of the struct is a column, and nothing is rebuilt.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cp -r "$src" "$tmp/saved"
if has_kprobes; then file=FILENAME=; else file='opened file '; fi # auto's line

opens_of() { grep -F "/edited/f" "$out"; }
run_edited() {
	start "$@" && "$fixtures/opens" 50 /edited >/dev/null && stop
}

sed -i 's/^\tchar fname.*/\tu32 uid;\n&/; s/^\td->ts = .*/&\n\td->uid = bpf_get_current_uid_gid();/' "$src/trace.c"
run_edited
check "a field before the name is a column" [ "$(opens_of | grep -cE "$file/edited/f[0-9]{7} UID=0\$")" = 50 ]
run_edited --via tracepoint
check "by the tracepoint too" [ "$(opens_of | grep -cE 'opened file /edited/f[0-9]{7} UID=0$')" = 50 ]

cp "$tmp/saved/trace.c" "$src/trace.c"
sed -i 's/^\(\tchar fname.*;\).*/\1\n\tu32 uid;/; s/^\td->ts = .*/&\n\td->uid = bpf_get_current_uid_gid();/' "$src/trace.c"
run_edited
check "a field behind the name is a column" [ "$(opens_of | grep -cE "$file/edited/f[0-9]{7} UID=0\$")" = 50 ]

cp "$tmp/saved/trace.c" "$src/trace.c"
sed -i 's/^\tchar fname.*/\ts8 a; u8 b; s16 c; u16 d; s32 e; u32 f; s64 g; u64 h; bool i; char j; char k[8]; int l[3]; void *m;\n\tenum { RED, GREEN } n; struct { u8 x; s16 y; } o; u8 p[2];\n\tu32 q : 3; s32 r : 4; u16 s[2][2]; char t[2][4]; struct { void *in; } u; u32 seen;\n&/
s/^\td->ts = .*/&\n\td->a = -1; d->b = 255; d->c = -32768; d->d = 65535; d->e = -2; d->f = 4294967295; d->g = -3; d->h = -1;\n\td->i = true; d->j = 65; d->k[0] = 104; d->k[1] = 105; d->l[0] = 1; d->l[2] = -7; d->m = (void *)0xabcd;\n\td->n = GREEN; d->o.x = 1; d->o.y = -9; d->p[0] = 4; d->p[1] = 200;\n\td->q = 5; d->r = -3; d->s[1][0] = 6; d->t[1][0] = 120; d->u.in = (void *)16;/
s/^\tbpf_get_current_comm(&d->comm.*/&\n\tif (d->comm[0] == 99) d->seen = 1;/' "$src/trace.c"
start && for _ in 1 2 3 4; do cat /etc/hostname >/dev/null; done && "$fixtures/opens" 50 /edited >/dev/null && stop
check "a field that is not always set is not the last event's" [ "$(opens_of | grep -c ' SEEN=0$')" = 50 -a "$(grep -c 'COMM=cat .* SEEN=1$' "$out")" -gt 4 ]
check "every type is shown as people expect" [ "$(opens_of | grep -cF " A=-1 B=255 C=-32768 D=65535 E=-2 F=4294967295 G=-3 H=18446744073709551615 I=true J='A' K=hi L=[1,0,-7] M=0xabcd N=1 O={x=1 y=-9} P=[4,200] Q=5 R=-3 S=[[0,0],[6,0]] T=[,x] U={in=0x10} ")" = 50 ]

cp "$tmp/saved/trace.c" "$src/trace.c"
start --headers btf --source <(sleep 1; sed 's/fname\[4096\]/fname[16]/' "$src/trace.c") &&
	"$fixtures/openers" openat 123456789012345 && "$fixtures/openers" openat 1234567890123456 && stop
check_lines "a source may come from a pipe; a name that just fits is not cut" 2 "${file}123456789012345" "$out"
check_lines "a name that does not fit is counted as cut off" 1 " names cut off." "$err"

# The edits that a learner would try, of block: a field in front and at the back.
cp -r "$tmp/saved/." "$src"
echo x >"$tmp/edited_file"
refused() { # refused: what block printed of the one attempt to read the file
	start_command block --name edited_file && { cat "$tmp/edited_file" >/dev/null || :; } 2>/dev/null && stop
	grep -F edited_file "$out"
}
sed -i 's/^struct data_t {/&\n\tu32 uid;/; s/^\td->ts = .*/&\n\td->uid = bpf_get_current_uid_gid();/' "$src/block.c"
check "block: a field in front of the others is a column" [ "$(refused | grep -cE 'COMM=cat .*edited_file, (denied|killed)\. UID=0$')" = 1 ]
cp "$tmp/saved/block.c" "$src/block.c"
sed -i 's/^\(\tchar fname.*;\).*/\1\n\tu32 uid;/; s/^\td->ts = .*/&\n\td->uid = bpf_get_current_uid_gid();/' "$src/block.c"
check "block: a field behind the name is a column" [ "$(refused | grep -cE 'COMM=cat .*edited_file, (denied|killed)\. UID=0$')" = 1 ]

# A rule of one's own in decide(): at an hour of the day; by the parent process's name.
own_rule() { # own_rule FUNCTION CONDITION: block.c with the function, and nothing denied unless the condition holds
	cp "$tmp/saved/block.c" "$src/block.c"
	awk -v f="$1" -v c="$2" '/^static inline u32 decide/ {print f} /^\tif \(is_excepted/ {print "\tif (!(" c "))\n\t\treturn 0;"} {print}' \
		"$tmp/saved/block.c" >"$src/block.c"
}
attempts() { # attempts COMMAND...: how often block stops it
	start_command block --name edited_file >&2 || { echo "block did not start" && return; }
	{ "$@" >/dev/null || :; } 2>/dev/null
	stop >&2
	grep -cE 'edited_file, (denied|killed)\.' "$out"
}
booted=$(($(date +%s) - $(cut -d. -f1 /proc/uptime)))
hour=$(date -u +%-H) next=$(($(date -u +%-H) == 23 ? 0 : $(date -u +%-H) + 1)) other=$((($(date -u +%-H) + 12) % 24))
now="static inline u64 hour(void) { return (bpf_ktime_get_ns() / 1000000000 + $booted) / 3600 % 24; }"
own_rule "$now" "hour() == $hour || hour() == $next"
check "block: a rule for an hour of the day denies at that hour" [ "$(attempts cat "$tmp/edited_file")" = 1 ]
own_rule "$now" "hour() == $other"
check "block: a rule for an hour of the day allows at another" [ "$(attempts cat "$tmp/edited_file")" = 0 ]
parent='static inline bool has_parent(u64 name)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *parent = NULL;
	u64 comm = 0;

	PEEK(parent, task->real_parent);
	bpf_probe_read_kernel(&comm, sizeof(comm), &parent->comm);
	return comm << 8 == name << 8; // behind the NUL, Linux 5.10 leaves what stood there
}'
own_rule "$parent" "has_parent(0x746e65726170)" # "parent", its first letter in the lowest byte
cp /bin/bash "$tmp/parent"
check "block: a rule for a parent of some name denies its child" [ "$(attempts "$tmp/parent" -c "cat '$tmp/edited_file'; :")" = 1 ]
check "block: a rule for a parent of some name allows another's child" [ "$(attempts bash -c "cat '$tmp/edited_file'; :")" = 0 ]
cp "$tmp/saved/block.c" "$src/block.c"

# Another hook of trace.
removed() { # removed ARGUMENT...: how often the removal of one file is shown
	: >"$tmp/to_remove"
	start "$@" && rm "$tmp/to_remove" && stop
	grep -cE 'COMM=rm .*to_remove$' "$out"
}
if has_kprobes; then
	sed -i 's/^int KPROBE_OPEN/int kprobe__security_inode_unlink(struct pt_regs *ctx, struct inode *dir, struct dentry *dentry)\n{\n\treturn is_wanted() ? send(ctx, (const char *)dentry->d_name.name) : 0;\n}\n\n&/' "$src/trace.c"
	check "trace: another hook, where a file is removed" [ "$(removed --via kprobe)" = 1 ]
else
	skip "trace: another hook, where a file is removed" "this kernel has no kprobes"
fi
cp "$tmp/saved/trace.c" "$src/trace.c"
sed -i 's/^TRACEPOINT_PROBE(syscalls, sys_enter_openat)$/TRACEPOINT_PROBE(syscalls, sys_enter_unlinkat)\n{\n\treturn on_enter(args, args->pathname);\n}\n\nTRACEPOINT_PROBE(syscalls, sys_exit_unlinkat)\n{\n\treturn on_exit(args, false);\n}\n\n&/' "$src/trace.c"
check "trace: another tracepoint, where a file is removed" [ "$(removed --via tracepoint)" = 1 ]
cp "$tmp/saved/trace.c" "$src/trace.c"

# The programs of a build tree are used by the program that lies there; the current directory is nobody.
cp "$tmp/saved/trace.c" "$src/trace.c"
mkdir -p "$tmp/tree/build" "$tmp/evil/bpf_src" "$tmp/evil/lib" "$tmp/evil/trace" "$tmp/evil/linux" "$tmp/evil/uapi/linux" "$tmp/evil/include/linux"
cp /usr/sbin/bccwatch "$tmp/tree"
cp /usr/libexec/bccwatch/bccwatch-compile "$tmp/tree/build"
cp -r "$src" "$tmp/tree/bpf_src"
for f in bpf_src/trace.c lib/filter.h lib/counters.h trace/root.h linux/types.h linux/sched.h uapi/linux/ptrace.h include/linux/kconfig.h; do
	echo '#error hostile' >"$tmp/evil/$f"
done
cd "$tmp/evil" || exit
check_status "hostile files here and in the environment change nothing" 0 \
	env BCC_KERNEL_SOURCE="$tmp/evil" TMPDIR="$tmp/evil" ARCH=evil BCC_LINUX_VERSION_CODE=1 CPATH="$tmp/evil" \
	C_INCLUDE_PATH="$tmp/evil" "$tmp/tree/bccwatch" trace --no-cache -d 1 -v
check_lines "a build tree's program uses the tree's sources, and -v says so" 1 "source: $tmp/tree/bpf_src/trace.c" "$tmp/said"
check_status "the installed program runs here, too" 0 bccwatch trace -d 1 -v
check_lines "and takes the installed source" 1 "source: $src/trace.c" "$tmp/said"

# --source: wherever it lies; what it includes with quotes is beside it, then in bpf_src.
mkdir "$tmp/own"
cat >"$tmp/own/answer.h" <<'END'
#define ANSWER 42
typedef struct { int answer; int pid; } event_t;
struct nothing {};
END
cat >"$tmp/own/own.c" <<'END'
#include <uapi/linux/ptrace.h>
#include "answer.h"
#include "lib/counters.h"
BPF_PERF_OUTPUT(mine);
int kretprobe__do_sys_openat2(struct pt_regs *ctx)
{
	event_t e = {.answer = ANSWER + COUNTER_LOST, .pid = bpf_get_current_pid_tgid() >> 32};
	mine.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
END
printf 'int tracepoint__syscalls__sys_enter_nanosleep(void *ctx) { return 0; }\nRAW_TRACEPOINT_PROBE(sys_exit) { return 0; }' >"$tmp/own/last"
cat >"$tmp/twins.c" <<'END'
struct in_t { char comm[32]; u32 v; };
struct out_t { char comm[16]; u64 v; };
struct empty_t { u8 nothing[1]; };
BPF_PERF_OUTPUT(out);
static const struct empty_t unused = {};
RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct out_t e = {.v = 5};
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	out.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
END
start --headers btf --source "$tmp/twins.c" && "$fixtures/openers" openat /twin && stop
check "of two structs with the same members the right one is taken" grep -qE ' COMM=openers V=5$' "$out"

if has_kprobes; then
	cd "$tmp" || exit
	cat "$tmp/own/last" >>"$tmp/own/own.c"
	start --source own/own.c && "$fixtures/openers" openat /own && stop
	check "a source of one's own: typedef, headers, three kinds of hooks" grep -qE 'PID=[0-9]+ ANSWER=42$' "$out"
	check "a source of one's own: the fields of its table are all decoded" shows_no REST "$out"
else
	skip "a source of one's own: typedef, headers, three kinds of hooks" "this kernel has no kprobes"
	skip "a source of one's own: the fields of its table are all decoded" "this kernel has no kprobes"
fi

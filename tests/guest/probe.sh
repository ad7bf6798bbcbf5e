#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# probe: what it says of functions and tracepoints is so: by trying, and by what others make of the same kernel.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
bpftool=$(command -v bpftool || command -v /usr/sbin/bpftool)
filters=/sys/kernel/tracing/available_filter_functions
draw() { shuf --random-source=<(yes "$(uname -r)") -n "$1"; } # the same ones each time
functions() { awk '$2 ~ /^[tTwW]$/' /proc/kallsyms; }

check_status "nothing to look at" 2 bccwatch probe
check_status "a name that is none" 2 bccwatch probe a/b
check_status "a function that is not there" 1 bccwatch probe vfs_opem
check "a function that is not there: what resembles it" grep -q "near .*vfs_open" said
check_status "a system call's name" 1 bccwatch probe openat
check_lines "a system call's name: its function" 1 "__x64_sys_openat: the system call" said
check_status "a tracepoint that is not there" 1 bccwatch probe sched:sched_swich
check_lines "a tracepoint that is not there: what resembles it" 1 "sched:sched_switch" said
bccwatch probe --expand do_sys_openat2 vfs_read lsm:file_open sched:sched_process_exec >said
check_lines "a signature" 1 "ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)" said
check_lines "a struct of a parameter" 1 "struct open_how {" said
check_lines "its members" 1 "__u64 resolve;" said
check_lines "a tracepoint's struct" 1 "struct tracepoint__sched__sched_process_exec {" said
check "a control character in a name is not passed on" grep -qF '\x1b[31m' <(bccwatch probe $'x\e[31m')
if has_kprobes; then check_status "all can be probed" 0 bccwatch probe vfs_open vfs_read; fi
check_status "an LSM hook" $(($(grep -c bpf /sys/kernel/security/lsm) == 0)) bccwatch probe lsm:file_open

# As many as are drawn, each by trying: a program is attached, and taken back.
{
	functions | awk '!$4 {print $3}' | draw 220
	functions | awk '!$4 {print $3}' | sort | uniq -d | draw 60
	functions | awk '$4 {print $3}' | draw 10
	awk '{print $2}' /sys/kernel/debug/kprobes/blacklist 2>/dev/null | draw 90
	sed -n '/ _sinittext$/,/ _einittext$/p' /proc/kallsyms | awk '$2 ~ /[tT]/ {print $3}' | draw 50
	[ ! -e $filters ] || grep -vxFf <(cut -d' ' -f1 $filters) <(functions | awk '!$4 {print $3}') | grep -v __pfx_ | draw 90
} | sort -u >drawn
mapfile -t names <drawn
bccwatch probe --json "${names[@]}" |
	sed -E 's/^\{"function":"([^"]*)".*"kprobe":\{"can":([a-z]+).*"fentry":\{"can":([a-z]+).*"fmod_ret":\{"can":([a-z]+).*/\1 \2 \3 \4/' >told
check "an object for each of ${#names[@]} names" [ "$(wc -l <told)" = ${#names[@]} ]

# compare KIND COLUMN: what is told in the column of `told`, and what attaching gave.
compare() {
	"$fixtures/attach" <"tried.$1" | awk '{print $2, $3 == 0 ? "true" : "false", $3}' >really
	awk -v column="$2" 'NR == FNR {told[$1] = $column; next} {n[$2]++; if (told[$1] != $2) print $1, "told:" told[$1], "errno:" $3}
		END {print n["true"] + 0, n["false"] + 0 >"counts"}' told really >wrong
	read -r can cannot <counts
	check "$1: $can that can be attached and $cannot that can't: what probe says is so" [ ! -s wrong ]
	head -n 20 wrong
}
sed 's/^/kprobe /' drawn >tried.kprobe
compare kprobe 2

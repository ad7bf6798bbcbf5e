#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# probe: what it says of functions and tracepoints is so.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
check_status "nothing to look at" 2 bccwatch probe
check_status "a name that is none" 2 bccwatch probe a/b
check_status "a function that is not there" 1 bccwatch probe vfs_opem
check_lines "a function that is not there: what resembles it" 1 "vfs_open" "$tmp/said"
check_status "a system call's name" 1 bccwatch probe openat
check_lines "a system call's name: its function" 1 "__x64_sys_openat: the system call" "$tmp/said"
check_status "a tracepoint that is not there" 1 bccwatch probe sched:sched_swich

# Against what others make of the same kernel: signatures.
bpftool=$(command -v bpftool || command -v /usr/sbin/bpftool)
signature_of() { bccwatch probe "$1" | head -n 1; }
check "a signature" [ "$(signature_of vfs_read | sed 's/^[a-z_]* //')" = "vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)" ]
bccwatch probe --expand do_sys_openat2 >expanded
check "its structs" grep -qx "struct open_how {" expanded
check "and their members" grep -q "__u64 resolve;" expanded
if [ -n "$bpftool" ]; then
	"$bpftool" btf dump file /sys/kernel/btf/vmlinux -j >btf.json
fi

# Every kprobe that it calls possible can be placed, every one that it calls impossible can't; by what the kernel says
# of the same name in kprobe_events.
placed() { # placed NAME: by another way than bccwatch's
	echo "p:bccwatch/test $1" >/sys/kernel/tracing/kprobe_events 2>/dev/null || return 1
	echo >/sys/kernel/tracing/kprobe_events
}
if has_kprobes; then
	awk '$2 ~ /[tT]/ {print $3}' /proc/kallsyms | shuf --random-source=/proc/version -n 120 >drawn
	awk '$2 ~ /[tT]/ && !$4 {print $3}' /proc/kallsyms | sort | uniq -d | shuf --random-source=/proc/version -n 20 >>drawn
	awk '{print $2}' /sys/kernel/debug/kprobes/blacklist | shuf --random-source=/proc/version -n 20 >>drawn
	sed -n '/ __init_begin$/,/ __init_end$/p' /proc/kallsyms | awk '$2 ~ /[tT]/ {print $3}' | shuf --random-source=/proc/version -n 20 >>drawn
	mapfile -t names <drawn
	bccwatch probe --json "${names[@]}" >said # an object a line, in their order
	check "all of them are told of" [ "$(wc -l <said)" = ${#names[@]} ]
	wrong=
	for i in "${!names[@]}"; do
		said=no really=no
		! sed -n "$((i + 1))p" said | grep -q '"kprobe":{"can":true' || said=yes
		! placed "${names[i]}" || really=yes
		[ $said = $really ] || wrong+=" ${names[i]}:$said"
	done
	check "${#names[@]} functions, drawn: what it says of their kprobes is so ($wrong)" [ -z "$wrong" ]
fi

# Programs to begin with.
for name in vfs_open do_sys_openat2 security_file_open syscalls:sys_enter_openat sched:sched_process_exec; do
	has_kprobes || [[ $name == *:* ]] || continue
	bccwatch probe --stub "$name" >stub.c
	start_command run stub.c --headers btf || continue
	cat /etc/hostname >/dev/null
	stop INT
	check "the stub of $name runs" grep -q ' events PID=[0-9]* COMM=[a-z]* ' "$out"
done

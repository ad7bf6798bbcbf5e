#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: what file events cost, side by side with nothing, an empty program on the same function, and other tools. Only
# ratios carry over to another machine.
set -u
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
files=10000
dir=/root/bench
mkdir -p $dir/watched && for i in $(seq 0 $((files - 1))); do : >"$(printf '%s/f%07d' $dir "$i")"; done
cat >/tmp/empty.c <<'END'
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
KRETFUNC_PROBE(do_file_open, int dfd, void *name, void *how, void *file) { return 0; }
#else
KRETFUNC_PROBE(do_filp_open, int dfd, void *name, void *how, void *file) { return 0; }
#endif
KRETFUNC_PROBE(do_file_open_root, void *root, char *name, void *how, void *file) { return 0; }
END
cat >/tmp/opensnoop.bt <<'END'
tracepoint:syscalls:sys_enter_openat { @f[tid] = args->filename; }
tracepoint:syscalls:sys_exit_openat /@f[tid]/ {
	printf("%-6d %-16s %4d %s\n", pid, comm, args->ret, str(@f[tid]));
	delete(@f[tid]);
}
END

names=(none empty "trace" "trace, path, result, cgroup" "not PATH" "not comm" "not uid" "not cgroup" opensnoop-bpfcc bpftrace)
commands=(""
	"bccwatch run --headers btf /tmp/empty.c"
	"bccwatch trace"
	"bccwatch trace --fields pid,comm,path,result,cgroup"
	"bccwatch trace $dir/watched"
	"bccwatch trace --via fexit -n no-such-name"
	"bccwatch trace --via fexit -u 54321"
	"bccwatch trace --cgroup /elsewhere"
	"opensnoop-bpfcc"
	"bpftrace /tmp/opensnoop.bt")
mount -t cgroup2 none /sys/fs/cgroup 2>/dev/null
mkdir -p /sys/fs/cgroup/elsewhere

# begin COMMAND: it is attached when this returns, and sets $pid; 1: there is no such command.
begin() {
	[ "$1" ] || return 0
	command -v "${1%% *}" >/dev/null || return
	# shellcheck disable=SC2086 # a command and its arguments
	$1 >/tmp/bench.out 2>/tmp/bench.err &
	pid=$!
	if [[ $1 != bccwatch* ]]; then # it does not say when it is attached
		sleep 40
		return
	fi
	until grep -q 'Ctrl-C ends' /tmp/bench.err; do
		kill -0 $pid || { cat /tmp/bench.err && return 1; }
		sleep 0.2
	done
}
# A shell starts what is in the background with SIGINT ignored, and python leaves it so.
end() { [ ! "$1" ] || { kill -TERM "$pid" && wait "$pid"; }; } 2>/dev/null

opens() {
	for round in 1 2 3; do
		for i in "${!names[@]}"; do
			begin "${commands[i]}" || continue
			"$fixtures/opens" $files $dir >/dev/null
			"$fixtures/opens" $files $dir >>"/tmp/cost$i"
			end "${commands[i]}"
		done
		echo "round $round of 3" >&2
	done
	for i in "${!names[@]}"; do
		echo "an open and close, ns (median of 3; least, most), ${names[i]}: $(sort -n "/tmp/cost$i" | awk '
			{v[NR] = $1} END {print v[int((NR + 1) / 2)] " (" v[1] ", " v[NR] ")"}')"
	done
}

# A small C project, built anew each time.
project() {
	mkdir -p /root/project && cd /root/project || exit
	for i in $(seq 12); do printf '#include <stdio.h>\nint f%d(void) { return printf("%%d\\n", %d); }\n' "$i" "$i" >"f$i.c"; done
	# shellcheck disable=SC2016 # make's
	printf 'objects := $(patsubst %%.c,%%.o,$(wildcard f*.c))\nall.a: $(objects)\n\tar rc $@ $^\n' >Makefile
}
builds() {
	local kinds=("" "bccwatch trace --ops all --json -o /dev/null" "bccwatch trace --ops all --json $dir/watched")
	local labels=("bare" "--ops all --json" "--ops all of one directory")
	for round in 1 2 3; do
		for i in "${!kinds[@]}"; do
			begin "${kinds[i]}" || continue
			rm -f ./*.o all.a
			make -s >/dev/null # in an emulator, a program that runs for the first time is translated
			rm -f ./*.o all.a
			a=$(date +%s%N)
			make -s >/dev/null
			echo $((($(date +%s%N) - a) / 1000000)) >>"/tmp/build$i"
			[ "$i" = 0 ] || echo "memory, ${labels[i]}: $(awk '/^VmHWM/ {most = $2} /^VmRSS/ {print $2 " kB, at most " most " kB"}' "/proc/$pid/status"), $(tail -n 1 /tmp/bench.err)" >&2
			end "${kinds[i]}"
			[ "$i" = 0 ] || tail -n 1 /tmp/bench.err >&2
		done
	done
	for i in "${!kinds[@]}"; do
		echo "a build, ms (median of 3; least, most), ${labels[i]}: $(sort -n "/tmp/build$i" | awk '
			{v[NR] = $1} END {print v[int((NR + 1) / 2)] " (" v[1] ", " v[NR] ")"}')"
	done
}

# A million opens by two processes, into a file: each is shown or counted as lost.
flood() {
	local pages shown second
	for pages in "" "--buffer-pages 8" "--buffer-pages 64"; do
		begin "bccwatch trace $pages -n opens -o /tmp/flood" || continue
		"$fixtures/opens" 500000 /flood >/dev/null &
		second=$!
		"$fixtures/opens" 500000 /flood >/dev/null
		wait $second
		end x
		shown=$(grep -c /flood/ /tmp/flood)
		echo "a flood of 1,000,000 opens, ${pages:-default}: $shown shown, $(tail -n 1 /tmp/bench.err)"
	done
}

uname -sr
case ${1:-all} in
opens | all) opens ;;&
builds | all) project && builds ;;&
flood | all) flood ;;
esac

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: from the command to the first event, and the memory of the watcher once its buffers were full, beside
# other tools. ROUNDS of each in turn (default: 10). bccwatch, and what needs no headers, runs without them.
set -u
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
rounds=${ROUNDS:-10}
file=/tmp/bench-marker
: >"$file"
src=/usr/share/bccwatch/bpf_src
cp -r "$src" /tmp/edited

# measure NAME COMMAND...: a line "ms RSS PSS rings" in /tmp/start/NAME
mkdir -p /tmp/start
measure() {
	local name=$1
	shift
	"$fixtures/first" "$file" 20000 "$@" >>"/tmp/start/$name" || echo "# $name: no event"
}
edit() { # another field each time, so that it can't have been seen
	sed -i "s/^\tchar fname.*/\tu32 edit$1;\n&/; s/^\td->ts = .*/&\n\td->edit$1 = $1;/" /tmp/edited/trace.c
}
has() { command -v "$1" >/dev/null; }
# Python's original needs the headers, which the others are to do without.
one_line='tracepoint:syscalls:sys_enter_openat { printf("%d %s %s\n", pid, comm, str(args->filename)); }'
with_headers() { ! has opensnoop-bpfcc || measure opensnoop-bpfcc python3 -u "$(command -v opensnoop-bpfcc)"; }
without_headers() {
	measure "bccwatch-seen" bccwatch trace
	cp "$src/trace.c" /tmp/edited/trace.c
	edit "$1"
	measure "bccwatch-edited" bccwatch trace --source /tmp/edited/trace.c
	! has bpftrace || measure bpftrace bpftrace -B line -e "$one_line"
	! has opensnoop-libbpf || measure opensnoop-libbpf stdbuf -oL opensnoop-libbpf
}

uname -sr
ldconfig -p | grep -o 'libbcc.so[^ ]*' | head -n 1
without_headers 0 # fills the page cache, and bccwatch's
with_headers
rm -f /tmp/start/*
for round in $(seq "$rounds"); do
	with_headers
	mv /lib/modules /lib/modules.away && mv /usr/src /usr/src.away
	without_headers "$round"
	mv /lib/modules.away /lib/modules && mv /usr/src.away /usr/src
	echo "round $round of $rounds" >&2
done
median() { sort -n "/tmp/start/$1" | awk -v f="$2" '{print $f}' | sort -n | awk '
	{v[NR] = $1} END {print v[int((NR + 1) / 2)] " (" v[1] " to " v[NR] ")"}'; }
for name in bccwatch-seen bccwatch-edited bpftrace opensnoop-bpfcc opensnoop-libbpf; do
	[ -e "/tmp/start/$name" ] || continue
	echo "$name: first event after $(median $name 1) ms; RSS $(median $name 2) KB, PSS $(median $name 3) KB, rings $(median $name 4) KB"
done

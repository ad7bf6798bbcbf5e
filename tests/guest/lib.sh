# SPDX-License-Identifier: Apache-2.0
# What the guest's tests share. Each check prints one line: ok, FAILED or SKIPPED, its name, and why.
# shellcheck shell=bash

set -u
set -m # signals reach jobs in the background as they would from a terminal
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fixtures=$here/../fixtures
src=/usr/share/bccwatch/bpf_src
tmp=$(mktemp -d /tmp/test.XXXXXX)
suite=$(basename "$0" .sh)

pass() { echo "ok $suite: $1"; }
fail() {
	echo "FAILED $suite: $1"
	[ -z "${2-}" ] || printf '%s\n' "$2" | cut -c1-300 | sed 's/^/    /' | head -n 40
}
skip() { echo "SKIPPED $suite: $1 -- $2"; }

# check NAME COMMAND...: COMMAND must succeed; what it prints is shown if it does not.
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then pass "$name"; else fail "$name" "$* -> $said"; fi
}

# check_status NAME STATUS COMMAND...: COMMAND must exit with STATUS; its output is left in $tmp/said.
check_status() {
	local name=$1 want=$2 got=0
	shift 2
	"$@" >"$tmp/said" 2>&1 || got=$?
	if [ "$got" = "$want" ]; then
		pass "$name"
	else
		fail "$name" "$* -> exit $got, not $want: $(cat "$tmp/said")"
	fi
}

# check_lines NAME COUNT PATTERN FILE: so many lines of FILE hold the fixed text.
check_lines() {
	local got
	got=$(grep -cF -- "$3" "$4")
	if [ "$got" = "$2" ]; then pass "$1"; else fail "$1" "'$3': $got lines, not $2; $4 has: $(tail -n 20 "$4")"; fi
}

# start ARGUMENT...: bccwatch trace in the background, with $out and $err; returns when it is attached.
start() { start_command trace "$@"; }

start_command() {
	out=$tmp/out err=$tmp/err
	: >"$err"
	bccwatch "$@" >"$out" 2>"$err" &
	pid=$!
	for _ in $(seq 1200); do
		grep -q 'Ctrl-C ends' "$err" && return 0
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	fail "start of: bccwatch $*" "$(cat "$err")"
	return 1
}

# stop [SIGNAL]: ends it; its exit status is left in $status.
stop() {
	kill "-${1:-TERM}" "$pid"
	wait "$pid"
	status=$?
	while kill -0 "$pid" 2>/dev/null; do # wait also returns for a job that was stopped before
		sleep 0.1
		wait "$pid"
		status=$?
	done
}

nothing_attached() {
	local n i
	for i in $(seq 50); do # the kernel frees programs a moment after their last descriptor
		n=$("$fixtures/programs")
		[ "$n" = 0 ] && break
		sleep 0.1
	done
	[ "$n" = 0 ] || { echo "$n BPF programs are left" && return 1; }
	# Their size is always 0: only reading tells.
	for i in /sys/kernel/debug/kprobes/list /sys/kernel/tracing/kprobe_events; do
		[ ! -e "$i" ] || ! grep . "$i" || return 1
	done
	! pgrep -l bccwatch
}

# expand FILE: with the headers of bpf_src in it, each once, as bccwatch gives it to its compiler.
expand() {
	awk -v src="$src/" '
		function put(file,	dir, line, part, path) {
			print "#ifndef ONCE_" (id[file] ? id[file] : id[file] = ++n) "\n#define ONCE_" id[file]
			dir = file
			sub(/[^\/]*$/, "", dir)
			while ((getline line <file) > 0) {
				if (line !~ /^#include "/) {
					if (line !~ /^#pragma once/) print line
					continue
				}
				split(line, part, "\"")
				sub(/^\.\.\//, "", part[2])
				path = (part[2] ~ /\// ? src : dir) part[2]
				put(path)
			}
			close(file)
			print "#endif"
		}
		BEGIN { put(ARGV[1]); exit }' "$1"
}

# compile KIND FLAG... <TEXT: what the compiler makes of it, by btf or by the installed headers, is left in $tmp/KIND; those
# are in the folder $installed, where libbcc does not find them by itself.
compile() {
	local kind=$1 tree=${installed-}
	shift
	[ "$kind" = installed ] || tree=$src/kernel
	(cd / && env -i PATH="$PATH" ${tree:+"BCC_KERNEL_SOURCE=$tree"} /usr/libexec/bccwatch/bccwatch-compile "$kind" "" \
		"-iquote$src" "$@" 3>"$tmp/$kind" 4>/dev/null >"$tmp/words" 2>&1) || cat "$tmp/words"
}

has_kprobes() { [ -e /sys/bus/event_source/devices/kprobe ]; }

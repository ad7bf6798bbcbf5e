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

# Rules and an exception for block that match nothing: clang takes ten seconds here for a program of block, and with these
# flags several runs and tests use the program that one of them compiled.
mkdir "$tmp/none-such" && cp /bin/true "$tmp/none-such/exe"
more_rules=(--name none-such --path "$tmp/none-such/file" --dir "$tmp/none-such")
more_exceptions=(--except-exe "$tmp/none-such/exe")

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

# check_lines NAME COUNT PATTERN FILE: so many lines of FILE hold the fixed text. Where that is 0, FILE must not be empty.
check_lines() {
	local got text
	text=$(cat "$4")
	got=$(grep -cF -- "$3" <<<"$text")
	if [ "$2" = 0 ] && [ -z "$text" ]; then
		fail "$1" "$4 is empty or missing, which proves nothing about '$3'"
	elif [ "$got" = "$2" ]; then
		pass "$1"
	else
		fail "$1" "'$3': $got lines, not $2; $4 has: $(tail -n 20 <<<"$text")"
	fi
}

# For use with check. Each prints what it found where it fails.

# shows PATTERN FILE: some line of FILE matches the extended regular expression.
shows() {
	local text
	text=$(cat "$2" 2>&1)
	grep -qE -- "$1" <<<"$text" || { echo "no line like '$1'; $2 has: $(tail -n 20 <<<"$text")" && return 1; }
}

# shows_no PATTERN FILE: FILE is there and not empty, and no line of it matches.
shows_no() {
	local text
	text=$(cat "$2") || return 1
	[ -n "$text" ] || { echo "$2 is empty, which proves nothing about '$1'" && return 1; }
	! grep -E -- "$1" <<<"$text"
}

# refused ERROR COMMAND...: COMMAND fails, prints nothing on stdout, and its message ends with that error's text.
refused() {
	local error=$1 got=0 printed
	shift
	printed=$("$@" 2>"$tmp/refused") || got=$?
	[ $got != 0 ] && [ $got -lt 126 ] && [ -z "$printed" ] && [[ $(<"$tmp/refused") = *": $error" ]] ||
		{ echo "exit $got, printed '$printed', said: $(<"$tmp/refused")" && return 1; }
}

# denied FILE [ERROR]: opening FILE for reading is refused with EACCES, or with the error of that text.
denied() { refused "${2:-Permission denied}" cat "$1"; }

# write_denied FILE [ERROR]: the same of opening it for writing, also where that would create it.
write_denied() { refused "${2:-Permission denied}" append "$1"; }
# shellcheck disable=SC2317
append() { bash -c ': >>"$1"' bash "$1"; }

# reads FILE TEXT: FILE can be read, and has this text.
reads() {
	local got
	got=$(cat "$1" 2>&1) && [ "$got" = "$2" ] || { echo "$1: $got" && return 1; }
}

# absent FILE: there is nothing of that name, not even a dangling symlink, in a directory that is there.
absent() { [ -d "$(dirname "$1")" ] && refused "No such file or directory" stat "$1"; }

# killed COMMAND...: SIGKILL ends it, before it prints anything.
killed() {
	local got=0 printed
	printed=$("$@" 2>/dev/null) || got=$?
	[ $got = 137 ] && [ -z "$printed" ] || { echo "exit $got, printed '$printed'" && return 1; }
}

# within SECONDS COMMAND...: COMMAND succeeds, after that time at the latest.
within() {
	local i n=$(($1 * 10))
	shift
	for ((i = 0; i < n; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.1
	done
	"$@"
}

# start ARGUMENT...: bccwatch trace in the background, with $out and $err; returns when it is attached.
start() { start_command trace "$@"; }

is_soak() { [ -n "${SOAK-}" ]; }
start_tries=3000
! is_soak || start_tries=6000 # there are users who make more and more directories
start_command() {
	out=$tmp/out err=$tmp/err
	: >"$err"
	bccwatch "$@" >"$out" 2>"$err" &
	pid=$!
	for _ in $(seq "$start_tries"); do
		grep -q 'Ctrl-C ends' "$err" && return 0
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	fail "start of: bccwatch $*" "$(cat "$err")"
	kill -KILL "$pid" 2>/dev/null
	return 1
}

# stop [SIGNAL]: ends it; its exit status is left in $status.
stop() {
	kill "-${1:-TERM}" "$pid" || fail "bccwatch runs until the test ends it" "$(tail -n 5 "$err")"
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
	# Their size is always 0: they have to be read.
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
# are in the directory $installed, where libbcc does not find them by itself.
compile() {
	local kind=$1 tree=${installed-}
	shift
	[ "$kind" = installed ] || tree=$src/kernel
	(cd / && env -i PATH="$PATH" ${tree:+"BCC_KERNEL_SOURCE=$tree"} /usr/libexec/bccwatch/bccwatch-compile "$kind" "" \
		"-iquote$src" "$@" 3>"$tmp/$kind" 4>/dev/null >"$tmp/words" 2>&1) || cat "$tmp/words"
}

# What takes long and does not depend on the kernel is tried on the default guest alone, and by scripts/soak on all of them;
# the table in run lists it.
is_default_guest() { [[ $(uname -r) = 6.1.0-*-cloud-* ]]; }
is_newest_guest() { [[ $(uname -r) = 7.* ]]; }
traces_long() { [[ $(uname -r) = 6.12.* ]] || is_soak; }
takes_long() { is_default_guest || is_soak; }
# The hooks of block that deny, the strongest first. debian11 is booted twice, without and with bpf among its security modules:
# the first boot tries fmod_ret, the second LSM.
denying_hooks() {
	if ! grep -q '\<bpf\>' /sys/kernel/security/lsm; then
		echo fmod_ret
	elif [[ $(uname -r) = 5.10.* ]]; then
		echo lsm
	else
		echo lsm fmod_ret
	fi
}
has_kprobes() { [ -e /sys/bus/event_source/devices/kprobe ]; }

# Events of trace --json, by conditions as in tests/fixtures/events.c: in $out, which is whole once trace has ended.
# events NAME COUNT CONDITION...: so many events fulfil all of them; COUNT + is at least one.
events() {
	local name=$1 want=$2 got all=
	shift 2
	if [ -n "${later-}" ]; then
		asked+=("$(printf ' %q' "$name" "$want" "$@")")
		printf '%s\0' "$@" '' >>"$later"
		return
	fi
	got=$("$fixtures/events" count "$out" "$@" 2>&1)
	[ "$want" != 0 ] || all=$("$fixtures/events" count "$out" 2>&1)
	events_are "$got" "$all" "$name" "$want" "$@"
}

# What a whole file of many events is asked, between count_later and count_now, is answered by reading it once.
count_later() {
	later=$tmp/later asked=()
	printf '\0' >"$later" # how many there are in all
}
count_now() {
	local answers i
	mapfile -t answers < <("$fixtures/events" counts "$out" <"$later" 2>&1)
	for i in "${!asked[@]}"; do
		eval "set -- ${asked[i]}"
		events_are "${answers[i + 1]-none}" "${answers[0]}" "$@"
	done
	later=
}

# events_are COUNT ALL NAME WANT CONDITION...
events_are() {
	local got=$1 all=$2 name=$3 want=$4
	shift 4
	if [ "$want" = 0 ] && [ "$all" = 0 ]; then
		fail "$name" "there are no events at all, which proves nothing about: $*"
	elif [ "$got" = "$want" ] || { [ "$want" = + ] && [ "${got:-0}" -gt 0 ] 2>/dev/null; }; then
		pass "$name"
	else
		fail "$name" "$* -> $got events, not $want; near: $(near "$@")"
	fi
}

# near CONDITION...: some events that fulfil one condition of them, the path's rather than another's.
near() {
	local each found
	for each in path filename pid comm op; do
		for found in "$@"; do
			[[ $found = "$each"[=~^]* ]] || continue
			found=$(printf %s "${found#*[=~^]}" | sed 's/"/\\"/g')
			grep -F -- "$found" "$out" | tail -n 4 | cut -c1-700
			return
		done
	done
}

# by COMMAND...: runs it; its pid is left in $by, its exit status is by's.
by() {
	"$@" &
	by=$!
	wait "$by"
}

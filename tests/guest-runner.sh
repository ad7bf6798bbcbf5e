#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# scripts/guest itself: what goes in, what comes out, and how it gives up.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# expect NAME STATUS COMMAND...: its status; stdout and stderr are left in $tmp/out and $tmp/err.
expect() {
	local name=$1 want=$2 got=0
	shift 2
	"$@" >"$tmp/out" 2>"$tmp/err" </dev/null || got=$?
	if [ "$got" = "$want" ]; then echo "ok guest: $name"; else
		echo "FAILED guest: $name: exit $got, not $want"
		tail -n 20 "$tmp/err" | sed 's/^/    /'
	fi
}
has() { # has NAME FILE TEXT
	if grep -qF -- "$3" "$tmp/$2"; then echo "ok guest: $1"; else
		echo "FAILED guest: $1"
		tail -n 20 "$tmp/$2" | sed 's/^/    /'
	fi
}

mkdir "$tmp/a folder" "$tmp/two"
echo one >"$tmp/a folder/f" && echo two >"$tmp/two/f"
# shellcheck disable=SC2016
expect "scripts/guest exits with the command's status" 42 scripts/guest -d "$tmp/a folder" -d "$tmp/two" -- \
	bash -c 'cat /mnt/1/f /mnt/2/f; touch /mnt/1/x; id -u; echo "$1|$2"; echo to-stderr >&2; printf "\0\r\n\377"; exit 42' \
	sh $'new\nline' "quo'te \$x"
has "scripts/guest passes on the command's output" out $'one\ntwo\n0\nnew'
has "scripts/guest passes arguments to the command unchanged" out "line|quo'te \$x"
has "scripts/guest -d: a directory is read-only" err "Read-only file system"
has "scripts/guest keeps stderr apart from stdout" err "to-stderr"
if tail -c 4 "$tmp/out" | cmp -s - <(printf '\0\r\n\377'); then echo "ok guest: scripts/guest does not change bytes of the output"; else
	echo "FAILED guest: scripts/guest does not change bytes of the output"
fi
# Here, since block's choice of a hook depends on how a kernel was booted.
expect "scripts/guest -a: a command runs with further kernel parameters" 0 scripts/guest -a lsm=yama -a preempt=full -- bccwatch block --name x -d 1
has "scripts/guest -a: kernel parameters arrive: without LSM and preempting, block uses the signal" err "Hook: signal"
expect "a panic of the guest gives status 125" 125 scripts/guest -- bash -c 'echo c >/proc/sysrq-trigger; sleep 60'
has "a panic of the guest is reported" err "the kernel panicked"
expect "scripts/guest -t: the time limit gives status 124" 124 scripts/guest -t 5 -- sleep 300
has "scripts/guest -t: the time limit is reported" err "no end after 5 s"
expect "scripts/guest -k: an unknown guest gives status 125" 125 scripts/guest -k nope -- true
has "scripts/guest -k: the error for an unknown guest names the known ones" err "debian12"
expect "scripts/guest -d: a missing directory gives status 125" 125 scripts/guest -d "$tmp/none" -- true

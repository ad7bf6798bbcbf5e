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
expect "a command's status comes back" 42 scripts/guest -d "$tmp/a folder" -d "$tmp/two" -- \
	bash -c 'cat /mnt/1/f /mnt/2/f; touch /mnt/1/x; id -u; echo "$1|$2"; echo to-stderr >&2; printf "\0\r\n\377"; exit 42' \
	sh $'new\nline' "quo'te \$x"
has "its output comes back" out $'one\ntwo\n0\nnew'
has "its arguments arrive as they are" out "line|quo'te \$x"
has "folders are read-only" err "Read-only file system"
has "stderr is stderr" err "to-stderr"
if tail -c 4 "$tmp/out" | cmp -s - <(printf '\0\r\n\377'); then echo "ok guest: bytes are not changed"; else
	echo "FAILED guest: bytes are not changed"
fi
# Here, since block's choice of a hook depends on how a kernel was booted.
expect "arguments for the kernel" 0 scripts/guest -a lsm=yama -a preempt=full -- bccwatch block --name x -d 1
has "arguments for the kernel arrive: without LSM, preempting, it gives block neither that nor fmod_ret" err "Hook: signal"
expect "a panic is told" 125 scripts/guest -- bash -c 'echo c >/proc/sysrq-trigger; sleep 60'
has "a panic is told in words" err "the kernel panicked"
expect "a time limit is kept" 124 scripts/guest -t 5 -- sleep 300
has "a time limit is told in words" err "no end after 5 s"
expect "an unknown guest is refused" 125 scripts/guest -k nope -- true
has "and the ones there are are named" err "debian12"
expect "a folder that is not there is refused" 125 scripts/guest -d "$tmp/none" -- true

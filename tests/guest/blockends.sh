#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: what can't be protected is an error; protection ends with the process; an editor is denied.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/blockends # on a disk's file system
mkdir "$home" && cd "$home" || exit
start_block() { start_command block "$@"; }
echo x >block_test.c && mkdir lower

# What can't be protected.
check_status "block --dir: a missing directory is no error" 0 bccwatch block --name x --path y --dir /nowhere/at/all -d 1
check_lines "block: the header names what does not exist yet" 1 \
	"Waiting for: $PWD/y, /nowhere/at/all. Each is protected from the moment it exists." "$tmp/said"
check_status "block --dir: a file is an error" 1 bccwatch block --dir block_test.c
check_lines "block --dir: the error for a file names it" 1 "--dir $PWD/block_test.c: not a directory" "$tmp/said"
check_status "block --path: a directory is an error" 1 bccwatch block --path lower
check_lines "block --path: the error for a directory names --dir" 1 "--dir protects" "$tmp/said"
echo 'int kprobe__do_sys_openat2(void *ctx) { return nonsense; }' >bad.c
check_status "block --source: a source that does not compile is an error" 1 bccwatch block --name x --headers btf --source bad.c
check_lines "block --source: the compiler's error is printed once" 1 "undeclared identifier 'nonsense'" "$tmp/said"
(
	bccwatch block --name block_test.c -d 60 2>"$tmp/said"
	echo $? >"$tmp/status"
) | head -c 0
check "block: a reader of stdout that ends is reported" shows "the reader of stdout closed it" "$tmp/said"
check "block: a reader of stdout that ends is a failure" [ "$(cat "$tmp/status")" = 1 ]

# It ends with the process, however that ends.
start_block --name block_test.c
if unshare -pf true 2>/dev/null; then # unshare(1) does not pass the SIGKILL on: the event says what became of its child
	alive=$(unshare -pf bash -c ': <block_test.c; echo alive' 2>/dev/null)
	sleep 0.5
	check "kill: the init process of a pid namespace is killed, too" [ "$alive:$(grep -c 'COMM=bash tried to open .*, killed\.$' "$out")" = ":1" ]
else
	skip "kill: the init process of a pid namespace is killed, too" "this kernel has no pid namespaces"
fi
check "kill: who opens the file is killed while block runs" killed cat block_test.c
kill -KILL "$pid"
wait "$pid"
check "block: once it was ended by SIGKILL, the file may be read" cat block_test.c
check "block: once it was ended by SIGKILL, nothing is left attached" nothing_attached

# An editor.
if command -v nano >/dev/null; then
	start_block --name block_test.c
	TERM=xterm timeout 20 script -qec "nano block_test.c" /dev/null </dev/null >"$tmp/nano" 2>&1
	check "kill: an editor that opens the file is killed" [ "$?" = 137 ]
	stop INT
	check_lines "kill: the editor that was killed is reported" 1 "COMM=nano tried to open forbidden file $home/block_test.c, killed." "$out"
	start_block --name block_test.c --action deny
	rm -f .block_test.c.swp # the killed one's lock
	# Without job control, in which script does not start.
	TERM=xterm bash -c '(for _ in $(seq 40); do ! grep -qi "permission denied" "$1" || break; sleep 0.5; done; printf "\030"; sleep 1) | timeout 30 script -qfec "nano block_test.c" "$1" >/dev/null' \
		bash "$tmp/nano" 2>&1
	check "block --action deny: the editor shows permission denied" grep -qi 'permission denied' "$tmp/nano"
	stop INT
else
	skip "block: an editor" "there is no nano in this image"
fi

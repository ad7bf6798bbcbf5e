#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: what can't be guarded is said; it ends with the process; an editor meets it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/blockends # on a disk's file system
mkdir "$home" && cd "$home" || exit
start_block() { start_command block "$@"; }
echo x >block_test.c && mkdir lower

# What can't be, is said.
check_status "a folder that is not there" 1 bccwatch block --name x --path y --dir /nowhere/at/all -d 1
check_status "--path of a folder" 1 bccwatch block --path lower
check_lines "--path of a folder: says what is meant" 1 "--dir guards" "$tmp/said"
echo 'int kprobe__do_sys_openat2(void *ctx) { return nonsense; }' >bad.c
check_status "a source that does not compile" 1 bccwatch block --name x --headers btf --source bad.c
check_lines "a source that does not compile: the compiler's words, once" 1 "undeclared identifier 'nonsense'" "$tmp/said"
check "a reader that goes is a failure" sh -c 'bccwatch block --name block_test.c -d 60 2>"$1" | sleep 0.1; grep -q "reader of stdout has gone" "$1"' sh "$tmp/said"

# It ends with the process, however that ends.
start_block --name block_test.c
check "kill: a container's init, too" sh -c '! unshare -pf bash -c ": <block_test.c; echo alive" | grep alive'
check "before SIGKILL it holds" sh -c '! cat block_test.c'
kill -KILL "$pid"
wait "$pid"
check "SIGKILL ends it" cat block_test.c
check "and leaves nothing" nothing_attached

# An editor.
if command -v nano >/dev/null; then
	start_block --name block_test.c
	TERM=xterm timeout 20 script -qec "nano block_test.c" /dev/null </dev/null >"$tmp/nano" 2>&1
	check "an editor is killed" [ "$?" = 137 ]
	stop INT
	check_lines "and that is told" 1 "COMM=nano tried to open forbidden file $home/block_test.c, killed." "$out"
	start_block --name block_test.c --action deny
	rm -f .block_test.c.swp # the killed one's lock
	# Without job control, in which script does not start.
	TERM=xterm bash -c '(for _ in $(seq 40); do ! grep -qi "permission denied" "$1" || break; sleep 0.5; done; printf "\030"; sleep 1) | timeout 30 script -qfec "nano block_test.c" "$1" >/dev/null' \
		bash "$tmp/nano" 2>&1
	check "--action deny: the editor says permission denied" grep -qi 'permission denied' "$tmp/nano"
	stop INT
else
	skip "an editor" "there is no nano in this image"
fi

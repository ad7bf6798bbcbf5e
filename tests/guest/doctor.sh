#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# doctor: what it prints of this machine is what the commands then do.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
status=0
bccwatch doctor >text || status=$?
check "doctor exits with 0 where trace and block work" [ $status = 0 ]
check "doctor marks nothing as broken where all works" [ "$(grep -c '^fail ' text)" = 0 ]
check "doctor prints the time of each step of a small program" [ "$(grep -cE '^ok      (compile|load|attach|first event): [0-9.]+ s$' text)" = 4 ]
check "doctor has a line for each command" [ "$(tail -n 8 text | grep -cE '^(ok|warn)  *(trace|block|run|probe): works')" = 4 ]
check "doctor prints the versions of libbcc and LLVM" grep -qE '^ok      libraries: libbcc 0\.[0-9.]+, LLVM [0-9.]+$' text
case $(uname -r) in # the pairs of the README's table; sid's go on
5.10.*) pair=0.18 ;;
6.1.*) pair=0.26 ;;
6.12.*) pair=0.31 ;;
*) pair=0.3 ;;
esac
check_lines "doctor names the libbcc that belongs to this kernel's distribution" 1 "libbcc $pair" text
if has_kprobes; then by=kprobe; else by=tracepoints; fi
check_lines "doctor names the hook of trace" 1 "trace: works by $by" text
if grep -q bpf /sys/kernel/security/lsm; then by="LSM file_open"; else by="fmod_ret on security_file_open"; fi
check_lines "doctor names the hook of block" 1 "block: works by $by" text
if [ -e "/lib/modules/$(uname -r)/build" ]; then
	check_lines "doctor names the kernel headers" 1 ", of $(uname -r)" <(grep "kernel headers" text)
fi
check "doctor leaves nothing attached" nothing_attached

# A command that is broken is reported with its own error.
bccwatch cache --clear >/dev/null 2>&1
mv /usr/libexec/bccwatch/bccwatch-compile compiler
check_status "doctor exits with 1 where the compiler is missing" 1 bccwatch doctor
check "doctor names the missing compiler for trace and for block" [ "$(grep -cE '^fail    (trace|block): does not work: .*(compile|No such file)' said)" = 2 ]
mv compiler /usr/libexec/bccwatch/bccwatch-compile

# As another user: what can't be tried is reported.
status=0
setpriv --reuid 1234 --clear-groups bccwatch doctor --json >json || status=$?
check "doctor exits with 1 for another user than root" [ $status = 1 ]
check "doctor marks what another user than root can't try as unknown" [ "$(grep -oE '"status":"unknown","name":"(trace|block|run)"' json | wc -l)" = 3 ]
touch /etc/bccwatch.guests-only
check_status "trace fails on a machine that is for guests only" 1 bccwatch trace -d 1
check_lines "trace names the file that makes the machine for guests only" 1 "/etc/bccwatch.guests-only" said
check_status "doctor fails on a machine that is for guests only" 1 bccwatch doctor
rm /etc/bccwatch.guests-only

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# doctor: what it says of this machine is what the commands then do.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
status=0
bccwatch doctor >text || status=$?
check "trace and block work here, so it ends with 0" [ $status = 0 ]
check "no mark for what is broken" [ "$(grep -c '^fail ' text)" = 0 ]
check "each step of a small program has its time" [ "$(grep -cE '^ok      (compile|load|attach|first event): [0-9.]+ s$' text)" = 4 ]
check "a sentence for each command" [ "$(tail -n 8 text | grep -cE '^(ok|warn)  *(trace|block|run|probe): works')" = 4 ]
check "libraries" grep -qE '^ok      libraries: libbcc 0\.[0-9.]+, LLVM [0-9.]+$' text
case $(uname -r) in # the pairs of the README's table; sid's go on
5.10.*) pair=0.18 ;;
6.1.*) pair=0.26 ;;
6.12.*) pair=0.31 ;;
*) pair=0.3 ;;
esac
check_lines "this kernel's libbcc" 1 "libbcc $pair" text
if has_kprobes; then by=kprobe; else by=tracepoints; fi
check_lines "trace: by what" 1 "trace: works by $by" text
if grep -q bpf /sys/kernel/security/lsm; then by="LSM file_open"; else by="fmod_ret on security_file_open"; fi
check_lines "block: by what" 1 "block: works by $by" text
if [ -e "/lib/modules/$(uname -r)/build" ]; then
	check_lines "headers" 1 ", of $(uname -r)" <(grep "kernel headers" text)
fi
nothing_attached >left 2>&1
check "nothing is left attached" [ ! -s left ]

# What is broken it says, with the command's own error.
bccwatch cache --clear >/dev/null 2>&1
mv /usr/libexec/bccwatch/bccwatch-compile compiler
check_status "without the compiler: 1" 1 bccwatch doctor
check "and each command says why" [ "$(grep -cE '^fail    (trace|block): does not work: .*(compile|No such file)' said)" = 2 ]
mv compiler /usr/libexec/bccwatch/bccwatch-compile

# As another user: what it can't see it says.
status=0
setpriv --reuid 1234 --clear-groups bccwatch doctor --json >json || status=$?
check "without root: not everything works" [ $status = 1 ]
check "without root: what was not tried" [ "$(grep -c '"status":"unknown","name":"\(trace\|block\|run\)"' json)" = 3 ]
touch /etc/bccwatch.guests-only
check_status "a machine for guests only: nothing is loaded" 1 bccwatch trace -d 1
check_lines "and why" 1 "/etc/bccwatch.guests-only" said
check_status "nor tried" 1 bccwatch doctor
rm /etc/bccwatch.guests-only

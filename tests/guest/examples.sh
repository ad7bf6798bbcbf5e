#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bpf_src/examples: each program, by the command in its first comment, prints what it promises.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

examples=$src/examples
tested=()

# By the types of the kernel's BTF, which are read faster; by what is installed, as users do, in scripts/soak.
headers=(--headers btf)
! is_soak || headers=()
command_of() { sed -n '3s|^// *sudo bccwatch ||p' "$examples/$1.c"; } # command_of EXAMPLE: what follows bccwatch there

# example NAME: starts the program in the background, as start_command does.
example() {
	local words
	tested+=("$1")
	read -ra words <<<"$(command_of "$1")"
	(cd "${src%/*}" && [ "${words[0]-}" = run ]) || fail "$1: its third line is a command"
	cd "${src%/*}" && start_command "${words[@]}" "${headers[@]}" || { fail "$1: it starts" && return 1; }
	cd "$tmp" || exit
}

# unsupported NAME WHY TEXT: this kernel lacks the hook; the program ends with status 1 and the text.
unsupported() {
	local words
	tested+=("$1")
	read -ra words <<<"$(command_of "$1")"
	cd "${src%/*}" || exit
	check_status "$1: where the hook is missing, it ends with 1" 1 timeout 100 bccwatch "${words[@]}" "${headers[@]}"
	check_lines "$1: where the hook is missing, the error names it" 1 "$3" "$tmp/said"
	cd "$tmp" || exit
	skip "$1: all" "$2"
}

# opens_are_shown NAME MORE: 20 opens of a process, each on a line with its pid, name and file, and more fields.
opens_are_shown() {
	local opener
	"$fixtures/opens" 20 /example >/dev/null &
	opener=$!
	wait "$opener"
	stop INT
	seq -f "%07g" 0 19 | sed "s|.*| events PID=$opener COMM=opens FILENAME=/example/f&$2|" >expected
	check "$1: each of 20 opens is a line with the process and the file" \
		diff expected <(grep -F /example/ "$out" | sed 's/^[0-9:]*//' | sort)
	check "$1: the closing line says that none were lost" grep -q ' events shown, 0 lost' "$err"
}

# denial NAME TABLE EXIT MESSAGE: opening forbidden.txt ends so, is reported once, and another file is read.
denial() {
	local got=0 reader
	mkdir "$1" && echo SECRET >"$1/forbidden.txt" && echo free >"$1/forbidden.txt.old"
	example "$1" && cd "$1" || return
	cat forbidden.txt >output 2>&1 &
	reader=$!
	wait "$reader" || got=$?
	check "$1: who opens forbidden.txt ends with status $3" [ "$got" = "$3" ]
	check "$1: forbidden.txt is not read" [ "$(cat output)" = "$4" ]
	check "$1: a name that only begins so is read" [ "$(cat forbidden.txt.old)" = free ]
	stop INT
	check "$1: one line, with the process and the file" \
		[ "$(sed 's/^[0-9:]* //' "$out")" = "$2 PID=$reader COMM=cat FILENAME=forbidden.txt" ]
	check "$1: once it has ended, forbidden.txt is read" [ "$(cat forbidden.txt)" = SECRET ]
	cd "$tmp" || exit
}

cd "$tmp" || exit
no_kprobes="this kernel has no kprobes"
if has_kprobes; then
	example opens_kprobe && opens_are_shown opens_kprobe ""
else
	unsupported opens_kprobe "$no_kprobes" "$no_kprobes"
fi
example opens_tracepoint && opens_are_shown opens_tracepoint " UID=0"
denial kill_by_name killed 137 ""
no_lsm="bpf is not among the kernel's security modules"
if grep -q '\<bpf\>' /sys/kernel/security/lsm; then
	denial deny_lsm denied 1 "cat: forbidden.txt: Permission denied"
else
	unsupported deny_lsm "$no_lsm" "$no_lsm"
fi
if [ -e /sys/kernel/debug/error_injection/list ]; then
	denial deny_override denied 1 "cat: forbidden.txt: Operation not permitted"
elif has_kprobes; then
	unsupported deny_override "this kernel has no override" CONFIG_BPF_KPROBE_OVERRIDE
else
	unsupported deny_override "$no_kprobes" "$no_kprobes"
fi

if example deletes; then
	mkdir kept && echo x >one && echo x >two && echo x >kept/three && chmod 755 kept
	one=$(stat -c %i one) two=$(stat -c %i two)
	rm one two &
	remover=$!
	wait "$remover"
	setpriv --reuid 1234 --clear-groups rm -f "$tmp/kept/three" 2>/dev/null
	stop INT
	check "deletes: each of two files is a line with the process, the inode and the name" diff \
		<(printf 'deleted PID=%s COMM=rm FILENAME=%s UID=0 INODE=%s\n' "$remover" one "$one" "$remover" two "$two") \
		<(grep COMM=rm "$out" | sed 's/^[0-9:]* //')
	check "deletes: a deletion that was refused is none" [ -e kept/three ]
fi

# A program that waits a second for its input, and reads the end after that.
if example read_latency; then
	cp /bin/cat slow-reader && mkfifo input
	./slow-reader <input >/dev/null & reader=$!
	exec 8>input
	sleep 1
	echo x >&8
	exec 8>&-
	wait "$reader"
	stop INT
	sed -n '/^comm = slow-reader$/,/^$/p' "$out" >rows
	check "read_latency: the reads of a program have a histogram" [ -s rows ]
	check "read_latency: a read of about a second is in the row of a second" \
		[ "$(awk '/ (524288|1048576) +->/ {n += $5} END {print n + 0}' rows)" = 1 ]
	check "read_latency: the reads that did not wait are above" \
		[ "$(awk '/->/ && $1 < 262144 {n += $5} END {print n + 0}' rows)" -ge 1 ]
fi

if example bytes_written; then
	perl -e 'syswrite(STDOUT, "x" x 1000) for 1 .. 10' >/dev/null &
	writer=$!
	wait "$writer"
	stop INT
	check "bytes_written: the writes of a process are added up" \
		[ "$(awk -v pid="$writer" '$1 == pid && $2 == "perl" {bytes += $3; writes += $4} END {print bytes, writes}' "$out")" = "10000 10" ]
fi

mkdir -p outer/inner && : >outer/inner/file
if example opens_by_directory; then
	for _ in $(seq 100); do : <outer/inner/file; done
	stop INT
	check "opens_by_directory: 100 opens in a directory are counted under its name" \
		[ "$(awk '$1 == "outer" && $2 == "inner" {n += $3} END {print n + 0}' "$out")" = 100 ]
fi

if has_kprobes; then
	if example stacks; then
		perl -e 'for (1 .. 3) { open(F, ">", "victim"); close(F); unlink("victim"); } open(F, ">", "done"); sleep 60' &
		deleter=$!
		for _ in $(seq 100); do [ ! -e "done" ] || break; sleep 0.1; done
		stop INT
		kill "$deleter"
		wait "$deleter" 2>/dev/null
		check "stacks: three calls by one way are counted together" grep -qE "^ *$deleter +perl +[0-9]+ +[0-9]+ +3\$" "$out"
		check "stacks: the kernel's stack begins with the function" grep -qE '^    vfs_unlink\+0x' "$out"
		check "stacks: the kernel's stack leads to the system call" grep -qE '^    do_syscall_64\+0x' "$out"
		check "stacks: the stack of the process has its program and library" grep -qE '^    .*\[(perl|libc).*\]' "$out"
	fi
else
	unsupported stacks "$no_kprobes" "$no_kprobes"
fi
check "nothing is left attached by any of them" nothing_attached
check "every example is tested here" diff <(printf '%s\n' "${tested[@]}" | sort) <(cd "$examples" && ls | sed 's/\.c$//')
check "every example has 20 to 60 lines" [ -z "$(cd "$examples" && wc -l -- *.c | awk '$2 != "total" && ($1 < 20 || $1 > 60)')" ]

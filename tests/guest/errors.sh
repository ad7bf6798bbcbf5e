#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad input and bad machines: one clear line, the right exit code, nothing attached.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

usage() { # usage NAME TEXT ARGUMENT...: exit 2 and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 2 bccwatch "$@"
	check_lines "$name: says why" 1 "$text" "$tmp/said"
}
usage "no command" "which command?"
usage "an unknown command" "no command 'traec'" traec
usage "an unknown option" "unknown option --nope" trace --nope
usage "an unknown letter" "unknown option -X" trace -X
usage "an option before the command" "unknown option --pid" --pid 1 trace
usage "an option without its argument" "--pid needs an argument" trace --pid
usage "an argument that is none" "--verbose=1 takes no argument" trace --verbose=1
usage "a stray argument" "unexpected argument 'file'" trace file
usage "a pid that is no number" "not a process's number" trace -p 12x
usage "a negative pid" "not a process's number" trace -p -5
usage "pid 0" "not a process's number" trace -p 0
usage "a user that is not there" "neither a number nor a user's name" trace -u nobody-there
usage "an empty comm" "1 to 15 bytes" trace -n ''
usage "a comm of 16 bytes" "1 to 15 bytes" trace -n 1234567890123456
usage "no time at all" "number of seconds" trace -d 0
usage "half a second" "number of seconds" trace -d 0.5
usage "three pages" "power of two" trace --buffer-pages 3
usage "no pages" "power of two" trace --buffer-pages 0
usage "too many pages" "power of two" trace --buffer-pages 131072
usage "headers that are none" "one of installed, btf, auto" trace --headers none
usage "a hook that is none" "one of kprobe, tracepoint, auto" trace --via fentry

failure() { # failure NAME TEXT ARGUMENT...: exit 1 and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 1 "$@"
	check_lines "$name: says why" 1 "$text" "$tmp/said"
}
failure "a process that is not there" "cannot find process 4194000: there is no such process" bccwatch trace -p 4194000
failure "not root" "needs root" setpriv --reuid 1234 --clear-groups bccwatch trace
failure "a source that is not there" "cannot read the source '/none.c': No such file" bccwatch trace --source /none.c
failure "a folder as source" "Is a directory" bccwatch trace --source /tmp
# None of these is about headers, and BTF's are read faster.
btf=(--headers btf)
printf 'int x;\0' >"$tmp/nul.c"
: >"$tmp/empty.c"
failure "a source without a program" "has no program" bccwatch trace "${btf[@]}" --source "$tmp/empty.c"
failure "a source without a table for events" "no BPF_PERF_OUTPUT table" \
	bccwatch trace "${btf[@]}" --source <(echo 'int raw_tracepoint__sys_enter(void *ctx) { return 0; }')
failure "a source with a NUL byte" "it has a NUL byte at offset 6" bccwatch trace --source "$tmp/nul.c"
head -c 9000000 /dev/zero | tr '\0' ' ' >"$tmp/large.c"
failure "a source too large" "it is larger than 8 MB" bccwatch trace --source "$tmp/large.c"

printf '\n\nint kprobe__do_filp_open(void *ctx) { return nonsense; }' >"$tmp/bad.c"
failure "a source that does not compile" "$tmp/bad.c:3:46: error: use of undeclared identifier 'nonsense'" \
	bccwatch trace "${btf[@]}" --source "$tmp/bad.c"
check_lines "one error is said once" 1 "undeclared" "$tmp/said"
echo 'int plain(void *ctx) { return 0; }' >"$tmp/plain.c"
failure "a function that names no hook" "nothing attaches the function 'plain'" bccwatch trace "${btf[@]}" --source "$tmp/plain.c"
echo 'int tracepoint__syscalls__sys_enter_nope(void *ctx) { return 0; }' >"$tmp/tp.c"
failure "a tracepoint that is not there" "cannot attach tracepoint 'syscalls:sys_enter_nope': no such tracepoint" bccwatch trace "${btf[@]}" --source "$tmp/tp.c"
echo 'BPF_PERF_OUTPUT(e); int raw_tracepoint__nope(void *ctx) { return 0; }' >"$tmp/raw.c"
failure "a raw tracepoint that is not there" "cannot attach raw tracepoint 'nope': no such raw tracepoint" bccwatch trace "${btf[@]}" --source "$tmp/raw.c"
cat >"$tmp/verifier.c" <<'END'
int raw_tracepoint__sys_enter(void *ctx) { return *(int *)(bpf_get_current_pid_tgid() | 1); }
END
failure "a program that the verifier refuses" "refuses the program 'raw_tracepoint__sys_enter'" \
	bccwatch trace "${btf[@]}" --source "$tmp/verifier.c"
check "the verifier's last words are shown" grep -q '^processed [0-9]* insns' "$tmp/said"
echo 'static u64 n; int raw_tracepoint__sys_enter(void *ctx) { n++; return n > 5; }' >"$tmp/global.c"
failure "a global variable" "uses a global variable" bccwatch trace "${btf[@]}" --source "$tmp/global.c"
cat >"$tmp/lookup.c" <<'END'
const u32 limit = 5; // lies where the table would, for which the compiler then puts 4
static const u32 lookup[] = {7, 3, 9, 1, 11, 2, 13, 4};
int raw_tracepoint__sys_enter(void *ctx)
{
	u32 x = 0;

	bpf_probe_read_kernel(&x, sizeof(x), &lookup[bpf_get_current_pid_tgid() & 7]);
	return x > limit;
}
END
failure "a lookup table" "uses a global variable, a lookup table" bccwatch trace "${btf[@]}" --source "$tmp/lookup.c"
echo 'int raw_tracepoint__sys_enter(void *ctx) { return 0; }' >"$tmp/mute.c"
failure "a filter on a source that has none" "no map 'filter'" bccwatch trace "${btf[@]}" --source "$tmp/mute.c" -u 0
if has_kprobes; then
	echo 'int kprobe__no_such_function(void *ctx) { return 0; }' >"$tmp/gone.c"
	failure "a function that this kernel has not" "cannot attach kprobe 'no_such_function': no such function" \
		bccwatch trace "${btf[@]}" --via kprobe --source "$tmp/gone.c"
	echo 'int kprobe__kprobe_dispatcher(void *ctx) { return 0; }' >"$tmp/black.c"
	failure "a function that must not be probed" "is on the kprobe blacklist" \
		bccwatch trace "${btf[@]}" --via kprobe --source "$tmp/black.c"
	sed 's/int KPROBE_OPEN(/int kprobe__no_such_function(/' "$src/trace.c" >"$tmp/auto.c"
	check_status "auto falls to the tracepoint where the function is not there" 0 \
		bccwatch trace "${btf[@]}" -d 1 --source <(cat "$tmp/auto.c") # which can be read once
	check_lines "and says so" 1 "using the tracepoints" "$tmp/said"
	echo 'int kprobe__do_sys_openat2(void *ctx) { return bpf_override_return(ctx, -13); }' >"$tmp/override.c"
	if [ -e /sys/kernel/debug/error_injection/list ]; then
		failure "an override of a function that can't be" "similar functions that can be overridden: " bccwatch trace "${btf[@]}" --source "$tmp/override.c"
		check "names what can be" grep -q '__x64_sys_openat,' "$tmp/said"
	else
		failure "an override where the kernel has none" "CONFIG_BPF_KPROBE_OVERRIDE" bccwatch trace "${btf[@]}" --source "$tmp/override.c"
	fi
	check_lines "and the verifier was not asked" 0 "refuses" "$tmp/said"
else
	skip "kprobes that can't be" "this kernel has none"
fi

umount /sys/kernel/debug/tracing 2>/dev/null
umount -l /sys/kernel/debug
echo 'TRACEPOINT_PROBE(syscalls, sys_enter_close) { return args->fd < 0; }' >"$tmp/close.c"
case $(uname -r) in
5.*)
	needed=debugfs
	failure "tracepoints without debugfs" "debugfs is not mounted" bccwatch trace --via tracepoint
	failure "run: tracepoints without debugfs" "incomplete definition of type 'struct tracepoint__syscalls__sys_enter_close'" \
		bccwatch run "${btf[@]}" -d 1 "$tmp/close.c"
	;;
*)
	needed=tracefs
	check_status "tracepoints need no debugfs" 0 bccwatch trace --via tracepoint -d 1
	check_status "run: tracepoints need no debugfs" 0 bccwatch run "${btf[@]}" -d 1 "$tmp/close.c"
	;;
esac
umount /sys/kernel/tracing
failure "no tracefs" "$needed is not mounted" bccwatch trace --via tracepoint
if has_kprobes; then check_status "the kprobe needs no tracefs" 0 bccwatch trace --via kprobe -d 1; fi
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug

if [ ! -e /sys/kernel/kheaders.tar.xz ]; then
	mv /lib/modules /lib/modules.away
	mount -t tmpfs tmpfs /sys/kernel/btf
	failure "no kernel headers" "no headers of the running kernel $(uname -r)" bccwatch trace
	check_lines "and which package has them" 1 "apt install linux-headers-$(uname -r)" "$tmp/said"
	failure "no BTF" "there is no /sys/kernel/btf/vmlinux" bccwatch trace --headers btf
	umount /sys/kernel/btf
	mv /lib/modules.away /lib/modules
else
	skip "no kernel headers" "this kernel brings them itself"
fi
mv /usr/libexec/bccwatch "$tmp/libexec"
failure "no compiler" "it is neither beside this program nor installed with it" bccwatch trace
mv "$tmp/libexec" /usr/libexec/bccwatch
mv "$src" "$tmp/bpf_src"
failure "no programs" "bpf_src is neither" bccwatch trace
mv "$tmp/bpf_src" "$src"
check "nothing is left after all that" nothing_attached

check_status "--version" 0 bccwatch --version
check_status "--help" 0 bccwatch trace --help
check_status "help needs no root" 0 setpriv --reuid 1234 --clear-groups bccwatch --help
check_status "help to a full disk fails" 1 sh -c 'exec bccwatch --help >/dev/full'

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Bad input and bad machines: one clear line, the right exit code, nothing attached.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

usage() { # usage NAME TEXT ARGUMENT...: exit 2 and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 2 bccwatch "$@"
	check_lines "$name, with the reason" 1 "$text" "$tmp/said"
}
usage "no command is a usage error" "no command is given"
usage "an unknown command is a usage error" "unknown command 'traec'" traec
usage "an unknown option is a usage error" "unknown option --nope" trace --nope
usage "an unknown short option is a usage error" "unknown option -X" trace -X
usage "a command's option before the command is a usage error" "unknown option --pid" --pid 1 trace
usage "an option without its argument is a usage error" "--pid needs an argument" trace --pid
usage "an argument of an option that takes none is a usage error" "--verbose=1 takes no argument" trace --verbose=1
usage "block with an unexpected argument is a usage error" "unexpected argument 'file'" block --name x file
usage "--pid: text is a usage error" "not a process number" trace -p 12x
usage "--pid: a negative number is a usage error" "not a process number" trace -p -5
usage "--pid: 0 is a usage error" "not a process number" trace -p 0
usage "--uid: an unknown user is a usage error" "neither a number nor a user name" trace -u nobody-there
usage "--comm: an empty name is a usage error" "1 to 15 bytes" trace -n ''
usage "--comm: a name of 16 bytes is a usage error" "1 to 15 bytes" trace -n 1234567890123456
usage "--duration: 0 is a usage error" "not a time" trace -d 0
usage "--duration: a fraction is a usage error" "not a time" trace -d 0.5
usage "--duration: less than a millisecond is a usage error" "the least is 1ms" trace -d 5us
usage "block --self-test: less than a second is a usage error" "the least is 1 second" block --path /x --self-test 500ms
usage "--buffer-pages: 3 is a usage error" "power of two" trace --buffer-pages 3
usage "--buffer-pages: 0 is a usage error" "power of two" trace --buffer-pages 0
usage "--buffer-pages: more than the maximum is a usage error" "power of two" trace --buffer-pages 131072
usage "--headers: an unknown kind is a usage error" "one of installed, btf, auto" trace --headers none
usage "--via: an unknown hook is a usage error" "one of fexit, kprobe, tracepoint, auto" trace --via fentry
usage "trace: nothing behind -- is a usage error" "there is no command behind '--'" trace --ops all --
usage "trace: an empty path is a usage error" "a path has 1 to 4095 bytes" trace ''
usage "--ops: an unknown operation is a usage error" "--ops nope: no such operation" trace --ops open,nope
usage "--fields: an unknown field is a usage error" "--fields nope: no such field" trace --fields pid,nope
usage "--path: a malformed glob is a usage error, with its place" "there is no ] for this [ (byte 4)" trace --path '/a/[b'
usage "--path: a relative glob is a usage error" "begins with / or **" trace --path '*.log'
usage "--name: a slash is a usage error" "a name has no slash" trace --name 'a/b'
usage "--errno: an unknown error is a usage error" "neither the name of an error nor its number" trace --errno ENOPE
usage "--min-latency: a number without a unit is a usage error" "a time with its unit" trace --min-latency 10
usage "--min-bytes: another unit is a usage error" "not a number of bytes" trace --ops all --min-bytes 1T
usage "--mnt-ns: text is a usage error" "neither a mount namespace's number nor pid:PID" trace --mnt-ns x
usage "--flag-filter: an unknown flag is a usage error" "not a flag of open" trace -f O_NOPE
usage "--max-events: 0 is a usage error" "not a number from 1 on" trace --max-events 0
usage "--children alone is a usage error" "--children needs --pid" trace --children
usage "--as-root alone is a usage error" "only for a command" trace --as-root
usage "--via kprobe with a path is a usage error" "show only the names given to opens" trace --via kprobe /etc
usage "trace: --unit twice is a usage error" "it can be given once" trace --unit a --unit b

failure() { # failure NAME TEXT ARGUMENT...: exit 1 and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 1 "$@"
	check_lines "$name, with the reason" 1 "$text" "$tmp/said"
}
failure "trace --pid of a process that does not exist fails" "cannot find process '4194000': there is no such process" bccwatch trace -p 4194000
failure "trace -o: a directory that does not exist is reported before the compilation" "cannot write to '/nodir/x': its directory '/nodir/': No such file" \
	bccwatch trace -o /nodir/x --source /none.c
failure "trace by another user than root fails" "needs root" setpriv --reuid 1234 --clear-groups bccwatch trace
failure "--source: a missing file fails" "cannot read the source '/none.c': No such file" bccwatch trace --source /none.c
failure "--source: a directory fails" "Is a directory" bccwatch trace --source /tmp
# None of these is about headers, and BTF's are read faster.
btf=(--headers btf)
printf 'int x;\0' >"$tmp/nul.c"
: >"$tmp/empty.c"
failure "--source: a file without a program fails" "has no program" bccwatch trace "${btf[@]}" --source "$tmp/empty.c"
failure "--source: a file without a table for events fails" "no BPF_PERF_OUTPUT table" \
	bccwatch trace "${btf[@]}" --source <(echo 'int raw_tracepoint__sys_enter(void *ctx) { return 0; }')
failure "--source: a file with a NUL byte fails" "it has a NUL byte at offset 6" bccwatch trace --source "$tmp/nul.c"
head -c 9000000 /dev/zero | tr '\0' ' ' >"$tmp/large.c"
failure "--source: a file larger than 8 MB fails" "it is larger than 8 MB" bccwatch trace --source "$tmp/large.c"

printf '\n\nint kprobe__do_filp_open(void *ctx) { return nonsense; }' >"$tmp/bad.c"
failure "--source: a file that does not compile fails" "$tmp/bad.c:3:46: error: use of undeclared identifier 'nonsense'" \
	bccwatch trace "${btf[@]}" --source "$tmp/bad.c"
check_lines "--source: an error of the compiler is printed once" 1 "undeclared" "$tmp/said"
echo 'int plain(void *ctx) { return 0; }' >"$tmp/plain.c"
failure "--source: a function whose name is no hook fails" "cannot attach 'plain': its name has no probe prefix" bccwatch trace "${btf[@]}" --source "$tmp/plain.c"
echo 'int tracepoint__syscalls__sys_enter_nope(void *ctx) { return 0; }' >"$tmp/tp.c"
failure "--source: a missing tracepoint fails" "cannot attach tracepoint 'syscalls:sys_enter_nope': no such tracepoint" bccwatch trace "${btf[@]}" --source "$tmp/tp.c"
echo 'BPF_PERF_OUTPUT(e); int raw_tracepoint__nope(void *ctx) { return 0; }' >"$tmp/raw.c"
failure "--source: a missing raw tracepoint fails" "cannot attach raw tracepoint 'nope': no such raw tracepoint" bccwatch trace "${btf[@]}" --source "$tmp/raw.c"
cat >"$tmp/verifier.c" <<'END'
int raw_tracepoint__sys_enter(void *ctx) { return *(int *)(bpf_get_current_pid_tgid() | 1); }
END
failure "--source: a program that the verifier refuses fails" "rejects the program 'raw_tracepoint__sys_enter'" \
	bccwatch trace "${btf[@]}" --source "$tmp/verifier.c"
check "--source: the last lines of the verifier are printed" grep -q '^processed [0-9]* insns' "$tmp/said"
echo 'static u64 n; int raw_tracepoint__sys_enter(void *ctx) { n++; return n > 5; }' >"$tmp/global.c"
failure "--source: a global variable is compiled; the missing table for events fails" "no BPF_PERF_OUTPUT table" bccwatch trace "${btf[@]}" --source "$tmp/global.c"
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
failure "--source: a lookup table is compiled; the missing table for events fails" "no BPF_PERF_OUTPUT table" bccwatch trace "${btf[@]}" --source "$tmp/lookup.c"
echo 'int raw_tracepoint__sys_enter(void *ctx) { return 0; }' >"$tmp/mute.c"
failure "--source: a filter on a program without one fails" "no map 'filter'" bccwatch trace "${btf[@]}" --source "$tmp/mute.c" -u 0
if has_kprobes; then
	echo 'int kprobe__no_such_function(void *ctx) { return 0; }' >"$tmp/gone.c"
	failure "--source: a kprobe on a missing function fails" "cannot attach kprobe 'no_such_function': no such function" \
		bccwatch trace "${btf[@]}" --via kprobe --source "$tmp/gone.c"
	echo 'int kprobe__kprobe_dispatcher(void *ctx) { return 0; }' >"$tmp/black.c"
	failure "--source: a kprobe on a blacklisted function fails" "is on the kprobe blacklist" \
		bccwatch trace "${btf[@]}" --via kprobe --source "$tmp/black.c"
	sed 's/int KPROBE_OPEN(/int kprobe__no_such_function(/' "$src/trace.c" >"$tmp/auto.c"
	check_status "trace --via auto uses the tracepoints where the function does not exist" 0 \
		bccwatch trace "${btf[@]}" -d 1 --source <(cat "$tmp/auto.c") # which can be read once
	check_lines "trace --via auto reports that it uses the tracepoints" 1 "using the tracepoints" "$tmp/said"
	echo 'int kprobe__do_sys_openat2(void *ctx) { return bpf_override_return(ctx, -13); }' >"$tmp/override.c"
	if [ -e /sys/kernel/debug/error_injection/list ]; then
		failure "--source: an override of a function that can't be overridden fails" "similar functions that can be overridden: " bccwatch trace "${btf[@]}" --source "$tmp/override.c"
		check "--source: the error for an override names functions that can be overridden" grep -q '__x64_sys_openat,' "$tmp/said"
	else
		failure "--source: an override fails where the kernel has none" "CONFIG_BPF_KPROBE_OVERRIDE" bccwatch trace "${btf[@]}" --source "$tmp/override.c"
	fi
	check_lines "--source: an override that can't work is refused before the verifier is asked" 0 "rejects" "$tmp/said"
else
	skip "--source: kprobes that can't be attached: all" "this kernel has none"
fi

umount /sys/kernel/debug/tracing 2>/dev/null
umount -l /sys/kernel/debug
echo 'TRACEPOINT_PROBE(syscalls, sys_enter_close) { return args->fd < 0; }' >"$tmp/close.c"
case $(uname -r) in
5.*)
	needed=debugfs
	failure "trace --via tracepoint fails without debugfs" "debugfs is not mounted" bccwatch trace --via tracepoint
	failure "run: a tracepoint fails without debugfs" "incomplete definition of type 'struct tracepoint__syscalls__sys_enter_close'" \
		bccwatch run "${btf[@]}" -d 1 "$tmp/close.c"
	;;
*)
	needed=tracefs
	check_status "trace --via tracepoint needs no debugfs" 0 bccwatch trace --via tracepoint -d 1
	check_status "run: a tracepoint needs no debugfs" 0 bccwatch run "${btf[@]}" -d 1 "$tmp/close.c"
	;;
esac
umount /sys/kernel/tracing
failure "trace --via tracepoint fails without tracefs" "$needed is not mounted" bccwatch trace --via tracepoint
if has_kprobes; then check_status "trace --via kprobe needs no tracefs" 0 bccwatch trace --via kprobe -d 1; fi
mount -t tracefs tracefs /sys/kernel/tracing
mount -t debugfs debugfs /sys/kernel/debug

if [ ! -e /sys/kernel/kheaders.tar.xz ]; then
	mv /lib/modules /lib/modules.away
	mount -t tmpfs tmpfs /sys/kernel/btf
	failure "trace without kernel headers and BTF fails" "no headers of the running kernel $(uname -r)" bccwatch trace
	check_lines "trace without kernel headers and BTF names the package to install" 1 "apt install linux-headers-$(uname -r)" "$tmp/said"
	failure "trace --headers btf without BTF fails" "there is no /sys/kernel/btf/vmlinux" bccwatch trace --headers btf
	umount /sys/kernel/btf
	mv /lib/modules.away /lib/modules
else
	skip "trace without kernel headers and BTF fails" "this kernel brings them itself"
fi
mv /usr/libexec/bccwatch "$tmp/libexec"
failure "trace without bccwatch-compile fails" "it is neither beside this program nor installed with it" bccwatch trace
mv "$tmp/libexec" /usr/libexec/bccwatch
mv "$src" "$tmp/bpf_src"
failure "trace without bpf_src fails" "cannot find bpf_src: it is neither" bccwatch trace
mv "$tmp/bpf_src" "$src"
check "after all failures nothing is left attached" nothing_attached

check_status "bccwatch --version succeeds" 0 bccwatch --version
check "bccwatch --version prints a version" shows '^bccwatch [0-9]' "$tmp/said"
check_status "trace --help succeeds" 0 bccwatch trace --help
check "trace --help prints the usage" shows '^Usage: bccwatch trace' "$tmp/said"
check_status "bccwatch --help needs no root" 0 setpriv --reuid 1234 --clear-groups bccwatch --help
check "bccwatch --help prints the usage" shows '^Usage: bccwatch' "$tmp/said"
check_status "bccwatch --help to a full disk fails" 1 sh -c 'exec bccwatch --help >/dev/full'

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# probe: what it prints of functions and tracepoints is compared with attaching to them, and with what other tools print.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
bpftool=$(command -v bpftool || command -v /usr/sbin/bpftool)
filters=/sys/kernel/tracing/available_filter_functions
part=1
draw() { shuf --random-source=<(yes "$(uname -r)") -n $(($1 / part)); } # the same ones each time
functions() { awk '$2 ~ /^[tTwW]$/' /proc/kallsyms; }

check_status "probe without an argument is a usage error" 2 bccwatch probe
check_status "probe: a name with a slash is a usage error" 2 bccwatch probe a/b
check_status "probe: functions that do not exist fail" 1 bccwatch probe vfs_opem openat $'x\e[31m' sched:sched_swich
check "probe: a similar function is suggested" grep -q "similar .*vfs_open" said
check_lines "probe: the name of a system call leads to its function" 1 "__x64_sys_openat: the system call" said
check_lines "probe: a control character in a name is escaped" 1 'x\x1b[31m' said
check_lines "probe: a similar tracepoint is suggested" 1 "sched:sched_switch" said
has_kprobes
check_status "probe: functions that exist succeed if they can be probed" $? bccwatch probe --expand do_sys_openat2 vfs_read sched:sched_process_exec
check_lines "probe prints the signature of a function" 1 "ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)" said
check_lines "probe --expand prints the struct of a parameter" 1 "struct open_how {" said
check_lines "probe --expand prints the members of a struct" 1 "__u64 resolve;" said
check_lines "probe --expand prints the struct of a tracepoint" 1 "struct tracepoint__sched__sched_process_exec {" said
check_status "probe: an LSM hook succeeds if bpf is a security module" $(($(grep -c bpf /sys/kernel/security/lsm) == 0)) bccwatch probe lsm:file_open

# Drawn ones, each by trying: a program is attached, and taken back. Most of them on the newest kernel, for it takes its
# time: before Linux 6.2 a kernel goes through all of its symbols to find one.
part=6
! is_default_guest || part=4
case $(uname -r) in [1-6].*) ;; *) part=2 ;; esac
! is_soak || part=1
touch traceable any init doubles notrace security
cut -d'	' -f1 /sys/kernel/debug/error_injection/list >errors 2>/dev/null
[ -e $filters ] || filters=/dev/null
awk 'FILENAME != "/proc/kallsyms" {if (!/__ftrace_invalid/) {traced[$1]; print $1 >"traceable"} next}
	$3 == "_sinittext" {init = 1} $3 == "_einittext" {init = 0}
	$2 !~ /^[tTwW]$/ || $3 ~ /^__pfx_/ {next}
	{print $3 >"any"}
	init {print $3 >"init"}
	$4 {next}
	seen[$3]++ == 1 {print $3 >"doubles"}
	!($3 in traced) {print $3 >"notrace"}
	$3 ~ /^security_/ {print $3 >"security"}' $filters /proc/kallsyms
[ -s traceable ] || : >notrace # without ftrace that is no reason
awk '{print $2}' /sys/kernel/debug/kprobes/blacklist >black 2>/dev/null
for list in traceable:210 any:40 doubles:60 black:50 init:50 notrace:80 security:30 errors:40; do
	draw "${list#*:}" <"${list%:*}"
done | sort -u >placed
mapfile -t names <placed
bccwatch probe --json "${names[@]}" >printed.json
sed -E 's/^\{"function":"([^"]*)".*"modules":\["?([^],"]*).*"kprobe":\{"can":([a-z]+).*"fentry":\{"can":([a-z]+).*"fmod_ret":\{"can":([a-z]+).*"override":\{"can":([a-z]+).*/\1 \3 \4 \5 \6 \2/' printed.json >printed
check "probe --json: an object for each of the names drawn (${#names[@]})" [ "$(wc -l <printed)" = ${#names[@]} ]

# compare KIND COLUMN SOME: what probe prints in the column of `printed`, and what attaching to what is in `tried` gave; where SOME is
# not empty, some of them can be.
compare() {
	local can cannot open
	sed "s/^/$1 /" tried | "$fixtures/attach" | awk '{print $2, $3 == 0 ? "true" : "false", $3}' >really
	awk -v column="$2" 'NR == FNR {printed[$1] = $column; next}
		{n[$2]++; if (printed[$1] == "null") open++; else if (printed[$1] != $2) print $1, "printed:" printed[$1], "errno:" $3 >"wrong"}
		END {print n["true"] + 0, n["false"] + 0, open + 0 >"counts"}' printed really
	read -r can cannot open <counts
	if [ -s wrong ]; then
		fail "probe: $1: what it says of the functions drawn is confirmed by attaching" "$(cat wrong)"
	elif [ "$(wc -l <really)" != "$(wc -l <tried)" ] || [ "${3:+$can}" = 0 ]; then
		fail "probe: $1: the functions drawn were tried, and some could be attached" "$(wc -l <really) of $(wc -l <tried), $can"
	else
		pass "probe: $1: what it says of the functions drawn is confirmed by attaching"
		echo "# $1: $can can be attached, $cannot can't; of $open it is left open"
	fi
	rm -f wrong
}
cp placed tried
compare kprobe 2 "$(has_kprobes && echo some)"
# The fixture does not look into the modules' types; its own dispatchers BPF patches without ftrace.
awk '!$6 && !/^bpf_dispatcher_/ {print $1}' printed | draw 80 >tried
compare fentry 3 some
{ grep '^security_' placed; head -n 20 tried; } >tried.more
mv tried.more tried
compare fmod_ret 4 some
{ grep -xFf errors placed; head -n 20 placed; } | sort -u >tried
compare override 5 "$(tr -d "\n" <errors)"

# Against what others make of the same kernel.
same_lists() { [ -s "$1" ] && diff "$1" "$2"; }
if [ -n "$bpftool" ] && command -v bpftrace perf python3 >others && [ "$(wc -l <others)" = 3 ]; then
	{ draw $((220 * part)) <traceable && cat placed; } | sort -u >drawn
	mapfile -t names <drawn # not as root: nothing is tried, which takes long here
	setpriv --reuid 1234 --clear-groups bccwatch probe --json "${names[@]}" >printed.json
	python3 "$fixtures/signatures.py" compare printed.json <drawn >compared
	check "probe: signatures are those of bpftool: $(tail -n 1 compared)" grep -q '^0 differ' compared
	grep -v '^0 differ' compared | head -n 20
	bpftrace -lv 'tracepoint:*' >fields 2>/dev/null
	grep '^tracepoint:' fields | draw $((100 * part)) >drawn.tracepoints
	mapfile -t names <drawn.tracepoints
	bccwatch probe "${names[@]}" | sed -nE 's/^tracepoint /tracepoint:/p; /^\t(unsigned short|unsigned char|int) common_/!s/^\t(.*); \/\/ offset.*/    \1/p' >ours
	awk 'NR == FNR {want[$0]; next} /^tracepoint:/ {on = $0 in want} on' drawn.tracepoints fields >theirs
	awk '/^tracepoint:/ {name = $0} {print name, $0}' ours | sort >ours.sorted
	awk '/^tracepoint:/ {name = $0} {print name, $0}' theirs | sort >theirs.sorted
	check "probe: fields of ${#names[@]} tracepoints are those of bpftrace" same_lists ours.sorted theirs.sorted
	bccwatch probe -l 'tracepoint:*' | sort -u >listed.ours
	bpftrace -l 'tracepoint:*' 2>/dev/null | sort -u >listed.theirs
	check "probe -l lists the tracepoints that bpftrace lists" same_lists listed.ours listed.theirs
	perf probe -F --filter '*' 2>/dev/null | sort -u >perf
	awk '$2 == "true" && !$6 {print $1}' printed | sort -u >possible
	check "probe: perf probe lists every function that can be probed" [ -s possible -a -z "$(comm -23 possible perf | tee missing)" ]
	head missing
else
	skip "probe: comparison with other tools" "bpftool, bpftrace, perf and python3 are not all here"
fi
if has_kprobes; then
	bccwatch probe -l 'kprobe:*' | sed 's/^kprobe://' | draw 50 | sed 's/^/kprobe /' | tee listed | "$fixtures/attach" >really
	check "probe -l: functions of the list can be attached" [ -s listed -a "$(grep -c ' 0$' really)" = "$(wc -l <listed)" ]
else
	skip "probe -l: functions of the list can be attached" "this kernel has no kprobes"
fi
check "probe -c -l counts only the kind that was asked for" [ "$(bccwatch probe -c -l 'tracepoint:sched:sched_switch')" = "tracepoint 1" ]
check_status "probe -l without a match fails" 1 bccwatch probe -l 'lsm:no_such_*'

# Programs to begin with: their strings are a program's and the kernel's, in a function, a system call and a tracepoint.
stubs=(do_sys_openat2)
case $(uname -r) in
5.* | 7.*) stubs+=(openat) ;;
6.1.*cloud*) stubs+=(do_filp_open) ;;
*) stubs+=(sched:sched_process_exec) ;;
esac
has_kprobes || stubs+=(lsm:file_open)
headers=() # the first by what --headers auto chooses, as users do; the others by BTF, which is faster
for name in "${stubs[@]}"; do
	bccwatch probe --stub "$name" >stub.c || fail "a stub of $name"
	start_command run stub.c "${headers[@]}" || continue
	cat /etc/hostname >/dev/null
	stop INT
	check "probe --stub: the program of $name runs as it is" grep -q ' events PID=[0-9]* COMM=[a-z]* ' "$out"
	headers=(--headers btf)
	[[ $name = lsm:* ]] ||
		check "probe --stub: the program of $name reads strings" grep -qE 'COMM=(cat|bash) .*NAME=(/etc/hostname|/usr/bin/cat)' "$out"
done

check_status "probe --return without --stub is a usage error" 2 bccwatch probe --return vfs_unlink
! has_kprobes || check_status "probe --stub --latency takes a system call" 0 bccwatch probe --stub --latency openat
! has_kprobes || check_lines "probe --stub --latency of a system call has its end" 1 "int kretprobe__sys_openat(" "$tmp/said"
# What the pointers of a stub lead to is shown: each program is run while that is done.
mkdir -p "$tmp/t/d/e"
described() { # NAME FUNCTION PATTERN COMMAND...
	local name=$1 function=$2 pattern=$3
	shift 3
	bccwatch probe --stub "$function" >stub.c && start_command run stub.c --headers btf || { fail "$name" "$(cat "$err")" && return; }
	"$@" >/dev/null 2>&1
	stop INT
	check "$name" grep -qE "$pattern" "$out"
}
if has_kprobes; then
	for options in --return --latency; do
		bccwatch probe --stub "$options" vfs_unlink >stub.c && start_command run stub.c --headers btf && : >"$tmp/unlinked" && rm "$tmp/unlinked" && stop INT
		check "probe --stub $options: the result is shown" grep -q "COMM=rm RESULT=0$([ "$options" = --return ] || echo ' LATENCY_NS=[1-9]')" "$out"
	done
	: >"$tmp/t/d/e/f"
	described "probe --stub: a dentry is its name and path, an inode its path" vfs_unlink \
		"COMM=rm .*DIR=$tmp/t/d/e NAME=f PATH=$tmp/t/d/e/f .*DIR_INO=$(stat -c %i "$tmp/t/d/e")" rm "$tmp/t/d/e/f"
	: >"$tmp/t/file"
	described "probe --stub: a file is its path, device and inode number" security_file_open \
		"COMM=cat .*FILE=$tmp/t/file .*FILE_DEV=$(stat -c %d "$tmp/t/file") FILE_INO=$(stat -c %i "$tmp/t/file")" cat "$tmp/t/file"
	described "probe --stub: a path is a path" security_inode_getattr "COMM=stat PATH=$tmp/t/file " stat "$tmp/t/file"
	! is_default_guest || described "probe --stub: a path that is too long has its end" security_file_open 'COMM=cat .*FILE=\.\.\.[^ ]*/proc-1 ' \
		sh -c 'cd "$1" && for i in 1 2 3 4 5 6 7 8; do mkdir -p "a-long-name-of-a-directory-$i" && cd "a-long-name-of-a-directory-$i"; done; : >proc-1; exec cat proc-1' sh "$tmp/t"
	! is_default_guest || described "probe --stub: a task is its PID and comm" wake_up_new_task "COMM=$(cut -c1-15 /proc/$$/comm) P_PID=[0-9]+ P_COMM=" sh -c :
	! is_default_guest || described "probe --stub: a socket is its addresses" tcp_connect 'COMM=perl SK_LOCAL=127\.0\.0\.1:[0-9]+ SK_REMOTE=127\.0\.0\.1:9$' \
		perl -MIO::Socket::INET -e 'IO::Socket::INET->new("127.0.0.1:9")'
else
	bccwatch probe --stub --latency fentry:vfs_unlink >stub.c && start_command run stub.c --headers btf && : >"$tmp/unlinked" && rm "$tmp/unlinked" && stop INT
	check "probe --stub --latency: the result is shown" grep -q "COMM=rm RESULT=0 LATENCY_NS=[1-9]" "$out"
	described "probe --stub: a file is its path, device and inode number" lsm:file_open "COMM=cat .*FILE=/etc/hostname " cat /etc/hostname
	skip "probe --stub: pointers to other structs" "this kernel has no kprobes"
fi

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: what is forbidden is stopped, whatever the way; nothing else is.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/block # on a disk's file system
mkdir "$home" && cd "$home" || exit
start_block() { start_command block "$@"; }
stopped() { sed -n 's/^\([0-9]*\) accesses .*/\1/p' "$err"; }

# The most attempts and files on the default guest, for they take their time; attempts also on the one that preempts in the
# kernel.
many=10000 whole=''
deep=4000 deeper=4500 # folders that are looked at, and are not
case $(uname -r) in
5.10.*) deep=900 deeper=1500 ;;
6.1.0-*-cloud-*) many=100000 whole=1 ;;
7.*) many=100000 ;;
esac
[ "$whole" ] || skip "17,000 files" "they take long; on the default guest"

usage() { # usage NAME TEXT ARGUMENT...: exit 2 and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 2 bccwatch block "$@"
	check_lines "$name: says why" 1 "$text" "$tmp/said"
}
usage "no rule" "what is forbidden?"
usage "an empty name" "at least one byte" --name ''
usage "a name with a slash" "no slash" --name a/b
usage "a name of 256 bytes" "at most 255 bytes" --name "$(printf 'n%.0s' $(seq 256))"
usage "an action that is none" "one of kill, deny" --name x -a stop
usage "an error that is none" "--errno EFOO" --name x --errno EFOO
usage "a hook that is none" "one of lsm" --name x --hook lms
usage "deny by a signal" "can't refuse" --name x -a deny --hook signal
usage "a path by an override" "--path and --dir need" --path x --hook override
printf 'name a\n\n# nothing\n path "/x y"\nnome b\n' >rules
usage "a rules file with a bad line" "rules:5: a rule begins with" --rules rules
printf 'name "a\\q"\n' >rules
usage "a bad escape" "rules:1: in quotes a backslash" --rules rules
printf 'name "a' >rules
usage "no closing quote" "rules:1: there is no closing quote" --rules rules
check_status "not root" 1 setpriv --reuid 1234 --clear-groups bccwatch block --name x

# The hook that is taken; every test below is for what it can do.
if ! start_block --dry-run --name block_test.c; then
	exit 1
fi
echo x >block_test.c
cat block_test.c >/dev/null
stop INT
hook=$(sed -n 's/^Hook: LSM .*/lsm/p; s/^Hook: fmod_ret .*/fmod_ret/p; s/^Hook: signal .*/signal/p' "$err")
echo "# hook: $hook"
strongest=fmod_ret
! grep -q '\<bpf\>' /sys/kernel/security/lsm || strongest=lsm
check "the strongest hook is taken" [ "$hook" = $strongest ]
if [ $strongest != lsm ]; then
	check_status "LSM without bpf in the kernel's list" 1 bccwatch block --name x --hook lsm
	check_lines "is told before it is tried" 1 "bpf is not among the kernel's security modules" "$tmp/said"
	umount /sys/kernel/security
	check_status "where there is no list" 1 bccwatch block --name x --hook lsm
	check_lines "the try tells" 1 "a try of it stopped nothing" "$tmp/said"
	mount -t securityfs securityfs /sys/kernel/security
	skip "LSM: all" "bpf is not among the kernel's security modules"
fi
check "--dry-run tells, and stops nobody" grep -q "COMM=cat tried to open forbidden file $home/block_test.c, would be denied.\$" "$out"
check_lines "its closing line" 1 " accesses would have been stopped" "$err"

# Every way, with each kind of rule; several kinds at once, each in a folder of its own.
long=$(printf 'n%.0s' $(seq 255)) folders=$(printf 'x/%.0s' $(seq 300))
rules_of() { # rules_of KIND DIR: into the array rules
	case $1 in
	name) rules+=(--name secret.txt --name missing.txt --name "$long") ;;
	path) rules+=(--path "$2/d/secret.txt" --path "$2/d/missing.txt" --path "$2/d/$long" --path "$2/shm/secret.txt"
		--path "$2/d/${folders}secret.txt") ;;
	dir) rules+=(--dir "$2/d" --dir "$2/shm") ;;
	esac
}
judge_ways() { # judge_ways HOOK KIND FILE: each way of the file ended as it must
	local way got want
	while read -r way got; do
		want=stopped
		! grep -qx "$1 $2 $way" "$here/ways" || want=reached
		if [ "$got" = missing ]; then skip "$1, $2: $way" "this kernel has not got it"; continue; fi
		if [ "$got" = "$want" ]; then pass "$1, $2: $way: $want"; else fail "$1, $2: $way" "$got, not $want"; fi
	done <"$3"
	check "$1, $2: all ways were tried" [ "$(wc -l <"$3")" = 41 ]
}
prepare_ways() { # prepare_ways HOOK "KIND..."
	local kind
	rules=() tried=()
	for kind in $2; do
		mkdir "$1-$kind" && "$fixtures/access" prepare "$1-$kind" || fail "$1, $kind: prepare"
		"$fixtures/access" "$1-$kind" >"$1-$kind/got" 2>&1 &
		tried+=($!)
		rules_of "$kind" "$home/$1-$kind"
	done
	sleep 0.5
}
try_ways() { # try_ways HOOK "KIND...": the rules hold
	local kind i=0
	for kind in $2; do
		touch "$1-$kind/go"
		wait "${tried[i]}"
		i=$((i + 1))
		judge_ways "$1" "$kind" "$1-$kind/got"
	done
}
ways() { # ways HOOK KIND ARGUMENT...
	local hook=$1 kind=$2
	shift 2
	prepare_ways "$hook" "$kind"
	start_block "${rules[@]}" "$@" || { kill "${tried[@]}"; return; }
	try_ways "$hook" "$kind"
	stop INT
	check "$hook: nothing is left" nothing_attached
}
[ "$hook" != lsm ] || ways fmod_ret path --hook fmod_ret -a deny
if [ "$whole" ]; then
	preempt=/sys/kernel/debug/sched/preempt
	mode=$(sed 's/.*(\(.*\)).*/\1/' "$preempt")
	for to in voluntary full; do
		echo "$to" >"$preempt"
		start_block --hook fmod_ret -a deny --path block_test.c && stop INT
		check_lines "fmod_ret's weakness is told where the kernel preempts, not where it does not: $to" \
			"$([ "$to" = full ] && echo 1 || echo 0)" "This kernel preempts" "$err"
	done
	printf 0123456789 >preempted && rm -rf preempt_dir && mkdir preempt_dir && mv preempted preempt_dir
	if [ "$hook" = lsm ]; then
		start_block --hook lsm -a deny --dir preempt_dir
		"$fixtures/access" leak preempt_dir/preempted 20000 >"$tmp/leaks"
		stop INT
		check_lines "LSM: where the kernel preempts, nothing passes in 20,000 attempts of 4 threads" 1 "leaks 0 size 10" "$tmp/leaks"
	fi
	echo "$mode" >"$preempt"
else
	skip "fmod_ret's weakness where the kernel preempts" "how it preempts is changed on the default guest alone"
fi
if has_kprobes; then
	ways signal path --hook signal
	cp -r "$src" "$tmp/byname"
	sed -i 's/kprobe__security_file_open/kprobe__no_such_function/' "$tmp/byname/block/kprobes.h"
	ways signal-name name --hook signal --headers btf --source "$tmp/byname/block.c"
	check_lines "signal-name: is what is taken where security_file_open can't be probed" 1 "Hook: signal from the kernel's open of a name" "$err"
else
	check_status "a signal where the kernel has no kprobes" 1 bccwatch block --path x --hook signal
	check_lines "is told in words" 1 "this kernel has no kprobes" "$tmp/said"
	skip "signal: all" "this kernel has no kprobes"
fi
if [ -e /sys/kernel/debug/error_injection/list ]; then
	ways override name --hook override
	start_block --name block_test.c --hook override -a deny --errno EPERM
	check "override: --action deny" sh -c 'cat block_test.c 2>&1 | grep -q "not permitted"'
	stop INT
	check_lines "override: the line has the string that was opened" 1 "COMM=cat tried to open forbidden file block_test.c, denied." "$out"
else
	check_status "an override where the kernel has none" 1 bccwatch block --name x --hook override
	check "is told before it is loaded, with what works" grep -q "CONFIG_BPF_KPROBE_OVERRIDE.*--action deny works .*LSM or fmod_ret" "$tmp/said"
	skip "override: all" "this kernel has no override"
fi

# By name; neighbours, exceptions.
mkdir block_dir && touch block_test.cc xblock_test.c other.c block_dir/x && ln block_test.c hard.c && ln -s other.c link
prepare_ways "$hook" name
mkdir layer lowest top && cp block_test.c layer && cp /bin/cat layer/tool && mount -t overlay none top -o lowerdir=layer:lowest
chmod 755 /root "$home"
start_block -a deny "${rules[@]}" --name block_test.c --except-comm excepted --except-uid 1234 --except-exe /bin/bash \
	--except-exe top/tool
try_ways "$hook" name
for i in $(seq 2500); do
	: <block_test.cc && : <xblock_test.c && : <other.c && : <block_dir/x || echo "$i"
done >"$tmp/neighbours" 2>&1
check "neighbours are untouched, in 10,000 opens" [ ! -s "$tmp/neighbours" ]
cp /bin/cat excepted
check "the excepted comm reads it" ./excepted block_test.c
check "the excepted user reads it" setpriv --reuid 1234 --clear-groups cat "$home/block_test.c"
check "the excepted user reads it by an overlay" setpriv --reuid 1234 --clear-groups cat "$home/top/block_test.c"
check "another does not" sh -c '! cat top/block_test.c'
check "the excepted program reads it" bash -c ': <block_test.c'
check "an excepted program on an overlay reads it" top/tool block_test.c
ln -sf "$home/other.c" "$tmp/block_test.c"
check "a symlink of that name that leads elsewhere is no such file" cat "$tmp/block_test.c"
check "another process does not" sh -c '! cat block_test.c'
stop INT
check_lines "one was stopped" 1 "forbidden file $home/block_test.c, denied." "$out"
umount top

# Read, write, exec.
start_block -a deny --name block_test.c --access write
check "--access write: reading is allowed" cat block_test.c
check "--access write: writing is not" bash -c '! echo x >>block_test.c'
stop INT

# By path: an inode's number that comes again (not that of a file that is held) is another file. Leaks.
echo x >renamed && old=$(stat -c %i renamed)
printf 0123456789 >leak.txt
start_block -a deny --path reused --path block_test.c --path leak.txt
check "by a hard link's name it is the same file" sh -c '! cat hard.c'
mv renamed reused
check "what is renamed to the path is guarded" sh -c '! cat reused'
rm reused
for _ in 1 2 3; do # another file of the machine's may be quicker
	for i in $(seq 200); do
		echo x >"new$i"
		[ "$(stat -c %i "new$i")" != "$old" ] || again=new$i
	done
	[ -z "${again-}" ] || break
	rm new*
	echo x >renamed && old=$(stat -c %i renamed)
	mv renamed reused && rm reused
done
check "an inode's number came again" [ -n "${again-}" ]
check "and is not taken for the old file" cat "${again-other.c}"
check "the path is guarded for what comes" bash -c '! echo y >reused'
"$fixtures/access" leak leak.txt $many >"$tmp/leaks"
stop INT
check_lines "the line has the name by which it was opened" 1 "forbidden file $home/hard.c, " "$out"
check "$many attempts, 4 threads: nothing is read, nothing truncated" grep -qx "leaks 0 size 10" "$tmp/leaks"
check "$many attempts: all counted" [ "$(stopped)" = $((many + 3)) ]
start_block -a deny --path made --access read
if [ "$whole" ]; then
	check "17,000 files made and removed at a guarded path" [ "$("$fixtures/access" cycle made 17000)" = 0 ]
fi
check "a guarded path may be written, if only reading is forbidden" sh -c 'echo x >made && ln made linked && mv made moved'
check "what was made there stays guarded under other names" sh -c '! cat linked && ! cat moved'
stop INT
start_block --path leak.txt
for i in $(seq 200); do "$fixtures/access" leak leak.txt 4; done >"$tmp/leaks" 2>/dev/null
stop INT
check "200 processes of 4 threads, killed: none gets to use a descriptor" [ ! -s "$tmp/leaks" ]
check "200 processes: the file is as it was" [ "$(stat -c %s leak.txt)" = 10 ]

# By path and folder; rules from a file, with all that a name can have in it; folders without end.
name=$'a "b"\n\tc\\'
echo x >"$name"
mkdir block_dir/dug free lower overlay away && echo x >lower/file && mount -t overlay none overlay -o "lowerdir=lower:free"
"$fixtures/access" dig block_dir/dug $deeper
"$fixtures/access" dig free $deep
printf '# rules\r\nname "a \\"b\\"\\n\\tc\\\\"\r\nname  plain name\n\ndir "%s/\\x62lock_dir"\npath other.c\n' "$home" >rules
printf 'path overlay/file\npath dangling\n' >>rules
mkdir seen && mount -t overlay none seen -o "lowerdir=block_dir:free" && ln -s target dangling
echo x >lower/free && echo x >block_dir/taken && echo x >outside
prepare_ways "$hook" "path dir"
[ ! "$whole" ] || "$fixtures/access" fill "$hook-dir/d" 17000
mkdir stacked block_dir/late two two/l two/u two/seen
mount -t tmpfs l two/l && mount -t tmpfs u two/u && mkdir two/l/d two/u/up two/u/work && echo x >two/l/d/f && echo x >two/l/p
mount -t overlay two two/seen -o lowerdir=two/l,upperdir=two/u/up,workdir=two/u/work
for _ in $(seq 12); do mount -t tmpfs none stacked; done
echo x >stacked/file
printf 'dir two/seen/d\npath two/seen/p\n' >>rules
start_block -a deny "${rules[@]}" --rules rules
mount -t tmpfs none block_dir/late
try_ways "$hook" "path dir"
for i in $(seq 200); do echo x >"two/seen/new$i"; done 2>/dev/null
rm two/seen/new*
check "on an overlay of two file systems, whose numbers meet: files that go take no guard away" sh -c '! cat two/seen/d/f && ! cat two/seen/p'
check "a name with quotes, a newline and a backslash" sh -c '! cat "$1"' sh "$name"
echo x >"plain name" 2>/dev/null
check "a name with a space is refused before it is there" [ ! -s "plain name" ]
check "a folder" sh -c '! cat block_dir/x'
check "a path" sh -c '! cat other.c'
check "all else is free" cat block_test.c
check "a path on an overlay" sh -c '! cat overlay/file'
check "a folder through an overlay of it" sh -c '! cat seen/x'
check "all else on an overlay is free" sh -c 'cat overlay/free && ls overlay'
check "a path that is a symlink to nothing: what it leads to can't be made" sh -c '! echo x >dangling 2>/dev/null && [ ! -e target ]'
"$fixtures/access" exchange outside block_dir/taken
check "what was exchanged against another stays guarded" sh -c '! cat outside'
check "what is mounted beneath a folder later: nothing can be made there" sh -c '! echo x >block_dir/late/new 2>/dev/null && [ ! -e block_dir/late/new ]'
check "twelve mounts deep, elsewhere: free" cat stacked/file
check "$deep folders deep, elsewhere: free" [ "$("$fixtures/access" bottom free $deep)" = reached ]
check "$deeper folders deep beneath: stopped" [ "$("$fixtures/access" bottom block_dir/dug $deeper)" = stopped ]
if [ "$whole" ]; then
	check "17,000 files moved beneath the folder: none needs a place" [ "$("$fixtures/access" move "$hook-dir/d" "$hook-dir/d/x" 17000)" = 0 ]
	check "17,000 files moved out: those that nobody could remember were refused" \
		[ "$("$fixtures/access" move "$hook-dir/d/x" away 17000)" -gt 500 ]
	sleep 1.5
	check "which is told at once" grep -qE '^Refused [0-9]+ links or renames' "$err"
	check "what was moved out stays guarded" sh -c '! cat away/f9'
fi
stop INT
check "what could not be judged is counted" grep -q ' accesses stopped, [1-9][0-9]* of them since they could not be judged, 0 not stopped' "$err"
[ ! "$whole" ] || check "what could not be remembered, too" grep -qE '^[0-9]+ links or renames were refused' "$err"
umount overlay seen block_dir/late two/seen two/l two/u

# If only writing is forbidden: what is too deep to tell. A folder whose files and folders move while it is searched.
# Lines that nobody can keep.
mkdir abyss stirred full && "$fixtures/access" dig abyss $deeper && mount -t tmpfs -o size=16k full full
echo x >victim && ln -sf "$home/full/out" "$tmp/out"
"$fixtures/access" stir stirred "$home/victim" & stirs=$!
start_block -a deny --dir block_dir --dir stirred --path other.c --name none --access write
kill "$stirs" || fail "nothing stirred the folder"
check "--access write: what can't be told may be read" [ "$("$fixtures/access" bottom abyss $deeper)" = reached ]
check "--access write: a folder may be read" cat block_dir/x
check "--access write: and not written" bash -c '! echo x >>block_dir/x'
check "what is put in the place of a linked file while it is looked for is not followed" bash -c 'echo x >>victim'
for _ in $(seq 300); do : >>other.c; done 2>/dev/null
sleep 1.5
check "on a full disk it goes on" bash -c '! echo x >>other.c'
stop INT
check "and says at its end what was not written" grep -qE '^30[2-4] accesses stopped.*, [0-9]+ not written' "$err"
check "which is a failure" [ "$status" = 1 ]
rm "$tmp/out" && umount full
for _ in $(seq 12); do umount stacked; done

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: every way to a protected file is denied; nothing else is.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/block # on a disk's file system
mkdir "$home" && cd "$home" || exit
start_block() { start_command block "$@"; }
not_mounted() { ! mountpoint "$1"; }
n_denied() { sed -nE 's/^([0-9]*) access(es)? .*/\1/p' "$err"; }

# Many files on the default guest alone, for they take long; many attempts in scripts/soak.
many=10000 whole=''
deep=4000 deeper=4500 # so many nested directories are looked up, and so many are not
case $(uname -r) in
5.10.*) deep=900 deeper=1500 ;;
esac
! is_default_guest || whole=1
! is_soak || many=100000
[ "$whole" ] || skip "block: 17,000 files at a protected place" "they take long; on the default guest"

usage() { # usage NAME TEXT ARGUMENT...: exit 2 and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 2 bccwatch block "$@"
	check_lines "$name, with the reason" 1 "$text" "$tmp/said"
}
usage "block without a rule is a usage error" "no rule given"
usage "block --name: an empty name is a usage error" "at least one byte" --name ''
usage "block --name: a name with a slash is a usage error" "no slash" --name a/b
usage "block --name: a name of 256 bytes is a usage error" "at most 255 bytes" --name "$(printf 'n%.0s' $(seq 256))"
usage "block --action: an unknown action is a usage error" "one of kill, deny" --name x -a stop
usage "block --errno: an unknown error is a usage error" "--errno EFOO" --name x --errno EFOO
usage "block --hook: an unknown hook is a usage error" "one of lsm" --name x --hook lms
usage "block --action deny with --hook signal is a usage error" "cannot deny an open" --name x -a deny --hook signal
usage "block --path with --hook override is a usage error" "--path and --dir need" --path x --hook override
printf 'name a\n\n# nothing\n path "/x y"\nnome b\n' >rules
usage "block --rules: a line that is no rule is a usage error" "rules:5: a rule begins with" --rules rules
printf 'name "a\\q"\n' >rules
usage "block --rules: an unknown escape in quotes is a usage error" "rules:1: in quotes a backslash" --rules rules
printf 'name "a' >rules
usage "block --rules: a missing closing quote is a usage error" "rules:1: there is no closing quote" --rules rules
check_status "block by another user than root fails" 1 setpriv --reuid 1234 --clear-groups bccwatch block --name x

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
check "block takes the strongest hook of this kernel" [ "$hook" = $strongest ]
if [ $strongest != lsm ]; then
	check_status "block --hook lsm fails where bpf is not in the kernel's list of security modules" 1 bccwatch block --name x --hook lsm
	check_lines "block --hook lsm, without bpf in the kernel's list, names the reason" 1 "cannot use hook 'lsm': bpf is not among the security modules" "$tmp/said"
	umount /sys/kernel/security
	check_status "block --hook lsm fails where the kernel's list can't be read" 1 bccwatch block --name x --hook lsm
	check_lines "block --hook lsm, without a list, fails by its own try" 1 "it was attached, but the test access was not denied" "$tmp/said"
	mount -t securityfs securityfs /sys/kernel/security
	skip "block --hook lsm: all" "bpf is not among the kernel's security modules"
fi
check "block --dry-run reports an open, and allows it" grep -q "COMM=cat tried to open forbidden file $home/block_test.c, would be denied.\$" "$out"
check_lines "block --dry-run: the closing line counts what would be denied" 1 " accesses would have been denied" "$err"

# Every way, with each kind of rule; several kinds at once, each in a directory of its own.
long=$(printf 'n%.0s' $(seq 255)) directories=$(printf 'x/%.0s' $(seq 300))
rules_of() { # rules_of KIND DIR: into the array rules
	case $1 in
	name) rules+=(--name secret.txt --name missing.txt --name "$long") ;;
	path) rules+=(--path "$2/d/secret.txt" --path "$2/d/missing.txt" --path "$2/d/$long" --path "$2/shm/secret.txt"
		--path "$2/d/${directories}secret.txt") ;;
	dir) rules+=(--dir "$2/d" --dir "$2/shm") ;;
	esac
}
check_ways() { # check_ways HOOK KIND FILE: each way of the file ended as it must
	local way got want name outcome=denied
	[[ $1 != signal* ]] || outcome=killed
	while read -r way got; do
		want=stopped name="$1: --$2: access by way of $way is $outcome"
		! grep -qx "$1 $2 $way" "$here/ways" || want=reached name="$1: --$2: access by way of $way is allowed, as in the list of limits"
		if [ "$got" = missing ]; then skip "$name" "this kernel does not have it"; continue; fi
		if [ "$got" = "$want" ]; then pass "$name"; else fail "$name" "$got, not $want"; fi
	done <"$3"
	check "$1: --$2: all 41 ways were tried" [ "$(wc -l <"$3")" = 41 ]
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
		check_ways "$1" "$kind" "$1-$kind/got"
	done
}
ways() { # ways HOOK KIND ARGUMENT...
	local hook=$1 kind=$2
	shift 2
	prepare_ways "$hook" "$kind"
	start_block "${rules[@]}" "$@" || { kill "${tried[@]}"; return; }
	try_ways "$hook" "$kind"
	stop INT
	check "$hook: --$kind: nothing is left attached at the end" nothing_attached
}
[ "$(denying_hooks)" != "lsm fmod_ret" ] || ways fmod_ret path "${more_rules[@]}" "${more_exceptions[@]}" --hook fmod_ret -a deny
if [ "$whole" ]; then
	preempt=/sys/kernel/debug/sched/preempt
	mode=$(sed 's/.*(\(.*\)).*/\1/' "$preempt")
	for to in voluntary full; do
		echo "$to" >"$preempt"
		start_block --hook fmod_ret -a deny --path block_test.c && stop INT
		check_lines "fmod_ret: the warning about preemption comes where the kernel preempts fully, and only there: preempt=$to" \
			"$([ "$to" = full ] && echo 1 || echo 0)" "On this preemptible kernel" "$err"
	done
	printf 0123456789 >preempted && rm -rf preempt_dir && mkdir preempt_dir && mv preempted preempt_dir
	if [ "$hook" = lsm ]; then
		start_block --hook lsm -a deny --dir preempt_dir
		"$fixtures/access" leak preempt_dir/preempted 20000 >"$tmp/leaks"
		stop INT
		check_lines "lsm: where the kernel preempts fully, 20,000 attempts of 4 threads read and truncate nothing" 1 "leaks 0 size 10" "$tmp/leaks"
	fi
	echo "$mode" >"$preempt"
else
	skip "fmod_ret: the warning about preemption" "how it preempts is changed on the default guest alone"
fi
if has_kprobes; then
	ways signal path --hook signal
	start_block --path made-later --hook signal
	check "signal: --path: who creates a file at the path is killed" killed sh -c ': >made-later'
	check "signal: --path: a file created at the path can be linked" ln made-later link-of-made
	check "signal: --path: who opens a file created at the path by its second link is killed" killed cat link-of-made
	stop INT
	cp -r "$src" "$tmp/byname"
	sed -i 's/kprobe__security_file_open/kprobe__no_such_function/' "$tmp/byname/block/kprobes.h"
	ways signal-name name --hook signal --headers btf --source "$tmp/byname/block.c"
	check_lines "block --hook signal uses the open of a name where security_file_open can't be probed" 1 "Hook: signal from the kernel's open of a name" "$err"
else
	check_status "block --hook signal fails where the kernel has no kprobes" 1 bccwatch block --path x --hook signal
	check_lines "block --hook signal, without kprobes, names the reason" 1 "this kernel has no kprobes" "$tmp/said"
	skip "block --hook signal: all" "this kernel has no kprobes"
fi
if [ -e /sys/kernel/debug/error_injection/list ]; then
	ways override name --hook override
	start_block --name block_test.c --hook override -a deny --errno EPERM
	check "override: --action deny --errno EPERM: an open fails with EPERM" denied block_test.c "Operation not permitted"
	stop INT
	check_lines "override: --action deny: the line has the string that was opened" 1 "COMM=cat tried to open forbidden file block_test.c, denied." "$out"
else
	check_status "block --hook override fails where the kernel has no override" 1 bccwatch block --name x --hook override
	check_lines "block --hook override, without an override, names the missing kernel option" 1 CONFIG_BPF_KPROBE_OVERRIDE "$tmp/said"
	check_lines "block --hook override, without an override, names what works" 1 "by LSM or fmod_ret" "$tmp/said"
	skip "block --hook override: all" "this kernel has no override"
fi

# By name; neighbours, exceptions.
mkdir block_dir && touch block_test.cc xblock_test.c other.c block_dir/x && ln block_test.c hard.c && ln -s other.c link
prepare_ways "$hook" name
mkdir layer lowest top && cp block_test.c layer && cp /bin/cat layer/tool && mount -t overlay none top -o lowerdir=layer:lowest
chmod 755 /root "$home"
start_block -a deny "${rules[@]}" --name block_test.c --except-comm excepted --except-uid 1234 --except-exe /bin/bash \
	--except-exe top/tool
try_ways "$hook" name
opens=500
! takes_long || opens=2500
# Not by bash, which is excepted.
perl -e 'for (1 .. shift) { for my $f (@ARGV) { open(my $h, "<", $f) or print "$f: $!\n" } }' \
	$opens block_test.cc xblock_test.c other.c block_dir/x >"$tmp/neighbours" 2>&1
check "block --name: $((4 * opens)) opens of files with similar names are allowed" [ -e "$tmp/neighbours" -a ! -s "$tmp/neighbours" ]
cp /bin/cat excepted
check "block --except-comm: a process of that name may read" ./excepted block_test.c
check "block --except-uid: the user may read" setpriv --reuid 1234 --clear-groups cat "$home/block_test.c"
check "block --except-uid: the user may read through an overlay" setpriv --reuid 1234 --clear-groups cat "$home/top/block_test.c"
check "block --except-uid: another user is denied through the overlay" denied top/block_test.c
check "block --except-exe: the program may read" bash -c ': <block_test.c'
check "block --except-exe: a program on an overlay may read" top/tool block_test.c
ln -sf "$home/other.c" "$tmp/block_test.c"
check "block --name: a symlink of that name to another file is allowed" cat "$tmp/block_test.c"
check "block --name: a process that is not excepted is denied" denied block_test.c
stop INT
check_lines "block --name: one line for the one open that was denied" 1 "forbidden file $home/block_test.c, denied." "$out"
umount top

# By path: an inode's number that comes again (not that of a file that is held) is another file. Leaks.
echo x >renamed && old=$(stat -c %i renamed) && ln renamed renamed-link
printf 0123456789 >leak.txt
start_block -a deny --path reused --path block_test.c --path leak.txt
check "block --path: a hard link made before the start is denied" denied hard.c
mv renamed reused
check "block --path: a file renamed to the path is denied by its other link, before anybody opens it at the path" denied renamed-link
check "block --path: a file renamed to the path is denied" denied reused
rm reused renamed-link
for _ in 1 2 3; do # another file of the machine's may be quicker
	for i in $(seq 200); do echo x >"new$i"; done
	again=$(find . -maxdepth 1 -name 'new*' -inum "$old")
	[ -z "${again-}" ] || break
	rm new*
	echo x >renamed && old=$(stat -c %i renamed)
	mv renamed reused && rm reused
done
check "this test: a new file got the inode number of the deleted one" [ -n "${again-}" ]
check "block --path: a new file with the inode number of a deleted one is allowed" cat "${again-other.c}"
check "block --path: a file that is created at the path later is denied" write_denied reused
"$fixtures/access" leak leak.txt $many >"$tmp/leaks"
stop INT
check_lines "block --path: the line has the name by which the file was opened" 1 "forbidden file $home/hard.c, " "$out"
check "block --path: $many attempts of 4 threads read and truncate nothing" grep -qx "leaks 0 size 10" "$tmp/leaks"
check "block --path: $many attempts of 4 threads are all counted" [ "$(n_denied)" = $((many + 4)) ]
mkdir nodes
start_block -a deny --path made --path nodes/f0 --access read
if [ "$whole" ]; then
	check "block --path --access read: 17,000 files can be created and removed at the path" [ "$("$fixtures/access" cycle made 17000)" = 0 ]
fi
check "block --path --access read: a file may be created, written, linked and renamed" sh -c 'echo x >made && ln made linked && mv made moved'
check "block --path --access read: a file created at the path is denied by its second link" denied linked
check "block --path --access read: a file created at the path is denied by its new name" denied moved
"$fixtures/access" fill nodes 1 && ln nodes/f0 nodes/linked
check "block --path --access read: a file made by mknod(2) at the path, and never opened there, is denied by its second link" denied nodes/linked
perl -e 'for (1 .. 300) { my $child = fork; if (!$child) { open(F, "<", "linked"); exit } waitpid($child, 0) }'
stop INT
check_lines "block: the opens of 300 processes, one after the other, are all shown" 300 "COMM=perl tried to open forbidden file $home/linked, denied." "$out"
start_block -a deny --errno EPERM --path excepted --access exec
check "block --access exec --errno EPERM: executing the file fails with EPERM" refused "Operation not permitted" \
	perl -e 'exec { "./excepted" } "x", "other.c"; die "x: $!\n"'
check "block --access exec: the file may be read" cmp excepted /bin/cat
stop INT
processes=20
! takes_long || processes=200
start_block --path leak.txt
ended=0
for i in $(seq $processes); do
	"$fixtures/access" leak leak.txt 4
	[ $? != 137 ] || ended=$((ended + 1))
done >"$tmp/leaks" 2>/dev/null
stop INT
check "kill: $processes processes of 4 threads that open a protected file are all killed" [ $ended = $processes ]
check "kill: none of $processes processes uses a descriptor before it is killed" [ -e "$tmp/leaks" -a ! -s "$tmp/leaks" ]
check "kill: after $processes processes the file is unchanged" [ "$(stat -c %s leak.txt)" = 10 ]

# By path and directory; rules from a file, with all that a name can have in it; directories nested without end.
name=$'a "b"\n\tc\\'
echo x >"$name"
mkdir block_dir/dug free lower overlay away && echo x >lower/file && mount -t overlay none overlay -o "lowerdir=lower:free"
"$fixtures/access" dig block_dir/dug $deeper
"$fixtures/access" dig free $deep
printf '# rules\r\nname "a \\"b\\"\\n\\tc\\\\"\r\nname  plain name\n\ndir "%s/\\x62lock_dir"\npath other.c\n' "$home" >rules
printf 'path overlay/file\npath dangling\n' >>rules
mkdir seen && mount -t overlay none seen -o "lowerdir=block_dir:free" && ln -s target dangling
echo x >lower/free && echo x >block_dir/taken && echo x >outside && mkdir block_dir/leaves && echo x >block_dir/leaves/file
echo x >block_dir/handled && "$fixtures/handles" take block_dir/handled "$tmp/handle"
prepare_ways "$hook" "path dir"
[ ! "$whole" ] || "$fixtures/access" fill "$hook-dir/d" 17000
mkdir far && mount -t tmpfs none far
mkdir stacked block_dir/late two two/l two/u two/seen
mount -t tmpfs l two/l && mount -t tmpfs u two/u && mkdir two/u/up two/u/work
for i in $(seq 100); do : >"two/l/before$i"; done # they have the inode numbers that the overlay and its upper layer begin with
mkdir two/l/d && echo x >two/l/d/f && echo x >two/l/p
mount -t overlay two two/seen -o lowerdir=two/l,upperdir=two/u/up,workdir=two/u/work,xino=off
echo x >two/seen/made && ln two/seen/made two/seen/link
for _ in $(seq 12); do mount -t tmpfs none stacked; done
echo x >stacked/file
printf 'dir two/seen/d\npath two/seen/p\npath two/seen/made\n' >>rules
start_block -a deny "${rules[@]}" --rules rules "${more_exceptions[@]}"
check_status "block --dir: mounting on a directory beneath is denied" 32 mount -t tmpfs none block_dir/late
check "block --dir: where a mount was denied, nothing is mounted" not_mounted block_dir/late
try_ways "$hook" "path dir"
for i in $(seq 200); do echo x >"two/seen/new$i"; done 2>/dev/null
has_twin() { find two/l -name 'before*' -inum "$(stat -c %i "$1")" | grep .; }
check "this test: a file has the inode number of the directory on the overlay" has_twin two/seen/d
check "this test: a file has the inode number of the file on the overlay" has_twin two/u/up/made
check "this test: files can be removed from the overlay" rm two/seen/new* two/seen/before*
check "block --rules, dir on an overlay: it is still denied after files with equal inode numbers were removed" denied two/seen/d/f
check "block --rules, path on an overlay: it is still denied after files with equal inode numbers were removed" denied two/seen/p
check "block --rules, path on an overlay: its second link is still denied after files with equal inode numbers were removed" denied two/seen/link
check "block --rules: a name with quotes, a newline and a backslash is denied" denied "$name"
check "block --rules: creating a file of a name with a space is denied" write_denied "plain name"
check "block --rules: a file whose creation was denied is not there" absent "plain name"
check "block --rules: a file beneath the directory is denied" denied block_dir/x
check "block --rules: the path is denied" denied other.c
check "block --rules: another file is allowed" cat block_test.c
check "block --rules: a path on an overlay is denied" denied overlay/file
check "block --rules: a file beneath the directory is denied through an overlay of it" denied seen/x
check "block --rules: another file on an overlay is allowed" sh -c 'cat overlay/free && ls overlay'
check "block --rules: where the path is a dangling symlink, creating its target is denied" write_denied dangling
check "block --rules: the target of a dangling symlink was not created" absent target
"$fixtures/access" exchange outside block_dir/taken
check "block --dir: a file exchanged with one outside is still denied" denied outside
mv block_dir/leaves left
check "block --dir: a file in a directory that was moved out is still denied" denied left/file
check "block --dir: creating a file in a directory that was moved out is denied" write_denied left/new
check "block --dir: a file whose creation was denied in a directory that was moved out is not there" absent left/new
check "block --dir: creating a file 300 directories beneath is denied" write_denied "$hook-dir/d/${directories}new"
check "block --dir: a file 300 directories beneath whose creation was denied is not there" absent "$hook-dir/d/${directories}new"
"$fixtures/access" dig far 1500
check "block --dir: 1,500 nested directories can be created on a file system that has no protected directory" \
	test -d "far/$(printf 'x/%.0s' {1..1500})"
sync && echo 3 >/proc/sys/vm/drop_caches
check "block --dir: open_by_handle_at of a file whose directory the kernel does not know is denied" \
	refused "Permission denied" "$fixtures/handles" open "$home" "$tmp/handle"
check "block --dir: creating a file in a directory beneath is denied" write_denied block_dir/late/new
check "block --dir: a file beneath whose creation was denied is not there" absent block_dir/late/new
check "block --dir: a file beneath twelve stacked mounts elsewhere is allowed" cat stacked/file
check "block --dir: a file $deep directories deep elsewhere is allowed" [ "$("$fixtures/access" bottom free $deep)" = reached ]
check "block --dir: a file $deeper directories deep beneath the directory is denied" [ "$("$fixtures/access" bottom block_dir/dug $deeper)" = stopped ]
if [ "$whole" ]; then
	check "block --dir: moving 17,000 files within the directory is allowed" [ "$("$fixtures/access" move "$hook-dir/d" "$hook-dir/d/x" 17000)" = 0 ]
	check "block --dir: of 17,000 files moved out, those that could not be tracked were refused" \
		[ "$("$fixtures/access" move "$hook-dir/d/x" away 17000)" -gt 500 ]
	sleep 1.5
	check "block --dir: refused renames are reported while block runs" grep -qE '^Refused [0-9]+ links or renames' "$err"
	check "block --dir: a file that was moved out is still denied" denied away/f9
fi
stop INT
check "block: accesses that could not be determined are counted in the closing line" grep -qE ' access(es)? denied, [1-9][0-9]* of them since (its|their) directory could not be determined\. ' "$err"
[ ! "$whole" ] || check "block: refused links and renames are counted at the end" grep -qE '^[0-9]+ links or renames were refused' "$err"
umount overlay seen two/seen two/l two/u far

# If only writing is denied: a file too deep to be determined. A directory whose files and directories move during the search.
# Lines that nobody can keep.
mkdir abyss stirred full && "$fixtures/access" dig abyss $deeper && mount -t tmpfs -o size=16k full full
echo x >victim && ln -sf "$home/full/out" "$tmp/out"
"$fixtures/access" stir stirred "$home/victim" & stirs=$!
start_block -a deny --dir block_dir --dir stirred --path other.c --name block_test.c "${more_exceptions[@]}" --access write
kill "$stirs" || fail "nothing stirred the directory"
check "block --access write: a file too deep to be determined may be read" [ "$("$fixtures/access" bottom abyss $deeper)" = reached ]
check "block --access write: a file may be read by its name" cat block_test.c
check "block --access write: writing to a file is denied by its name" write_denied block_test.c
# shellcheck disable=SC2016
opened() { refused "Permission denied" perl -e 'sysopen(my $h, "block_test.c", $ARGV[0]) or die "x: $!\n"' "$1"; }
check "block --access write: an open for ioctl(2) alone (access mode 3) is denied" opened 3
check "block --access write: an open for reading that truncates (O_RDONLY | O_TRUNC) is denied" opened 512
check "block --access write: a file whose truncation was denied is unchanged" [ -s block_test.c ]
check "block --access write: a file beneath the directory may be read" cat block_dir/x
check "block --access write: writing beneath the directory is denied" write_denied block_dir/x
check "block --dir: a symlink put in place of a linked file during the search is not followed" bash -c 'echo x >>victim'
for _ in $(seq 300); do : >>other.c; done 2>/dev/null
sleep 1.5
check "block: with stdout on a full disk, accesses are still denied" write_denied other.c
stop INT
# Those of above, and what stirred the directory was denied until it was killed.
check "block: with stdout on a full disk, the closing line counts what was denied" [ "$(n_denied)" -ge 304 ]
check "block: with stdout on a full disk, the closing line counts the lines not written" grep -qE ' accesses denied.*, [0-9]+ not written' "$err"
check "block: with stdout on a full disk, the exit status is 1" [ "$status" = 1 ]
rm "$tmp/out" && umount full
for _ in $(seq 12); do umount stacked; done

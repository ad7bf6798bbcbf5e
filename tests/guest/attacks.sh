#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block against users who try to prevent its start, to outrun it, and to pass for an excepted program.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/attacks # on a disk's file system
mkdir "$home" && cd "$home" || exit
chmod 755 /root "$home"
start_block() { start_command block -a deny "$@"; }
attacks=$fixtures/attacks
hooks=(fmod_ret)
! grep -q '\<bpf\>' /sys/kernel/security/lsm || hooks=(lsm fmod_ret)

# What can be created at a guarded place, and is no file.
mkdir -p dir other
created() { [ -e "$1" ] || [ -L "$1" ]; }
for hook in "${hooks[@]}"; do
	start_block --path other/path --name named --dir dir --hook "$hook"
	for at in other/path other/named dir/x; do
		mkfifo $at 2>/dev/null
		check "$hook: a FIFO at $at is denied" sh -c "[ ! -e $at ]"
		mknod $at c 1 3 2>/dev/null
		check "$hook: a character device at $at is denied" sh -c "[ ! -e $at ]"
		mknod $at b 7 0 2>/dev/null
		check "$hook: a block device at $at is denied" sh -c "[ ! -e $at ]"
		check "$hook: a socket at $at is denied" [ "$("$attacks" socket $at)" = refused ]
	done
	check "$hook: a symlink beneath the directory is denied" sh -c '! ln -s /etc/passwd dir/link 2>/dev/null && [ ! -L dir/link ]'
	check "$hook: a directory beneath the directory is denied" sh -c '! mkdir dir/sub 2>/dev/null && [ ! -e dir/sub ]'
	check "$hook: elsewhere all of them can be created" sh -c 'mkfifo other/fifo && mknod other/null c 1 3 && ln -s x other/link && mkdir other/sub'
	stop INT
	check_lines "$hook: a denied FIFO is reported" 1 "COMM=mkfifo tried to create forbidden file " <(grep -F "attacks/dir/x" "$out")
	check_lines "$hook: a denied symlink is reported" 1 "COMM=ln tried to create forbidden file $home/dir/link, denied." <(sed "s|file /attacks|file $home|" "$out")
	check_lines "$hook: a denied directory is reported" 1 "COMM=mkdir tried to create forbidden file " "$out"
	rm -r other/*
done
hooks=("${hooks[0]}")
if [ -e /sys/kernel/debug/error_injection/list ]; then
	start_block --name named --hook override
	mkfifo other/named 2>/dev/null
	check "override: a FIFO of a forbidden name is denied" [ ! -e other/named ]
	stop INT
	check_lines "override: which is reported" 1 "COMM=mkfifo tried to create forbidden file other/named, denied." "$out"
fi
start_block --dry-run --dir dir
mkfifo dir/fifo
stop INT
check_lines "--dry-run: what is no file is reported when it is created" 1 "COMM=mkfifo tried to create forbidden file" "$out"
rm dir/fifo

# An excepted program is one that was executed, whatever a process says of itself.
echo SECRET >secret && chmod 644 secret && cp /bin/cat tool && cp /bin/bash shell
"$attacks" impostor "$home/tool" secret "$home/go" >"$tmp/impostor" 2>&1 & impostor=$!
./shell -c 'until [ -e go ]; do read -rt 0.1 _ <> <(:) || :; done; read -r x <secret && echo "$x"' >"$tmp/before" 2>&1 & before=$!
setpriv --reuid 1234 --clear-groups "$home/shell" -c 'until [ -e go ]; do sleep 0.1; done; read -r x <secret && echo "$x"' \
	>"$tmp/user" 2>&1 & user=$!
sleep 1
start_block --name secret --except-exe tool --except-exe shell
check "an excepted program reads" [ "$(./tool secret)" = SECRET ]
check "an excepted program's child reads" [ "$(./shell -c '(read -r x <secret; echo $x)')" = SECRET ]
check "what an excepted program executes does not" sh -c '! ./shell -c "exec cat secret" 2>/dev/null'
check "what executes an excepted program reads" [ "$(cat /dev/null; exec ./tool secret)" = SECRET ]
"$attacks" impostor "$home/tool" secret >"$tmp/said" 2>&1
can_pretend=1
! grep -q 'prctl: Operation not permitted' "$tmp/said" || can_pretend=
if [ "$can_pretend" ]; then
	check_lines "PR_SET_MM_MAP in a user namespace makes no exception, nor of a child" 2 refused "$tmp/said"
else
	skip "PR_SET_MM_MAP" "this kernel has not got it (CONFIG_CHECKPOINT_RESTORE)"
fi
"$attacks" exe-file "$home/tool" secret >"$tmp/said" 2>&1
check_lines "PR_SET_MM_EXE_FILE by root makes no exception, nor of a child" 2 refused "$tmp/said"
touch go
wait $impostor $before $user
[ ! "$can_pretend" ] || check_lines "PR_SET_MM_MAP before the start makes no exception" 2 refused "$tmp/impostor"
check_lines "root's excepted program that ran before reads" 1 SECRET "$tmp/before"
check_lines "a user's excepted program that ran before does not" 0 SECRET "$tmp/user"
check_lines "which was reported at the start" 1 "Not excepted until it is started again, since what it executes was not seen: process $user, $home/shell." "$err"
stop INT
if has_kprobes; then
	start_command block --name secret --except-exe tool --hook signal
	check "signal: an excepted program reads" [ "$(./tool secret)" = SECRET ]
	if [ "$can_pretend" ]; then
		check_status "signal: PR_SET_MM_MAP makes no exception" 137 "$attacks" impostor "$home/tool" secret
	fi
	stop INT
fi

# The start: more files than a map has places for, deeper directories than there may be descriptors.
mkdir -p many outside unsteady out
"$attacks" fill many "$home/outside" 20000
start_block --dir many
check "20,000 files of two links are all guarded: the first" sh -c '! cat outside/f0 2>/dev/null'
for i in $(seq 0 397 19999); do cat outside/f"$i" 2>/dev/null && echo "f$i"; done >"$tmp/said"
check "20,000 files of two links are all guarded: each 397th" [ ! -s "$tmp/said" ]
stop INT
rm -r many outside
deep=$tmp/deep # where directories are made quickly
mkdir "$deep" && "$fixtures/access" dig "$deep" 6000
nr_open=$(cat /proc/sys/fs/nr_open)
echo 4096 >/proc/sys/fs/nr_open
start_block --dir "$deep"
check "6,000 directories in each other, and no more than 4,096 descriptors: it starts" [ $? = 0 ]
start=${EPOCHREALTIME/./}
stop INT
usual=$(((${EPOCHREALTIME/./} - start) / 1000))
echo "$nr_open" >/proc/sys/fs/nr_open
deeps() { for _ in $(seq 50); do echo --dir "$deep/x/x/x"; done; }
# shellcheck disable=SC2046
bccwatch block -a deny $(deeps) >/dev/null 2>"$tmp/err" & starting=$!
for _ in $(seq 600); do
	# shellcheck disable=SC2010
	! ls -l /proc/$starting/fd 2>/dev/null | grep -qF x/x/x/x/x || break
	sleep 0.1
done
check "it is looking at directories" kill -0 $starting
start=${EPOCHREALTIME/./}
kill -INT $starting
wait $starting
ms=$(((${EPOCHREALTIME/./} - start) / 1000))
echo "# ended $ms ms after SIGINT, $usual when the rules hold"
check "SIGINT ends the start within a second, beside what taking the programs back needs here" [ $ms -lt $((1000 + usual)) ]
check "before the rules held" sh -c "! grep -q 'Ctrl-C ends' $tmp/err"

# Users who move, link and rename meanwhile.
mkdir -p unsteady/keep && echo SECRET >unsteady/keep/file && mkdir -p away && ln unsteady/keep/file away/link
mkdir twins && "$attacks" fill out "$home/twins" 18000 && echo x >unsteady/own
chown -R 1234:1234 unsteady out
mounting() { # as root, as long as it lives
	while :; do
		mount -t tmpfs none unsteady/keep
		umount unsteady/keep
	done 2>/dev/null
}
kinds=(links files dirs deeper feed mounts)
if [ -z "${SOAK-}" ]; then
	kinds=(dirs)
	skip "all who disturb the start" "they take long; SOAK=1 tries them"
fi
for kind in "${kinds[@]}"; do
	if [ $kind = mounts ]; then
		mounting & disturber=$!
	else
		"$attacks" $kind "$home/unsteady" "$home/out" & disturber=$!
	fi
	sleep 0.5
	for hook in "${hooks[@]}"; do
		s=$SECONDS
		if start_block --dir unsteady --hook "$hook"; then
			echo "# $kind: started after $((SECONDS - s)) s"
			check "$hook: it starts while a user disturbs it: $kind" true
			check "$hook: a file with a link elsewhere is guarded by then: $kind" sh -c '! cat away/link 2>/dev/null'
			kill -0 $disturber || fail "$hook: the disturber ended: $kind"
			stop INT
		fi
	done
	kill $disturber
	wait $disturber 2>/dev/null || :
done

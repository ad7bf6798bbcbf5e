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
read -ra hooks <<<"$(denying_hooks)"

# What can be created at a protected place, and is no file.
mkdir -p dir other
denial="Permission denied" # the text of EACCES
not_created() { # not_created FILE COMMAND...: refused, and nothing is there
	refused "$denial" "${@:2}" && absent "$1"
}
for hook in "${hooks[@]}"; do
	start_block --path other/path --name named --dir dir "${more_exceptions[@]}" --hook "$hook"
	for at in other/path other/named dir/x; do
		check "$hook: creating a FIFO at $at is denied" not_created $at mkfifo $at
		check "$hook: creating a character device at $at is denied" not_created $at mknod $at c 1 3
		check "$hook: creating a block device at $at is denied" not_created $at mknod $at b 7 0
		check "$hook: creating a socket at $at is denied" [ "$("$attacks" socket $at)" = refused ]
		check "$hook: no socket is left at $at" absent $at
	done
	check "$hook: --dir: creating a symlink beneath the directory is denied" not_created dir/link ln -s /etc/passwd dir/link
	check "$hook: --dir: creating a directory beneath the directory is denied" not_created dir/sub mkdir dir/sub
	check "$hook: FIFOs, devices, symlinks and directories can be created elsewhere" sh -c 'mkfifo other/fifo && mknod other/null c 1 3 && ln -s x other/link && mkdir other/sub'
	stop INT
	check_lines "$hook: a FIFO whose creation is denied is reported" 1 "COMM=mkfifo tried to create forbidden file " <(grep -F "attacks/dir/x" "$out")
	check_lines "$hook: a symlink whose creation is denied is reported" 1 "COMM=ln tried to create forbidden file $home/dir/link, denied." <(sed "s|file /attacks|file $home|" "$out")
	check_lines "$hook: a directory whose creation is denied is reported" 1 "COMM=mkdir tried to create forbidden file " "$out"
	rm -r other/*
done
hooks=("${hooks[0]}")
if [ -e /sys/kernel/debug/error_injection/list ]; then
	start_block --name named --hook override
	check "override: creating a FIFO of a protected name is denied" not_created other/named mkfifo other/named
	stop INT
	check_lines "override: a FIFO whose creation is denied is reported" 1 "COMM=mkfifo tried to create forbidden file other/named, denied." "$out"
fi
start_block --dry-run --dir dir "${more_rules[@]}" "${more_exceptions[@]}"
mkfifo dir/fifo
stop INT
check_lines "block --dry-run: the creation of a FIFO is reported" 1 "COMM=mkfifo tried to create forbidden file" "$out"
rm dir/fifo

# An excepted program is one that was executed, whatever a process claims of itself.
echo SECRET >secret && chmod 644 secret && cp /bin/cat tool && cp /bin/bash shell
"$attacks" impostor "$home/tool" secret "$home/go" >"$tmp/impostor" 2>&1 & impostor=$!
./shell -c 'until [ -e go ]; do read -rt 0.1 _ <> <(:) || :; done; read -r x <secret && echo "$x"' >"$tmp/before" 2>&1 & before=$!
setpriv --reuid 1234 --clear-groups "$home/shell" -c 'until [ -e go ]; do sleep 0.1; done; read -r x <secret && echo "$x"' \
	>"$tmp/user" 2>&1 & user=$!
unshare -Ur "$home/shell" -c 'until [ -e go ]; do sleep 0.1; done; read -r x <secret && echo "$x"' >"$tmp/contained" 2>&1 & contained=$!
sleep 1
start_block --name secret --except-exe tool --except-exe shell "${more_rules[@]}"
check "block --except-exe: the excepted program may read" [ "$(./tool secret)" = SECRET ]
check "block --except-exe: a child of the excepted program may read" [ "$(./shell -c '(read -r x <secret; echo $x)')" = SECRET ]
check "block --except-exe: what the excepted program executes is denied" refused "$denial" ./shell -c 'exec cat secret'
check "block --except-exe: a process that executes the excepted program may read" [ "$(cat /dev/null; exec ./tool secret)" = SECRET ]
"$attacks" impostor "$home/tool" secret >"$tmp/said" 2>&1
can_pretend=1
! grep -q 'prctl: Operation not permitted' "$tmp/said" || can_pretend=
if [ "$can_pretend" ]; then
	check_lines "block --except-exe: PR_SET_MM_MAP in a user namespace excepts neither the process nor its child" 2 refused "$tmp/said"
else
	skip "block --except-exe: PR_SET_MM_MAP" "this kernel has not got it (CONFIG_CHECKPOINT_RESTORE)"
fi
"$attacks" exe-file "$home/tool" secret >"$tmp/said" 2>&1
check_lines "block --except-exe: PR_SET_MM_EXE_FILE by root excepts neither the process nor its child" 2 refused "$tmp/said"
touch go
wait $impostor $before $user $contained
[ ! "$can_pretend" ] || check_lines "block --except-exe: PR_SET_MM_MAP before the start excepts nobody" 2 refused "$tmp/impostor"
check_lines "block --except-exe: an excepted program of root that ran before the start may read" 1 SECRET "$tmp/before"
check_lines "block --except-exe: an excepted program of a user that ran before the start is denied" 1 "$denial" "$tmp/user"
check_lines "block --except-exe: an excepted program of a user that ran before the start reads nothing" 0 SECRET "$tmp/user"
check_lines "block --except-exe: an excepted program of root in a user namespace that ran before the start is denied" 1 "$denial" "$tmp/contained"
check_lines "block --except-exe: an excepted program of a user that ran before is reported at the start" 1 "Process $user ($home/shell) is excepted only after a restart: its execve(2) was not seen." "$err"
stop INT
if has_kprobes; then
	start_command block --name secret --except-exe tool --hook signal
	check "signal: --except-exe: the excepted program may read" [ "$(./tool secret)" = SECRET ]
	if [ "$can_pretend" ]; then
		check_status "signal: --except-exe: PR_SET_MM_MAP excepts nobody" 137 "$attacks" impostor "$home/tool" secret
	fi
	stop INT
fi

# The start: more files than a map has places for, deeper directories than there may be descriptors.
mkdir -p many outside unsteady out
linked=1000
! takes_long || linked=20000 # more than a map of rules has places for at first
"$attacks" fill many "$home/outside" $linked
start_block --dir many
check "block --dir: of $linked files with a second link outside, the first is denied there" denied outside/f0
for i in $(seq 0 397 $((linked - 1))); do cat outside/f"$i"; done >"$tmp/said" 2>&1
check_lines "block --dir: of $linked files with a second link outside, each 397th is denied there" $(((linked + 396) / 397)) "$denial" "$tmp/said"
check_lines "block --dir: of $linked files with a second link outside, nothing else was read or failed there" $(((linked + 396) / 397)) "" "$tmp/said"
stop INT
rm -r many outside
if takes_long; then
	deep=$tmp/deep # where directories are made quickly
	mkdir "$deep" && "$fixtures/access" dig "$deep" 6000
	nr_open=$(cat /proc/sys/fs/nr_open)
	echo 4096 >/proc/sys/fs/nr_open
	start_block --dir "$deep"
	check "block --dir: 6,000 nested directories need no more than 4,096 descriptors at the start" [ $? = 0 ]
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
	check "block: a start that searches many directories has not ended when SIGINT comes" kill -0 $starting
	start=${EPOCHREALTIME/./}
	kill -INT $starting
	ended=0
	wait $starting || ended=$?
	ms=$(((${EPOCHREALTIME/./} - start) / 1000))
	echo "# ended $ms ms after SIGINT, $usual when the rules hold"
	check "block: SIGINT ends a start that searches directories within a second, beside the time to detach" [ $ms -lt $((1000 + usual)) ]
	check_lines "block: a start that SIGINT ends never says that the rules hold" 0 "Ctrl-C ends" <(cat "$tmp/err"; echo "exit $ended")
	check "block: a start that SIGINT ends exits with 0" [ $ended = 0 ]
else
	skip "block --dir: a search that takes long: all" "it takes long; on the default guest"
fi

# Users who move, link and rename meanwhile.
mkdir -p unsteady/keep && echo SECRET >unsteady/keep/file && mkdir -p away && ln unsteady/keep/file away/link
mkdir twins && echo x >unsteady/own
! is_soak || "$attacks" fill out "$home/twins" 18000
chown -R 1234:1234 unsteady out
mounting() { # as root, as long as it lives
	while :; do
		mount -t tmpfs none unsteady/keep
		umount unsteady/keep
	done 2>/dev/null
}
kinds=()
if is_soak; then kinds=(links files dirs deeper feed mounts); elif is_default_guest; then kinds=(dirs); fi
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
			check "$hook: block starts while a user disturbs it: $kind" true
			check "$hook: a file with a link elsewhere is denied once block has started: $kind" denied away/link
			kill -0 $disturber || fail "$hook: the disturber ended: $kind"
			stop INT
		fi
	done
	kill $disturber
	wait $disturber 2>/dev/null || :
done

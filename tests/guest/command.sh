#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# trace -- COMMAND, -o FILE and --max-events.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
cd "$tmp" || exit 1

# The first thing a program does is to open its libraries: what is seen of them is seen from the first instruction on.
check_status "trace -- COMMAND: the exit status is the command's" 7 bccwatch trace -o events -- bash -c 'exit 7'
cp "$tmp/said" "$tmp/notes"
check "trace -- COMMAND: its first open, of the loader's cache, is shown" shows 'ld\.so\.(cache|preload)' events
check_lines "trace -- COMMAND: none is lost" 1 "events shown, 0 lost." "$tmp/notes"
check_status "trace -- COMMAND: 128 + N where signal N ended it" 137 bccwatch trace -o events -- bash -c 'kill -KILL $$'
check_status "trace -- COMMAND: 127 where there is no such command" 127 bccwatch trace -o events -- no-such-command
check_lines "trace -- COMMAND: a command that is not there is reported" 1 "cannot run 'no-such-command': No such file or directory" "$tmp/said"
check_status "trace -- COMMAND: 126 where it cannot be executed" 126 bccwatch trace -o events -- /
check_status "trace -- COMMAND: 125 where bccwatch fails" 125 bccwatch trace -o /absent/events -- touch ran
check "trace -- COMMAND: a command whose events cannot be written is not run" absent "$tmp/ran"
bccwatch trace --ops close --fields path -o closes -- "$fixtures/tracecase" leave /etc/passwd 2>"$tmp/notes"
check "trace -- COMMAND: the files that its exit closes are shown" shows 'PATH=/etc/passwd$' closes
check_status "trace -- COMMAND: 124 where events were lost under --fail-on-loss" 124 \
	sh -c 'bccwatch trace --buffer-pages 1 --fail-on-loss -o events -- bash -c "$0"; exit $?' \
	'kill -STOP $PPID; for i in {1..2000}; do : </etc/passwd; done; kill -CONT $PPID'
check "trace -- COMMAND: nothing is left attached" nothing_attached

bccwatch trace -o events -- bash -c 'sleep 5 & sleep 0.1' 2>err
check_lines "trace -- COMMAND: a process that it leaves running is reported" 1 "1 process that the command started still runs, PID " err
bccwatch trace -o events -- bash -c '(sleep 0.1 &) ; sleep 1' 2>err
check_lines "trace -- COMMAND: a process that has ended is not reported" 0 "still run" err
bccwatch trace -o events -- bash -c ': >created; : <absent' 2>err
check "trace: an open that creates a file is marked" shows 'FILENAME=created CREATED=true$' events
check "trace: an open that fails has its error, where opens alone are shown" shows 'FILENAME=absent RESULT=ENOENT$' events
bccwatch trace -- bash -c 'echo to-stdout; : </etc/passwd' >out 2>err
check_lines "trace -- COMMAND: its stdout goes to stderr" 1 to-stdout err
check "trace -- COMMAND: stdout has events alone" shows_no '^to-stdout' out
check "trace -- COMMAND: its open is shown" shows '/etc/passwd$' out
bccwatch trace -o events -- bash -c 'echo to-stdout' >out 2>err
check_lines "trace -o FILE -- COMMAND: its stdout is its own" 1 to-stdout out

# id: what the command runs as.
ids() { env "$@" bccwatch trace -o /dev/null ${as_root-} -- sh -c 'id -u; id -g; id -G; cat /proc/self/status' 2>err; }
nobody=$(id -u nobody) group=$(id -g nobody)
ids SUDO_UID="$nobody" SUDO_GID="$group" >"$tmp/ids"
check "trace -- COMMAND: runs as the user of sudo" [ "$(head -n 2 ids | xargs)" = "$nobody $group" ]
check "trace -- COMMAND: the user of sudo has no capabilities" shows 'CapEff:.0+$' ids
as_root=--as-root ids SUDO_UID="$nobody" SUDO_GID="$group" >"$tmp/ids"
check "trace --as-root -- COMMAND: runs as root all the same" [ "$(head -n 1 ids)" = 0 ]
ids SUDO_UID="$nobody" SUDO_GID=root >"$tmp/ids"
check "trace -- COMMAND: runs as the caller where SUDO_GID is no number" [ "$(head -n 1 ids)" = 0 ]
check_lines "trace -- COMMAND: a SUDO_GID that is no number is reported" 1 "are not those of a user" err

# As from a terminal SIGINT is sent to both; what the command makes of it counts.
bccwatch trace -o events -- bash -c 'trap "sleep 1; : </dev/zero; exit 5" INT; : >ready; while :; do sleep 0.1; done' 2>err &
pid=$!
until [ -e ready ]; do sleep 0.1; done
kill -INT "-$pid"
wait "$pid"
status=$?
check "trace -- COMMAND: SIGINT ends the command, and trace with it" [ "$status" = 5 ]
check "trace -- COMMAND: what it opened after SIGINT is shown" shows /dev/zero events
rm ready
bccwatch trace -o events -- bash -c 'trap "exit 6" TERM; : >ready; while :; do sleep 0.1; done' 2>err &
pid=$!
until [ -e ready ]; do sleep 0.1; done
kill -TERM "$pid"
wait "$pid"
status=$?
check "trace -- COMMAND: SIGTERM is passed on to the command" [ "$status" = 6 ]

# -o
out=$tmp/stdout err=$tmp/err
ln -s target link
check_status "trace -o: a symbolic link is refused" 1 bccwatch trace -o link -d 1
check "trace -o: nothing is made where a symbolic link points" absent "$tmp/target"
start -o "$tmp/log"
check "trace -o: the file is its owner's alone" [ "$(stat -c %a log)" = 600 ]
"$fixtures/openers" openat /first
sleep 0.5
mv log old
kill -HUP "$pid"
sleep 0.5
"$fixtures/openers" openat /second
sleep 0.5
stop
check "trace -o: SIGHUP does not end it" [ "$status" = 0 ]
check "trace -o: an open before SIGHUP is in the file that was moved away" shows '/first RESULT=ENOENT$' old
check "trace -o: an open after SIGHUP is in the new file" shows '/second RESULT=ENOENT$' log
check "trace -o: none of them is in the other file" [ "$(grep -c /second old)$(grep -c /first log)" = 00 ]
check "trace -o: stdout stays empty" [ ! -s "$out" ]
mkdir full && mount -t tmpfs -o size=64k none full
start -o "$tmp/full/log"
"$fixtures/opens" 3000 /full >/dev/null
sleep 1.5
"$fixtures/opens" 10 /full >/dev/null
stop
check "trace -o: a full disk does not end it, but is a failure" [ "$status" = 1 ]
check "trace -o: what a full disk did not take is counted" shows 'events shown, 0 lost, [0-9]+ not written' "$err"
umount full

# --max-events
(while :; do : </etc/passwd; sleep 0.05; done) &
opener=$!
check_status "trace --max-events ends by itself" 0 bccwatch trace --max-events 3 -o "$tmp/three"
check "trace --max-events shows so many events" [ "$(wc -l <three)" = 3 ]
check_lines "trace --max-events: the closing line has their number" 1 "3 events shown, 0 lost." "$tmp/said"
kill "$opener"

# block -- COMMAND
cd "$tmp" && echo SECRET >secret && mkfifo go
# shellcheck disable=SC2016
bccwatch block -a deny --name secret -- sh -c 'cat secret; (sleep 0.1; cat secret); echo x >go; read -r _ <go; exit 7' >"$tmp/out" 2>"$tmp/err" &
pid=$! out=$tmp/out err=$tmp/err
read -r _ <go
check "block -- COMMAND: others may open the file meanwhile" [ "$(cat secret)" = SECRET ]
echo x >go
wait "$pid"
check "block -- COMMAND: the exit status is the command's" [ $? = 7 ]
check_lines "block -- COMMAND: what the command and its children open is denied" 2 "COMM=cat tried to open forbidden file $tmp/secret, denied." "$out"
# A map of 8 processes, or some more on a machine of several CPUs; once it is full, those that are missing are not known.
cp -r "$src" small && sed -i -E 's/^(BPF_HASH\(tree, .*), 65536\)/\1, 8)/' small/lib/tree.h
bccwatch block -a deny --source small/block.c --name secret -- sh -c '
	for i in $(seq 100); do sleep 60 & done
	cat secret; echo x >go; read -r _ <go; kill $(jobs -p)' >out 2>err &
pid=$!
read -r _ <go
check "block -- COMMAND: with more processes than there is room for, its children are denied" \
	within 5 shows "COMM=cat tried to open" out
check "block -- COMMAND: with more processes than there is room for, all are denied" denied secret
check "block -- COMMAND: with more processes than there is room for, that is reported" within 5 shows "rules hold for all processes now" err
# shellcheck disable=SC2016
bash -c 'echo x >"$1"' bash "$tmp/go"
wait "$pid"
check_status "block -- COMMAND: 127 where there is no such command" 127 bccwatch block -a deny --name secret -- no-such-command
check_status "block: an operand is a usage error" 2 bccwatch block secret
check "block -- COMMAND: nothing is left attached" nothing_attached

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# However a run ends: events are drained, the closing line is printed, nothing is left attached.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

for signal in TERM HUP; do
	start && "$fixtures/opens" 300 /drained >/dev/null
	kill -STOP "$pid" && "$fixtures/opens" 100 /stopped >/dev/null && kill -CONT "$pid" && sleep 1 && stop $signal
	check "trace: SIG$signal ends it with status 0" [ "$status" = 0 ]
	check_lines "trace: SIG$signal: all 300 opens before are shown" 300 /drained/f "$out"
	check_lines "trace: SIG$signal: all 100 opens while it was suspended are shown" 100 /stopped/f "$out"
	check_lines "trace: SIG$signal: the closing line says that none were lost" 1 "events shown, 0 lost." "$err"
	check "trace: SIG$signal: nothing is left attached" nothing_attached
done

start
check "this test sees the BPF programs of a trace that runs" [ "$("$fixtures/programs")" -gt 0 ]
if has_kprobes; then check "this test sees the kprobe of a trace that runs" grep -q open /sys/kernel/debug/kprobes/list; fi
stop KILL
check "trace: SIGKILL: nothing is left attached" nothing_attached

bccwatch trace 2>"$tmp/err" | head -n 1 >"$tmp/head" &
for _ in $(seq 600); do grep -q 'Ctrl-C ends' "$tmp/err" && break; sleep 0.1; done
"$fixtures/opens" 300 /pipe >/dev/null
wait
check "trace: the reader of stdout got a line" [ -s "$tmp/head" ]
check "trace: a reader of stdout that ends also ends trace, nothing is left attached" nothing_attached

bccwatch trace --no-cache 2>"$tmp/err" >/dev/null &
pid=$!
until pgrep -x bccwatch-compil >/dev/null; do sleep 0.05; done
stop INT
check "trace: SIGINT during the compilation ends it with status 0" [ "$status" = 0 ]
check "trace: SIGINT during the compilation ends the compiler" nothing_attached
bccwatch trace --no-cache 2>"$tmp/err" >/dev/null &
pid=$!
until pgrep -x bccwatch-compil >/dev/null; do sleep 0.05; done
stop KILL
sleep 0.5
check "trace: SIGKILL during the compilation ends the compiler" nothing_attached

SECONDS=0
check_status "trace --duration ends with status 0, also with stdin closed and SIGCHLD ignored" 0 \
	perl -e '$SIG{CHLD} = "IGNORE"; close STDIN; exec "bccwatch", "trace", "-d", "2"'
check "trace --duration takes at least the given time" [ "$SECONDS" -ge 2 ]
check_status "trace: stdout on a full disk is an error" 1 \
	sh -c 'bccwatch trace -d 9 >/dev/full & until cat /etc/hostname && ! kill -0 $! 2>/dev/null; do sleep 0.3; done; wait $!'
check_lines "trace: stdout on a full disk: the error names the reason" 1 "cannot write all events: No space left on device" "$tmp/said"

# A line is out at once, though stdout is a pipe.
mkfifo "$tmp/pipe"
bccwatch trace >"$tmp/pipe" 2>"$tmp/err" &
pid=$!
exec 7<"$tmp/pipe"
for _ in $(seq 600); do grep -q 'Ctrl-C ends' "$tmp/err" && break; sleep 0.1; done
"$fixtures/openers" openat /one
check "trace: a single line comes through a pipe within 2 s" timeout 2 grep -m 1 -F /one <&7
# Nobody reads, the pipe is full: a signal ends it all the same.
"$fixtures/opens" 5000 /full >/dev/null
SECONDS=0
stop TERM
check "trace: a signal ends it although nobody reads stdout" [ "$SECONDS" -lt 10 ]
check "trace: ended with nobody reading stdout, nothing is left attached" nothing_attached
exec 7<&-
mkfifo "$tmp/stalled"
bccwatch trace -d 3 >"$tmp/stalled" 2>&1 &
pid=$!
exec 7<"$tmp/stalled"
for _ in $(seq 600); do [ "$("$fixtures/programs")" = 0 ] || break; sleep 0.1; done
check "this test: trace --duration is attached while nobody reads" [ "$("$fixtures/programs")" -gt 0 ]
sleep 0.5
"$fixtures/opens" 5000 /stalled >/dev/null
SECONDS=0
wait "$pid"
check "trace --duration ends although nobody reads stdout and stderr" [ "$SECONDS" -lt 12 ]
check "trace --duration: ended with nobody reading, nothing is left attached" nothing_attached
exec 7<&-

check_status "trace: a closed stdout is an error" 1 sh -c 'bccwatch trace -d 1 >&-'

# The smallest buffer, a reader that is stopped: what does not fit is counted to the last one.
start --buffer-pages 1 --fail-on-loss && kill -STOP "$pid" && "$fixtures/opens" 5000 /flood >/dev/null && kill -CONT "$pid"
"$fixtures/openers" openat /after
sleep 1.5
stop
shown=$(grep -oE '^[0-9]+ events' "$err" | cut -d' ' -f1)
lost=$(grep -oE '[0-9]+ lost' "$err" | tail -n 1 | cut -d' ' -f1)
check "trace: lost events are counted" [ "$lost" -gt 1000 ]
check "trace: shown and lost events add up to those sent" [ $((shown + lost)) -ge 5001 -a $((shown + lost)) -lt 5200 ]
check "trace: the closing line's count of shown events is that of the lines" [ "$shown" = "$(wc -l <"$out")" ]
check "trace: lost events are reported while it runs" grep -q '^Lost [0-9]* events' "$err"
check "trace --fail-on-loss exits with 3 where events were lost" [ "$status" = 3 ]

# Also where the source counts nothing itself.
cat >"$tmp/mute.c" <<'END'
BPF_PERF_OUTPUT(events);
TRACEPOINT_PROBE(syscalls, sys_enter_openat)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	events.perf_submit(args, &pid, sizeof(pid));
	return 0;
}
END
start --buffer-pages 1 --source "$tmp/mute.c" && kill -STOP "$pid" && "$fixtures/opens" 5000 /flood >/dev/null && kill -CONT "$pid"
stop
lost=$(grep -oE '[0-9]+ lost' "$err" | tail -n 1 | cut -d' ' -f1)
check "trace --source: lost events of a source without counters are counted" [ $(($(wc -l <"$out") + lost)) -ge 5000 ]

# Faster than anybody can read, on both CPUs: a signal still ends it, and soon.
start >/dev/null
for i in 1 2; do "$fixtures/opens" 2000000 /storm >/dev/null & storm[i]=$!; done
sleep 2
SECONDS=0
stop INT
check "trace: a signal ends it within 10 s under a flood of events" [ "$SECONDS" -lt 10 ]
check "trace: ended by a signal under a flood of events, its status is 0" [ "$status" = 0 ]
kill "${storm[@]}" 2>/dev/null
wait
check "trace: ended under a flood of events, nothing is left attached" nothing_attached

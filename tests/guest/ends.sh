#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# However a run ends: drained, summarised, nothing left.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

for signal in TERM HUP; do
	start && "$fixtures/opens" 300 /drained >/dev/null
	kill -STOP "$pid" && "$fixtures/opens" 100 /stopped >/dev/null && kill -CONT "$pid" && sleep 1 && stop $signal
	check "SIG$signal ends it with 0" [ "$status" = 0 ]
	check_lines "SIG$signal: what was sent before is shown" 300 /drained/f "$out"
	check_lines "SIG$signal: also what came while it was stopped" 100 /stopped/f "$out"
	check_lines "SIG$signal: the closing line" 1 "events shown, 0 lost." "$err"
	check "SIG$signal: nothing is left" nothing_attached
done

start
check "it is attached while it runs" [ "$("$fixtures/programs")" -gt 0 ]
if has_kprobes; then check "and the kernel lists its probe" grep -q open /sys/kernel/debug/kprobes/list; fi
stop KILL
check "SIGKILL: nothing is left" nothing_attached

bccwatch trace 2>"$tmp/err" | head -n 1 >"$tmp/head" &
for _ in $(seq 600); do grep -q 'Ctrl-C ends' "$tmp/err" && break; sleep 0.1; done
"$fixtures/opens" 300 /pipe >/dev/null
wait
check "a reader that goes ends it" [ -s "$tmp/head" ]
check "SIGPIPE: nothing is left" nothing_attached

bccwatch trace --no-cache 2>"$tmp/err" >/dev/null &
pid=$!
until pgrep -x bccwatch-compil >/dev/null; do sleep 0.05; done
stop INT
check "SIGINT while it compiles ends it with 0" [ "$status" = 0 ]
check "and ends the compiler" nothing_attached
bccwatch trace --no-cache 2>"$tmp/err" >/dev/null &
pid=$!
until pgrep -x bccwatch-compil >/dev/null; do sleep 0.05; done
stop KILL
sleep 0.5
check "SIGKILL while it compiles ends the compiler too" nothing_attached

SECONDS=0
check_status "--duration ends it with 0, also with stdin closed and SIGCHLD ignored" 0 \
	perl -e '$SIG{CHLD} = "IGNORE"; close STDIN; exec "bccwatch", "trace", "-d", "2"'
check "--duration is no shorter than asked for" [ "$SECONDS" -ge 2 ]
check_status "a stdout that takes nothing is an error" 1 \
	sh -c 'bccwatch trace -d 9 >/dev/full & until cat /etc/hostname && ! kill -0 $! 2>/dev/null; do sleep 0.3; done; wait $!'
check_lines "and says so" 1 "can't write all events: No space left on device" "$tmp/said"

# A line is out at once, though stdout is a pipe.
mkfifo "$tmp/pipe"
bccwatch trace >"$tmp/pipe" 2>"$tmp/err" &
pid=$!
exec 7<"$tmp/pipe"
for _ in $(seq 600); do grep -q 'Ctrl-C ends' "$tmp/err" && break; sleep 0.1; done
"$fixtures/openers" openat /one
check "a single line comes through a pipe at once" timeout 2 grep -m 1 -F /one <&7
# Nobody reads, the pipe is full: a signal ends it all the same.
"$fixtures/opens" 5000 /full >/dev/null
SECONDS=0
stop TERM
check "a signal ends it although nobody reads" [ "$SECONDS" -lt 10 ]
check "and nothing is left" nothing_attached
exec 7<&-
mkfifo "$tmp/stalled"
bccwatch trace -d 3 >"$tmp/stalled" 2>&1 &
pid=$!
exec 7<"$tmp/stalled"
for _ in $(seq 600); do [ "$("$fixtures/programs")" = 0 ] || break; sleep 0.1; done
sleep 0.5
"$fixtures/opens" 5000 /stalled >/dev/null
SECONDS=0
wait "$pid"
check "--duration ends it although nobody reads stdout and stderr" [ "$SECONDS" -lt 12 ]
check "and nothing is left then" nothing_attached
exec 7<&-

check_status "a closed stdout is an error" 1 sh -c 'bccwatch trace -d 1 >&-'

# The smallest buffer, a reader that is stopped: what does not fit is counted to the last one.
start --buffer-pages 1 --fail-on-loss && kill -STOP "$pid" && "$fixtures/opens" 5000 /flood >/dev/null && kill -CONT "$pid"
"$fixtures/openers" openat /after
sleep 1.5
stop
shown=$(grep -oE '^[0-9]+ events' "$err" | cut -d' ' -f1)
lost=$(grep -oE '[0-9]+ lost' "$err" | tail -n 1 | cut -d' ' -f1)
check "losses are counted" [ "$lost" -gt 1000 ]
check "none is counted twice or forgotten" [ $((shown + lost)) -ge 5001 -a $((shown + lost)) -lt 5200 ]
check "the closing line's count is that of the lines" [ "$shown" = "$(wc -l <"$out")" ]
check "they are said while it runs" grep -q '^Lost [0-9]* events' "$err"
check "--fail-on-loss exits with 3" [ "$status" = 3 ]

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
check "losses of a source without counters are counted" [ $(($(wc -l <"$out") + lost)) -ge 5000 ]

# Faster than anybody can read, on both CPUs: a signal still ends it, and soon.
start >/dev/null
for i in 1 2; do "$fixtures/opens" 2000000 /storm >/dev/null & storm[i]=$!; done
sleep 2
SECONDS=0
stop INT
check "a signal ends it in a storm" [ "$SECONDS" -lt 10 ]
kill "${storm[@]}" 2>/dev/null
wait
check "nothing is left after the storm" nothing_attached

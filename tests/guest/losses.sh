#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What trace loses is counted exactly and by its reason; what it shows is in the order of time.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

count() { grep -cF -- "$1" "$out"; }
lost() { grep -oE '[0-9]+ lost' "$err" | tail -n 1 | cut -d' ' -f1; }

# A process that changes its CPU with each open: its events lie in the two buffers in turns.
start
for i in $(seq -f %04g 1 40); do taskset -c $((10#$i % 2)) cat "/hop/f$i" 2>/dev/null; done
kill -STOP "$pid" # what comes now is read at once, buffer by buffer
for i in $(seq -f %04g 41 80); do taskset -c $((10#$i % 2)) cat "/hop/f$i" 2>/dev/null; done
kill -CONT "$pid"
sleep 0.5
stop
grep -oE '/hop/f[0-9]+' "$out" >"$tmp/hops"
seq -f /hop/f%04g 1 80 >"$tmp/all"
check "trace: opens on two CPUs in turns are shown in the order of time" diff "$tmp/all" "$tmp/hops"
check_lines "trace: none of them is counted as out of order" 1 "events shown, 0 lost." "$err"

# Each is shown or counted, however long nobody reads.
start --comm opens && kill -STOP "$pid" && "$fixtures/opens" 100000 /stopped >/dev/null && kill -CONT "$pid"
drained() { # nothing more comes: then nothing more is lost
	local before
	before=$(wc -c <"$out")
	sleep 1.5
	[ "$(wc -c <"$out")" = "$before" ]
}
for _ in $(seq 40); do drained && break; done
"$fixtures/opens" 10 /after >/dev/null
sleep 1.5
stop
shown=$(count /stopped/f) lost=$(lost)
check "trace: 100,000 opens while it is stopped: some are shown and some lost ($shown, $lost)" [ "$shown" -gt 100 -a "$lost" -gt 100 ]
check "trace: of 100,000 opens while it is stopped, shown and lost add up to all" [ $((shown + lost)) = 100000 ]
check "trace: opens after it went on are shown" [ "$(count /after/f)" = 10 ]
check "trace: what was lost is reported once, with the cure" shows "^Lost $lost events: .*--buffer-pages" "$err"

cpu=/sys/devices/system/cpu/cpu1/online
if [ ! -w $cpu ]; then
	skip "trace: a CPU that comes online" "this kernel cannot take a CPU offline"
	exit 0
fi
# on_cpu1 COUNT DIR: from the moment on that the CPU takes tasks.
on_cpu1() { taskset -c 1 "$fixtures/opens" "$1" "$2" >/dev/null; }

start --fail-on-loss
on_cpu1 20 /before
echo 0 >$cpu
sleep 1.5
echo 1 >$cpu
on_cpu1 30 /returned
sleep 1
on_cpu1 40 /settled
sleep 1.5
stop
shown=$(count /returned/f) lost=$(lost)
check "trace: opens on a CPU before it goes offline are shown" [ "$(count /before/f)" = 20 ]
check "trace: a second after a CPU came online its opens are shown" [ "$(count /settled/f)" = 40 ]
check "trace: opens on a CPU that just came online are shown or counted as lost ($shown, $lost)" [ "$shown" -le 30 -a $((shown + lost)) -ge 30 ]
if [ "$lost" -gt 0 ]; then
	check "trace: a CPU without a buffer is reported by that name" shows "^Lost [0-9]+ events: CPUs without a buffer" "$err"
	check "trace: the closing line counts events on CPUs without a buffer" \
		shows "events shown, $lost lost, $lost of these on CPUs without a buffer" "$err"
	check "trace --fail-on-loss exits with 3 where a CPU had no buffer" [ "$status" = 3 ]
else
	check "trace: where nothing is lost on a CPU that just came online, all its opens are shown" [ "$shown" = 30 ]
fi
check "trace: a CPU without a buffer brings no hint about --buffer-pages" shows_no buffer-pages "$err"

# It is gone and back before anybody looks: its old buffer takes nothing more.
start
echo 0 >$cpu
echo 1 >$cpu
on_cpu1 30 /quick
sleep 1.2
on_cpu1 40 /settled
sleep 0.3
stop
shown=$(count /quick/f) lost=$(lost)
check "trace: a CPU that was offline for a moment: its opens are shown or counted as lost ($shown, $lost)" [ $((shown + lost)) -ge 30 ]
check "trace: a CPU that was offline for a moment has a buffer a second later" [ "$(count /settled/f)" = 40 ]

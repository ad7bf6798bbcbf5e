#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: how long trace takes to its first event, what it holds, what an open costs. Only ratios carry over to
# another machine.
set -u
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
opens=120000
median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
cost() { for _ in 1 2 3; do "$fixtures/opens" $((opens / 3)) /bench; done | median; }

# A process that opens a file every 10 ms, so that the first event waits for nothing else.
first_event() {
	local begin now
	(while :; do : <"$0"; sleep 0.01; done) &
	local ticker=$!
	begin=$(date +%s%N)
	bccwatch trace "$@" 2>/dev/null | head -n 1 >/dev/null
	now=$(date +%s%N)
	kill $ticker
	wait $ticker 2>/dev/null
	echo $(((now - begin) / 1000000))
}
start() {
	bccwatch trace "$@" >/tmp/bench.out 2>/tmp/bench.err &
	pid=$!
	until grep -q 'Ctrl-C ends' /tmp/bench.err; do sleep 0.05; done
}
finish() {
	kill -TERM $pid
	wait $pid
}

uname -sr
first_event >/dev/null
echo "command to first event, ms (median of 5), a known program: $(for _ in 1 2 3 4 5; do first_event; done | median)"
echo "command to first event, ms (median of 5), compiled: $(for _ in 1 2 3 4 5; do first_event --no-cache; done | median)"
echo "an open, ns, bare: $(cost)"
for via in kprobe tracepoint; do
	[ $via = tracepoint ] || [ -e /sys/bus/event_source/devices/kprobe ] || continue
	start --via $via -n no-such-name
	echo "an open, ns, $via, filtered out: $(cost)"
	finish
	start --via $via
	echo "an open, ns, $via, shown: $(cost)"
	awk -v via=$via '/^(VmHWM|VmRSS|RssFile|RssShmem|RssAnon):/ {printf "%s, after %d opens: %s %d kB\n", via, '$opens', $1, $2}' \
		/proc/$pid/status
	finish
	echo "$via: $(tail -n 1 /tmp/bench.err)"
done

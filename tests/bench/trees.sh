#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: two builds of bccwatch in turn, the start up to the header and what an open costs. In each tree, with DIR a
# directory of this machine and NAME another name for each:
#     make PREFIX=/mnt/1/NAME && make install PREFIX=/mnt/1/NAME DESTDIR=DIR
#     scripts/guest -p -t 2400 -d DIR/mnt/1 -- /usr/lib/bccwatch/tests/bench/trees.sh NAME NAME
set -u
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
[ $# = 2 ] || { sed -n '3,6s/^# //p' "$0" && exit 2; }
trees=("$@") rounds=${ROUNDS:-5} only=${ONLY:-start cost} # ONLY=cost leaves the starts out
results=$(mktemp -d)
mkdir -p /bench/opened /bench/protected && : >/bench/file

# attach TREE ARGUMENT...: returns when the header is there, with $pid.
attach() {
	: >/tmp/bench.err
	"/mnt/1/$1/sbin/bccwatch" "${@:2}" >/dev/null 2>/tmp/bench.err &
	pid=$!
	until grep -q 'Ctrl-C' /tmp/bench.err; do
		kill -0 $pid 2>/dev/null || { cat /tmp/bench.err >&2 && exit 1; }
		sleep 0.01
	done
}
detach() { kill $pid && wait $pid; }
start() { # start LABEL TREE ARGUMENT...: ms
	local begin
	[[ " $only " = *" start "* ]] || return 0
	begin=$(date +%s%N)
	attach "${@:2}"
	echo $((($(date +%s%N) - begin) / 1000000)) >>"$results/$1 $2"
	detach
}
cost() { # cost LABEL TREE ARGUMENT...: ns
	[[ " $only " = *" cost "* ]] || return 0
	attach "${@:2}"
	"$fixtures/opens" 10000 /bench/opened >/dev/null
	"$fixtures/opens" 40000 /bench/opened >>"$results/$1 $2"
	detach
}
for tree in "${trees[@]}"; do attach "$tree" trace && detach; done # fills the page cache
for round in $(seq "$rounds"); do
	for tree in "${trees[@]}"; do
		start "start, changed, trace" "$tree" trace --no-cache
		start "start, changed, block by name" "$tree" block -a deny --name no-such-name --no-cache
		start "start, changed, block by path" "$tree" block -a deny --path /bench/file --no-cache
		start "start, changed, block by dir" "$tree" block -a deny --dir /bench/protected --no-cache
		start "start, changed, trace --ops all" "$tree" trace --ops all --json --no-cache
		start "start, known, trace" "$tree" trace
		start "start, known, trace --ops all" "$tree" trace --ops all --json
		start "start, known, trace --ops all PATH" "$tree" trace --ops all --json /bench/protected
		start "start, known, block by path" "$tree" block -a deny --path /bench/file
		cost "open, trace shows it" "$tree" trace
		cost "open, trace filters it" "$tree" trace -n no-such-name
		cost "open, block by path" "$tree" block -a deny --path /bench/file
		cost "open, block by dir" "$tree" block -a deny --dir /bench/protected
	done
	echo "round $round of $rounds" >&2
done
cd "$results" || exit
for each in *; do
	echo "$each: $(sort -n "$each" | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)] " (" v[1] " to " v[NR] ")"}')"
done

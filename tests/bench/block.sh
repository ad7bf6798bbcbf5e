#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: what the open of a file that no rule is about costs, by how many rules there are. Only ratios carry over to
# another machine.
set -u
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
files=10000
dir=/root/bench
mkdir -p $dir/guarded
for i in $(seq 0 $((files - 1))); do : >"$(printf '%s/f%07d' $dir "$i")"; done
for i in $(seq 10000); do echo "name no-such-name-$i"; done >/tmp/names
for i in $(seq 10000); do echo "path $dir/guarded/no-such-file-$i"; done >/tmp/paths

# Each kind in turn, so that what else the machine does meets them all alike.
names=(none "1 name" "10,000 names" "1 path" "10,000 paths" "1 dir")
rules=("" "--name no-such-name" "--rules /tmp/names" "--path $dir/guarded/x" "--rules /tmp/paths" "--dir $dir/guarded")
cost() {
	local pid
	if [ "$1" ]; then
		# shellcheck disable=SC2086 # an option and its argument
		bccwatch block -a deny $1 >/dev/null 2>/tmp/bench.err &
		pid=$!
		until grep -q 'Ctrl-C ends' /tmp/bench.err; do
			kill -0 $pid || exit
			sleep 0.1
		done
	fi
	"$fixtures/opens" $files $dir >/dev/null
	"$fixtures/opens" $files $dir
	if [ "$1" ]; then
		kill -TERM "$pid"
		wait "$pid"
	fi
}

uname -sr
for round in 1 2 3 4 5; do
	for i in "${!names[@]}"; do cost "${rules[i]}" >>"/tmp/cost$i"; done
	echo "round $round of 5" >&2
done
for i in "${!names[@]}"; do
	echo "an open and close, ns (median of 5; least, most), ${names[i]}: $(sort -n "/tmp/cost$i" | awk '
		{v[NR] = $1} END {print v[int((NR + 1) / 2)] " (" v[1] ", " v[NR] ")"}')"
done

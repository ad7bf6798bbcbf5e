#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# In a guest: what an open, a rename and an unlink cost that no rule is about, by how many rules there are, with actions,
# subjects and patterns; and how long a reload takes. Only ratios carry over to another machine.
set -u
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
files=5000 many=65536 rounds=${ROUNDS:-5}
dir=/root/bench
mkdir -p $dir
lines() { for ((i = 0; i < $1; i++)); do echo "${2//%/$i}"; done; }
lines 1 'name no-such-name-%' >/tmp/one
lines $many 'name no-such-name-%' >/tmp/many
lines 1 "deny any name no-such-name-% except uid 12" >/tmp/one-action
lines $many "deny any name no-such-name-% except uid 12" >/tmp/many-actions
lines 64 'deny any name no-such-*-%.[ab]' >/tmp/patterns

# Each in turn, so that what else the machine does meets them all alike.
names=("no rules" "1 name" "$many names" "1 with action and subject" "$many with action and subject" "64 patterns")
rules=("" /tmp/one /tmp/many /tmp/one-action /tmp/many-actions /tmp/patterns)
start() {
	bccwatch block --headers btf -a deny --access any --rules "$1" >/dev/null 2>/tmp/bench.err &
	pid=$!
	until grep -q 'Ctrl-C ends' /tmp/bench.err; do
		kill -0 $pid || exit
		sleep 0.1
	done
}
cost() { # cost NUMBER: of each operation
	for ((i = 0; i < files; i++)); do : >"$(printf '%s/f%07d' $dir "$i")"; done
	"$fixtures/opens" $files $dir >/dev/null
	"$fixtures/opens" $files $dir >>"/tmp/open$1"
	"$fixtures/opens" $files $dir rename >>"/tmp/rename$1"
	"$fixtures/opens" $files $dir unlink >>"/tmp/unlink$1"
}

uname -sr
for round in $(seq "$rounds"); do
	for i in "${!names[@]}"; do
		pid=
		[ -z "${rules[i]}" ] || start "${rules[i]}"
		cost "$i"
		[ -z "$pid" ] || { kill -TERM "$pid" && wait "$pid"; }
	done
	echo "round $round of $rounds" >&2
done
for what in open rename unlink; do
	for i in "${!names[@]}"; do
		echo "$what, ns (median of $rounds; least, most), ${names[i]}: $(sort -n "/tmp/$what$i" | awk '
			{v[NR] = $1} END {print v[int((NR + 1) / 2)] " (" v[1] ", " v[NR] ")"}')"
	done
done
for i in 1 2 4 5; do
	start "${rules[i]}"
	for _ in 1 2 3; do
		n=$(grep -c '^Reloaded' /tmp/bench.err)
		kill -HUP "$pid"
		until [ "$(grep -c '^Reloaded' /tmp/bench.err)" -gt "$n" ]; do sleep 0.1; done
	done
	echo "a reload, ${names[i]}: $(sed -n 's/^Reloaded in \([0-9]*\) ms.*/\1/p' /tmp/bench.err | paste -sd ' ') ms"
	kill -TERM "$pid" && wait "$pid"
done

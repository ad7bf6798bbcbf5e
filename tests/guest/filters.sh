#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# --pid, --uid, --comm: theirs are shown, the rest is hidden, in the kernel.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cp "$fixtures/openers" "$tmp/first-opener"
cp "$fixtures/openers" "$tmp/other-opener-x"
cp "$fixtures/openers" "$tmp/sixteen-bytes-name"

# Opens /by/NAME as three users of three names.
workload() {
	setpriv --reuid 1234 --regid 1234 --clear-groups "$tmp/first-opener" openat "/by/first"
	"$tmp/other-opener-x" openat /by/other
	"$tmp/sixteen-bytes-name" openat /by/third
}
chmod 755 "$tmp"

shown() { # shown NAME FILES...: exactly these were shown
	local name=$1 got
	shift
	got=$(grep -o '/by/.*' "$out" | sort | paste -sd ' ')
	if [ "$got" = "$*" ]; then pass "$name"; else fail "$name" "shown: '$got', not '$*': $(tail -n 5 "$out" "$err")"; fi
}

start -u 1234 && workload && stop
shown "trace --uid shows the opens of that user alone" /by/first
start -n opener && workload && stop
shown "trace --comm shows processes whose name contains the text" /by/first /by/other
start --via tracepoint -u 1234 -n opener && workload && stop
shown "trace --via tracepoint: --uid and --comm filter" /by/first
start -n bytes-n && workload && stop
shown "trace --comm compares up to the 15th byte" /by/third
start --comm first-opener --uid 0 && workload && "$tmp/first-opener" openat /by/both && stop
shown "trace: of several filters all must match" /by/both
start -u root -n x && workload && stop
shown "trace --uid takes a name of a user" /by/other /by/third

if has_kprobes; then kinds='kprobe tracepoint'; else kinds=tracepoint; fi
cp "$fixtures/handles" "$tmp/handles-x"
for via in $kinds; do
	"$fixtures/handles" take "$tmp/first-opener" "$tmp/handle"
	start --via "$via" -n handles-x
	"$fixtures/handles" open "$tmp" "$tmp/handle" >/dev/null && "$tmp/handles-x" open "$tmp" "$tmp/handle" >/dev/null
	stop
	check "trace --via $via: open_by_handle_at is filtered" [ "$(grep -cE '(/first-opener|handle:[0-9]+:[0-9a-f]+)$' "$out")" = 1 ]
done

(
	read -r _
	exec "$fixtures/access" leak /by/threads 4 >/dev/null
) < <(
	until [ -e "$tmp/go" ]; do sleep 0.1; done
	echo
) &
only=$!
start -p $only && workload
touch "$tmp/go"
wait "$only"
stop
shown "trace --pid shows the opens of that process alone, of all its threads" /by/threads /by/threads /by/threads /by/threads
check "trace --pid: every line is of that process" [ "$(wc -l <"$out")" -gt 0 -a "$(grep -vc " PID=$only " "$out")" = 0 ]

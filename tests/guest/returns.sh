#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Probes at a function's return: what the kernel misses is counted where it counts, and warned of where it does not.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$tmp/returns.c" <<'END'
BPF_ARRAY(seen, u64, 2); // entries, returns
static void hit(int which)
{
	u64 *n = seen.lookup(&which);

	if (n)
		__sync_fetch_and_add(n, 1);
}
int at_return(void *ctx) { hit(1); return 0; }
int at_entry(void *ctx) { hit(0); return 0; }
END
seen() { # what the map has at the end
	awk -v key="$1" '/ seen, /{in_map = 1; next} in_map && $1 == key {n = $2} END {print n + 0}' "$out"
}

# While 500 opens of a fifo wait in the kernel, so that all it has for following calls is taken, others open.
workload() {
	"$fixtures/openers" blocked "$tmp/fifo" &
	opener=$!
	for _ in $(seq 100); do
		[ "$(grep -s '^Threads:' "/proc/$opener/status" | tr -dc 0-9)" = 501 ] && break
		sleep 0.05
	done
	"$fixtures/opens" 1000 "$tmp/none" >/dev/null
	wait "$opener"
	rm -f "$tmp/fifo"
}
is_counted() { [ "$(printf '%s\n6.7\n' "$(uname -r)" | sort -V | head -n 1)" = 6.7 ]; } # what Linux promises; not how bccwatch knows

kretprobes() {
	start_command run "$tmp/returns.c" --headers btf "$@" --kretprobe do_sys_openat2:at_return --kprobe do_sys_openat2:at_entry || return
	cp "$err" "$tmp/header"
	workload
	sleep 1.5
	stop
	entries=$(seen 0) returns=$(seen 1)
	missed=$(sed -n 's/.*, \([0-9]*\) missed by the kernel.*/\1/p' "$err")
	check "this test: the kernel misses returns ($returns of $entries calls are seen)" [ "$entries" -gt 1500 -a "$returns" -lt $((entries - 900)) ]
}

if ! has_kprobes; then
	skip "run --kretprobe: all" "this kernel has no kprobes"
elif is_counted; then
	kretprobes --fail-on-loss
	difference=$((entries - returns - ${missed:-0}))
	# Other processes open a few files between the two attachments.
	check "run --kretprobe: returns and reported misses add up to the entries ($returns, ${missed:-0}, $entries)" [ "${difference#-}" -le 100 ]
	check "run --fail-on-loss exits with 3 where returns were missed" [ "$status" = 3 ]
	check_lines "run --kretprobe: missed returns are reported while it runs, with what has no such limit" 1 "KRETFUNC_PROBE" <(grep '^Skipped by the kernel: [0-9]* returns' "$err" | head -n 1)
	check_lines "run --kretprobe: no warning where the kernel counts missed returns" 0 "Warning" "$err"
	check "run --kretprobe: nothing is left attached" nothing_attached
	start_command run "$tmp/returns.c" --headers btf --json --kretprobe do_sys_openat2:at_return --kprobe vfs_read:at_entry && workload && stop
	check "run --json: the last line has the missed returns" [ "$(sed -n '$ s/.*"table":"","lost":0,"missed":\([0-9]*\),.*/\1/p' "$out")" -gt 900 ]
	check "run --kretprobe: without --fail-on-loss the exit status is 0" [ "$status" = 0 ]
else
	kretprobes
	check_lines "run --kretprobe: a warning at the start that missed returns are not counted" 1 "Warning: A kretprobe follows a limited number of calls at a time" "$tmp/header"
	check_lines "run --kretprobe: the warning names what has no such limit" 1 "KRETFUNC_PROBE" "$tmp/header"
	check "run --kretprobe: nothing is left attached" nothing_attached
	start_command run "$tmp/returns.c" --headers btf --kprobe vfs_read:at_return --kprobe vfs_write:at_entry && stop
	check_lines "run: no warning without a return probe" 0 "Warning" "$err"
fi

start_command run "$tmp/returns.c" --headers btf --uprobe "$fixtures/deep:deep_call:at_entry" --uretprobe "$fixtures/deep:deep_call:at_return" || exit
"$fixtures/deep" 100 >/dev/null
stop
check "run --uretprobe sees 64 of 100 nested calls return" [ "$(seen 0)" = 100 -a "$(seen 1)" = 64 ]
check_lines "run --uretprobe: a warning at the start about the limit of 64" 1 "more than 64 deep" "$err"

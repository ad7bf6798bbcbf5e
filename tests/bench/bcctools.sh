#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: the C texts of BCC's tools, as the installed package has them, beside the Python originals on the same workload.
# shellcheck source=../guest/lib.sh
. "$(dirname "$0")/../guest/lib.sh"

# The one guest that has the package; elsewhere there is nothing to compare with.
[ -x /usr/sbin/opensnoop-bpfcc ] || exit 0
cd "$tmp" || exit

names=() ours=() theirs=()
begin() { # begin TOOL [ARGUMENT...]: both, in the background
	local name=$1 options
	shift
	if ! mapfile -t options < <(python3 "$(dirname "$0")/bcctools.py" "$name.c" "/usr/sbin/$name-bpfcc" "$@" 2>"$name.why") || [ ! -s "$name.c" ]; then
		fail "$name: its text" "$(cat "$name.why")"
		return
	fi
	echo "# $name: ${#options[@]} options: ${options[*]:0:4}"
	names+=("$name")
	bccwatch run "$name.c" "${options[@]}" >"$name.ours" 2>"$name.err" &
	ours+=($!)
	python3 -u "/usr/sbin/$name-bpfcc" "$@" >"$name.theirs" 2>"$name.theirs.err" &
	theirs+=($!)
}
wait_for() { # wait_for NAME FILE: ours is attached, theirs has said its first line or waits
	for _ in $(seq 900); do
		grep -q 'Ctrl-C ends' "$1.err" && return
		kill -0 "$2" 2>/dev/null || break
		sleep 0.2
	done
	fail "$1: begins" "$(cat "$1.err")"
}
finish() {
	local i
	for i in "${!names[@]}"; do kill -INT "${ours[i]}" "${theirs[i]}" 2>/dev/null; done
	for i in "${!names[@]}"; do wait "${ours[i]}"; wait "${theirs[i]}"; done
	for i in "${!names[@]}"; do check "${names[i]}: nothing was lost" grep -q " 0 lost" "${names[i]}.err"; done
	names=() ours=() theirs=()
}
ready() { # all are attached
	local i n last=-1
	for i in "${!names[@]}"; do wait_for "${names[i]}" "${ours[i]}"; done
	for _ in $(seq 60); do # the originals do not say it: when no program has come for a while
		n=$("$fixtures/programs")
		[ "$n" != "$last" ] || break
		last=$n
		sleep 3
	done
}
same() { # same NAME: what both told of, in the files ours and theirs, is the same, and something
	sort -u ours >ours.sorted && sort -u theirs >theirs.sorted
	check "$1: tells of the workload" [ -s ours.sorted ]
	check "$1: the same events" diff ours.sorted theirs.sorted
}
near() { # near NAME OURS THEIRS LEAST: two counts, that both were kept while other things went on
	check "$1: counts $2, the original $3" [ "$2" -ge "$4" -a "$3" -ge "$4" -a $((100 * ($2 > $3 ? $2 - $3 : $3 - $2))) -le $((5 * $3)) ]
}
buckets() { awk -F'[:|]' '/->/ {n += $2} END {print n + 0}' "$1"; } # of a log2 histogram

work() {
	perl -e '$0 = "worker"; for (1 .. 20) { open(F, "<", "/tmp/work/$_"); close(F); stat("/tmp/stat/$_") }'
	perl -e '$0 = "worker"; for (1 .. 3000) { open(F, "</etc/hostname"); sysread(F, $x, 10); close(F) }'
	for i in 1 2 3; do /bin/true worked $i; sh -c "exit $i"; : >/tmp/work/life$i; sleep 0.1; rm /tmp/work/life$i; sync; done
	sh -c 'kill -0 $$; kill -CONT $$'
	dd if=/dev/vda of=/dev/null bs=4096 count=400 iflag=direct status=none
}
mkdir -p /tmp/work && touch /tmp/work/{1..10}

begin opensnoop
begin execsnoop
begin exitsnoop
begin filelife
begin statsnoop
begin syncsnoop
ready
work
sleep 2
finish
grep -o 'UID=0 RET=[-0-9]* COMM=[^ ]* NAME=/tmp/work/.*\|COMM=[^ ]* UID=0 RET=[-0-9]* NAME=/tmp/work/.*' opensnoop.ours | sed -E 's/.*COMM=([^ ]*).*RET=([-0-9]*).*NAME=/\1 \2 /' |
	awk '{print $1, ($2 < 0 ? "-1 " -$2 : $2 " 0"), $3}' >ours
awk '$5 ~ "^/tmp/work/" {print $2, $3, $4, $5}' opensnoop.theirs >theirs
same opensnoop
grep -oE 'ARGV=.*' execsnoop.ours | grep -cE 'ARGV=(worked|exit)' >ours
awk '/worked|exit/ {n++} END {print n}' execsnoop.theirs >theirs
sed -n 's/.* PID=\([0-9]*\) .*COMM=true .*/\1/p' execsnoop.ours >ours
awk '$1 == "true" {print $2}' execsnoop.theirs >theirs
same execsnoop
sed -n 's/.* COMM=sh .*EXIT_CODE=\([0-9]*\).*/\1/p' exitsnoop.ours | awk '$1 > 0 {print $1 / 256}' >ours
awk '$1 == "sh" && $NF > 0 {print $NF}' exitsnoop.theirs | tr -d ')' >theirs
same exitsnoop
sed -n 's/.*FNAME=\(life[0-9]\).*/\1/p; s/.*FILENAME=\(life[0-9]\).*/\1/p' filelife.ours >ours
grep -o 'life[0-9]' filelife.theirs >theirs
same filelife
sed -n 's/.*FNAME=\(\/tmp\/stat\/[0-9]*\).*/\1/p; s/.*FILENAME=\(\/tmp\/stat\/[0-9]*\).*/\1/p' statsnoop.ours >ours
grep -o '/tmp/stat/[0-9]*' statsnoop.theirs >theirs
same statsnoop
near syncsnoop "$(grep -c ' events ' syncsnoop.ours)" "$(grep -c 'sync()' syncsnoop.theirs)" 3

begin killsnoop
begin vfsstat
begin biolatency
begin runqlat
begin cachestat
begin vfscount
ready
work
finish
sed -n 's/.* COMM=sh .*SIG=\([0-9]*\).*/\1/p' killsnoop.ours >ours
awk '$3 == "sh" {print $4}' killsnoop.theirs >theirs
same killsnoop
near "vfsstat: reads" "$(awk '$1 == 1 && NF == 2 {print $2}' vfsstat.ours)" "$(awk '/^[0-9]/ {n += $2} END {print n}' vfsstat.theirs)" 3000
near biolatency "$(buckets biolatency.ours)" "$(buckets biolatency.theirs)" 400
near runqlat "$(buckets runqlat.ours)" "$(buckets runqlat.theirs)" 100

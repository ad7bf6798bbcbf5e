#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: the C texts of BCC's tools, as the installed package has them, beside the Python originals on the same workload.
# shellcheck source=../guest/lib.sh
. "$(dirname "$0")/../guest/lib.sh"

# The one guest that has the package; elsewhere there is nothing to compare with.
[ -x /usr/sbin/opensnoop-bpfcc ] || exit 0
cd "$tmp" || exit
only=$* # these tools; all, if none is named

# take TOOL [ARGUMENT...]: its text into TOOL.c, what it attaches into the array options.
take() {
	name=$1
	shift
	[ -z "$only" ] || [[ " $only " == *" $name "* ]] || return 1
	if ! python3 "$(dirname "$0")/bcctools.py" "$name.c" "/usr/sbin/$name-bpfcc" "$@" >"$name.options" 2>"$name.why"; then
		fail "$name: its text" "$(cat "$name.why")"
		return 1
	fi
	mapfile -t options <"$name.options"
	echo "# $name: ${#options[@]} options ${options[*]:0:3}"
}
# begin TOOL [ARGUMENT...]: ours, then the original, both attached.
begin() {
	take "$@" || return 1
	shift
	start_command run "$name.c" --clear "${options[@]}" || return 1
	python3 -u "/usr/sbin/$name-bpfcc" "$@" >theirs.out 2>theirs.err &
	theirs=$!
	for _ in $(seq 300); do # all of them print a head when they are attached
		[ ! -s theirs.out ] || break
		sleep 0.3
	done
	sleep 4
	kill -USR1 "$pid" # what was counted before the original was there is not compared
	sleep 2
	before=$(wc -l <"$out")
}
# neither TOOL FUNCTION: this kernel does not have its hook, and the original does not run, too.
neither() {
	take "$1" || return
	check_status "$1: can't be attached here" 1 bccwatch run "$1.c" "${options[@]}"
	check "$1: says why" grep -q "function '$2' be probed" "$tmp/said"
	check_status "$1: nor can the original" 1 python3 "/usr/sbin/$1-bpfcc"
	check "$1: for the same reason" grep -q "$2" "$tmp/said"
}
end() {
	sleep 1
	stop INT # first: the original reads much when it ends, which would be counted
	kill -INT "$theirs"
	tail -n "+$((before + 1))" "$out" >ours.out
	for _ in $(seq 100); do
		kill -0 "$theirs" 2>/dev/null || break
		sleep 0.2
	done
	if kill -KILL "$theirs" 2>/dev/null; then echo "# $name: the original did not end by itself"; fi
	wait "$theirs" 2>/dev/null
	check "$name: nothing was lost" grep -q " 0 lost" "$err"
}
same() { # what both told of, in the files ours and theirs, is the same, and something
	sort ours >ours.sorted && sort theirs >theirs.sorted
	check "$name: tells of the workload" sh -c '[ -s ours.sorted ] || { tail -n 5 ours.out theirs.out theirs.err; false; }'
	check "$name: the same events ($(wc -l <ours.sorted))" diff ours.sorted theirs.sorted
}
near() { # near OURS THEIRS LEAST: two counts, kept while other things went on, too
	check "$name: counts $1, the original $2" [ "$1" -ge "$3" -a "$2" -ge "$3" -a $((100 * ($1 > $2 ? $1 - $2 : $2 - $1))) -le $((5 * $2)) ]
}
buckets() { awk -F'[:|]' '/->/ {n += $2} END {print n + 0}' "$1"; } # of a log2 histogram

files=$tmp/files
mkdir "$files" && touch "$files"/{1..10}
if begin opensnoop; then
	perl -e 'for (1 .. 20) { open(F, "<", "$ARGV[0]/$_"); close(F) }' "$files"
	end
	sed -n 's|.* COMM=\(.*\) ID=.* RET=\([-0-9]*\) NAME=\(.*/files/.*\) TS=.*|\1 \2 \3|p' ours.out |
		awk '{print $1, $2 < 0 ? "-1 " (-$2) : $2 " 0", $3}' >ours
	awk '$5 ~ "/files/" {print $2, $3, $4, $5}' theirs.out >theirs
	same
fi
if begin execsnoop; then
	for i in 1 2 3; do /bin/true "worked$i"; done
	end
	grep -o 'ARGV=worked[0-9]' ours.out | cut -d= -f2 >ours
	grep -o 'worked[0-9]' theirs.out >theirs
	same
fi
if begin exitsnoop; then
	for i in 3 4 5; do sh -c "exit $i"; done
	end
	grep TASK=sh ours.out | sed -n 's/.* EXIT_CODE=\([0-9]*\).*/\1/p' | awk '$1 > 0' >ours
	sed -n 's/^sh .* code \([0-9]*\).*/\1/p' theirs.out >theirs
	same
fi
if begin filelife; then
	for i in 1 2 3; do : >"$files/life$i"; sleep 0.2; rm "$files/life$i"; done
	end
	grep -o 'FILENAME=life[0-9]\|FNAME=life[0-9]' ours.out | cut -d= -f2 >ours
	grep -o 'life[0-9]' theirs.out >theirs
	same
fi
if begin statsnoop; then
	stat /tmp/stat/{1..10} >/dev/null 2>&1
	end
	# Without the names, which the original can't tell either where a system call has a wrapper.
	grep COMM=stat ours.out | sed -n 's/.* RET=\([-0-9]*\).*/\1/p' | awk '{print $1 < 0 ? "-1 " (-$1) : $1 " 0"}' >ours
	awk '$2 == "stat" {print $3, $4}' theirs.out >theirs
	same
fi
if begin syncsnoop; then
	sync && sync && sync
	end
	grep -c ' events ' ours.out >ours
	grep -c 'sync()' theirs.out >theirs
	same
fi
if begin killsnoop; then
	sh -c 'kill -0 $$; kill -CONT $$'
	end
	grep COMM=sh ours.out | sed -n 's/.* SIG=\([0-9]*\).*/\1/p' >ours
	awk '$3 == "sh" {print $4}' theirs.out >theirs
	same
fi
if begin vfsstat; then
	perl -e 'for (1 .. 20000) { open(F, "</etc/hostname"); sysread(F, $x, 10); close(F) }'
	end
	near "$(awk '$1 == 1 && NF == 2 {print $2}' ours.out)" "$(awk '/^[0-9]/ {n += $2} END {print n}' theirs.out)" 20000
fi
if begin vfscount; then
	perl -e 'for (1 .. 20000) { open(F, "</etc/hostname"); sysread(F, $x, 10); close(F) }'
	end
	near "$(awk 'NF == 2 && $2 ~ /^[0-9]+$/ && $2 + 0 > n {n = $2 + 0} END {print n + 0}' ours.out)" "$(awk '$3 ~ /^[0-9]+$/ && $3 + 0 > n {n = $3 + 0} END {print n + 0}' theirs.out)" 20000
fi
neither biolatency blk_account_io_done
if begin runqlat; then
	for _ in $(seq 1500); do /bin/true; done
	end
	near "$(buckets ours.out)" "$(buckets theirs.out)" 1500
fi
if begin bitesize; then
	dd if=/dev/vda of=/dev/null bs=4096 count=400 iflag=direct status=none
	end
	near "$(buckets ours.out)" "$(buckets theirs.out)" 400
fi
if begin cachestat; then
	mkdir /root/dirty # on a disk's file system
	for i in $(seq 1000); do : >"/root/dirty/$i"; done
	end
	at=$(awk '$3 == "mark_buffer_dirty" {print $1}' /proc/kallsyms)
	while read -r ip n; do # a probe's address is at the function's beginning
		[ $((ip - 16#$at)) -lt 0 ] || [ $((ip - 16#$at)) -gt 16 ] || dirtied=$n
	done < <(grep -E '^ *[0-9]+ +[0-9]+$' ours.out)
	near "${dirtied-0}" "$(awk '/%/ {n += $3} END {print n}' theirs.out)" 1000
fi

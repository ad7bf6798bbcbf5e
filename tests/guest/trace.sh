#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bccwatch trace shows every open, by each of its hooks.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# Opens in a second process, so that its pid is known: sets $opener.
opens() {
	local fixture=$1
	shift
	"$fixtures/$fixture" "$@" >/dev/null &
	opener=$!
	wait "$opener"
}

# The line without its time.
line_for() { printf 'PID=%s COMM=%s %s%s' "$opener" "$1" "$2" "$3"; }

# all_but N EXPECTED GOT: the sorted lines are the same, but for at most N that are not in GOT.
all_but() {
	diff "$2" "$3" >differences
	head -n 20 differences
	! grep '^>' differences >/dev/null && [ "$(grep -c '^<' differences)" -le "$1" ]
}

# What trace shows of the opens by handle: the path, or, by the tracepoint, the handle.
by_handle() {
	if [ "$handles" = 77 ]; then
		skip "$via: open_by_handle_at is shown with the file" "this kernel has no file handles"
	elif [ "$via" = tracepoint ]; then
		check_lines "$via: open_by_handle_at is shown with its handle, also if that is not resident yet" 2 \
			"COMM=handles ${before}handle:$handle" "$out"
	else
		check_lines "$via: open_by_handle_at is shown with the path of the file" 2 "COMM=handles $before$tmp/$via/by-handle" \
			<(grep -v "$tmp/handle" "$out")
		check_lines "$via: open_by_handle_at is shown with a path through the mount it was opened by" 1 "$before$tmp/$via/mounted/file" "$out"
		check_lines "$via: open_by_handle_at of a file without a known directory is shown with the inode" 1 "${before}inode:$inode" "$out"
		check_lines "$via: open_by_handle_at of the root directory is shown with a slash" 1 "COMM=handles" <(grep -E " COMM=handles $before/\$" "$out")
		check_lines "$via: open_by_handle_at is shown with the end of a path that is too deep" 1 "$before...$(printf '/deep%.0s' {1..63})/end" "$out"
	fi
}

each_hook() {
	local via=$1 before=$2 way name
	mkdir "$tmp/$via"
	cd "$tmp/$via" || exit
	start --via "$via" || return

	check "$via: the process that watches maps no LLVM" shows_no 'LLVM|clang' "/proc/$pid/maps"
	check "$via: bccwatch links no LLVM" shows_no 'LLVM|clang' <(ldd /usr/sbin/bccwatch)
	check "$via: the process that watches takes less than 6 MB" sh -c "[ \$(awk '/VmRSS/ {print \$2}' /proc/$pid/status) -lt 6144 ]"

	SECONDS=0
	: >by-handle
	mkdir -p /root/handles mounted && : >/root/handles/file && mount --bind /root/handles mounted
	"$fixtures/handles" take by-handle "$tmp/handle" && "$fixtures/handles" take /root/handles/file "$tmp/handle-root"
	handles=$?
	handle=$("$fixtures/handles" open "$tmp" "$tmp/handle")
	"$fixtures/handles" unread "$tmp" "$tmp/handle" >/dev/null
	"$fixtures/handles" open "$tmp/$via/mounted" "$tmp/handle-root" >/dev/null
	sync && echo 3 >/proc/sys/vm/drop_caches
	"$fixtures/handles" open /root "$tmp/handle-root" >/dev/null
	device=$(stat -c %d /root/handles/file)
	inode=$((device / 256)):$((device % 256)):$(stat -c %i /root/handles/file)
	umount mounted
	deep=$(printf '/deep%.0s' {1..80})
	mkdir -p "$tmp/$via$deep" && : >"$tmp/$via$deep/end" && "$fixtures/handles" take "$tmp/$via$deep/end" "$tmp/handle-deep"
	"$fixtures/handles" open "$tmp" "$tmp/handle-deep" >/dev/null
	"$fixtures/handles" take / "$tmp/handle-top" && "$fixtures/handles" open /etc "$tmp/handle-top" >/dev/null
	opens opens 2000 "$tmp/$via/many"
	many=$opener
	check "$via: 2,000 opens take less than 10 s" [ "$SECONDS" -lt 10 ]

	for way in open creat openat openat2 unread; do
		opens openers "$way" "by-$way"
		[ "$?" = 77 ] || line_for openers "$before" "by-$way" >"expect-$way"
	done
	opens openers bad-pointer x
	for way in ia32 uring; do
		"$fixtures/openers" "$way" "by-$way"
		echo $? >"status-$way"
	done
	opens openers blocked "$tmp/$via/fifo"
	echo x >fresh
	cat fresh >/dev/null
	for name in $'new\nline' $'\e[2Jx' 'back\slash' 'sp ace' $'\xff\xfe' 'grüße' $'\xe2\x80\xae' 'a=b' 'quo"te' \
		$'\xd8\x9c' $'\xe2\x80\x8b' $'\xe2\x81\xa0' $'\xef\xbb\xbf' $'\xf3\xa0\x81\x81' $'\xc2\xa0' $'\xcc\xb8'; do
		opens openers openat "$name"
	done
	(printf 'x FILENAME=/e/p' >/proc/self/comm && : <"$tmp/$via/fresh")
	name=$(printf 'n%.0s' {1..255})
	opens openers openat "$name"
	long=$(printf '/%.0s' {1..4088})
	opens openers openat "${long}to-end" # 4094 bytes, the longest path there is but one
	stop INT

	check "$via: SIGINT ends trace with status 0" [ "$status" = 0 ]
	check "$via: nothing is left attached after SIGINT" nothing_attached
	check_lines "$via: the closing line says that no event was lost" 1 ', 0 lost' "$err"
	check_lines "$via: opens of bccwatch itself are not shown" 0 "PID=$pid " "$out"
	seq -f "%07g" 0 1999 | sed "s|.*|PID=$many COMM=opens $before$tmp/$via/many/f&|" >all
	# Sorted: a process that goes on on another CPU is read from another buffer.
	grep -F "/many/f" "$out" | cut -d' ' -f2- | sort >got
	# Linux 7.2 is preemptible in a program and in a change of a map, and leaves out a program that comes upon either: counted.
	missed=$(grep -oE '[0-9]+ missed' "$err" | cut -d' ' -f1)
	[[ $(uname -r) = [7-9].* ]] || check_lines "$via: the closing line says that no event was missed" 0 " missed" "$err"
	check "$via: each of 2,000 opens is shown with its pid, comm and name, or counted as missed" all_but "${missed:-0}" all got
	for way in open creat openat openat2 unread; do
		if [ -e "expect-$way" ]; then
			check_lines "$via: an open by $way is shown" 1 "$(cat "expect-$way")" "$out"
		else
			skip "$via: an open by $way is shown" "this architecture has no such call"
		fi
	done
	blocked=$(grep -c "$tmp/$via/fifo" "$out")
	check "$via: opens that wait in the kernel are shown, or counted as missed ($blocked, ${missed:-0})" \
		[ "$blocked" -le 500 -a $((blocked + ${missed:-0})) -ge 500 ]
	check_lines "$via: an open by a process that was just executed is shown with its name" 1 "COMM=cat ${before}fresh" "$out"
	by_handle
	check_lines "$via: a newline in a name is escaped" 1 "${before}new\\nline" "$out"
	check_lines "$via: an escape sequence of a terminal in a name is escaped" 1 "${before}\\x1b[2Jx" "$out"
	check_lines "$via: a backslash in a name is escaped" 1 "${before}back\\\\slash" "$out"
	check_lines "$via: a name with a space is quoted" 1 "$before\"sp ace\"" "$out"
	check_lines "$via: a name with an equals sign is quoted" 1 "$before\"a=b\"" "$out"
	check_lines "$via: a name with a quote is quoted, and the quote escaped" 1 "$before\"quo\\\"te\"" "$out"
	check_lines "$via: the name of a process can't pass for a column" 1 "COMM=\"x FILENAME=/e/p\" $before$tmp/$via/fresh" "$out"
	for code in 'd8 9c' 'e2 80 8b' 'e2 81 a0' 'ef bb bf' 'f3 a0 81 81' 'c2 a0' 'cc b8'; do
		check_lines "$via: an invisible, reordering or combining character in a name is escaped: $code" 1 "$before\\x${code// /\\x}" "$out"
	done
	check_lines "$via: bytes in a name that are not UTF-8 are escaped" 1 "${before}\\xff\\xfe" "$out"
	check_lines "$via: readable UTF-8 in a name is printed as it is" 1 "${before}grüße" "$out"
	check_lines "$via: a character in a name that changes the direction of text is escaped" 1 "${before}\\xe2\\x80\\xae" "$out"
	check_lines "$via: a name of 255 bytes is shown whole" 1 "$before$name" "$out"
	check_lines "$via: a path of 4,094 bytes is shown whole" 1 "$before${long}to-end" "$out"
	value='("([^"\\]|\\[\\"ntrx])*"|([^ ="\\]|\\[\\ntrx])*)'
	check "$via: every line is whole, and can be parsed in one way only" [ -z \
		"$(grep -vE "^[0-2][0-9]:[0-5][0-9]:[0-5][0-9] PID=[0-9]+ COMM=$value $before$value\$" "$out")" -a -s "$out" ]
	cd /
}

if has_kprobes; then
	each_hook kprobe FILENAME=
	for way in ia32 uring; do
		if [ "$(cat "$tmp/kprobe/status-$way")" = 77 ]; then
			skip "kprobe: an open by $way is shown" "this kernel does not have it"
		else
			check "kprobe: an open by $way is shown" grep -qF "FILENAME=by-$way" "$tmp/out"
		fi
	done
	check "kprobe: execve is not shown as an open" shows_no 'FILENAME=.*/(cat|openers|opens)$' "$tmp/out"
	check "kprobe: an open with a bad pointer for a name is not shown" shows_no 'FILENAME=$' "$tmp/out"
else
	skip "trace --via kprobe: all" "this kernel has no kprobes"
	check_status "trace --via kprobe fails where the kernel has no kprobes" 1 bccwatch trace --via kprobe -d 1
	check_lines "trace --via kprobe, without kprobes, names the reason" 1 "has no kprobes" "$tmp/said"
	check_status "trace --via auto works without kprobes" 0 bccwatch trace -d 1
	check_lines "trace --via auto, without kprobes, reports that it uses the tracepoints" 1 "using the tracepoints" "$tmp/said"
fi
each_hook tracepoint "opened file "
check_lines "tracepoint: an open with a bad pointer for a name is shown without a name" 1 "COMM=openers opened file" \
	<(grep 'opened file $' "$tmp/out")

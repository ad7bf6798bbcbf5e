#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The checks of tests/guest/lib.sh themselves: each fails on what it must not take for a success. Needs no guest.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
repo=$PWD
# shellcheck source=tests/guest/lib.sh
. tests/guest/lib.sh
trap 'rm -rf "$tmp"' EXIT
suite=checks
cd "$tmp" || exit 1

passes() { # passes NAME COMMAND...
	check "$@"
}
fails() { # fails NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$tmp/printed" 2>&1; then fail "$name" "it passes"; else pass "$name"; fi
}
# A program in place of cat, which prints $1 on stdout, $2 on stderr, and ends with $3.
says() {
	[ -z "$1" ] || echo "$1"
	[ -z "$2" ] || echo "$2" >&2
	return "$3"
}

echo text >file && : >empty && ln -s nowhere dangling
fails "denied fails where the file can be read" denied file
fails "denied fails where the file is missing" denied missing
fails "denied fails where the file is a directory" denied .
fails "denied with another error fails on a missing file" denied missing "Operation not permitted"
passes "denied with another error passes on that error" denied missing "No such file or directory"
passes "refused passes on the error" refused "Permission denied" says "" "cat: f: Permission denied" 1
fails "refused fails on another error" refused "Permission denied" says "" "cat: f: Input/output error" 1
fails "refused fails where the error is not the last message" refused "Permission denied" says "" $'cat: f: Permission denied\nmore' 1
fails "refused fails where something was read" refused "Permission denied" says SECRET "cat: f: Permission denied" 1
fails "refused fails where the command succeeds" refused "Permission denied" says "" "cat: f: Permission denied" 0
fails "refused fails where the command is killed" refused "Permission denied" says "" "cat: f: Permission denied" 137
fails "refused fails where the command does not exist" refused "Permission denied" ./no-such-command
fails "write_denied fails where the file can be written" write_denied file
fails "write_denied fails where the file can be created" write_denied created
fails "write_denied fails on another error" write_denied missing/file
passes "reads passes on the text" reads file text
fails "reads fails on another text" reads file other
fails "reads fails on a missing file" reads missing ""
passes "absent passes where there is nothing" absent missing
fails "absent fails on a file" absent file
fails "absent fails on an empty file" absent empty
fails "absent fails on a dangling symlink" absent dangling
fails "absent fails where the directory is missing, too" absent missing/file
passes "shows passes on a line that matches" shows '^te.t$' file
fails "shows fails where no line matches" shows other file
fails "shows fails on an empty file" shows text empty
fails "shows fails on a missing file" shows text missing
passes "shows_no passes where no line matches" shows_no other file
fails "shows_no fails on a line that matches" shows_no '^te' file
fails "shows_no fails on an empty file" shows_no other empty
fails "shows_no fails on a missing file" shows_no other missing
# shellcheck disable=SC2016
passes "killed passes on SIGKILL" killed sh -c 'kill -KILL $$'
# shellcheck disable=SC2016
fails "killed fails on another signal" killed sh -c 'kill -TERM $$'
# shellcheck disable=SC2016
fails "killed fails where something was printed before" killed sh -c 'echo SECRET; kill -KILL $$'
fails "killed fails where the command succeeds" killed true

# lines RESULT NAME COUNT PATTERN FILE: what check_lines prints begins so.
lines() {
	local got
	got=$(check_lines x "${@:3}" 2>/dev/null)
	if [[ $got = "$1 "* ]]; then pass "$2"; else fail "$2" "$got"; fi
}
lines ok "check_lines passes on the count" 1 text file
lines FAILED "check_lines fails on another count" 2 text file
lines ok "check_lines passes where no line is wanted and the file has others" 0 other file
lines FAILED "check_lines fails where no line is wanted and the file is empty" 0 other empty
lines FAILED "check_lines fails where no line is wanted and the file is missing" 0 other missing
[ "$(check_status x 1 true)" != "ok checks: x" ] && pass "check_status fails on another status" || fail "check_status fails on another status"

# The end of scripts/check's output says what failed, and why.
printf '%s\n' 'ok a' 'FAILED b' '    why b' 'ok c' '    of c' 'FAILED d' >log
printf '%s\n' 'FAILED in sid: b' '    why b' 'FAILED in sid: d' >expected
check "failures of a log are repeated with what they say" diff <("$repo/tests/failures.sh" sid log) expected

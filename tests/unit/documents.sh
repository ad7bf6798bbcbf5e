#!/usr/bin/env bash
# Every option of every command is in --help, in the man page and in the completion, and nothing else is there.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
failed=0

check() {
	if diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") >/tmp/documents.$$ 2>&1; then
		echo "ok documents: $1"
	else
		echo "FAILED documents: $1"
		cat /tmp/documents.$$
		failed=1
	fi
	rm -f /tmp/documents.$$
}

options_of_help() { ./bccwatch "$@" --help | sed -n '/^Options:/,/^$/p' | grep -oE '^ .{4} *--[a-z0-9-]+' | grep -oE -- '-[A-Za-z],|--[a-z0-9-]+' | tr -d , | sort; }
options_of_man() { sed -n "/^\.SH $1\$/,/^\.SH /p" build/bccwatch.8 | grep -A1 '^\.TP' | grep -E '^\.B (\\-\w\\fR, \\fB)?\\-\\-' | sed 's/\\fI.*//; s/\\-/-/g; s/\\f[RB]//g' | grep -oE -- '--?[A-Za-z0-9-]+' | sort; }
options_of_completion() { # the words that a shell is offered
	# shellcheck source=/dev/null
	. build/bccwatch.bash
	COMP_WORDS=(bccwatch "$@" -)
	COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
	_bccwatch
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

commands=$(./bccwatch --help | sed -n '/^Commands:/,/^$/p' | awk '/^  / {print $1}')
[ -n "$commands" ] || { echo "FAILED documents: --help lists no command" && failed=1; }
check "bccwatch: help and man page" "$(options_of_help)" "$(options_of_man OPTIONS)"
check "bccwatch: help and completion" "$(options_of_help)" "$(options_of_completion)"
for c in $commands; do
	[ "$(options_of_help "$c" | wc -l)" -gt 2 ] || { echo "FAILED documents: $c has no options?" && failed=1; }
	check "$c: help and man page" "$(options_of_help "$c")" "$(options_of_man "${c^^}")"
	check "$c: help and completion" "$(options_of_help "$c")" "$(options_of_completion "$c")"
done
check "the man page names the version of Unicode" \
	"$(sed -n 's/^static const char unicode_version\[\] = "\(.*\)";/\1/p' tool/base/unicode.inc)" \
	"$(grep -oE 'of Unicode [0-9]+\.[0-9.]*[0-9]' build/bccwatch.8 | cut -d' ' -f3)"
if command -v mandoc >/dev/null; then
	check "the man page is well-formed" "" "$(mandoc -T lint -W warning build/bccwatch.8)"
fi
exit $failed

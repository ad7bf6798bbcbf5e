#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: what BCC's dialect has, in small programs.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
btf=(--headers btf) # none of these is about headers
failure() { # failure NAME TEXT ARGUMENT...: exit 1, and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 1 timeout 120 bccwatch run "$@"
	check_lines "$name, with the reason" 1 "$text" "$tmp/said"
}

# The functions hang on system calls, so that kernels without kprobes try them, too.
cat >optional.c <<'END'
#include <uapi/linux/ptrace.h>
RAW_TRACEPOINT_PROBE(sys_enter) { return 0; }
int optional(struct pt_regs *ctx) { return 0; }
END
check_status "run: a function that nothing attaches is no error where something else is attached" 0 timeout 120 bccwatch run optional.c "${btf[@]}" -d 1
check_lines "run: a function that nothing attaches is named in a note" 1 "Note: 'optional' is not attached" "$tmp/said"
check_lines "run: the hooks without the function that nothing attaches are counted" 1 "Running optional.c: 1 hook attached" "$tmp/said"
failure "run --strict: a function that nothing attaches fails" "cannot attach 'optional': its name has no probe prefix" optional.c "${btf[@]}" --strict
sed /RAW/d optional.c >alone.c
failure "run: a source of which nothing is attached fails" "cannot attach 'optional': its name has no probe prefix" alone.c "${btf[@]}"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A source's headers are part of it: maps and helpers in them work, and what is wrong in one is reported by its own line.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

mkdir -p "$tmp/own/helpers" && cd "$tmp" || exit
btf=(--headers btf)
cat >own/maps.h <<'END'
#ifndef MAPS_H
#define MAPS_H
struct seen { u32 pid; u64 closed; };
BPF_HASH(closes, u32, u64);
BPF_PERF_OUTPUT(events);
#endif
END
cat >own/helpers/count.h <<'END'
#pragma once
#include <linux/sched.h>
#include "../maps.h"

/* A map's methods, a pointer that is followed, and a submit: libbcc rewrites all three in its main file alone. */
static inline int count_close(void *ctx, struct task_struct *task)
{
	u32 tgid = task->tgid;
	u64 zero = 0, *n = closes.lookup_or_try_init(&tgid, &zero);
	struct seen seen = {.pid = tgid};

	if (!n)
		return 0;
	*n += 1;
	seen.closed = *n * STEP;
	events.perf_submit(ctx, &seen, sizeof(seen));
	return 0;
}
END
cat >own/main.c <<'END'
#ifdef NEVER
#include "helpers/count.h"
#include "there_is_none.h"
#endif
#include "maps.h"
#include "helpers/count.h"
#include "helpers/count.h"
#include "lib/counters.h"

RAW_TRACEPOINT_PROBE(sys_enter)
{
	return count_close(ctx, (struct task_struct *)bpf_get_current_task()) + COUNTER_LOST;
}
END
# shows NAME STEP ARGUMENT...: what the headers' programs send arrives, with their own value
shows() {
	local name=$1 step=$2
	shift 2
	bccwatch run "${btf[@]}" -d 60 "$@" 2>"$tmp/said" | head -n 20 >"$tmp/out"
	if grep -qE "PID=[0-9]+ CLOSED=[0-9]*$step\$" "$tmp/out"; then pass "$name"; else
		fail "$name" "$(cat "$tmp/out" "$tmp/said")"
	fi
}
shows "headers: a map, a helper that follows a pointer, and a submit work" 7000 -D STEP=7000 own/main.c
shows "headers: --replace reaches them" 3000 --replace STEP=3000 own/main.c
cat own/maps.h <(sed '/^#include "/d' own/helpers/count.h) <(sed '1,4d; /^#include "[^l]/d' own/main.c) >one.c
shows "headers: a source from a pipe includes those of bpf_src" 5000 -D STEP=5000 <(cat one.c)

failure() { # failure NAME TEXT: running own/main.c exits with 1 and prints the text
	check_status "$1" 1 bccwatch run "${btf[@]}" -D STEP=1 -d 1 own/main.c
	check_lines "$1: the message names the file and line" 1 "$2" "$tmp/said"
	rm -r own && cp -r saved own
}
cp -r own saved
sed -i 's/^\t\*n += 1;/\t*n += wrong;/' own/helpers/count.h
failure "headers: an error in one" "own/helpers/count.h:14:8: error: use of undeclared identifier 'wrong'"
sed -i 's/^\treturn count_close/\treturn wrong + count_close/' own/main.c
failure "headers: an error behind them" "own/main.c:12:9: error: use of undeclared identifier 'wrong'"
sed -i 's/^\tif (!n)/\tif (!ctx)/' own/helpers/count.h
failure "headers: what the verifier refuses in one" "own/helpers/count.h:14: *n += 1;"
sed -i 's/"maps.h"/"no_maps.h"/' own/main.c
failure "headers: one that is not there" "own/main.c:5:10: fatal error: 'no_maps.h' file not found"
echo '#include "helpers/loop.h"' >>own/main.c
echo '#include "loop.h"' >own/helpers/loop.h
failure "headers: one that includes itself" "own/helpers/loop.h:1: cannot include 'loop.h': it includes itself"
echo '#include "helpers/loop.h"' >>own/main.c
mkfifo own/helpers/loop.h
failure "headers: a pipe in place of one" "own/main.c:14: cannot include 'helpers/loop.h': not a regular file"

# A header is part of what is compiled.
known() { bccwatch run "${btf[@]}" -v -d 1 -D STEP=1 own/main.c 2>&1 >/dev/null | grep -c '^cache: known'; }
check "headers: a source is compiled the first time" [ "$(known)" = 0 ]
check "headers: it is taken from the cache the second time" [ "$(known)" = 1 ]
echo '// another' >>own/helpers/count.h
check "headers: it is compiled again when one of them is another" [ "$(known)" = 0 ]

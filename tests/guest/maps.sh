#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: what is sent, as lines and as JSON, and what stands in the maps.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
cat >values.c <<'END'
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
struct inner { u8 a; u16 b[2]; };
typedef struct inner inner_t;
enum color { RED, GREEN = 7 };
struct data_t {
	u64 ts;
	u32 pid;
	char comm[16];
	enum color color;
	inner_t in[2];
	union { u32 x; u8 y[4]; } u;
	void *p;
	bool ok;
	s64 negative;
	char grid[2][4];
	u32 low : 3, high : 5;
	char time[8];
};
struct pair { u32 n; char name[12]; };
struct section { char name[16]; u64 slot; };
struct traced { u32 pid; int user_stack_id; };
BPF_PERF_OUTPUT(events);
BPF_PERF_OUTPUT(others);
BPF_PERF_OUTPUT(texts);
BPF_PERF_OUTPUT(unused);
BPF_RINGBUF_OUTPUT(ring, 8);
BPF_HASH(counts, struct pair, u64);
BPF_ARRAY(array, struct pair, 4);
BPF_PERCPU_ARRAY(sums, u64, 4);
BPF_TABLE("percpu_hash", u32, struct pair, pairs, 64);
BPF_TABLE("lru_hash", u32, s64, lru, 64);
BPF_TABLE("lru_percpu_hash", u32, u64, lrusums, 64);
BPF_HISTOGRAM(sizes);
BPF_HISTOGRAM(remainders, int, 16);
BPF_HISTOGRAM(named, struct section);
BPF_STACK_TRACE(stacks, 1024);
BPF_HASH(traced, struct traced);
BPF_STACK_TRACE_BUILDID(ids, 64);
BPF_HASH(ids_seen, int);

#ifdef KPROBES
BPF_HASH(kernel_stacks, int);
int kprobe__ksys_write(struct pt_regs *ctx, unsigned fd)
{
	if (fd == 9)
		kernel_stacks.increment(stacks.get_stackid(ctx, 0));
	return 0;
}
#endif

// A write of 100 bytes to descriptor 9, or more: nobody else does that.
TRACEPOINT_PROBE(syscalls, sys_enter_write)
{
	u32 two = 2;
	u64 count = args->count, zero = 0, *sum;
	struct pair pair = {7, "seven"}, *kept;
	struct section section = {"write"};
	struct traced t = {bpf_get_current_pid_tgid() >> 32};
	struct data_t d = {};

	if (args->fd != 9)
		return 0;
	counts.increment(pair);
	pair.n = 9;
	counts.increment(pair, 2);
	kept = array.lookup(&two);
	if (kept)
		kept->n = 42;
	sum = sums.lookup(&two);
	if (sum)
		*sum += 1;
	pairs.update(&two, &pair);
	s64 minus = -3;
	lru.update(&two, &minus);
	sum = lrusums.lookup_or_try_init(&two, &zero);
	if (sum)
		*sum += 1;
	sizes.increment(bpf_log2l(count));
	remainders.increment(count % 8);
	section.slot = bpf_log2l(count);
	named.increment(section);
	t.user_stack_id = stacks.get_stackid(args, BPF_F_USER_STACK);
	traced.increment(t);
	ids_seen.increment(ids.get_stackid(args, BPF_F_USER_STACK));
	d.ts = bpf_ktime_get_ns();
	d.pid = t.pid;
	bpf_get_current_comm(&d.comm, sizeof(d.comm));
	d.color = GREEN;
	d.in[0].a = 1;
	d.in[1].b[1] = 9;
	d.u.x = 0x01020304;
	d.p = (void *)0xabc;
	d.ok = true;
	d.negative = -5;
	d.grid[0][0] = 'x';
	d.grid[1][0] = '\xff';
	d.low = 5;
	d.high = 17;
	d.time[0] = 't';
	events.perf_submit(args, &d, sizeof(d));
	others.perf_submit(args, &count, sizeof(count));
	ring.ringbuf_output(&pair, sizeof(pair), 0);
	struct pair *r = ring.ringbuf_reserve(sizeof(*r));
	if (!r)
		return 0;
	*r = pair;
	r->n = 10;
	ring.ringbuf_submit(r, 0);
	char text[16] = "a text";
	texts.perf_submit(args, text, sizeof(text));
	others.perf_submit(args, &d, 12);
	bpf_trace_printk("wrote %d\n", (int)count);
	return 0;
}
END
# Less than its struct, and more.
cat >sizes.c <<'END'
struct pair { u32 n; char name[12]; };
BPF_PERF_OUTPUT(events);
BPF_RINGBUF_OUTPUT(ring, 8);
TRACEPOINT_PROBE(syscalls, sys_enter_write)
{
	char large[40] = "abcdefghijklmnopqrstuvwxyz0123456789";
	struct pair *p = (struct pair *)large;

	if (args->fd != 9)
		return 0;
	events.perf_submit(args, p, 6);
	events.perf_submit(args, p, sizeof(large));
	ring.ringbuf_output(p, sizeof(*p) + 4, 0);
	return 0;
}
END
writes() { perl -e 'open(F, ">&=9"); syswrite(F, "x" x 100); syswrite(F, "x" x 4100); select(undef, undef, undef, $ARGV[0])' "${1:-2}" 9>/dev/null; }

kprobes=()
! has_kprobes || kprobes=(-D KPROBES)
start_command run values.c --headers btf --printk "${kprobes[@]}" || exit
writes 60 &
writing=$!
for _ in $(seq 100); do ! grep -q ' printk .*="wrote 4100"' "$out" || break; sleep 0.2; done
kill -USR1 "$pid"
for _ in $(seq 200); do ! grep -q ' stacks, ' "$out" || break; sleep 0.2; done
kill "$writing"
wait "$writing" 2>/dev/null
cp "$out" first
stop INT
writer=$(sed -n 's/.* events PID=\([0-9]*\) .*/\1/p' "$out" | head -n 1)
check_lines "run: every type of field is decoded in a line" 2 " events PID=$writer COMM=perl COLOR=7 IN=[{a=1 b=[0,0]},{a=0 b=[0,9]}] U={x=16909060 y=[4,3,2,1]} P=0xabc OK=true NEGATIVE=-5 GRID=[x,\\xff] LOW=5 HIGH=17 TIME=t" "$out"
check "run: events of a table that two types are sent by are shown in hex" [ "$(grep -c " others REST=0x" "$out")" = 4 ]
check_lines "run: a table that two types are sent by is reported" 1 "The type of the events of 'others' is not known" "$err"
check "run: an array that is sent by its name alone is text" [ "$(grep -cE ' texts ([A-Z]+=)?"a text"$' "$out")" = 2 ]
check_lines "run: events of ringbuf_output are shown" 2 " ring N=9 NAME=seven" "$out"
check_lines "run: events of ringbuf_reserve and ringbuf_submit are shown" 2 " ring N=10 NAME=seven" "$out"
check "run --printk: what bpf_trace_printk writes is shown" grep -q " printk PID=$writer COMM=.* MESSAGE=\"wrote 4100\"\$" "$out"
for file in first "$out"; do
	when=$([ "$file" = first ] && echo "run: on SIGUSR1" || echo "run: at the end")
	check "$when: a hash is shown" grep -A 3 " counts, 2 entries" "$file"
	check "$when: a hash has its smallest value first" sh -c "grep -A 3 ' counts, 2 entries' '$file' | tail -n 2 | tr -s ' ' | tr '\n' , | grep -qE '^ ?7 seven 2, ?9 seven 4,\$'"
	check "$when: an array is shown without its zeroes" sh -c "grep -A 2 ' array, 1 entry' '$file' | grep -qE '^ *2 +42 *\$'"
	check "$when: numbers of all CPUs are added up in a per-CPU array" sh -c "grep -A 2 ' sums, 1 entry' '$file' | grep -qE '^ *2 +2\$'"
	check "$when: an LRU hash is shown" sh -c "grep -A 2 ' lru, 1 entry' '$file' | grep -qE '^ *2 +-3\$'"
	check "$when: an LRU hash per CPU is shown" sh -c "grep -A 2 ' lrusums, 1 entry' '$file' | grep -qE '^ *2 +2\$'"
	check "$when: structs of a per-CPU hash are shown" sh -c "grep -A 2 ' pairs, 1 entry' '$file' | grep -q '9 seven'"
	check "$when: a log2 histogram is shown" sh -c "grep -A 20 ' sizes\$' '$file' | grep -qF '        64 -> 127        : 1        |****************************************|'"
	check "$when: a log2 histogram has a second row for a second size" sh -c "grep -A 20 ' sizes\$' '$file' | grep -qF '      4096 -> 8191       : 1        |****************************************|'"
	check "$when: a linear histogram is shown" sh -c "grep -A 20 ' remainders\$' '$file' | grep -qF '        4          : 2        |****************************************|'"
	check "$when: a histogram with sections is shown" sh -c "grep -A 2 ' named\$' '$file' | grep -q '^name = write\$'"
	! has_kprobes || check "$when: a kernel stack is shown by its functions" grep -qE '^    ksys_write\+0x' "$file"
done
check "run: the stack of a process that still runs is shown by its functions" grep -qE '^    .*0x[0-9a-f]+ \[(perl|lib).*\]' first
check "run: a stack by build ids is shown" grep -qE '^    [0-9a-f]{40}\+0x[0-9a-f]+$' first
check_lines "run: a table that nothing is sent by is not shown" 0 " unused" "$out"

start_command run values.c --headers btf --json --interval 1 --clear -d 4 "${kprobes[@]}" || exit
writes &
wait "$pid"
check "run --duration ends with status 0" [ $? = 0 ]
wait
if command -v python3 >/dev/null; then
	check "run --json: every line is a JSON object" python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$out"
else
	skip "run --json: every line is a JSON object" "there is no python3 in this image"
fi
check "run --json: an event begins with its table and time" grep -qF '"table":"events","event":{"ts":' "$out"
check "run --json: every type of field is decoded, bytes that are no text also in hex" grep -qF '"color":7,"in":[{"a":1,"b":[0,0]},{"a":0,"b":[0,9]}],"u":{"x":16909060,"y":[4,3,2,1]},"p":"0xabc","ok":true,"negative":-5,"grid":["x","\ufffd"],"grid_hex":"0x78000000ff000000","low":5,"high":17,"time":"t"}}' "$out"
check_lines "run --json: events of a ring buffer are shown" 2 '"table":"ring","event":{"n":10,"name":"seven"}}' "$out"
check_lines "run --json --clear: the entry of a map is shown once, as the map is emptied" 1 '"table":"counts","key":{"n":9,"name":"seven"},"value":4}' "$out"
check_lines "run --json: a histogram is shown" 1 '"histogram":"linear","buckets":[{"low":0,"high":0,"count":0},{"low":1,"high":1,"count":0},{"low":2,"high":2,"count":0},{"low":3,"high":3,"count":0},{"low":4,"high":4,"count":2}],"beyond":0}' "$out"
check "run --json: a stack is shown" grep -qE '"table":"stacks","stack":[0-9]+,"pid":[0-9]+,"frames":\["' "$out"

start_command run sizes.c --headers btf || exit
writes 0
stop INT
check "run: an event that is smaller than its struct is shown as far as it goes" grep -q ' events N=1684234849 NAME=ef$' "$out"
check "run: what an event has beyond its struct is shown in hex" grep -qE " events N=1684234849 NAME=efghijklmnop REST=0x7172737475767778797a3031323334353637383900000000(00000000)?\$" "$out"
check "run: what a ring buffer's event has beyond its struct is shown in hex" grep -q " ring N=1684234849 NAME=efghijklmnop REST=0x71727374\$" "$out"
cat >order.c <<'END'
struct data { u64 ts; u32 n; };
BPF_PERF_OUTPUT(first);
BPF_PERF_OUTPUT(second);
BPF_RINGBUF_OUTPUT(between, 8);
TRACEPOINT_PROBE(syscalls, sys_enter_write)
{
	struct data d = {};

	if (args->fd != 9)
		return 0;
	d.n = 1;
	d.ts = bpf_ktime_get_ns();
	second.perf_submit(args, &d, sizeof(d));
	d.n = 2;
	d.ts = bpf_ktime_get_ns();
	between.ringbuf_output(&d, sizeof(d), 0);
	d.n = 3;
	d.ts = bpf_ktime_get_ns();
	first.perf_submit(args, &d, sizeof(d));
	return 0;
}
END
start_command run order.c --headers btf || exit
writes 0
stop INT
check "run: events of several tables are shown in the order of their times" [ "$(sed -n 's/.* N=//p' "$out" | tr -d '\n')" = 123123 ]
printf 'TRACEPOINT_PROBE(syscalls, sys_enter_read) { bpf_trace_printk("read\\n"); return 0; }' >reads.c
check_status "run --printk: a program that prints at every read ends after --duration" 0 timeout -k 5 60 bccwatch run reads.c --headers btf --printk -d 2
check_status "run: SIGUSR1 before the program is attached is harmless" 0 sh -c "bccwatch run sizes.c --headers btf --no-cache -d 1 & sleep 2; kill -USR1 \$!; wait \$!"

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

# Variables. Each case is checked by the numbers in the map `seen`, at its end.
cat >variables.c <<'END'
#include <uapi/linux/ptrace.h>
BPF_ARRAY(seen, u64, 16);
const u32 constant = 5;
volatile const u32 limit = 6;
static const u32 table[] = {7, 3, 9, 1, 11, 2, 13, 4};
static const char *const names[] = {"zero", "one"};
static u64 counter;
u64 global = 40;
static int is_set;
struct pair { u32 a; char b[12]; };
static const struct pair pairs[] = {{1, "first"}, {2, "second"}};
static void put(u32 at, u64 value)
{
	u64 *v = seen.lookup(&at);

	if (v)
		*v = value;
}
RAW_TRACEPOINT_PROBE(sys_enter)
{
	u32 at = bpf_get_smp_processor_id() & 7;
	u64 braces[] = {100, 200, 300, 400, 500, 600, 700, 800};

	put(0, constant + limit);
	put(1, table[at] + 100);
	counter++;
	global += 2;
	put(2, counter > 0 && counter < 1000000);
	put(3, (global - 40) % 2 == 0 && global > 40);
	put(4, braces[at]);
	put(5, pairs[at & 1].a + pairs[at & 1].b[0]);
	if (counter % 64 == is_set)
		bpf_trace_printk("set %s %d\n", "literal", 7);
	is_set = 1;
	return 0;
}
END
start_command run variables.c "${btf[@]}" --printk -d 3 && wait "$pid"
value() { awk -v key="$1" '$1 == key && NF == 2 {print $2}' "$out" | tail -n 1; }
check "run: constants and volatile constants have their values" [ "$(value 0)" = 11 ]
check "run: an element of a constant table is read at a place known at run time" grep -qxE '10[12347]|109|11[13]' <(value 1)
check "run: a static variable counts" [ "$(value 2)" = 1 ]
check "run: a variable begins with its value" [ "$(value 3)" = 1 ]
check "run: a local array begins with the values in braces" grep -qxE '[1-8]00' <(value 4)
check "run: a constant table of structs is read" grep -qxE '10[3]|117' <(value 5)
check "run: a string literal is an argument of bpf_trace_printk" shows 'MESSAGE="set literal 7"' "$out"
check "run: maps of variables are not printed" shows_no 'rodata|\.bss|\.data' "$out"
check "run: with variables, nothing is left attached" nothing_attached

cat >printk.c <<'END'
#include <uapi/linux/ptrace.h>
RAW_TRACEPOINT_PROBE(sys_enter) { bpf_printk("a longer text than fits into some immediate stores: %d\n", 42); return 0; }
END
start_command run printk.c "${btf[@]}" --printk -d 2 && wait "$pid"
check "run: bpf_printk works" shows 'immediate stores: 42"' "$out"

# Functions that are called. The map `sums` is used in them alone, `late` is declared behind them.
cat >functions.c <<'END'
#include <uapi/linux/ptrace.h>
BPF_ARRAY(calls, u64, 1);
BPF_HASH(sums, u32, u64, 16);
static const u32 table[] = {7, 3, 9, 1, 11, 2, 13, 4};
static __attribute__((noinline)) u64 add(u32 key, u64 n)
{
	u64 zero = 0, *sum = sums.lookup_or_try_init(&key, &zero);

	if (sum)
		__sync_fetch_and_add(sum, n);
	return sum ? *sum : 0;
}
struct pair { u64 n; u32 key; };
static __noinline int add_twice(void *ctx, struct pair *p)
{
	add(p->key, p->n);
	add(p->key, p->n);
	return table[bpf_get_smp_processor_id() & 7];
}
BPF_ARRAY(late, u64, 1);
static __noinline void put_late(u64 value) { int zero = 0; late.update(&zero, &value); }
RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct pair p = {.n = 3, .key = 5};
	int zero = 0;
	u64 *n = calls.lookup(&zero);

	if (n)
		__sync_fetch_and_add(n, 1);
	put_late(100 + add_twice(ctx, &p));
	return 0;
}
RAW_TRACEPOINT_PROBE(sys_exit) { add(6, 1); return 0; }
END
start_command run functions.c "${btf[@]}" -d 3 && wait "$pid"
of_map() { awk -v map="$1" -v key="$2" '/ entr(y|ies)$/ {in_map = $2 == map ","} in_map && $1 == key && NF == 2 {print $2}' "$out" | tail -n 1; }
called=$(of_map calls 0) sum=$(of_map sums 5)
off=$((${sum:-0} - 6 * ${called:-0})) # of calls that were under way while the maps were read
check "run: a program calls functions, and they each other, with maps that they alone use" sh -c "[ ${called:-0} -gt 0 ] && [ $off -ge -600 ] && [ $off -le 600 ] || { cat $out; false; }"
check "run: a second program calls one of them" [ "$(of_map sums 6)" -gt 0 ]
check "run: a function that is called reads a constant table" grep -qxE '10[12347]|109|11[13]' <(of_map late 0)
cat >extern.c <<'END'
#include <uapi/linux/ptrace.h>
extern u64 add(u32 key, u64 n);
RAW_TRACEPOINT_PROBE(sys_enter) { return add(1, 2); }
END
failure "run: a call of a function that is not in the source fails" "cannot call non-static helper function" extern.c "${btf[@]}"
check "run: with functions that are called, nothing is left attached" nothing_attached

cat >usdt.c <<'END'
#include <uapi/linux/ptrace.h>
int probe(struct pt_regs *ctx)
{
	u64 value = 0;

	bpf_usdt_readarg(1, ctx, &value);
	return value == 1;
}
END
failure "run --uprobe: a function that reads an argument of a static probe fails" "static probe (USDT, bpf_usdt_readarg)" usdt.c "${btf[@]}" --uprobe /bin/cat:main:probe
check_lines "run --uprobe: a function that reads an argument of a static probe does not reach the verifier" 0 "rejects" "$tmp/said"

cat >macros.c <<'END'
#include <uapi/linux/ptrace.h>
#include <linux/minmax.h>
#include <linux/fs.h>
BPF_ARRAY(seen, u64, 4);
static const u32 five[5];
RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct file file = {}, *back = container_of(&file.f_flags, struct file, f_flags);
	u32 zero = 0;
	u64 *v = seen.lookup(&zero), n = 70;

	if (likely(v))
		*v = min((size_t)64, (size_t)n) + max((size_t)1000, (size_t)n) + ARRAY_SIZE(five) + (back == &file);
	return 0;
}
END
start_command run macros.c "${btf[@]}" -d 1 && wait "$pid"
check "run: min, max, ARRAY_SIZE, container_of and likely work by BTF" [ "$(value 0)" = 1070 ]

cat >library.c <<'END'
#include <uapi/linux/ptrace.h>
BPF_ARRAY(seen, u64, 4);
int probe(struct pt_regs *ctx)
{
	u32 zero = 0;
	u64 *v = seen.lookup(&zero);

	if (v)
		__sync_fetch_and_add(v, 1);
	return 0;
}
END
if has_kprobes; then
	within='' not=''
	for n in $(seq 1 24); do # some of these places begin an instruction on each kernel, and some do not
		if timeout 60 bccwatch run library.c "${btf[@]}" -d 1 --kprobe "vfs_read+$n:probe" >place 2>&1; then within=$n; else not=$n; cp place refused; fi
		[ -z "$within" ] || [ -z "$not" ] || break
	done
	start_command run library.c "${btf[@]}" --kprobe "vfs_read+$within:probe" && cat /etc/hostname >/dev/null && stop INT
	check "run --kprobe: a place within a function is hit (vfs_read+$within)" [ "$(value 0)" -gt 0 ]
	check "run --kprobe: where no instruction begins, the reason is given (vfs_read+$not)" shows "cannot attach kprobe 'vfs_read\\+$not': no instruction begins there" refused
	failure "run --kprobe: a place behind the function's end fails" "cannot attach kprobe 'vfs_read+0x9999': the function ends before that place" library.c "${btf[@]}" --kprobe vfs_read+0x9999:probe
	cat /etc/hostname >/dev/null
	start_command run library.c "${btf[@]}" --kprobe 'vfs_r[e]ad*:probe' --best-effort && cat /etc/hostname >/dev/null && stop INT
	check "run --kprobe: a pattern attaches to all functions that match" [ "$(value 0)" -gt 1 ]
	check "run --kprobe: the functions that match a pattern are counted" \
		[ "$(sed -nE 's/^Running .*: ([0-9]+) hooks attached.*/\1/p' "$err")" -ge 3 ]
	failure "run --kprobe: a pattern that nothing matches fails" "cannot attach kprobe 'no_such_*': no function matches that can be probed" library.c "${btf[@]}" --kprobe 'no_such_*:probe'
	failure "run --kprobe: a pattern of too many functions fails" "cannot attach kprobe '*': more than 1000 functions match" library.c "${btf[@]}" --kprobe '*:probe'
	check_status "run --kretprobe: a place within a function is a usage error" 2 bccwatch run library.c --kretprobe vfs_read+4:probe
else
	skip "run --kprobe: places within a function: all" "this kernel has no kprobes"
fi

# Perf events: a timer, and what is counted one by one.
cat >perf.c <<'END'
#include <uapi/linux/bpf_perf_event.h>
BPF_HASH(seen, u32, u64);
int on_clock(struct bpf_perf_event_data *ctx)
{
	seen.increment(0);
	return 0;
}
int on_fault(struct bpf_perf_event_data *ctx)
{
	seen.increment(1);
	return 0;
}
END
start_command run perf.c "${btf[@]}" --perf-event cpu-clock:freq=49:on_clock --perf-event page-faults:on_fault -d 3 && timeout 2 sh -c 'while :; do :; done'; wait "$pid"
check "run --perf-event: a clock has about as many samples a second as are asked for ($(value 0))" [ "$(value 0)" -ge 30 ]
check "run --perf-event: page faults are counted ($(value 1))" [ "$(value 1)" -ge 10 ]
check "run --perf-event: the events of all CPUs are one hook" shows ': 2 hooks attached' "$err"
check_status "run --perf-event: an unknown event is a usage error" 2 bccwatch run perf.c --perf-event no-clock:on_clock
check_lines "run --perf-event: a usage error says what is wanted" 1 "perf-list(1)" "$tmp/said"
failure "run --perf-event: a hardware event, which the guest does not have, fails" "cannot attach perf event 'cycles': this machine does not have that event" perf.c "${btf[@]}" --perf-event cycles:on_clock

# Queues and stacks: four numbers go in, in this order.
cat >queue.c <<'END'
BPF_QUEUE(first_in, u32, 8);
BPF_STACK(last_in, u32, 8);
BPF_ARRAY(done, u32, 1);
RAW_TRACEPOINT_PROBE(sys_enter)
{
	u32 zero = 0, *n = done.lookup(&zero), value;
	char comm[16] = "";

	bpf_get_current_comm(comm, sizeof(comm));
	if (!n || *n >= 4 || comm[0] != 'q' || comm[5] != 'r')
		return 0;
	value = 10 * *n;
	*n += 1;
	first_in.push(&value, 0);
	last_in.push(&value, 0);
	return 0;
}
END
cp /bin/true queuer
start_command run queue.c "${btf[@]}" --interval 1 -d 3 && ./queuer && wait "$pid"
check "run: a queue's entries are shown, the first one first" [ "$(of_map first_in 0) $(of_map first_in 3)" = "0 30" ]
check "run: a stack's entries are shown, the last one first" [ "$(of_map last_in 0) $(of_map last_in 3)" = "30 0" ]
check "run: the entries of a queue are taken out when they are shown" [ "$(grep -c 'first_in, 4 entries' "$out") $(grep -c 'first_in, 0 entries' "$out")" = "1 $(($(grep -c first_in "$out") - 1))" ]

# Tail calls: one function calls the next by a table, and that one another.
cat >tail.c <<'END'
BPF_PROG_ARRAY(next, 4);
BPF_PROG_ARRAY(last, 2);
BPF_ARRAY(seen, u64, 4);
static void count(u32 at)
{
	u64 *v = seen.lookup(&at);

	if (v)
		__sync_fetch_and_add(v, 1);
}
RAW_TRACEPOINT_PROBE(sys_enter)
{
	next.call(ctx, 1);
	count(0);
	return 0;
}
int second(struct bpf_raw_tracepoint_args *ctx)
{
	count(1);
	last.call(ctx, 0);
	return 0;
}
int third(struct bpf_raw_tracepoint_args *ctx)
{
	count(2);
	return 0;
}
END
start_command run tail.c "${btf[@]}" --tail next:1=second --tail last:0=third -d 2 && wait "$pid"
check "run --tail: what a table has is called in place of the rest" [ "$(value 1)" -gt 0 ]
check "run --tail: what is called calls another by a table of its own" [ "$(value 2)" -gt 0 ]
check "run --tail: the calls do not return" [ -z "$(value 0)" ]
failure "run: a table of programs that nothing fills fails" "cannot use 'last': nothing puts programs into this table" tail.c "${btf[@]}" --tail next:1=second
failure "run --tail: a table that is not there fails" "--tail none:0=third: the source has no BPF_PROG_ARRAY of that name" tail.c "${btf[@]}" --tail none:0=third
failure "run --tail: an index that the table does not have fails" "--tail last:2=third: the table has 2 entries" tail.c "${btf[@]}" --tail last:2=third
failure "run --tail: a function that is not there fails" "--tail last:0=fourth: the source has no such function" tail.c "${btf[@]}" --tail last:0=fourth
check_status "run --tail: a malformed one is a usage error" 2 bccwatch run tail.c --tail last=third

# The keys of a trie are prefixes.
cat >trie.c <<'END'
struct range { u32 length; u8 address[4]; };
struct bits { u32 length; u8 bytes[8]; };
BPF_LPM_TRIE(routes, struct range, u64, 8);
BPF_LPM_TRIE(others, struct bits, u64, 8);
RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct range net = {8, {10}}, host = {32, {192, 168, 0, 1}};
	struct bits other = {9, {0x0a, 0x80}};
	u64 one = 1, two = 2;

	routes.update(&net, &one);
	routes.update(&host, &two);
	others.update(&other, &one);
	return 0;
}
END
for seen in no yes; do
	start_command run trie.c "${btf[@]}" -d 1 && wait "$pid"
	check "run: keys of a trie are shown as prefix and length (seen before: $seen)" [ "$(value 10.0.0.0/8) $(value 192.168.0.1/32)" = "1 2" ]
	check "run: keys of a trie that are no addresses are shown in hex (seen before: $seen)" grep -qE '^ *0x0a80000000000000/9 +1$' "$out"
done
cat >put.c <<'END'
struct limit { u32 pid; char comm[16]; };
struct range { u32 length; u8 address[4]; };
BPF_HASH(limits, struct limit, s64);
BPF_PERCPU_ARRAY(each, u64, 2);
BPF_LPM_TRIE(nets, struct range, u32, 8);
BPF_ARRAY(seen, u64, 4);
RAW_TRACEPOINT_PROBE(sys_enter)
{
	u32 zero = 0, one = 1, two = 2;
	struct limit key = {7, "cat"};
	struct range net = {32, {10, 1, 2, 3}};
	s64 *limit = limits.lookup(&key);
	u64 *of_cpu = each.lookup(&one), *v0 = seen.lookup(&zero), *v1 = seen.lookup(&one), *v2 = seen.lookup(&two);
	u32 *found = nets.lookup(&net);

	if (v0 && limit)
		*v0 = -*limit;
	if (v1 && of_cpu)
		*v1 = *of_cpu;
	if (v2 && found)
		*v2 = *found;
	return 0;
}
END
start_command run put.c "${btf[@]}" --put limits:7,cat=-40 --put each:1=0x10 --put 'nets 10.0.0.0/8=99' -d 1 && wait "$pid"
check "run --put: a struct with a text is a key" [ "$(of_map seen 0)" = 40 ]
check "run --put: each CPU's value is set" [ "$(of_map seen 1)" = 16 ]
check "run --put: a prefix is a key" [ "$(of_map seen 2)" = 99 ]
failure "run --put: a map that is not there fails" "--put none:0=1: the source has no map of that name" put.c "${btf[@]}" --put none:0=1
failure "run --put: a value that does not fit fails" "--put nets:10.0.0.0/8=-1: the value: it is a number that fits" put.c "${btf[@]}" --put nets:10.0.0.0/8=-1
failure "run --put: a key with a member less fails" "--put limits:7=1: the key: it has more members" put.c "${btf[@]}" --put limits:7=1
failure "run --put: an index that the map does not have fails" "--put each:2=1: the map has no such index, or is full" put.c "${btf[@]}" --put each:2=1

start_command run trie.c "${btf[@]}" --json -d 1 && wait "$pid"
check "run --json: keys of a trie are text" grep -q '"table":"routes","key":"10.0.0.0/8","value":1}' "$out"

start_command run library.c "${btf[@]}" --uprobe c:getenv:probe && cat /etc/hostname >/dev/null && bash -c : && stop INT
check "run --uprobe: a library is found by its short name" [ "$(value 0)" -gt 0 ]
failure "run --uprobe: a short name that no library has fails" "cannot attach uprobe 'nosuchlib:x': no library of that name" library.c "${btf[@]}" --uprobe nosuchlib:x:probe
check_status "run --check succeeds for a program that the kernel accepts" 0 timeout 60 bccwatch run library.c "${btf[@]}" --check --uprobe c:getenv:probe
check_lines "run --check reports what was verified, and attaches nothing" 1 "library.c: 1 function compiled and verified for 1 hook. Nothing was attached." "$tmp/said"
printf 'RAW_TRACEPOINT_PROBE(sys_enter) { return *(int *)(bpf_get_current_pid_tgid() | 1); }' >refuse.c
failure "run --check fails for a program that the verifier refuses" "rejects the program 'raw_tracepoint__sys_enter'" refuse.c "${btf[@]}" --check
check_status "run --list succeeds without a file" 0 bccwatch run --list
check "run --list names each example, with a line about it" [ "$(grep -cE '^[a-z_]+ +[^ ]' "$tmp/said")" = "$(ls "$src"/examples/*.c | wc -l)" ]
check_status "run: an example is found by its name" 0 timeout 60 bccwatch run opens_tracepoint "${btf[@]}" --check
failure "run: a name that is neither a file nor an example fails" "cannot read the source 'opens_nothing': No such file" opens_nothing
check "dialect: nothing is left attached" nothing_attached

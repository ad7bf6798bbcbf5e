#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: what is forbidden is stopped, whatever the way; nothing else is.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/block # on a disk's file system
mkdir "$home" && cd "$home" || exit
start_block() { start_command block "$@"; }
stopped() { sed -n 's/^\([0-9]*\) accesses .*/\1/p' "$err"; }

# The weaker hooks, and the many attempts, where the time that the guests take allows it: on the default guest; and on the
# one that preempts in the kernel.
many=10000 whole='' kinds='name path dir'
case $(uname -r) in
6.1.0-*-cloud-*) many=100000 whole=1 ;;
7.*) many=100000 ;;
6.1.*) kinds=path ;; # of our own build
esac

usage() { # usage NAME TEXT ARGUMENT...: exit 2 and the text
	local name=$1 text=$2
	shift 2
	check_status "$name" 2 bccwatch block "$@"
	check_lines "$name: says why" 1 "$text" "$tmp/said"
}
usage "no rule" "what is forbidden?"
usage "an empty name" "at least one byte" --name ''
usage "a name with a slash" "no slash" --name a/b
usage "a name of 256 bytes" "at most 255 bytes" --name "$(printf 'n%.0s' $(seq 256))"
usage "an action that is none" "one of kill, deny" --name x -a stop
usage "an error that is none" "--errno EFOO" --name x --errno EFOO
usage "a hook that is none" "one of lsm" --name x --hook lms
usage "deny by a signal" "can't refuse" --name x -a deny --hook signal
printf 'name a\n\n# nothing\n path "/x y"\nnome b\n' >rules
usage "a rules file with a bad line" "rules:5: a rule begins with" --rules rules
printf 'name "a\\q"\n' >rules
usage "a bad escape" "rules:1: in quotes a backslash" --rules rules
printf 'name "a' >rules
usage "no closing quote" "rules:1: there is no closing quote" --rules rules
check_status "not root" 1 setpriv --reuid 1234 --clear-groups bccwatch block --name x
check_status "a folder that is not there" 1 bccwatch block --dir /nowhere/at/all -d 1

# The hook that is taken; every test below is for what it can do.
if ! start_block --dry-run --name block_test.c; then
	exit 1
fi
echo x >block_test.c
cat block_test.c >/dev/null
stop INT
hook=$(sed -n 's/^Hook: LSM .*/lsm/p; s/^Hook: fmod_ret .*/fmod_ret/p; s/^Hook: signal .*/signal/p' "$err")
echo "# hook: $hook"
check "--dry-run tells, and stops nobody" grep -q "COMM=cat tried to open forbidden file $home/block_test.c, would be denied.\$" "$out"
check_lines "its closing line" 1 " accesses would have been stopped" "$err"

# Every way, with every kind of rule. The first argument names the hook that is expected to hold.
long=$(printf 'n%.0s' $(seq 255)) deep=$(printf 'x/%.0s' $(seq 300))
ways() { # ways HOOK RULE ARGUMENT...
	local hook=$1 rule=$2 dir=$home/$1-$2 way got want tried
	shift 2
	mkdir "$dir" && "$fixtures/access" prepare "$dir" && cd "$dir" || { fail "$hook, $rule: prepare"; return; }
	"$fixtures/access" "$dir" >"$dir/got" 2>&1 &
	tried=$!
	sleep 0.5
	start_block --hook "$hook" "$@" || { kill $tried; return; }
	touch go
	wait $tried
	stop INT
	cd "$home" || exit
	while read -r way got; do
		want=stopped
		! grep -qx "$hook $rule $way" "$here/ways" || want=reached
		if [ "$got" = missing ]; then skip "$hook, $rule: $way" "this kernel has not got it"; continue; fi
		if [ "$got" = "$want" ]; then pass "$hook, $rule: $way: $want"; else fail "$hook, $rule: $way" "$got, not $want"; fi
	done <"$dir/got"
	check "$hook, $rule: all ways were tried" [ "$(wc -l <"$dir/got")" = 37 ]
	check "$hook, $rule: nothing is left" nothing_attached
}
paths=(--path d/secret.txt --path d/missing.txt --path "d/$long" --path shm/secret.txt --path "d/${deep}secret.txt")
if [ "$hook" != signal ]; then
	[[ $kinds != *name* ]] || ways "$hook" name -a deny --name secret.txt --name missing.txt --name "$long"
	ways "$hook" path -a deny "${paths[@]}"
	[[ $kinds != *dir* ]] || ways "$hook" dir -a deny --dir d --dir shm
	[ "$hook" != lsm ] || [ ! "$whole" ] || ways fmod_ret path -a deny "${paths[@]}"
fi
if has_kprobes && [ "$whole" ]; then ways signal path "${paths[@]}"; fi
deny=(--action deny)
[ "$hook" != signal ] || deny=(--action kill)

# Neighbours, exceptions, and the name that is told.
cd "$home" || exit
mkdir block_dir && touch block_test.cc xblock_test.c other.c block_dir/x && ln block_test.c hard.c && ln -s other.c link
start_block "${deny[@]}" --name block_test.c --except-comm excepted --except-uid 1234
for i in $(seq $((many / 40))); do
	: <block_test.cc && : <xblock_test.c && : <other.c && : <block_dir/x || echo "$i"
done >"$tmp/neighbours" 2>&1
check "neighbours are untouched" [ ! -s "$tmp/neighbours" ]
cp /bin/cat excepted
check "the excepted comm reads it" ./excepted block_test.c
chmod 755 /root "$home"
check "the excepted user reads it" setpriv --reuid 1234 --clear-groups cat "$home/block_test.c"
ln -sf "$home/other.c" "$tmp/block_test.c"
check "a symlink of that name that leads elsewhere is no such file" cat "$tmp/block_test.c"
check "another process does not" sh -c '! cat block_test.c'
stop INT
check "one was stopped" [ "$(stopped)" = 1 ]
start_block "${deny[@]}" --path block_test.c --except-exe /bin/bash
check "by a hard link's name it is the same file" sh -c '! cat hard.c'
check "the excepted program reads it" bash -c ': <block_test.c'
stop INT
check_lines "the line has the name by which it was opened" 1 "forbidden file $home/hard.c, " "$out"

# Read, write, exec.
start_block "${deny[@]}" --name block_test.c --access write
check "--access write: reading is allowed" cat block_test.c
check "--access write: writing is not" bash -c '! echo x >>block_test.c'
stop INT

# An inode's number that comes again is another file.
echo x >reused && old=$(stat -c %i reused)
start_block "${deny[@]}" --path reused
rm reused
for i in $(seq 200); do
	echo x >"new$i"
	[ "$(stat -c %i "new$i")" != "$old" ] || again=new$i
done
check "an inode's number came again" [ -n "${again-}" ]
check "and is not taken for the old file" cat "${again-other.c}"
check "the path is guarded for what comes" bash -c '! echo y >reused'
stop INT

# Rules from a file, with all that a name can have in it.
name=$'a "b"\n\tc\\'
echo x >"$name"
printf '# rules\r\nname "a \\"b\\"\\n\\tc\\\\"\r\nname  plain name\n\ndir "%s/\\x62lock_dir"\npath other.c' "$home" >rules
start_block "${deny[@]}" --rules rules
check "a name with quotes, a newline and a backslash" sh -c '! cat "$1"' sh "$name"
echo x >"plain name" 2>/dev/null
check "a name with a space is refused before it is there" [ ! -s "plain name" ]
check "a folder" sh -c '! cat block_dir/x'
check "a path" sh -c '! cat other.c'
check "all else is free" cat block_test.c
stop INT

# It ends with the process, however that ends.
start_block "${deny[@]}" --name block_test.c
check "before SIGKILL it holds" sh -c '! cat block_test.c'
kill -KILL "$pid"
wait "$pid"
check "SIGKILL ends it" cat block_test.c
check "and leaves nothing" nothing_attached

if [ "$hook" != signal ]; then
	# Leaks.
	printf 0123456789 >leak.txt
	start_block "${deny[@]}" --path leak.txt
	"$fixtures/access" leak leak.txt $many >"$tmp/leaks"
	stop INT
	check "$many attempts, 4 threads: nothing is read, nothing truncated" grep -qx "leaks 0 size 10" "$tmp/leaks"
	check "$many attempts: all counted" [ "$(stopped)" = $many ]
	start_block --path leak.txt
	for i in $(seq 200); do "$fixtures/access" leak leak.txt 4; done >"$tmp/leaks" 2>/dev/null
	stop INT
	check "200 processes of 4 threads, killed: none gets to use a descriptor" [ ! -s "$tmp/leaks" ]
	check "200 processes: the file is as it was" [ "$(stat -c %s leak.txt)" = 10 ]
fi

# An editor.
if command -v nano >/dev/null; then
	start_block --name block_test.c
	TERM=xterm timeout 20 script -qec "nano block_test.c" /dev/null </dev/null >"$tmp/nano" 2>&1
	check "an editor is killed" [ "$?" = 137 ]
	stop INT
	check_lines "and that is told" 1 "COMM=nano tried to open forbidden file $home/block_test.c, killed." "$out"
	start_block --name block_test.c --action deny
	rm -f .block_test.c.swp # the killed one's lock
	# Without job control, in which script does not start.
	TERM=xterm bash -c '(sleep 8; printf "\030"; sleep 2) | timeout 20 script -qec "nano block_test.c" "$1" >/dev/null' \
		bash "$tmp/nano" 2>&1
	check "--action deny: the editor says permission denied" grep -qi 'permission denied' "$tmp/nano"
	stop INT
fi

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block: who has a protected file open before the rules hold is reported and, by --holders deny, denied.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/holders # on a disk's file system
mkdir -p "$home" && chmod 755 /root "$home" && cd "$home" || exit
start_block() { start_command block --headers btf "$@"; } # which compiles in a quarter of the time
denial="Permission denied"
kinds=(name path dir none)
declare -A files=([name]=names/protected [path]=p/c [dir]=d/sub/f [none]=u/f)
rules=(--name protected --path p/c --dir d)

# hold [USER]: a process that holds the file of each kind of rule, and one that no rule is about; each tries all ways when
# there is a file `go`.
hold() {
	local kind as=()
	[ $# = 0 ] || as=(setpriv --reuid "$1" --clear-groups)
	rm -rf names p d u o go && mkdir -p names p d/sub u o && chmod 777 o
	holders=()
	for kind in "${kinds[@]}"; do
		for file in "${files[$kind]}" "o/$kind"; do echo 1234567 >"$file" && chmod 666 "$file"; done
		"${as[@]}" "$fixtures/held" "${files[$kind]}" "o/$kind" go >"$tmp/held.$kind" 2>&1 &
		holders+=($!)
	done
	for kind in "${kinds[@]}"; do
		until grep -qs . "$tmp/held.$kind"; do sleep 0.05; done
	done
}
# go: lets them try.
go() {
	: >go
	wait "${holders[@]}"
}
results() { grep -c " $2\$" "$tmp/held.$1"; }
# all_are RESULT KIND OPERATION...: each way of these operations that the kernel has, but $but, comes to that.
all_are() {
	local result=$1 kind=$2 operation n=0 way other
	shift 2
	for operation in "$@"; do
		while read -r _ way; do
			[ "$way" != "${but-}" ] || continue
			n=$((n + 1))
			grep -qx "$operation $way $result" "$tmp/held.$kind" || other+=" $(grep "^$operation $way " "$tmp/held.$kind"),"
		done < <(sed -n "s/^\($operation [^ ]*\) done\$/\1/p" "$tmp/held.none")
	done
	[ "$n" -ge 12 ] && [ -z "${other-}" ] || { echo "$n ways; not $result:${other-}" && return 1; }
}
# works KIND: each way that there is can be gone.
works() { shows ' done$' "$tmp/held.$1" && shows_no ' refused$' "$tmp/held.$1" && ! grep -vE ' (done|missing)$|^ready' "$tmp/held.$1"; }
unchanged() { [ "$(cat names/protected p/c d/sub/f | tr '\n' ' ')" = "1234567 1234567 1234567 " ] || { head names/protected p/c d/sub/f && return 1; }; }

check_status "block --holders: a wrong word is a usage error" 2 bccwatch block --name x --holders kill
check_status "block --holders deny: the hook signal refuses it" 2 bccwatch block --name x --holders deny --hook signal
check_lines "block --holders deny: the hook signal refuses it with the reason" 1 \
	"does not see what is done by a descriptor that is open already: --holders deny needs lsm or fmod_ret" "$tmp/said"
check_status "block --holders deny: the hook override refuses it" 2 bccwatch block -a deny --name x --holders deny --hook override

for hook in $(denying_hooks); do
	hold
	start_block -a deny --hook "$hook" "${rules[@]}" --holders deny || continue
	if grep -q "On this preemptible kernel" "$err"; then # as the header says, not each access is checked by this hook
		skip "$hook: --holders deny" "the kernel preempts its program"
		kill "${holders[@]}"
		stop
		continue
	fi
	for kind in name path dir; do
		check "$hook: the holder of a file by $kind is reported" shows \
			"^Open already, which --holders deny covers: '$home/${files[$kind]}' by process [0-9]+ \(held\), for reading and writing\.\$" "$err"
	done
	check_lines "$hook: who holds an unprotected file is not reported" 0 "$home/u/f" "$err"
	go
	check "$hook: --holders deny: an unprotected file can be used in each way" works none
	denied=0
	for kind in name path dir; do
		check "$hook: --holders deny by $kind: each way to read is refused" all_are refused "$kind" read
		check "$hook: --holders deny by $kind: each way to write is refused" all_are refused "$kind" write
		denied=$((denied + $(results "$kind" refused)))
	done
	stop
	check "$hook: --holders deny: the files have what they had" unchanged
	check "$hook: --holders deny: each refusal is counted" [ "$(sed -nE 's/^([0-9]+) accesses denied.*/\1/p' "$err")" = "$denied" ]
	for operation in read write mmap; do
		check "$hook: --holders deny: the operation is named: $operation" shows \
			"COMM=held tried to $operation forbidden file $home/d/sub/f, denied\.\$" "$out"
	done
done

# What differs by no hook.
read -r hook _ < <(denying_hooks)
hold
start_block -a deny --hook "$hook" "${rules[@]}"
check "without --holders deny: who holds a file is reported" shows \
	"^Open already, which no rule ends: '$home/p/c' by process [0-9]+ \(held\), for reading and writing\.\$" "$err"
go
check "without --holders deny: who holds a file can read it" all_are "done" path read
# Before 6.2 the kernel asks the hook of truncate(2) for it.
but=ftruncate check "without --holders deny: who holds a file can write it" all_are "done" path write
stop

if ! takes_long; then
	skip "--holders deny: exceptions, accesses, killing" "as on the default guest"
	check "--holders deny: nothing is left attached at the end" nothing_attached
	exit
fi

hold 1234
cp /bin/echo d/echo
mkdir d/empty d/full && : >d/full/x
# Two who were given a descriptor each, and who reads a directory.
perl -e 'opendir(my $d, "d/full") or die; $| = 1; print "ready\n"; until (-e "go") { select(undef, undef, undef, 0.02) }
	my @names = readdir($d); print "read: @names\n"; print "error: $!\n" unless @names' >"$tmp/dir" 2>&1 &
reader=$!
until grep -qs ready "$tmp/dir"; do sleep 0.05; done
exec 9<p/c
start_block -a deny --hook "$hook" "${rules[@]}" --holders deny --access read --except-uid 1234
check "--holders deny: a descriptor that a child got from its parent is denied" refused "$denial" cat <&9
exec 9<&-
check "--holders deny --access read: a program may be executed" [ "$(d/echo works)" = works ]
go
wait "$reader"
check "--holders deny: an excepted user can read" all_are "done" dir read
check "--holders deny: an excepted user can write" all_are "done" path write
check "--holders deny: a directory beneath that is open cannot be listed" shows '^error: Permission denied$' "$tmp/dir"
stop

hold
start_block -a deny --hook "$hook" "${rules[@]}" --holders deny --access write
go
check "--holders deny --access write: each way to read is allowed" all_are "done" dir read
check "--holders deny --access write: each way to write is refused" all_are refused dir write
stop
check "--holders deny --access write: the files have what they had" unchanged

hold
start_block --hook "$hook" "${rules[@]}" --holders deny
go
for kind in name path dir; do
	check "--holders deny: by default who uses a file by $kind is killed" [ "$(grep -v ready "$tmp/held.$kind")" = "" ]
done
stop
check "--holders deny: who is killed is reported" shows "tried to read forbidden file $home/p/c, killed\.\$" "$out"
check "--holders deny: nothing is left attached at the end" nothing_attached

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block --access: every system call that changes or takes a file is denied by each kind of rule, on each hook; nothing else is.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/changes # on a disk's file system
mkdir -p "$home" && cd "$home" || exit
changes=$fixtures/changes

# What the ways are tried on: of each kind of rule one, and what no rule is about.
make_files() {
	rm -rf ./*
	mkdir -p names p d/sub d/empty o u/sub u/empty
	for file in names/protected p/c d/f d/empty/x u/f o/other; do echo 1 >"$file"; done
	rm d/empty/x
	for file in names/protected p/c d/f u/f; do "$changes" prepare "$file" o/other; done
	chmod 640 names/protected p/c d/f
}

# Which of the ways this kernel and file system have: by what no rule is about, with a rule in force.
try_unprotected() {
	local operation way file status
	: >"$tmp/ways"
	while read -r operation way; do
		rm -rf u o && mkdir -p u/sub u/empty o && echo 1 >u/f && echo 1 >o/other && "$changes" prepare u/f o/other
		file=u/f
		case $operation in in | delete-dir) file=u/empty ;; esac
		"$changes" "$way" "$file" o/other >"$tmp/said" 2>&1
		status=$?
		umount u/f 2>/dev/null
		case $status in
		0) echo "$operation $way" >>"$tmp/ways" ;;
		77) echo "# this kernel does not have: $way" ;;
		*) fail "$1: a file without a rule is not denied: $way" "$(cat "$tmp/said")" ;;
		esac
	done < <("$changes" list)
	rm -rf u o && mkdir -p u o && echo 1 >u/f && echo 1 >o/other
}

# note WAY FILE RESULT: a line for tests/ways.sh, which makes the table of them.
note() {
	local kind=dir
	case $2 in names/*) kind=name ;; p/*) kind=path ;; esac
	echo "# way: $hook $kind $1 $3"
}

# try NAME OPERATION... -- FILE: each of these ways is refused on it.
try() {
	local name=$1 file passed='' n=0 operation way
	shift
	local wanted=" "
	while [ "$1" != -- ]; do wanted+="$1 " && shift; done
	file=$2
	while read -r operation way; do
		[[ $wanted = *" $operation "* ]] || continue
		"$changes" "$way" "$file" o/other >"$tmp/said" 2>&1
		case $? in
		1) n=$((n + 1)) refused=$((refused + 1)) && note "$way" "$file" denied ;;
		0) passed+=" $way" && note "$way" "$file" passes ;;
		*) passed+=" $way: $(cat "$tmp/said")" ;;
		esac
	done <"$tmp/ways"
	if [ "$n" -gt 0 ] && [ -z "$passed" ]; then pass "$name"; else fail "$name" "refused: $n; not:$passed"; fi
}

try_all() {
	local hook=$1
	refused=0
	try "$hook: --name --access: each way to change the file is denied" write replace rename delete attr mount -- names/protected
	try "$hook: --path --access: each way to change the file is denied" write replace rename delete attr mount -- p/c
	try "$hook: --dir --access: each way to change a file beneath is denied" write replace rename delete attr mount link -- d/f
	try "$hook: --dir --access: each way to remove a directory beneath is denied" delete-dir -- d/empty
	try "$hook: --dir --access: each way to bring something in is denied" in -- d/sub
	try "$hook: --dir --access: the directory itself can be neither renamed, nor removed, nor mounted on, nor have its attributes changed" rename delete-dir mount -- d
	check "$hook: --dir --access: the directory's own mode cannot be changed" denied_by chmod 777 d
	check "$hook: --path --access: a directory above cannot be renamed" denied_by mv p p2
	check "$hook: --path --access write: sed -i is denied, and leaves no file" denied_by sed -i s/1/2/ p/c
	check "$hook: --path --access write: ln -f over the file is denied" denied_by ln -f o/other p/c
	check "$hook: the protected files have what they had" [ "$(cat names/protected p/c d/f | tr -d '\n')" = 111 ]
	check "$hook: the protected directories have what they had" [ "$(find d names p | sort | tr '\n' ' ')" = "d d/empty d/f d/sub names names/protected p p/c " ]
	check "$hook: a protected file may be read" cat p/c d/f names/protected
	stop
	denied=$(sed -nE 's/^([0-9]*) access(es)? .*/\1/p' "$err")
	check "$hook: each refusal is counted ($refused ways, $denied counted)" [ "$denied" -ge "$refused" ]
	check "$hook: each refusal is shown" [ "$(grep -c 'tried to' "$out")" = "$denied" ]
	check "$hook: the operations are named" sh -c 'for op in open truncate delete rename replace link attr create "mount on"; do grep -q "tried to $op forbidden file" "$1" || exit 1; done' sh "$out"
}
denied_by() { # DENIED COMMAND: it fails for want of permission
	! "$@" 2>"$tmp/why" && grep -qi 'permission denied' "$tmp/why"
}

# What override sees is the string that a call is given: not calls by a descriptor, nor io_uring.
not_by_name=' (uring-.*|fchmod|fchown|futimens|fsetxattr|fremovexattr|setflags|fssetxattr|handle)$'
# These pass, as the header says, each on a file of its own.
try_not_by_name() {
	local operation way file denied='' n=0
	while read -r operation way; do
		[[ " write replace rename delete attr " = *" $operation "* ]] || continue
		n=$((n + 1)) file=names/$n/protected
		echo 1 >o/other
		"$changes" "$way" "$file" o/other >"$tmp/said" 2>&1 && note "$way" "$file" passes || denied+=" $way"
	done < <(grep -E "$not_by_name" "$tmp/all-ways")
	if [ "$n" -gt 0 ] && [ -z "$denied" ]; then pass "$1 ($n ways)"; else fail "$1" "of $n ways denied:$denied"; fi
}

hooks=(fmod_ret)
! grep -q '\<bpf\>' /sys/kernel/security/lsm || hooks=(lsm fmod_ret)
for hook in "${hooks[@]}"; do
	make_files
	start_command block -a deny --hook "$hook" --name protected --path p/c --dir d --access write,attr || continue
	check "$hook: the header says what is denied" shows 'opens for writing and all else that changes the content, changes of attributes are denied' "$err"
	try_unprotected "$hook"
	try_all "$hook"
done

make_files
for n in {1..30}; do
	mkdir -p "names/$n" && echo 1 >"names/$n/protected" && "$changes" prepare "names/$n/protected" o/other
done
if bccwatch block --dry-run --hook override --name protected -d 1 >/dev/null 2>&1; then
	if start_command block -a deny --hook override --name protected --access write,attr; then
		hook=override
		try_unprotected override
		mv "$tmp/ways" "$tmp/all-ways"
		grep -vE "$not_by_name" "$tmp/all-ways" >"$tmp/ways"
		refused=0
		try "override: --name --access: each way to change the file by its name is denied" write replace rename delete attr mount -- names/protected
		try_not_by_name "override: --name --access: what the header says is not seen is allowed"
		check "override: the header says what is not seen" shows 'changes by a descriptor or by io_uring are not seen' "$err"
		stop
	fi
else
	skip "override: --access: all" "this kernel has no bpf_override_return"
fi

# Many attempts, mixed, by several processes: all are denied, and each is counted; also while rules are read again, where one
# may be counted by both programs.
attempts=1000 processes=4 reloads=2
! is_newest_guest || attempts=10000 reloads=0 # there the kernel verifies for minutes
! is_soak || attempts=112000 processes=8 reloads=200 # a million in all
in_dir=("d/f:write,replace,rename,delete,attr,mount,link" d/empty:delete-dir d/sub:in)
leaks() {
	"$fixtures/leaks" "$processes" "$1" o/other names/protected:write,replace,rename,delete,attr,mount \
		p/c:write,replace,rename,delete,attr,mount "${in_dir[@]}"
}
# The events, a million of them, are of no interest.
start_unread() {
	err=$tmp/err
	: >"$err"
	bccwatch block "$@" >/dev/null 2>"$err" &
	pid=$!
	within 600 shows 'Ctrl-C ends' "$err" || { fail "start of: bccwatch block $*" "$(cat "$err")" && return 1; }
}
whole() { [ "$(cat names/protected p/c d/f | tr -d '\n')" = 111 ] && [ "$(find d names p | sort | tr '\n' ' ')" = "d d/empty d/f d/sub names names/protected p p/c " ]; }
n_denied() { sed -nE 's/^([0-9]*) access(es)? .*/\1/p' "$err"; }
n_refused() { awk '/^refused / {n += $2} END {print n}' "$1"; }
# rules N: writes them into the file. Without dir, for which reload.sh does the same: in emulation, beside the attempts, the kernel
# verifies the program for a minute and more then.
rules() { printf '%s\n' "name protected" "path $home/p/c" "name other-$1" >"$tmp/rules"; }
# reload N: reads rules that differ from those before, N times.
reload() {
	local i=0
	while [ "$i" -lt "$1" ]; do
		i=$((i + 1))
		rules "$((i % 2))"
		kill -HUP "$pid"
		within 300 shows "generation $((i + 1))" "$err" || return
	done
}
for hook in "${hooks[@]}"; do
	make_files
	start_unread -a deny --hook "$hook" --name protected --path p/c --dir d --access write,attr || continue
	if grep -q "On this preemptible kernel" "$err"; then # as the header says, not each access is checked by this hook
		skip "$hook: many attempts" "the kernel preempts its program"
		stop
		continue
	fi
	check_status "$hook: of $attempts attempts an operation none passes" 0 leaks "$attempts"
	check "$hook: after many attempts the files have what they had" whole
	stop
	check "$hook: each of many refusals is counted ($(n_refused "$tmp/said"), $(n_denied) counted)" [ "$(n_denied)" = "$(n_refused "$tmp/said")" ]
done
hook=${hooks[0]}
rules 0
in_dir=()
if [ "$reloads" -gt 0 ] && start_unread -a deny --hook "$hook" --rules "$tmp/rules" --access write,attr; then
	reload "$reloads" &
	reloading=$!
	tried=0 round=$((attempts / 4))
	: >"$tmp/refused"
	while [ "$tried" -lt "$attempts" ] || kill -0 "$reloading" 2>/dev/null; do
		leaks "$round" >>"$tmp/refused" 2>&1
		tried=$((tried + round))
	done
	wait "$reloading"
	check "$hook: rules are read again $reloads times while files are tried" [ $? = 0 ]
	check_lines "$hook: of $tried attempts an operation none passes while rules are read again" $((tried / round)) " passed 0 failed 0" "$tmp/refused"
	check "$hook: after attempts and reloads the files have what they had" whole
	stop
	check "$hook: each refusal is counted while rules are read again ($(n_refused "$tmp/refused"), $(n_denied) counted)" [ "$(n_denied)" -ge "$(n_refused "$tmp/refused")" ]
fi

# One operation alone: nothing else is denied.
make_files
if start_command block -a deny --path p/c --dir d --access delete; then
	check "--access delete: rm is denied" denied_by rm -f p/c
	check "--access delete: rm beneath the directory is denied" denied_by rm -f d/f
	check "--access delete: the file may be written, renamed, and have its attributes changed" sh -c 'echo 2 >p/c && mv p/c p/e && mv p/e p/c && chmod 600 p/c && mkdir d/new'
	stop
	check "--access delete: two accesses were denied" [ "$(sed -nE 's/^([0-9]*) access(es)? .*/\1/p' "$err")" = 2 ]
fi
make_files
if start_command block -a deny --path p/c --name protected --access stat,mmap; then
	check "--access stat: stat(2) is denied" denied_by stat p/c
	check "--access stat: access(2) is denied" denied_by perl -e 'my $file = "names/protected"; exit !(syscall(21, $file, 0) < 0 and die "$!\n")'
	check "--access mmap: mmap(2) is denied" denied_by sh -c "'$changes' mmap p/c o/other || { echo permission denied >&2; false; }"
	check "--access stat: the file may be read" bash -c 'read -r line <p/c'
	stop
fi
check "nothing is left attached" nothing_attached
rm -rf "$home"

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block --rules: rules with an action, operations and subjects of their own, by each hook that denies.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/rules # on a disk's file system
mkdir -p "$home" && chmod 755 /root "$home" && cd "$home" || exit
cp /bin/cat tool && cp /bin/cat other-tool
as() { setpriv --reuid "$1" --regid "${2:-$1}" --clear-groups "${@:3}"; }
# in_cgroup NAME COMMAND...: in the cgroup of that name.
in_cgroup() {
	local group=/sys/fs/cgroup/$1
	shift
	mkdir -p "$group" && bash -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"
}
container=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
changed() { bash -c 'echo x >>"$1"' bash "$1" 2>/dev/null; }
# Symlinks: in a protected directory, to a protected file, two on the way of a rule's path, and in a directory of its own.
links() {
	local link
	for link in x/d/l:f x/s:d/f x/way:q/between x/q/between:last x/up/to:../q/last; do
		[ -L "${link%%:*}" ] || ln -sfn "${link#*:}" "${link%%:*}"
	done
}
fill() {
	local name
	rm -rf d g n k moved b-link later later-dir link-of-* target *.pem*
	mkdir d g
	for name in x.pem x.pem2 'star*' starlight é1.tmp é12.tmp g/a1.key g/a2.key g/c.key a1.key target; do echo TEXT >"$name"; done
	ln g/a2.key link-of-pattern
	mkdir -p n/pub k
	rm -rf own x && mkdir -p own x/d/sub x/q x/up && touch x/d/f x/d/sub/g x/q/p x/q/n.crt x/q/last && links
	for name in n/f n/pub/x k/a.key k/b.key deep own/f; do echo TEXT >"$name"; done
	ln -s "$home/target" g/a.key
	for name in plain errno kill audited both first ordered users groups comms exes units boxed only children d/f; do echo TEXT >"$name"; done
}

# try OPERATION PATH: does it, on a path of its own directory.
try() {
	case $1 in
	read) if [ -d "$2" ]; then ls "$2"; else cat "$2"; fi ;;
	attr) chmod 700 "$2" ;;
	truncate) truncate -s 0 "$2" ;;
	write) : >>"$2" ;;
	link) if [ -e "$2" ]; then ln "$2" x/link; else ln x/new "$2"; fi ;;
	mount) mount --bind "x/$([ -d "$2" ] && echo empty || echo new)" "$2" ;;
	replace) mv -fT "x/$([ -d "$2" ] && echo empty || echo new)" "$2" ;;
	rename) mv -T "$2" x-moved ;;
	delete) rm -d "$2" ;;
	mkdir) mkdir "$2" ;;
	mknod) mknod "$2" p ;;
	create) : >"$2" ;;
	esac
}
# explained: prints where an operation is denied and `rules explain` says that it is not, or the reverse; and how many were
# tried.
explained() {
	local path op operations result really n=0
	for path in x x/d x/d/f x/d/sub x/d/sub/g x/d/none x/q x/q/p x/q/n.crt x/q/none.crt x/q/none x/d/l x/s x/way x/q/between x/up x/up/to; do
		operations="mkdir mknod create link"
		[ ! -e "$path" ] || operations="read attr truncate write link mount replace rename delete"
		[ ! -L "$path" ] || operations="link rename delete"
		for op in $operations; do
			mkdir -p x/empty && : >x/new
			result=$(bccwatch rules explain --rules rules "$path" "$op" | sed -n 's/^Result: \([a-z]*\).*/\1/p')
			really=allowed
			if ! try "$op" "$path" >"$tmp/tried" 2>&1; then
				grep -q "Permission denied" "$tmp/tried" || continue
				really=denied
			fi
			[ "$result" = "$really" ] || echo "$op $path: explained as $result, really $really"
			n=$((n + 1))
			umount "$path" 2>/dev/null
			[ ! -e x-moved ] || mv -T x-moved "$path"
			rm -f x/link x/q/none
			links
			for again in x/q/last x/d/f x/d/sub/g x/q/p x/q/n.crt; do [ -e "$again" ] || : >"$again"; done 2>/dev/null
		done
	done
	echo "$n tried"
}

# scripts/soak tries all hooks; here the time is short.
hooks=$(denying_hooks)
is_soak || hooks=${hooks%% *}
for hook in $hooks; do
	fill
	bash -c 'exec -a parent sleep 1000' &
	parent=$!
	mkdir -p "/sys/fs/cgroup/docker-$container.scope"
	cat >rules <<END
name plain
deny   read        path errno except comm trusted
deny   EPERM write dir  $home/d except uid 1234 gid 4321
kill   read        path kill
audit  read,write  path audited
audit  read        path both
deny   read        path both
deny   ENOENT read path first
kill   any         path first
kill   read        path ordered only uid 1111
deny   read        path ordered
deny   any         path users   except uid nobody
deny   any         path groups  except gid 4321
deny   any         path comms   except comm friend
deny   any         path exes    except exe $home/tool
deny   any         path units   except unit act.service
deny   any         path boxed   only container any
deny   read        name only    only uid 1234 exe $home/other-tool
deny   any         path children except children $parent
deny   write       dir  $home/x/d
deny   any         path x/q/p
deny   any         path x/way
deny   any         path x/up/to
deny   write       name "*.crt"
deny   write       path x/q/none
deny   read        path "$home/later"
deny   read        path $home/k/*.key
deny   read        name "*.pem"
deny   read        dir  $home/n
audit  write       dir  $home/n/pub
audit  write       dir  $home/own
audit  write       dir  $home/n/later
deny   read        path deep    only unit deep.slice
deny   any         path $home/g/[ab]*.key  except uid 1234
deny   read        path $home/later-dir/*.txt
deny   read        name "star\\\\*"
deny   read        name "[à-ï]?.tmp"
END
	if ! start_command block --hook "$hook" --headers btf -a deny --rules rules; then continue; fi
	check "$hook: a plain line among others denies as the options say" denied plain
	check "$hook: deny denies" denied errno
	check "$hook: deny read lets a write pass" changed errno
	check "$hook: deny ERRNO fails with it" write_denied d/f "Operation not permitted"
	check "$hook: deny write dir lets reads pass" reads d/f TEXT
	check "$hook: deny write dir denies to delete" refused "Operation not permitted" rm d/f
	check "$hook: deny write dir denies to create" write_denied d/new "Operation not permitted"
	check "$hook: deny write dir lets an excepted user write" as 1234 1 true
	check "$hook: kill kills" killed cat kill
	check "$hook: audit allows" reads audited TEXT
	check "$hook: an audit rule before a deny rule does not allow" denied both
	check "$hook: the first rule that matches decides: its error" refused "No such file or directory" cat first
	check "$hook: operations that the first rule does not concern are another rule's" killed bash -c 'echo x >>first'
	check "$hook: the first rule does not hold for others than its subjects" denied ordered
	check "$hook: the first rule holds for its subject" killed setpriv --reuid 1111 --clear-groups cat ordered
	check "$hook: except uid allows the user" as 65534 65534 cat users
	check "$hook: except uid does not allow another" refused "Permission denied" as 1234 1234 cat users
	check "$hook: except gid allows the group" as 1 4321 cat groups
	check "$hook: except gid does not allow another" denied groups
	check "$hook: except comm allows processes of this name" perl -e '$0 = "friend"; open(F, "<", "comms") or exit 1'
	check "$hook: except comm does not allow another" denied comms
	check "$hook: except exe allows the program" ./tool exes
	check "$hook: except exe does not allow another" refused "Permission denied" ./other-tool exes
	cp /bin/cat newer && mv newer tool
	check "$hook: except exe allows the program that took its place" ./tool exes
	check "$hook: except unit allows a process of a unit that came later" within 5 in_cgroup act.service cat units
	check "$hook: except unit allows a process of a cgroup beneath it" in_cgroup act.service/beneath cat units
	check "$hook: except unit does not allow another" denied units
	check "$hook: only container any allows a process of none" cat boxed
	check "$hook: only container any denies a container's process" refused "Permission denied" in_cgroup "docker-$container.scope" cat boxed
	check "$hook: only container any denies beneath a container's cgroup" refused "Permission denied" in_cgroup "docker-$container.scope/init" cat boxed
	check "$hook: only container any allows a process of another cgroup, once that is known" within 5 in_cgroup beside cat boxed
	mkdir -p /sys/fs/cgroup/many && (cd /sys/fs/cgroup/many && seq -f "docker-$(printf 'a%.0s' {1..60})%04.0f.scope" 4200 | xargs mkdir)
	check "$hook: more containers than are kept: only container any denies all" within 120 denied boxed
	check "$hook: more containers than are kept: that is reported" within 5 grep -q 'More than 4096 cgroups' "$err"
	find /sys/fs/cgroup/many -depth -type d -delete
	check "$hook: once they are gone it allows a process of none" within 120 cat boxed
	check "$hook: only uid denies the user" refused "Permission denied" as 1234 1234 cat only
	check "$hook: only exe denies the program" refused "Permission denied" ./other-tool only
	check "$hook: only allows whom it does not name" cat only
	check "$hook: except children does not allow a process beside" denied children
	: >later 2>/dev/null && echo x >later
	check "$hook: a rule holds for a path that exists only later" denied later
	ln errno link-of-errno
	check "$hook: a file is denied by its other names, too" denied link-of-errno
	check "$hook: a pattern of names denies what matches" denied x.pem
	check "$hook: a pattern of names denies it in a directory" refused "Permission denied" bash -c 'echo >d2.pem && exec cat d2.pem'
	check "$hook: a pattern of names lets pass what has more behind" reads x.pem2 TEXT
	check "$hook: a backslash takes a wildcard literally" denied 'star*'
	check "$hook: what a literal wildcard does not match passes" reads starlight TEXT
	check "$hook: a wildcard is a character, not a byte" denied é1.tmp
	check "$hook: one wildcard is no two characters" reads é12.tmp TEXT
	check "$hook: a pattern of a path denies what matches in the directory" denied g/a1.key
	check "$hook: a pattern of a path denies to create what matches" write_denied g/b1.key
	check "$hook: a pattern of a path denies to rename to what matches" refused "Permission denied" mv g/c.key g/b2.key
	check "$hook: a pattern of a path denies to delete what matches" refused "Permission denied" rm -f g/a1.key
	check "$hook: a pattern of a path lets pass what does not match" reads g/c.key TEXT
	check "$hook: a pattern of a path does not hold elsewhere" reads a1.key TEXT
	check "$hook: a pattern of a path denies another link of what matches" denied link-of-pattern
	check "$hook: a pattern of a path denies the target of a symlink that matches" denied target
	check "$hook: a pattern of a path has exceptions" as 1234 1234 cat g/a1.key
	mkdir later-dir && echo TEXT >later-dir/b.text && echo TEXT >later-dir/b.txt
	check "$hook: a pattern of a path holds in a directory that comes later" denied later-dir/b.txt
	check "$hook: a pattern of a path lets others pass in a directory that comes later" reads later-dir/b.text TEXT
	check "$hook: a rule for a directory holds beneath one that has another rule" denied n/pub/x
	check "$hook: an audit rule for a directory allows what is not denied above" changed n/pub/x
	mknod n/pub/new p
	mv n/f moved
	check "$hook: what is moved out of a directory stays denied" denied moved
	mv k/a.key k/a.txt && ln k/b.key b-link
	check "$hook: what matched a pattern of a path stays denied when it is renamed" denied k/a.txt
	check "$hook: what matches a pattern of a path is denied by a link that is made later" denied b-link
	echo TEXT >k/.new && mv k/.new k/new.key && mv k/new.key k/new.txt
	check "$hook: what gets a name by a rename that matches a pattern of a path stays denied" denied k/new.txt
	echo TEXT >source && ln source k/c.key
	check "$hook: what gets a name by a link that matches a pattern of a path is denied by its others" denied source
	mv own n/own
	check "$hook: a directory with a rule of its own that is moved beneath another has the rules of both" denied n/own/f
	mkdir n/later && rmdir n/later && mkdir n/later && echo TEXT >n/later/f
	check "$hook: a directory that a rule waits for beneath another has the rules of both when it comes again" denied n/later/f
	check "$hook: only unit denies far beneath the unit's cgroup" refused "Permission denied" in_cgroup "deep.slice/$(printf 'n/%.0s' {1..17})" cat deep
	explained >"$tmp/explained"
	check "$hook: what rules explain says is what happens" shows '^([6-9][0-9]) tried$' "$tmp/explained"
	check_lines "$hook: and nothing else happens" 0 'explained as' "$tmp/explained"
	# A reload: other rules, another action for the same.
	sed -i 's/^kill   read        path kill$/deny EPERM read path kill/; /path comms/d; s/^deny   read        path errno.*/audit read path errno/; s/star.*/*light"/' rules
	kill -HUP "$pid"
	check "$hook: rules with actions are reloaded" within 240 grep -q '^Reloaded in' "$err"
	check "$hook: after a reload another action holds" refused "Operation not permitted" cat kill
	check "$hook: after a reload a rule that is gone holds no more" cat comms
	check "$hook: after a reload a rule that became an audit allows" cat errno
	check "$hook: after a reload the other rules hold" denied users
	check "$hook: after a reload the other exceptions hold" ./tool exes
	check "$hook: after a reload another pattern holds" denied starlight
	check "$hook: after a reload of other rules, what was moved out of a directory stays denied" denied moved
	check "$hook: after a reload of other rules, what matched a pattern stays denied" denied k/a.txt
	check "$hook: after a reload of other rules, a directory in another has the rules of both" denied n/pub/x
	check "$hook: after a reload a pattern that is gone holds no more" reads 'star*' TEXT
	check "$hook: after a reload patterns of paths hold" denied g/a1.key
	check "$hook: after a reload other links of what matches are denied" denied link-of-pattern
	check "$hook: after a reload a pattern holds in a directory that came later" denied later-dir/b.txt
	stop
	kill "$parent" 2>/dev/null
	check "$hook: with actions: ends with status 0" [ "$status" = 0 ]
	check_lines "$hook: a creation that is audited is reported once" 1 "create forbidden file $home/n/pub/new, allowed" "$out"
	check "$hook: audit is reported" shows "cat tried to open forbidden file $home/audited, allowed \(audit\)" "$out"
	check "$hook: what is denied, and audited, too, is reported as denied" shows "forbidden file $home/both, denied" "$out"
	check "$hook: kill is reported" shows "forbidden file $home/kill, killed" "$out"
	check "$hook: the closing line counts what was audited" shows "accesses denied.*, [1-9][0-9]* audited" "$err"
	check "nothing is left attached after $hook" nothing_attached
done

# By hooks that see files, and by the one that sees names alone.
for hook in $hooks signal; do
	fill
	echo TEXT >secret-1.0
	if ! start_command block --hook "$hook" --headers btf --name-glob 'secret-*.[0-9]'; then continue; fi
	check "$hook: --name-glob kills who opens what matches" killed cat secret-1.0
	check "$hook: --name-glob kills who opens it by another path" killed cat "../$(basename "$home")/secret-1.0"
	check "$hook: --name-glob lets pass what does not match" reads x.pem2 TEXT
	stop
	check "nothing is left attached after --name-glob by $hook" nothing_attached
done

# Subjects of the command line, for all rules; with the first hook, and with actions that are pinned.
read -r hook _ < <(denying_hooks)
fill
printf 'path errno\ndeny EPERM read path kill only uid 4\naudit read path audited\n' >rules
if start_command block --hook "$hook" --headers btf -a deny --rules rules --only 'uid 1234' --except 'comm friend'; then
	check "--only denies the subject" refused "Permission denied" as 1234 1234 cat errno
	check "--only allows others" reads errno TEXT
	check "--except allows the subject" as 1234 1234 perl -e '$0 = "friend"; open(F, "<", "errno") or exit 1'
	check "a rule has its own only in place of --only" refused "Operation not permitted" as 4 4 cat kill
	check "and not that of --only" as 1234 1234 cat kill
	check "--except holds for rules with an action, too" as 4 4 perl -e '$0 = "friend"; open(F, "<", "kill") or exit 1'
	stop
fi
# A process that rules name by its number, and one that gets the number later, by both ways of a reload: the rules name the
# same subjects, or others. And more processes that rules name by `only` than there is room for, here for eight.
n_reloaded() { [ "$(grep -c '^Reloaded in' "$err")" = "$1" ]; }
# The process that was named is gone; another has its number, and reads the file after a reload, the Nth.
number_again() { # number_again N
	for _ in {1..50}; do # another process may come between
		echo $((named - 1)) >/proc/sys/kernel/ns_last_pid
		sh -c 'until [ -e "go$1" ]; do sleep 0.2; done; cat errno' sh "$1" >"$tmp/got" 2>&1 &
		[ "$!" != "$named" ] || break
		kill "$!"
	done
	[ "$!" = "$named" ] || fail "a process has the number of one that is gone" "$! and $named"
	kill -HUP "$pid"
	check "rules that name a process that is gone are reloaded ($1)" within 240 n_reloaded "$1"
	touch "go$1"
	wait "$named"
	check "after a reload, who has the number of a process that is gone is not excepted ($1)" shows "Permission denied" "$tmp/got"
}
cp -r "$src" small
sed -i -E 's/^(BPF_HASH\((children|programs), .*), 65536\)/\1, 8)/' small/block/*.h
mkfifo orders
bash -c 'while :; do read -r order <orders && eval "$order"; echo done >answers; done' 2>/dev/null &
parent=$!
order() { rm -f answers && echo "$1" >orders && within 5 [ -e answers ]; }
fill
sleep 600 &
named=$!
printf 'deny read path %s\n' "errno except children $named" "only only children $parent exe /usr/bin/perl" >rules
printf 'deny %s\n' 'mkdir name no-dir' 'link name no-link' "link path $home/no-path" >>rules
if start_command block --hook "$hook" --headers btf -a deny --source small/block.c --rules rules; then
	check "a rule for mkdir alone denies it" refused "Permission denied" mkdir no-dir
	check "a rule for link alone denies a symlink of the name" refused "Permission denied" ln -s plain no-link
	check "a rule for link alone denies a hard link of the name" refused "Permission denied" ln plain no-link
	check "a rule for link alone denies a symlink at the path" refused "Permission denied" ln -s plain no-path
	order 'cat only >got 2>&1'
	check "only children denies a child of the process" shows "Permission denied" got
	check "only children allows others" reads only TEXT
	kill "$named" && wait "$named" 2>/dev/null
	number_again 1
	check "after a reload, only children allows others" reads only TEXT
	order 'for i in {1..20}; do sleep 30 & done'
	check "where there is no room for a child, a rule with only children holds for all" denied only
	check "where there is no room for processes of rules with only, that is reported" within 5 shows '^There are more processes than 65,536' "$err"
	order 'kill %{1..20}'
	echo 'deny read path users only uid 5' >>rules
	number_again 2
	check "after a reload it is still known that a process had no room" denied only
	check_lines "a reload reports that a process that is named is gone" 2 "children $named: that process is gone" "$err"
	echo 'deny read path errno except children 4194303' >>rules
	kill -HUP "$pid"
	check "a rule that comes with a reload and names no process is reported" within 60 shows 'generation 3 stay in force' "$err"
	stop
fi
order 'for i in {1..20}; do sleep 300 & done'
printf 'deny read path %s\n' "errno except children $parent" "only only children $parent exe /usr/bin/perl" >rules
printf 'deny %s\n' 'mkdir name no-dir' 'link name no-link' "link path $home/no-path" >>rules
if start_command block --hook "$hook" --headers btf -a deny --source small/block.c --rules rules; then
	check "a start with no room for all children of a process reports whom it does not except" within 5 shows "^children $parent: there is no room" "$err"
	check "a start with no room for all children of a process reports that others are concerned" within 5 shows '^There are more processes than 65,536' "$err"
	check "after a start with no room for all children of a process, a rule with only children holds for all" denied only
	stop
fi
order 'kill %{1..20}'
kill "$parent"
# What is mounted in another mount namespace is beneath the directories there, whatever rules hold for its own file system.
mkdir -p above/on shared && mount -t tmpfs none shared
printf '%s\n' "deny write dir $home/above" "audit read dir $home/shared" >rules
if start_command block --hook "$hook" --headers btf -a deny --allow-mounts --rules rules; then
	check "a rule for reading a directory allows writing there" changed shared/f
	# shellcheck disable=SC2016
	check "what is mounted on a directory in another namespace is beneath it, too, where its file system has a rule of its own" \
		refused "Permission denied" unshare -m bash -c 'mount --bind shared above/on && echo x >>above/on/f'
	stop
fi
umount shared
check_status "--only of an unknown kind is refused" 2 bccwatch block --name x --only 'user root'
check "--only of an unknown kind names the kinds" shows 'uid, gid, comm, exe, unit, cgroup, container, children' "$tmp/said"
mountpoint -q /sys/fs/bpf || mount -t bpf none /sys/fs/bpf
printf 'deny EPERM read path errno except uid 1234\nkill read path kill\naudit read path audited\ndeny any name "*.pem"\n' >rules
pinned=(block --hook "$hook" --headers btf -a deny --rules rules --pin actions)
if start_command "${pinned[@]}"; then
	kill -KILL "$pid" && wait "$pid" 2>/dev/null
	check "--pin: without the process a rule with an action denies" denied errno "Operation not permitted"
	check "--pin: without the process its exception holds" as 1234 1234 cat errno
	check "--pin: without the process a rule kills" killed cat kill
	check "--pin: without the process an audit rule allows" reads audited TEXT
	check "--pin: without the process a pattern denies" denied x.pem
	bccwatch block --status >"$tmp/said"
	check "--status shows a rule with its action" shows 'deny EPERM read path .*/errno except uid 1234, kill read path' "$tmp/said"
	mv kill moved-away 2>/dev/null
	if start_command "${pinned[@]}"; then
		check "--pin: taken over, rules with actions hold" denied errno "Operation not permitted"
		check "--pin: taken over, what was moved away is killed for" killed cat moved-away
		sed -i 's/^kill read/deny ENOENT read/' rules
		kill -HUP "$pid"
		check "--pin: rules with actions are reloaded" within 240 grep -q '^Reloaded in' "$err"
		check "--pin: after a reload another action holds" denied x.pem
		stop
	fi
	check_status "--unpin ends rules with actions" 0 bccwatch block --unpin actions
	check "after --unpin nothing is denied" reads errno TEXT
	check "nothing is left attached after --unpin of rules with actions" nothing_attached
fi

# rules check, which needs no root.
cat >wrong <<'END'
deny read path /etc/shadow except user root
deny reed path /x
name a
END
check_status "rules check: a file with errors fails" 1 bccwatch rules check wrong
check_lines "rules check: names line and column" 1 "wrong:1:35: " "$tmp/said"
check_lines "rules check: of each wrong line" 1 "wrong:2:6: " "$tmp/said"
cat >wrong-patterns <<'END'
deny read name "[a"
deny read path /et*/passwd
deny read dir /etc/*
END
check_status "rules check: wrong patterns fail" 1 bccwatch rules check wrong-patterns
check "rules check: a pattern that is malformed is reported at its place" shows '^wrong-patterns:1:16: there is no \] for this \[$' "$tmp/said"
check "rules check: of a path the last component alone can be a pattern" shows '^wrong-patterns:2:19: only a name, or the last' "$tmp/said"
check "rules check: a directory can be no pattern" shows '^wrong-patterns:3:20: only a name, or the last' "$tmp/said"
check_status "rules check: another user can use it" 0 as 65534 65534 bccwatch rules check rules
check_status "block --rules: a wrong line ends the start" 2 bccwatch block --rules wrong
printf 'name x\n\n deny read path /etc\n' >directory
check_status "block --rules: a path that is a directory ends the start" 1 bccwatch block --rules directory
check "block --rules: and its line is named" shows 'line 3 of the file of --rules, column 17' "$tmp/said"
check_status "rules explain: explains" 0 as 65534 65534 bccwatch rules explain --rules rules --uid 1234 "$home/errno" read
check "rules explain: an exception allows" shows '^Result: allowed: no rule matches\.$' "$tmp/said"
bccwatch rules explain --rules rules --uid 1 "$home/errno" read >"$tmp/said"
check "rules explain: names the rule" shows '^  rules:1: deny EPERM read path .*/errno except uid 1234$' "$tmp/said"
check "rules explain: says that it is denied" shows '^Result: denied\.$' "$tmp/said"
sh -c 'exec sleep 1000 <a1.key' & holder=$!
ln a1.key other-name
bccwatch rules explain --rules rules "$home/a1.key" write >"$tmp/said"
check "rules explain: names who has the file open" shows "^Open by process $holder \\(sleep\\) for reading" "$tmp/said"
check "rules explain: names the file's other names" shows "^Other name: $home/other-name\$" "$tmp/said"
kill $holder
# Where a mount shows them at another place, they lie where they do.
fill
mkdir bound && mount --bind x bound && touch by-file && mount --bind errno by-file
printf '%s\n' "deny write dir $home/x/d" "deny read path $home/errno" "deny attr path $home/bound/q/p" >rules
place() { bccwatch rules explain --rules rules "$home/$1" "$2" >"$tmp/said" && shows "^Result: $3" "$tmp/said"; }
check "rules explain: a file is beneath a directory, also by a bind mount" place bound/d/f write denied
check "rules explain: what is to be made is beneath a directory, also by a bind mount" place bound/d/new create denied
check "rules explain: the directory itself is meant by a bind mount" place bound/d attr allowed
check "rules explain: a file is meant where it is mounted on another" place by-file read denied
check "rules explain: the path of a rule can be one of a bind mount" place x/q/p attr denied
check "rules explain: another file of a bind mount is not meant" place bound/q/p write allowed
printf 'deny read name by-file\n' >by-name
check "rules explain: what is mounted on a file has not its name" \
	sh -c 'bccwatch rules explain --rules by-name "$1/errno" read | grep -q "^Result: allowed: no rule" && bccwatch rules explain --rules by-name "$1/by-file" read | grep -q "^Result: allowed: no rule"' sh "$home"
place bound/q/p write allowed
check "rules explain: the other place is named" shows "^Other name: $home/x/q/p\$" "$tmp/said"
if start_command block --hook "$hook" --headers btf -a deny --rules rules; then
	check "by a bind mount a file is denied as it is explained" refused "Permission denied" bash -c 'echo x >>bound/d/f'
	check "a file that is mounted on another is denied as it is explained" denied by-file
	check "the path of a rule that is one of a bind mount is denied at its other place, as it is explained" refused "Permission denied" chmod 600 x/q/p
	stop
fi
umount bound by-file
rm -rf "$home"

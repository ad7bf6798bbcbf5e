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
fill() {
	local name
	rm -rf d later link-of-errno
	mkdir d
	for name in plain errno kill audited both first ordered users groups comms exes units boxed only children d/f; do echo TEXT >"$name"; done
}

for hook in $(denying_hooks); do
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
deny   read        path "$home/later"
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
	check "$hook: only uid denies the user" refused "Permission denied" as 1234 1234 cat only
	check "$hook: only exe denies the program" refused "Permission denied" ./other-tool only
	check "$hook: only allows whom it does not name" cat only
	check "$hook: except children does not allow a process beside" denied children
	: >later 2>/dev/null && echo x >later
	check "$hook: a rule holds for a path that exists only later" denied later
	ln errno link-of-errno
	check "$hook: a file is denied by its other names, too" denied link-of-errno
	# A reload: other rules, another action for the same.
	sed -i 's/^kill   read        path kill$/deny EPERM read path kill/; /path comms/d; s/^deny   read        path errno.*/audit read path errno/' rules
	kill -HUP "$pid"
	check "$hook: rules with actions are reloaded" within 60 grep -q '^Reloaded in' "$err"
	check "$hook: after a reload another action holds" refused "Operation not permitted" cat kill
	check "$hook: after a reload a rule that is gone holds no more" cat comms
	check "$hook: after a reload a rule that became an audit allows" cat errno
	check "$hook: after a reload the other rules hold" denied users
	check "$hook: after a reload the other exceptions hold" ./tool exes
	stop
	kill "$parent" 2>/dev/null
	check "$hook: with actions: ends with status 0" [ "$status" = 0 ]
	check "$hook: audit is reported" shows "cat tried to open forbidden file $home/audited, allowed \(audit\)" "$out"
	check "$hook: what is denied, and audited, too, is reported as denied" shows "forbidden file $home/both, denied" "$out"
	check "$hook: kill is reported" shows "forbidden file $home/kill, killed" "$out"
	check "$hook: the closing line counts what was audited" shows "accesses denied.*, [1-9][0-9]* audited" "$err"
	check "nothing is left attached after $hook" nothing_attached
done

# rules check, which needs no root.
cat >wrong <<'END'
deny read path /etc/shadow except user root
deny reed path /x
name a
END
check_status "rules check: a file with errors fails" 1 bccwatch rules check wrong
check_lines "rules check: names line and column" 1 "wrong:1:35: " "$tmp/said"
check_lines "rules check: of each wrong line" 1 "wrong:2:6: " "$tmp/said"
check_status "rules check: another user can use it" 0 as 65534 65534 bccwatch rules check rules
check_status "block --rules: a wrong line ends the start" 2 bccwatch block --rules wrong
rm -rf "$home"

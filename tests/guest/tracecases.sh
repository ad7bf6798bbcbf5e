#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bccwatch trace: small cases, each out of a question that users of such tools ask.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

case=$fixtures/tracecase
t=$tmp/t
mkdir -p "$t" && chmod 755 "$tmp" "$t" && cd "$t" || exit
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
short=100 # processes
! traces_long || short=1000
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
own_mnt_ns=$(stat -Lc %i /proc/self/ns/mnt)

# One start with everything; what is done is checked once trace has ended.
names() {
	by "$case" dirfd /etc hostname
	dirfd=$by
	(cd /usr && by cat ../proc/mounts >/dev/null && echo "$by" >"$tmp/dotdot")
	dotdot=$(cat "$tmp/dotdot")
	ln -s /etc/hostname l
	by cat l >/dev/null
	symlink=$by
	mkdir sub && : >sub/in
	(cd sub && by cat .././sub//in && echo "$by" >"$tmp/slashes")
	slashes=$(cat "$tmp/slashes")
	by "$case" reopen "$t/sub/in"
	reopened=$by
	mkdir jail && cp "$case" jail/tracecase && : >jail/inside
	by perl -e 'chroot("jail"); chdir("/"); open(F, "/inside") or exit 1'
	chrooted=$by
	ln sub/in hard
	by cat hard
	hard=$by
	mkdir bound && mount --bind sub bound
	by cat bound/in
	bound=$by
	umount bound
	by unshare -m sh -c 'mount --bind "$1" /mnt && cat /mnt/in' sh "$t/sub"
	unshared=$by
	name=$(printf 'n%.0s' {1..255})
	by sh -c ': >"$1"' sh "$name"
	by sh -c ': >"$1"' sh $'new\nline"}'
	forged=$by
	by sh -c ': >"$1"' sh $'\xff\xfe'
	by sh -c ': >"$1"' sh $'\xe2\x80\xae'
}

check_names() {
	events "T1: a name that is opened by a directory's descriptor is shown with its own path" 1 op=open "pid=$dirfd" filename=hostname path=/etc/hostname path_exact=true
	events "T1: a name that is opened by a directory's descriptor cannot be taken for one in the working directory" 0 "pid=$dirfd" "path=$t/hostname"
	events "T2: a name with .. is shown as given, with its path" 1 op=open "pid=$dotdot" filename=../proc/mounts "path=/proc/$dotdot/mounts"
	events "T2: a symlink is shown as given, with the path of its target" 1 op=open "pid=$symlink" filename=l path=/etc/hostname
	events "a name with dots and slashes is shown as given, with its path" 1 op=open "pid=$slashes" filename=.././sub//in "path=$t/sub/in"
	events "an open by /proc/self/fd is shown with the path of the file" 1 op=open "pid=$reopened" filename^/proc/self/fd/ "path=$t/sub/in"
	events "an open in a chroot is shown with the path from the system's root" 1 op=open "pid=$chrooted" filename=/inside "path=$t/jail/inside"
	events "an open by a hard link is shown with the name that was used" 1 op=open "pid=$hard" filename=hard "path=$t/hard"
	events "an open through a bind mount is shown with the path through it" 1 op=open "pid=$bound" filename=bound/in "path=$t/bound/in"
	events "an open in a bind mount of another mount namespace is shown with the path from that mount's root" 1 op=open filename=/mnt/in path=/in other_mount=true "!mnt_ns=$own_mnt_ns"
	events "an open in bccwatch's mount namespace is shown with its number" 1 op=open "pid=$hard" filename=hard "mnt_ns=$own_mnt_ns" other_mount=false
	events "a name of 255 bytes is shown whole" 1 op=open "filename=$name" "path=$t/$name"
	events "a name with a newline and a quote is one event, with all of it" 1 op=open "pid=$forged" "path=$t/"$'new\nline"}'
	check "a name that is not UTF-8 is there as bytes, too" grep -q '"filename_hex":"0xfffe"' "$out"
	events "a name that changes the direction of text is shown with it" 1 op=open "path=$t/"$'\xe2\x80\xae'
}

modes() {
	by sh -c ': >n; : >>n; cat n; cat absent' 2>/dev/null
	shell=$by
	mkdir -p /root/a/b && : >/root/a/b/f && chmod 700 /root/a
	by "${nobody[@]}" cat /root/a/b/f 2>/dev/null
	refused=$by
	by "$case" thread worker "$t/n"
	thread=$by
	by perl -e 'sysopen(F, "n", 0301)' # O_WRONLY, O_CREAT, O_EXCL
	exclusive=$by
	by sh -c ': >n/x' 2>/dev/null
	not_dir=$by
	by cat sub 2>/dev/null
	by "$fixtures/openers" openat2 "$t/n"
	openat2=$by
	by "$fixtures/openers" creat "$t/by-creat"
	creat=$by
	by "$fixtures/openers" ia32 "$t/n"
	ia32=$?
	ia32_pid=$by
	by "$fixtures/openers" uring "$t/n"
	uring=$?
	uring_pid=$by
}

check_modes() {
	events "T3: an open that creates is shown as such" 1 op=open "pid=$shell" "path=$t/n" created=true flags~O_CREAT flags~O_WRONLY
	events "T3: an open for appending is shown as such" 1 op=open "pid=$shell" "path=$t/n" created=false flags~O_APPEND
	events "T3: an open for reading is shown as such" 1 op=open filename=n comm=cat "path=$t/n" created=false flags=O_RDONLY "!result^E" "ppid=$shell"
	events "T3: an open of what is not there is shown with ENOENT" 1 op=open filename=absent "path=$t/absent" result=ENOENT path_exact=false
	events "T4: an open behind a closed directory is shown with EACCES, and a path that is not exact" 1 op=open "pid=$refused" path=/root/a/b/f path_exact=false result=EACCES uid=65534
	events "T5: an open by a thread with another name is shown with its process, and with its own number and name" 1 op=open "pid=$thread" "!tid=$thread" comm=worker "path=$t/n" "exe=$(realpath "$case")"
	events "an open that must create, of what is there, is shown with EEXIST" 1 op=open "pid=$exclusive" filename=n result=EEXIST flags~O_EXCL
	events "an open beneath what is no directory is shown with ENOTDIR" 1 op=open "pid=$not_dir" filename=n/x result=ENOTDIR "path=$t/n/x"
	events "an open by openat2 is shown" 1 op=open "pid=$openat2" "filename=$t/n" "path=$t/n"
	events "an open by creat is shown with what creat means" 1 op=open "pid=$creat" "path=$t/by-creat" created=true flags=O_WRONLY\|O_CREAT\|O_TRUNC
	if [ "$ia32" = 77 ]; then skip "trace: an open by a 32-bit call is shown" "this kernel does not have it"; else
		events "an open by a 32-bit call is shown" 1 op=open "pid=$ia32_pid" "path=$t/n"
	fi
	if [ "$uring" = 77 ]; then skip "trace: an open by io_uring is shown" "this kernel does not have it"; else
		events "an open by io_uring is shown once" 1 op=open "pid=$uring_pid" "path=$t/n"
	fi
}

changes() {
	mkdir -p d/e
	touch d/e/f
	by rm -rf d
	rm=$by
	by "${nobody[@]}" rm -f /etc/hostname 2>/dev/null
	rm_refused=$by
	echo 1 >old && echo 2 >new
	by mv new old
	mv=$by
	by "$case" exchange old sub
	exchanged=$by
	"$case" exchange old sub
	ln -s old linked && by ln old second
	linked=$by
	by ln -s nowhere dangling
	dangling=$by
	by truncate -s 300 old
	truncated=$by
	by chmod 640 old
	moded=$by
	by "${nobody[@]}" chmod 777 old 2>/dev/null
	moded_refused=$by
	by mkfifo pipe
	by "$fixtures/attacks" socket sock
	by fallocate -l 8192 old
	allocated=$by
	by cp --sparse=never old copied
	copied=$by
	by sh -c 'echo 12345 >&3' 3>>old
	inherited=$by
	by "$case" deleted copied
	deleted=$by
	printf '#!/bin/true\n' >script && chmod 755 script
	by ./script
	script=$by
	by "$case" map "$t/old"
	mapped=$by
	by "$case" memory /bin/true
	memory=$by
	by "$case" sendpipe held
	piped=$by
}

check_changes() {
	events "T7: a file that rm -r deletes is shown with its path" 1 op=delete "pid=$rm" comm=rm "path=$t/d/e/f" result=0 flags=unlink
	events "T7: a directory that rm -r deletes is shown with its path" 1 op=delete "pid=$rm" comm=rm "path=$t/d/e" result=0 flags=rmdir
	events "T7: rm -r's last directory is shown with its path" 1 op=delete "pid=$rm" comm=rm "path=$t/d" result=0 flags=rmdir
	events "T7: a delete that is refused is shown with its error" 1 op=delete "pid=$rm_refused" path=/etc/hostname result=EACCES uid=65534
	events "T7: a delete that is refused is not shown as done" 0 op=delete "pid=$rm_refused" "!result=EACCES"
	events "T7: a new directory is shown" 1 op=mkdir "path=$t/d/e" result=0
	events "a rename over a file is one event with both names, and replaces" 1 op=rename "pid=$mv" "path=$t/new" "to=$t/old" replaced=true result=0
	events "an exchange is one event with both names" 1 op=rename "pid=$exchanged" "path=$t/old" "to=$t/sub" flags=RENAME_EXCHANGE
	events "a hard link is shown with both names" 1 op=link "pid=$linked" "path=$t/old" "to=$t/second" flags=hard
	events "a symlink is shown with its name and its target" 1 op=link "pid=$dangling" "path=$t/dangling" to=nowhere flags=symbolic
	events "a truncate is shown with the new length" 1 op=truncate "pid=$truncated" "path=$t/old" bytes=300
	events "a change of the mode is shown with it" 1 op=attr "pid=$moded" "path=$t/old" flags=mode mode=rw-r----- result=0
	events "a change of the mode that is refused is shown with its error" 1 op=attr "pid=$moded_refused" flags=mode result=EPERM
	events "a new FIFO is shown" 1 op=mknod "path=$t/pipe" result=0
	events "a socket that bind(2) makes is shown" 1 op=mknod "path=$t/sock" result=0 mode^rwx
	events "an allocation is shown with its length" 1 op=fallocate "pid=$allocated" "path=$t/old" bytes=8192
	events "cp's writes are shown with the path of the copy" + op=write "pid=$copied" "path=$t/copied"
	events "cp's reads are shown with the path of the original" + op=read "pid=$copied" "path=$t/old"
	events "a write by a descriptor that was inherited is shown with its path" 1 op=write "pid=$inherited" "path=$t/old" bytes=6
	events "a write into a file that was deleted is shown with its last path" 1 op=write "pid=$deleted" "path=$t/copied (deleted)" bytes=3 deleted=true
	events "a script that is executed is shown as exec" 1 op=exec "pid=$script" "path=$t/script" result=0
	events "a program that is executed is not shown as an open" 0 op=open "pid=$script" "path=$t/script"
	events "T12: a mapping that allows writing is shown with its protection" 1 op=mmap "pid=$mapped" "path=$t/old" flags=PROT_READ\|PROT_WRITE\|MAP_SHARED
	events "a file of memfd_create is shown where it is written" + op=write "pid=$memory" "path=/memfd:copy (deleted)" deleted=true type=file
	events "a program of memfd_create is shown where it is executed" 1 op=exec "pid=$memory" "path=/memfd:copy (deleted)" result=0
	events "a process that runs a program of memfd_create is shown with it" + op=open "pid=$memory" "exe=/memfd:copy (deleted)"
	events "a file that is sent to a pipe is read" 1 op=read "pid=$piped" "path=$t/held" bytes=7 offset=0
	events "a pipe is not shown" 0 type=fifo path=null
	check "T12: the man page states that stores into a mapping are not seen" grep -qiE 'stores? .*mapping|mapping.* stores?' <(tr '\n' ' ' </usr/share/man/man8/bccwatch.8)
}

who() {
	mkdir -p many && cp "$case" "$tmp/short"
	by "$case" spawn "$short" "$tmp/short" "$t/many"
	spawned=$by
	mkdir -p lower upper work merged && echo lower >lower/f
	overlay=0
	mount -t overlay none -o "lowerdir=lower,upperdir=upper,workdir=work" merged || overlay=$?
	by cat merged/f >/dev/null
	merged=$by
	by sh -c 'echo more >>merged/f'
	copied_up=$by
	by "$case" protect merged/f
	protected=$by
	umount merged 2>/dev/null
	: >"$tmp/go" # held waits for it since before the start
	wait "$held"
	mkdir -p /sys/fs/cgroup/case.slice/case.service
	container=$(printf '%064x' 3735928559)
	mkdir -p "/sys/fs/cgroup/case.slice/docker-$container.scope"
	by sh -c 'echo $$ >/sys/fs/cgroup/case.slice/case.service/cgroup.procs; exec cat n'
	in_unit=$by
	by sh -c 'echo $$ >"$1/cgroup.procs"; exec cat n' sh "/sys/fs/cgroup/case.slice/docker-$container.scope"
	in_container=$by
	by unshare -U -r cat n
	own_user=$by
	by unshare -p -f sh -c 'cat n; exit'
	cp /bin/cat gone && mkfifo go-on
	./gone go-on n >/dev/null &
	gone=$!
	sleep 0.3
	rm gone && echo >go-on
	wait "$gone"
}

check_who() {
	# Linux 7.2 skips a program now and then, since it can be preempted, and counts that.
	local each=$((3 * short))
	! grep -q 'missed by the kernel' "$err" || each=+
	events "T14: each open of many short processes is shown with their own name" "$each" op=open comm=short "path^$t/many/"
	events "T14: each open of many short processes is shown with their own program" "$each" op=open "exe=$tmp/short" "path^$t/many/"
	events "T14: no open of a short process is shown with its parent's name" 0 op=open "path^$t/many/" !comm=short
	events "T14: each open of a short process is shown with its parent" "$each" op=open "path^$t/many/" "ppid=$spawned" parent_comm=tracecase
	if [ "$overlay" != 0 ]; then skip "T10: trace: an overlay: all" "this kernel has no overlayfs"; else
		events "T10: an open on an overlay is one event, with the merged path" 1 op=open "pid=$merged" "path=$t/merged/f"
		events "T10: an open on an overlay is not shown with the layer's path" 0 op=open "pid=$merged" "path=$t/lower/f"
		events "a mapping on an overlay that becomes writable is shown with the merged path" 1 op=mmap "pid=$protected" "path=$t/merged/f" flags=PROT_READ\|PROT_WRITE\|MAP_SHARED
		events "T10: a write on an overlay, which copies the file up, is one event" 1 op=write "pid=$copied_up" "path=$t/merged/f"
	fi
	events "T13: a read of a file that was opened before the start is shown with its path" 1 op=read "pid=$held" "path=$t/held" bytes=5 offset=0
	events "T13: a write into a file that was opened before the start is shown with its path" 1 op=write "pid=$held" "path=$t/held" bytes=7 offset=100
	events "a process is shown with its cgroup and systemd unit" 1 op=open "pid=$in_unit" filename=n cgroup=/case.slice/case.service unit=case.service container=null
	events "a process is shown with its container" 1 op=open "pid=$in_container" filename=n "container=$container"
	events "a process in a user namespace is shown with the user outside" 1 op=open "pid=$own_user" filename=n uid=0
	events "a process in another PID namespace is shown with the number outside, and that namespace" + op=open filename=n comm=cat "!pid_ns=$(stat -Lc %i /proc/self/ns/pid)" !pid=1
	events "a process whose program was deleted is shown with its last path" 1 op=open "pid=$gone" filename=n "exe=$t/gone (deleted)"
}

all_ops() {
	echo 0123456789 >held
	"$case" held "$t/held" "$tmp/go" &
	held=$!
	until [ -e "$tmp/go.ready" ]; do sleep 0.1; done
	start --ops all --json || return
	names
	modes
	changes
	who
	stop
	check "trace --ops all ends with status 0" [ "$status" = 0 ]
	check_lines "trace --ops all loses nothing of small cases" 1 ', 0 lost' "$err"
	count_later
	check_names
	check_modes
	check_changes
	check_who
	events "trace --ops all shows nothing of itself" 0 "pid=$pid"
	count_now
	check "without a PATH the header states how to narrow it" shows '[Ee]verything|PATH' "$err"
}
all_ops

# only OPTION... -- NAME: of what `one_of_each` does, the names that are shown in the end are these.
one_of_each() {
	rm -rf "$t/each" && mkdir "$t/each" && : >"$t/each/there"
	(
		cd "$t/each" || exit
		: >created
		: >>appended
		cat there absent 2>/dev/null
		"$case" actor "other name" there r 0
		"${nobody[@]}" cat there/x 2>/dev/null
	)
}
shown_names() { "$fixtures/events" values "$out" path "path^$t/each/" | sed "s|^$t/each/||" | sort -u | paste -sd ' '; }

# Filters, of which each compiles a program of its own.
filtered() {
	if start -x --json; then
		one_of_each
		stop
		check "T3: -x shows what fails alone" [ "$(shown_names)" = "absent there/x" ]
	fi
	if start --writes --json; then
		one_of_each
		stop
		check "T3: --writes shows what is opened for writing alone" [ "$(shown_names)" = "appended created there" ]
	fi
	if start --exe "$case" --json; then
		by "$case" thread worker "$t/n"
		by cat "$t/n"
		stop
		events "T5: --exe shows a thread that has another name" 1 comm=worker "path=$t/n"
		events "T5: --exe shows no other program" 0 comm=cat
	fi
	if start --all-files --ops read,write --json; then
		by "$case" pipes
		stop
		events "--all-files shows a pipe's write, which has no path" 1 op=write "pid=$by" type=fifo bytes=5 path=null
		events "--all-files shows a pipe's read, which has no path" 1 op=read "pid=$by" type=fifo bytes=5 path=null
	fi
	check "T5: the man page states whose name --comm means" grep -qiE "thread'?s? (own )?name|name of (the|a) thread" <(tr '\n' ' ' </usr/share/man/man8/bccwatch.8 | sed "s/\\\\(aq/'/g")
	if start -p $$ --children --json; then
		by cat f >/dev/null
		by sh -c 'cat g' >/dev/null
		(setsid cat f >/dev/null &)
		sleep 0.3
		stop
		events "T6: --children shows a child" 2 "path=$t/f" comm=cat
		events "T6: --children shows a child's child" 1 "path=$t/g" comm=cat
	fi
	if start -p $$ --json; then
		by cat f >/dev/null
		read -r _ <g
		stop
		events "T6: -p without --children shows the process itself" 1 "path=$t/g" "pid=$$"
		events "T6: -p without --children shows no child" 0 "path=$t/f"
	fi
}
echo 1 >f && echo 2 >g
if traces_long; then filtered; else skip "trace: cases of filters: all" "as on debian13"; fi

# T8: what reads stdout through a pipe, with its children: each line of a loop opens two files more.
# shellcheck disable=SC2030
loop() {
	echo "$BASHPID" >"$tmp/reader"
	while read -r line; do
		echo "$line" >>"$tmp/log"
		cat fed-by-loop >/dev/null
	done
}
# feed HOW OPTION...: other opens than its own are there to begin with
feed() {
	local how=$1
	shift
	: >"$tmp/log"
	for _ in $(seq 100); do cat seen-by-trace >/dev/null && sleep 0.2; done &
	if [ "$how" = "behind grep" ]; then
		bccwatch trace "$@" -d 4 2>"$err" | grep --line-buffered . | loop
	else
		bccwatch trace "$@" -d 4 2>"$err" | loop
	fi
	kill $! && wait
	check "T8: $how: what others open is shown" shows seen-by-trace "$tmp/log"
	check "T8: $how: what a loop reads that reads trace's stdout is left out" shows_no "$tmp/log" "$tmp/log"
	check "T8: $how: what the loop's commands open is left out" shows_no fed-by-loop "$tmp/log"
	check "T8: $how: the header names the process that is left out" shows "Process $(cat "$tmp/reader") reads" "$err"
}
feeds() {
	feed "--json" --json
	feed "behind grep" --json
	feed "by a kprobe" --via kprobe
	feed "by the tracepoints" --via tracepoint
}
err=$tmp/err
echo fed >fed-by-loop && echo seen >seen-by-trace
if traces_long; then feeds; else skip "T8: trace: what reads its stdout: all" "as on debian13"; fi

# T9: a CPU that goes and comes.
cpu() {
	local online=/sys/devices/system/cpu/cpu1/online shown lost
	[ -w "$online" ] || { skip "T9: trace: a CPU that goes offline: all" "this kernel cannot take a CPU offline" && return; }
	start --json || return
	mkdir -p cpu
	taskset -c 1 "$fixtures/opens" 100 "$t/cpu/before" >/dev/null
	echo 0 >"$online"
	"$fixtures/opens" 100 "$t/cpu/while" >/dev/null
	echo 1 >"$online"
	taskset -c 1 "$fixtures/opens" 100 "$t/cpu/at-once" >/dev/null
	sleep 1.5
	taskset -c 1 "$fixtures/opens" 100 "$t/cpu/after" >/dev/null
	stop
	events "T9: opens on a CPU that then goes offline are shown" 100 "path^$t/cpu/before/"
	events "T9: opens while a CPU is offline are shown" 100 "path^$t/cpu/while/"
	events "T9: opens on a CPU that is online again are shown after a second" 100 "path^$t/cpu/after/"
	shown=$("$fixtures/events" count "$out" "path^$t/cpu/at-once/")
	lost=$(sed -n 's/.* \([0-9][0-9]*\) lost.*/\1/p' "$err" | tail -n 1)
	check "T9: opens on a CPU that came online just now are shown or counted ($shown shown, $lost lost)" [ $((shown + lost)) -ge 100 ]
	check "T9: a CPU without a buffer is not reported as buffers that are too small" sh -c "! grep -e --buffer-pages '$err'"
	[ "$lost" = 0 ] || check "T9: events of a CPU without a buffer are reported by that name" shows 'CPU' "$err"
}
cpu

# T11, and what else happens to a file that is given.
conf() {
	mkdir -p etc && echo 1 >etc/conf && echo x >etc/other && ln etc/conf etc/hard && ln -s conf etc/sym
	start --ops changes --json "$t/etc/conf" "$t/etc/not-yet" || return
	cat etc/conf etc/other >/dev/null
	echo 2 >etc/new && by mv etc/new etc/conf
	by sed -i s/2/3/ etc/conf
	by perl -e 'rename("etc/conf", "etc/conf~"); open(F, ">etc/conf"); print F "4\n"; close(F); unlink("etc/conf~")'
	by cp --reflink=auto /etc/hostname etc/conf
	by install -m 644 /etc/hostname etc/conf
	by sh -c 'echo 5 >>etc/sym'
	linked=$by
	by touch etc/conf
	by tee -a etc/hard <<<6 >/dev/null
	by dd if=/dev/zero of=etc/other bs=1 count=1 2>/dev/null
	by sh -c 'echo 7 >etc/not-yet'
	first=$by
	stop
	local each
	for each in mv sed perl cp install touch; do
		events "T11: who changes a file: $each is shown" + "comm=$each"
	done
	events "T11: mv over a file that is watched is one rename" 1 op=rename comm=mv "path=$t/etc/new" "to=$t/etc/conf" replaced=true
	events "T11: a change through a symlink is shown" + "pid=$linked" "path=$t/etc/conf"
	events "T11: a change through the old name's hard link, which is another file now, is no change of the file's name" 0 comm=tee "path=$t/etc/conf"
	events "T11: the file that was at the name at the start is still watched by its other name" + comm=tee "path=$t/etc/hard"
	events "T11: reading is no change" 0 comm=cat
	events "T11: a file beside it is not shown" 0 comm=dd
	events "a PATH that does not exist yet is shown when it is created" 1 op=open "pid=$first" "path=$t/etc/not-yet" created=true
}
if traces_long; then conf; else skip "T11: trace: who changes a file: all" "as on debian13"; fi

# T15: a directory that moves.
moved() {
	mkdir -p dir/deep && echo 1 >dir/f && echo 2 >dir/deep/g && echo 3 >outside && echo 4 >dir/leaves
	start --json "$t/dir" || return
	by cat dir/f >/dev/null
	by cat dir/absent 2>/dev/null
	absent=$by
	mv dir there
	by cat there/f >/dev/null
	again=$by
	mkdir twin && mount --bind there twin
	by cat twin/deep/g >/dev/null
	twin=$by
	by unshare -m sh -c 'mount --bind "$1" /mnt && cat /mnt/f' sh "$t/there" >/dev/null
	mv outside there/entered && mv there/leaves left
	by cat there/entered >/dev/null
	entered=$by
	by cat left >/dev/null
	left=$by
	(cd there/deep && by cat ../f >/dev/null && echo "$by" >"$tmp/upwards")
	mkdir there/deep/new && echo 5 >there/deep/new/h
	mkdir there/mounted && mount -t tmpfs none there/mounted && echo 6 >there/mounted/i
	umount there/mounted twin
	deeper=there/$(printf 'v/%.0s' {1..140})
	mkdir -p "$deeper" && echo 7 >"${deeper}f"
	by cat "${deeper}f" >/dev/null
	deepest=$by
	by cat /etc/hostname >/dev/null
	stop
	events "bccwatch's own search of the directory is not shown" 0 comm=bccwatch
	events "T15: a file in a directory that is watched is shown" + "path=$t/dir/f"
	events "T15: a file in a directory that was moved is shown with its new path" 1 "pid=$again" "path=$t/there/f"
	events "T15: a file through a bind mount of the directory is shown with the path through it" 1 "pid=$twin" "path=$t/twin/deep/g"
	events "T15: a file through a bind mount in another mount namespace is shown, with that namespace" 1 path=/f filename=/mnt/f other_mount=true "!mnt_ns=$own_mnt_ns" "!mnt_ns=null"
	events "a file that was moved into the directory is shown" 1 "pid=$entered" "path=$t/there/entered"
	events "a file that was moved out of the directory is shown where it is" 1 op=open "pid=$left" "path=$t/left"
	events "a file that is opened by .. is shown" 1 "pid=$(cat "$tmp/upwards")" "path=$t/there/f"
	events "a file in a new directory of the directory is shown" 1 "path=$t/there/deep/new/h" created=true
	events "a file 140 directories below the directory is shown" 1 op=open "pid=$deepest" "filename=${deeper}f"
	events "what is not there, in the directory, is shown" 1 "pid=$absent" result=ENOENT
	events "a file on a new mount in the directory is shown" + "path=$t/there/mounted/i"
	events "a file outside of the directory is not shown" 0 path=/etc/hostname
	start --fields comm,exe "$t/there" || return
	cat there/f >/dev/null
	stop
	check "--fields comm,exe: the program is shown where no path is" shows "COMM=cat EXE=$(realpath "$(command -v cat)")\$" "$out"
	check "--fields comm,exe: bccwatch's own search of the directory is not shown" shows_no COMM=bccwatch "$out"
}
moved

# T16: globs, as bash has them with globstar; what a shell says of each path is what is right.
globs() {
	local dir=$1 each
	shift
	for each in "$@"; do
		mkdir -p "$dir/$(dirname "$each")" && : >"$dir/$each"
	done
	for each in "$@"; do
		cat "$dir/$each"
	done
}
files=(x.log a/x.log a/b/x.log a/b/x.log.1 a/.x.log a/b.log/y 'a/*.log' a/s.pem pem.txt a.c b1.c ab.c c1.c a1.c 'a1.c~' b/b1.c)
glob() { # glob OPTION PATTERN FILE...
	local option=$1 pattern=$2
	shift 2
	start "$option" "$pattern" --json || return
	globs "$t/globs" "${files[@]}" 2>/dev/null
	stop
	check "T16: $option '${pattern#"$t/"}' shows what it matches alone" diff <(printf '%s\n' "$@" | sort) \
		<("$fixtures/events" values "$out" path "path^$t/globs/" comm=cat | sed "s|^$t/globs/||" | sort -u)
}
all_globs() {
	glob --path "$t/globs/**/*.log" x.log a/x.log a/b/x.log a/.x.log 'a/*.log'
	glob --path "$t/globs/*/*.log" a/x.log a/.x.log 'a/*.log'
	glob --path "$t/globs/a/\\*.log" 'a/*.log'
	glob --name '*.pem' a/s.pem
	glob --name '[ab]?.c' b1.c ab.c a1.c b/b1.c
	glob --name '[!ab]?.c' c1.c
}
if traces_long; then all_globs; else skip "T16: trace: globs: all" "as on debian13"; fi

# trace -- COMMAND
status_of() { # status_of NAME STATUS ARGUMENT...: of bccwatch trace
	local name=$1 want=$2 got=0
	shift 2
	bccwatch trace "$@" >"$tmp/out" 2>"$tmp/err" || got=$?
	out=$tmp/out err=$tmp/err
	check "trace -- COMMAND: $name" [ "$got" = "$want" ]
}
commands() {
	status_of "its exit status is trace's" 7 --json -- sh -c "cat $t/f; exit 7"
	events "trace -- COMMAND: what the dynamic linker opens for the command is shown" + path=/etc/ld.so.cache comm=sh
	events "trace -- COMMAND: what its child opens is shown" 1 "path=$t/f" comm=cat
	check "trace -- COMMAND: its stdout does not come between the events" shows_no '^1$' "$out"
	check "trace -- COMMAND: its stdout is on stderr" shows '^1$' "$err"
	status_of "a command that a signal ends has that status" 137 -- sh -c 'kill -KILL $$'
	status_of "a command that is not there has the status 127, as in a shell" 127 -- "$t/no-such-command"
	SUDO_UID=65534 SUDO_GID=65534 status_of "it runs as the user who called sudo" 0 --json -- sh -c "[ \$(id -u) = 65534 ] && [ \$(id -g) = 65534 ] && cat $t/f"
	events "trace -- COMMAND: what the user's command opens is shown with the user" 1 "path=$t/f" comm=cat uid=65534
	SUDO_UID=65534 SUDO_GID=65534 status_of "--as-root: it runs as root" 0 --as-root --json -- sh -c '[ $(id -u) = 0 ]'
	status_of "-o writes the events into a file, and leaves stdout to the command" 0 --json -o "$tmp/events" -- cat "$t/f"
	check "trace -o: stdout is the command's alone" [ "$(cat "$tmp/out")" = 1 ]
	out=$tmp/events
	events "trace -o: the events are in the file" 1 "path=$t/f" comm=cat
}
if traces_long; then commands; else skip "trace -- COMMAND: all" "as on debian13"; fi
check "nothing is left attached after trace" nothing_attached
while :; do cat /etc/hostname; done >/dev/null &
loop=$!
check_status "trace --max-events 3 ends by itself" 0 timeout 120 bccwatch trace --json --max-events 3
kill "$loop"
check "trace --max-events 3 shows three events" [ "$(grep -c '"table":"events"' "$tmp/said")" = 3 ]
cd /

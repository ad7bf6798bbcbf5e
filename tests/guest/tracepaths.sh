#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# bccwatch trace PATH: what comes to be at a path, other names of files, lookups that fail; and what is no file at a path.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

t=$tmp/t
mkdir -p "$t" && chmod 755 "$tmp" "$t" && cd "$t" || exit

# Files of several names, directories that come and go; a chroot, where an absolute name begins at its root.
mkdir -p jail/etc
mkdir tree tree/sub current && echo 1 >tree/linked && ln tree/linked outside && echo 2 >tree/later && echo 3 >conf && ln -s "$t" link
if start --json --ops open,truncate,mkdir,rename,delete,link "$t/tree" "$t/conf" "$t/new" "$t/current" "$t/link/absent" /etc/shadow "$t/jail/etc"; then
	by cat outside
	outside=$by
	cat tree/later && ln tree/later elsewhere
	by cat elsewhere
	elsewhere=$by
	mv tree/later moved
	by cat moved
	moved=$by
	mkdir new new/sub && : >new/sub/file
	mv new new.old && : >new.old/after
	mkdir new && : >new/again
	mv current current.old && mkdir current && : >current/file && : >current.old/file
	by sh -c ': >conf'
	emptied=$by
	cat "$t/absent" link/absent 2>/dev/null
	rm -rf tree && mkdir tree && : >tree/again
	: >beside
	: >temporary && chmod 0 conf && mv -f temporary conf
	by sh -c 'echo x >>conf'
	replaced=$by
	mv conf none/conf 2>/dev/null
	by perl -e 'chroot("jail"); chdir("/"); open(F, "<", "/etc/shadow")'
	jailed=$by
	stop
	events "trace DIRECTORY: a file that had a name elsewhere before the start is shown by it" 1 op=open "pid=$outside" "path=$t/outside"
	events "trace DIRECTORY: a file that gets a name elsewhere is shown by it" 1 op=open "pid=$elsewhere" "path=$t/elsewhere"
	events "trace DIRECTORY: a file that is moved away is shown where it is" 1 op=open "pid=$moved" "path=$t/moved"
	events "trace PATH: a directory that comes to be there is shown" 2 op=mkdir "path=$t/new" result=0
	events "trace PATH: what is created beneath a directory that came is shown" 1 op=open "path=$t/new/sub/file" created=true
	events "trace PATH: beneath a directory that came and was moved away, too" 1 op=open "path=$t/new.old/after"
	events "trace PATH: and beneath the one that comes in its place" 1 op=open "path=$t/new/again"
	events "trace DIRECTORY: what is beneath the one that replaced it is shown" 1 op=open "path=$t/current/file"
	events "trace DIRECTORY: what is beneath it where it was moved to is shown" 1 op=open "path=$t/current.old/file"
	events "trace DIRECTORY: one that was removed and created again is shown" 1 op=open "path=$t/tree/again"
	events "trace PATH: an open that empties the file is shown" 1 op=open "pid=$emptied" "path=$t/conf" flags~O_TRUNC created=false
	events "trace PATH: what is written to the file that replaced it is shown" 1 op=open "pid=$replaced" "path=$t/conf"
	events "trace PATH by a symlink: a lookup by the real path that fails is shown" 1 "path=$t/absent" filename="$t/absent" result=ENOENT
	events "trace PATH by a symlink: a lookup by the symlink that fails is shown" 1 "path=$t/link/absent" result=ENOENT
	events "trace PATH: what is beside the paths is not shown" 0 "path=$t/beside"
	events "a lookup that fails in a chroot is shown with the path from the system's root" 1 "pid=$jailed" "path=$t/jail/etc/shadow" result=ENOENT
	events "a lookup that fails in a chroot is not taken for the system's file of that name" 0 "pid=$jailed" path=/etc/shadow
fi

# What gets another name after the start; symlinks that lead elsewhere later.
mkdir dir2 aside v1 v2 && echo 1 >dir2/f && echo 2 >aside/linked && echo 3 >aside/given && echo 4 >dir2/given
echo 5 >v1/f && echo 6 >v2/f && ln -s v1 now && echo 7 >plain && echo 8 >target && echo 9 >aside/none
if start --json --ops open,write "$t/dir2" "$t/now" "$t/plain"; then
	exec 7>>aside/linked
	ln aside/linked dir2/l && mv dir2/f aside/f
	perl -e 'my ($a, $b) = @ARGV; syscall(316, -100, $a, -100, $b, 2) == 0 or die "renameat2: $!"' aside/given dir2/given # EXCHANGE
	by cat aside/linked aside/f aside/given dir2/given aside/none
	named=$by
	echo x >&7
	exec 7>&-
	ln -s v2 later && mv -T later now && ln -s target other && mv -T other plain
	sleep 1.5
	by cat v1/f v2/f target
	led=$by
	stop
	events "trace DIRECTORY: a file that is linked to there is shown by its other name" 1 op=open "pid=$named" "path=$t/aside/linked"
	events "trace DIRECTORY: and by a descriptor from before" 1 op=write "path=$t/aside/linked" bytes=2
	events "trace DIRECTORY: a file that is moved away is shown by its name there" 1 op=open "pid=$named" "path=$t/aside/f"
	events "trace DIRECTORY: a file that an exchange takes away is shown" 1 op=open "pid=$named" "path=$t/aside/given"
	events "trace DIRECTORY: and the one that it puts there" 1 op=open "pid=$named" "path=$t/dir2/given"
	events "trace DIRECTORY: a file that has no name there is not shown" 0 "path=$t/aside/none"
	events "trace SYMLINK: beneath what it leads to later is shown" 1 op=open "pid=$led" "path=$t/v2/f"
	events "trace SYMLINK: beneath what it led to before, too" 1 op=open "pid=$led" "path=$t/v1/f"
	events "trace FILE: what a symlink leads to that took its place is shown" 1 op=open "pid=$led" "path=$t/target"
fi

# Symlinks and directories on the way to a path; lookups that fail in another mount namespace, with another root.
mkdir -p r1 r2 p/q box/etc box/old && ln -s r1 release && echo 1 >r1/index && echo 2 >r2/index && echo 3 >p/q/file
if start --json "$t/release/index" "$t/p/q/file" /etc/none-such "$t/absent-too" --fields op,path,filename,result,pid; then
	ln -s r2 next && mv -T next release
	mv p p.old && mkdir -p p/q && sleep 1.5 && echo 4 >p/q/file
	sleep 1.5
	by cat r2/index r1/index p/q/file p.old/q/file
	led=$by
	by unshare -m --propagation private perl -e 'my ($here, $old) = (".", "old"); open(F, "<", "/etc/none-such"); system("mount --bind box box"); chdir("box");
		syscall(155, $here, $old) == 0 or die "pivot_root: $!"; chdir("/"); open(F, "<", "/etc/none-such")'
	check "a process gets another root" [ $? = 0 ]
	cat ./r1/../absent-too 2>/dev/null
	stop
	events "trace PATH: a symlink on the way that leads elsewhere is followed" 1 op=open "pid=$led" "path=$t/r2/index"
	events "trace PATH: what it led to before is shown, too" 1 op=open "pid=$led" "path=$t/r1/index"
	events "trace PATH: a directory on the way that is another one now is followed" 1 op=open "pid=$led" "path=$t/p/q/file"
	events "trace PATH: what was in the one before is shown, too" 1 op=open "pid=$led" "path=$t/p.old/q/file"
	events "a lookup that fails in another mount namespace with the same root is shown, and none with another root" 1 filename=/etc/none-such result=ENOENT
	events "a lookup by a relative name that fails is shown" 1 result=ENOENT filename=./r1/../absent-too
fi
# The same where no path is printed.
if start --fields comm,result "$t/absent-too"; then
	cat absent-too 2>/dev/null
	stop
	check_lines "trace PATH --fields: a lookup that fails is shown where its path is not" 1 " COMM=cat RESULT=ENOENT" "$out"
fi

# opensnoop's options add to the default line.
if start --ops delete,write -U "$t/v1" "$t/dir2"; then
	echo x >>v1/f
	setpriv --reuid 65534 --clear-groups rm -f v1/f 2>/dev/null
	stop
	check "-U adds to the line, and RESULT stays" shows "OP=delete FILENAME=$t/v1/f RESULT=EACCES UID=65534\$" "$out"
	check "-U adds to the line, and the path of a write stays" shows "OP=write FILENAME=$t/v1/f UID=0\$" "$out"
fi
check_status "-f O_CLOEXEC is refused" 2 bccwatch trace -f O_CLOEXEC
check "-f O_CLOEXEC is refused with the reason" shows "the kernel takes it away" "$tmp/said"

# Names that are in no memory yet; what a signal ends; files of no name; deep paths; bytes of reads and writes alone.
deep=$(printf 'deep/%.0s' {1..140})
mkdir -p "$deep" && echo 1 >"$deep/file"
printf '%s/none\0' "$t" >cold && mkfifo fifo && head -c 8192 /dev/zero >long
sync && echo 3 >/proc/sys/vm/drop_caches
if start --json --ops open,write,truncate,stat,attr --path "$t/**"; then
	by "$fixtures/tracecase" cold cold
	cold=$by
	by "$fixtures/tracecase" interrupted fifo
	interrupted=$by
	cat "$deep/file" ./absent >/dev/null 2>&1
	perl -e 'my $here = "."; syscall(257, -100, $here, 020200002, 0600) >= 0 or die' # O_TMPFILE
	stop
	events "access by a name in no memory yet has the name" 1 op=stat "pid=$cold" "filename=$t/none" "path=$t/none" result=ENOENT
	events "chmod by a name in no memory yet has the name" 1 op=attr "pid=$cold" "filename=$t/none" "path=$t/none" result=ENOENT
	events "an open that a signal ends has the error that the process sees" 1 op=open "pid=$interrupted" "path=$t/fifo" result=EINTR
	events "--path: a file that is too deep for its path is shown" 1 op=open filename~deep path_exact=false comm=cat
	events "--path: of a lookup that failed ./ is left out" 1 filename=./absent result=ENOENT
	events "an open by O_TMPFILE creates a file" 1 op=open flags~O_TMPFILE created=true
fi
if start --json --ops write,truncate --min-bytes 4k "$t/long" "$t/conf"; then
	truncate -s 100000 long && perl -e 'syswrite(STDOUT, "x" x 5000)' >>long && echo x >>long
	stop
	events "--min-bytes: a longer write is shown" 1 op=write bytes=5000
	events "--min-bytes: no truncate is shown" 0 op=truncate
fi

# More names that are waited for than are kept on one way; what leaves a directory far up; many mounts above a file.
ways=$t/ways far=$t/far$(printf '/d%.0s' {1..130}) waited=()
for i in {1..9}; do
	ways+=/n$i
	waited+=("$ways/f$i")
done
mkdir -p "$ways" "$far" mounts
if start --json --ops open,rename "$t/far" "$t/mounts" "${waited[@]}"; then
	echo 1 >"$ways/f9" && mv "$ways/f9" "$ways/g9"
	echo 2 >"$far/f" && mv "$far/f" from-far && cat from-far >/dev/null
	# shellcheck disable=SC2016
	unshare -m sh -c 'at=mounts; for _ in $(seq 18); do mount -t tmpfs none $at && mkdir $at/t && echo 1 >$at/below && at=$at/t; done'
	stop
	check "a PATH that does not exist yet is reported at the start" shows "'$ways/f9' does not exist yet: it is waited for in" "$err"
	events "a name that is the ninth of its way is watched" 1 op=rename "path=$ways/f9"
	events "what leaves a directory of 130 levels stays watched" 1 op=open comm=cat "path=$t/from-far"
	events "what happens beneath up to 18 mounts is shown" 18 op=open filename~below
fi

# A file system that is mounted beneath PATH, through another mount of it; a path for which the event's other texts leave
# no room; an attribute that io_uring changes with registered credentials; opens that fail before their name is looked up.
cat >long.pl <<'E'
sub pad { my ($s, $name) = @_; $s .= "./" while length($s) + length($name) < 4094; return $s . "/" x (4095 - length($s) - length($name)) . $name }
my $program = "p" x 249;
for (1 .. 17) { mkdir("d" x 255) && chdir("d" x 255) or die $! }
system("cp", "/usr/bin/perl", $program) == 0 or die;
exec("./$program", "-e", 'rename($ARGV[0], $ARGV[1]) or die $!', pad("$ARGV[0]/", "secret"), pad("./", "x" x 249));
E
mkdir part parts parts/sub texts && mount -t tmpfs none parts/sub && mount -t tmpfs none part && : >texts/secret && : >attribute
if start --json --ops open,rename,attr "$t/part" "$t/parts" "$t/texts" "$t/attribute" "$t/absent"; then
	unshare -m sh -c "mount --bind '$t/part' /mnt && umount '$t/part' && : >/mnt/by-another"
	unshare -m sh -c "mount --bind '$t/parts/sub' /mnt && umount '$t/parts/sub' && : >/mnt/by-another"
	mkdir "$t/parts/later" && mount -t tmpfs none "$t/parts/later" && sleep 1
	unshare -m sh -c "mount --bind '$t/parts/later' /mnt && umount '$t/parts/later' && : >/mnt/by-a-later"
	by perl long.pl "$t/texts"
	long=$by
	by "$fixtures/changes" uring-setxattr-as "$t/attribute" "$t/none"
	uring=$?
	changed=$by
	by "$fixtures/openers" uring-full "$t/absent"
	full=$by
	stop
	events "what is mounted at or beneath PATH is watched through another mount of it" 2 op=open filename=/mnt/by-another created=true
	events "what is mounted beneath PATH later, too" 1 op=open filename=/mnt/by-a-later created=true
	events "a path that does not fit beside the other texts is not exact" 1 op=rename "pid=$long" 'path^.../' path_exact=false
	check_lines "names that are cut are counted" 1 'names cut off' "$err"
	if [ "$uring" = 77 ]; then skip "an attribute that io_uring sets with registered credentials is shown" "this kernel does not have it"; else
		events "an attribute that io_uring sets with registered credentials is shown" 1 op=attr "pid=$changed" "path=$t/attribute"
	fi
	events "an open that fails in the lookup is shown once" 1 op=open "pid=$full" "path=$t/absent" result=ENOENT
	if [[ $(uname -r) = 5.10.* ]]; then skip "trace: an open that fails before the lookup, after one of io_uring that failed in it" "nothing is attached to the begin of an open there"; else
		events "an open that fails before it is shown, too" 1 op=open "pid=$full" "path=$t/absent" result=EMFILE
	fi
fi
umount part parts/sub parts/later
if start --json --ops rename --path "$t/texts/s*" "$t/texts"; then
	rm -rf "$(printf d%.0s {1..255})" && : >texts/secret
	perl long.pl "$t/texts"
	stop
	events "--path: a path that does not fit beside the other texts is not left out" 1 op=rename 'path^.../'
fi

# --ops changes: what empties a file, too, and what failed to create one.
if start --json --ops changes "$t/conf" "$t/dir"; then
	: >conf
	cat conf
	setpriv --reuid 65534 --clear-groups sh -c ": >'$t/dir'" 2>/dev/null
	stop
	events "--ops changes: an open that empties the file is shown" 1 op=open "path=$t/conf" flags~O_TRUNC result=0
	events "--ops changes: an open for reading is not" 0 op=open "path=$t/conf" flags=O_RDONLY
	events "--ops changes: a creation that is refused is shown" 1 op=open "path=$t/dir" result=EACCES
fi

# Pipes; sendfile to one; opens that fail before the lookup; access and its paths.
if start --json --ops open,read,write,stat --all-files -n perl; then
	by perl -e 'pipe(R, W); syswrite(W, "piped"); sysread(R, $b, 5)'
	piped=$by
	by perl -e 'open(F, "<", "/etc/hostname"); pipe(R, W); syscall(40, fileno(W), fileno(F), 0, 3) == 3 or exit 1' # sendfile
	sent=$by
	by perl -e 'for (1 .. 2000) { open($f[$_], "<", "/etc/hostname") or last }'
	full=$by
	by perl -e 'sysopen(F, "", 0); sysopen(F, "a" x 5000, 01101)'
	wrong=$by
	ln conf hard
	by perl -e 'my ($file, $none) = ("hard", "none"); syscall(21, $file, 0); syscall(21, $none, 0)' # access
	accessed=$by
	stop
	events "--all-files: a write to a pipe is shown, without a path" 1 op=write "pid=$piped" type=fifo path=null bytes=5
	events "--all-files: a read from a pipe is shown" 1 op=read "pid=$piped" type=fifo bytes=5
	events "sendfile to a pipe is shown as a read" 1 op=read "pid=$sent" path=/etc/hostname bytes=3 offset=0
	events "an open that fails since no descriptor is free is shown" 1 op=open "pid=$full" "path=/etc/hostname" result=EMFILE flags=O_RDONLY
	events "an open of an empty name is shown" 1 op=open "pid=$wrong" result=ENOENT filename=null
	events "an open of a name that is too long is shown" 1 op=open "pid=$wrong" result=ENAMETOOLONG flags=O_WRONLY\|O_CREAT\|O_TRUNC
	events "access is shown with the file's path" 1 op=stat flags=access "pid=$accessed" "path=$t/hard" path_exact=true result=0
	events "access of what is not there is shown" 1 op=stat flags=access "pid=$accessed" "path=$t/none" path_exact=false result=ENOENT
fi

# What ends with a process: the closes of its exit.
out=$tmp/closes
bccwatch trace --json --ops close -o "$out" -- perl -e 'open(F, "<", "/etc/hostname"); kill 9, $$' 2>"$tmp/said"
events "trace -- COMMAND: the files that its exit closes are shown" 1 op=close path=/etc/hostname

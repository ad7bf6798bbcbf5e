#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: processes whose files and mappings are made to harm who names the functions of their stacks.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

cd "$tmp" || exit
chmod 755 "$tmp"
cat >stacks.c <<'END'
struct traced { u32 pid; int user_stack_id; };
BPF_STACK_TRACE(stacks, 1024);
BPF_HASH(traced, struct traced);
TRACEPOINT_PROBE(syscalls, sys_enter_write)
{
	struct traced t = {bpf_get_current_pid_tgid() >> 32};

	if (args->fd != 9)
		return 0;
	t.user_stack_id = stacks.get_stackid(args, BPF_F_USER_STACK);
	traced.increment(t);
	return 0;
}
#ifdef F
int f(void *ctx) { return 0; }
#endif
END
victim=$fixtures/untrusted
bccwatch run stacks.c --headers btf -d 1 >/dev/null 2>&1 # compiled, and kept
mkdir -m 777 user

# by_user COMMAND...: without privileges.
by_user() { exec setpriv --reuid=1234 --regid=1234 --clear-groups -- "$@"; }

# begin ARGUMENT...: such a process, in the background, with $writer; as a user unless $by is empty.
by=by_user
begin() {
	: >ready
	$by "$victim" "$@" >ready 2>failed &
	writer=$!
	for _ in $(seq 300); do ! grep -q ready ready || return 0; sleep 0.1; done
	fail "start of: untrusted $*" "$(cat failed)"
	return 1
}

end() {
	kill -KILL "$writer"
	wait "$writer" 2>/dev/null
}

# shown [SECONDS]: runs bccwatch until the stacks of $writer were shown once, by SIGUSR1, and ends it: $out has them, and
# $took the milliseconds from SIGINT to its end; $peak and $peak_child the most memory, in kB, of it and of a child.
shown() {
	local sampling started
	start_command run stacks.c --headers btf || return
	"$victim" peak "$pid" >peak &
	sampling=$!
	sleep 0.5 # a process writes each tenth of a second
	kill -USR1 "$pid"
	for _ in $(seq $((${1:-15} * 10))); do ! grep -q ' stacks, ' "$out" || break; sleep 0.1; done
	started=$(date +%s%N)
	stop INT
	took=$((($(date +%s%N) - started) / 1000000))
	wait "$sampling"
	read -r peak peak_child <peak
}

# at_once: as shown, with SIGINT while the stacks are just named.
at_once() {
	local started
	start_command run stacks.c --headers btf || return
	sleep 0.5 # a process writes each tenth of a second
	kill -USR1 "$pid"
	sleep 0.2
	started=$(date +%s%N)
	stop INT
	took=$((($(date +%s%N) - started) / 1000000))
}

within_a_second() { [ "$took" -lt 1000 ] || { echo "$took ms" && return 1; }; }
closed_well() { [ "$status" = 0 ] && grep -q ' events shown, 0 lost' "$err" || { echo "status $status: $(cat "$err")" && return 1; }; }
none_runs() { ! pgrep -lx bccwatch; }
frame_is() { grep -qE "^    $1\$" "$out" || { cat "$out" && return 1; }; }
no_notes() { shows_no 'have no names|has no names' "$err"; }

# What is as it should be has its names.
cp "$victim" user/lib.so
begin keep user/lib.so && shown
check "run: a stack of an ordinary process has the function of its library" frame_is 'marker\+0x4 \[lib\.so\]'
check "run: a stack of an ordinary process is reported without a note" no_notes
check "run: an ordinary process: SIGINT ends run within a second" within_a_second
end
cp "$victim" user/lib.so
begin map user/lib.so && shown
check "run: a stack in a removed library has its function" frame_is 'marker\+0x4 \[lib\.so \(deleted\)\]'
end
cp "$victim" user/lib.so
ln user/lib.so user/other.so
begin map user/lib.so && shown
check "run: a stack in a removed hard link of a library has its function" frame_is 'marker\+0x4 \[lib\.so \(deleted\)\]'
end
by=
mkdir there lower upper work over
cp "$victim" lower/lib.so
in_namespace() { exec unshare -m sh -c 'mount -t tmpfs tmpfs there && cp "$0" there/lib.so && exec "$0" "${@}"' "$@"; }
by=in_namespace
begin keep there/lib.so && shown
check "run: a stack in a library of another mount namespace has its function" frame_is 'marker\+0x4 \[lib\.so\]'
end
by=by_user
chmod 755 lower upper over
if mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay over 2>failed; then
	begin keep over/lib.so && shown
	check "run: a stack in a library on an overlay has its function" frame_is 'marker\+0x4 \[lib\.so\]'
	end
	umount over
else
	skip "run: a stack in a library on an overlay has its function" "overlay: $(cat failed)"
fi

# What lies at the name that a mapping has now is nobody's library.
mknod node c 1 3
mkfifo -m 666 fifo
chmod 666 node
"$victim" watch node fifo >opened &
watching=$!
for _ in $(seq 100); do ! grep -q ready opened || break; sleep 0.1; done
for target in node fifo; do
	cp "$victim" user/lib.so
	begin map user/lib.so 'user/lib.so (deleted)' "$tmp/$target" && shown
	check "run: with a symlink to a $target where the library was, a stack has the function of the library" frame_is 'marker\+0x4 \[lib\.so \(deleted\)\]'
	check "run: with a symlink to a $target where the library was, the $target is not opened" shows_no "opened $target" opened
	end
	rm 'user/lib.so (deleted)'
done
cat node # that it would have been seen
for _ in $(seq 50); do ! grep -q 'opened node' opened || break; sleep 0.1; done
check "this test sees an open of the node" grep -q 'opened node' opened
kill "$watching"
wait "$watching" 2>/dev/null

# A file that changes while it is read.
cp "$victim" user/lib.so
chown 1234 user/lib.so
begin truncate user/lib.so
start_command run stacks.c --headers btf
for _ in $(seq 15); do kill -USR1 "$pid" && sleep 0.1; done
sleep 0.5
check "run: while a library is truncated again and again, run goes on" kill -0 "$pid"
stop INT
check "run: with a library that is truncated again and again, run ends with status 0, nothing lost" closed_well
check "run: with a library that is truncated again and again, a stack has its frame" frame_is '(marker\+0x4|0x[0-9a-f]+) \[lib\.so\]'
end

if takes_long; then
	begin elf user/large.so && shown 60
	check "run: a library with 60,000 section headers: run ends with status 0, nothing lost" closed_well
	check "run: a library with 60,000 section headers: bccwatch itself takes less than 64 MB" [ "$peak" -lt 65536 ]
	check "run: a library with 60,000 section headers: child processes take less than 64 MB each" [ "$peak_child" -lt 65536 ]
	check "this test sees the memory of the child processes" [ "$peak_child" -gt 1000 ]
	check "run: a library with 60,000 section headers: a stack has its function" frame_is 'a_function\+0x[0-9a-f]+ \[large\.so\]'
	at_once
	check "run: SIGINT while a library with 60,000 section headers is read ends run within a second" within_a_second
	end

	begin many user && shown 20
	check "run: a process with 60,000 mappings: run ends with status 0, nothing lost" closed_well
	check "run: a process with 60,000 mappings: bccwatch itself takes less than 64 MB" [ "$peak" -lt 65536 ]
	check "run: a process with 60,000 mappings: child processes take less than 96 MB each" [ "$peak_child" -lt 98304 ]
	check "run: a process with 60,000 mappings: a stack has its frame, with a name or without" frame_is '(0x10 \[long\]|0x[0-9a-f]+)'
	at_once
	check "run: SIGINT while 60,000 mappings are read ends run within a second" within_a_second
	end
else
	skip "run: a library and a process that are made to take long to read: all" "they take long; on the default guest"
fi

# A file system that does not answer.
by=
mkdir hung
modprobe fuse 2>/dev/null
if [ -e /dev/fuse ] || mknod /dev/fuse c 10 229 2>/dev/null && grep -q fuse /proc/filesystems; then
	if begin fuse hung; then
		shown 20
		check "run: a library on a file system that does not answer: the frame is an address" frame_is '0x[0-9a-f]+ \[lib\.so\]'
		check "run: a library on a file system that does not answer is reported once, with the reason" [ "$(grep -c 'no names: .*: reading it takes more than 2.0 s' "$err")" = 1 ]
		check "run: a library on a file system that does not answer: run ends with status 0, nothing lost" closed_well
		at_once
		check "run: SIGINT while a file system does not answer ends run within a second" within_a_second
		check_status "run --uprobe on a file system that does not answer fails" 1 bccwatch run -D F stacks.c --headers btf --uprobe "$tmp/hung/lib.so:marker:f" -d 1
		check_lines "run --uprobe on a file system that does not answer names the time it waited" 1 "takes more than" "$tmp/said"
		check "run: with a file system that does not answer, no BPF program is left" [ "$("$fixtures/programs")" = 0 ]
	fi
	end
	umount -l hung
	for _ in $(seq 50); do pgrep -x bccwatch >/dev/null || break; sleep 0.1; done
	check "run: processes that hung end once the file system is unmounted" none_runs
else
	skip "run: a file system that does not answer: all" "this kernel has no FUSE"
fi
check "run: after all hostile processes nothing is left attached" nothing_attached

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block --dir and mounts: what is mounted beneath later, or was hidden by another mount at the start.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/mounts # on a disk's file system
mkdir "$home" && cd "$home" || exit
chmod 755 /root "$home"
start_block() { start_command block -a deny "$@"; }
mounts=$fixtures/mounts
cp "$mounts" excepted
user_is_refused() { # user_is_refused DIR: by a clone of the mount there, in namespaces of his own
	local got
	got=$("$mounts" read "$1" 2>&1)
	[ "$got" = refused ] || { echo "$got" && return 1; }
}
new_file_system() { mkdir -p "$1" && mount -t tmpfs none "$1" && chmod 755 "$1" && echo SECRET >"$1/secret"; }

read -ra hooks <<<"$(denying_hooks)"
# What is denied is tried by each hook; what is learned is the same for all, and tried by each on the default guest alone.
learning=("${hooks[0]}")
! takes_long || learning=("${hooks[@]}")

# What adds a mount is denied, on a directory beneath, on the directory itself, on what was mounted beneath before; what
# changes one that is there is not.
mkdir -p guarded/point guarded/sub/deep guarded/moved free && new_file_system guarded/before
mkdir guarded/before/point
for way in bind rbind overlay open_tree move move_mount pivot_root; do new_file_system "source-$way"; done
mkdir -p source-pivot_root/guarded source-user-bind source-bind-remount && mkdir peer && mount --bind guarded peer
mount --make-shared / 2>/dev/null
for hook in "${hooks[@]}"; do
	start_block --dir guarded --dir source-pivot_root/guarded "${more_rules[@]}" --except-exe excepted --hook "$hook" || continue
	for point in guarded/point guarded guarded/before guarded/before/point peer/point; do
		for way in new bind rbind overlay open_tree move move_mount fsmount user user-bind; do
			got=$("$mounts" "$way" "$home/$point" "$home/source-$way" 2>&1)
			if [ "$got" = missing ]; then skip "$hook: --dir: mounting by $way on $point is denied" "this kernel does not have it"; continue; fi
			check "$hook: --dir: mounting by $way on $point is denied" [ "$got" = refused ]
		done
	done
	check "$hook: --dir: pivot_root that would put a mount beneath the directory is denied" \
		[ "$("$mounts" pivot_root "$home/source-pivot_root/guarded" "$home/source-pivot_root")" = refused ]
	for way in remount bind-remount propagation; do
		check "$hook: --dir: $way of a mount beneath the directory is allowed" [ "$("$mounts" $way "$home/guarded/before")" = "done" ]
	done
	check "$hook: --dir: mounting elsewhere is allowed" [ "$("$mounts" new "$home/free")" = "done" ]
	umount free
	stop INT
	check_lines "$hook: --dir: denied mounts are reported" 5 "COMM=mounts tried to mount on forbidden file $home/guarded/point, denied." <(grep -F "guarded/point," "$out" | head -n 5)
	check "$hook: --dir: nothing but mounts was denied" [ "$(grep -c 'tried to' "$out")" = "$(grep -c 'tried to mount on' "$out")" ]
done

# Seen from elsewhere, what was mounted beneath before the start.
mkdir elsewhere stack-elsewhere guarded/stack guarded/hid outside
mount --bind guarded/before elsewhere
new_file_system guarded/stack && mount --bind guarded/stack stack-elsewhere && mount --make-private stack-elsewhere
mkdir -p guarded/covered/inner && new_file_system guarded/covered/inner
mkdir inner-elsewhere && mount --bind guarded/covered/inner inner-elsewhere
echo x >guarded/hid/linked && ln guarded/hid/linked outside/linked
mkdir part guarded/part && echo x >part/linked && ln part/linked outside/linked-part && mount --bind part guarded/part
new_file_system peer/other # on a bind mount of the directory: by the directory's own path it is not seen if private
mkdir other-elsewhere && mount --bind peer/other other-elsewhere
mount -t tmpfs none guarded/stack && mount -t tmpfs none guarded/covered && mount -t tmpfs none guarded/hid
# In a namespace of its own, which bccwatch does not see.
mkdir -p guarded/own
unshare -m --propagation private sh -c "mount -t tmpfs none $home/guarded/own && echo x >$home/guarded/own/secret; touch $home/own-ready
	until [ -e $home/own-go ]; do sleep 0.1; done
	cat $home/guarded/own/secret; mkfifo $home/guarded/own/fifo; echo x >$home/guarded/own/new
	for f in fifo new; do [ ! -e $home/guarded/own/\$f ] || echo created; done" >"$tmp/own" 2>&1 & own=$!
until [ -e own-ready ]; do sleep 0.1; done
mkdir -p guarded/propagated from-elsewhere && new_file_system from-elsewhere
for hook in "${learning[@]}"; do
	start_block --dir guarded "${more_rules[@]}" --except-exe excepted --hook "$hook" || continue
	check "$hook: --dir: a file of a mount beneath is denied through another mount of it" denied elsewhere/secret
	check "$hook: --dir: a file of a mount that is covered by another at the same point is denied elsewhere" denied stack-elsewhere/secret
	check "$hook: --dir: a file of a mount that is hidden by a mount above is denied elsewhere" denied inner-elsewhere/secret
	check "$hook: --dir: a second link of a file whose directory is hidden by a mount is denied" denied outside/linked
	check "$hook: --dir: a second link of a file in a directory that is bind-mounted beneath is denied" denied outside/linked-part
	check "$hook: --dir: a file of a mount on a bind mount of the directory is denied elsewhere" denied other-elsewhere/secret
	check "$hook: --dir: a file in a user's clone of a mount beneath is denied" user_is_refused "$home/elsewhere"
	check "$hook: --dir: a file of a mount elsewhere is allowed" cat source-bind/secret
	check "$hook: --dir: what the search unmounted is mounted as before" mountpoint -q guarded/covered
	if [ "$hook" = "${learning[0]}" ]; then
		touch own-go
		wait $own
		check_lines "--dir: in another mount namespace reading and creating through the directory are denied" 3 "Permission denied" "$tmp/own"
		check_lines "--dir: in another mount namespace nothing is created beneath the directory" 0 created "$tmp/own"
	fi
	# Mounted without a denied call: by an excepted program, in another namespace, from which it propagates to where the
	# directory is then.
	check "$hook: --dir: before it is mounted beneath the directory, a file is allowed" reads from-elsewhere/secret SECRET
	mv guarded guarded-elsewhere
	# It is excepted, and so is what it reads: the namespace is made by another.
	unshare -m --propagation shared ./excepted bind "$home/guarded-elsewhere/propagated" "$home/from-elsewhere" >/dev/null
	sleep 0.5
	check "$hook: this test: the mount was propagated to the directory" mountpoint -q guarded-elsewhere/propagated
	check "$hook: --dir: a file of a mount that an excepted program propagated is denied elsewhere, also once the directory was moved" denied from-elsewhere/secret
	mv guarded-elsewhere guarded
	stop INT
	check "$hook: --dir with mounts: nothing is left attached at the end" nothing_attached
	umount guarded/propagated
done
umount guarded/stack guarded/stack guarded/covered guarded/hid guarded/part
umount guarded/before
check "--dir: a mount that was protected can be unmounted once block has ended" umount elsewhere

# --allow-mounts: learned as it comes.
for hook in "${learning[@]}"; do
	mkdir -p guarded/late late lazy && new_file_system late && new_file_system lazy
	start_block --dir guarded --allow-mounts --hook "$hook" || continue
	for i in 1 2 3 4 5; do
		check "$hook: --allow-mounts: before it is mounted beneath the directory, a file is allowed, round $i" cat late/secret
		us=$("$mounts" window "$home/guarded/late" "$home/late")
		echo "# $hook: a mount beneath was learned after $us us"
		check "$hook: --allow-mounts: a file that is mounted beneath is denied elsewhere within a second, round $i" [ "$us" -lt 1000000 ]
		umount guarded/late
		umount -l late && new_file_system late
	done
	new_file_system other-late && mkdir -p peer/late
	mount --bind lazy guarded/late
	sleep 0.5
	check "$hook: --allow-mounts: a file of a new mount is denied by the path through the directory" denied guarded/late/secret
	check "$hook: --allow-mounts: creating a file in a new mount is denied" write_denied guarded/late/new
	check "$hook: --allow-mounts: a file whose creation was denied in a new mount is not there" absent lazy/new
	check "$hook: --allow-mounts: a file in a user's clone of a new mount is denied" user_is_refused "$home/lazy"
	# shellcheck disable=SC2016
	check "$hook: --allow-mounts: a file of a lazily unmounted mount is denied to a process inside" refused "Permission denied" \
		bash -c 'cd lazy && umount -l ../guarded/late && umount -l "$OLDPWD/lazy" && cat secret'
	mount --make-private peer && mount --bind other-late peer/late
	sleep 0.5
	check "$hook: --allow-mounts: a file that is mounted by another path of the directory is denied elsewhere" denied other-late/secret
	stop INT
	umount peer/late
	umount other-late
	umount -l late lazy 2>/dev/null
done
if has_kprobes; then
	start_command block --dir guarded --name mountinfo --hook signal # which bccwatch reads itself
	check_status "signal: --dir: who mounts beneath the directory is killed" 137 "$mounts" bind "$home/guarded/late" "$home/source-bind"
	sleep 1
	check "block: bccwatch itself may open a file that a rule protects" kill -0 "$pid"
	check "signal: --dir: who opens a file of the new mount elsewhere is killed" killed cat source-bind/secret
	stop INT
	check_lines "signal: --dir: the mount and the open are both reported" 2 ", killed." "$out"
	umount guarded/late
else
	skip "signal: --dir: mounts: all" "this kernel has no kprobes"
fi

# Makes and keeps the guests' images; sourced by scripts/guest.
#
# A guest is a file beside this one that sets `suite` and `packages`; if it needs more, it defines
# image_sources (the archives, for mmdebstrap's standard input) or image_kernel (puts vmlinuz into $1).
# An image is a directory: root/ (to build in), disk.img, vmlinuz, initrd, and `seal`, written last: the
# state of all that. What does not match its seal is made anew.
# shellcheck shell=bash

image_dir=${here:?}/guest.d
image_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/bccwatch/guest
# What every guest has: a small system, libbcc with what it needs at run time, and what the tests use.
image_base=initramfs-tools,kmod,procps,xz-utils,iproute2,strace,libbpfcc,libbpfcc-dev,libbpf-dev,libmd-dev,gcc,ccache,libc6-dev,make,pkg-config

image_names() {
	(cd "$image_dir" && grep -l '^suite=' -- * | sort)
}

# Where this machine's own packages come from: name no host here.
image_archive() {
	apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 2>/dev/null |
		grep -E '/debian/?$' | head -n 1
}

image_sources() {
	local uri
	uri=$(image_archive)
	[ -z "$uri" ] || printf 'deb %s %s main\n' "$uri" "$suite"
}

# What all that a boot and a build use looks like: sizes and times of the last change, which no writer can
# leave as they were. (Checksums of the disk would take longer than the boot.) root/tmp is where builds
# come and go, and where ccache keeps what they made.
image_sum() {
	(
		cd "$1" || exit
		stat -c '%n %s %Z' disk.img vmlinuz
		find . -name root -prune -o -name initrd -printf '%p %s %C@\n'
		find root -path root/tmp -prune -o -type d -printf '%p %m\n' -o -printf '%p %y %m %s %C@ %l\n' |
			LC_ALL=C sort | sha256sum
	)
}

# image_mmdebstrap ROOT PACKAGES: a root of $suite with these.
image_mmdebstrap() {
	if [ -n "$(image_sources)" ]; then
		image_sources | mmdebstrap --variant=minbase --aptopt='Acquire::Check-Valid-Until "false"' \
			--aptopt='Acquire::Retries "3"' --include="$2" "$suite" "$1" -
	else
		mmdebstrap --variant=minbase --include="$2" "$suite" "$1"
	fi
}

image_build() {
	local dir=$1 root=$1/root
	mkdir -p "$root"
	image_mmdebstrap "$root" "$image_base${packages:+,$packages}"
	install -m 0755 "$image_dir/bootstrap" "$root/sbin/guest-init"
	rm -rf "$root"/var/cache/apt/*.bin "$root"/var/lib/apt/lists/*
	find "$root/tmp" -mindepth 1 -delete
	image_kernel "$dir"
	mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$root" "$dir/disk.img" 3G >/dev/null
	image_sum "$dir" >"$dir/seal"
}

image_kernel() {
	cp "$1"/root/boot/vmlinuz-* "$1/vmlinuz"
	cp "$1"/root/boot/initrd.img-* "$1/initrd"
}

# Removes images of another make, but those that a guest is running from: it holds a lock on the seal.
image_drop_old() {
	local old
	for old in "$@"; do
		if [ ! -e "$old/seal" ] || flock -n -x "$old/seal" true; then rm -rf "$old"; fi
	done
}

# Prints the directory of the guest's image, which is made first where it is not there or not whole.
image_get() (
	set -e
	name=$1
	# shellcheck source=/dev/null
	. "$image_dir/$name"
	parts=("$image_dir/image.sh" "$image_dir/bootstrap" "$image_dir/$name")
	! grep -q 'kernel\.sh' "$image_dir/$name" || parts+=("$image_dir/kernel.sh")
	key=$(cat "${parts[@]}" | sha256sum | cut -c1-16)
	dir=$image_cache/$name-$key
	mkdir -p "$image_cache"
	exec 9>"$image_cache/$name.lock"
	flock 9
	if [ -e "$dir" ] && ! image_sum "$dir" 2>/dev/null | cmp -s - "$dir/seal"; then
		echo "scripts/guest: the image $name is not whole; making it anew" >&2
		rm -rf "$dir"
	fi
	if [ ! -e "$dir" ]; then
		image_drop_old "$image_cache/$name"-????????????????
		rm -rf "$image_cache/new-$name"
		echo "scripts/guest: making the image $name (a minute or two)" >&2
		start=$SECONDS
		# By a shell of its own: here, on the left of ||, nothing would end at its first failure.
		here=$here bash -euo pipefail -c '. "$1"; . "$2"; image_build "$3"' - "$image_dir/image.sh" \
			"$image_dir/$name" "$image_cache/new-$name" >"$image_cache/$name.log" 2>&1 || {
			tail -n 30 "$image_cache/$name.log" >&2
			exit 1
		}
		mv "$image_cache/new-$name" "$dir"
		echo "scripts/guest: image $name made in $((SECONDS - start)) s" >&2
	fi
	echo "$dir"
)

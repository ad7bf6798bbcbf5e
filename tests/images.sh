#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The keeping of the guests' images, on small ones: what is whole is taken, what is broken or half made is made anew.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export tmp XDG_CACHE_HOME=$tmp
here=$tmp
mkdir "$here/guest.d"
cp scripts/guest.d/{image.sh,bootstrap} "$here/guest.d"
# In place of the real one, which takes a minute.
cat >"$here/guest.d/debian12" <<'END'
suite=none
image_build() {
	echo made >>"$tmp/made"
	mkdir -p "$1/root/etc" "$1/root/tmp"
	[ ! -e "$tmp/fails" ]
	for f in disk.img vmlinuz initrd root/etc/file; do echo "$f" >"$1/$f"; done
	image_sum "$1" >"$1/seal"
}
END
# shellcheck source=scripts/guest.d/image.sh
. "$here/guest.d/image.sh"

# get NAME TIMES [STATUS]: the image is asked for; TIMES it is made.
get() {
	local status=0
	: >"$tmp/made"
	dir=$(image_get debian12 2>"$tmp/err") || status=$?
	if [ "$status" = "${3:-0}" ] && [ "$(wc -l <"$tmp/made")" = "$2" ]; then echo "ok images: $1"; else
		echo "FAILED images: $1: exit $status, made $(wc -l <"$tmp/made") times; $(cat "$tmp/err")"
	fi
}

get "a missing image is made" 1
get "a whole image is used" 0
echo x >>"$dir/disk.img"
get "an image with a changed disk is made again" 1
: >"$dir/vmlinuz"
get "an image with an empty kernel is made again" 1
rm "$dir/initrd"
get "an image without its initrd is made again" 1
sleep 0.01 && touch "$dir/root/etc/file"
get "an image with a changed file in its root is made again" 1
echo x >"$dir/root/etc/more"
get "an image with one more file in its root is made again" 1
: >"$dir/root/tmp/build"
get "an image in which builds left files is used" 0
rm "$dir/seal"
get "an image without its seal is made again" 1
rm -r "$dir"
mkdir -p "$image_cache/new-debian12/root/half"
get "an image that an interrupted run left is made again" 1
kept="nothing is kept of an image that an interrupted run left"
if [ -e "$dir/root/half" ]; then echo "FAILED images: $kept"; else echo "ok images: $kept"; fi
: >"$tmp/fails"
rm "$dir/seal"
get "an image that can't be made is an error" 1 1
rm "$tmp/fails"
get "an image that could not be made is tried again" 1
mv "$dir" "${dir%-*}-0000000000000000"
get "an image of another version is not used" 1
gone="an image of another version is removed"
if [ -e "${dir%-*}-0000000000000000" ]; then echo "FAILED images: $gone"; else echo "ok images: $gone"; fi

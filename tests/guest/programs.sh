#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# block --access write: programs that replace files report an error that one understands, and leave no half file.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

home=/root/programs # on a disk's file system
mkdir -p "$home" && cd "$home" || exit
start_block() { start_command block --headers btf -a deny --access write "$@"; }

# make_package VERSION: a package whose files lie in d and p, with this text in them.
make_package() {
	local tree=package-$1
	mkdir -p "$tree/DEBIAN" "$tree$home/d" "$tree$home/p"
	echo "$1" >"$tree$home/d/packaged"
	echo "$1" >"$tree$home/p/packaged"
	printf 'Package: bccwatch-test\nVersion: %s\nArchitecture: all\nMaintainer: none <none@localhost>\nDescription: test\n' \
		"$1" >"$tree/DEBIAN/control"
	dpkg-deb --build "$tree" "$1.deb" >/dev/null
}
has() { command -v "$1" >/dev/null; }
prepare() {
	mkdir -p d/sub p o && echo old >d/f && echo old >d/sub/f && echo old >p/f && echo new >o/f
	mkdir -p tree/d tree/p && echo new >tree/d/f && echo new >tree/p/f && tar -C tree -cf tree.tar d/f p/f
	export GIT_DIR=$home/git GIT_WORK_TREE=$home GIT_AUTHOR_NAME=n GIT_AUTHOR_EMAIL=n@localhost GIT_COMMITTER_NAME=n GIT_COMMITTER_EMAIL=n@localhost
	if has git; then
		git init -q && git add p/f d/f && git commit -qm old
		echo changed >d/f && echo changed >p/f && git commit -qam new && git checkout -q HEAD~1
		GIT_DIR=d/git git init -q && GIT_DIR=d/git git add d/f && GIT_DIR=d/git git commit -qm old
	fi
	printf '%s {\n\trotate 1\n\tcreate 600 root root\n}\n' "$home/p/f" "$home/d/f" >rotate
	printf '%s {\n\trotate 1\n\tcopytruncate\n}\n' "$home/p/f" "$home/d/f" >copy
	chmod 600 rotate copy
	make_package 1 && make_package 2
	dpkg -i 1.deb >/dev/null 2>&1
	state >"$tmp/before"
}
# All that the protected places have.
state() { (cd "$home" && find d p -printf '%p %s %m %n\n' | sort && cat d/f d/sub/f d/packaged p/f p/packaged); }
unchanged() { diff "$tmp/before" <(state); }

# denied_with ERROR COMMAND...: it fails, says so, and leaves all as it was. $fails is empty where its exit status is 0.
fails=1
denied_with() {
	local error=$1 got=0
	shift
	"$@" >"$tmp/said" 2>&1 || got=$?
	{ [ "$got" != 0 ] || [ -z "$fails" ]; } && grep -qE -- "$error" "$tmp/said" && unchanged || { echo "exit $got: $(cat "$tmp/said")" && return 1; }
}

# edit FILE: in nano, writes a line into it and saves it; what is on the screen is left in $tmp/nano.
edit() {
	: >"$tmp/nano"
	# Without job control, in which script does not start.
	TERM=xterm bash -c '(sleep 3; printf "changed\017\015"; for _ in $(seq 40); do ! grep -qiE "permission denied|wrote" "$1" || break; sleep 0.5; done; printf "\030n"; sleep 1) |
		timeout 40 script -qfec "nano $2" "$1" >/dev/null' bash "$tmp/nano" "$1" 2>&1
}

prepare
rules=(--path p/f --path p/packaged --dir d)
start_block "${rules[@]}" || exit
for file in p/f d/f; do
	check "sed -i on $file is denied, and leaves no file" denied_with 'Permission denied' sed -i s/old/new/ "$file"
	check "cp over $file is denied, and leaves no file" denied_with "cannot create regular file .*: Permission denied" cp o/f "$file"
	check "cp --remove-destination over $file is denied, and leaves no file" denied_with 'Permission denied' cp --remove-destination o/f "$file"
	check "mv over $file is denied, and leaves no file" denied_with "cannot move .*: Permission denied" mv -f o/f "$file"
	check "install over $file is denied, and leaves no file" denied_with 'Permission denied' install -m 600 o/f "$file"
	check "ln -sf over $file is denied, and leaves no file" denied_with 'Permission denied' ln -sf ../o/f "$file"
	check "dd over $file is denied" denied_with 'Permission denied' dd if=o/f of="$file" status=none
	check "truncate of $file is denied" denied_with 'Permission denied' truncate -s 0 "$file"
	check "rm of $file is denied" denied_with "cannot remove .*: Permission denied" rm -f "$file"
	check "shred of $file is denied" denied_with 'Permission denied' shred -u "$file"
	fails='' check "perl -i on $file is denied, and leaves no file" denied_with 'Permission denied' perl -i -pe s/old/new/ "$file"
done
check "gzip of a file in a protected directory is denied, and leaves no file" denied_with 'Permission denied' gzip d/f
check "rm -r of a protected directory is denied, and leaves all files" denied_with 'Permission denied' rm -rf d
check "mv of a protected directory is denied" denied_with 'Permission denied' mv d elsewhere
# Before tar reports that a file exists, it has tried to remove it.
check "tar -x over protected files is denied, and leaves them whole" denied_with 'd/f: Cannot open: File exists' tar -xf tree.tar
check "tar -x --unlink-first over protected files is denied, and leaves them whole" denied_with 'Permission denied' tar --unlink-first -xf tree.tar
check "tar -x --overwrite over protected files is denied, and leaves them whole" denied_with 'Permission denied' tar --overwrite -xf tree.tar
check "tar -c of protected files is allowed" tar -cf copy.tar d p
check "dpkg -i of a package with protected files is denied, and leaves no file" denied_with 'Permission denied' dpkg -i 2.deb
check "dpkg -r of a package with protected files is denied, and leaves all files" denied_with 'Permission denied' dpkg -r bccwatch-test
for file in p/f d/f; do
	if has nano; then
		edit "$file"
		check "nano: that $file cannot be saved is on the screen" grep -qi 'permission denied' "$tmp/nano"
		check "nano: after $file could not be saved no file is left" unchanged
	fi
	! has vim.tiny || check "vim: that $file cannot be saved is reported, and no file is left" \
		denied_with "E[0-9]+: Can't open file for writing" vim.tiny -V1 -es -c '%s/old/new/' -c write -c 'qall!' "$file"
	! has git || check "git checkout over $file is denied, and leaves no file" denied_with "unable to unlink old '$file': Permission denied" git checkout -q -f master
done
if has git; then
	check "git commit of a repository in a protected directory is denied, and leaves no file" \
		denied_with 'Permission denied' env GIT_DIR=d/git git commit -q --allow-empty -m new
	check "git status and git log of a repository in a protected directory are allowed" \
		sh -c 'GIT_DIR=d/git git status >/dev/null && GIT_DIR=d/git git log | grep -q old'
fi
if has logrotate; then
	check "logrotate of protected files is denied, and leaves no file" \
		denied_with "error: .*rename.*: Permission denied" logrotate -f -s "$tmp/rotated" rotate
	check "logrotate by copytruncate of protected files is denied, and leaves no file" \
		denied_with "error: .*: Permission denied" logrotate -f -s "$tmp/rotated" copy
fi
optional=(nano vim.tiny git logrotate)
for program in "${optional[@]}"; do
	has "$program" || skip "$program" "there is none in this image"
done
stop
reported=(sed cp mv install ln dd truncate rm shred perl gzip tar dpkg)
for program in "${optional[@]}"; do
	! has "$program" || reported+=("$program")
done
# shellcheck disable=SC2016
check "each program that was denied is reported" sh -c 'out=$1; shift; for p; do grep -q "COMM=$p tried to" "$out" || { echo "$p"; exit 1; }; done' sh "$out" "${reported[@]}"

# What is excepted goes on as if there were no rule.
start_block "${rules[@]}" --except-exe "$(command -v dpkg)" || exit
check "dpkg -i of a package with protected files is allowed where dpkg is excepted" dpkg -i 2.deb
check "dpkg: the protected files have what the package has" [ "$(cat d/packaged p/packaged | tr '\n' ' ')" = "2 2 " ]
check "dpkg: no other file is left in the protected places" [ "$(find d p -name '*.dpkg*')" = "" ]
state >"$tmp/before"
check "beside an excepted program sed -i is denied, and leaves no file" denied_with 'Permission denied' sed -i s/2/3/ d/packaged
check "dpkg -r is allowed where dpkg is excepted" dpkg -r bccwatch-test
check "dpkg -r: the protected files are removed" sh -c 'test ! -e d/packaged && test ! -e p/packaged'
stop
check "nothing is left attached at the end" nothing_attached

#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A program that was compiled before does not meet the compiler; whatever it depends on brings it back there.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

images=/var/cache/bccwatch/images
headers=(--headers btf) # read faster than the installed ones
mkdir "$tmp/own"
cat >"$tmp/own/own.c" <<'END'
#include <uapi/linux/ptrace.h>
#include "answer.h"
struct event_t { int answer; };
BPF_PERF_OUTPUT(events);
RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct event_t e = {.answer = ANSWER};
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
END
echo '#define ANSWER 1' >"$tmp/own/answer.h"

# run HOW ANSWER NAME [ARGUMENT...]: HOW is hit (known) or miss (compiled); then it really runs, and answers.
run() {
	local how=$1 answer=$2 name=$3 found=miss
	shift 3
	bccwatch trace -v -d 60 "${headers[@]}" --source "$tmp/own/own.c" "$@" 2>"$tmp/said" | head -n 1 >"$tmp/out"
	! grep -q '^cache: known' "$tmp/said" || found=hit
	if [ $found = "$how" ] && grep -q "ANSWER=$answer\$" "$tmp/out"; then pass "$name"; else
		fail "$name" "$found; $(head -n 1 "$tmp/out"); $(cat "$tmp/said")"
	fi
}
spoil() { # spoil NAME SAID COMMAND...: an image that was treated so is thrown away, and why is said
	local name=$1 said=$2
	shift 2
	"$@"
	run miss 4 "$name: compiled anew"
	check "$name: said" grep -qF "$said" "$tmp/said"
	run hit 4 "$name: and kept again"
}
image() { find $images -type f; }

bccwatch cache --clear 2>/dev/null
sleep 0.1
run miss 1 "the first time it is compiled"
check "the cache is root's alone" [ "$(stat -c %a%u /var/cache/bccwatch $images | paste -sd ' ')" = "7000 7000" ]
check "so is the image" [ "$(stat -c %a%u "$(image)")" = 6000 ]
run hit 1 "the second time it is known"
check "and no compiler was started" sh -c "! strace -f -e trace=execve bccwatch trace -d 1 ${headers[*]} --source '$tmp/own/own.c' 2>&1 | grep bccwatch-compile"
echo '#define ANSWER 2' >"$tmp/own/answer.h"
sleep 0.1
run miss 2 "a file that it includes was edited"
run hit 2 "that is known then"
sed -i 's/ANSWER}/ANSWER + 1}/' "$tmp/own/own.c"
run miss 3 "the source was edited"
echo '#define ANSWER 3' >"$src/answer.h" && rm "$tmp/own/answer.h" && sleep 0.1
run miss 4 "an included file is found elsewhere"
run hit 4 "that is known then, too"
echo '#define ANSWER 8' >"$tmp/own/answer.h" && sleep 0.1
run miss 9 "a file comes before the one that was included"
rm "$tmp/own/answer.h"
lib=$(realpath "$(ldd /usr/libexec/bccwatch/bccwatch-compile | awk '/libbcc.so/ {print $3}')")
cp -p "$lib" "$tmp/lib" && mv "$tmp/lib" "$lib" && sleep 0.1
run miss 4 "another libbcc"

# From here on the program stays the same: what the compiler gave once is given again, which saves its time.
mkdir "$tmp/compiler"
compiler=/usr/libexec/bccwatch/bccwatch-compile
mv $compiler "$tmp/compiler/real"
cat >$compiler <<END
#!/bin/sh
if [ ! -e $tmp/compiler/image ]; then
	$tmp/compiler/real "\$@" || exit
	cat /proc/self/fd/3 >$tmp/compiler/image
	cat /proc/self/fd/4 >$tmp/compiler/depends
	exit
fi
cat $tmp/compiler/image >&3
cat $tmp/compiler/depends >&4
END
chmod 755 $compiler
run miss 4 "another compiler"
run hit 4 "that is known then, as well"
run miss 4 "--no-cache compiles" --no-cache
bccwatch cache --clear 2>/dev/null
run miss 4 "--no-cache keeps nothing" --no-cache
check "really nothing" [ -z "$(image)" ]
run miss 4 "kept again"

spoil "a flipped bit" "is damaged" bash -c 'printf "\377" | dd of="$(echo '$images'/*)" bs=1 seek=5000 conv=notrunc status=none'
spoil "a torn file" "is damaged" bash -c 'truncate -s 3000 '$images'/*'
spoil "an empty file" "is damaged" bash -c ': >"$(echo '$images'/*)"'
spoil "another owner" "not this user's alone" bash -c 'chown 1234 '$images'/*'
spoil "a file that others may write" "not this user's alone" bash -c 'chmod 666 '$images'/*'
spoil "a symlink" "not this user's alone" bash -c 'f=$(echo '$images'/*); mv "$f" '"$tmp"'/moved; ln -s '"$tmp"'/moved "$f"'
chmod 755 $images
run miss 4 "a folder that others may read is not used"
chmod 700 $images
chown 1234 /var/cache/bccwatch
run miss 4 "a folder of another owner is not used"
chown 0 /var/cache/bccwatch
run hit 4 "and is again when it is root's"

rm $images/*
mount -t tmpfs -o size=4k,mode=700 tmpfs $images
head -c 4096 /dev/zero >$images/full
run miss 4 "a full disk does no harm"
check "a full disk: nothing half is left" [ "$(ls -A $images)" = full ]
umount $images
mount -t tmpfs -o ro,mode=700 tmpfs $images
run miss 4 "a read-only disk does no harm"
umount $images

for i in 1 2 3 4 5 6 7 8; do
	bccwatch trace -d 1 "${headers[@]}" --source "$tmp/own/own.c" >"$tmp/out$i" 2>&1 &
done
wait
check "eight at once: all run" [ "$(grep -l 'ANSWER=4$' "$tmp"/out? | wc -l)" = 8 ]
check "eight at once: one image, whole" [ "$(ls $images | wc -l)" = 1 ]
run hit 4 "and it is known"

bccwatch cache --list >"$tmp/list"
check "--list names the source" grep -qE "^[0-9a-f]{16} +[0-9]+ [0-9-]{10} [0-9:]{8} $tmp/own/own.c\$" "$tmp/list"
for i in $(seq 20); do fallocate -l 4M "$images/old$i" && touch -d '2020-01-01' "$images/old$i"; done
run hit 4 "beside much that is old"
echo '// changed' >>"$tmp/own/own.c"
run miss 4 "a new one"
check "the oldest go where all is too large" [ "$(du -sm $images | cut -f1)" -le 65 -a "$(find $images -type f ! -name 'old*' | wc -l)" = 2 ]

# By the installed headers, which are files, and many.
mv "$tmp/compiler/real" $compiler
version=$(realpath "/lib/modules/$(uname -r)/build" 2>/dev/null)/include/generated/uapi/linux/version.h
if [ -e "$version" ]; then
	headers=(--headers installed)
	run miss 4 "by the installed headers"
	run hit 4 "that is known then, besides"
	touch "$version"
	run miss 4 "other kernel headers"
else
	skip "by the installed headers" "this kernel's are an archive"
fi
check_status "--clear" 0 bccwatch cache --clear
check "leaves nothing" [ -z "$(image)" ]
check_status "cache without an option" 2 bccwatch cache
check_status "cache is root's" 1 setpriv --reuid 1234 --clear-groups bccwatch cache --list
rm "$src/answer.h"

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
spoil() { # spoil NAME SAID COMMAND...: an image that was treated so is thrown away, and the reason is printed
	local name=$1 said=$2
	shift 2
	"$@"
	run miss 4 "$name is thrown away, and the program compiled again"
	check "$name: the reason is printed" grep -qF "$said" "$tmp/said"
	run hit 4 "$name: the new image is kept, and used"
}
image() { find $images -type f; }

bccwatch cache --clear 2>/dev/null
sleep 0.1
run miss 1 "a program is compiled the first time"
check "the cache's directories can be read by root alone" [ "$(stat -c %a%u /var/cache/bccwatch $images | paste -sd ' ')" = "7000 7000" ]
check "an image can be read by root alone" [ "$(stat -c %a%u "$(image)")" = 6000 ]
run hit 1 "a program that was compiled before is taken from the cache"
strace -f -e trace=execve -o "$tmp/execs" bccwatch trace -d 1 "${headers[@]}" --source "$tmp/own/own.c" >"$tmp/out" 2>&1
check "a program from the cache really runs" shows 'ANSWER=1$' "$tmp/out"
check "a program from the cache starts no compiler" shows_no bccwatch-compile <(grep execve "$tmp/execs")
echo '#define ANSWER 2' >"$tmp/own/answer.h"
sleep 0.1
run miss 2 "a program whose included file was edited is compiled again"
run hit 2 "a program compiled after an edit of an included file is kept"
sed -i 's/ANSWER}/ANSWER + 1}/' "$tmp/own/own.c"
run miss 3 "a program whose source was edited is compiled again"
echo '#define ANSWER 3' >"$src/answer.h" && rm "$tmp/own/answer.h" && sleep 0.1
run miss 4 "a program whose included file is found elsewhere is compiled again"
run hit 4 "a program compiled with an included file from elsewhere is kept"
echo '#define ANSWER 8' >"$tmp/own/answer.h" && sleep 0.1
run miss 9 "a program is compiled again where a new file comes before the included one"
rm "$tmp/own/answer.h"
lib=$(realpath "$(ldd /usr/libexec/bccwatch/bccwatch-compile | awk '/libbcc.so/ {print $3}')")
cp -p "$lib" "$tmp/lib" && mv "$tmp/lib" "$lib" && sleep 0.1
run miss 4 "a program is compiled again for another libbcc"

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
run miss 4 "a program is compiled again for another bccwatch-compile"
run hit 4 "a program compiled by another bccwatch-compile is kept"
run miss 4 "--no-cache compiles a program that is in the cache" --no-cache
bccwatch cache --clear 2>/dev/null
run miss 4 "--no-cache compiles a program that is not in the cache" --no-cache
check "--no-cache keeps no image" [ -z "$(image)" ]
run miss 4 "without --no-cache the image is kept"

spoil "an image with a flipped bit" "is damaged" bash -c 'printf "\377" | dd of="$(echo '$images'/*)" bs=1 seek=5000 conv=notrunc status=none'
spoil "a truncated image" "is damaged" bash -c 'truncate -s 3000 '$images'/*'
spoil "an empty image" "is damaged" bash -c ': >"$(echo '$images'/*)"'
spoil "an image of another owner" "not this user's alone" bash -c 'chown 1234 '$images'/*'
spoil "an image that others may write" "not this user's alone" bash -c 'chmod 666 '$images'/*'
spoil "a symlink in place of an image" "not this user's alone" bash -c 'f=$(echo '$images'/*); mv "$f" '"$tmp"'/moved; ln -s '"$tmp"'/moved "$f"'
chmod 755 $images
run miss 4 "a cache directory that others may read is not used"
chmod 700 $images
chown 1234 /var/cache/bccwatch
run miss 4 "a cache directory of another owner is not used"
chown 0 /var/cache/bccwatch
run hit 4 "a cache directory is used again once it is root's"

rm $images/*
mount -t tmpfs -o size=4k,mode=700 tmpfs $images
head -c 4096 /dev/zero >$images/full
run miss 4 "with the cache on a full disk, a program runs"
check "with the cache on a full disk, no partial image is left" [ "$(ls -A $images)" = full ]
umount $images
mount -t tmpfs -o ro,mode=700 tmpfs $images
run miss 4 "with the cache on a read-only disk, a program runs"
umount $images

for i in 1 2 3 4 5 6 7 8; do
	bccwatch trace -d 1 "${headers[@]}" --source "$tmp/own/own.c" >"$tmp/out$i" 2>&1 &
done
wait
check "eight starts at the same time: all run" [ "$(grep -l 'ANSWER=4$' "$tmp"/out? | wc -l)" = 8 ]
check "eight starts at the same time leave one image" [ "$(ls $images | wc -l)" = 1 ]
run hit 4 "the image that eight starts left is used"

bccwatch cache --list >"$tmp/list"
check "cache --list names the source, the size and the time" grep -qE "^[0-9a-f]{16} +[0-9]+ [0-9-]{10} [0-9:]{8} $tmp/own/own.c\$" "$tmp/list"
for i in $(seq 20); do fallocate -l 4M "$images/old$i" && touch -d '2020-01-01' "$images/old$i"; done
run hit 4 "a program is taken from a cache with many old images"
echo '// changed' >>"$tmp/own/own.c"
run miss 4 "an edited program is compiled with many old images in the cache"
check "the oldest images are removed where the cache is too large" [ "$(du -sm $images | cut -f1)" -le 65 -a "$(find $images -type f ! -name 'old*' | wc -l)" = 2 ]

# By the installed headers, which are files, and many.
mv "$tmp/compiler/real" $compiler
version=$(realpath "/lib/modules/$(uname -r)/build" 2>/dev/null)/include/generated/uapi/linux/version.h
if [ -e "$version" ]; then
	headers=(--headers installed)
	run miss 4 "a program is compiled with the installed headers"
	run hit 4 "a program compiled with the installed headers is kept"
	touch "$version"
	run miss 4 "a program is compiled again for other installed headers"
else
	skip "a program is compiled with the installed headers" "this kernel's are an archive"
fi
check_status "cache --clear succeeds" 0 bccwatch cache --clear
check "cache --clear leaves no image" [ -z "$(image)" ]
check_status "cache without an option is a usage error" 2 bccwatch cache
check_status "cache --list by another user than root fails" 1 setpriv --reuid 1234 --clear-groups bccwatch cache --list
rm "$src/answer.h"

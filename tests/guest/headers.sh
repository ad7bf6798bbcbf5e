#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Programs are compiled against the types of the kernel's BTF, and that is the same as against its headers.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

installed='' # which libbcc finds by itself
if [ -e /sys/kernel/kheaders.tar.xz ]; then
	bccwatch trace --headers installed -v -d 1 >"$tmp/said" 2>&1
	installed=$(sed -n 's/^kernel headers: \(\/var.*\)/\1/p' "$tmp/said") # unpacked
fi

same() { # same NAME FILE FLAG...
	local name=$1 file=$2
	shift 2
	compile btf "$@" <"$file"
	compile installed "$@" <"$file"
	check "$name: BTF and installed headers give the same image" cmp "$tmp/btf" "$tmp/installed"
	check "$name: there is an image to compare" [ -s "$tmp/btf" ]
}
# block.c has a type that is in no installed header.
expand "$src/trace.c" >"$tmp/trace.c"
same "trace.c" "$tmp/trace.c" -DVIA_TRACEPOINT -DFILTER_PID -DFILTER_UID -DFILTER_COMM
cat >"$tmp/many.c" <<'END'
#include <linux/sched.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <uapi/linux/ptrace.h>
struct event { u64 inode, flags; u32 dev, tgid, mode; char name[NAME_MAX + 1]; };
BPF_PERF_OUTPUT(events);
BPF_HASH(seen, u32, struct path);
RAW_TRACEPOINT_PROBE(sys_enter)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct event e = {};
	struct dentry *cwd = task->fs->pwd.dentry;
	struct path path = {.dentry = cwd};

	e.tgid = task->tgid;
	e.inode = cwd->d_inode->i_ino;
	e.dev = cwd->d_inode->i_sb->s_dev;
	e.mode = cwd->d_inode->i_mode & S_IFMT;
	e.flags = O_CREAT | O_DIRECTORY | ENOENT | LINUX_VERSION_CODE | DNAME_INLINE_LEN;
	e.dev += FMODE_CREATED + 4 * FMODE_READ + 32 * FMODE_WRITE;
	e.dev += 256 * TASK_RUNNING + 512 * TASK_INTERRUPTIBLE + 4096 * TASK_UNINTERRUPTIBLE;
	bpf_probe_read_kernel(e.name, sizeof(e.name), cwd->d_name.name);
	seen.update(&e.tgid, &path);
	events.perf_submit(ctx, &e, sizeof(e));
	return 0;
}
END
if is_default_guest; then
	same "a program of many kernel types" "$tmp/many.c"
else
	skip "a program of many kernel types: BTF and installed headers give the same image" "clang takes long for the installed headers; on the default guest"
fi

cp -r "$src" "$tmp/saved"
sed -i 's/^#include <uapi.*/&\n#include <linux\/bits.h>/; s/^\tchar fname.*/\tu32 mask;\n&/; s/^\td->ts = .*/&\n\td->mask = GENMASK(3, 0);/' "$src/trace.c"
start -v --via tracepoint && "$fixtures/opens" 50 /masked >/dev/null && stop
check "a macro that BTF does not have comes from the installed headers" [ "$(grep -c '/masked.* MASK=15' "$out")" = 50 ]
check_status "--headers btf fails where a macro is not in BTF" 1 bccwatch trace --via tracepoint --headers btf -d 1
check "--headers btf prints the compiler's error for the missing macro" grep -q "error: .*GENMASK" "$tmp/said"
check_lines "--headers btf names how to use more headers" 1 "--headers installed" "$tmp/said"
rm -r "$src" && cp -r "$tmp/saved" "$src"

# Without any headers.
if [ -e /sys/kernel/kheaders.tar.xz ]; then
	skip "without installed headers: all" "this kernel brings its headers itself"
else
	mv /lib/modules /lib/modules.away
	check_status "without installed headers: trace runs" 0 bccwatch trace -d 1
	sed -i 's/<linux\/sched.h>/<linux\/a_header_that_nobody_has.h>/' "$tmp/many.c"
	start --source "$tmp/many.c" && "$fixtures/openers" openat /many && stop
	check "without installed headers: a program runs that includes headers that nobody has" grep -q "COMM=openers\|TGID=$$ " "$out"
	mv /lib/modules.away /lib/modules
fi

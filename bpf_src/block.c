// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
// Who opens a protected file, and is denied. `bccwatch block` compiles this file each time it starts: change it and run
// again. A field that you add to the struct and set in report() stands on every line as NAME=VALUE. decide() says what
// is denied: add a rule of your own there. The kernel's functions at which it is asked are at the end.

struct data_t {
	u64 ts; // when, in ns since the boot; becomes the time that a line begins with
	u32 pid;
	char comm[16];
	char operation[12]; // what was tried: open, create, replace, mount on, ...
	char outcome[24];   // what became of it; stands behind the name
#if PINNED
	u32 generation; // of the rules
#endif
	char fname[4096] __attribute__((aligned(8))); // where it is the last field, only the bytes used are sent
};

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <uapi/linux/ptrace.h>

#include "block/options.h" // which rules, exceptions and kind of hook this program is compiled for

#include "block/action.h" // struct attempt; deny() refuses or kills, and calls report()
#include "block/calls.h"  // where only the strings of system calls are seen
#include "block/change_calls.h"
#include "block/changes.h"    // on_entry(), on_rename(), ...: the same for what changes a file without an open
#include "block/globs.h"      // match_globs()
#include "block/held.h"	      // what is done by descriptors that are open already
#include "block/hook.h"	      // HOOK() and NOTICE()
#include "block/kprobes.h"    // where nothing can be refused at the file, and signals kill
#include "block/notices.h"    // what is only noticed: that an inode is gone, which program a process executes
#include "block/operations.h" // on_open(), on_create(), ...: what each hook asks decide()
#include "block/policies.h"   // applying(): which rules hold for this process
#include "block/waiting.h"    // what comes to be where a rule waits for it
#include "lib/directories.h"  // match_directory()
#include "lib/match.h"	      // the rules: match_name(), match_path(), match_inode()
#include "lib/track.h"	      // which inodes are protected

// The bytes behind the name, where you put fields there: such an event is sent whole, else only the name's used bytes.
#define BEHIND_NAME (sizeof(struct data_t) - offsetof(struct data_t, fname) - sizeof(((struct data_t *)0)->fname))

// An access that is denied becomes an event.
static inline void report(void *ctx, const struct attempt *a, const char *outcome)
{
	struct slot *s = get_slot();
	struct data_t *d;
	u64 used;

	if (!s)
		return;
	d = &s->event;
	d->ts = bpf_ktime_get_ns();
	d->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&d->comm, sizeof(d->comm));
	__builtin_memcpy(d->operation, a->operation.name, sizeof(d->operation));
	bpf_probe_read_kernel(&d->outcome, sizeof(d->outcome), outcome);
	used = put_file(s, a);
	HIDE_FROM_CLANG(used);
	if (used > sizeof(d->fname))
		used = sizeof(d->fname);
	used = BEHIND_NAME ? sizeof(*d) : used + offsetof(struct data_t, fname);
#if PINNED
	d->generation = generation_of_rules();
	events.ringbuf_output(d, used, 0);
#else
	events.perf_submit(ctx, d, used);
#endif
	put_slot();
}

// Which accesses (ACCESS_*) are denied to this process, on this file? 0: none of those that it wants.
//
// A rule of your own stands before applying(): an `if` that adds to `denied` is subject to --access and to the
// exceptions like every rule, one that returns ACCESS_ANY is not, and one that returns 0 is an exception. (Where rules
// of a file have an action of their own, `denied` is a set of policies: block/policies.h.)
//	if ((u32)bpf_get_current_uid_gid() == 1000)
//		denied |= ACCESS_ANY;
// By a process's name (compare it byte by byte: a text in quotes would be a global variable, which programs can't
// have):
//	char comm[16];
//	bpf_get_current_comm(&comm, sizeof(comm));
//	if (comm[0] == 'v' && comm[1] == 'i' && !comm[2])
//		return ACCESS_ANY;
static inline u32 decide(struct settings *s, const struct attempt *a)
{
	u32 denied = a->by_string;

	if (BY_NAME && a->named)
		denied |= match_name(a->named);
	if (BY_PATH && a->named)
		denied |= match_path(a->named, a->inode);
	if (BY_GLOB && a->named)
		denied |= match_globs(a->named, a->inode);
	if (BY_FILE && a->inode)
		denied |= match_inode(a->inode);
	if (BY_ANCESTOR && a->inode)
		denied |= of_ancestor(match_ancestor(a->inode), a->wanted);
	if (BY_DIR)
		denied |= of_directory(a->by_directory);

	denied = applying(s, denied, a->wanted);
	if (!denied)
		return 0;
	if (is_excepted(s) || is_bccwatch(s))
		return 0;
	return denied;
}

// Where the kernel asks. What is opened, created, truncated:
// clang-format off
HOOK(file_open, (struct file *file), on_open(ctx, file))
HOOK(inode_create, (struct inode *dir, struct dentry *dentry, umode_t mode),
     on_create(ctx, OPERATION("open"), ACCESS_CREATE, dentry))
HOOK(inode_mknod, (struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev),
     on_create(ctx, OPERATION("create"), ACCESS_MKNOD, dentry))
HOOK(path_truncate, (const struct path *path), on_truncate(ctx, path))

#if BY_DIR
HOOK(path_mknod, (const struct path *dir, struct dentry *dentry, umode_t mode, unsigned int dev),
     on_mknod(ctx, dir, dentry, mode))
#endif
#if BY_DIR || DENY_REPLACE
HOOK(inode_mkdir, (struct inode *dir, struct dentry *dentry, umode_t mode), on_create_other(ctx, ACCESS_MKDIR, dentry))
HOOK(inode_symlink, (struct inode *dir, struct dentry *dentry, const char *to),
     on_create_other(ctx, ACCESS_SYMLINK, dentry))
#endif

// What is mounted:
#if DENY_MOUNTS
HOOK(sb_mount, (const char *device, const struct path *point, const char *type, unsigned long flags, void *data),
     adds_mount(flags) ? on_mount(ctx, point) : 0)
HOOK(move_mount, (const struct path *from, const struct path *point), on_mount(ctx, point))
HOOK(sb_pivotroot, (const struct path *point, const struct path *root), on_mount(ctx, point))
#endif

// What is deleted, and what gets another name, size or attributes:

#if DENY_DELETE
HOOK(inode_unlink, (struct inode *dir, struct dentry *dentry),
     on_entry(ctx, OPERATION("delete"), ACCESS_DELETE, dentry))
HOOK(inode_rmdir, (struct inode *dir, struct dentry *dentry),
     on_entry(ctx, OPERATION("delete"), ACCESS_DELETE, dentry))
#endif
#if BY_FILE || DENY_LINK || DENY_REPLACE
HOOK(inode_link, (struct dentry *from, struct inode *dir, struct dentry *to), on_link(ctx, from, to))
#endif
#if BY_FILE || DENY_RENAME || DENY_REPLACE
HOOK(inode_rename, (struct inode *old, struct dentry *from, struct inode *dir, struct dentry *to RENAME_FLAGS),
     on_rename(ctx, from, to))
#if HOOK_FMOD_RET // an LSM is asked twice for an exchange, the function security_inode_rename is called once
HOOK(path_rename, (const struct path *old, struct dentry *from, const struct path *dir, struct dentry *to RENAME_FLAGS),
     flags & RENAME_EXCHANGE ? on_rename(ctx, to, from) : 0)
#endif
#endif
#if BY_FILE || DENY_RESIZE || DENY_ATTR || DENY_HELD
HOOK(inode_setattr, (IDMAP struct dentry *dentry, struct iattr *attr), on_setattr(ctx, dentry, attr))
#endif

#if DENY_ATTR
HOOK(inode_setxattr, (XATTR_IDMAP struct dentry *dentry, const char *name, const void *value, size_t size, int flags),
     on_entry(ctx, OPERATION("attr"), ACCESS_ATTR, dentry))
HOOK(inode_removexattr, (XATTR_IDMAP struct dentry *dentry, const char *name),
     on_entry(ctx, OPERATION("attr"), ACCESS_ATTR, dentry))
HOOK(file_ioctl, (struct file *file, unsigned int command, unsigned long argument), on_ioctl(ctx, file, command))
#if HAS_COMPAT_IOCTL
HOOK(file_ioctl_compat, (struct file *file, unsigned int command, unsigned long argument),
     on_ioctl(ctx, file, command))
#endif
#if HAS_ACL
HOOK(inode_set_acl, (void *idmap, struct dentry *dentry, const char *name, void *acl),
     on_entry(ctx, OPERATION("attr"), ACCESS_ATTR, dentry))
HOOK(inode_remove_acl, (void *idmap, struct dentry *dentry, const char *name),
     on_entry(ctx, OPERATION("attr"), ACCESS_ATTR, dentry))
#endif
#if HAS_FILE_SETATTR
HOOK(inode_file_setattr, (struct dentry *dentry, void *attr), on_entry(ctx, OPERATION("attr"), ACCESS_ATTR, dentry))
#endif
#endif

// What is only looked at:
#if DENY_STAT
HOOK(inode_getattr, (const struct path *path), on_file(ctx, OPERATION("stat"), ACCESS_STAT, path))
HOOK(inode_readlink, (struct dentry *dentry), on_entry(ctx, OPERATION("stat"), ACCESS_STAT, dentry))
HOOK(inode_permission, (struct inode *inode, int mask), on_permission(ctx, inode, mask))
#endif

// What is done by a descriptor, and in memory:

#if DENY_MMAP || DENY_HELD
HOOK(mmap_file, (struct file *file, ASKED_PROT unsigned long prot, unsigned long flags), on_mmap(ctx, file, flags))
#endif
#if DENY_HELD
HOOK(file_permission, (struct file *file, int mask), on_read_or_write(ctx, file, mask))
HOOK(file_mprotect, (struct vm_area_struct *area, unsigned long asked, unsigned long prot),
     on_mprotect(ctx, area, prot))
#endif
// clang-format on

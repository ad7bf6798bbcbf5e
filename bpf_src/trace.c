// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
// What happens to files. `bccwatch trace` compiles this file each time it starts: change it and run again. A field that
// you add to the struct and set in fill() stands on every line as NAME=VALUE. The kernel's functions at which an event
// is made are at the end.
//
// Where nothing but opens is asked for, and no more of them than their names, bccwatch defines VIA_KPROBE or
// VIA_TRACEPOINT (trace/by_name.h), else FILE_EVENTS.

#include "trace/options.h" // what bccwatch wants of the program

#define TEXTS_BYTES 16384 // a power of two

struct data_t {
	u64 ts; // when, in ns since the boot; becomes the time that a line begins with
	u32 pid;
	char comm[16];
#if FILE_EVENTS
	u32 marks; // which of the fields have a value, and more (trace/event.h)
	u32 op;
	u32 flags, mode;
	s64 result;
	s64 bytes, offset;
	u64 latency; // ns

	u32 tid, uid, ppid;
	char pcomm[16];
	u64 cgroup;
	u32 mnt_ns, pid_ns;

	u64 ino;
	u32 dev;
	u16 type;

	struct text_at filename, to_filename; // as they were given; `to` is the second name of a rename or a link
	struct text_at path, to, exe;	      // as they really are
	char texts[TEXTS_BYTES] __attribute__((aligned(8))); // only the bytes used are sent
#else
	char fname[4096] __attribute__((aligned(8))); // where it is the last field, only the bytes used are sent
#endif
};

BPF_PERF_OUTPUT(events);

static inline void fill(struct data_t *d)
{
	d->ts = bpf_ktime_get_ns();
	d->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&d->comm, sizeof(d->comm));
}

#if !FILE_EVENTS

#include "trace/by_name.h" // on_open(), send()

#if VIA_KPROBE

int KPROBE_OPEN(struct pt_regs *ctx, int dfd, const void *file, const void *op)
{
	return on_open(ctx, file, op);
}

// open_by_handle_at(2) comes here with the file and no name, the kernel itself with a directory and a name.
int kprobe__do_file_open_root(struct pt_regs *ctx)
{
	struct open_root root = open_root_of(ctx);
	const char *name = is_wanted() ? name_of(&root) : NULL;

	return name ? send(ctx, name) : 0;
}

#endif
#if VIA_TRACEPOINT // the other calls that open are in trace/by_name.h

TRACEPOINT_PROBE(syscalls, sys_enter_openat)
{
	return on_enter(args, args->filename);
}

TRACEPOINT_PROBE(syscalls, sys_exit_openat)
{
	return on_exit(args, false);
}

#endif
#else

#include "trace/calls.h"      // begin_call(), note(), end_call(): operations on names
#include "trace/ends.h"	      // on_task_end()
#include "trace/hook.h"	      // BEFORE(), AFTER() and TIMED()
#include "trace/opens.h"      // on_open()
#include "trace/operations.h" // on_transfer(), on_attribute(), ...: operations on files
#include "trace/transfers.h"  // on_splice(), on_copy(), ...
#include "trace/versions.h"   // what kernels call differently

// An event that is complete becomes a sample.
static inline void submit(void *ctx, struct slot *s)
{
	u64 used = s->used;

	if (used > TEXTS_BYTES)
		used = TEXTS_BYTES;
	used += offsetof(struct data_t, texts);
	HIDE_FROM_CLANG(used);
	if (used > sizeof(s->event))
		used = sizeof(s->event);
	events.perf_submit(ctx, &s->event, used);
}

// Where the kernel is seen. What is opened:
// clang-format off

#if WANTS_OPEN || WANTS(OP_EXEC) || LEARNS
TIMED(OP_OPEN, OPEN_PATH, (int dfd, void *name, void *how), on_open(ctx, dfd, name, how, result))
TIMED(OP_OPEN, do_file_open_root, (ROOT_PATH, char *name, void *how), on_open_at_root(ctx, POINTER(ROOT_NAME), how, result))
#endif
#if WANTS_OPEN
BEFORE_SLEEPING(do_sys_openat2, (int dfd, char *name), drop_lookup())
AFTER(do_sys_openat2, (int dfd, char *name, void *how), on_failed_call(ctx, dfd, POINTER(1), how, result))
#endif
#if WANTS(OP_CLOSE)
BEFORE(__fput, (struct file *file), on_close(ctx, file))
#endif
#if WANTS(OP_EXEC)
AFTER(security_bprm_check, (struct linux_binprm *bprm), on_exec(ctx, bprm, result))
#endif

// What is read and written:

#if WANTS(OP_READ)
TIMED(OP_READ, vfs_read, (struct file *file, char *buf, size_t count, s64 *pos), on_transfer(ctx, OP_READ, file, POINTER(3), result))
TIMED(OP_READ, vfs_readv, (struct file *file, void *vec, unsigned long n, s64 *pos, int flags), on_transfer(ctx, OP_READ, file, POINTER(3), result))
AFTER(io_read, (void *request, unsigned int flags), on_io_uring(ctx, OP_READ, request, result))
AFTER(aio_read, (void *request, void *iocb, bool vectored, bool compat), on_aio(ctx, OP_READ, request, result))
#endif
#if WANTS(OP_WRITE)
TIMED(OP_WRITE, vfs_write, (struct file *file, char *buf, size_t count, s64 *pos), on_transfer(ctx, OP_WRITE, file, POINTER(3), result))
TIMED(OP_WRITE, vfs_writev, (struct file *file, void *vec, unsigned long n, s64 *pos, int flags), on_transfer(ctx, OP_WRITE, file, POINTER(3), result))
AFTER(io_write, (void *request, unsigned int flags), on_io_uring(ctx, OP_WRITE, request, result))
AFTER(aio_write, (void *request, void *iocb, bool vectored, bool compat), on_aio(ctx, OP_WRITE, request, result))
#endif
#if WANTS(OP_READ) || WANTS(OP_WRITE)
BEFORE(vfs_copy_file_range, (struct file *in), begin_copy(COPY, in))
AFTER(vfs_copy_file_range, (struct file *in, s64 in_pos, struct file *out, s64 out_pos, size_t n, unsigned int flags), on_copy(ctx, in, in_pos, out, out_pos, result))
BEFORE(vfs_clone_file_range, (struct file *in), begin_copy(CLONE, in))
AFTER(vfs_clone_file_range, (struct file *in, s64 in_pos, struct file *out, s64 out_pos, s64 n, unsigned int flags), on_clone(ctx, in, in_pos, out, out_pos, result))
BEFORE_SPLICE(do_splice_direct)
AFTER(do_splice_direct, (struct file *in, s64 *in_pos, struct file *out, s64 *out_pos, size_t n, unsigned int flags), on_splice(ctx, in, POINTER(1), out, POINTER(3), result))
BEFORE_SPLICE(do_splice)
AFTER(do_splice, (struct file *in, s64 *in_pos, struct file *out, s64 *out_pos, size_t n, unsigned int flags), on_splice(ctx, in, POINTER(1), out, POINTER(3), result))
#if HAS_SPLICE_TO_PIPE
AFTER(splice_file_to_pipe, (struct file *in, void *pipe, s64 *in_pos, size_t n, unsigned int flags), on_splice_to_pipe(ctx, in, POINTER(2), result))
#endif
#endif
#if WANTS(OP_TRUNCATE)
BEFORE(TRUNCATE, (char *name, s64 length), begin_truncate(POINTER(0), length))
AFTER(vfs_truncate, (struct path *path, s64 length), on_truncate_path(ctx, path, length, result))
AFTER(TRUNCATE, (char *name, s64 length), end_call(ctx, CALL_TRUNCATE, FROM_CWD, 0, result))
AFTER(do_truncate, (IDMAP struct dentry *dentry, s64 length, unsigned int times, struct file *file), on_truncate(ctx, file, length, times, result))
#endif
#if WANTS(OP_FALLOCATE)
TIMED(OP_FALLOCATE, vfs_fallocate, (struct file *file, int mode, s64 offset, s64 n), on_fallocate(ctx, file, mode, offset, n, result))
#endif
#if WANTS(OP_MMAP)
AFTER(security_mmap_file, (struct file *file, unsigned long protection, unsigned long flags), on_mmap(ctx, file, protection, flags, result))
AFTER(security_file_mprotect, (struct vm_area_struct *vma, unsigned long asked, unsigned long protection), on_mprotect(ctx, vma, protection, result))
#endif

// What gets another name, or none:

#if WANTS(OP_DELETE)
BEFORE(UNLINK, (int dfd, void *name), begin_call(CALL_UNLINK, OP_DELETE, DELETE_FILE, name, NULL))
BEFORE(security_path_unlink, (struct path *dir, struct dentry *dentry), note(CALL_UNLINK, dir, dentry))
AFTER(UNLINK, (int dfd, void *name), end_call(ctx, CALL_UNLINK, dfd, 0, result))
BEFORE(RMDIR, (int dfd, void *name), begin_call(CALL_RMDIR, OP_DELETE, DELETE_DIRECTORY, name, NULL))
BEFORE(security_path_rmdir, (struct path *dir, struct dentry *dentry), note(CALL_RMDIR, dir, dentry))
AFTER(RMDIR, (int dfd, void *name), end_call(ctx, CALL_RMDIR, dfd, 0, result))
#endif
#if WANTS(OP_RENAME)
BEFORE(RENAME, (int dfd, void *name, int to_dfd, void *to, unsigned int flags), begin_call(CALL_RENAME, OP_RENAME, flags, name, to))
BEFORE(security_path_rename, (struct path *dir, struct dentry *dentry, struct path *to_dir, struct dentry *to), note_both(CALL_RENAME, to_dir, dentry, to))
AFTER(RENAME, (int dfd, void *name, int to_dfd, void *to, unsigned int flags), end_call(ctx, CALL_RENAME, dfd, to_dfd, result))
#elif FILTER_FILE
BEFORE(security_path_rename, (struct path *dir, struct dentry *dentry, struct path *to_dir, struct dentry *to), on_new_name(dentry, to, false))
#endif
#if WANTS(OP_LINK)
BEFORE(LINK, (int dfd, void *name, int to_dfd, void *to, int flags), begin_call(CALL_LINK, OP_LINK, LINK_HARD, POINTER(1), POINTER(3)))
BEFORE(security_path_link, (struct dentry *dentry, struct path *to_dir, struct dentry *to), note_both(CALL_LINK, to_dir, dentry, to))
AFTER(LINK, (int dfd, void *name, int to_dfd, void *to, int flags), end_call(ctx, CALL_LINK, dfd, to_dfd, result))
BEFORE(SYMLINK, (void *target, int dfd, void *name), begin_symlink(POINTER(2), POINTER(0)))
BEFORE(security_path_symlink, (struct path *dir, struct dentry *dentry), note(CALL_SYMLINK, dir, dentry))
AFTER(SYMLINK, (void *target, int dfd, void *name), end_call(ctx, CALL_SYMLINK, dfd, 0, result))
#elif FILTER_FILE
BEFORE(security_path_link, (struct dentry *dentry, struct path *to_dir, struct dentry *to), on_new_name(dentry, to, true))
#endif
#if WANTS(OP_MKDIR)
BEFORE(MKDIR, (int dfd, void *name, u16 mode), begin_create(CALL_MKDIR, OP_MKDIR, POINTER(1), mode))
BEFORE(security_path_mkdir, (struct path *dir, struct dentry *dentry), note(CALL_MKDIR, dir, dentry))
AFTER(MKDIR, (int dfd, void *name, u16 mode), end_call(ctx, CALL_MKDIR, dfd, 0, result))
#endif
#if WANTS(OP_MKNOD)
BEFORE(MKNOD, (int dfd, void *name, u16 mode), begin_create(CALL_MKNOD, OP_MKNOD, POINTER(1), mode))
BEFORE(security_path_mknod, (struct path *dir, struct dentry *dentry, u16 mode), note_node(dir, dentry, mode))
AFTER(vfs_mknod, (IDMAP struct inode *dir, struct dentry *dentry, u16 mode, unsigned int device DELEGATED), end_call(ctx, CALL_BIND, FROM_CWD, 0, result))
AFTER(MKNOD, (int dfd, void *name, u16 mode, unsigned int device), end_call(ctx, CALL_MKNOD, dfd, 0, result))
#endif

// What is said of a file, and asked:

#if WANTS(OP_ATTR)
BEFORE(do_fchmodat, (int dfd, char *name), begin_call(CALL_CHMOD, OP_ATTR, ATTR_KIND_MODE, POINTER(1), NULL))
AFTER(chmod_common, (struct path *path, u16 mode), on_attribute(ctx, CALL_CHMOD, ATTR_KIND_MODE, path, mode, result))
AFTER(do_fchmodat, (int dfd, char *name, u16 mode CHMOD_FLAGS), end_call(ctx, CALL_CHMOD, dfd, 0, result))
BEFORE(do_fchownat, (int dfd, char *name), begin_call(CALL_CHOWN, OP_ATTR, ATTR_KIND_OWNER, POINTER(1), NULL))
AFTER(chown_common, (struct path *path, u32 uid, u32 gid), on_attribute(ctx, CALL_CHOWN, ATTR_KIND_OWNER, path, 0, result))
AFTER(do_fchownat, (int dfd, char *name, u32 uid, u32 gid, int flags), end_call(ctx, CALL_CHOWN, dfd, 0, result))
BEFORE(do_utimes, (int dfd, char *name), begin_call(CALL_UTIMES, OP_ATTR, ATTR_KIND_TIMES, POINTER(1), NULL))
AFTER(vfs_utimes, (struct path *path, void *times), on_attribute(ctx, CALL_UTIMES, ATTR_KIND_TIMES, path, 0, result))
AFTER(do_utimes, (int dfd, char *name, void *times, int flags), end_call(ctx, CALL_UTIMES, dfd, 0, result))
#include "trace/xattrs.h"
#endif
#if WANTS(OP_STAT)
BEFORE(vfs_statx, (int dfd, void *name), begin_call(CALL_STAT, OP_STAT, STAT_STAT, POINTER(1), NULL))
BEFORE(security_inode_getattr, (struct path *path), note_path(CALL_STAT, path))
AFTER(security_inode_getattr, (struct path *path), on_stat(ctx, path, result))
AFTER(vfs_statx, (int dfd, void *name, int flags, void *stat, u32 mask), end_call(ctx, CALL_STAT, dfd, 0, result))
BEFORE(do_faccessat, (int dfd, char *name), begin_call(CALL_ACCESS, OP_STAT, STAT_ACCESS, POINTER(1), NULL))
AFTER(filename_lookup, (int dfd, void *name, unsigned int flags, struct path *path, void *root), on_looked_up(path, result))
AFTER(do_faccessat, (int dfd, char *name, int mode, int flags), end_call(ctx, CALL_ACCESS, dfd, 0, result))
BEFORE(do_readlinkat, (int dfd, char *name), begin_call(CALL_READLINK, OP_STAT, STAT_READLINK, POINTER(1), NULL))
BEFORE(security_inode_readlink, (struct dentry *dentry), note_name(CALL_READLINK, some_mount(dentry), dentry))
AFTER(do_readlinkat, (int dfd, char *name, char *buf, int n), end_call(ctx, CALL_READLINK, dfd, 0, result))
#endif

// What is only noticed: processes that are watched have children; inodes are gone.

#if FOLLOWS_TASKS
BEFORE(wake_up_new_task, (struct task_struct *task), on_new_task(task))
BEFORE(release_task, (struct task_struct *task), on_task_gone(task))
#endif
#if WANTS_CALLS || WANTS_TIMERS
BEFORE(TASK_END, (struct task_struct *task), on_task_end())
#endif
#if FILTER_FILE
BEFORE(security_inode_free, (struct inode *inode), on_free(inode))
#endif
// clang-format on
#endif

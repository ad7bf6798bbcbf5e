// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
// Who opens a forbidden file, and is stopped. `bccwatch block` compiles this file each time it starts: change it and
// run again. A field that you add to the struct and set in report() stands on every line as NAME=VALUE.

struct data_t {
	u64 ts; // when, in ns since the boot; becomes the time that a line begins with
	u32 pid;
	char comm[16];
	char operation[12];			      // what was tried: open, create, mount on
	char outcome[24];			      // what became of it; stands behind the name
	char fname[4096] __attribute__((aligned(8))); // where it is the last field, only the bytes used are sent
};

#include <linux/cred.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/user_namespace.h>
#include <uapi/linux/ptrace.h>

#include "counters.h"
#include "opens.h"
#include "rules.h"

// How many folders above a file are looked at, on its file system and on each that this is mounted on; and how many of
// those.
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0)
#define FOLDERS 4096
#else
#define FOLDERS 1024
#endif
#define FOLDERS_ELSE  1024 // where it is no open that is asked about: each is followed by the verifier at the start
#define FOLDERS_MOUNT 512  // where something is mounted
#define FOLDERS_ABOVE 64
#define MOUNTS	      16
#define FOLDERS_ONCE  128 // where another answer is at hand

#define BEHIND_NAME  (sizeof(struct data_t) - offsetof(struct data_t, fname) - sizeof(((struct data_t *)0)->fname))
#define SHOWN	     128 // how many folders of a path are shown
#define KILL	     9
#define TRUNCATES    01000     // O_TRUNC
#define SETS_SIZE    (1 << 3)  // ATTR_SIZE
#define BY_FILE	     (1 << 13) // ATTR_FILE: by a descriptor
#define DISCONNECTED (1 << 5)  // DCACHE_DISCONNECTED: of a dentry without a parent, that it is no root either

// Reads a member through a pointer into the kernel; libbcc's own way works in kprobes alone.
#define PEEK(to, from) bpf_probe_read_kernel(&(to), sizeof(to), &(from))

#define FORGET(variable) bpf_probe_read_kernel(&(variable), sizeof(variable), &(variable))

// An event in the making. Programs on these hooks can be preempted, so it belongs to the task and not to the CPU.
struct slot {
	struct data_t event;
	char behind[256]; // so that for the verifier, too, what is written into the name stays inside
	volatile u32 at;  // where the path begins; here, where the verifier does not follow each of its values
};

// What of a dentry leads on: there they lie side by side, too, and one read fetches them.
struct links {
	struct dentry *parent;
	struct qstr name;
	struct inode *inode;
};
#define READ_LINKS(to, dentry) bpf_probe_read_kernel(&(to), sizeof(to), &(dentry)->d_parent)
_Static_assert(offsetof(struct dentry, d_name) - offsetof(struct dentry, d_parent) == offsetof(struct links, name) &&
		       offsetof(struct dentry, d_inode) - offsetof(struct dentry, d_parent) ==
			       offsetof(struct links, inode),
	       "struct links is a part of struct dentry");

BPF_PERF_OUTPUT(events);
BPF_PERCPU_ARRAY(counters, u64, COUNTERS);
BPF_PERCPU_ARRAY(judged, u64, JUDGED);
BPF_ARRAY(settings, struct settings, 1);
BPF_ARRAY(learned, struct learned, 1);
BPF_ARRAY(blank, struct slot, 1);
BPF_HASH(slots, u64, struct slot, 256);
BPF_HASH(names, struct name_key, u32, 1); // bccwatch makes these as large as the rules want
BPF_HASH(files, struct file_id, struct guarded, 1);
BPF_HASH(dirs, struct file_id, struct guarded, 1);
BPF_HASH(devices, u32, u32, 1);
BPF_HASH(except_uids, u32, u32, 1);
BPF_HASH(except_exes, u64, u32, 1);
struct comm {
	char name[16];
};
BPF_HASH(except_comms, struct comm, u32, 1);

static inline void count(int what)
{
	u64 *n = counters.lookup(&what);

	if (n)
		__sync_fetch_and_add(n, 1); // where these programs can be preempted, two can count on one CPU
}

static inline void judge(int what)
{
	u64 *n = judged.lookup(&what);

	if (n)
		__sync_fetch_and_add(n, 1);
}

static inline void identify(struct inode *inode, struct file_id *id)
{
	struct super_block *sb = NULL;

	PEEK(sb, inode->i_sb);
	PEEK(id->dev, sb->s_dev);
	PEEK(id->ino, inode->i_ino);
	PEEK(id->generation, inode->i_generation);
}

static inline bool is_hello(struct settings *s)
{
	u64 comm[2] = {}, hello[2];

	bpf_get_current_comm(&comm, sizeof(comm));
	__builtin_memcpy(hello, s->hello, sizeof(hello));
	return comm[0] == hello[0] && comm[1] == hello[1];
}

static inline struct mount *mount_of(struct vfsmount *mnt)
{
	return mnt ? (struct mount *)((char *)mnt - offsetof(struct mount, mnt)) : NULL;
}

static inline void put_name(struct slot *s, struct qstr *name)
{
	u64 len = name->len < 255 ? name->len : 255, at; // vfat has longer ones

	asm volatile("" : "+r"(len)); // what clang knows of its bounds the verifier does not
	len &= 255;
	s->at -= len + 1;
	at = s->at;
	asm volatile("" : "+r"(at));
	at &= sizeof(s->event.fname) - 1;
	s->event.fname[at] = '/';
	bpf_probe_read_kernel(s->event.fname + 1 + at, len, name->name);
}

// The path from the names of the dentries above, as it is seen where it was opened: written from its end on, then moved
// to the beginning. Returns its length with the NUL.
static inline u64 put_path(struct slot *s, struct dentry *dentry, struct mount *mount)
{
	struct links links;
	u64 used;
	int i;

	s->at = sizeof(s->event.fname) - 1;
	for (i = 0; i < SHOWN && s->at > 260; i++) {
		struct dentry *root = NULL;
		struct mount *upper = NULL;

		PEEK(root, mount->mnt.mnt_root); // NULL where there is no mount
		READ_LINKS(links, dentry);
		if (dentry == root) { // goes on where this is mounted
			PEEK(upper, mount->mnt_parent);
			PEEK(links.parent, mount->mnt_mountpoint);
			if (upper == mount)
				goto whole;
			mount = upper;
		} else if (links.parent == dentry) {
			goto whole;
		} else {
			put_name(s, &links.name);
		}
		dentry = links.parent;
	}
	count(COUNTER_CUT);
	for (i = 0; i < 3; i++)
		s->event.fname[--s->at & (sizeof(s->event.fname) - 1)] = '.';
whole:
	used = sizeof(s->event.fname) - s->at;
	asm volatile("" : "+r"(used));
	used &= sizeof(s->event.fname) - 1;
	bpf_probe_read_kernel(s->event.fname, used, s->event.fname + (s->at & (sizeof(s->event.fname) - 1)));
	return used;
}

// What is told of: a file, by its dentry and mount, or, where only that is seen, the string that was to be opened.
struct target {
	struct dentry *dentry;
	struct mount *mount;
	const char *string;
	enum { OPEN, CREATE, MOUNT_ON } operation;
};

static inline void report(void *ctx, const struct target *target, const char *outcome)
{
	u64 task = bpf_get_current_pid_tgid(), used;
	int zero = 0;
	struct slot *b = blank.lookup(&zero), *s;

	if (!b || slots.update(&task, b) < 0) {
		count(COUNTER_LOST);
		return;
	}
	s = slots.lookup(&task);
	if (!s)
		return;
	s->event.ts = bpf_ktime_get_ns();
	s->event.pid = task >> 32;
	bpf_get_current_comm(&s->event.comm, sizeof(s->event.comm));
	if (target->operation == OPEN)
		__builtin_memcpy(s->event.operation, "open", 5);
	else if (target->operation == CREATE)
		__builtin_memcpy(s->event.operation, "create", 7);
	else
		__builtin_memcpy(s->event.operation, "mount on", 9);
	bpf_probe_read_kernel(&s->event.outcome, sizeof(s->event.outcome), outcome);
	if (target->string)
		used = bpf_probe_read_kernel_str(s->event.fname, sizeof(s->event.fname), target->string);
	else
		used = put_path(s, target->dentry, target->mount);
	asm volatile("" : "+r"(used)); // one register for the test and the use: else the verifier sees no bound
	if (used > sizeof(s->event.fname))
		used = sizeof(s->event.fname);
	used = BEHIND_NAME ? sizeof(s->event) : used + offsetof(struct data_t, fname);
	events.perf_submit(ctx, &s->event, used);
	slots.delete(&task);
}

#define UNKNOWN 0x80000000 // beside ACCESS_*: whether it is forbidden can't be told

// So, and not by a minus, the verifier sees that an LSM program returns nothing else than an error or 0.
static inline long refusal(u64 error)
{
	long refused = 0;

	error &= 4095;
	asm volatile("%0 -= %1" : "+r"(refused) : "r"(error));
	return refused;
}

// Stops an access that is `forbidden`, and tells of it. Returns what the hook returns: 0, or a negative error, of which
// `error` is the positive; 0 where the hook can't refuse. Nobody is killed for what may be allowed, if it can be
// refused.
static inline long stop(void *ctx, struct settings *s, const struct target *target, u32 forbidden, u64 error)
{
	u32 pid = bpf_get_current_pid_tgid() >> 32;
	bool kills = s->kill && pid != 1 && !(forbidden & UNKNOWN && error);
	char outcome[24] = "denied.";

	if (s->dry_run) {
		__builtin_memcpy(outcome, "would be denied.", 17);
		error = 0;
	} else if (kills && bpf_send_signal(KILL) == 0) {
		__builtin_memcpy(outcome, "killed.", 8);
	} else if (!error) {
		__builtin_memcpy(outcome, "not stopped.", 13);
	}
	if (s->mode == MODE_ENFORCE) {
		judge(outcome[0] == 'n' ? JUDGED_FAILED : JUDGED_STOPPED);
		if (forbidden & UNKNOWN)
			judge(JUDGED_UNKNOWN);
		report(ctx, target, outcome);
	}
	return refusal(error);
}

#ifdef EXCEPT_EXE

BPF_HASH(programs, u64, u32, 65536); // by the task_struct of a process: is the program that it executes excepted?

// The program by what the kernel calls the process's executable. A process can have that changed: prctl(PR_SET_MM).
static inline bool has_excepted_exe(struct task_struct *task)
{
	struct mm_struct *mm = NULL;
	struct file *exe = NULL;
	u64 inode = 0;

	PEEK(mm, task->mm);
	PEEK(exe, mm->exe_file);
	PEEK(inode, exe->f_inode);
	return except_exes.lookup(&inode);
}

static inline bool existed_before(struct settings *s, struct task_struct *leader)
{
	u64 start = 0;

	PEEK(start, leader->start_time);
	return start < s->started;
}

// Of a process whose execve(2) was not seen, what it says of its executable counts only where nobody but root can have
// changed that: root's own, outside of user namespaces.
static inline bool is_trusted(struct task_struct *task)
{
	struct user_namespace *namespace = NULL;
	const struct cred *cred = NULL;
	u32 uid = 1, level = 1;

	PEEK(cred, task->real_cred);
	PEEK(uid, cred->uid);
	PEEK(namespace, cred->user_ns);
	PEEK(level, namespace->level);
	return uid == 0 && level == 0;
}

static inline bool runs_excepted(struct settings *s)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *leader = NULL;
	u32 *excepted;

	PEEK(leader, task->group_leader);
	excepted = programs.lookup((u64 *)&leader);
	if (excepted)
		return *excepted;
	return existed_before(s, leader) && is_trusted(task) && has_excepted_exe(task);
}

// A program was executed: which one is known here, whatever the process says of it later.
static inline int on_exec(void)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task(), *leader = NULL;
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	u32 excepted;

	if (!s || !s->started)
		return 0;
	PEEK(leader, task->group_leader);
	excepted = has_excepted_exe(task);
	if (excepted || existed_before(s, leader))
		programs.update((u64 *)&leader, &excepted);
	else
		programs.delete((u64 *)&leader);
	return 0;
}

// A new process runs the program of the one that it is made by.
static inline int on_fork(struct task_struct *child, u64 flags)
{
	u32 excepted = 1;
	int zero = 0;
	struct settings *s = settings.lookup(&zero);

	if (!s || flags & CLONE_THREAD)
		return 0;
	if (runs_excepted(s))
		programs.update((u64 *)&child, &excepted);
	else
		programs.delete((u64 *)&child);
	return 0;
}

static inline int on_exit(struct task_struct *task)
{
	programs.delete((u64 *)&task);
	return 0;
}

#endif

static inline bool is_excepted(struct settings *s)
{
#ifdef EXCEPT_UID
	// The task's own: while an overlay opens the file of a layer, the current one is who mounted it.
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	const struct cred *cred = NULL;
	u32 uid = 0;

	PEEK(cred, task->real_cred);
	PEEK(uid, cred->uid);
	if (except_uids.lookup(&uid))
		return true;
#endif
#ifdef EXCEPT_COMM
	struct comm comm = {};

	bpf_get_current_comm(&comm, sizeof(comm));
	if (except_comms.lookup(&comm))
		return true;
#endif
#ifdef EXCEPT_EXE
	if (runs_excepted(s))
		return true;
#endif
	return false;
}

// Which accesses are forbidden to what bears this name, wherever it is?
static inline u32 forbidden_name(struct dentry *dentry)
{
#ifdef BY_NAME
	struct name_key key = {};
	char *name = NULL;
	u32 *found;

	PEEK(name, dentry->d_name.name);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), name);
	found = names.lookup(&key);
	return found ? *found : 0;
#else
	return 0;
#endif
}

// To what is in this place, of this name in this folder?
static inline u32 forbidden_spot(struct dentry *dentry)
{
#ifdef BY_PATH
	struct name_key key = {};
	struct links links, parent;
	u32 *found;

	READ_LINKS(links, dentry);
	READ_LINKS(parent, links.parent);
	identify(parent.inode, &key.parent);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), links.name.name);
	found = names.lookup(&key);
	return found ? *found : 0;
#else
	return 0;
#endif
}

// Is the file itself, whatever its name?
static inline u32 forbidden_file(struct inode *inode)
{
#if defined(BY_PATH) || defined(BY_DIR)
	struct file_id id = {};
	struct guarded *found;

	identify(inode, &id);
	found = files.lookup(&id);
	return found ? found->access : 0;
#else
	return 0;
#endif
}

// The way up through the folders of one file system.
struct climb {
	struct dentry *dentry;
	struct links links; // of dentry
	struct file_id id;  // of its inode; dev is that of the file system
};

// To the next folder that is one of dirs, whose accesses it returns; 0 at the top; UNKNOWN where that is farther away.
static inline u32 climb(struct climb *c, int folders)
{
	u32 access = UNKNOWN | ACCESS_ANY;

	for (int i = 0; i < folders / 4; i++) {
#pragma unroll
		for (int k = 0; k < 4; k++) { // the top's folder is the top again
			struct guarded *found;

			c->dentry = c->links.parent;
			READ_LINKS(c->links, c->dentry);
			PEEK(c->id.ino, c->links.inode->i_ino);
			PEEK(c->id.generation, c->links.inode->i_generation);
			found = dirs.lookup(&c->id);
			if (found) {
				access = found->access;
				goto end;
			}
		}
		if (c->links.parent == c->dentry) {
			access = 0;
			goto end;
		}
	}
end:
	FORGET(access);
	return access;
}

// Is it beneath a folder of dirs? UNKNOWN, too, where its folders end before the top of a file system with such one.
//
// The verifier follows each turn of the loops, and each difference between two ways through a turn; it keeps at most
// 8,192 ways that it is still to follow. So a turn of climb has as few branches as can be, what goes from one to the
// next is written by helpers, of which it knows nothing, and this comes before all other questions, whose answers would
// each be followed through it.
//
// mount: NULL where it is not known; then only the file's own file system is looked at. itself: the dentry may be one
// of dirs, too.
static inline u32 forbidden_place(struct dentry *dentry, struct mount *mount, int folders, int mounts, bool itself)
{
#ifdef BY_DIR
	struct super_block *sb = NULL;
	struct climb c = {};
	u32 access = 0, flags = 0;

	FORGET(mount);
	c.dentry = dentry;
	READ_LINKS(c.links, dentry);
	PEEK(sb, dentry->d_sb);
	PEEK(c.id.dev, sb->s_dev);
	if (itself)
		c.links.parent = dentry;
	if (itself || c.links.parent != c.dentry)
		access = climb(&c, folders);
	if (access & UNKNOWN && !mounts && !devices.lookup(&c.id.dev))
		access = 0; // however deep: there is no directory of dirs on this file system
	for (int i = 0; i <= mounts; i++) {
		struct mount *lower = mount;

		if (access)
			return access;
		// open_by_handle_at can make dentries that hang on nothing; it matters where dirs has an entry. (On NFS
		// each mount has a root of its own.)
		PEEK(flags, c.dentry->d_flags);
		if (flags & DISCONNECTED && devices.lookup(&c.id.dev))
			return UNKNOWN | ACCESS_ANY;
		if (i == mounts)
			break;
		PEEK(mount, lower->mnt_parent);
		PEEK(c.links.parent, lower->mnt_mountpoint);
		if (mount == lower || !c.links.parent)
			return 0; // mounted nowhere
		PEEK(sb, c.links.parent->d_sb);
		PEEK(c.id.dev, sb->s_dev);
		access = climb(&c, FOLDERS_ABOVE);
	}
	return mounts ? UNKNOWN | ACCESS_ANY : 0;
#else
	return 0;
#endif
}

// Is this open one by which bccwatch learns what a file is?
static inline bool learn(struct settings *s, struct inode *inode)
{
	struct learned *l;
	int zero = 0;
	u64 n;

	if (!is_hello(s))
		return false;
	if (s->mode != MODE_CANARY && s->self && s->self != bpf_get_current_pid_tgid() >> 32)
		return false; // it has read bccwatch's name, and taken it
	l = learned.lookup(&zero);
	if (!l)
		return false;
	n = l->count;
	__sync_fetch_and_add(&l->count, 1); // two at once are two: then bccwatch takes neither
	if (n > 0)
		return true;
	if (inode)
		identify(inode, &l->file);
	l->inode = (u64)inode;
	l->process = bpf_get_current_pid_tgid() >> 32;
	return true;
}

static inline bool is_self(struct settings *s)
{
	return bpf_get_current_pid_tgid() >> 32 == s->self;
}

// What was learned is met again. On some file systems two files have the same number at once (btrfs: a snapshot's;
// overlayfs: its layers'); then neither takes the guard along when it goes.
static inline long met(struct guarded *found, struct inode *inode)
{
	if (found->inode != GUARDED_EVICTED && found->inode != (u64)inode)
		found->inode = GUARDED_STAYS;
	return 0;
}

#if defined(BY_PATH) || defined(BY_DIR)

// 0 or an error: the map is full.
static inline long learn_file(struct inode *inode, u32 access)
{
	struct guarded guarded = {(u64)inode, access}, *found;
	struct file_id id = {};

	identify(inode, &id);
	found = files.lookup(&id);
	return found ? met(found, inode) : files.insert(&id, &guarded);
}

static inline long learn_folder(struct inode *inode, u32 access)
{
	struct guarded guarded = {(u64)inode, access}, *found;
	struct file_id id = {};

	identify(inode, &id);
	found = dirs.lookup(&id);
	return found ? met(found, inode) : dirs.insert(&id, &guarded);
}

#endif

// What is in a guarded place is guarded from then on, also where it is allowed this time.
static inline void learn_spot(u32 access, struct inode *inode)
{
#ifdef BY_PATH
	if (access)
		learn_file(inode, access); // if it is full, a link or a rename from here is refused: see on_new_name
#endif
}

#define BTRFS_MAGIC 0x9123683e

static inline bool has_twins(struct inode *inode)
{
	struct super_block *sb = NULL;
	unsigned long magic = 0;

	PEEK(sb, inode->i_sb);
	PEEK(magic, sb->s_magic);
	return magic == BTRFS_MAGIC;
}

// The inode leaves memory, or is gone for good: does what was learned go with it?
static inline bool goes_with(struct guarded *found, struct inode *inode, bool gone)
{
	if (gone)
		return found->inode == (u64)inode || found->inode == GUARDED_EVICTED;
	if (found->inode == (u64)inode)
		found->inode = has_twins(inode) ? GUARDED_STAYS : GUARDED_EVICTED;
	return false;
}

// A file that is gone needs no place any more; its number may come again.
static inline int on_free(struct inode *inode)
{
#if defined(BY_PATH) || defined(BY_DIR)
	struct super_block *sb = NULL;
	struct dentry *root = NULL;
	struct guarded *found;
	struct file_id id = {};
	u32 links = 1;
	bool gone;

	PEEK(links, inode->i_nlink);
	PEEK(sb, inode->i_sb);
	PEEK(root, sb->s_root);
	gone = !links || !root; // the file, or all its file system: that has no root any more while it is unmounted
	identify(inode, &id);
	found = files.lookup(&id);
	if (found && goes_with(found, inode, gone))
		files.delete(&id);
	found = dirs.lookup(&id);
	if (found && goes_with(found, inode, gone)) {
		dirs.delete(&id);
		if (!root)
			devices.delete(&id.dev); // another file system can get its number
	}
#endif
	return 0;
}

// The accesses that are denied to this process; 0 if none of those that it wants is.
static inline u32 forbidden_here(struct settings *s, u32 forbidden, u32 wanted)
{
	return forbidden & wanted & s->access && !is_excepted(s) && !is_self(s) ? forbidden : 0;
}

// What is forbidden of that which is wanted, or 0. inode: NULL where there is no file yet.
static inline u32 forbidden(struct settings *s, struct dentry *dentry, struct mount *mount, struct inode *inode,
			    u32 wanted, int folders, int mounts)
{
	u32 forbidden = forbidden_place(dentry, mount, folders, mounts, false); // first: see there
	u32 spot = forbidden_spot(dentry);

	if (inode) {
		learn_spot(spot, inode);
		forbidden |= forbidden_file(inode);
	}
	forbidden |= spot | forbidden_name(dentry);
	return forbidden_here(s, forbidden, wanted);
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 1, 0) // where the union lost its name
#define ALIAS d_alias
#else
#define ALIAS d_u.d_alias
#endif

// An overlay opens a file of a layer, which is the one that counts, under its own path: some name of that file.
static inline struct dentry *dentry_of(struct dentry *dentry, struct inode *inode)
{
	struct inode *named = NULL;
	struct hlist_node *alias = NULL;

	PEEK(named, dentry->d_inode);
	if (named != inode)
		PEEK(alias, inode->i_dentry.first);
	return alias ? (struct dentry *)((char *)alias - offsetof(struct dentry, ALIAS)) : dentry;
}

static inline u32 wanted_of(u32 flags, u32 mode)
{
	u32 wanted = mode & FMODE_READ ? ACCESS_READ : 0;

	if (flags & OPEN_FOR_EXEC)
		wanted = ACCESS_EXEC;
	if (mode & FMODE_WRITE || flags & TRUNCATES)
		wanted |= ACCESS_WRITE;
	return wanted ? wanted : ACCESS_ANY; // O_PATH does not come here, ioctl's access mode 3 does
}

static inline long on_open(void *ctx, struct file *file)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct target target = {};
	struct vfsmount *mnt = NULL;
	struct inode *inode = NULL;
	u32 flags = 0, mode = 0, what = 0;

	if (!s)
		return 0;
	PEEK(target.dentry, file->f_path.dentry);
	PEEK(mnt, file->f_path.mnt);
	PEEK(inode, file->f_inode);
	PEEK(flags, file->f_flags);
	PEEK(mode, file->f_mode);
	target.mount = mount_of(mnt);
	if (s->learning && learn(s, inode)) {
		if (s->mode != MODE_CANARY)
			return -EACCES;
	} else {
		if (s->mode != MODE_ENFORCE)
			return 0;
		what = forbidden(s, dentry_of(target.dentry, inode), target.mount, inode, wanted_of(flags, mode),
				 FOLDERS, MOUNTS);
		if (!what)
			return 0;
	}
	return stop(ctx, s, &target, what, s->error);
}

static inline struct settings *enforced(void)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);

	return s && s->mode == MODE_ENFORCE ? s : NULL;
}

// Something comes to be there: refused, before it is. While bccwatch searches a folder that others change without end
// (frozen), nothing can, for anybody. In a dry run a file is told of when what was created is opened.
static inline long on_create(void *ctx, struct dentry *dentry, bool opened)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct target target = {dentry, NULL, NULL, opened ? OPEN : CREATE};
	u32 what;

	if (!s || (s->mode != MODE_ENFORCE && !s->frozen))
		return 0;
	what = forbidden_place(dentry, NULL, FOLDERS_ELSE, 0, false); // first: see there
	if (s->frozen)
		return what ? -EBUSY : 0;
	what = forbidden_here(s, what | forbidden_spot(dentry) | forbidden_name(dentry), ACCESS_WRITE);
	return what && !(s->dry_run && opened) ? stop(ctx, s, &target, what, s->error) : 0;
}

// A directory or a symlink is created: refused beneath a protected directory alone.
static inline long on_create_beneath(void *ctx, struct dentry *dentry)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct target target = {dentry, NULL, NULL, CREATE};
	u32 what;

	if (!s || (s->mode != MODE_ENFORCE && !s->frozen))
		return 0;
	what = forbidden_place(dentry, NULL, FOLDERS_ELSE, 0, false);
	if (s->frozen)
		return what ? -EBUSY : 0;
	what = forbidden_here(s, what, ACCESS_WRITE);
	return what ? stop(ctx, s, &target, what, s->error) : 0;
}

// The same for a file, by what is asked before and knows the mount: the folder may lie on one that is beneath a guarded
// one by its path alone. Where it finds no answer, on_create does.
static inline long on_mknod(void *ctx, const struct path *dir, struct dentry *dentry, bool opened)
{
	struct settings *s = enforced();
	struct target target = {dentry, NULL, NULL, opened ? OPEN : CREATE};
	struct vfsmount *mnt = NULL;
	u32 what = 0;

	PEEK(mnt, dir->mnt);
	target.mount = mount_of(mnt);
	if (s && !s->dry_run) // on_create tells, once
		what = forbidden_here(s, forbidden_place(dentry, target.mount, FOLDERS_ONCE, MOUNTS, false),
				      ACCESS_WRITE);
	return what && !(what & UNKNOWN) ? stop(ctx, s, &target, what, s->error) : 0;
}

static inline bool is_regular(u16 mode)
{
	return (mode & 0170000) == 0100000 || !(mode & 0170000);
}

// What is mounted there would be beneath a guarded folder by this path alone: refused.
static inline long on_mount(void *ctx, const struct path *point)
{
	struct settings *s = enforced();
	struct target target = {};
	struct vfsmount *mnt = NULL;
	u32 what;

	if (!s)
		return 0;
	target.operation = MOUNT_ON;
	PEEK(target.dentry, point->dentry);
	PEEK(mnt, point->mnt);
	target.mount = mount_of(mnt);
	what = forbidden_here(s, forbidden_place(target.dentry, target.mount, FOLDERS_MOUNT, MOUNTS, true), ACCESS_ANY);
	return what ? stop(ctx, s, &target, what, s->error) : 0;
}

// mount(2) also changes what is mounted already.
static inline bool adds_mount(u64 flags)
{
	if (flags & MS_REMOUNT)
		return false;
	return flags & MS_BIND || !(flags & (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE));
}

// Without an open: truncate(2).
static inline long on_truncate(void *ctx, const struct path *path)
{
	struct settings *s = enforced();
	struct target target = {};
	struct vfsmount *mnt = NULL;
	struct inode *inode = NULL;
	u32 what;

	if (!s)
		return 0;
	PEEK(target.dentry, path->dentry);
	PEEK(mnt, path->mnt);
	PEEK(inode, target.dentry->d_inode);
	target.mount = mount_of(mnt);
	what = forbidden(s, target.dentry, target.mount, inode, ACCESS_WRITE, FOLDERS_ELSE, MOUNTS);
	return what ? stop(ctx, s, &target, what, s->error) : 0;
}

// An overlay truncates the file of its layer so. Other calls of truncate(2) come here, too, after they were judged by
// their path; a dry run would tell of them twice, and tells of none here.
static inline long on_setattr(void *ctx, struct dentry *dentry, struct iattr *attr)
{
	struct settings *s = enforced();
	struct target target = {dentry, NULL, NULL};
	struct inode *inode = NULL;
	u32 valid = 0, what;

	PEEK(valid, attr->ia_valid);
	if (!s || s->dry_run || !(valid & SETS_SIZE) || valid & BY_FILE)
		return 0;
	PEEK(inode, dentry->d_inode);
	what = forbidden(s, dentry, NULL, inode, ACCESS_WRITE, FOLDERS_ELSE, 0);
	return what ? stop(ctx, s, &target, what, s->error) : 0;
}

// What a file that gets another name, or another folder, is guarded for from now on; 0: its place says it, or nothing.
// While bccwatch looks for files of several links, one that moves may be where it has looked already.
// While the folder is frozen: also whether it would come to be beneath.
static inline u32 guarded_from_now(struct settings *s, struct dentry *from, struct dentry *to)
{
	u32 access = forbidden_place(from, NULL, FOLDERS_ELSE, 0, false), there;
	struct links old, new;

	READ_LINKS(old, from);
	READ_LINKS(new, to);
	if (!s->learning && old.parent == new.parent && !(access & UNKNOWN)) {
		access = 0;
	} else if (s->frozen || (access && !(access & UNKNOWN) && !s->learning)) {
		there = forbidden_place(to, NULL, FOLDERS_ONCE, 0, false);
		if (s->frozen)
			access |= there;
		else if (there == access)
			access = 0; // within the guarded folder
	}
	FORGET(access);
	return access;
}

// What is guarded stays so, what comes to a guarded path is from now on. Also while bccwatch looks for the names that
// files beneath a folder have elsewhere, so that it misses none.
static inline long on_new_name(void *ctx, struct dentry *from, struct dentry *to)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct links old;
	u32 access;
	u16 mode = 0;
	long r = 0;

	if (!s || s->mode == MODE_CANARY)
		return 0;
	access = guarded_from_now(s, from, to);
	if (s->frozen && access)
		return -EBUSY;
	if (access & UNKNOWN) {
		judge(s->mode == MODE_ENFORCE ? JUDGED_UNKNOWN : JUDGED_MOVED);
		goto refuse;
	}
	access |= forbidden_spot(to) | forbidden_spot(from);
	if (!access)
		return 0;
	READ_LINKS(old, from);
	PEEK(mode, old.inode->i_mode);
#if defined(BY_PATH) || defined(BY_DIR)
	if ((mode & 0170000) != 0040000) {
		r = learn_file(old.inode, access);
	} else {
		r = learn_folder(old.inode, access);
		if (s->learning)
			judge(JUDGED_MOVED);
	}
#endif
	if (r == 0 || r == -EEXIST)
		return 0;
	judge(JUDGED_UNLEARNED);
refuse:
	if (s->mode != MODE_ENFORCE)
		return 0;
	judge(JUDGED_STOPPED);
	return refusal(s->error);
}

#ifdef HOOK_LSM

LSM_PROBE(file_open, struct file *file)
{
	return on_open(ctx, file);
}

LSM_PROBE(inode_create, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return on_create(ctx, dentry, true);
}

LSM_PROBE(inode_mknod, struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev)
{
	return on_create(ctx, dentry, false);
}

LSM_PROBE(path_truncate, const struct path *path)
{
	return on_truncate(ctx, path);
}

#ifdef BY_DIR

LSM_PROBE(path_mknod, const struct path *dir, struct dentry *dentry, umode_t mode, unsigned int dev)
{
	return on_mknod(ctx, dir, dentry, is_regular(mode));
}

LSM_PROBE(inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	return on_create_beneath(ctx, dentry);
}

LSM_PROBE(inode_symlink, struct inode *dir, struct dentry *dentry, const char *to)
{
	return on_create_beneath(ctx, dentry);
}

#endif
#ifdef DENY_MOUNTS

LSM_PROBE(sb_mount, const char *device, const struct path *point, const char *type, unsigned long flags, void *data)
{
	return adds_mount(flags) ? on_mount(ctx, point) : 0;
}

LSM_PROBE(move_mount, const struct path *from, const struct path *point)
{
	return on_mount(ctx, point);
}

LSM_PROBE(sb_pivotroot, const struct path *point, const struct path *root)
{
	return on_mount(ctx, point);
}

#endif
#if defined(BY_PATH) || defined(BY_DIR)

#ifdef SETATTR_IDMAP // from Linux 6.9 on
LSM_PROBE(inode_setattr, void *idmap, struct dentry *dentry, struct iattr *attr)
#else
LSM_PROBE(inode_setattr, struct dentry *dentry, struct iattr *attr)
#endif
{
	return on_setattr(ctx, dentry, attr);
}

LSM_PROBE(inode_link, struct dentry *from, struct inode *dir, struct dentry *to)
{
	return on_new_name(ctx, from, to);
}

LSM_PROBE(inode_rename, struct inode *old, struct dentry *from, struct inode *dir, struct dentry *to)
{
	return on_new_name(ctx, from, to);
}

#endif
#endif
#ifdef HOOK_FMOD_RET

KMOD_RET(security_file_open, struct file *file, int ret)
{
	return ret ? ret : on_open(ctx, file);
}

KMOD_RET(security_inode_create, struct inode *dir, struct dentry *dentry, umode_t mode, int ret)
{
	return ret ? ret : on_create(ctx, dentry, true);
}

KMOD_RET(security_inode_mknod, struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev, int ret)
{
	return ret ? ret : on_create(ctx, dentry, false);
}

KMOD_RET(security_path_truncate, const struct path *path, int ret)
{
	return ret ? ret : on_truncate(ctx, path);
}

#ifdef BY_DIR

KMOD_RET(security_path_mknod, const struct path *dir, struct dentry *dentry, umode_t mode, unsigned int dev, int ret)
{
	return ret ? ret : on_mknod(ctx, dir, dentry, is_regular(mode));
}

KMOD_RET(security_inode_mkdir, struct inode *dir, struct dentry *dentry, umode_t mode, int ret)
{
	return ret ? ret : on_create_beneath(ctx, dentry);
}

KMOD_RET(security_inode_symlink, struct inode *dir, struct dentry *dentry, const char *to, int ret)
{
	return ret ? ret : on_create_beneath(ctx, dentry);
}

#endif
#ifdef DENY_MOUNTS

KMOD_RET(security_sb_mount, const char *device, const struct path *point, const char *type, unsigned long flags,
	 void *data, int ret)
{
	return ret || !adds_mount(flags) ? ret : on_mount(ctx, point);
}

KMOD_RET(security_move_mount, const struct path *from, const struct path *point, int ret)
{
	return ret ? ret : on_mount(ctx, point);
}

KMOD_RET(security_sb_pivotroot, const struct path *point, const struct path *root, int ret)
{
	return ret ? ret : on_mount(ctx, point);
}

#endif
#if defined(BY_PATH) || defined(BY_DIR)

#ifdef SETATTR_IDMAP // from Linux 6.0 on
KMOD_RET(security_inode_setattr, void *idmap, struct dentry *dentry, struct iattr *attr, int ret)
#else
KMOD_RET(security_inode_setattr, struct dentry *dentry, struct iattr *attr, int ret)
#endif
{
	return ret ? ret : on_setattr(ctx, dentry, attr);
}

KMOD_RET(security_inode_link, struct dentry *from, struct inode *dir, struct dentry *to, int ret)
{
	return ret ? ret : on_new_name(ctx, from, to);
}

KMOD_RET(security_inode_rename, struct inode *old, struct dentry *from, struct inode *dir, struct dentry *to,
	 unsigned int flags, int ret)
{
	return ret ? ret : on_new_name(ctx, from, to);
}

// An LSM is asked twice for an exchange, this function is called once.
KMOD_RET(security_path_rename, const struct path *old, struct dentry *from, const struct path *dir, struct dentry *to,
	 unsigned int flags, int ret)
{
	return ret || !(flags & RENAME_EXCHANGE) ? ret : on_new_name(ctx, to, from);
}

#endif
#endif
#if (defined(HOOK_LSM) || defined(HOOK_FMOD_RET)) && (defined(BY_PATH) || defined(BY_DIR))

KFUNC_PROBE(security_inode_free, struct inode *inode)
{
	return on_free(inode);
}

#endif
#if (defined(HOOK_LSM) || defined(HOOK_FMOD_RET)) && defined(EXCEPT_EXE)

KFUNC_PROBE(security_bprm_committed_creds, struct linux_binprm *bprm)
{
	return on_exec();
}

KFUNC_PROBE(security_task_alloc, struct task_struct *task, unsigned long flags)
{
	return on_fork(task, flags);
}

KFUNC_PROBE(security_task_free, struct task_struct *task)
{
	return on_exit(task);
}

#endif
#if (defined(HOOK_SIGNAL) || defined(HOOK_OVERRIDE)) && defined(EXCEPT_EXE)

int kprobe__security_bprm_committed_creds(struct pt_regs *ctx)
{
	return on_exec();
}

int kprobe__security_task_alloc(struct pt_regs *ctx, struct task_struct *task, unsigned long flags)
{
	return on_fork(task, flags);
}

int kprobe__security_task_free(struct pt_regs *ctx, struct task_struct *task)
{
	return on_exit(task);
}

#endif
#ifdef HOOK_SIGNAL

int kprobe__security_inode_free(struct pt_regs *ctx, struct inode *inode)
{
	return on_free(inode);
}

#ifdef DENY_MOUNTS

// libbcc 0.18 takes a fourth parameter from another register than the kernel passes it in.
int kprobe__security_sb_mount(struct pt_regs *ctx)
{
	if (adds_mount(PT_REGS_PARM4(ctx)))
		on_mount(ctx, (const struct path *)PT_REGS_PARM2(ctx));
	return 0;
}

int kprobe__security_move_mount(struct pt_regs *ctx, const struct path *from, const struct path *point)
{
	on_mount(ctx, point);
	return 0;
}

int kprobe__security_sb_pivotroot(struct pt_regs *ctx, const struct path *point)
{
	on_mount(ctx, point);
	return 0;
}

#endif
#endif
#if defined(HOOK_SIGNAL) || defined(HOOK_OVERRIDE) && defined(EXCEPT_EXE)

// Nothing can be refused here: the signal comes before the program gets to use the descriptor. (Another that shares its
// table of descriptors, by CLONE_FILES, lives, and has it.)
int kprobe__security_file_open(struct pt_regs *ctx, struct file *file)
{
#ifdef HOOK_SIGNAL
	on_open(ctx, file);
#else // which programs are excepted must be learned here
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct inode *inode = NULL;

	PEEK(inode, file->f_inode);
	if (s && s->mode == MODE_LEARN)
		learn(s, inode);
#endif
	return 0;
}

#endif
#if defined(HOOK_OVERRIDE) || defined(HOOK_SIGNAL_NAME)

// Hooks that see only the string that is to be opened: not what a link leads to, nor another name of the file.
#define TAIL 256 // the longest name and the NUL, or the slash before it

struct string {
	char path[4096];
	char tail[TAIL + 1];
	volatile u32 base; // where the last component begins in tail; in memory the verifier does not follow its values
};
BPF_PERCPU_ARRAY(strings, struct string, 1); // kprobes are not preempted

// The last component of path, which is len bytes long with its NUL: is it forbidden?
static inline u32 forbidden_string(struct string *s, u64 len)
{
	struct name_key key = {};
	u64 from = len > TAIL + 1 ? len - TAIL - 1 : 0;
	u32 *found;

	bpf_probe_read_kernel_str(s->tail, sizeof(s->tail), s->path + from);
	s->base = 0;
	for (int i = 0; i < TAIL; i++) {
		if (!s->tail[i])
			break;
		if (s->tail[i] == '/')
			s->base = i + 1;
	}
	if (from && !s->base)
		return 0; // longer than a name can be
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), s->tail + s->base);
	found = names.lookup(&key);
	return found ? *found : 0;
}

static inline long judge_string(void *ctx, struct settings *s, struct string *string, long len, u32 wanted, u64 error,
				int operation)
{
	struct target target = {NULL, NULL, string->path, operation};

	if (s->mode == MODE_CANARY)
		return learn(s, NULL) ? stop(ctx, s, &target, 0, error) : 0;
	if (len <= 0 || !(forbidden_string(string, len) & wanted) || is_excepted(s) || is_self(s))
		return 0;
	return stop(ctx, s, &target, 0, error);
}

static inline u32 wanted_by(u64 flags)
{
	u32 wanted = (flags & O_ACCMODE) == O_RDONLY   ? ACCESS_READ
		     : (flags & O_ACCMODE) == O_WRONLY ? ACCESS_WRITE
						       : ACCESS_READ | ACCESS_WRITE;

	if (flags & OPEN_FOR_EXEC)
		return ACCESS_EXEC;
	return flags & (O_CREAT | O_TRUNC) ? wanted | ACCESS_WRITE : wanted;
}

// Every open of a path (opens.h), with the kernel's own copy of the string; it can be killed here, and not refused.
static inline int on_do_open(void *ctx, const void *file, const void *op)
{
	int zero = 0, flags = 0;
	struct settings *s = settings.lookup(&zero);
	struct string *string = strings.lookup(&zero);
	const char *name = NULL;
	long len;

	if (!s || !string)
		return 0;
#ifdef HOOK_OVERRIDE
	if (s->mode != MODE_ENFORCE)
		return 0; // it is the override that is tried
#endif
	if (s->mode == MODE_LEARN)
		return learn(s, NULL), 0;
	bpf_probe_read_kernel(&flags, sizeof(flags), op);
	bpf_probe_read_kernel(&name, sizeof(name), file);
	len = bpf_probe_read_kernel_str(string->path, sizeof(string->path), name);
	if (!(flags & O_PATH))
		judge_string(ctx, s, string, len, wanted_by(flags), 0, OPEN);
	return 0;
}

int KPROBE_OPEN(struct pt_regs *ctx, int dfd, const void *file, const void *op)
{
	return on_do_open(ctx, file, op);
}

#endif
#ifdef HOOK_OVERRIDE

// The entries of the system calls, which can be overridden: the call returns the error, and does nothing. A string
// that can't be read here yet, or is changed behind, is seen in on_do_open.
static inline int on_call(struct pt_regs *ctx, const char *path, u32 wanted, int operation)
{
	int zero = 0;
	struct settings *s = settings.lookup(&zero);
	struct string *string = strings.lookup(&zero);
	long refused, len;

	if (!s || !string || !wanted)
		return 0;
	if (s->mode == MODE_LEARN) {
#ifndef EXCEPT_EXE
		learn(s, NULL);
#endif
		return 0;
	}
	if (s->mode == MODE_ENFORCE && s->dry_run && operation == OPEN)
		return 0; // on_do_open tells, once
	len = bpf_probe_read_user_str(string->path, sizeof(string->path), path);
	refused = judge_string(ctx, s, string, len, wanted, s->error, operation);
	if (refused)
		bpf_override_return(ctx, refused);
	return 0;
}

// The n-th argument of the system call; a 32-bit call's lie in other registers.
static inline u64 argument(struct pt_regs *ctx, int n, bool ia32)
{
	const struct pt_regs *regs = (const struct pt_regs *)PT_REGS_PARM1(ctx);
	u64 value = 0;

	switch (n) {
	case 1:
		ia32 ? PEEK(value, regs->bx) : PEEK(value, regs->di);
		break;
	case 2:
		ia32 ? PEEK(value, regs->cx) : PEEK(value, regs->si);
		break;
	case 3:
		PEEK(value, regs->dx);
		break;
	}
	return ia32 ? (u32)value : value;
}

static inline const char *path_argument(struct pt_regs *ctx, int n, bool ia32)
{
	return (const char *)argument(ctx, n, ia32);
}

static inline u32 wanted_by_open(u64 flags)
{
	return flags & O_PATH ? 0 : wanted_by(flags & ~(u64)OPEN_FOR_EXEC);
}

static inline u32 wanted_by_how(u64 how)
{
	u64 flags = 0; // the first of struct open_how

	bpf_probe_read_user(&flags, sizeof(flags), (const void *)how);
	return wanted_by_open(flags);
}

#define ON_CALL(function, ia32, path, wanted) ON_CALL_OF(function, ia32, path, wanted, OPEN)
#define ON_CALL_OF(function, ia32, path, wanted, operation)                             \
	int kprobe__##function(struct pt_regs *ctx)                                     \
	{                                                                               \
		return on_call(ctx, path_argument(ctx, path, ia32), wanted, operation); \
	}

ON_CALL(__x64_sys_open, false, 1, wanted_by_open(argument(ctx, 2, false)))
ON_CALL(__x64_sys_creat, false, 1, ACCESS_WRITE)
ON_CALL(__x64_sys_openat, false, 2, wanted_by_open(argument(ctx, 3, false)))
ON_CALL(__x64_sys_openat2, false, 2, wanted_by_how(argument(ctx, 3, false)))
ON_CALL(__x64_sys_truncate, false, 1, ACCESS_WRITE)
ON_CALL(__x64_sys_execve, false, 1, ACCESS_EXEC)
ON_CALL(__x64_sys_execveat, false, 2, ACCESS_EXEC)
ON_CALL_OF(__x64_sys_mknod, false, 1, ACCESS_WRITE, CREATE)
ON_CALL_OF(__x64_sys_mknodat, false, 2, ACCESS_WRITE, CREATE)

#ifdef IA32
ON_CALL(__ia32_compat_sys_open, true, 1, wanted_by_open(argument(ctx, 2, true)))
ON_CALL(__ia32_sys_creat, true, 1, ACCESS_WRITE)
ON_CALL(__ia32_compat_sys_openat, true, 2, wanted_by_open(argument(ctx, 3, true)))
ON_CALL(__ia32_sys_openat2, true, 2, wanted_by_how(argument(ctx, 3, true)))
ON_CALL(__ia32_compat_sys_truncate, true, 1, ACCESS_WRITE)
ON_CALL(__ia32_sys_ia32_truncate64, true, 1, ACCESS_WRITE)
ON_CALL(__ia32_compat_sys_execve, true, 1, ACCESS_EXEC)
ON_CALL(__ia32_compat_sys_execveat, true, 2, ACCESS_EXEC)
ON_CALL_OF(__ia32_sys_mknod, true, 1, ACCESS_WRITE, CREATE)
ON_CALL_OF(__ia32_sys_mknodat, true, 2, ACCESS_WRITE, CREATE)
#endif
#endif

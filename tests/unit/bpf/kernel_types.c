/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel's types in small, which clang compiles for BPF: what a program compiles against is chosen from such. */
struct super_block {
	unsigned s_dev;
};

struct cred { /* as Linux 7.2 begins its namespaces: 4 bytes in a cache line of their own */
	struct {
		int usage;
	} __attribute__((aligned(64)));
	int uid;
};

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
};

struct dentry {
	struct inode *d_inode;
};

struct path {
	struct dentry *dentry;
};

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID };

struct file {
	struct path f_path;
	struct inode *f_inode;
	struct cred *f_cred;
	struct {
		struct file *inner;
	};
};

struct unwanted {
	int x;
};

struct file file;
struct dentry dentry;
struct inode inode;
struct super_block super_block;
struct cred cred;
struct unwanted unwanted;
enum pid_type pid_type;

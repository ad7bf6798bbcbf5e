// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
//
//     sudo bccwatch run --interval 1 --clear bpf_src/examples/opens_by_directory.c
//
// Opens per second by directory, the busiest at the end. security_file_open() is called for each file that is
// opened, whatever system call and path led there. A directory is shown by its name and its parent's; "/" is
// where a file system begins, which may be mounted anywhere.

#include <linux/fs.h>

struct directory_t {
	char parent[32]; // longer names are cut off
	char name[32];
};

BPF_HASH(opens, struct directory_t, u64);

KFUNC_PROBE(security_file_open, struct file *file)
{
	struct dentry *directory = file->f_path.dentry->d_parent;
	struct directory_t key = {};

	bpf_probe_read_kernel_str(&key.parent, sizeof(key.parent), directory->d_parent->d_name.name);
	bpf_probe_read_kernel_str(&key.name, sizeof(key.name), directory->d_name.name);
	opens.increment(key);
	return 0;
}

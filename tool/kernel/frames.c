/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/frames.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/elf.h"
#include "kernel/symbols.h"

/* A part of a file in a process's memory. */
struct mapping {
	uint64_t from, to, offset;
	char *path; /* owned */
};

/* A file that was asked before; elf is NULL where it has no symbols. */
struct file {
	char *path; /* owned; as it is opened, through /proc/PID/root */
	struct bw_elf *elf;
};

struct bw_frames {
	const char *root;
	struct bw_symbols *kernel; /* NULL: not read, or not to be had */
	bool kernel_read;
	pid_t pid; /* whose mappings they are */
	struct mapping *mappings;
	size_t n_mappings;
	struct file *files;
	size_t n_files;
};

int bw_frames_new(const char *root, struct bw_frames **frames)
{
	struct bw_frames *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->root = root;
	*frames = f;
	return 0;
}

static void forget_mappings(struct bw_frames *f)
{
	for (size_t i = 0; i < f->n_mappings; i++)
		free(f->mappings[i].path);
	free(f->mappings);
	f->mappings = NULL;
	f->n_mappings = 0;
	f->pid = 0;
}

/* What was read through a process that is gone may be another's next time. */
static void forget_files(struct bw_frames *f)
{
	for (size_t i = 0; i < f->n_files; i++) {
		bw_elf_close(f->files[i].elf);
		free(f->files[i].path);
	}
	free(f->files);
	f->files = NULL;
	f->n_files = 0;
}

void bw_frames_free(struct bw_frames *f)
{
	if (!f)
		return;
	bw_symbols_free(f->kernel);
	forget_mappings(f);
	forget_files(f);
	free(f);
}

/* "7f00-7f80 r-xp 00001000 08:01 123   /usr/bin/cat" (proc(5)); false: not code of a file. */
static bool read_mapping(const char *line, struct mapping *m)
{
	const char *path = strchr(line, '/'), *mode;
	char *p;

	m->from = strtoull(line, &p, 16);
	m->to = *p == '-' ? strtoull(p + 1, &p, 16) : 0;
	mode = p;
	if (!path || *mode != ' ' || strlen(mode) < 6 || mode[3] != 'x')
		return false;
	m->offset = strtoull(mode + 6, NULL, 16);
	m->path = strndup(path, strcspn(path, "\n"));
	return m->path;
}

static void read_mappings(struct bw_frames *f, pid_t pid)
{
	char path[PATH_MAX];
	BW_FREE char *line = NULL;
	size_t size = 0;

	forget_mappings(f);
	f->pid = pid;
	snprintf(path, sizeof(path), "%s/proc/%d/maps", f->root, pid);
	BW_FILE FILE *file = fopen(path, "re");
	while (file && getline(&line, &size, file) > 0) {
		struct mapping m, *more;

		if (!read_mapping(line, &m))
			continue;
		more = reallocarray(f->mappings, f->n_mappings + 1, sizeof(*more));
		if (!more) {
			free(m.path);
			return;
		}
		f->mappings = more;
		f->mappings[f->n_mappings++] = m;
	}
}

static struct bw_elf *open_file(struct bw_frames *f, const char *path)
{
	struct file *more;

	for (size_t i = 0; i < f->n_files; i++)
		if (strcmp(f->files[i].path, path) == 0)
			return f->files[i].elf;
	more = reallocarray(f->files, f->n_files + 1, sizeof(*more));
	if (!more)
		return NULL;
	f->files = more;
	f->files[f->n_files] = (struct file){strdup(path), NULL};
	if (!f->files[f->n_files].path)
		return NULL;
	bw_elf_open(path, &f->files[f->n_files].elf);
	return f->files[f->n_files++].elf;
}

static bool name_user(struct bw_frames *f, uint64_t address, char *dst, size_t size)
{
	for (size_t i = 0; i < f->n_mappings; i++) {
		const struct mapping *m = &f->mappings[i];
		BW_FREE char *path = NULL;
		const struct bw_elf *elf;
		const char *name;
		uint64_t into;

		if (address < m->from || address >= m->to)
			continue;
		if (asprintf(&path, "%s/proc/%d/root%s", f->root, f->pid, m->path) < 0)
			return false;
		elf = open_file(f, path);
		name = elf ? bw_elf_at(elf, address - m->from + m->offset, &into) : NULL;
		if (name)
			snprintf(dst, size, "%s+0x%llx [%s]", name, (unsigned long long)into,
				 strrchr(m->path, '/') + 1);
		else
			snprintf(dst, size, "0x%" PRIx64 " [%s]", address - m->from + m->offset,
				 strrchr(m->path, '/') + 1);
		return true;
	}
	return false;
}

static bool name_kernel(struct bw_frames *f, uint64_t address, char *dst, size_t size)
{
	const char *name;
	uint64_t into;

	if (!f->kernel_read)
		bw_symbols_read(f->root, &f->kernel);
	f->kernel_read = true;
	name = f->kernel ? bw_symbols_at(f->kernel, address, &into) : NULL;
	if (name)
		snprintf(dst, size, "%s+0x%llx", name, (unsigned long long)into);
	return name;
}

void bw_frames_name(struct bw_frames *f, pid_t pid, uint64_t address, char *dst, size_t size)
{
	bool kernels = address >> 63; /* the upper half is the kernel's on all 64-bit machines */

	if (!kernels && pid && pid != f->pid) {
		forget_files(f);
		read_mappings(f, pid);
	}
	if (kernels ? name_kernel(f, address, dst, size) : pid && name_user(f, address, dst, size))
		return;
	snprintf(dst, size, "0x%llx", (unsigned long long)address);
}

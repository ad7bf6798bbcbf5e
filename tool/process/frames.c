/* SPDX-License-Identifier: Apache-2.0 */
#include "process/frames.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/sandbox.h"
#include "kernel/kallsyms.h"
#include "process/mappings.h"
#include "process/symbol_cache.h"
#include "process/symbols.h"

/* For all names of an output. */
enum { SHOWING_MS = 10000 };

/* Files that are kept open, each in a sandbox; other sandboxes: the mappings, the looker, one that is being opened. */
enum { FILES_MAX = BW_SANDBOX_LIVE - 3 };

/* Memory of all of them. */
#define FILES_MEMORY ((uint64_t)256 << 20)

/* How many mappings of a process are remembered; then the first are replaced. */
enum { KNOWN_MAX = 64 };

struct file {
	struct bw_sandbox box; /* after a failure it is kept, so that the file is not tried again */
	struct bw_sandbox_file_id id;
	uint64_t number; /* in symbol_cache */
	uint64_t used;	 /* when, as a number that grows */
	uint64_t memory; /* of the sandbox */
	bool is_measured;
};

struct known {
	struct bw_mapping mapping;
	bool has_file;
	struct bw_sandbox_file_id id; /* of the file */
};

struct bw_frames {
	const char *root;
	struct bw_kallsyms *kernel; /* NULL: not read, or unreadable */
	bool kernel_read;
	struct bw_deadline deadline;
	struct bw_sandbox_strays strays;
	pid_t pid;		    /* the process of the mappings; 0: none */
	struct bw_sandbox mappings; /* after a failure no more requests are made */
	struct bw_sandbox looker;
	struct bw_symbol_cache symbol_cache;
	bool hangs;		       /* a file of the process took too long: no other is opened */
	struct known known[KNOWN_MAX]; /* n_known, and where the next goes */
	size_t n_known, next_known;
	struct file files[FILES_MAX]; /* n_files */
	size_t n_files;
	uint64_t uses;
	size_t nameless;		 /* because a sandbox failed */
	enum bw_sandbox_failure failure; /* why the first is */
	char why[sizeof(((struct bw_sandbox *)NULL)->why)];
	pid_t culprit;	   /* whose file it was */
	unsigned reported; /* a bit for each failure */
};

int bw_frames_new(const char *root, struct bw_frames **frames)
{
	struct bw_frames *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->root = root;
	f->mappings.fd = f->looker.fd = -1;
	*frames = f;
	return 0;
}

static void forget_process(struct bw_frames *f)
{
	bw_sandbox_stop(&f->mappings, &f->strays);
	f->pid = 0;
	f->hangs = false;
	f->n_known = f->next_known = 0;
}

static void forget_file(struct bw_frames *f, size_t i)
{
	bw_sandbox_stop(&f->files[i].box, &f->strays);
	f->files[i] = f->files[--f->n_files];
}

/* Files may change until the next output. */
static void forget(struct bw_frames *f)
{
	forget_process(f);
	while (f->n_files > 0)
		forget_file(f, 0);
	bw_sandbox_stop(&f->looker, &f->strays);
	bw_symbol_cache_clear(&f->symbol_cache);
	bw_kallsyms_free(f->kernel);
	f->kernel = NULL;
	f->kernel_read = false;
	bw_sandbox_reap_strays(&f->strays, BW_STRAYS_LAST_MS);
}

void bw_frames_free(struct bw_frames *f)
{
	if (!f)
		return;
	forget(f);
	free(f);
}

void bw_frames_begin(struct bw_frames *f)
{
	bw_deadline_start(&f->deadline, SHOWING_MS);
	f->nameless = 0;
	f->failure = BW_SANDBOX_FINE;
}

void bw_frames_end(struct bw_frames *f)
{
	forget(f);
	if (f->nameless == 0 || f->reported & 1U << f->failure)
		return;
	f->reported |= 1U << f->failure;
	bw_log_note("%zu %s no names: a file of process %d was not read: %s.", f->nameless,
		    f->nameless == 1 ? "frame has" : "frames have", f->culprit, f->why);
}

/* Counts a frame without a name, because of the sandbox. */
static void blame(struct bw_frames *f, const struct bw_sandbox *box)
{
	f->nameless++;
	if (f->failure)
		return;
	f->failure = box->failure;
	f->culprit = f->pid;
	snprintf(f->why, sizeof(f->why), "%s", box->why);
}

static struct known *find_known(struct bw_frames *f, uint64_t address)
{
	for (size_t i = 0; i < f->n_known; i++)
		if (address >= f->known[i].mapping.from && address < f->known[i].mapping.to)
			return &f->known[i];
	return NULL;
}

/* The mapping of the address; NULL: none, or unknown. */
static struct known *find_mapping(struct bw_frames *f, uint64_t address)
{
	struct known *k = find_known(f, address);
	struct bw_mapping mapping;
	int r;

	if (k)
		return k;
	r = bw_mappings_at(&f->mappings, address, &f->deadline, &mapping);
	if (r < 0) {
		if (f->mappings.failure) {
			blame(f, &f->mappings);
			bw_sandbox_stop(&f->mappings, &f->strays);
		}
		return NULL;
	}
	k = &f->known[f->next_known];
	*k = (struct known){.mapping = mapping};
	f->next_known = (f->next_known + 1) % KNOWN_MAX;
	f->n_known += f->n_known < KNOWN_MAX;
	return k;
}

static struct file *find_file(struct bw_frames *f, const struct bw_sandbox_file_id *id)
{
	for (size_t i = 0; i < f->n_files; i++)
		if (memcmp(&f->files[i].id, id, sizeof(*id)) == 0)
			return &f->files[i];
	return NULL;
}

static void forget_oldest(struct bw_frames *f)
{
	size_t oldest = 0;

	for (size_t i = 1; i < f->n_files; i++)
		if (f->files[i].used < f->files[oldest].used)
			oldest = i;
	forget_file(f, oldest);
}

/* What became of a sandbox, where it is not as it should be. */
static void note_failure(struct bw_frames *f, struct bw_sandbox *box)
{
	if (!box->failure)
		return;
	f->hangs |= box->failure == BW_SANDBOX_SLOW;
	blame(f, box);
	bw_sandbox_stop(box, &f->strays);
}

/* The identity of the file, if it is a regular one. */
static bool look(struct bw_frames *f, const char *path, struct bw_sandbox_file_id *id)
{
	int r = f->looker.pid ? 0 : bw_symbols_start_looker(&f->looker, &f->strays, &f->deadline);

	if (r == 0)
		r = bw_symbols_look(&f->looker, path, &f->deadline, id);
	note_failure(f, &f->looker);
	return r == 0;
}

static struct file *start_file(struct bw_frames *f, const char *path)
{
	struct file *file;
	struct bw_sandbox box;

	if (bw_symbols_start(&box, path, &f->strays, &f->deadline) < 0) {
		note_failure(f, &box);
		return NULL;
	}
	if (f->n_files == FILES_MAX)
		forget_oldest(f);
	file = &f->files[f->n_files++];
	*file = (struct file){.box = box, .id = box.id, .number = ++f->uses};
	return file;
}

/* Through /proc/PID/map_files, not by the file's name, which the process can choose. */
static struct file *open_file(struct bw_frames *f, struct known *k)
{
	struct file *file = k->has_file ? find_file(f, &k->id) : NULL;
	char path[PATH_MAX];

	if (file)
		return file;
	if (f->hangs) {
		f->nameless++;
		return NULL;
	}
	snprintf(path, sizeof(path), "%s/proc/%d/map_files/%" PRIx64 "-%" PRIx64, f->root, f->pid, k->mapping.from,
		 k->mapping.to);
	if (!look(f, path, &k->id))
		return NULL;
	file = find_file(f, &k->id);
	file = file ? file : start_file(f, path);
	k->has_file = file;
	if (file)
		k->id = file->id;
	return file;
}

static uint64_t memory_of_files(const struct bw_frames *f)
{
	uint64_t all = 0;

	for (size_t i = 0; i < f->n_files; i++)
		all += f->files[i].memory;
	return all;
}

/* After the first answer, when the file has been read. */
static void bound_memory(struct bw_frames *f, struct file *file)
{
	if (file->is_measured)
		return;
	file->memory = bw_sandbox_memory(&file->box);
	file->is_measured = true;
	while (f->n_files > 1 && memory_of_files(f) > FILES_MEMORY)
		forget_oldest(f);
}

/* What the file has there, as an answer that is kept, or put into *once. */
static const struct bw_symbol_cache_entry *ask_file(struct bw_frames *f, struct file *file, uint64_t offset,
						    struct bw_symbol_cache_entry *once, char name[BW_SANDBOX_TEXT])
{
	const struct bw_symbol_cache_entry *known = bw_symbol_cache_find(&f->symbol_cache, file->number, offset);
	int r;

	file->used = ++f->uses;
	if (known)
		return known;
	r = bw_symbols_at(&file->box, offset, &f->deadline, name, BW_SANDBOX_TEXT, &once->into);
	note_failure(f, &file->box);
	once->name = r == 0 ? name : NULL;
	if (r == 0 || r == -ENOENT)
		bw_symbol_cache_keep(&f->symbol_cache, file->number, offset, once->name, once->into);
	bound_memory(f, file);
	return once;
}

static bool name_function(struct bw_frames *f, struct known *k, uint64_t offset, char *dst, size_t size)
{
	struct file *file = open_file(f, k);
	const struct bw_symbol_cache_entry *answer;
	struct bw_symbol_cache_entry once = {0};
	char name[BW_SANDBOX_TEXT];

	if (!file)
		return false;
	answer = ask_file(f, file, offset, &once, name);
	if (answer->name)
		snprintf(dst, size, "%s+0x%" PRIx64 " [%s]", answer->name, answer->into, k->mapping.name);
	return answer->name;
}

static bool name_user(struct bw_frames *f, uint64_t address, char *dst, size_t size)
{
	struct known *k = find_mapping(f, address);
	uint64_t offset;

	if (!k)
		return false;
	offset = address - k->mapping.from + k->mapping.offset;
	if (!name_function(f, k, offset, dst, size))
		snprintf(dst, size, "0x%" PRIx64 " [%s]", offset, k->mapping.name);
	return true;
}

static bool name_kernel(struct bw_frames *f, uint64_t address, char *dst, size_t size)
{
	const char *name;
	uint64_t into;

	if (!f->kernel_read)
		bw_kallsyms_read(f->root, &f->kernel);
	f->kernel_read = true;
	name = f->kernel ? bw_kallsyms_at(f->kernel, address, &into) : NULL;
	if (name)
		snprintf(dst, size, "%s+0x%llx", name, (unsigned long long)into);
	return name;
}

static void read_process(struct bw_frames *f, pid_t pid)
{
	forget_process(f);
	f->pid = pid;
	bw_mappings_start(&f->mappings, f->root, pid, &f->strays, &f->deadline);
}

void bw_frames_name(struct bw_frames *f, pid_t pid, uint64_t address, char *dst, size_t size)
{
	bool kernels = address >> 63; /* the upper half is the kernel's on all 64-bit machines */

	if (!kernels && pid && pid != f->pid)
		read_process(f, pid);
	if (kernels ? name_kernel(f, address, dst, size) : pid && name_user(f, address, dst, size))
		return;
	snprintf(dst, size, "0x%llx", (unsigned long long)address);
}

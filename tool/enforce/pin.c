/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/log.h"
#include "bpf_src/lib/counters.h"
#include "enforce/pin_dir.h"
#include "enforce/pin_object.h"

#define INFO "info"

/* A page, the least that can be mapped. */
enum { INFO_BYTES = 4096 };

_Static_assert(sizeof(struct bw_pin_info) <= INFO_BYTES, "it fits");

uint64_t bw_pin_layout(const struct bw_image *image)
{
	BW_FREE char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return 0;
	fprintf(out, "%zu %zu %d %d", sizeof(struct settings), sizeof(struct learned), OUTCOMES, COUNTERS);
	for (uint32_t i = 0; i < image->n_events; i++) {
		const struct bw_layout *layout = &image->events[i].layout;

		fprintf(out, "/%u", layout->size);
		for (uint32_t f = 0; f < layout->n; f++)
			fprintf(out, ",%s %u %u %u", layout->fields[f].name, layout->fields[f].offset,
				layout->fields[f].size, layout->fields[f].count);
	}
	return fclose(out) == 0 ? bw_hash(text, len) : 0;
}

int bw_pin_check_layout(const struct bw_pin *pin, const struct bw_image *image)
{
	if (pin->old.loaded.image == NULL || pin->info->layout == bw_pin_layout(image))
		return 0;
	bw_log_error(-EPROTO, "cannot take over the pin '%s': its events have another layout", pin->name);
	bw_log_hint("block.c was changed since: end the enforcement by bccwatch block --unpin %s", pin->name);
	return -EPROTO;
}

int bw_pin_check_version(const char *name, const struct bw_pin_info *info)
{
	if (info->version == BW_PIN_VERSION)
		return 0;
	bw_log_error(-EPROTO,
		     "cannot take over the pin '%s': its layout has version %u, this bccwatch knows version %d", name,
		     info->version, BW_PIN_VERSION);
	bw_log_hint("take it over by the bccwatch that made it, or end the enforcement by bccwatch block --unpin %s",
		    name);
	return -EPROTO;
}

static int read_info(int map, struct bw_pin_info *info)
{
	struct bw_image_map is;
	BW_FREE char *content = NULL;
	int r = bw_pin_object_describe(map, &is);

	if (r == 0 && (is.type != BPF_MAP_TYPE_ARRAY || is.value_size < sizeof(*info)))
		r = -EBADMSG;
	if (r == 0)
		r = bw_pin_object_read_array(map, &is, &content);
	if (r < 0 || !content)
		return r;
	memcpy(info, content, sizeof(*info));
	if (strncmp(info->magic, BW_PIN_MAGIC, sizeof(info->magic)) != 0)
		return -EBADMSG;
	if (info->version != BW_PIN_VERSION)
		*info = (struct bw_pin_info){.magic = BW_PIN_MAGIC, .version = info->version};
	return 0;
}

int bw_pin_read_info(int dir, struct bw_pin_info *info)
{
	BW_FD int map = bw_pin_object_get(dir, INFO);

	*info = (struct bw_pin_info){0};
	return map < 0 ? map : read_info(map, info);
}

static int find_foreign(void *cookie, const char *name)
{
	char **foreign = cookie;

	if (strcmp(name, INFO) == 0 || bw_pin_set_number(name))
		return 0;
	*foreign = strdup(name);
	return -EEXIST;
}

static int refuse_foreign(const char *name, const char *foreign)
{
	bw_log_error(-EEXIST, "cannot use the directory '%s' of bpffs: '%s' in it is not bccwatch's", name, foreign);
	bw_log_hint("find out who put it there; rm -r " BW_PIN_DIR_BPFFS "/" BW_PIN_DIR_BASE "/%s removes all", name);
	return -EEXIST;
}

/* 0: it has an info; -ENOENT: it is empty. */
static int check_content(int dir, const char *name, struct bw_pin_info *info)
{
	BW_FREE char *foreign = NULL;
	int r = bw_pin_read_info(dir, info);

	if (r == 0 && info->version != BW_PIN_VERSION)
		return 0;
	if (r == -ENOENT || r == 0) {
		int listed = bw_pin_dir_each(dir, find_foreign, &foreign);

		if (foreign)
			return refuse_foreign(name, foreign);
		r = listed < 0 ? listed : r;
	}
	if (r == 0 || r == -ENOENT)
		return r;
	return r == -EBADMSG || r == -ELOOP ? refuse_foreign(name, INFO)
					    : bw_log_error(r, "cannot read the pin '%s': %s", name, strerror(-r));
}

static int map_info(struct bw_pin *pin)
{
	void *memory;

	if (pin->info_map < 0)
		return bw_log_error(pin->info_map, "cannot use the map 'info': %s", strerror(-pin->info_map));
	memory = mmap(NULL, INFO_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, pin->info_map, 0);
	if (memory == MAP_FAILED)
		return bw_log_error(-errno, "cannot use the map 'info': %s", strerror(errno));
	pin->info = memory;
	return 0;
}

/* It is pinned together with the first generation. */
static int make_info(struct bw_pin *pin)
{
	const struct bw_pin_info info = {
		.magic = BW_PIN_MAGIC, .version = BW_PIN_VERSION, .since = (uint64_t)time(NULL)};

	pin->info_map = bw_pin_object_make_array("info", INFO_BYTES, 1, BPF_F_MMAPABLE, &info, sizeof(info));
	return map_info(pin);
}

struct leftovers {
	int dir;
	uint64_t in_force;
};

static int remove_leftover(void *cookie, const char *name)
{
	const struct leftovers *l = cookie;
	uint64_t n = bw_pin_set_number(name);

	return n == 0 || n == l->in_force ? 0 : bw_pin_set_remove(l->dir, n, NULL);
}

static int take_info(struct bw_pin *pin, const struct bw_pin_info *info)
{
	struct leftovers leftovers = {pin->dir, info->generation};
	int r = bw_pin_check_version(pin->name, info);

	if (r == 0)
		r = bw_pin_dir_each(pin->dir, remove_leftover, &leftovers);
	if (r < 0)
		return r;
	pin->info_map = bw_pin_object_get(pin->dir, INFO);
	r = map_info(pin);
	return r == 0 && info->generation ? bw_pin_set_open(&pin->old, pin->dir, info->generation) : r;
}

static int complain_of_lock(const char *name, int dir, const char *what, int error)
{
	struct bw_pin_info info = {0};

	if (error != -EBUSY)
		return bw_log_error(error, "cannot lock the pin '%s': %s", name, strerror(-error));
	bw_pin_read_info(dir, &info);
	bw_log_error(error, "cannot %s the pin '%s': a process watches it%s", what, name,
		     info.process ? "" : ", which has not finished its start");
	if (info.process)
		bw_log_hint("end process %llu first (SIGTERM); the enforcement stays until it is taken over or ended",
			    (unsigned long long)info.process);
	return error;
}

int bw_pin_open(struct bw_pin *pin, const char *bpffs, const char *name)
{
	struct bw_pin_info info;
	int r;

	pin->name = name;
	pin->base = bw_pin_dir_open_base(bpffs, BPF_FS_MAGIC, true);
	if (pin->base < 0)
		return pin->base;
	pin->dir = bw_pin_dir_open(pin->base, name, true);
	if (pin->dir < 0)
		return pin->dir;
	r = bw_pin_dir_lock(pin->base, name, pin->dir);
	if (r < 0) {
		complain_of_lock(name, pin->dir, "take over", r);
		close(pin->dir);
		pin->dir = -1;
		return r;
	}
	r = check_content(pin->dir, name, &info);
	if (r == -ENOENT)
		return make_info(pin);
	return r == 0 ? take_info(pin, &info) : r;
}

/* A directory in which nothing was pinned goes; another one can't be removed. */
void bw_pin_close(struct bw_pin *pin)
{
	if (pin->info)
		munmap(pin->info, INFO_BYTES);
	bw_pin_set_free(&pin->old);
	bw_pin_programs_free(&pin->going);
	if (pin->dir >= 0)
		unlinkat(pin->base, pin->name, AT_REMOVEDIR);
	bw_cleanup_fd(&pin->info_map);
	bw_cleanup_fd(&pin->dir);
	bw_cleanup_fd(&pin->base);
	*pin = (struct bw_pin)BW_PIN_NONE;
}

static int put_first(struct bw_pin *pin)
{
	int r = pin->info->generation ? 0 : bw_pin_object_put(pin->dir, INFO, pin->info_map);

	return r == -EEXIST ? 0 : r;
}

int bw_pin_put(struct bw_pin *pin, uint64_t generation, const struct bw_loaded *loaded,
	       const struct bw_attached *attached, const char *text, size_t len)
{
	const uint64_t before = pin->info->generation;
	int r = put_first(pin);

	if (r < 0)
		return bw_log_error(r, "cannot pin the enforcement in bpffs: %s", strerror(-r));
	r = bw_pin_set_put(pin->dir, generation, loaded, attached, text, len);
	if (r < 0 && before == 0)
		unlinkat(pin->dir, INFO, 0);
	if (r < 0)
		return r;
	pin->info->layout = bw_pin_layout(loaded->image);
	pin->info->process = (uint64_t)getpid();
	__atomic_store_n(&pin->info->generation, generation, __ATOMIC_SEQ_CST);
	if (before)
		bw_pin_set_remove(pin->dir, before, &pin->going);
	bw_pin_set_free(&pin->old);
	return 0;
}

void bw_pin_settle(struct bw_pin *pin)
{
	if (bw_pin_programs_wait(&pin->going) < 0)
		bw_log_note(
			"The rules of the generation before still hold, too: another process has their programs open.");
}

/* The kernel detaches the programs a moment later. */
static int remove_and_wait(int base, const char *name)
{
	struct bw_pin_programs programs = {0};
	int found = bw_pin_programs_find(&programs, base, name), r = bw_pin_dir_remove(base, name, INFO);

	if (r == 0 && found == 0 && bw_pin_programs_wait(&programs) < 0)
		r = bw_log_error(-EBUSY,
				 "the pin '%s' is removed, but another process has its programs open: they hold", name);
	bw_pin_programs_free(&programs);
	return r;
}

int bw_pin_remove(const char *bpffs, const char *name)
{
	BW_FD int base = bw_pin_dir_open_base(bpffs, BPF_FS_MAGIC, false);
	BW_FD int dir = base < 0 ? base : bw_pin_dir_open(base, name, false);
	struct bw_pin_info info;
	int r = dir < 0 ? dir : bw_pin_dir_lock(base, name, dir);

	if (r == -ENOENT)
		return bw_log_error(r, "there is no pin '%s'", name);
	if (dir < 0)
		return dir;
	if (r < 0)
		return complain_of_lock(name, dir, "end", r);
	r = check_content(dir, name, &info);
	if (r < 0 && r != -ENOENT)
		return r;
	return remove_and_wait(base, name);
}

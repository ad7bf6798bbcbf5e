/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/identity.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"

/* No hook has another source. */
static int no_map(struct bw_guard *g, const char *name)
{
	g->final = true;
	bw_trying = false;
	return bw_err(-ENOENT, "this source has no map '%s' as bpf_src/block/rules.h describes it", name);
}

/* The descriptor of a map with such keys and values; -ENOENT, reported, if the source has none. */
static int map_of(struct bw_guard *g, const char *name, size_t key, size_t value)
{
	int i = bw_image_find_map(g->loaded->image, name);

	if (i < 0 || g->loaded->image->maps[i].key_size != key || g->loaded->image->maps[i].value_size != value)
		return no_map(g, name);
	return g->loaded->maps[i];
}

static int put(struct bw_guard *g, const char *map, const void *key, size_t key_size, void *value, size_t value_size)
{
	int fd = map_of(g, map, key_size, value_size);

	if (fd < 0)
		return fd;
	if (bpf_update_elem(fd, (void *)key, value, BPF_ANY) < 0)
		return errno == E2BIG ? -E2BIG
				      : bw_err(-errno, "can't write to the map '%s': %s", map, strerror(errno));
	return 0;
}

int bw_identity_put(struct bw_guard *g, const char *map, const void *key, size_t size)
{
	uint32_t access = g->access;

	return put(g, map, key, size, &access, sizeof(access));
}

int bw_identity_guard(struct bw_guard *g, const char *map, bool held)
{
	struct protection guarded = {.inode = held ? PROTECTION_STAYS : g->last.inode, .access = g->access}, there;
	int fd = map_of(g, map, sizeof(g->last.file), sizeof(guarded));

	if (fd >= 0 && bpf_lookup_elem(fd, &g->last.file, &there) == 0 && there.inode != guarded.inode)
		guarded.inode = PROTECTION_STAYS; /* another of the same number */
	return put(g, map, &g->last.file, sizeof(g->last.file), &guarded, sizeof(guarded));
}

int bw_identity_mode(struct bw_guard *g, uint32_t mode)
{
	int r;

	g->settings.mode = mode;
	g->settings.learning |= mode != MODE_ENFORCE;
	r = bw_loaded_set(g->loaded, "settings", 0, &g->settings, sizeof(g->settings));
	return r < 0 ? no_map(g, "settings") : 0;
}

int bw_identity_forget(struct bw_guard *g)
{
	static const struct learned nothing;

	return bw_loaded_set(g->loaded, "learned", 0, &nothing, sizeof(nothing)) < 0 ? no_map(g, "learned") : 0;
}

int bw_identity_read(struct bw_guard *g)
{
	int fd = map_of(g, "learned", sizeof(uint32_t), sizeof(g->last));
	uint32_t zero = 0;

	if (fd < 0)
		return fd;
	return bpf_lookup_elem(fd, &zero, &g->last) < 0 ? -errno : 0;
}

int bw_identity_open(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Could opening it have an effect, since the hook refuses nothing? */
static bool is_touchy(const struct bw_guard *g, int file)
{
	struct stat st;

	return !g->refuses && fstat(file, &st) == 0 && S_ISCHR(st.st_mode);
}

int bw_identity_learn(struct bw_guard *g, int file)
{
	char path[64];
	BW_FD int fd = -1;
	int error, r = is_touchy(g, file) ? -EOPNOTSUPP : bw_identity_forget(g);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	prctl(PR_SET_NAME, g->settings.own_comm);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	error = fd < 0 ? -errno : -EIO;
	prctl(PR_SET_NAME, g->name);
	r = bw_identity_read(g);
	if (r < 0)
		return r;
	return g->last.count > 0 ? 0 : error;
}

int bw_identity_hold(struct bw_guard *g, int file)
{
	BW_FD int fd = file;
	int *held = realloc(g->held, (g->n_held + 1) * sizeof(*held));

	if (!held)
		return -ENOMEM;
	g->held = held;
	g->held[g->n_held++] = bw_take_fd(&fd);
	return bw_identity_learn(g, file);
}

void bw_identity_free(struct bw_guard *g)
{
	for (size_t i = 0; i < g->n_held; i++)
		bw_close_fd(&g->held[i]);
	free(g->held);
	g->held = NULL;
	g->n_held = 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/map_entries.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"

/* The map's index, or -ENOENT. */
static int find(const struct bw_map_entries *e, const struct bw_image *image)
{
	int i = bw_image_find_map(image, e->map);

	if (i >= 0 && image->maps[i].key_size == e->key && image->maps[i].value_size == e->value)
		return i;
	return bw_log_error(-ENOENT, "cannot use this source: it has no map '%s' of that kind", e->map);
}

static int map_of(const struct bw_map_entries *e, const struct bw_loaded *loaded)
{
	int i = find(e, loaded->image);

	return i < 0 ? i : loaded->maps[i];
}

int bw_map_entries_size(const struct bw_map_entries *e, struct bw_image *image, size_t n)
{
	int i = find(e, image);

	if (i < 0)
		return i;
	if (image->maps[i].max_entries < n)
		image->maps[i].max_entries = (uint32_t)n;
	return 0;
}

int bw_map_entries_put(const struct bw_map_entries *e, const struct bw_loaded *loaded, const void *key,
		       const void *value)
{
	int fd = map_of(e, loaded);

	if (fd < 0)
		return fd;
	if (bpf_update_elem(fd, (void *)key, (void *)value, BPF_ANY) == 0)
		return 0;
	return errno == E2BIG ? -E2BIG
			      : bw_log_error(-errno, "cannot write to the map '%s': %s", e->map, strerror(errno));
}

int bw_map_entries_get(const struct bw_map_entries *e, const struct bw_loaded *loaded, const void *key, void *value)
{
	int fd = map_of(e, loaded);

	if (fd < 0)
		return fd;
	if (bpf_lookup_elem(fd, (void *)key, value) == 0)
		return 0;
	return errno == ENOENT ? -ENOENT
			       : bw_log_error(-errno, "cannot read the map '%s': %s", e->map, strerror(errno));
}

int bw_map_entries_remove(const struct bw_map_entries *e, const struct bw_loaded *loaded, const void *key)
{
	int fd = map_of(e, loaded);

	if (fd < 0)
		return fd;
	if (bpf_delete_elem(fd, (void *)key) == 0 || errno == ENOENT)
		return 0;
	return bw_log_error(-errno, "cannot remove from the map '%s': %s", e->map, strerror(errno));
}

int bw_map_entries_each(const struct bw_map_entries *e, const struct bw_loaded *loaded,
			void (*each)(void *cookie, const void *key), void *cookie)
{
	const int map = find(e, loaded->image);
	BW_FREE char *last = malloc(e->key), *next = malloc(e->key);

	if (map < 0 || !last || !next)
		return map < 0 ? map : -ENOMEM;
	for (uint64_t i = 0; i < loaded->image->maps[map].max_entries; i++) {
		if (bpf_get_next_key(loaded->maps[map], i ? last : NULL, next) < 0)
			return 0;
		each(cookie, next);
		memcpy(last, next, e->key);
	}
	return 0;
}

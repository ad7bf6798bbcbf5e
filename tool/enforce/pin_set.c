/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin_set.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "enforce/pin_dir.h"
#include "enforce/pin_object.h"
#include "kernel/cpu.h"

#define TEXT "text"
#define MAP  "map_"

enum { TEXT_BYTES = 4096, DIGITS = 24 };

static const char *name_of(uint64_t generation, char name[DIGITS])
{
	snprintf(name, DIGITS, "g%llu", (unsigned long long)generation);
	return name;
}

uint64_t bw_pin_set_number(const char *name)
{
	char *end, again[DIGITS];
	uint64_t n = name[0] == 'g' ? strtoull(name + 1, &end, 10) : 0;

	return n > 0 && strcmp(name_of(n, again), name) == 0 ? n : 0;
}

/* Its length stands before it. */
static int put_text(int dir, const char *text, size_t len)
{
	const uint64_t length = len;
	BW_FREE char *all = malloc(sizeof(length) + len);
	BW_FD int map = -1;

	if (!all)
		return -ENOMEM;
	memcpy(all, &length, sizeof(length));
	memcpy(all + sizeof(length), text, len);
	map = bw_pin_object_make_array("text", TEXT_BYTES, (uint32_t)((sizeof(length) + len) / TEXT_BYTES + 1), 0, all,
				       sizeof(length) + len);
	return map < 0 ? map : bw_pin_object_put(dir, TEXT, map);
}

/* What attaches the programs comes last: without all maps it would be of no use to the next process. */
static int put_all(int dir, const struct bw_loaded *loaded, const struct bw_attached *attached, const char *text,
		   size_t len)
{
	char name[256];
	int r = put_text(dir, text, len);

	for (uint32_t i = 0; i < loaded->image->n_maps && r == 0; i++) {
		if ((size_t)snprintf(name, sizeof(name), MAP "%s", loaded->image->maps[i].name) >= sizeof(name))
			return -ENAMETOOLONG;
		if (!strchr(name, '.')) /* bpffs takes no dots; sections of variables have them */
			r = bw_pin_object_put(dir, name, loaded->maps[i]);
	}
	for (uint32_t i = 0; i < attached->n && r == 0; i++) {
		snprintf(name, sizeof(name), "link_%u", i);
		r = bw_pin_object_put(dir, name, attached->hooks[i]);
	}
	return r;
}

int bw_pin_set_put(int dir, uint64_t generation, const struct bw_loaded *loaded, const struct bw_attached *attached,
		   const char *text, size_t len)
{
	char name[DIGITS];
	BW_FD int set = -1;
	int r = mkdirat(dir, name_of(generation, name), 0700) < 0 ? -errno : 0;

	if (r == 0)
		set = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (r == 0)
		r = set < 0 ? -errno : put_all(set, loaded, attached, text, len);
	if (r == 0)
		return 0;
	bw_log_error(r, "cannot pin the enforcement in bpffs: %s", strerror(-r));
	if (set >= 0)
		bw_pin_dir_remove(dir, name, NULL);
	return r;
}

static int make_room(struct bw_pin_set *s, size_t n)
{
	struct bw_image_map *maps;
	int *fds = reallocarray(s->loaded.maps, n, sizeof(*fds));

	if (!fds)
		return -ENOMEM;
	s->loaded.maps = fds;
	maps = reallocarray(s->image.maps, n, sizeof(*maps));
	if (!maps)
		return -ENOMEM;
	s->image.maps = maps;
	return 0;
}

static int open_map(struct bw_pin_set *s, int dir, const char *name)
{
	const uint32_t n = s->image.n_maps;
	BW_FD int fd = bw_pin_object_get(dir, name);
	struct bw_image_map map = {0};
	int r = fd < 0 ? fd : bw_pin_object_describe(fd, &map);

	if (r == 0)
		r = make_room(s, (size_t)n + 1);
	if (r < 0)
		return r;
	map.name = strdup(name + strlen(MAP));
	if (!map.name)
		return -ENOMEM;
	s->loaded.maps[n] = bw_cleanup_take_fd(&fd);
	s->image.maps[n] = map;
	s->image.n_maps++;
	return 0;
}

static int open_text(struct bw_pin_set *s, int dir)
{
	struct bw_image_map map;
	BW_FD int fd = bw_pin_object_get(dir, TEXT);
	BW_FREE char *all = NULL;
	uint64_t len;
	int r = fd < 0 ? fd : bw_pin_object_describe(fd, &map);

	if (r == 0)
		r = bw_pin_object_read_array(fd, &map, &all);
	if (r < 0 || !all)
		return r;
	if (map.value_size < sizeof(len))
		return -EBADMSG;
	memcpy(&len, all, sizeof(len));
	if (len > (uint64_t)map.value_size * map.max_entries - sizeof(len))
		return -EBADMSG;
	s->text = calloc(1, len + 1);
	if (!s->text)
		return -ENOMEM;
	memcpy(s->text, all + sizeof(len), len);
	s->len = len;
	return 0;
}

struct reading {
	struct bw_pin_set *set;
	int dir;
};

static int open_entry(void *cookie, const char *name)
{
	const struct reading *r = cookie;

	return strncmp(name, MAP, strlen(MAP)) == 0 ? open_map(r->set, r->dir, name) : 0;
}

int bw_pin_set_open(struct bw_pin_set *s, int dir, uint64_t generation)
{
	char name[DIGITS];
	BW_FD int fd = openat(dir, name_of(generation, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct reading reading = {s, fd};
	int r = fd < 0 ? -errno : bw_cpu_possible("", &s->loaded.cpus);

	if (r == 0)
		r = bw_pin_dir_each(fd, open_entry, &reading);
	if (r == 0)
		r = open_text(s, fd);
	s->loaded.image = &s->image;
	return r < 0 ? bw_log_error(r, "cannot read what is pinned in bpffs as '%s': %s", name, strerror(-r)) : 0;
}

void bw_pin_set_free(struct bw_pin_set *s)
{
	for (uint32_t i = 0; i < s->image.n_maps; i++) {
		bw_cleanup_fd(&s->loaded.maps[i]);
		free((char *)s->image.maps[i].name);
	}
	free(s->loaded.maps);
	free(s->image.maps);
	free(s->text);
	*s = (struct bw_pin_set){0};
}

int bw_pin_set_remove(int dir, uint64_t generation, struct bw_pin_programs *programs)
{
	char name[DIGITS];

	name_of(generation, name);
	if (programs)
		bw_pin_programs_find(programs, dir, name);
	return bw_pin_dir_remove(dir, name, NULL);
}

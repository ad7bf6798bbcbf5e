/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/rule_maps.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "enforce/directories.h"
#include "enforce/identity.h"

enum { ROOM = 64 };

static struct bw_image_map maps[] = {
	{.name = "names", .type = BPF_MAP_TYPE_HASH, .key_size = sizeof(struct name_key), .value_size = 4},
	{.name = "files",
	 .type = BPF_MAP_TYPE_HASH,
	 .key_size = sizeof(struct file_id),
	 .value_size = sizeof(struct protection)},
	{.name = "dirs",
	 .type = BPF_MAP_TYPE_HASH,
	 .key_size = sizeof(struct file_id),
	 .value_size = sizeof(struct protection)},
	{.name = "shares", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8},
	{.name = "room", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8},
	{.name = "devices", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4},
	{.name = "places",
	 .type = BPF_MAP_TYPE_HASH,
	 .key_size = sizeof(struct file_id),
	 .value_size = sizeof(struct protection)},
	{.name = "steps",
	 .type = BPF_MAP_TYPE_HASH,
	 .key_size = sizeof(struct name_key),
	 .value_size = sizeof(struct step)},
	{.name = "exes", .type = BPF_MAP_TYPE_HASH, .key_size = 8, .value_size = sizeof(struct exe)},
	{.name = "exe_paths",
	 .type = BPF_MAP_TYPE_HASH,
	 .key_size = sizeof(struct name_key),
	 .value_size = sizeof(struct subject)},
	{.name = "settings", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof(struct settings)},
	{.name = "learned", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = sizeof(struct learned)},
	{.name = "outcomes", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4, .value_size = 8},
};

struct fake rule_maps;
struct bw_enforcement guard;
unsigned times_learned;

static struct file_id id_of_stat(const struct stat *st)
{
	return (struct file_id){.ino = st->st_ino, .dev = (uint32_t)st->st_dev};
}

/* The file that bccwatch opens for the program to see it: the one that does not block. False: none is open. */
static bool just_opened(struct stat *st)
{
	enum { FDS = 256 };

	for (int fd = 3; fd < FDS; fd++) {
		int flags = fcntl(fd, F_GETFL);

		if (flags >= 0 && flags & O_NONBLOCK && !(flags & O_PATH) && fstat(fd, st) == 0 &&
		    (S_ISREG(st->st_mode) || S_ISDIR(st->st_mode) || S_ISCHR(st->st_mode)))
			return true;
	}
	return false;
}

static void learn(struct fake_map *map)
{
	struct learned *learned = (struct learned *)map->values;
	struct stat st;

	times_learned++;
	if (just_opened(&st))
		*learned = (struct learned){
			.file = id_of_stat(&st), .inode = 0xffff000000000000 + st.st_ino, .count = 1, .process = 77};
}

void learn_nothing(void)
{
	fake_map(&rule_maps, "learned")->looked_up = NULL;
}

int make_rule_maps(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(maps); i++)
		maps[i].max_entries = maps[i].type == BPF_MAP_TYPE_ARRAY ? ROOMS : ROOM;
	fake_load(&rule_maps, maps, LENGTH(maps), 2);
	fake_map(&rule_maps, "learned")->looked_up = learn;
	guard = (struct bw_enforcement){
		.mounts_fd = -1, .waiting_fd = -1, .access = bw_access_default, .loaded = &rule_maps.loaded};
	strcpy(guard.comm, "unit");
	times_learned = 0;
	return 0;
}

int free_rule_maps(void **state)
{
	(void)state;
	bw_enforcement_free(&guard);
	fake_unload(&rule_maps);
	return 0;
}

struct file_id id_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return id_of_stat(&st);
}

bool has_name(const char *directory, const char *name)
{
	struct name_key key = {0};

	if (*directory)
		key.parent = id_of(directory);
	memcpy(key.name, name, strlen(name));
	return fake_value(fake_map(&rule_maps, "names"), &key) != NULL;
}

bool has_file(const char *path)
{
	struct file_id id = id_of(path);

	return fake_value(fake_map(&rule_maps, "files"), &id) != NULL;
}

bool has_dir(const char *path)
{
	struct file_id id = id_of(path);

	return fake_value(fake_map(&rule_maps, "dirs"), &id) != NULL;
}

uint32_t count_of(const char *map)
{
	return fake_map(&rule_maps, map)->n;
}

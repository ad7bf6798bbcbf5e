/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/trace_maps.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH(map, key, value)                                                                      \
	{                                                                                          \
		.name = (map), .type = BPF_MAP_TYPE_HASH, .key_size = (key), .value_size = (value) \
	}
#define ARRAY(map, value)                                                                       \
	{                                                                                       \
		.name = (map), .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = (value) \
	}

static struct bw_image_map maps[] = {
	ARRAY("filter", sizeof(struct filter)),
	ARRAY("own_open", sizeof(struct own_open)),
	HASH("names", sizeof(struct name_key), 4),
	HASH("files", sizeof(struct file_id), sizeof(struct protection)),
	HASH("dirs", sizeof(struct file_id), sizeof(struct protection)),
	HASH("devices", 4, 4),
	HASH("exes", sizeof(struct file_id), 4),
	HASH("not_exes", sizeof(struct file_id), 4),
	HASH("tree", 4, 4),
	HASH("readers", 4, 4),
	HASH("not_pids", 4, 4),
	HASH("not_uids", 4, 4),
	HASH("not_comms", 16, 4),
	HASH("cgroups", 8, 4),
};

struct fake trace_maps;
struct bw_trace_options trace_options;
const pid_t *trace_opener;
unsigned trace_others;

static struct file_id id_of_stat(const struct stat *st)
{
	return (struct file_id){.ino = st->st_ino, .dev = (uint32_t)st->st_dev};
}

/* What the process that opens has open, beside its socket. */
static bool just_opened(struct stat *st)
{
	char path[300];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	if (!trace_opener)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/fd", *trace_opener);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", *trace_opener, entry->d_name);
		if (entry->d_name[0] != '.' && stat(path, st) == 0 && !S_ISSOCK(st->st_mode))
			found = true;
		if (found)
			break;
	}
	if (dir)
		closedir(dir);
	return found;
}

static void note(struct fake_map *map)
{
	struct own_open *own = (struct own_open *)map->values;
	struct stat st = {0};
	bool by_opener = just_opened(&st);

	*own = (struct own_open){.file = id_of_stat(&st), .process = by_opener ? 77 : 78, .count = 1 + trace_others};
	trace_others -= trace_others > 0;
}

int make_trace_maps(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(maps); i++)
		maps[i].max_entries = 1;
	trace_options = (struct bw_trace_options)BW_TRACE_OPTIONS_DEFAULTS;
	trace_opener = NULL;
	trace_others = 0;
	memset(&trace_maps, 0, sizeof(trace_maps));
	trace_maps.image.maps = maps;
	trace_maps.image.n_maps = LENGTH(maps);
	return 0;
}

int free_trace_maps(void **state)
{
	(void)state;
	if (trace_maps.loaded.maps)
		fake_unload(&trace_maps);
	bw_trace_options_free(&trace_options);
	return 0;
}

void trace_parse(const char *const *words)
{
	static char *argv[32];
	static const struct bw_command command = {
		.name = "trace", .operands = "[PATH...]", .options = bw_trace_options_table};
	int argc = 1;

	memset(argv, 0, sizeof(argv));
	argv[0] = (char *)"trace";
	for (; *words; words++)
		argv[argc++] = (char *)*words;
	assert_int_equal(bw_trace_options_parse(&trace_options, &command, argc, argv), 0);
}

void trace_load(void)
{
	fake_load(&trace_maps, maps, LENGTH(maps), 2);
	fake_map(&trace_maps, "own_open")->looked_up = note;
}

static struct file_id id_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return id_of_stat(&st);
}

bool trace_has_name(const char *directory, const char *name)
{
	struct name_key key = {.parent = id_of(directory)};

	memcpy(key.name, name, strlen(name));
	return fake_value(fake_map(&trace_maps, "names"), &key) != NULL;
}

bool trace_has(const char *map, const char *path)
{
	struct file_id id = id_of(path);

	return fake_value(fake_map(&trace_maps, map), &id) != NULL;
}

uint32_t trace_access(const char *map, const char *path)
{
	struct file_id id = id_of(path);
	const struct protection *found = fake_value(fake_map(&trace_maps, map), &id);

	return found ? found->access : 0;
}

uint32_t trace_count(const char *map)
{
	return fake_map(&trace_maps, map)->n;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/map_rows.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static bool is_array(uint32_t type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_per_cpu(uint32_t type)
{
	return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool bw_map_rows_is_queue(const struct bw_image_map *map)
{
	return map->type == BPF_MAP_TYPE_QUEUE || map->type == BPF_MAP_TYPE_STACK;
}

bool bw_map_rows_can(const struct bw_image_map *map)
{
	if (map->content)
		return false;
	return bw_map_rows_is_queue(map) || is_array(map->type) || is_per_cpu(map->type) ||
	       map->type == BPF_MAP_TYPE_HASH || map->type == BPF_MAP_TYPE_LRU_HASH ||
	       map->type == BPF_MAP_TYPE_LPM_TRIE;
}

/* 4 or 8 bytes of an unknown type are a number. */
static struct bw_layout layout_of(const struct bw_layout *known, uint32_t size)
{
	static const struct bw_layout_field word = {.name = "", .kind = BW_UNSIGNED, .size = 4, .count = 1};
	static const struct bw_layout_field longer = {.name = "", .kind = BW_UNSIGNED, .size = 8, .count = 1};

	if (known->n > 0 && known->size == size)
		return *known;
	if (size != 4 && size != 8)
		return (struct bw_layout){NULL, 0, size};
	return (struct bw_layout){size == 4 ? &word : &longer, 1, size};
}

struct bw_table bw_map_rows_table(const struct bw_loaded *loaded, uint32_t map)
{
	const struct bw_image_map *m = &loaded->image->maps[map];

	const uint32_t key_size = bw_map_rows_is_queue(m) ? (uint32_t)sizeof(uint32_t) : m->key_size;

	return (struct bw_table){
		.name = m->name,
		.key = layout_of(&m->key, key_size),
		.value = layout_of(&m->value, m->value_size),
		.key_size = key_size,
		.value_size = m->value_size,
		.cpus = is_per_cpu(m->type) ? loaded->cpus : 0,
	};
}

/* Makes space for another row, zeroed; NULL: no memory. */
static char *new_row(const struct bw_table *table, struct bw_table_rows *rows, size_t *room)
{
	size_t stride = bw_table_stride(table);

	if (rows->n == *room) {
		size_t more = *room ? 2 * *room : 64;
		char *bytes = reallocarray(rows->bytes, more, stride);

		if (!bytes)
			return NULL;
		rows->bytes = bytes;
		*room = more;
	}
	return memset(rows->bytes + rows->n * stride, 0, stride);
}

static bool is_zero(const char *bytes, size_t len)
{
	return len == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0);
}

static int by_key(const void *a, const void *b, void *size)
{
	return memcmp(a, b, *(const size_t *)size);
}

/* If the entry that was read last was removed, the kernel starts again from the first. */
static void remove_twins(const struct bw_table *table, struct bw_table_rows *rows)
{
	size_t stride = bw_table_stride(table), size = table->key_size, kept = 1;

	if (rows->n == 0)
		return;
	qsort_r(rows->bytes, rows->n, stride, by_key, &size);
	for (size_t i = 1; i < rows->n; i++) {
		char *row = rows->bytes + i * stride;

		if (memcmp(row, rows->bytes + (kept - 1) * stride, size) != 0)
			memmove(rows->bytes + kept++ * stride, row, stride);
	}
	rows->n = kept;
}

/* A program that goes on filling it does not keep the loop going. */
static int take_out(const struct bw_image_map *m, int fd, const struct bw_table *table, struct bw_table_rows *rows)
{
	size_t room = 0;

	for (uint32_t i = 0; i < m->max_entries; i++) {
		char *row = new_row(table, rows, &room);

		if (!row)
			return -ENOMEM;
		if (bpf_lookup_and_delete(fd, NULL, row + bw_table_value_at(table)) < 0)
			return errno == ENOENT ? 0 : -errno;
		memcpy(row, &i, sizeof(i));
		rows->n++;
	}
	return 0;
}

static int read_entries(const struct bw_loaded *loaded, uint32_t map, const struct bw_table *table,
			struct bw_table_rows *rows)
{
	const struct bw_image_map *m = &loaded->image->maps[map];
	size_t at = bw_table_value_at(table), values = bw_table_stride(table) - at, room = 0;
	BW_FREE char *key = malloc(m->key_size + 1);
	int fd = loaded->maps[map];

	if (!key)
		return -ENOMEM;
	/* An entry can come again for each that was removed meanwhile: the limit ends the loop. */
	for (uint64_t turn = 0; turn < 2ULL * m->max_entries; turn++) {
		char *row = new_row(table, rows, &room);

		if (!row)
			return -ENOMEM;
		if (bpf_get_next_key(fd, turn ? key : NULL, row) < 0) {
			if (errno != ENOENT)
				return -errno;
			break;
		}
		memcpy(key, row, m->key_size);
		if (bpf_lookup_elem(fd, key, row + at) < 0)
			continue; /* gone */
		if (!is_array(m->type) || !is_zero(row + at, values))
			rows->n++;
	}
	remove_twins(table, rows);
	return 0;
}

int bw_map_rows_read(const struct bw_loaded *loaded, uint32_t map, const struct bw_table *table,
		     struct bw_table_rows *rows)
{
	const struct bw_image_map *m = &loaded->image->maps[map];

	*rows = (struct bw_table_rows){0};
	return bw_map_rows_is_queue(m) ? take_out(m, loaded->maps[map], table, rows)
				       : read_entries(loaded, map, table, rows);
}

void bw_map_rows_free(struct bw_table_rows *rows)
{
	free(rows->bytes);
	*rows = (struct bw_table_rows){0};
}

int bw_map_rows_clear(const struct bw_loaded *loaded, uint32_t map, const struct bw_table *table,
		      const struct bw_table_rows *rows)
{
	size_t stride = bw_table_stride(table);
	BW_FREE char *zero = calloc(1, stride + 1);
	bool array = is_array(loaded->image->maps[map].type);
	int fd = loaded->maps[map];

	if (!zero)
		return -ENOMEM;
	for (size_t i = 0; i < rows->n; i++) {
		char *key = rows->bytes + i * stride;

		if ((array ? bpf_update_elem(fd, key, zero, BPF_ANY) : bpf_delete_elem(fd, key)) < 0 && errno != ENOENT)
			return -errno;
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/map_put.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "output/prefix.h"
#include "output/table.h"
#include "output/value_parse.h"
#include "program/map_rows.h"

static int fail(const char *spec, const char *what, const char *why)
{
	return bw_log_error(-EINVAL, "--put %s: the %s: %s", spec, what, why);
}

static int parse_key(const struct bw_image_map *map, const struct bw_table *table, const char *text, void *key,
		     const char **why)
{
	if (map->type == BPF_MAP_TYPE_LPM_TRIE)
		return bw_prefix_parse(text, key, map->key_size, why);
	return bw_value_parse(&table->key, text, key, map->key_size, why);
}

/* All CPUs get what the first one has. */
static void repeat(const struct bw_table *table, char *values)
{
	const size_t step = (table->value_size + 7) / 8 * 8;

	for (uint32_t cpu = 1; cpu < table->cpus; cpu++)
		memcpy(values + cpu * step, values, step);
}

static int put(const struct bw_loaded *loaded, uint32_t index, const char *spec, const char *key_text,
	       const char *value_text)
{
	const struct bw_image_map *map = &loaded->image->maps[index];
	const struct bw_table table = bw_map_rows_table(loaded, index);
	BW_FREE char *row = calloc(1, bw_table_stride(&table) + 1);
	char *values = row ? row + bw_table_value_at(&table) : NULL;
	const char *why;

	if (!row)
		return bw_log_error(-ENOMEM, "--put %s: out of memory", spec);
	if (parse_key(map, &table, key_text, row, &why) < 0)
		return fail(spec, "key", why);
	if (bw_value_parse(&table.value, value_text, values, table.value_size, &why) < 0)
		return fail(spec, "value", why);
	repeat(&table, values);
	if (bpf_update_elem(loaded->maps[index], row, values, BPF_ANY) < 0)
		return bw_log_error(-errno, "--put %s: %s", spec,
				    errno == E2BIG ? "the map has no such index, or is full" : strerror(errno));
	return 0;
}

int bw_map_put(const struct bw_loaded *loaded, const char *spec)
{
	const size_t len = strcspn(spec, ": ");
	const char *equals = spec[len] ? strchr(spec + len, '=') : NULL;
	BW_FREE char *name = strndup(spec, len);
	BW_FREE char *key = equals ? strndup(spec + len + 1, (size_t)(equals - spec - (ptrdiff_t)len - 1)) : NULL;
	int i;

	if (!name || (equals && !key))
		return bw_log_error(-ENOMEM, "--put %s: out of memory", spec);
	if (!equals || len == 0)
		return bw_log_error(-EINVAL, "--put %s: it is MAP:KEY=VALUE", spec);
	i = bw_image_find_map(loaded->image, name);
	if (i < 0)
		return bw_log_error(-ENOENT, "--put %s: the source has no map of that name", spec);
	if (!bw_map_rows_can(&loaded->image->maps[i]) || bw_map_rows_is_queue(&loaded->image->maps[i]))
		return bw_log_error(-EINVAL, "--put %s: this kind of map cannot be filled", spec);
	return put(loaded, (uint32_t)i, spec, key, equals + 1);
}

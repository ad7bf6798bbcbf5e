/* SPDX-License-Identifier: Apache-2.0 */
#include "output/layout.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

bool bw_layout_is_single(const struct bw_layout *layout)
{
	return layout->n > 0 && layout->n == 1 + layout->fields[0].below && !*layout->fields[0].name;
}

const struct bw_layout_field *bw_layout_find(const struct bw_layout *layout, const char *name)
{
	for (uint32_t i = 0; i < layout->n; i += 1 + layout->fields[i].below)
		if (strcmp(layout->fields[i].name, name) == 0)
			return &layout->fields[i];
	return NULL;
}

static bool is_size_of(const struct bw_layout_field *f)
{
	switch (f->kind) {
	case BW_UNSIGNED:
	case BW_SIGNED:
		return f->size == 1 || f->size == 2 || f->size == 4 || f->size == 8;
	case BW_BOOL:
	case BW_CHAR:
		return f->size == 1;
	case BW_POINTER:
		return f->size == 8;
	default:
		return f->size > 0 || f->below == 0;
	}
}

static bool is_whole(const struct bw_layout_field *f)
{
	uint64_t count = 1;

	if (f->n_dims > BW_DIMS || f->count > BW_EVENT_MAX)
		return false;
	for (uint32_t i = 0; i < f->n_dims && count <= BW_EVENT_MAX; i++)
		count *= f->dims[i];
	if (count != f->count)
		return false;
	return f->bits == 0 || (f->size <= 8 && f->n_dims == 0 && f->shift < 64 && f->bits <= 8 * f->size - f->shift);
}

static int check_fields(const struct bw_layout_field *fields, uint32_t n, uint32_t size, unsigned depth)
{
	if (depth > 32)
		return -EINVAL;
	for (uint32_t i = 0; i < n; i += 1 + fields[i].below) {
		const struct bw_layout_field *f = &fields[i];
		bool nested = f->kind == BW_STRUCT || f->kind == BW_UNION;

		if (f->kind >= BW_KINDS || !is_size_of(f) || !is_whole(f))
			return -EINVAL;
		if (f->offset > size || (uint64_t)f->size * f->count > size - f->offset)
			return -EINVAL;
		if (f->below > n - i - 1 || (f->below && !nested))
			return -EINVAL;
		if (nested && check_fields(f + 1, f->below, f->size, depth + 1) < 0)
			return -EINVAL;
	}
	return 0;
}

int bw_layout_check(const struct bw_layout *layout)
{
	if (layout->size > BW_EVENT_MAX)
		return -EINVAL;
	return check_fields(layout->fields, layout->n, layout->size, 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "output/timestamp_field.h"

#include <string.h>

const struct bw_layout_field *bw_timestamp_field_find(const struct bw_layout *layout)
{
	const struct bw_layout_field *f = bw_layout_find(layout, "ts");

	return f && f->size == 8 && f->n_dims == 0 && (f->kind == BW_UNSIGNED || f->kind == BW_SIGNED) ? f : NULL;
}

uint64_t bw_timestamp_field_read(const struct bw_timestamp_clock *clock, const struct bw_layout_field *field,
				 const void *sample, size_t size, bool *other)
{
	uint64_t ns = 0;

	if (field && field->offset + sizeof(ns) <= size)
		memcpy(&ns, (const char *)sample + field->offset, sizeof(ns));
	*other = ns != 0 && !bw_timestamp_is_time(clock, ns);
	return ns != 0 && !*other ? ns : bw_timestamp_now();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "output/event_time.h"

#include <string.h>

const struct bw_layout_field *bw_event_time_field(const struct bw_layout *layout)
{
	const struct bw_layout_field *f = bw_layout_find(layout, "ts");

	return f && f->size == 8 && f->n_dims == 0 && (f->kind == BW_UNSIGNED || f->kind == BW_SIGNED) ? f : NULL;
}

uint64_t bw_event_time_of(const struct bw_clock *clock, const struct bw_layout_field *field, const void *sample,
			  size_t size, bool *other)
{
	uint64_t ns = 0;

	if (field && field->offset + sizeof(ns) <= size)
		memcpy(&ns, (const char *)sample + field->offset, sizeof(ns));
	*other = ns != 0 && !bw_clock_is_time(clock, ns);
	return ns != 0 && !*other ? ns : bw_clock_now();
}

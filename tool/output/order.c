/* SPDX-License-Identifier: Apache-2.0 */
#include "output/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct bw_order_event {
	uint64_t time;
	size_t at, size; /* in the bytes of all */
	uint32_t event;
};

/* Enlarges *all, of *room elements, for n. 0 or -ENOMEM. */
static int make_room(void **all, size_t *room, size_t n, size_t element)
{
	size_t more = n > 2 * *room ? n : 2 * *room;
	void *larger;

	if (n <= *room)
		return 0;
	larger = reallocarray(*all, more, element);
	if (!larger)
		return -ENOMEM;
	*all = larger;
	*room = more;
	return 0;
}

int bw_order_add(struct bw_order *o, uint64_t time, uint32_t event, const void *data, size_t size)
{
	if (make_room((void **)&o->kept, &o->room, o->n + 1, sizeof(*o->kept)) < 0 ||
	    make_room((void **)&o->bytes, &o->size, o->len + size, 1) < 0)
		return -ENOMEM;
	o->kept[o->n++] = (struct bw_order_event){time, o->len, size, event};
	memcpy(o->bytes + o->len, data, size);
	o->len += size;
	return 0;
}

/* `at` grows in the order of arrival. */
static int by_time(const void *a, const void *b)
{
	const struct bw_order_event *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

void bw_order_drain(struct bw_order *o, bw_order_fn show, void *cookie)
{
	if (o->n > 1)
		qsort(o->kept, o->n, sizeof(*o->kept), by_time);
	for (size_t i = 0; i < o->n; i++)
		show(cookie, o->kept[i].event, o->bytes + o->kept[i].at, o->kept[i].size);
	o->n = o->len = 0;
}

void bw_order_free(struct bw_order *o)
{
	free(o->kept);
	free(o->bytes);
	*o = (struct bw_order){0};
}

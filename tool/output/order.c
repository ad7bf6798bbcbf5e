/* SPDX-License-Identifier: Apache-2.0 */
#include "output/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Before the bytes of each event. */
struct head {
	uint64_t time, arrival;
	uint32_t size, event;
};

struct bw_order_run {
	char *bytes;	 /* owned */
	size_t from, to; /* of them the events' */
	size_t room;
	uint64_t last_time; /* of the event at the end */
};

enum { ALIGNMENT = 8, FIRST_ROOM = 1 << 14, LARGE_ROOM = 1 << 17 };

static size_t length_of(size_t size)
{
	return sizeof(struct head) + (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* As the limit counts it: not more than what a perf buffer needs for it, so that what full buffers hold can be kept. */
static size_t counted(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + 8;
}

static const struct head *first(const struct bw_order_run *run)
{
	return (const struct head *)(const void *)(run->bytes + run->from);
}

static bool is_before(const struct head *a, const struct head *b)
{
	return a->time != b->time ? a->time < b->time : a->arrival < b->arrival;
}

/* Room for len bytes at the end: what was shown gives up its own first, if that is a quarter. 0 or -ENOMEM. */
static int make_room(struct bw_order_run *run, size_t len)
{
	size_t used = run->to - run->from, larger = run->room ? run->room : FIRST_ROOM;
	char *bytes;

	if (run->bytes && run->room - run->to >= len)
		return 0;
	if (run->bytes && run->from > 0)
		memmove(run->bytes, run->bytes + run->from, used);
	run->from = 0;
	run->to = used;
	if (run->bytes && run->room - used >= len && used <= run->room / 4 * 3)
		return 0;
	while (larger - used < len || used > larger / 4 * 3)
		larger += larger / 2;
	bytes = realloc(run->bytes, larger);
	if (!bytes)
		return -ENOMEM;
	run->bytes = bytes;
	run->room = larger;
	return 0;
}

/* Can an event of that time stand behind those of the run? */
static bool fits(const struct bw_order_run *run, uint64_t time)
{
	return run->from == run->to || run->last_time <= time;
}

static int add_run(struct bw_order *o)
{
	size_t room = o->room ? o->room * 2 : 4;
	struct bw_order_run *more;

	if (o->n == BW_ORDER_RUNS)
		return -E2BIG;
	if (o->n == o->room) {
		more = reallocarray(o->runs, room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		o->runs = more;
		o->room = room;
	}
	o->last = o->n++;
	o->runs[o->last] = (struct bw_order_run){0};
	return 0;
}

/* o->last: that of the event before if it fits, else where the gap is the smallest, so that few runs suffice. */
static int choose_run(struct bw_order *o, uint64_t time)
{
	size_t best = o->n;

	if (o->last < o->n && fits(&o->runs[o->last], time) && o->runs[o->last].from < o->runs[o->last].to)
		return 0;
	for (size_t i = 0; i < o->n; i++) {
		const struct bw_order_run *run = &o->runs[i];
		bool better = best == o->n || o->runs[best].from == o->runs[best].to ||
			      (run->from < run->to && run->last_time > o->runs[best].last_time);

		if (fits(run, time) && better)
			best = i;
	}
	o->last = best;
	return best < o->n ? 0 : add_run(o);
}

static void append(struct bw_order *o, const struct head *head, const void *data)
{
	struct bw_order_run *run = &o->runs[o->last];

	memcpy(run->bytes + run->to, head, sizeof(*head));
	if (head->size)
		memcpy(run->bytes + run->to + sizeof(*head), data, head->size);
	run->to += length_of(head->size);
	run->last_time = head->time;
	o->kept += counted(head->size);
}

/* What a flood needed is given back. */
static void empty(struct bw_order_run *run)
{
	run->from = run->to = 0;
	if (run->room <= LARGE_ROOM)
		return;
	free(run->bytes);
	run->bytes = NULL;
	run->room = 0;
}

static void show_first(struct bw_order *o, struct bw_order_run *run)
{
	const struct head *head = first(run);
	size_t len = length_of(head->size);

	o->shown = head->time;
	o->kept -= counted(head->size);
	run->from += len;
	o->show(o->cookie, head->event, head + 1, head->size, false);
	if (run->from == run->to)
		empty(run);
}

/* The run of the earliest event; NULL: none is kept. *next: the earliest event of the others; NULL: there is none. */
static struct bw_order_run *find_earliest(const struct bw_order *o, const struct head **next)
{
	struct bw_order_run *earliest = NULL;

	*next = NULL;
	for (size_t i = 0; i < o->n; i++) {
		struct bw_order_run *run = &o->runs[i];

		if (run->from == run->to)
			continue;
		if (!earliest || is_before(first(run), first(earliest))) {
			*next = earliest ? first(earliest) : NULL;
			earliest = run;
		} else if (!*next || is_before(first(run), *next)) {
			*next = first(run);
		}
	}
	return earliest;
}

static void keep_within(struct bw_order *o, size_t bytes)
{
	const struct head *next;

	while (o->kept > bytes) {
		struct bw_order_run *run = find_earliest(o, &next);

		while (o->kept > bytes && run->from < run->to && (!next || is_before(first(run), next)))
			show_first(o, run);
	}
}

void bw_order_drain(struct bw_order *o, uint64_t until)
{
	const struct head *next;

	for (;;) {
		struct bw_order_run *run = find_earliest(o, &next);

		if (!run || first(run)->time > until)
			return;
		while (run->from < run->to && first(run)->time <= until && (!next || is_before(first(run), next)))
			show_first(o, run);
	}
}

void bw_order_add(struct bw_order *o, uint64_t time, uint32_t event, const void *data, size_t size)
{
	const struct head head = {time, o->arrivals++, (uint32_t)size, event};
	size_t more = counted(size);

	if (o->limit && o->kept + more > o->limit)
		keep_within(o, more < o->limit ? o->limit - more : 0);
	if (time >= o->shown && choose_run(o, time) == 0 && make_room(&o->runs[o->last], length_of(size)) == 0) {
		append(o, &head, data);
		return;
	}
	bw_order_drain(o, time); /* nothing, if it is late */
	o->late += time < o->shown;
	o->show(o->cookie, event, data, size, time < o->shown);
	o->shown = time > o->shown ? time : o->shown;
}

void bw_order_finish(struct bw_order *o)
{
	bw_order_drain(o, UINT64_MAX);
	o->shown = 0;
}

uint64_t bw_order_earliest(const struct bw_order *o)
{
	const struct head *next;
	const struct bw_order_run *run = find_earliest(o, &next);

	return run ? first(run)->time : UINT64_MAX;
}

void bw_order_free(struct bw_order *o)
{
	for (size_t i = 0; i < o->n; i++)
		free(o->runs[i].bytes);
	free(o->runs);
	o->runs = NULL;
	o->n = o->room = o->kept = 0;
}

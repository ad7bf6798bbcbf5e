/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/order.h"
#include "tests/unit/unit.h"

static char text[256];
static struct bw_order order;

static void append(void *cookie, uint32_t event, const void *data, size_t size, bool late)
{
	assert_ptr_equal(cookie, &order);
	sprintf(text + strlen(text), "%u:%.*s%s ", event, (int)size, (const char *)data, late ? "!" : "");
}

static int begin(void **state)
{
	(void)state;
	*text = '\0';
	order = (struct bw_order){.show = append, .cookie = &order};
	return 0;
}

static int end(void **state)
{
	(void)state;
	bw_order_free(&order);
	return 0;
}

static void add(uint64_t time, uint32_t event, const char *bytes)
{
	bw_order_add(&order, time, event, bytes, strlen(bytes));
}

static void events_are_given_in_the_order_of_their_times(void **state)
{
	(void)state;
	bw_order_drain(&order, UINT64_MAX);
	add(7, 1, "late");
	add(5, 2, "");
	add(5, 3, "b");
	add(1, 0, "early");
	assert_int_equal(bw_order_earliest(&order), 1);
	bw_order_finish(&order);
	assert_string_equal(text, "0:early 2: 3:b 1:late ");
	assert_int_equal(bw_order_earliest(&order), UINT64_MAX);
	bw_order_finish(&order);
	assert_string_equal(text, "0:early 2: 3:b 1:late ");
	add(2, 4, "anew"); /* after the end any time is as good as another */
	bw_order_finish(&order);
	assert_string_equal(text, "0:early 2: 3:b 1:late 4:anew ");
	assert_int_equal(order.late, 0);
}

static void what_is_later_than_the_given_time_is_kept(void **state)
{
	(void)state;
	add(3, 0, "c");
	add(1, 0, "a");
	add(4, 0, "d");
	bw_order_drain(&order, 3);
	assert_string_equal(text, "0:a 0:c ");
	add(3, 0, "c2"); /* as late as what was shown, not later */
	bw_order_drain(&order, 4);
	assert_string_equal(text, "0:a 0:c 0:c2 0:d ");
	assert_int_equal(order.late, 0);
}

static void an_event_that_comes_too_late_is_shown_at_once_marked_and_counted(void **state)
{
	(void)state;
	add(5, 0, "e");
	add(9, 0, "i");
	bw_order_drain(&order, 5);
	add(4, 1, "d");
	assert_string_equal(text, "0:e 1:d! ");
	assert_int_equal(order.late, 1);
	bw_order_finish(&order);
	assert_string_equal(text, "0:e 1:d! 0:i ");
}

static void the_earliest_are_shown_early_where_there_are_too_many(void **state)
{
	(void)state;
	order.limit = 3 * 16; /* three events */
	add(4, 0, "d");
	add(2, 0, "b");
	add(3, 0, "c");
	assert_string_equal(text, "");
	add(9, 0, "i");
	assert_string_equal(text, "0:b ");
	add(8, 0, "h");
	add(1, 0, "a");
	assert_string_equal(text, "0:b 0:c 0:d 0:a! ");
	bw_order_finish(&order);
	assert_string_equal(text, "0:b 0:c 0:d 0:a! 0:h 0:i ");
}

static void an_event_that_is_larger_than_the_limit_is_shown_in_its_turn(void **state)
{
	(void)state;
	order.limit = 8;
	add(1, 0, "a");
	add(2, 0, "b");
	bw_order_finish(&order);
	assert_string_equal(text, "0:a 0:b ");
}

/* Of four CPUs with 25,000 events each, read one after the other as often as they hold 100. */
enum { CPUS = 4, EACH = 25000, PASS = 100 };

static struct {
	uint64_t last, n;
	uint32_t next[CPUS];
} merged;

static void check(void *cookie, uint32_t event, const void *data, size_t size, bool late)
{
	uint64_t value[3];

	(void)cookie;
	assert_int_equal(size, event % 2 ? 20 : 24);
	memcpy(value, data, size);
	assert_false(late);
	assert_true(value[0] >= merged.last);
	assert_int_equal(value[1], merged.next[event]++);
	merged.last = value[0];
	merged.n++;
}

static void many_events_of_several_buffers_are_merged(void **state)
{
	uint64_t passed = 0, all = 0;

	(void)state;
	memset(&merged, 0, sizeof(merged));
	order.show = check;
	for (uint32_t pass = 0; pass < EACH / PASS; pass++) {
		for (uint32_t cpu = 0; cpu < CPUS; cpu++)
			for (uint32_t i = 0; i < PASS; i++) {
				uint64_t value[3] = {(uint64_t)(pass * PASS + i) * 10 + (i * 7 + cpu * 3) % 10,
						     pass * PASS + i};

				bw_order_add(&order, value[0], cpu, value, cpu % 2 ? 20 : 24);
				all++;
			}
		bw_order_drain(&order, passed);
		passed = (uint64_t)pass * PASS * 10;
	}
	assert_true(order.n <= CPUS);
	assert_true(merged.n < all);
	bw_order_finish(&order);
	assert_int_equal(merged.n, all);
	assert_int_equal(order.late, 0);
}

static void check_time(void *cookie, uint32_t event, const void *data, size_t size, bool late)
{
	uint64_t time;

	(void)cookie;
	(void)event;
	assert_int_equal(size, sizeof(time));
	memcpy(&time, data, size);
	assert_false(late);
	assert_true(time >= merged.last);
	merged.last = time;
	merged.n++;
}

static void times_without_any_order_come_out_in_theirs(void **state)
{
	uint32_t seed = 1;

	(void)state;
	memset(&merged, 0, sizeof(merged));
	order.show = check_time;
	for (int i = 0; i < 1000; i++) {
		uint64_t time;

		seed = seed * 1103515245 + 12345;
		time = seed / 65536;
		bw_order_add(&order, time, 0, &time, sizeof(time));
	}
	assert_int_equal(merged.n, 0); /* they need fewer runs than there may be */
	bw_order_finish(&order);
	assert_int_equal(merged.n, 1000);
}

#define ORDERED(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	ORDERED(events_are_given_in_the_order_of_their_times),
	ORDERED(what_is_later_than_the_given_time_is_kept),
	ORDERED(an_event_that_comes_too_late_is_shown_at_once_marked_and_counted),
	ORDERED(the_earliest_are_shown_early_where_there_are_too_many),
	ORDERED(an_event_that_is_larger_than_the_limit_is_shown_in_its_turn),
	ORDERED(many_events_of_several_buffers_are_merged),
	ORDERED(times_without_any_order_come_out_in_theirs),
};

UNIT_MODULE("output/order", NULL, NULL);

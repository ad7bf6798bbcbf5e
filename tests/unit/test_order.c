/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/order.h"
#include "tests/unit/unit.h"

static void append(void *cookie, uint32_t event, const void *data, size_t size)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%u:%.*s ", event, (int)size, (const char *)data);
}

static void events_are_given_in_the_order_of_their_times(void **state)
{
	struct bw_order order = {0};
	char text[64] = "";

	(void)state;
	bw_order_drain(&order, append, text);
	assert_int_equal(bw_order_add(&order, 7, 1, "late", 4), 0);
	assert_int_equal(bw_order_add(&order, 5, 2, "", 0), 0);
	assert_int_equal(bw_order_add(&order, 5, 3, "b", 1), 0);
	assert_int_equal(bw_order_add(&order, 1, 0, "early", 5), 0);
	bw_order_drain(&order, append, text);
	assert_string_equal(text, "0:early 2: 3:b 1:late ");
	bw_order_drain(&order, append, text);
	assert_string_equal(text, "0:early 2: 3:b 1:late ");
	bw_order_free(&order);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(events_are_given_in_the_order_of_their_times),
};

UNIT_MODULE("output/order", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "output/timestamp.h"
#include "output/timestamp_field.h"
#include "tests/unit/unit.h"

static const struct bw_layout_field *time_field(struct bw_layout_field field)
{
	static struct bw_layout_field fields[2];

	fields[0] = (struct bw_layout_field){.name = "pid", .kind = BW_UNSIGNED, .size = 4, .count = 1};
	fields[1] = field;
	return bw_timestamp_field_find(&(struct bw_layout){fields, 2, 16});
}

static void the_time_is_a_number_of_8_bytes_called_ts(void **state)
{
	const struct bw_layout_field ts = {.name = "ts", .kind = BW_UNSIGNED, .offset = 8, .size = 8, .count = 1};
	struct bw_layout_field f = ts;

	(void)state;
	assert_non_null(time_field(f));
	f.kind = BW_SIGNED;
	assert_non_null(time_field(f));
	f.kind = BW_POINTER;
	assert_null(time_field(f));
	f = ts;
	f.size = 4;
	assert_null(time_field(f));
	f = ts;
	f.n_dims = 1;
	assert_null(time_field(f));
	f = ts;
	f.name = "time";
	assert_null(time_field(f));
}

/* Of an event with that time of which `size` bytes were sent. */
static uint64_t time_of(uint64_t ts, size_t size, bool *other)
{
	static const struct bw_layout_field field = {
		.name = "ts", .kind = BW_UNSIGNED, .offset = 8, .size = 8, .count = 1};
	const struct bw_timestamp_clock clock = {.start = bw_timestamp_now() - 1000000000};
	char sample[16] = "";

	memcpy(sample + 8, &ts, sizeof(ts));
	return bw_timestamp_field_read(&clock, &field, sample, size, other);
}

static void the_time_of_an_event_is_its_own(void **state)
{
	uint64_t now = bw_timestamp_now();
	bool other = true;

	(void)state;
	assert_true(time_of(now - 1000, 16, &other) == now - 1000);
	assert_false(other);
}

static void an_event_without_its_time_is_of_now(void **state)
{
	uint64_t now = bw_timestamp_now();
	bool other = true;

	(void)state;
	assert_true(time_of(0, 16, &other) >= now);
	assert_false(other);
	assert_true(time_of(now - 1000, 15, &other) >= now); /* not all of it was sent */
	assert_false(other);
	assert_true(bw_timestamp_field_read(&(struct bw_timestamp_clock){0}, NULL, "", 0, &other) >= now);
	assert_false(other);
}

static void a_number_that_is_no_time_of_this_run_is_something_else(void **state)
{
	uint64_t now = bw_timestamp_now();
	bool other = false;

	(void)state;
	assert_true(time_of(17, 16, &other) >= now);
	assert_true(other);
	other = false;
	assert_true(time_of(UINT64_MAX, 16, &other) < UINT64_MAX);
	assert_true(other);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_time_is_a_number_of_8_bytes_called_ts),
	cmocka_unit_test(the_time_of_an_event_is_its_own),
	cmocka_unit_test(an_event_without_its_time_is_of_now),
	cmocka_unit_test(a_number_that_is_no_time_of_this_run_is_something_else),
};

UNIT_MODULE("output/timestamp_field", NULL, NULL);

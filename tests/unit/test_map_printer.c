/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/out.h"
#include "cmd/map_printer.h"
#include "output/timestamp.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"

static const struct bw_layout_field owner_fields[] = {
	{.name = "pid", .kind = BW_UNSIGNED, .size = 4, .count = 1},
	{.name = "kernel_stack_id", .kind = BW_SIGNED, .offset = 4, .size = 4, .count = 1}};

enum { COUNTS, OWNERS, STACKS, REFUSED, IDS };

static struct bw_image_map image_maps[] = {
	[COUNTS] = {.name = "counts", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 8},
	[OWNERS] = {.name = "owners",
		    .type = BPF_MAP_TYPE_HASH,
		    .key_size = 8,
		    .value_size = 8,
		    .max_entries = 8,
		    .key = {owner_fields, 2, 8}},
	[STACKS] =
		{.name = "stacks", .type = BPF_MAP_TYPE_STACK_TRACE, .key_size = 4, .value_size = 32, .max_entries = 8},
	[REFUSED] = {.name = "bccwatch_refused",
		     .type = BPF_MAP_TYPE_PERCPU_ARRAY,
		     .key_size = 4,
		     .value_size = 8,
		     .max_entries = 1},
	[IDS] = {.name = "ids",
		 .type = BPF_MAP_TYPE_STACK_TRACE,
		 .key_size = 4,
		 .value_size = 2 * sizeof(struct bpf_stack_build_id),
		 .max_entries = 8,
		 .flags = BPF_F_STACK_BUILD_ID},
};

static struct fake f;
static struct bw_map_printer printer;

static int begin(void **state)
{
	(void)state;
	fake_load(&f, image_maps, LENGTH(image_maps), 2);
	printer = (struct bw_map_printer){.loaded = &f.loaded};
	return 0;
}

static int end(void **state)
{
	(void)state;
	bw_map_printer_free(&printer);
	fake_unload(&f);
	return 0;
}

/* All that is shown of the maps, the first n alone; in a static buffer. */
static const char *shown(uint32_t n)
{
	static char text[1 << 14];
	struct bw_out out;
	uint32_t all = f.image.n_maps;

	f.image.n_maps = n;
	assert_int_equal(bw_out_init(&out, -1, sizeof(text)), 0);
	bw_map_printer_show(&printer, &out);
	snprintf(text, sizeof(text), "%.*s", (int)out.len, out.buf);
	bw_out_free(&out);
	f.image.n_maps = all;
	return text;
}

static void put_count(uint32_t key, uint64_t value)
{
	fake_put(fake_map(&f, "counts"), &key, &value);
}

static void a_map_is_a_table_or_a_histogram_if_it_is_asked_for(void **state)
{
	const char *const counts = "counts";

	(void)state;
	put_count(1, 5);
	assert_string_equal(shown(1) + BW_TIMESTAMP_LEN, " counts, 1 entry\nKEY VALUE\n  1     5\n");
	printer.log2 = &counts;
	printer.n_log2 = 1;
	assert_non_null(strstr(shown(1), "0 -> 1 "));
	printer.n_log2 = 0;
	printer.linear = &counts;
	printer.n_linear = 1;
	assert_null(strstr(shown(1), "->"));
	assert_non_null(strstr(shown(1), "distribution"));
	printer.n_linear = 0;
	printer.json = true;
	assert_non_null(strstr(shown(1), "\"table\":\"counts\",\"key\":1,\"value\":5}\n"));
	printer.linear = &counts;
	printer.n_linear = 1;
	assert_non_null(strstr(shown(1), "\"histogram\":\"linear\""));
}

static void what_was_shown_is_emptied_if_it_is_asked_for(void **state)
{
	(void)state;
	put_count(1, 5);
	shown(1);
	assert_int_equal(fake_map(&f, "counts")->n, 1);
	printer.clear = true;
	shown(1);
	assert_int_equal(fake_map(&f, "counts")->n, 0);
}

static void our_own_map_is_not_shown(void **state)
{
	(void)state;
	assert_true(bw_map_printer_has(&f.loaded, "counts"));
	assert_false(bw_map_printer_has(&f.loaded, "bccwatch_refused"));
	assert_false(bw_map_printer_has(&f.loaded, "none"));
	assert_null(strstr(shown(LENGTH(image_maps)), "refused"));
}

static void a_map_of_numbers_can_be_a_histogram_and_one_of_bytes_cannot(void **state)
{
	(void)state;
	assert_true(bw_map_printer_counts(&f.loaded, "counts"));
	image_maps[COUNTS].value_size = 3;
	assert_false(bw_map_printer_counts(&f.loaded, "counts"));
	image_maps[COUNTS].value_size = 8;
}

static void put_stack(uint32_t id)
{
	const uint64_t addresses[4] = {0x10, 0x20, 0, 0x30};

	fake_put(fake_map(&f, "stacks"), &id, addresses);
}

static void a_stack_is_shown_to_its_end_with_its_process(void **state)
{
	(void)state;
	put_stack(7);
	assert_non_null(strstr(shown(3), " stacks, 1 stack\n  7\n    0x10\n    0x20\n"));
	assert_null(strstr(shown(3), "0x30"));
	bw_map_printer_note(&printer, &image_maps[OWNERS].key, (const uint32_t[]){42, 7}, 8);
	assert_non_null(strstr(shown(3), "  7 (pid 42)\n    0x10\n"));
	printer.json = true;
	assert_non_null(strstr(shown(3), "\"stack\":7,\"pid\":42,\"frames\":[\"0x10\",\"0x20\"]}\n"));
}

static void the_keys_of_other_maps_tell_whose_a_stack_is(void **state)
{
	(void)state;
	put_stack(7);
	fake_put(fake_map(&f, "owners"), (const uint32_t[]){43, 7}, &(uint64_t){1});
	assert_non_null(strstr(shown(3), "  7 (pid 43)\n"));
}

static void an_event_that_is_too_short_names_no_owner(void **state)
{
	(void)state;
	put_stack(7);
	bw_map_printer_note(&printer, &image_maps[OWNERS].key, (const uint32_t[]){42, 7}, 7);
	assert_non_null(strstr(shown(3), "  7\n"));
}

static void of_several_tables_of_stacks_a_number_may_be_nobodys(void **state)
{
	(void)state;
	put_stack(7);
	/* All maps: there are two tables of stacks. */
	bw_map_printer_note(&printer, &image_maps[OWNERS].key, (const uint32_t[]){42, 7}, 8);
	bw_map_printer_note(&printer, &image_maps[OWNERS].key, (const uint32_t[]){43, 7}, 8);
	assert_non_null(strstr(shown(3), "  7\n"));
}

static void a_stack_of_build_ids_is_shown_by_them(void **state)
{
	struct bpf_stack_build_id ids[2] = {
		{.status = BPF_STACK_BUILD_ID_VALID, .build_id = {0xab, 0xcd}, .offset = 0x1f},
		{.status = BPF_STACK_BUILD_ID_IP, .ip = 0x1234}};

	(void)state;
	fake_put(fake_map(&f, "ids"), &(uint32_t){1}, ids);
	assert_non_null(
		strstr(shown(LENGTH(image_maps)), "    abcd000000000000000000000000000000000000+0x1f\n    0x1234\n"));
}

static void a_map_that_cannot_be_read_is_reported_and_the_others_are_shown(void **state)
{
	const char *text;

	(void)state;
	put_stack(7);
	fake_map(&f, "counts")->error = 1;
	capture();
	text = shown(3);
	assert_non_null(strstr(captured(), "the map 'counts'"));
	assert_non_null(strstr(text, "stacks, 1 stack"));
}

#define SHOWN(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	SHOWN(a_map_is_a_table_or_a_histogram_if_it_is_asked_for),
	SHOWN(what_was_shown_is_emptied_if_it_is_asked_for),
	SHOWN(our_own_map_is_not_shown),
	SHOWN(a_map_of_numbers_can_be_a_histogram_and_one_of_bytes_cannot),
	SHOWN(a_stack_is_shown_to_its_end_with_its_process),
	SHOWN(the_keys_of_other_maps_tell_whose_a_stack_is),
	SHOWN(an_event_that_is_too_short_names_no_owner),
	SHOWN(of_several_tables_of_stacks_a_number_may_be_nobodys),
	SHOWN(a_stack_of_build_ids_is_shown_by_them),
	SHOWN(a_map_that_cannot_be_read_is_reported_and_the_others_are_shown),
};

UNIT_MODULE("cmd/map_printer", NULL, NULL);

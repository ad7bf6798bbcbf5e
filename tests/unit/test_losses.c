/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/losses.h"
#include "output/timestamp.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static const struct bw_losses some = {
	.lost = UINT64_MAX, .unbuffered = 2, .cut = 3, .missed = 4, .late = 5, .unwritten = 6};

static const char *record_of(const struct bw_losses *losses, unsigned int version)
{
	static const char head[] = "{\"time\":\"";
	static char text[1024];
	struct bw_out out;

	assert_int_equal(bw_out_init(&out, -1, sizeof(text)), 0);
	bw_losses_print_record(losses, version, &out);
	assert_true(out.len < sizeof(text));
	memcpy(text, out.buf, out.len);
	text[out.len] = '\0';
	bw_out_free(&out);
	assert_memory_equal(text, head, strlen(head));
	return text + strlen(head) + BW_TIMESTAMP_ISO_LEN;
}

static void a_record_has_each_count_and_the_version_of_the_json(void **state)
{
	const struct bw_losses none = {0};

	(void)state;
	assert_string_equal(record_of(&some, 7),
			    "\",\"table\":\"\",\"version\":7,\"lost\":18446744073709551615,\"missed\":4,\"cut\":3,"
			    "\"unbuffered\":2,\"out_of_order\":5}\n");
	assert_string_equal(record_of(&none, 1), "\",\"table\":\"\",\"version\":1,\"lost\":0,\"missed\":0,\"cut\":0,"
						 "\"unbuffered\":0,\"out_of_order\":0}\n");
}

static void json_without_a_version_has_none_in_its_record(void **state)
{
	(void)state;
	assert_string_equal(record_of(&some, 0),
			    "\",\"table\":\"\",\"lost\":18446744073709551615,\"missed\":4,\"cut\":3,\"unbuffered\":2,"
			    "\"out_of_order\":5}\n");
}

static const char *closing_line(const struct bw_losses *losses, const char *summary, uint64_t shown)
{
	capture();
	bw_losses_print_closing_line(losses, summary, shown);
	return captured();
}

static void the_closing_line_has_what_was_shown_and_lost_and_what_else_there_was(void **state)
{
	const struct bw_losses none = {0}, late = {.late = 1}, cut_and_missed = {.lost = 9, .cut = 1, .missed = 2};

	(void)state;
	assert_string_equal(closing_line(&none, "", 0), "0 events shown, 0 lost.\n");
	assert_string_equal(closing_line(&none, "3 accesses denied. ", 3),
			    "3 accesses denied. 3 events shown, 0 lost.\n");
	assert_string_equal(closing_line(&late, "", 1), "1 events shown, 0 lost, 1 out of order.\n");
	assert_string_equal(closing_line(&cut_and_missed, "", 1),
			    "1 events shown, 9 lost, 1 names cut off, 2 missed by the kernel.\n");
	assert_string_equal(
		closing_line(&some, "", UINT64_MAX),
		"18446744073709551615 events shown, 18446744073709551615 lost, 2 of these on CPUs without a "
		"buffer, 3 names cut off, 4 missed by the kernel, 5 out of order, 6 not written.\n");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_record_has_each_count_and_the_version_of_the_json),
	cmocka_unit_test(json_without_a_version_has_none_in_its_record),
	cmocka_unit_test(the_closing_line_has_what_was_shown_and_lost_and_what_else_there_was),
};

UNIT_MODULE("cmd/losses", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cmd/trace_survivors.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/root.h"

static struct bw_image_map maps[] = {
	{.name = (char *)"tree", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 4, .max_entries = 8}};
static struct fake fake;

static int begin(void **state)
{
	fake_load(&fake, maps, LENGTH(maps), 1);
	return make_root(state);
}

static int end(void **state)
{
	fake_unload(&fake);
	return remove_root(state);
}

static void add(uint32_t pid, const char *state)
{
	const uint32_t yes = 1;
	char path[64], text[64];

	fake_put(fake_map(&fake, "tree"), &pid, &yes);
	snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	snprintf(text, sizeof(text), "%u (sh) %s 1 1", pid, state);
	if (*state)
		put(path, text);
}

static const char *report(void)
{
	capture();
	bw_trace_survivors_report(&fake.loaded, root, 100);
	return captured();
}

static void what_still_runs_is_reported(void **state)
{
	(void)state;
	add(100, "S");
	add(101, "Z");
	add(102, "");
	assert_string_equal(report(), "");
	add(103, "R");
	assert_string_equal(report(),
			    "1 process that the command started still runs, PID 103: what it does from here on "
			    "is not shown.\n");
	add(104, "S");
	assert_non_null(strstr(report(), "2 processes that the command started still run, one is PID 10"));
}

#define WITH_MAPS(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	WITH_MAPS(what_still_runs_is_reported),
};

UNIT_MODULE("cmd/trace_survivors", NULL, NULL);

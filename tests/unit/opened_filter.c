/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/opened_filter.h"

struct bw_trace_filter filter;

int make_filter(void **state)
{
	filter = (struct bw_trace_filter){.options = &trace_options};
	return make_trace_maps(state);
}

int free_filter(void **state)
{
	bw_trace_filter_close(&filter);
	return free_trace_maps(state);
}

void open_filter(const char *const *arguments)
{
	trace_parse(arguments);
	assert_int_equal(bw_trace_filter_open(&filter), 0);
}

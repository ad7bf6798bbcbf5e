/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of trace_pipe: the name of a task stands in each. */
#include <string.h>

#include "base/out.h"
#include "cmd/trace_pipe.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int sink = -1;

	if (sink < 0)
		sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
	for (int json = 0; json < 2; json++) {
		struct bw_out out = {0};
		struct bw_trace_pipe *printk;

		if (bw_out_init(&out, sink, 1 << 16) < 0 || bw_trace_pipe_new(fuzz_file(data, size), json, &printk) < 0)
			abort();
		bw_trace_pipe_read(printk, &out, true);
		bw_out_flush(&out);
		bw_out_free(&out);
		bw_trace_pipe_close(printk);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A file of rules, of both forms; what is read of it is copied and compared. */
#include <stdio.h>

#include "base/log.h"
#include "enforce/rules.h"
#include "tests/fuzz/fuzz.h"

static int go_on(void *cookie, const struct bw_rules_mistake *mistake)
{
	const size_t *size = cookie;

	if (mistake->line == 0 || mistake->column > *size + 1 || !*mistake->reason)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = fuzz_file(data, size);
	struct bw_log_held held = {0}, *before = bw_log_hold(&held);
	struct bw_rules rules = {0}, copy = {0};
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (bw_rules_read_each(&rules, path, go_on, &size) == 0) {
		if (bw_rules_copy(&copy, &rules) < 0 || copy.n != rules.n || copy.n_policies != rules.n_policies)
			abort();
		if (!bw_rules_include_paths(&rules, &copy) || !bw_rules_include_paths(&copy, &rules))
			abort();
	}
	bw_rules_free(&copy);
	bw_rules_free(&rules);
	bw_log_hold(before);
	bw_log_free(&held);
	close(fd);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* How an answer is checked that came from a sandbox whose process was taken over. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "process/mappings.h"
#include "process/symbols.h"
#include "tests/fuzz/fuzz.h"

/* A sandbox that has answered already, what the input says. */
static struct bw_sandbox answered(const uint8_t *data, size_t size, int *other)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0 ||
	    send(fds[1], data, size, MSG_NOSIGNAL) != (ssize_t)size)
		abort();
	*other = fds[1];
	return (struct bw_sandbox){.pid = getpid(), .fd = fds[0], .ms = 1000};
}

static void check_function(const uint8_t *data, size_t size)
{
	struct bw_deadline deadline = {.end = UINT64_MAX};
	char name[64] = "";
	uint64_t into;
	int other;
	struct bw_sandbox s = answered(data, size, &other);

	if (bw_symbols_at(&s, 4096, &deadline, name, sizeof(name), &into) == 0 && (!*name || into > 4096))
		abort();
	close(s.fd);
	close(other);
}

static void check_mapping(const uint8_t *data, size_t size)
{
	struct bw_deadline deadline = {.end = UINT64_MAX};
	struct bw_mapping mapping;
	int other;
	struct bw_sandbox s = answered(data, size, &other);

	if (bw_mappings_at(&s, 4096, &deadline, &mapping) == 0 &&
	    (mapping.from > 4096 || mapping.to <= 4096 || !memchr(mapping.name, '\0', sizeof(mapping.name))))
		abort();
	close(s.fd);
	close(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[sizeof(struct bw_sandbox_answer)] = {0};

	if (size == 0 || size > 2 * sizeof(bytes))
		return 0;
	check_function(data, size);
	/* Of the right size, as few inputs are. */
	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	check_function(bytes, sizeof(bytes));
	check_mapping(bytes, sizeof(bytes));
	return 0;
}

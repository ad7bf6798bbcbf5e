/* SPDX-License-Identifier: Apache-2.0 */
/* What a confined process can still do: nothing but read what is open, and answer. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/misbehaving.h"
#include "tests/unit/unit.h"

/* As the kernel describes the child. */
static void a_confined_process_has_no_privileges(void **state)
{
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_deadline deadline = {0};
	char path[64], *status;
	struct bw_sandbox s;
	size_t len;

	(void)state;
	bw_deadline_start(&deadline, 20000);
	assert_int_equal(bw_sandbox_start(&s, &job, &strays, &deadline), 0);
	snprintf(path, sizeof(path), "/proc/%d/status", s.pid);
	assert_int_equal(bw_file_read(path, 1 << 16, &status, &len), 0);
	assert_non_null(strstr(status, "\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000000\n"
				       "CapEff:\t0000000000000000\n"));
	assert_non_null(strstr(status, "\nNoNewPrivs:\t1\n"));
	assert_non_null(strstr(status, "\nSeccomp:\t2\n"));
	if (geteuid() == 0) {
		assert_non_null(strstr(status, "\nUid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(status, "\nGid:\t65534\t65534\t65534\t65534\n"));
		assert_non_null(strstr(status, "\nGroups:\t \n"));
	}
	free(status);
	bw_sandbox_stop(&s, &strays);
}

/* A descriptor that the parent has open, and memory that it shares with others, are not the child's. */
static void a_confined_process_inherits_no_descriptor_and_no_shared_memory(void **state)
{
	char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	const struct bw_sandbox_job job = job_of(open_null);
	struct bw_deadline deadline = {0};
	char path[64], *maps;
	int ends[2], high;
	struct bw_sandbox s;
	size_t len;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	assert_int_equal(pipe(ends), 0);
	high = fcntl(ends[1], F_DUPFD, 700);
	assert_true(high >= 700);
	bw_deadline_start(&deadline, 20000);
	assert_int_equal(bw_sandbox_start(&s, &job, &strays, &deadline), 0);
	close(ends[1]);
	close(high);
	assert_int_equal(read(ends[0], path, 1), 0); /* nobody has the other end */
	if (geteuid() == 0) {
		snprintf(path, sizeof(path), "/proc/%d/maps", s.pid);
		assert_int_equal(bw_file_read(path, 1 << 24, &maps, &len), 0);
		assert_true(len > 0);
		assert_null(strstr(maps, "-s "));
		assert_null(strstr(maps, "w-s "));
		free(maps);
	}
	bw_sandbox_stop(&s, &strays);
	close(ends[0]);
	munmap(shared, 4096);
}

static void a_confined_process_has_bounded_cpu_time_and_memory(void **state)
{
	(void)state;
	expect_failure(OP_SPIN, BW_SANDBOX_DIED, "CPU time");
	expect_failure(OP_GROW, BW_SANDBOX_MEMORY, "more memory");
}

static void a_confined_process_is_killed_for_a_system_call_that_it_does_not_need(void **state)
{
	static const enum op ops[] = {OP_OPEN, OP_SOCKET, OP_EXECUTE, OP_FORK};

	(void)state;
	for (size_t i = 0; i < LENGTH(ops); i++)
		expect_failure(ops[i], BW_SANDBOX_DIED, "a system call");
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_confined_process_has_no_privileges),
	cmocka_unit_test(a_confined_process_inherits_no_descriptor_and_no_shared_memory),
	cmocka_unit_test(a_confined_process_has_bounded_cpu_time_and_memory),
	cmocka_unit_test(a_confined_process_is_killed_for_a_system_call_that_it_does_not_need),
};

UNIT_MODULE("base/confine", NULL, NULL);

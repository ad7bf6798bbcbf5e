/* SPDX-License-Identifier: Apache-2.0 */
/* Perf events: each CPU runs the program every so often, or so many times a second (perf_event_open(2)). */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"
#include "program/probe_kinds.h"

/* The names that perf(1) has for them. */
static const struct event {
	const char *name, *other_name; /* other_name: NULL if there is none */
	uint32_t type, config;
	bool is_seldom; /* each one counts, so that its period is 1 where nothing else is said */
} events[] = {
	{"cpu-clock", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, false},
	{"task-clock", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, false},
	{"page-faults", "faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, true},
	{"minor-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MIN, true},
	{"major-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ, true},
	{"context-switches", "cs", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES, true},
	{"cpu-migrations", "migrations", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS, true},
	{"alignment-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_ALIGNMENT_FAULTS, true},
	{"emulation-faults", NULL, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_EMULATION_FAULTS, true},
	{"cpu-cycles", "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, false},
	{"ref-cycles", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_REF_CPU_CYCLES, false},
	{"bus-cycles", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_BUS_CYCLES, false},
	{"instructions", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, false},
	{"cache-references", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES, false},
	{"cache-misses", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, false},
	{"branch-instructions", "branches", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, false},
	{"branch-misses", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, false},
	{"stalled-cycles-frontend", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, false},
	{"stalled-cycles-backend", NULL, PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND, false},
};

/* A second's samples where nothing else is said: no multiple of what the kernel itself does by the clock. */
enum { FREQUENCY = 99 };

static const struct event *find(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++) {
		const char *const names[] = {events[i].name, events[i].other_name};

		for (size_t k = 0; k < 2; k++)
			if (names[k] && strlen(names[k]) == len && strncmp(names[k], name, len) == 0)
				return &events[i];
	}
	return NULL;
}

/* EVENT, EVENT:freq=N or EVENT:period=N. False: it is none. */
static bool read_target(const char *target, struct perf_event_attr *attr)
{
	size_t len = strcspn(target, ":");
	const struct event *event = find(target, len);
	const char *how = target[len] ? target + len + 1 : NULL;
	uint64_t n;

	*attr = (struct perf_event_attr){.size = sizeof(*attr), .disabled = 1};
	if (!event)
		return false;
	attr->type = event->type;
	attr->config = event->config;
	attr->freq = !event->is_seldom;
	attr->sample_period = attr->freq ? FREQUENCY : 1;
	if (!how)
		return true;
	attr->freq = strncmp(how, "freq=", 5) == 0;
	if (!attr->freq && strncmp(how, "period=", 7) != 0)
		return false;
	if (bw_parse_number(strchr(how, '=') + 1, attr->freq ? 1000000 : INT64_MAX, &n) < 0 || n == 0)
		return false;
	attr->sample_period = n;
	return true;
}

static bool is_target(const char *target)
{
	struct perf_event_attr attr;

	return read_target(target, &attr);
}

static int create(const char *target, int cpu)
{
	struct perf_event_attr attr;
	int fd;

	if (!read_target(target, &attr))
		return -EINVAL;
	fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void explain(const char *target, int error)
{
	const char *why = error == -ENOENT || error == -EOPNOTSUPP || error == -ENODEV
				  ? "this machine does not have that event"
				  : strerror(-error);

	bw_log_error(error, "cannot attach perf event '%s': %s", target, why);
	if (error == -EINVAL)
		bw_log_hint("kernel.perf_event_max_sample_rate limits the frequency, see sysctl(8)");
	else if (error == -ENOENT || error == -EOPNOTSUPP || error == -ENODEV)
		bw_log_hint("virtual machines often lack hardware events; cpu-clock:freq=99 is there on all");
}

const struct bw_probe_kind bw_probe_perf_event = {
	.word = "perf event",
	.option = "perf-event",
	.usage =
		"it is EVENT:FUNCTION, EVENT:freq=N:FUNCTION or EVENT:period=N:FUNCTION, with an EVENT of perf-list(1) "
		"that is a software or hardware event, as cpu-clock, page-faults, context-switches, cycles",
	.type = BPF_PROG_TYPE_PERF_EVENT,
	.per_cpu = true,
	.is_target = is_target,
	.explain = explain,
	.create = create,
};

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/opened_session.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "bpf_src/lib/counters.h"
#include "program/probe.h"

static struct bw_image_map image_maps[] = {
	{.name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 4096},
	{.name = "bccwatch_refused",
	 .type = BPF_MAP_TYPE_PERCPU_ARRAY,
	 .key_size = 4,
	 .value_size = 8,
	 .max_entries = 1},
	{.name = "counters", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 8},
};

static struct bw_image_event events[] = {{.map = 0}};

struct bw_plan_binding opened_binding = {
	.function = (char *)"f", .kind = &fake_hook, .target = (char *)"t", .created = -1};
static const struct bw_plan plan = {.bindings = &opened_binding, .n = 1};
static struct bw_image_program program = {.name = "f"};

struct opened_session s;

int opened_session_open(void)
{
	int r = bw_session_open(&s.session);

	if (r < 0)
		return r;
	s.opened++;
	s.hook = s.session.attached.hooks[0];
	assert_true(s.session.is_open);
	assert_true(fcntl(s.hook, F_GETFD) >= 0);
	return 0;
}

static void on_sample(void *cookie, uint32_t event, const void *data, size_t size)
{
	(void)data;
	assert_ptr_equal(cookie, &s);
	assert_int_equal(event, 0);
	assert_int_equal(size, 8);
	s.samples++;
}

static int on_flush(void *cookie)
{
	(void)cookie;
	s.flushes++;
	return s.flush_result;
}

static void on_extra(void *cookie)
{
	(void)cookie;
	s.extras++;
	raise(SIGTERM);
}

static void on_second(void *cookie)
{
	(void)cookie;
	s.seconds++;
	raise(s.end_signal); /* or none */
}

static void read_samples(struct fake_reader *r)
{
	char data[8] = "";

	for (unsigned i = 0; i < s.per_read && r == &fake_readers[0]; i++)
		r->sample(r->cookie, data, sizeof(data));
}

void opened_session_load(struct fake *fake, int *program_fd)
{
	fake_load(fake, image_maps, LENGTH(image_maps), 2);
	*program_fd = -1;
	fake->image.events = events;
	fake->image.n_events = 1;
	fake->image.programs = &program;
	fake->image.n_programs = 1;
	fake->loaded.plan = &plan;
	fake->loaded.programs = program_fd;
}

int opened_session_begin(void **state)
{
	int fd;

	(void)state;
	memset(&s, 0, sizeof(s));
	fake_n_readers = 0;
	opened_session_load(&s.fake, &s.program);
	fake_reader_read = read_samples;
	fd = bw_signals_open();
	assert_true(fd >= 0 && bw_signals_add_usr1(fd) == 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s.readers), 0);
	s.session = (struct bw_session){.loaded = &s.fake.loaded,
					.pages = 8,
					.signal_fd = fd,
					.out_fd = s.readers[0],
					.extra_fd = -1,
					.urgent_fd = -1,
					.sample = on_sample,
					.flush = on_flush,
					.extra = on_extra,
					.second = on_second,
					.cookie = &s};
	return 0;
}

int opened_session_end(void **state)
{
	const struct timespec none = {0};
	sigset_t ending;

	(void)state;
	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGUSR1);
	while (sigtimedwait(&ending, NULL, &none) > 0)
		;
	close(s.session.signal_fd);
	for (int i = 0; i < 2; i++)
		if (s.readers[i] >= 0)
			close(s.readers[i]);
	for (unsigned i = 0; i < fake_n_readers; i++)
		assert_false(fake_readers[i].is_open);
	assert_int_equal(fcntl(s.hook, F_GETFD), -1); /* nothing is left behind */
	fake_unload(&s.fake);
	return 0;
}

void opened_session_lose(void)
{
	static const uint64_t refused[] = {4, 3}, lost[] = {10, 1}, cut[] = {0, 2};
	uint32_t zero = 0;

	fake_readers[0].lost(fake_readers[0].cookie, 5);
	fake_put(fake_map(&s.fake, "bccwatch_refused"), &zero, refused);
	fake_put(fake_map(&s.fake, "counters"), &(uint32_t){COUNTER_LOST}, lost);
	fake_put(fake_map(&s.fake, "counters"), &(uint32_t){COUNTER_CUT}, cut);
}

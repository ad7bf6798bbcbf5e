/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/cpu.h"
#include "program/buffers.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/root.h"

static struct bw_image_map image_maps[] = {
	{.name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 4096},
	{.name = "ring", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 1},
	{.name = BW_REFUSED_TABLE,
	 .type = BPF_MAP_TYPE_PERCPU_ARRAY,
	 .key_size = 4,
	 .value_size = 8,
	 .max_entries = BW_REFUSED_COUNT},
};

static struct bw_image_event events[] = {{.map = 0, .layout = {.size = 20}}, {.map = 1, .layout = {.size = 20}}};

static struct fake f;
static struct bw_buffers *buffers;
static uint32_t n_cpus;

/* What came last. */
static struct {
	uint32_t event;
	size_t size;
	unsigned n;
} got;

static void on_sample(void *cookie, uint32_t event, const void *data, size_t size)
{
	assert_ptr_equal(cookie, &got);
	assert_non_null(data);
	got.event = event;
	got.size = size;
	got.n++;
}

static void load(void)
{
	uint32_t *cpus = NULL;

	fake_load(&f, image_maps, LENGTH(image_maps), 2);
	f.image.events = events;
	f.image.n_events = LENGTH(events);
	fake_n_readers = 0;
	memset(&got, 0, sizeof(got));
	assert_int_equal(bw_cpu_online("", &cpus, &n_cpus), 0);
	free(cpus);
}

static int open_buffers(void **state)
{
	(void)state;
	load();
	assert_int_equal(bw_buffers_open(&buffers, "", &f.loaded, 8, on_sample, &got), 0);
	return 0;
}

static int close_buffers(void **state)
{
	(void)state;
	bw_buffers_close(buffers);
	for (unsigned i = 0; i < fake_n_readers; i++)
		assert_false(fake_readers[i].is_open);
	fake_unload(&f);
	return 0;
}

static void each_cpu_has_a_perf_buffer_and_a_ring_has_one(void **state)
{
	(void)state;
	assert_int_equal(fake_n_readers, n_cpus + 1);
	for (uint32_t i = 0; i < n_cpus; i++) {
		const struct fake_reader *r = &fake_readers[i];

		assert_false(r->is_ring);
		assert_int_equal(r->pages, 8);
		assert_int_equal(*(int *)fake_value(fake_map(&f, "events"), &r->cpu), r->fd);
	}
	assert_true(fake_readers[n_cpus].is_ring);
	assert_int_equal(fake_readers[n_cpus].map, f.fds[1]);
}

static void read_sample(struct fake_reader *r)
{
	static char data[100];

	r->sample(r->cookie, data, 24);
}

static void padding_of_a_perf_sample_is_left_out_and_more_is_not(void **state)
{
	static char data[100];
	struct fake_reader *r = &fake_readers[0];

	(void)state;
	r->read = read_sample;
	bw_buffers_read(buffers);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.event, 0);
	assert_int_equal(got.size, 20);
	r->sample(r->cookie, data, 27);
	assert_int_equal(got.size, 20);
	r->sample(r->cookie, data, 28); /* cannot be padding alone */
	assert_int_equal(got.size, 28);
	r->sample(r->cookie, data, 12);
	assert_int_equal(got.size, 12);
}

static void losses_of_all_buffers_are_added(void **state)
{
	(void)state;
	assert_int_equal(bw_buffers_lost(buffers), 0);
	fake_readers[0].lost(fake_readers[0].cookie, 5);
	fake_readers[n_cpus - 1].lost(fake_readers[n_cpus - 1].cookie, 7);
	assert_int_equal(bw_buffers_lost(buffers), 12);
}

static void read_ring(struct fake_reader *r)
{
	static char data[BW_EVENT_MAX + 1];

	assert_int_equal(r->ring_sample(r->cookie, data, 24), 0);
	assert_int_equal(got.size, 24); /* a ring buffer pads nothing */
	assert_int_equal(r->ring_sample(r->cookie, data, BW_EVENT_MAX), 0);
	assert_int_equal(got.size, BW_EVENT_MAX);
	assert_int_equal(r->ring_sample(r->cookie, data, BW_EVENT_MAX + 1), 0);
	assert_int_equal(got.size, BW_EVENT_MAX);
	assert_int_equal(r->ring_sample(r->cookie, data, BW_EVENT_MAX + 1), 0);
}

static void an_event_of_a_ring_that_is_too_large_is_cut_and_reported_once(void **state)
{
	const char *text, *line;

	(void)state;
	fake_readers[n_cpus].read = read_ring;
	capture();
	bw_buffers_read(buffers);
	text = captured();
	assert_int_equal(got.n, 4);
	assert_int_equal(got.event, 1);
	line = strstr(text, "An event has 65537 bytes");
	assert_non_null(line);
	assert_null(strstr(line + 1, "An event has"));
}

static void the_descriptor_is_readable_when_a_buffer_is(void **state)
{
	struct pollfd fd = {.fd = bw_buffers_fd(buffers), .events = POLLIN};

	(void)state;
	assert_int_equal(poll(&fd, 1, 0), 0);
	assert_int_equal(write(fake_readers[0].fd, &(uint64_t){1}, 8), 8);
	assert_int_equal(poll(&fd, 1, 0), 1);
	assert_int_equal(read(fake_readers[0].fd, &(uint64_t){0}, 8), 8);
	assert_int_equal(poll(&fd, 1, 0), 0);
	assert_int_equal(write(f.fds[1], &(uint64_t){1}, 8), 8); /* the ring's map */
	assert_int_equal(poll(&fd, 1, 0), 1);
}

static void a_buffer_that_cannot_be_opened_is_reported_and_the_others_are_closed(void **state)
{
	(void)state;
	load();
	capture();
	fake_reader_error = EMFILE;
	assert_int_equal(bw_buffers_open(&buffers, "", &f.loaded, 8, on_sample, &got), -EMFILE);
	fake_reader_error = 0;
	assert_non_null(strstr(captured(), "a buffer of 8 pages for CPU"));
	capture();
	fake_map(&f, "events")->error = EPERM;
	assert_int_equal(bw_buffers_open(&buffers, "", &f.loaded, 8, on_sample, &got), -EPERM);
	captured();
	assert_int_equal(fake_n_readers, 1);
	assert_false(fake_readers[0].is_open);
	fake_unload(&f);
}

/* In a made /sys. */
static int open_made(void **state)
{
	assert_int_equal(make_root(state), 0);
	put("/sys/devices/system/cpu/online", "0\n");
	load();
	assert_int_equal(bw_buffers_open(&buffers, root, &f.loaded, 8, on_sample, &got), 0);
	assert_int_equal(fake_n_readers, 2); /* CPU 0, the ring */
	return 0;
}

static int close_made(void **state)
{
	close_buffers(state);
	return remove_root(state);
}

static int fd_of(uint32_t cpu)
{
	return *(int *)fake_value(fake_map(&f, "events"), &cpu);
}

static void a_cpu_that_comes_online_gets_a_buffer_and_one_that_goes_is_read_to_its_end(void **state)
{
	struct fake_reader *second = &fake_readers[2];

	(void)state;
	bw_buffers_follow_cpus(buffers);
	assert_int_equal(fake_n_readers, 2);
	put("/sys/devices/system/cpu/online", "0-1\n");
	bw_buffers_follow_cpus(buffers);
	assert_int_equal(fake_n_readers, 3);
	assert_int_equal(second->cpu, 1);
	assert_int_equal(fd_of(1), second->fd);
	second->read = read_sample;
	put("/sys/devices/system/cpu/online", "0\n");
	bw_buffers_follow_cpus(buffers);
	assert_int_equal(got.n, 1);
	assert_false(second->is_open);
	assert_int_equal(fd_of(1), -1);
	assert_true(fake_readers[0].is_open);
}

static void a_cpu_whose_buffer_takes_nothing_more_gets_another(void **state)
{
	static const uint64_t unsent[] = {3, 0};

	(void)state;
	fake_put(fake_map(&f, BW_REFUSED_TABLE), &(uint32_t){BW_REFUSED_NO_BUFFER}, unsent);
	fake_readers[0].read = read_sample;
	bw_buffers_follow_cpus(buffers);
	assert_int_equal(fake_n_readers, 3);
	assert_false(fake_readers[0].is_open);
	assert_int_equal(got.n, 1);
	assert_int_equal(fd_of(0), fake_readers[2].fd);
	bw_buffers_follow_cpus(buffers);
	assert_int_equal(fake_n_readers, 3);
}

static void a_buffer_that_cannot_be_had_is_reported_once_and_tried_again(void **state)
{
	const char *text;

	(void)state;
	put("/sys/devices/system/cpu/online", "0,1\n");
	fake_reader_error = ENODEV; /* it has gone again */
	capture();
	bw_buffers_follow_cpus(buffers);
	text = captured();
	assert_string_equal(text, "");
	fake_reader_error = EMFILE;
	capture();
	bw_buffers_follow_cpus(buffers);
	bw_buffers_follow_cpus(buffers);
	text = captured();
	assert_string_equal(strstr(text, "cannot open"),
			    "cannot open a buffer of 8 pages for CPU 1: Too many open files\n");
	fake_reader_error = 0;
	bw_buffers_follow_cpus(buffers);
	assert_int_equal(fake_n_readers, 3);
	assert_int_equal(fd_of(1), fake_readers[2].fd);
}

#define MADE(test) cmocka_unit_test_setup_teardown(test, open_made, close_made)

#define OPENED(test) cmocka_unit_test_setup_teardown(test, open_buffers, close_buffers)

static const struct CMUnitTest tests[] = {
	OPENED(each_cpu_has_a_perf_buffer_and_a_ring_has_one),
	OPENED(padding_of_a_perf_sample_is_left_out_and_more_is_not),
	OPENED(losses_of_all_buffers_are_added),
	OPENED(an_event_of_a_ring_that_is_too_large_is_cut_and_reported_once),
	OPENED(the_descriptor_is_readable_when_a_buffer_is),
	MADE(a_cpu_that_comes_online_gets_a_buffer_and_one_that_goes_is_read_to_its_end),
	MADE(a_cpu_whose_buffer_takes_nothing_more_gets_another),
	MADE(a_buffer_that_cannot_be_had_is_reported_once_and_tried_again),
	cmocka_unit_test(a_buffer_that_cannot_be_opened_is_reported_and_the_others_are_closed),
};

UNIT_MODULE("program/buffers", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/buffers.h"

#include <bcc/bcc_version.h>
#include <bcc/libbpf.h>
#include <bcc/perf_reader.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/stderr_capture.h"
#include "kernel/cpu.h"

/*
 * A wake-up for each event would be most of what an event costs: reference measurements have 19.2 us an open with
 * it, 13.9 with one for 64. The reader's timer shows what is fewer.
 */
enum { EVENTS_PER_WAKEUP = 64 };

/* The cookie of libbcc's callbacks. */
struct channel {
	struct bw_buffers *buffers;
	uint32_t event;
	uint32_t size; /* of the event's type; 0: not known */
};

/* perf pads a sample so that it and its 4 bytes of length end at a multiple of 8. */
enum { PADDING = 7 };

struct bw_buffers {
	int epoll;
	bw_sample_fn sample;
	void *cookie;
	uint64_t lost;
	struct channel *channels; /* one an event of the image */
	struct perf_reader **readers;
	uint32_t n_readers;
	void **rings; /* libbcc's, of ring buffers */
	uint32_t n_rings;
	bool reported; /* that events are too large */
};

static void on_sample(void *cookie, void *data, int size)
{
	const struct channel *c = cookie;
	size_t len = (size_t)size;

	if (c->size && len > c->size && len <= (size_t)c->size + PADDING)
		len = c->size;
	c->buffers->sample(c->buffers->cookie, c->event, data, len);
}

static void on_lost(void *cookie, uint64_t lost)
{
	((const struct channel *)cookie)->buffers->lost += lost;
}

/* A ring buffer has events of any size; the output has space for those of a perf buffer. */
static int on_ring_sample(void *cookie, void *data, size_t size)
{
	const struct channel *c = cookie;

	if (size > BW_EVENT_MAX && !c->buffers->reported)
		bw_log_note("An event has %zu bytes: of events of that size only the first %d bytes are printed.", size,
			    BW_EVENT_MAX);
	c->buffers->reported |= size > BW_EVENT_MAX;
	c->buffers->sample(c->buffers->cookie, c->event, data, size < BW_EVENT_MAX ? size : BW_EVENT_MAX);
	return 0;
}

static struct perf_reader *open_reader(struct channel *channel, uint32_t cpu, uint32_t pages)
{
#ifdef LIBBCC_VERSION_GEQ
	struct bcc_perf_buffer_opts opts = {.pid = -1, .cpu = (int)cpu, .wakeup_events = EVENTS_PER_WAKEUP};

	return bpf_open_perf_buffer_opts(on_sample, on_lost, channel, (int)pages, &opts);
#else /* before 0.25: a wake-up for each event */
	return bpf_open_perf_buffer(on_sample, on_lost, channel, -1, (int)cpu, (int)pages);
#endif
}

static int add_reader(struct bw_buffers *s, struct channel *channel, int map, uint32_t cpu, uint32_t pages)
{
	struct epoll_event want = {.events = EPOLLIN};
	struct bw_stderr_capture capture;
	struct perf_reader *reader;
	BW_FREE char *messages = NULL;
	size_t len;
	int error, fd;

	bw_stderr_capture_begin(&capture);
	errno = ENOMEM;
	reader = open_reader(channel, cpu, pages);
	error = -errno;
	bw_stderr_capture_end(&capture, &messages, &len);
	if (!reader) {
		bw_log_error(error, "cannot open a buffer of %u pages for CPU %u: %s", pages, cpu, strerror(-error));
		if (bw_verbose)
			bw_log_output(messages, len);
		return error;
	}
	want.data.ptr = reader;
	s->readers[s->n_readers++] = reader;
	fd = perf_reader_fd(reader);
	if (bpf_update_elem(map, &cpu, &fd, BPF_ANY) < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &want) < 0)
		return bw_log_error(-errno, "cannot use the buffer for CPU %u: %s", cpu, strerror(errno));
	return 0;
}

/* Its map's own descriptor becomes readable with the next event. */
static int add_ring(struct bw_buffers *s, struct channel *channel, int map)
{
	struct epoll_event want = {.events = EPOLLIN};
	void *ring;

	errno = ENOMEM;
	ring = bpf_new_ringbuf(map, on_ring_sample, channel);
	if (!ring)
		return bw_log_error(-errno, "cannot open a ring buffer: %s", strerror(errno));
	s->rings[s->n_rings++] = ring;
	if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, map, &want) < 0)
		return bw_log_error(-errno, "cannot use a ring buffer: %s", strerror(errno));
	return 0;
}

static int add_readers(struct bw_buffers *s, struct channel *channel, int map, const uint32_t *cpus, uint32_t n_cpus,
		       uint32_t pages)
{
	int r = 0;

	for (uint32_t c = 0; c < n_cpus && r == 0; c++)
		r = add_reader(s, channel, map, cpus[c], pages);
	return r;
}

static int open_channels(struct bw_buffers *s, const struct bw_loaded *loaded, uint32_t pages)
{
	const struct bw_image *image = loaded->image;
	BW_FREE uint32_t *cpus = NULL;
	uint32_t n_cpus = 0;
	int r = bw_cpu_online("", &cpus, &n_cpus);

	if (r < 0)
		return bw_log_error(r, "cannot read which CPUs are online: %s", strerror(-r));
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	s->channels = calloc(image->n_events + 1, sizeof(*s->channels));
	s->readers = calloc((size_t)image->n_events * n_cpus + 1, sizeof(struct perf_reader *));
	s->rings = calloc(image->n_events + 1, sizeof(*s->rings));
	if (s->epoll < 0 || !s->channels || !s->readers || !s->rings)
		return -ENOMEM;
	for (uint32_t i = 0; i < image->n_events && r == 0; i++) {
		uint32_t map = image->events[i].map;

		s->channels[i] = (struct channel){s, i, image->events[i].layout.size};
		if (image->maps[map].type == BPF_MAP_TYPE_RINGBUF)
			r = add_ring(s, &s->channels[i], loaded->maps[map]);
		else
			r = add_readers(s, &s->channels[i], loaded->maps[map], cpus, n_cpus, pages);
	}
	return r;
}

int bw_buffers_open(struct bw_buffers **buffers, const struct bw_loaded *loaded, uint32_t pages, bw_sample_fn sample,
		    void *cookie)
{
	struct bw_buffers *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	*s = (struct bw_buffers){.epoll = -1, .sample = sample, .cookie = cookie};
	r = open_channels(s, loaded, pages);
	if (r < 0) {
		bw_buffers_close(s);
		return r;
	}
	*buffers = s;
	return 0;
}

void bw_buffers_close(struct bw_buffers *buffers)
{
	if (!buffers)
		return;
	for (uint32_t i = 0; i < buffers->n_readers; i++)
		perf_reader_free(buffers->readers[i]);
	for (uint32_t i = 0; i < buffers->n_rings; i++)
		bpf_free_ringbuf(buffers->rings[i]);
	bw_cleanup_fd(&buffers->epoll);
	free(buffers->readers);
	free(buffers->rings);
	free(buffers->channels);
	free(buffers);
}

int bw_buffers_fd(const struct bw_buffers *buffers)
{
	return buffers->epoll;
}

void bw_buffers_read(struct bw_buffers *buffers)
{
	for (uint32_t i = 0; i < buffers->n_readers; i++)
		perf_reader_event_read(buffers->readers[i]);
	for (uint32_t i = 0; i < buffers->n_rings; i++)
		bpf_consume_ringbuf(buffers->rings[i]);
}

uint64_t bw_buffers_lost(const struct bw_buffers *buffers)
{
	return buffers->lost;
}

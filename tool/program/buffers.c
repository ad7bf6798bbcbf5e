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

/* The perf buffer of a CPU and an event. */
struct reader {
	struct perf_reader *perf;
	struct channel *channel;
	uint32_t cpu;
};

struct bw_buffers {
	const struct bw_loaded *loaded;
	uint32_t pages;	   /* of each */
	int epoll, online; /* online: the list of CPUs */
	bw_sample_fn sample;
	void *cookie;
	uint64_t lost;
	struct channel *channels; /* one an event of the image */
	struct reader *readers;
	uint32_t n_readers, room;
	uint64_t *unsent; /* of each CPU, for want of a buffer, when that was looked at last */
	bool quiet;	  /* that a buffer can't be opened was reported */
	void **rings;	  /* libbcc's, of ring buffers */
	uint32_t n_rings;
	bool reported; /* that events are too large */
	bool paused;
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
	return c->buffers->paused ? -ECANCELED : 0;
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

static int map_of(const struct channel *channel)
{
	const struct bw_loaded *loaded = channel->buffers->loaded;

	return loaded->maps[loaded->image->events[channel->event].map];
}

/* The place of a new one, which belongs to nobody yet. */
static struct reader *add_place(struct bw_buffers *s)
{
	uint32_t room = s->room ? s->room * 2 : 16;
	struct reader *more;

	if (s->n_readers == s->room) {
		more = reallocarray(s->readers, room, sizeof(*more));
		if (!more)
			return NULL;
		s->readers = more;
		s->room = room;
	}
	return &s->readers[s->n_readers];
}

/* -ENODEV, which is not reported: the CPU went offline meanwhile. */
static int add_reader(struct bw_buffers *s, struct channel *channel, uint32_t cpu)
{
	struct epoll_event want = {.events = EPOLLIN};
	struct bw_stderr_capture capture;
	struct reader *place = add_place(s);
	BW_FREE char *messages = NULL;
	size_t len;
	int error, fd;

	if (!place)
		return -ENOMEM;
	bw_stderr_capture_begin(&capture);
	errno = ENOMEM;
	*place = (struct reader){open_reader(channel, cpu, s->pages), channel, cpu};
	error = -errno;
	bw_stderr_capture_end(&capture, &messages, &len);
	if (!place->perf && (error == -ENODEV || s->quiet))
		return error;
	if (!place->perf) {
		bw_log_error(error, "cannot open a buffer of %u pages for CPU %u: %s", s->pages, cpu, strerror(-error));
		if (bw_verbose)
			bw_log_output(messages, len);
		return error;
	}
	s->n_readers++;
	fd = perf_reader_fd(place->perf);
	if (bpf_update_elem(map_of(channel), &cpu, &fd, BPF_ANY) < 0 ||
	    epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &want) < 0)
		return bw_log_error(-errno, "cannot use the buffer for CPU %u: %s", cpu, strerror(errno));
	return 0;
}

/* What is in it is read first. */
static void remove_reader(struct bw_buffers *s, uint32_t i)
{
	struct perf_reader *perf = s->readers[i].perf;

	perf_reader_event_read(perf);
	epoll_ctl(s->epoll, EPOLL_CTL_DEL, perf_reader_fd(perf), NULL);
	perf_reader_free(perf);
	memmove(&s->readers[i], &s->readers[i + 1], (--s->n_readers - i) * sizeof(*s->readers));
}

/* Its map's own descriptor becomes readable with the next event. */
static int add_ring(struct bw_buffers *s, struct channel *channel)
{
	int map = map_of(channel);
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

static bool is_ring(const struct bw_buffers *s, uint32_t event)
{
	const struct bw_image *image = s->loaded->image;

	return image->maps[image->events[event].map].type == BPF_MAP_TYPE_RINGBUF;
}

/* The buffers of a CPU. */
static int add_cpu(struct bw_buffers *s, uint32_t cpu)
{
	int r = 0;

	for (uint32_t i = 0; i < s->loaded->image->n_events && r == 0; i++)
		if (!is_ring(s, i))
			r = add_reader(s, &s->channels[i], cpu);
	return r;
}

static int add_cpus(struct bw_buffers *s)
{
	BW_FREE uint32_t *cpus = NULL;
	uint32_t n_cpus = 0;
	int r = bw_cpu_online_read(s->online, &cpus, &n_cpus);

	if (r < 0)
		return bw_log_error(r, "cannot read which CPUs are online: %s", strerror(-r));
	for (uint32_t i = 0; i < n_cpus && r == 0; i++) {
		r = add_cpu(s, cpus[i]);
		r = r == -ENODEV ? 0 : r;
	}
	return r;
}

static int open_channels(struct bw_buffers *s)
{
	const struct bw_image *image = s->loaded->image;
	int r;

	s->channels = calloc(image->n_events + 1, sizeof(*s->channels));
	s->rings = calloc(image->n_events + 1, sizeof(*s->rings));
	s->unsent = calloc(s->loaded->cpus + 1, sizeof(*s->unsent));
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (s->epoll < 0 || !s->channels || !s->rings || !s->unsent)
		return -ENOMEM;
	for (uint32_t i = 0; i < image->n_events; i++)
		s->channels[i] = (struct channel){s, i, image->events[i].layout.size};
	r = add_cpus(s);
	for (uint32_t i = 0; i < image->n_events && r == 0; i++)
		if (is_ring(s, i))
			r = add_ring(s, &s->channels[i]);
	return r;
}

int bw_buffers_open(struct bw_buffers **buffers, const char *root, const struct bw_loaded *loaded, uint32_t pages,
		    bw_sample_fn sample, void *cookie)
{
	struct bw_buffers *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	*s = (struct bw_buffers){.loaded = loaded,
				 .pages = pages,
				 .epoll = -1,
				 .online = bw_cpu_online_open(root),
				 .sample = sample,
				 .cookie = cookie};
	r = open_channels(s);
	if (r < 0) {
		bw_buffers_close(s);
		return r;
	}
	*buffers = s;
	return 0;
}

static bool contains(const uint32_t *cpus, uint32_t n, uint32_t cpu)
{
	for (uint32_t i = 0; i < n; i++)
		if (cpus[i] == cpu)
			return true;
	return false;
}

static bool has_buffer(const struct bw_buffers *s, uint32_t cpu)
{
	for (uint32_t i = 0; i < s->n_readers; i++)
		if (s->readers[i].cpu == cpu)
			return true;
	return false;
}

static void remove_offline(struct bw_buffers *s, const uint32_t *cpus, uint32_t n)
{
	for (uint32_t i = 0; i < s->n_readers;) {
		struct reader *reader = &s->readers[i];

		if (contains(cpus, n, reader->cpu)) {
			i++;
			continue;
		}
		bpf_delete_elem(map_of(reader->channel), &reader->cpu); /* which holds the buffer, too */
		remove_reader(s, i);
	}
}

/* The first n buffers, if they are this CPU's: others have taken their place. */
static void remove_old(struct bw_buffers *s, uint32_t n, uint32_t cpu)
{
	for (uint32_t i = n; i-- > 0;)
		if (s->readers[i].cpu == cpu)
			remove_reader(s, i);
}

/* A failure is reported once, and tried again. */
static void add_again(struct bw_buffers *s, uint32_t cpu)
{
	uint32_t before = s->n_readers;
	int r = add_cpu(s, cpu);

	if (r == 0) {
		remove_old(s, before, cpu);
		return;
	}
	while (s->n_readers > before)
		remove_reader(s, s->n_readers - 1);
	s->quiet |= r != -ENODEV;
}

static void count_unsent(const struct bw_buffers *s, uint64_t *unsent)
{
	if (bw_loaded_values(s->loaded, BW_REFUSED_TABLE, BW_REFUSED_NO_BUFFER, unsent) < 0)
		memset(unsent, 0, s->loaded->cpus * sizeof(*unsent));
}

/* A CPU that went and came back between two looks has a buffer that takes nothing more. */
void bw_buffers_follow_cpus(struct bw_buffers *s)
{
	BW_FREE uint64_t *unsent = calloc(s->loaded->cpus + 1, sizeof(*unsent));
	BW_FREE uint32_t *cpus = NULL;
	uint32_t n = 0;

	if (!unsent || bw_cpu_online_read(s->online, &cpus, &n) < 0)
		return;
	remove_offline(s, cpus, n);
	count_unsent(s, unsent);
	for (uint32_t i = 0; i < n; i++)
		if (!has_buffer(s, cpus[i]) || (cpus[i] < s->loaded->cpus && unsent[cpus[i]] > s->unsent[cpus[i]]))
			add_again(s, cpus[i]);
	count_unsent(s, s->unsent);
}

void bw_buffers_close(struct bw_buffers *buffers)
{
	if (!buffers)
		return;
	for (uint32_t i = 0; i < buffers->n_readers; i++)
		perf_reader_free(buffers->readers[i].perf);
	for (uint32_t i = 0; i < buffers->n_rings; i++)
		bpf_free_ringbuf(buffers->rings[i]);
	bw_cleanup_fd(&buffers->epoll);
	bw_cleanup_fd(&buffers->online);
	free(buffers->unsent);
	free(buffers->readers);
	free(buffers->rings);
	free(buffers->channels);
	free(buffers);
}

int bw_buffers_fd(const struct bw_buffers *buffers)
{
	return buffers->epoll;
}

void bw_buffers_pause(struct bw_buffers *buffers)
{
	buffers->paused = true;
}

void bw_buffers_read(struct bw_buffers *buffers)
{
	buffers->paused = false;
	for (uint32_t i = 0; i < buffers->n_readers; i++)
		perf_reader_event_read(buffers->readers[i].perf);
	for (uint32_t i = 0; i < buffers->n_rings; i++)
		bpf_consume_ringbuf(buffers->rings[i]);
}

uint64_t bw_buffers_lost(const struct bw_buffers *buffers)
{
	return buffers->lost;
}

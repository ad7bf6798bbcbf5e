/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_learn.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

/* How often another name is tried, where another process takes them. */
enum { TRIES = 1000 };

const struct bw_map_entries bw_trace_learn_own_open = {"own_open", sizeof(uint32_t), sizeof(struct own_open)};

int bw_trace_learn_set_filter(struct bw_trace_targets *t)
{
	const struct bw_map_entries filter = {"filter", sizeof(uint32_t), sizeof(struct filter)};
	uint32_t zero = 0;

	return bw_map_entries_put(&filter, t->loaded, &zero, t->filter);
}

/* A name by which the program recognises the next open; nobody can know it before. */
static int choose_comm(struct bw_trace_targets *t, uint64_t *number)
{
	static const struct own_open nothing;
	uint32_t zero = 0;
	int r;

	if (getrandom(number, sizeof(*number), 0) != sizeof(*number))
		return -EIO;
	*number |= 1;
	t->filter->self = 0;
	bw_trace_opener_comm(t->filter->own_comm, *number);
	r = bw_trace_learn_set_filter(t);
	return r < 0 ? r : bw_map_entries_put(&bw_trace_learn_own_open, t->loaded, &zero, &nothing);
}

/* Opens the path in this process (by_self) or the other, under that name. 0 or -errno. */
static int open_as(struct bw_trace_targets *t, bool by_self, const char *path, uint64_t number, uint32_t *mode)
{
	int r;

	if (!by_self)
		return bw_trace_opener_open(&t->opener, path, number, mode, t->real);
	prctl(PR_SET_NAME, t->filter->own_comm);
	r = open(path, O_PATH | O_CLOEXEC);
	r = r < 0 ? -errno : close(r);
	prctl(PR_SET_NAME, t->comm);
	return r;
}

/*
 * Another process can read the name and take it, as soon as it stands in /proc: then more than the one open was seen.
 */
int bw_trace_learn(struct bw_trace_targets *t, bool by_self, const char *path, struct own_open *noted, uint32_t *mode)
{
	uint32_t zero = 0;
	uint64_t number = 0;
	int r = 0;

	*mode = 0;
	*noted = (struct own_open){0};
	for (int i = 0; i < TRIES && r == 0; i++) {
		r = t->loaded ? choose_comm(t, &number) : 0;
		if (r == 0)
			r = open_as(t, by_self, path, number, mode);
		if (r == 0 && t->loaded)
			r = bw_map_entries_get(&bw_trace_learn_own_open, t->loaded, &zero, noted);
		if (r < 0 || !t->loaded)
			return r;
		if (noted->count == 0)
			continue; /* Linux 5.10 can skip a program that was attached just now */
		if (noted->count == 1 && (by_self || !t->process || noted->process == t->process))
			return 0;
	}
	if (r == 0)
		r = noted->count == 0 ? -EOPNOTSUPP : -EBUSY;
	return r;
}

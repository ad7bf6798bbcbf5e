/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/pin_programs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "enforce/pin_dir.h"
#include "enforce/pin_object.h"

static int add(struct bw_pin_programs *p, uint32_t id)
{
	uint32_t *more = reallocarray(p->ids, p->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	p->ids = more;
	p->ids[p->n++] = id;
	return 0;
}

struct search {
	struct bw_pin_programs *programs;
	int dir;
	unsigned depth;
};

static int search(struct bw_pin_programs *programs, int parent, const char *name, unsigned depth);

/* What is no link, or can't be opened, attaches nothing. */
static int find_in(void *cookie, const char *name)
{
	const struct search *s = cookie;
	BW_FD int fd = -1;
	struct stat st;
	uint32_t id;

	if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISLNK(st.st_mode))
		return 0;
	if (S_ISDIR(st.st_mode))
		return s->depth > 0 ? search(s->programs, s->dir, name, s->depth - 1) : 0;
	fd = bw_pin_object_get(s->dir, name);
	return fd >= 0 && bw_pin_object_program(fd, &id) == 0 ? add(s->programs, id) : 0;
}

static int search(struct bw_pin_programs *programs, int parent, const char *name, unsigned depth)
{
	BW_FD int dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct search s = {programs, dir, depth};

	return dir < 0 ? -errno : bw_pin_dir_each(dir, find_in, &s);
}

int bw_pin_programs_find(struct bw_pin_programs *programs, int parent, const char *name)
{
	enum { DEPTH = 4 }; /* of directories: those of any version */

	return search(programs, parent, name, DEPTH);
}

int bw_pin_programs_wait(struct bw_pin_programs *programs)
{
	enum { TURNS = 400 };
	const struct timespec pause = {.tv_nsec = 5000000};
	int r = 0;

	for (size_t i = 0, turns = 0; i < programs->n && r == 0;) {
		if (!bw_pin_object_has_program(programs->ids[i]))
			i++;
		else if (turns++ == TURNS)
			r = -EBUSY;
		else
			nanosleep(&pause, NULL);
	}
	bw_pin_programs_free(programs);
	return r;
}

void bw_pin_programs_free(struct bw_pin_programs *programs)
{
	free(programs->ids);
	*programs = (struct bw_pin_programs){0};
}

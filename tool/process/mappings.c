/* SPDX-License-Identifier: Apache-2.0 */
#include "process/mappings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* A path of 4,096 newlines, each of which is escaped as four bytes. */
enum { LINE_BYTES = 4 * PATH_MAX + 256 };

/* More than the default limit of a process, 65,530. */
enum { MEMORY = 64 << 20, CPU_SECONDS = 3, ANSWER_MS = 2000 };

/* Reads a hexadecimal number at *p, and moves *p behind it. */
static bool read_hex(char **p, uint64_t *number)
{
	const char *from = *p;

	*number = strtoull(from, p, 16);
	return *p > from;
}

/*
 * "7f00-7f80 r-xp 00001000 08:01 123   /usr/bin/cat" (proc(5)); false: not code of a file. A name that the process gave
 * to memory stands in brackets.
 */
static bool parse(char *line, struct bw_mappings_part *m, const char **name)
{
	char *p = line;
	int path = 0;

	if (!read_hex(&p, &m->from) || *p++ != '-' || !read_hex(&p, &m->to) || m->to <= m->from || strnlen(p, 6) < 6 ||
	    p[0] != ' ' || p[3] != 'x')
		return false;
	p += 6;
	if (!read_hex(&p, &m->offset))
		return false;
	sscanf(p, " %*x:%*x %*u %n", &path);
	if (path == 0 || p[path] != '/')
		return false;
	*name = strrchr(p + path, '/') + 1;
	return true;
}

/* Makes space for another one with that name. */
static int make_room(struct bw_mappings *m, size_t name)
{
	if (m->n == m->room) {
		size_t room = m->room ? 2 * m->room : 64;
		struct bw_mappings_part *more = reallocarray(m->parts, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		m->parts = more;
		m->room = room;
	}
	if (m->names_len + name > m->names_room) {
		size_t room = 2 * m->names_room + 4096;
		char *more = realloc(m->names, room);

		if (!more)
			return -ENOMEM;
		m->names = more;
		m->names_room = room;
	}
	return 0;
}

static int add(struct bw_mappings *m, struct bw_mappings_part part, const char *name)
{
	size_t len = strnlen(name, BW_MAPPING_NAME - 1);
	int r = make_room(m, len + 1);

	if (r < 0)
		return r;
	part.name = m->names_len;
	memcpy(m->names + m->names_len, name, len);
	m->names_len += len;
	m->names[m->names_len++] = '\0';
	m->parts[m->n++] = part;
	return 0;
}

static int add_line(struct bw_mappings *m, char *line)
{
	struct bw_mappings_part part;
	const char *name;

	return parse(line, &part, &name) ? add(m, part, name) : 0;
}

/* Adds the complete lines of *len bytes, and keeps the beginning of the last. */
static int add_lines(struct bw_mappings *m, char *bytes, size_t *len)
{
	char *line = bytes, *end;

	while ((end = memchr(line, '\n', *len - (size_t)(line - bytes)))) {
		int r;

		*end = '\0';
		r = add_line(m, line);
		if (r < 0)
			return r;
		line = end + 1;
	}
	*len -= (size_t)(line - bytes);
	memmove(bytes, line, *len);
	return 0;
}

int bw_mappings_read(int fd, struct bw_mappings *m)
{
	enum { ROOM = 4 * LINE_BYTES };
	BW_FREE char *bytes = malloc(ROOM);
	size_t len = 0;
	ssize_t n;

	*m = (struct bw_mappings){0};
	if (!bytes)
		return -ENOMEM;
	while ((n = read(fd, bytes + len, ROOM - 1 - len)) > 0) {
		int r;

		len += (size_t)n;
		r = add_lines(m, bytes, &len);
		if (r < 0)
			return r;
		if (len == ROOM - 1)
			return -EINVAL; /* no line is that long */
	}
	bytes[len] = '\0';
	return n < 0 ? -errno : add_line(m, bytes);
}

void bw_mappings_free(struct bw_mappings *m)
{
	free(m->parts);
	free(m->names);
	*m = (struct bw_mappings){0};
}

const struct bw_mappings_part *bw_mappings_find(const struct bw_mappings *m, uint64_t address)
{
	for (size_t i = 0; i < m->n; i++)
		if (address >= m->parts[i].from && address < m->parts[i].to)
			return &m->parts[i];
	return NULL;
}

/* In the child. */
struct reader {
	const char *root;
	pid_t pid;
	bool is_read;
	int error;
	struct bw_mappings mappings;
};

static int open_maps(void *cookie)
{
	const struct reader *reader = cookie;
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/proc/%d/maps", reader->root, reader->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* In the sandbox. */
static void answer_request(void *cookie, int fd, const struct bw_sandbox_request *request,
			   struct bw_sandbox_answer *answer)
{
	const struct bw_mappings_part *part;
	struct reader *reader = cookie;

	if (!reader->is_read)
		reader->error = bw_mappings_read(fd, &reader->mappings);
	reader->is_read = true;
	answer->status = reader->error;
	part = reader->error ? NULL : bw_mappings_find(&reader->mappings, request->number);
	if (!part) {
		answer->status = reader->error ? reader->error : -ENOENT;
		return;
	}
	answer->numbers[0] = part->from;
	answer->numbers[1] = part->to;
	answer->numbers[2] = part->offset;
	snprintf(answer->text, sizeof(answer->text), "%s", reader->mappings.names + part->name);
}

int bw_mappings_start(struct bw_sandbox *box, const char *root, pid_t pid, struct bw_sandbox_strays *strays,
		      struct bw_deadline *deadline)
{
	struct reader reader = {.root = root, .pid = pid};
	const struct bw_sandbox_job job = {.open = open_maps,
					   .answer = answer_request,
					   .cookie = &reader,
					   .limits = {MEMORY, CPU_SECONDS},
					   .ms = ANSWER_MS};

	return bw_sandbox_start(box, &job, strays, deadline);
}

int bw_mappings_at(struct bw_sandbox *box, uint64_t address, struct bw_deadline *deadline, struct bw_mapping *mapping)
{
	struct bw_sandbox_request request = {.number = address};
	struct bw_sandbox_answer answer;
	int r = bw_sandbox_ask(box, &request, &answer, deadline);

	if (r < 0)
		return r;
	mapping->from = answer.numbers[0];
	mapping->to = answer.numbers[1];
	mapping->offset = answer.numbers[2];
	if (address < mapping->from || address >= mapping->to || strlen(answer.text) >= sizeof(mapping->name))
		return -ENOENT;
	strcpy(mapping->name, answer.text);
	return 0;
}

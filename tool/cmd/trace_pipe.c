/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "kernel/tracefs.h"
#include "output/event_json.h"
#include "output/timestamp.h"
#include "output/value.h"

/* The rest of a longer line becomes another line. */
enum { LINE_MAX_BYTES = 8192 };

/*
 * How many bytes are read at a time: a program that writes whenever something is read keeps the pipe full for ever. And
 * at the end, when only other programs still write: what the kernel's buffers of a hundred CPUs hold by default.
 */
enum { READ_ONCE = 64 << 10, READ_REST = 128 << 20 };

struct bw_trace_pipe {
	int fd;
	bool as_json;
	struct bw_json json;
	struct bw_timestamp_clock clock;
	size_t len;
	char line[LINE_MAX_BYTES];
};

static int open_pipe(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	fd = bw_log_error(-errno, "cannot open '%s' for --printk: %s", path, strerror(errno));
	if (fd == -EBUSY)
		bw_log_hint(
			"another process reads it, and only one can: end that one (another bccwatch, cat, trace-cmd)");
	return fd;
}

/* Skips what was written before this run. */
static void skip(const struct bw_trace_pipe *p)
{
	char bytes[4096];
	ssize_t n, left = READ_REST;

	while (left > 0 && (n = read(p->fd, bytes, sizeof(bytes))) > 0)
		left -= n;
}

int bw_trace_pipe_new(int fd, bool as_json, struct bw_trace_pipe **printk)
{
	struct bw_trace_pipe *p = calloc(1, sizeof(*p));

	if (!p) {
		close(fd);
		return -ENOMEM;
	}
	p->fd = fd;
	p->as_json = as_json;
	*printk = p;
	return 0;
}

int bw_trace_pipe_open(struct bw_trace_pipe **printk, bool as_json)
{
	const char *tracefs = bw_tracefs_find("");
	char path[PATH_MAX];
	int fd, r;

	if (!tracefs) {
		bw_log_error(-ENODEV, "cannot use --printk: tracefs is not mounted");
		bw_log_hint("mount -t tracefs tracefs /sys/kernel/tracing");
		return -ENODEV;
	}
	snprintf(path, sizeof(path), "%s/trace_pipe", tracefs);
	fd = open_pipe(path);
	if (fd < 0)
		return fd;
	r = bw_trace_pipe_new(fd, as_json, printk);
	if (r == 0)
		skip(*printk);
	return r;
}

void bw_trace_pipe_close(struct bw_trace_pipe *printk)
{
	if (!printk)
		return;
	close(printk->fd);
	bw_json_free(&printk->json);
	free(printk);
}

int bw_trace_pipe_fd(const struct bw_trace_pipe *printk)
{
	return printk->fd;
}

/*
 * "            cat-812     [001] ....1   42.123456: bpf_trace_printk: hello"; the name may hold spaces and dashes. With
 * the option record-tgid "(    812)", or "(-------)", stands before [001].
 */
struct message {
	const char *comm;
	size_t comm_len;
	int pid;
	unsigned cpu;
	const char *text;
};

/* The end of a " [001]" at p; NULL: there is none. */
static const char *past_cpu(const char *p, unsigned *cpu)
{
	char *end;

	*cpu = (unsigned)strtoul(p + 2, &end, 10);
	return end > p + 2 && *end == ']' ? end + 1 : NULL;
}

/* The last " [CPU]" before `text`; NULL: there is none. */
static const char *find_cpu(const char *line, const char *text, unsigned *cpu)
{
	const char *found = NULL;
	unsigned number;

	for (const char *p = strstr(line, " ["); p && p < text; p = strstr(p + 1, " ["))
		if (past_cpu(p, &number)) {
			found = p;
			*cpu = number;
		}
	return found;
}

/* Returns false if the line has another form. */
static bool parse(const char *line, struct message *m)
{
	static const char mark[] = ": bpf_trace_printk: ";
	const char *text = strstr(line, mark), *open = text ? find_cpu(line, text, &m->cpu) : NULL, *dash = open;

	if (!open)
		return false;
	if (dash > line && dash[-1] == ')')
		while (dash > line && *dash != '(')
			dash--;
	while (dash > line && *dash != '-')
		dash--;
	m->text = text + strlen(mark);
	m->comm = line + strspn(line, " ");
	m->pid = (int)strtol(dash + 1, NULL, 10);
	m->comm_len = dash > m->comm ? (size_t)(dash - m->comm) : 0;
	return m->comm_len > 0;
}

static size_t put_text(char *dst, struct bw_trace_pipe *p, const struct message *m, const char *line)
{
	char *out = dst;

	bw_timestamp_put(&p->clock, out, bw_timestamp_now());
	out += BW_TIMESTAMP_LEN;
	out += bw_out_text(out, " printk ");
	if (m) {
		out += sprintf(out, "PID=%d COMM=", m->pid);
		out += bw_value_put_quoted(out, m->comm, m->comm_len);
		*out++ = ' ';
		line = m->text;
	}
	out += bw_out_text(out, "MESSAGE=");
	return (size_t)(out - dst) + bw_value_put_quoted(out, line, strlen(line));
}

static void print_text(struct bw_trace_pipe *p, const struct message *m, struct bw_out *out)
{
	/* A byte becomes four at most. */
	char text[4 * LINE_MAX_BYTES + 256];
	size_t len = put_text(text, p, m, p->line);

	text[len++] = '\n';
	bw_out_put(out, text, len);
}

static void print_json(struct bw_trace_pipe *p, const struct message *m, struct bw_out *out)
{
	struct bw_json *json = &p->json;

	bw_event_json_open(json, &p->clock, bw_timestamp_now(), "printk");
	bw_json_key(json, "event");
	bw_json_open_object(json);
	if (m) {
		bw_json_key(json, "pid");
		bw_json_signed(json, m->pid);
		bw_json_key(json, "cpu");
		bw_json_number(json, m->cpu);
		bw_json_key(json, "comm");
		bw_json_string(json, m->comm, m->comm_len);
	}
	bw_json_key(json, "message");
	bw_json_text(json, m ? m->text : p->line);
	bw_json_close_object(json);
	bw_json_close_object(json);
	bw_json_put_line(json, out);
}

static void print_line(struct bw_trace_pipe *p, struct bw_out *out)
{
	struct message message;
	const struct message *m;

	p->line[p->len] = '\0';
	p->len = 0;
	if (!*p->line)
		return;
	m = parse(p->line, &message) ? &message : NULL;
	if (p->as_json)
		print_json(p, m, out);
	else
		print_text(p, m, out);
}

void bw_trace_pipe_read(struct bw_trace_pipe *p, struct bw_out *out, bool rest)
{
	char bytes[4096];
	ssize_t n, left = rest ? READ_REST : READ_ONCE;

	for (; left > 0 && (n = read(p->fd, bytes, sizeof(bytes))) > 0; left -= n)
		for (ssize_t i = 0; i < n; i++) {
			if (bytes[i] != '\n')
				p->line[p->len++] = bytes[i];
			if (bytes[i] == '\n' || p->len == sizeof(p->line) - 1)
				print_line(p, out);
		}
}

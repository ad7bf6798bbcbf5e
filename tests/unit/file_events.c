/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/file_events.h"

#include <string.h>

struct made_event make_event(u8 op, u32 marks)
{
	return (struct made_event){.e = {.pid = 812, .comm = "cat", .op = op, .marks = marks},
				   .size = offsetof(struct file_event, texts)};
}

void add_bytes(struct made_event *made, struct text_place *place, const char *bytes, size_t len)
{
	size_t at = made->size - offsetof(struct file_event, texts);

	assert_true(at + len <= sizeof(made->e.texts));
	memcpy(made->e.texts + at, bytes, len);
	*place = (struct text_place){(u16)at, (u16)len};
	made->size += len;
}

void add_text(struct made_event *made, struct text_place *place, const char *text)
{
	add_bytes(made, place, text, strlen(text));
}

struct made_event full_event(void)
{
	struct made_event m = make_event(OP_OPEN, HAS_RESULT | HAS_BYTES | HAS_OFFSET | HAS_LATENCY | HAS_FLAGS |
							  HAS_MODE | HAS_FILE | CREATED);
	struct file_event *e = &m.e;

	e->result = 3;
	e->flags = 0101;
	e->mode = 0644;
	e->bytes = 221;
	e->offset = 4096;
	e->latency = 1234567;
	e->tid = 813;
	e->uid = 1000;
	e->ppid = 700;
	memcpy(e->pcomm, "bash", 4);
	e->ino = 9007199254740993;
	e->dev = 8 << 20 | 1;
	e->type = 0100000;
	e->cgroup = 77;
	e->mnt_ns = 4026531841U;
	e->pid_ns = 4026531836U;
	add_text(&m, &e->filename, "hosts");
	add_text(&m, &e->path, "/etc/hosts");
	add_text(&m, &e->exe, "/usr/bin/cat");
	return m;
}

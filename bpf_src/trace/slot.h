/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * An event in the making. Programs on these hooks can be preempted, and some events are made over several of them, so
 * an event belongs to the task and not to the CPU. The texts follow one another in the event's last field.
 */
#pragma once

#include "../lib/count.h"
#include "../lib/filter.h"
#include "../lib/take.h"
#include "../lib/target.h"
#include "../lib/text.h"
#include "../lib/verifier.h"
#include "event.h"

#define SLOTS	   512	/* a power of two; of about 21 KB each */
#define SLOT_TRIES 16	/* how many are tried before the event is lost */
#define BELOW_MAX  8	/* a power of two */
#define TEXT_MAX   4096 /* PATH_MAX */

/* Whose path an event needs: the fields path, to and exe, in this order. */
struct place {
	struct dentry *dentry;
	struct vfsmount *mnt;
};
enum { PATH, TO, EXE, PLACES };
enum { GIVEN_NAME, GIVEN_TO, GIVEN_TARGET, GIVEN };

struct slot {
	u64 users; /* how many tasks want it: whoever is alone has it */
	u64 start; /* of the call; CLOCK_MONOTONIC, ns */
	u32 call;  /* CALL_*, of an event that is made over several programs */
	u32 has_path;
	const char *unread[GIVEN]; /* names in the process's memory that could not be read yet: see read_late() */
	u32 exe_marks;		   /* EXE_DELETED */
	UNTRACKED u32 used;	   /* bytes of texts */
	UNTRACKED u32 at;	   /* where the path in `path` begins: see lib/text.h */
	UNTRACKED u32 within_mount;
	struct place places[PLACES];
	UNTRACKED u32 n_below, is_named;
	struct dentry *below[BELOW_MAX]; /* see is_below_watched() */
	struct name_key key;
	u64 end[GLOB_BYTES / 8]; /* of a path; these two are too large for the stack */
	struct data_t event;
	char path[TEXT_BYTES +
		  NAME_BYTES]; /* the verifier sees that a text that begins within texts ends within this */
};
BPF_ARRAY(slots, struct slot, SLOTS);

/* Which programs find which slot again. */
BPF_HASH(calls, u64, u32, 10240);

static inline void put_slot(struct slot *s)
{
	give_back(&s->users);
}

static inline struct slot *get_slot(u32 *index)
{
	u32 first = bpf_get_current_pid_tgid() * 31 + bpf_get_smp_processor_id();
	struct slot *s;

#pragma clang loop unroll(disable)
	for (int i = 0; i < SLOT_TRIES; i++) {
		*index = (first + i) & (SLOTS - 1);
		s = slots.lookup(index);
		if (s && take(&s->users))
			return s;
	}
	count(COUNTER_LOST);
	return NULL;
}

/* The next text has len bytes: where it begins. Too many in all: its end is cut off, and that is counted. */
static inline char *text_room(struct slot *s, struct text_at *text, u64 *len)
{
	u64 at = s->used;

	if (at > TEXTS_BYTES)
		at = TEXTS_BYTES;
	if (*len > TEXTS_BYTES - at) {
		*len = TEXTS_BYTES - at;
		count(COUNTER_CUT);
	}
	text->at = at;
	text->len = *len;
	s->used = at + *len;
	BOUND(at, TEXTS_BYTES);
	return s->event.texts + at;
}

/* Adds the text in the kernel's memory. */
static inline void add_text(struct slot *s, struct text_at *text, const char *from, u64 len)
{
	char *to = text_room(s, text, &len);

	BOUND(len, TEXT_MAX);
	bpf_probe_read_kernel(to, len, from);
}

/* The same of a text with a NUL at its end, in the kernel's memory or the process's. */
static inline void add_string(struct slot *s, struct text_at *text, const char *from)
{
	u64 at = s->used;
	int len;

	if (!from || at > TEXTS_BYTES - TEXT_MAX) {
		if (from)
			count(COUNTER_CUT);
		return;
	}
	BOUND(at, TEXTS_BYTES);
	len = (s64)from < 0 ? bpf_probe_read_kernel_str(s->event.texts + at, TEXT_MAX, from)
			    : bpf_probe_read_user_str(s->event.texts + at, TEXT_MAX, from);
	if (len <= 1)
		return;
	text->at = at;
	text->len = len - 1;
	s->used = at + len - 1;
}

/*
 * The name that the kernel was given: a struct filename, which begins with the pointer to its copy of the name, or, by
 * some functions before Linux 5.15, the pointer to the name in the process's memory.
 */
static inline void add_filename(struct slot *s, struct text_at *text, const void *from)
{
	const char *name = from;

	if ((s64)from < 0) {
		if ((s64)from > -4096) /* an error in place of a pointer */
			return;
		bpf_probe_read_kernel(&name, sizeof(name), from);
	}
	add_string(s, text, name);
}

/* The same at the begin of a call: where the name is the process's, its page may not be in memory yet. */
static inline void add_given(struct slot *s, u32 which, struct text_at *text, const void *from)
{
	add_filename(s, text, from);
	s->unread[which] = (s64)from > 0 && !text->len ? from : NULL;
}

/* At its end the page is there, since the kernel has read the name. */
static inline void read_late(struct slot *s, u32 which, struct text_at *text)
{
	if (s->unread[which])
		add_string(s, text, s->unread[which]);
}

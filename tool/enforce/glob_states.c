/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/glob_states.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/utf8.h"

/* The begin of a character of several bytes; len 0: none. */
struct pending {
	unsigned char bytes[4];
	uint8_t len, of;
};

/*
 * A state is what the patterns await next (a set of positions, each a token of one of them) and the begin of a
 * character. Begins that lead to the same are taken for one, or there were a state for each of 20,000.
 */
struct maker {
	const struct bw_glob *globs;
	size_t n, n_words;
	size_t first[GLOBS_MAX + 1]; /* the position of each pattern's first token */
	uint32_t *bounds;	     /* n_bounds, sorted */
	size_t n_bounds;
	struct pending *pending; /* n_pending, no two of which lead to the same; the first is none */
	size_t n_pending;
	uint64_t *sets;	    /* of each state, n_words */
	uint16_t *begins;   /* of each state, its index in `pending` */
	uint16_t *by_hash;  /* a table of states, the number + 1 */
	uint64_t *set, *to; /* n_words each, to work with */
	struct bw_glob_states *states;
};

enum { HASH_SIZE = 4 * GLOB_STATES_MAX, PENDING_MAX = 32768 };

static int compare_codes(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* How many bounds there are up to the character: the same for those that no pattern distinguishes. */
static size_t class_of(const struct maker *m, uint32_t code)
{
	size_t n = 0;

	while (n < m->n_bounds && m->bounds[n] <= code)
		n++;
	return n;
}

/* Of the UTF-8 that begins with this byte; 0: none does. */
static uint8_t length_by(unsigned char byte)
{
	if (byte < 0xc2 || byte > 0xf4)
		return 0;
	return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/* Can the byte stand behind the pending ones? */
static bool continues(const struct pending *p, unsigned char byte)
{
	unsigned char from = 0x80, to = 0xbf;

	if (p->len == 1 && p->bytes[0] == 0xe0)
		from = 0xa0;
	if (p->len == 1 && p->bytes[0] == 0xf0)
		from = 0x90;
	if (p->len == 1 && p->bytes[0] == 0xed)
		to = 0x9f;
	if (p->len == 1 && p->bytes[0] == 0xf4)
		to = 0x8f;
	return byte >= from && byte <= to;
}

/* The first or the last of the characters that begin so. */
static uint32_t farthest(const struct pending *begin, bool last)
{
	struct pending p = *begin;
	uint32_t code = 0;

	for (; p.len < p.of; p.len++) {
		unsigned char byte = last ? 0xbf : 0x80;

		while (!continues(&p, byte))
			byte = (unsigned char)(last ? byte - 1 : byte + 1);
		p.bytes[p.len] = byte;
	}
	bw_utf8_decode(p.bytes, p.len, &code);
	return code;
}

/* Do both lead to the same, whatever follows? */
static bool leads_alike(const struct maker *m, const struct pending *a, const struct pending *b)
{
	const size_t class = class_of(m, farthest(a, false));

	if (a->len != b->len || a->of != b->of)
		return false;
	if (memcmp(a->bytes, b->bytes, a->len) == 0)
		return true;
	for (unsigned byte = 0x80; byte < 0xc0; byte++)
		if (continues(a, (unsigned char)byte) != continues(b, (unsigned char)byte))
			return false;
	for (size_t i = 0; i < a->len; i++)
		if (class_of(m, BW_GLOB_INVALID + a->bytes[i]) != class_of(m, BW_GLOB_INVALID + b->bytes[i]))
			return false;
	return class == class_of(m, farthest(a, true)) && class == class_of(m, farthest(b, false)) &&
	       class == class_of(m, farthest(b, true));
}

/* The index of the one that leads to the same, or a new one. */
static int find_pending(struct maker *m, const struct pending *p)
{
	struct pending *more;

	for (size_t i = 0; i < m->n_pending; i++)
		if (m->pending[i].len == p->len && (p->len == 0 || leads_alike(m, &m->pending[i], p)))
			return (int)i;
	if (m->n_pending == PENDING_MAX)
		return -E2BIG;
	more = reallocarray(m->pending, m->n_pending + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	m->pending = more;
	more[m->n_pending] = *p;
	return (int)m->n_pending++;
}

/* Behind a star stands what follows it, too. */
static void add_position(const struct maker *m, uint64_t *set, size_t glob, size_t token)
{
	for (;; token++) {
		size_t position = m->first[glob] + token;

		set[position / 64] |= 1ULL << position % 64;
		if (token == m->globs[glob].n || !bw_glob_is_star(&m->globs[glob], token))
			return;
	}
}

/* From `set`, by one character. */
static void step(struct maker *m, uint32_t code)
{
	uint64_t *to = m->to;

	memset(to, 0, m->n_words * sizeof(*to));
	for (size_t g = 0; g < m->n; g++)
		for (size_t t = 0; t < m->globs[g].n; t++) {
			size_t position = m->first[g] + t;

			if (!(m->set[position / 64] >> position % 64 & 1))
				continue;
			if (bw_glob_is_star(&m->globs[g], t))
				add_position(m, to, g, t);
			else if (bw_glob_takes(&m->globs[g], t, code))
				add_position(m, to, g, t + 1);
		}
	m->to = m->set;
	m->set = to;
}

/* The pending bytes are no character: each is one of its own. */
static void give_up(struct maker *m, struct pending *p)
{
	for (size_t i = 0; i < p->len; i++)
		step(m, BW_GLOB_INVALID + p->bytes[i]);
	p->len = 0;
}

/* From `set` and the pending bytes, by one byte. */
static void feed(struct maker *m, struct pending *p, unsigned char byte)
{
	uint32_t code;

	if (p->len > 0 && !continues(p, byte))
		give_up(m, p);
	if (p->len == 0) {
		p->of = length_by(byte);
		if (p->of == 0) {
			step(m, byte < 0x80 ? byte : BW_GLOB_INVALID + byte);
			return;
		}
	}
	p->bytes[p->len++] = byte;
	if (p->len < p->of)
		return;
	bw_utf8_decode(p->bytes, p->len, &code);
	step(m, code);
	p->len = 0;
}

static uint64_t hash_of(const struct maker *m, const uint64_t *set, int begin)
{
	uint64_t hash = (uint64_t)begin;

	for (size_t i = 0; i < m->n_words; i++)
		hash = (hash ^ set[i]) * 0x9e3779b97f4a7c15U ^ hash >> 29;
	return hash ^ hash >> 32;
}

static uint64_t *set_of(const struct maker *m, size_t state)
{
	return m->sets + state * m->n_words;
}

/* The number of the state `set` with that begin, which may be new; or -errno. */
static int find_state(struct maker *m, int begin)
{
	uint64_t at = hash_of(m, m->set, begin) % HASH_SIZE;
	const size_t size = m->n_words * sizeof(uint64_t);

	if (begin < 0)
		return begin;
	for (; m->by_hash[at]; at = (at + 1) % HASH_SIZE) {
		size_t state = m->by_hash[at] - 1U;

		if (m->begins[state] == begin && memcmp(set_of(m, state), m->set, size) == 0)
			return (int)state;
	}
	if (m->states->n == GLOB_STATES_MAX)
		return -E2BIG;
	memcpy(set_of(m, m->states->n), m->set, size);
	m->begins[m->states->n] = (uint16_t)begin;
	m->by_hash[at] = (uint16_t)++m->states->n;
	return (int)m->states->n - 1;
}

static void load(struct maker *m, size_t state, struct pending *p)
{
	memcpy(m->set, set_of(m, state), m->n_words * sizeof(uint64_t));
	*p = m->pending[m->begins[state]];
}

/* Which patterns end here? */
static uint64_t found_at(struct maker *m, size_t state)
{
	struct pending p;
	uint64_t found = 0;

	load(m, state, &p);
	give_up(m, &p);
	for (size_t g = 0; g < m->n; g++) {
		size_t end = m->first[g] + m->globs[g].n;

		found |= (m->set[end / 64] >> end % 64 & 1) << g;
	}
	return found;
}

static int make_state(struct maker *m, size_t state)
{
	m->states->states[state].found = found_at(m, state);
	for (unsigned byte = 1; byte < 256; byte++) {
		struct pending p;
		int next;

		load(m, state, &p);
		feed(m, &p, (unsigned char)byte);
		next = find_state(m, find_pending(m, &p));
		if (next < 0)
			return next;
		m->states->states[state].next[byte] = (uint16_t)next;
	}
	return 0;
}

static int prepare(struct maker *m)
{
	int r = 0;

	for (size_t g = 0; g < m->n && r == 0; g++) {
		m->first[g + 1] = m->first[g] + m->globs[g].n + 1;
		r = bw_glob_bounds(&m->globs[g], &m->bounds, &m->n_bounds);
	}
	if (m->n_bounds > 0)
		qsort(m->bounds, m->n_bounds, sizeof(*m->bounds), compare_codes);
	m->n_words = m->first[m->n] / 64 + 1;
	m->sets = calloc(GLOB_STATES_MAX * m->n_words, sizeof(uint64_t));
	m->set = calloc(m->n_words, sizeof(uint64_t));
	m->to = calloc(m->n_words, sizeof(uint64_t));
	m->begins = calloc(GLOB_STATES_MAX, sizeof(*m->begins));
	m->by_hash = calloc(HASH_SIZE, sizeof(*m->by_hash));
	m->states->states = calloc(GLOB_STATES_MAX, sizeof(*m->states->states));
	if (!m->sets || !m->set || !m->to || !m->begins || !m->by_hash || !m->states->states)
		return -ENOMEM;
	for (size_t g = 0; g < m->n; g++)
		add_position(m, m->set, g, 0);
	return r;
}

int bw_glob_states_make(struct bw_glob_states *states, const struct bw_glob *globs, size_t n)
{
	struct maker m = {.globs = globs, .n = n, .states = states};
	const struct pending none = {.len = 0};
	int r;

	*states = (struct bw_glob_states){0};
	r = prepare(&m);
	if (r == 0)
		r = find_state(&m, find_pending(&m, &none));
	for (size_t i = 0; i < states->n && r >= 0; i++)
		r = make_state(&m, i);
	free(m.bounds);
	free(m.pending);
	free(m.sets);
	free(m.begins);
	free(m.by_hash);
	free(m.set);
	free(m.to);
	return r < 0 ? r : 0;
}

void bw_glob_states_free(struct bw_glob_states *states)
{
	free(states->states);
	*states = (struct bw_glob_states){0};
}

uint64_t bw_glob_states_match(const struct bw_glob_states *states, const char *name, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++)
		at = states->states[at].next[(unsigned char)name[i]];
	return states->states[at].found;
}

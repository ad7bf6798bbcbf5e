/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's maps and event buffers in memory: fake_bpf.c defines those functions of libbcc that the tool calls for
 * them, so modules above them can be tested without a kernel. Each map and buffer is a descriptor of its own.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "program/load.h"
#include "tests/unit/unit.h"

enum { FAKE_MAPS = 32, FAKE_READERS = 64 };

struct fake_map {
	int fd;
	bool is_array, holds_descriptors;
	uint32_t key_size, value_size, max_entries, n; /* value_size: of all CPUs */
	char *keys, *values;
	/* Called before a lookup; may be NULL. */
	void (*looked_up)(struct fake_map *map);
	int error; /* what each access fails with, if it is not 0: E... */
};

/* An image of these maps, which live as long, on so many CPUs. Free it with fake_unload. */
struct fake {
	struct bw_image image;
	struct bw_loaded loaded;
	int fds[FAKE_MAPS];
};

void fake_load(struct fake *f, struct bw_image_map *maps, uint32_t n, uint32_t cpus);
void fake_unload(struct fake *f);

/* The map of that name. */
struct fake_map *fake_map(const struct fake *f, const char *name);

/* The value of a key in it; NULL: it has none. */
void *fake_value(const struct fake_map *map, const void *key);
void fake_put(const struct fake_map *map, const void *key, const void *value);

/* Perf and ring buffers that are open: what they do when they are read is up to the test. */
struct fake_reader {
	bool is_open, is_ring;
	int fd, map, pages;
	int cpu;
	void (*read)(struct fake_reader *reader);
	void (*sample)(void *cookie, void *data, int size);
	void (*lost)(void *cookie, uint64_t n);
	int (*ring_sample)(void *cookie, void *data, size_t size);
	void *cookie;
};

extern struct fake_reader fake_readers[FAKE_READERS];
extern unsigned fake_n_readers;				     /* that were opened */
extern void (*fake_reader_read)(struct fake_reader *reader); /* `read` of those that are opened from here on */
extern int fake_reader_error;				     /* what opening fails with; 0: it does not */

/* Programs that were loaded. */
enum { FAKE_PROGRAMS = 8 };

struct fake_program {
	int fd;
	uint32_t type;
	char name[64];
	struct bpf_insn insns[16];
	int bytes; /* of insns */
	uint64_t misses;
};

extern struct fake_program fake_programs[FAKE_PROGRAMS];
extern unsigned fake_n_programs;
extern int fake_program_error; /* what loading fails with; 0: it does not */

/* A map that was made by bcc_create_map; and frees it, whose descriptor is closed. */
struct fake_map *fake_map_of(int fd);
void fake_free_map(int fd);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled program as plain bytes: instructions, map definitions, the layouts of its events, the names of its
 * functions, which say what they attach to. Compiling makes it, loading consumes it; it holds no pointer and no
 * descriptor, so it can be kept and passed on.
 */
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/layout.h"

/*
 * The map that counts the events that were not sent, by the reason: a BPF_PERCPU_ARRAY of u64. compile/submits.h adds
 * it.
 */
#define BW_REFUSED_TABLE "bccwatch_refused"
enum bw_refused {
	BW_REFUSED_FULL,
	BW_REFUSED_NO_BUFFER, /* the CPU has none, since it came online during the run */
	BW_REFUSED_COUNT
};

/* How a map is printed. */
enum bw_image_display { BW_DISPLAY_TABLE, BW_DISPLAY_LOG2, BW_DISPLAY_LINEAR, BW_DISPLAYS };

struct bw_image_map {
	const char *name;
	uint32_t type; /* BPF_MAP_TYPE_* */
	uint32_t key_size, value_size;
	uint32_t max_entries;
	uint32_t flags; /* BPF_F_* */
	enum bw_image_display display;
	struct bw_layout key, value; /* no fields: not known */
	/*
	 * Of a map that stands for a section of variables: the bytes of its only value at the start, value_size of
	 * them; constants have the flag BPF_F_RDONLY_PROG. NULL: another map.
	 */
	const void *content;
};

/*
 * In its instructions a map is src_reg BPF_PSEUDO_MAP_FD and, in imm, its index in the image. A variable is
 * BPF_PSEUDO_MAP_VALUE, its map's index in imm, and in the next instruction's imm where it lies in the content.
 */
struct bw_image_program {
	const char *name;
	const struct bpf_insn *insns;
	uint32_t n_insns;
};

/* What one perf or ring buffer carries. */
struct bw_image_event {
	uint32_t map;
	struct bw_layout layout; /* no fields: not known */
};

/* Read from bytes: all that is pointed to belongs to the image. */
struct bw_image {
	const char *license;
	struct bw_image_map *maps;
	struct bw_image_program *programs;
	struct bw_image_event *events;
	struct bw_layout_field *fields;
	uint32_t n_maps, n_programs, n_events;
	void *bytes;
};

/*
 * Reads an image from len bytes at bytes, malloc'd, which it takes over, also where it fails. Everything in
 * them is checked: -EINVAL if they are no image of this version of bccwatch, or damaged; or -ENOMEM. The image is the
 * caller's, for bw_image_free.
 */
int bw_image_read(struct bw_image *image, void *bytes, size_t len);
void bw_image_free(struct bw_image *image);

/* Is it a perf or ring buffer? */
bool bw_image_is_buffer(const struct bw_image_map *map);

/* The index of the map of that name, or -ENOENT. */
int bw_image_find_map(const struct bw_image *image, const char *name);

/* Writes an image to fd. 0 or -errno. */
int bw_image_write(const struct bw_image *image, int fd);

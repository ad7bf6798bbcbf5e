/* SPDX-License-Identifier: Apache-2.0 */
/* What bpf(2) does with bpffs: objects of the kernel under a name in a directory (enforce/pin_dir.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "program/image.h"

/* 0 or -errno. */
int bw_pin_object_put(int dir, const char *name, int object);

/* A descriptor, the caller's, or -errno: -ELOOP for a symlink. */
int bw_pin_object_get(int dir, const char *name);

/* Type and sizes of a map. 0; -EBADMSG: it is no map; or -errno. */
int bw_pin_object_describe(int object, struct bw_image_map *map);

/* The number of the program that a link attaches. 0; -EBADMSG: it is no link; or -errno. */
int bw_pin_object_program(int object, uint32_t *id);

/* Does the kernel have a program of that number? */
bool bw_pin_object_has_program(uint32_t id);

/* An array of n values, of which the first ones are the len bytes of content. A descriptor, the caller's, or -errno. */
int bw_pin_object_make_array(const char *name, uint32_t value_size, uint32_t n, uint32_t flags, const void *content,
			     size_t len);

/* All values of an array, one behind the other, to be freed. 0 or -errno. */
int bw_pin_object_read_array(int object, const struct bw_image_map *map, char **content);

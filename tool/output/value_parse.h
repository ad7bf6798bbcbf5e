/* SPDX-License-Identifier: Apache-2.0 */
/* The reverse of output/value.h: a key or value of a map out of text that a user gives. */
#pragma once

#include <stddef.h>

#include "output/layout.h"

/*
 * Reads the text into `data`, `size` bytes, which are zero before. A number is decimal or 0x...; an array of char
 * is text, any other one and what is of unknown type is 0x and two digits a byte; the members of a struct follow each
 * other with commas. 0, or -EINVAL with *why, a constant that says what is wanted.
 */
int bw_value_parse(const struct bw_layout *layout, const char *text, void *data, size_t size, const char **why);

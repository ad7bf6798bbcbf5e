/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a tracepoint's events, from its format in tracefs. root is put before every path. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct bw_tracepoint_format_field {
	const char *declaration; /* as C has it: "const char *filename" */
	const char *name;
	uint32_t offset, size; /* in bytes */
	bool is_signed;
};

/*
 * Calls `found` with each field, which lives until the next. 0 or -errno: -ENODEV if tracefs is not mounted, -ENOENT if
 * there is no such tracepoint.
 */
int bw_tracepoint_format_each(const char *root, const char *category, const char *name,
			      void (*found)(void *cookie, const struct bw_tracepoint_format_field *field),
			      void *cookie);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is printed as text reads back in one way only: hostile events, rows and values are printed, read by a strict
 * reader that knows nothing of the printer, and must come out as they went in.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/unit/unit.h"

enum { ROUNDS = 30000 };

/* Text of at most size bytes, with NULs behind it, of what could pass for a part of a line. */
void hostile(char *text, size_t size);

/* A line, read from its beginning; whatever is not as it must be fails the test. */
struct reader {
	const char *p;
};

void expect(struct reader *r, const char *text);
unsigned long long read_number(struct reader *r);
void skip_spaces(struct reader *r);

/* A text up to one of `ends`, or in quotes: into text, size bytes, with NULs behind it. */
void read_text(struct reader *r, const char *ends, char *text, size_t size);

/* A name without quotes ends at the first space, before the comma there. */
void read_name_and_comma(struct reader *r, char *name, size_t size);

/* Several words, up to the space before the next NAME=. */
void read_words(struct reader *r, const char *next, char *words, size_t size);

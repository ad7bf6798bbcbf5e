/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a pattern, for base/glob.c, which matches them, and base/glob_compile.c, which makes them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bw_glob_kind {
	BW_GLOB_CHARACTER,
	BW_GLOB_ANY,	    /* ? */
	BW_GLOB_SET,	    /* [...] */
	BW_GLOB_STAR,	    /* in a path, within a component */
	BW_GLOB_DEEP,	    /* any text, slashes among it */
	BW_GLOB_DIRECTORIES /* any number of whole components, each with the slash behind it */
};

/* A member of a set: the characters from..to, or a class where that is not 0. */
struct bw_glob_member {
	uint32_t from, to;
	unsigned class; /* index in the names of base/glob_compile.c, from 1 on: alnum, alpha, blank, ... */
};

struct bw_glob_token {
	enum bw_glob_kind kind;
	uint32_t code; /* of BW_GLOB_CHARACTER */
	bool negated;  /* a set */
	struct bw_glob_member *members;
	size_t n;
};

/* The length of the character at text, of at least one byte. */
size_t bw_glob_token_character(const char *text, size_t len, uint32_t *code);

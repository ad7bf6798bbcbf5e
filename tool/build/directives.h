/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a C text that are the preprocessor's. */
#pragma once

#include <stdbool.h>

#include "build/tokens.h"

/* One of them, with the lines that continue it. */
struct bw_directive {
	const char *begin, *end; /* its `#`; the newline, or the NUL, behind it */
	struct bw_token word;	 /* include, ifdef, ... */
	const char *rest;	 /* behind the word and the space that follows */
};

/* The next one from *at on, which is the beginning of a line, and is moved to the directive's end. */
bool bw_directives_next(const char **at, struct bw_directive *d);

/* Is it #if, #ifdef or #ifndef? */
bool bw_directives_opens(const struct bw_directive *d);
bool bw_directives_is_pragma_once(const struct bw_directive *d);

/* once: a header's text has `#pragma once`; guarded: all of it stands between an #ifndef, or #if !defined, and #endif.
 */
void bw_directives_classify(const char *text, bool *once, bool *guarded);

/* Has its last comment no end? */
bool bw_directives_ends_in_comment(const char *text);

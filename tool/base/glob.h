/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns of names and paths, as a shell's: `*` is any text, `?` a character, [abc], [a-z] and [[:digit:]] a character
 * of these, [!abc] one of the others, and a backslash takes the next character as it is. Text is compared as UTF-8, a
 * byte that is no part of a valid character as a character of its own. A dot at the beginning is like any character.
 *
 * Of a path `*`, `?` and [...] do not match a slash, and `**` does, as with bash's globstar: where `**` stands between
 * slashes, it matches any number of directories, also none.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bw_glob_token;

struct bw_glob {
	struct bw_glob_token *tokens; /* n */
	size_t n;
	char *text; /* text_len bytes: all literal characters */
	size_t text_len, prefix_len, suffix_at, infix_at, infix_len;
	bool is_path;
	bool is_literal; /* it has no wildcard */
};

/*
 * Reads a pattern, of a path or of a name. 0, -ENOMEM, or -EINVAL, with what is wrong in *why, a constant, and in *at
 * the offset of what it is. The glob is the caller's, for bw_glob_free, in either case.
 */
int bw_glob_compile(struct bw_glob *glob, const char *pattern, bool is_path, const char **why, size_t *at);
void bw_glob_free(struct bw_glob *glob);

/* Can what it matches begin with any text? That is, does it begin with `**`? */
bool bw_glob_begins_anywhere(const struct bw_glob *glob);

/* Does the whole text match? Takes at most about (length of the text) * (length of the pattern) steps. */
bool bw_glob_match(const struct bw_glob *glob, const char *text, size_t len);

/*
 * What each text that matches begins and ends with: the pattern's text before its first wildcard, and behind its last.
 * Without a wildcard both are all of it. They have no NUL at their end, and live as long as the glob.
 */
const char *bw_glob_prefix(const struct bw_glob *glob, size_t *len);
const char *bw_glob_suffix(const struct bw_glob *glob, size_t *len);

/* The longest text that stands between two wildcards; *len 0: none does. Likewise. */
const char *bw_glob_infix(const struct bw_glob *glob, size_t *len);

/*
 * The parts of a glob of a name, for who matches several at once (enforce/glob_states.h): each of its n tokens takes
 * one character, or is a `*` and takes any text. A byte that is no part of a valid character is the character
 * BW_GLOB_INVALID + byte.
 */
enum { BW_GLOB_INVALID = 0x110000, BW_GLOB_CHARACTERS = BW_GLOB_INVALID + 256 };
bool bw_glob_is_star(const struct bw_glob *glob, size_t token);
bool bw_glob_takes(const struct bw_glob *glob, size_t token, uint32_t character);

/*
 * The characters, of 128 and more, from which on a token may take what it does not take before them, or the other way
 * round: *n of them, appended to *bounds, which is the caller's. 0 or -ENOMEM.
 */
int bw_glob_bounds(const struct bw_glob *glob, uint32_t **bounds, size_t *n);

/* Does it match whatever begins with its prefix? That is, is a `**` at the end its only wildcard? */
bool bw_glob_is_prefix(const struct bw_glob *glob);

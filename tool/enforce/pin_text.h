/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a pinned enforcement, for --status and for who takes over: a record for each rule and each program that
 * is excepted, a letter and a value that a NUL ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "enforce/rules.h"

/* *text: *len bytes, to be freed. 0 or -ENOMEM. */
int bw_pin_text_write(const struct bw_rules *rules, const char *const *exes, size_t n_exes, char **text, size_t *len);

/* Adds the rules. 0; -EBADMSG: the text is none of a pin; or -errno. */
int bw_pin_text_read_rules(const char *text, size_t len, struct bw_rules *rules);

/* Are these the programs that it excepts? */
bool bw_pin_text_has_programs(const char *text, size_t len, const char *const *exes, size_t n_exes);

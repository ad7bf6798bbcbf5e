/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of a pinned enforcement, for --status and for who takes over: records for the rules and for each program
 * that is excepted, a letter and a value that a NUL ends.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "enforce/rules.h"

/* plain: of the rules that have no policy of their own. *text: *len bytes, to be freed. 0 or -ENOMEM. */
int bw_pin_text_write(const struct bw_rules *rules, const struct bw_policy *plain, const char *const *exes,
		      size_t n_exes, char **text, size_t *len);

/*
 * Adds the rules; *plain, unless NULL, is to be freed, also after an error. 0; -EBADMSG: the text is none of a pin; or
 * -errno.
 */
int bw_pin_text_read(const char *text, size_t len, struct bw_rules *rules, struct bw_policy *plain);

/* Are these the programs that it excepts? */
bool bw_pin_text_has_programs(const char *text, size_t len, const char *const *exes, size_t n_exes);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The length of the UTF-8 character of more than one byte at s, of at most len bytes (at least 1), and its code point;
 * 0 if it is not one (RFC 3629: shortest form, no surrogates, at most U+10FFFF).
 */
size_t bw_utf8_decode(const unsigned char *s, size_t len, uint32_t *code);

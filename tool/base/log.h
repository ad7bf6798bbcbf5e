/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bccwatch says on stderr. A message is one line: control characters in it, which file names and other
 * bytes from outside may bring, come out as \xNN.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* -v was given. Owned by main.c. */
extern bool bw_verbose;

/* Something is only tried: what bw_log_error, bw_log_hint and bw_log_output have to say shows under -v alone. Owned by
 * main.c. */
extern bool bw_trying;

/* Prints "bccwatch: MESSAGE" and returns r, so that a failure is reported and passed on in one line. */
int bw_log_error(int r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The next line of the same error: what to do about it. */
void bw_log_hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line of the running program's own: header, losses, closing line. */
void bw_log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As bw_log_note, under -v only. */
void bw_log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Somebody else's words (the compiler's, libbcc's, the verifier's), of many lines: each is printed with its
 * control characters escaped, tabs kept. len is in bytes; words may be NULL if len is 0. */
void bw_log_output(const char *words, size_t len);

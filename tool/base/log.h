/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bccwatch prints on stderr. A message is one line: control characters in it, which file names and other
 * bytes from outside may bring, come out as \xNN.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* -v was given. Owned by main.c. */
extern bool bw_verbose;

/*
 * Messages of something that is only tried. While they are held, what bw_log_error, bw_log_hint and bw_log_output would
 * print is kept here, and shown, or dropped, by who tries. Start with zeroes.
 */
struct bw_log_held {
	bool notes; /* notes are held, too */
	char *text; /* whole lines, with their escapes; NULL: none */
	size_t len;
	/* The last error, its hint, and the first line of output that has "error:" in it; "" where there is none. */
	char error[512], hint[512], output[512];
};

/* Where messages are held; NULL: they are printed. Owned by main.c. */
extern struct bw_log_held *bw_log_holder;

/*
 * From here on messages are held there; not with -v, which shows them as they come. NULL: they are printed. Returns
 * where they were held before, with which to end it.
 */
struct bw_log_held *bw_log_hold(struct bw_log_held *held);

/* Prints what is held, or holds it where messages are held now. */
void bw_log_show(const struct bw_log_held *held);
void bw_log_free(struct bw_log_held *held);

/* Prints "bccwatch: MESSAGE" and returns r, so that a failure is reported and passed on in one line. */
int bw_log_error(int r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The next line of the same error: what to do about it. */
void bw_log_hint(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A line of the running program's own: header, losses, closing line. */
void bw_log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* As bw_log_note, under -v only. */
void bw_log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The output of somebody else (the compiler, libbcc, the verifier), of many lines: each is printed with its
 * control characters escaped, tabs kept. len is in bytes; text may be NULL if len is 0. */
void bw_log_output(const char *text, size_t len);

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes JSON (RFC 8259) into a buffer that grows, and sets the commas. Keys and values are written in their order;
 * what is opened must be closed:
 *   bw_json_open_object(&json);
 *   bw_json_key(&json, "pid");
 *   bw_json_number(&json, 812);
 *   bw_json_close_object(&json);
 *   bw_json_print_line(&json, stdout);
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/out.h"

/* Start with zeroes; the caller's to free by bw_json_free. */
struct bw_json {
	char *text; /* owned: len bytes of room bytes, without a NUL */
	size_t len, room;
	bool comma; /* the innermost object or array has a value: the next one follows a comma */
	int error;  /* -ENOMEM: the text is incomplete, and what is written next is dropped */
};

void bw_json_free(struct bw_json *json);

/* Drops the text and the error; the memory is kept for the next one. */
void bw_json_restart(struct bw_json *json);

void bw_json_open_object(struct bw_json *json);
void bw_json_close_object(struct bw_json *json);
void bw_json_open_array(struct bw_json *json);
void bw_json_close_array(struct bw_json *json);

/* The key of the value that is written next. name: has no character that JSON escapes. */
void bw_json_key(struct bw_json *json, const char *name);

/* The same, of a key as it stands in JSON, `"pid":`, len bytes: faster. */
void bw_json_key_verbatim(struct bw_json *json, const char *key, size_t len);

/* The same, of a name in two parts. */
void bw_json_key_suffixed(struct bw_json *json, const char *name, const char *suffix);

void bw_json_number(struct bw_json *json, uint64_t number);
void bw_json_signed(struct bw_json *json, int64_t number);
void bw_json_bool(struct bw_json *json, bool value);
void bw_json_null(struct bw_json *json);

/* A string of the text's bytes up to its NUL. */
void bw_json_text(struct bw_json *json, const char *text);

/* A string of len bytes. Returns false if they are not UTF-8: U+FFFD stands for what JSON can't hold. */
bool bw_json_string(struct bw_json *json, const char *bytes, size_t len);

/* A string of len characters of which JSON escapes none: faster. */
void bw_json_plain(struct bw_json *json, const char *text, size_t len);

/* A string of 0x and two digits a byte, in memory's order. */
void bw_json_hex(struct bw_json *json, const void *data, size_t len);

/* A value whose len bytes are JSON already. */
void bw_json_verbatim(struct bw_json *json, const char *value, size_t len);

/*
 * Ends the line, writes it and restarts. 0; or -ENOMEM: nothing of the line was written, and a bw_out counts it as
 * unwritten. Whether the file took the line is the FILE's or the bw_out's error.
 */
int bw_json_print_line(struct bw_json *json, FILE *file);
int bw_json_put_line(struct bw_json *json, struct bw_out *out);

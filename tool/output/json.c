/* SPDX-License-Identifier: Apache-2.0 */
#include "output/json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "output/value.h"

void bw_json_free(struct bw_json *json)
{
	free(json->text);
	*json = (struct bw_json){0};
}

void bw_json_restart(struct bw_json *json)
{
	json->len = 0;
	json->comma = false;
	json->error = 0;
}

static bool grow(struct bw_json *json, size_t size)
{
	size_t room = json->room ? json->room : 256;
	char *larger;

	while (room - json->len < size)
		room *= 2;
	larger = realloc(json->text, room);
	if (!larger) {
		json->error = -ENOMEM;
		return false;
	}
	json->text = larger;
	json->room = room;
	return true;
}

/* Where the next bytes are written, with space for `size` of them; NULL: there is none. */
static inline char *reserve(struct bw_json *json, size_t size)
{
	if (json->error || (json->room - json->len < size && !grow(json, size)))
		return NULL;
	return json->text + json->len;
}

/* The same for a value or a key of at most `size` bytes, behind the comma that it may take. */
static inline char *reserve_value(struct bw_json *json, size_t size)
{
	char *dst = reserve(json, size + 1);

	if (dst && json->comma) {
		*dst++ = ',';
		json->len++;
	}
	json->comma = true;
	return dst;
}

static void open_with(struct bw_json *json, char bracket)
{
	char *dst = reserve_value(json, 1);

	json->comma = false;
	if (!dst)
		return;
	*dst = bracket;
	json->len++;
}

static void close_with(struct bw_json *json, char bracket)
{
	char *dst = reserve(json, 1);

	json->comma = true;
	if (!dst)
		return;
	*dst = bracket;
	json->len++;
}

void bw_json_open_object(struct bw_json *json)
{
	open_with(json, '{');
}

void bw_json_close_object(struct bw_json *json)
{
	close_with(json, '}');
}

void bw_json_open_array(struct bw_json *json)
{
	open_with(json, '[');
}

void bw_json_close_array(struct bw_json *json)
{
	close_with(json, ']');
}

static inline char *append(char *dst, const char *bytes, size_t len)
{
	memcpy(dst, bytes, len);
	return dst + len;
}

void bw_json_key_suffixed(struct bw_json *json, const char *name, const char *suffix)
{
	size_t len = strlen(name), suffix_len = strlen(suffix);
	char *dst = reserve_value(json, len + suffix_len + 3);

	json->comma = false;
	if (!dst)
		return;
	*dst++ = '"';
	dst = append(dst, name, len);
	dst = append(dst, suffix, suffix_len);
	*dst++ = '"';
	*dst = ':';
	json->len += len + suffix_len + 3;
}

void bw_json_key(struct bw_json *json, const char *name)
{
	bw_json_key_suffixed(json, name, "");
}

void bw_json_key_verbatim(struct bw_json *json, const char *key, size_t len)
{
	char *dst = reserve_value(json, len);

	json->comma = false;
	if (!dst)
		return;
	memcpy(dst, key, len);
	json->len += len;
}

void bw_json_verbatim(struct bw_json *json, const char *value, size_t len)
{
	char *dst = reserve_value(json, len);

	if (!dst)
		return;
	memcpy(dst, value, len);
	json->len += len;
}

void bw_json_number(struct bw_json *json, uint64_t number)
{
	char *dst = reserve_value(json, 20);

	if (dst)
		json->len += bw_out_u64(dst, number);
}

void bw_json_signed(struct bw_json *json, int64_t number)
{
	char *dst = reserve_value(json, 20);

	if (!dst)
		return;
	if (number < 0) {
		*dst++ = '-';
		json->len++;
	}
	json->len += bw_out_u64(dst, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void bw_json_bool(struct bw_json *json, bool value)
{
	if (value)
		bw_json_verbatim(json, "true", 4);
	else
		bw_json_verbatim(json, "false", 5);
}

void bw_json_null(struct bw_json *json)
{
	bw_json_verbatim(json, "null", 4);
}

bool bw_json_string(struct bw_json *json, const char *bytes, size_t len)
{
	char *dst = reserve_value(json, 6 * len + 2);
	bool exact = true;
	size_t n;

	if (!dst)
		return true;
	n = bw_escape_json(dst + 1, bytes, len, &exact);
	dst[0] = '"';
	dst[n + 1] = '"';
	json->len += n + 2;
	return exact;
}

void bw_json_plain(struct bw_json *json, const char *text, size_t len)
{
	char *dst = reserve_value(json, len + 2);

	if (!dst)
		return;
	dst[0] = '"';
	memcpy(dst + 1, text, len);
	dst[len + 1] = '"';
	json->len += len + 2;
}

void bw_json_text(struct bw_json *json, const char *text)
{
	bw_json_string(json, text, strlen(text));
}

void bw_json_hex(struct bw_json *json, const void *data, size_t len)
{
	char *dst = reserve_value(json, 2 * len + 4);
	size_t n;

	if (!dst)
		return;
	n = bw_value_put_hex(dst + 1, data, len);
	dst[0] = '"';
	dst[n + 1] = '"';
	json->len += n + 2;
}

static int end_line(struct bw_json *json)
{
	char *dst = reserve(json, 1);

	if (!dst)
		return json->error;
	*dst = '\n';
	json->len++;
	return 0;
}

int bw_json_print_line(struct bw_json *json, FILE *file)
{
	int r = end_line(json);

	if (r == 0)
		fwrite(json->text, 1, json->len, file);
	bw_json_restart(json);
	return r;
}

int bw_json_put_line(struct bw_json *json, struct bw_out *out)
{
	int r = end_line(json);

	if (r == 0)
		bw_out_put(out, json->text, json->len);
	else
		out->unwritten++;
	bw_json_restart(json);
	return r;
}

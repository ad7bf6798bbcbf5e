/* SPDX-License-Identifier: Apache-2.0 */
#include "output/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "output/value.h"
#include "output/value_parse.h"

enum { LENGTH_BYTES = 4, IPV4_BYTES = 4, IPV6_BYTES = 16, LENGTH_TEXT = sizeof("/4294967295") };

size_t bw_prefix_longest(size_t size)
{
	const size_t hex = 2 + 2 * size;

	return (hex > INET6_ADDRSTRLEN ? hex : INET6_ADDRSTRLEN) + LENGTH_TEXT;
}

void bw_prefix_put(char *dst, const void *key, size_t size)
{
	const char *bytes = (const char *)key + LENGTH_BYTES;
	const size_t n = size - LENGTH_BYTES;
	uint32_t bits;

	memcpy(&bits, key, sizeof(bits));
	if (n == IPV4_BYTES || n == IPV6_BYTES) {
		inet_ntop(n == IPV4_BYTES ? AF_INET : AF_INET6, bytes, dst, INET6_ADDRSTRLEN);
		dst += strlen(dst);
	} else {
		dst += bw_value_put_hex(dst, bytes, n);
	}
	snprintf(dst, LENGTH_TEXT, "/%u", bits);
}

static int parse_bytes(const char *text, char *bytes, size_t n, const char **why)
{
	const struct bw_layout unknown = {NULL, 0, (uint32_t)n};
	const int family = n == IPV4_BYTES ? AF_INET : AF_INET6;

	*why = family == AF_INET ? "it is a prefix, as 10.0.0.0/8" : "it is a prefix, as 2001:db8::/32";
	if (n == IPV4_BYTES || n == IPV6_BYTES)
		return inet_pton(family, text, bytes) == 1 ? 0 : -EINVAL;
	return bw_value_parse(&unknown, text, bytes, n, why);
}

int bw_prefix_parse(const char *text, void *key, size_t size, const char **why)
{
	const size_t n = size - LENGTH_BYTES;
	const char *slash = strrchr(text, '/');
	BW_FREE char *bytes = slash ? strndup(text, (size_t)(slash - text)) : NULL;
	uint64_t bits;
	uint32_t length;

	memset(key, 0, size);
	*why = "it is a prefix and its length in bits, which ends with /N";
	if (!bytes || bw_parse_number(slash + 1, 8 * n, &bits) < 0)
		return -EINVAL;
	length = (uint32_t)bits;
	memcpy(key, &length, sizeof(length));
	return parse_bytes(bytes, (char *)key + LENGTH_BYTES, n, why);
}

struct bw_table bw_prefix_table(const struct bw_table *table, struct bw_layout_field *text)
{
	struct bw_table shown = *table;
	const uint32_t size = (uint32_t)bw_prefix_longest(table->key_size);

	*text = (struct bw_layout_field){
		.name = "", .kind = BW_CHAR, .size = 1, .count = size, .n_dims = 1, .dims = {size}};
	shown.key = (struct bw_layout){text, 1, size};
	shown.key_size = size;
	return shown;
}

int bw_prefix_rows(const struct bw_table *from, const struct bw_table_rows *rows, const struct bw_table *to,
		   struct bw_table_rows *texts)
{
	const size_t stride = bw_table_stride(from), at = bw_table_value_at(from);

	*texts = (struct bw_table_rows){calloc(rows->n + 1, bw_table_stride(to)), rows->n};
	if (!texts->bytes)
		return -ENOMEM;
	for (size_t i = 0; i < rows->n; i++) {
		const char *row = rows->bytes + i * stride;
		char *text = texts->bytes + i * bw_table_stride(to);

		bw_prefix_put(text, row, from->key_size);
		memcpy(text + bw_table_value_at(to), row + at, stride - at);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "build/cache_entry.h"

#include <errno.h>
#include <sha2.h>
#include <string.h>

#include "base/file.h"

/* An entry's file: this, then the parts, in the order of their lengths. */
struct header {
	char magic[8];
	uint8_t digest[SHA256_DIGEST_LENGTH]; /* of all that follows it */
	uint32_t version;
	uint32_t path_len, depends_len, output_len, image_len;
};

static const char magic[] = "bccached"; /* without its NUL */

static void digest_of(const struct header *h, const struct bw_cache_part *parts, size_t n, uint8_t *digest)
{
	SHA2_CTX hash;

	SHA256Init(&hash);
	SHA256Update(&hash, (const uint8_t *)&h->version, sizeof(*h) - offsetof(struct header, version));
	for (size_t i = 0; i < n; i++)
		SHA256Update(&hash, parts[i].bytes, parts[i].len);
	SHA256Final(digest, &hash);
}

int bw_cache_entry_parse(const char *bytes, size_t len, struct bw_cache_entry *entry)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	struct bw_cache_part rest;
	struct header h;

	if (len < sizeof(h))
		return -EINVAL;
	memcpy(&h, bytes, sizeof(h));
	rest = (struct bw_cache_part){bytes + sizeof(h), len - sizeof(h)};
	if (memcmp(h.magic, magic, sizeof(h.magic)) != 0 || h.version != BW_CACHE_ENTRY_VERSION || h.path_len == 0 ||
	    (uint64_t)h.path_len + h.depends_len + h.output_len + h.image_len != rest.len)
		return -EINVAL;
	digest_of(&h, &rest, 1, digest);
	if (memcmp(digest, h.digest, sizeof(digest)) != 0 || bytes[sizeof(h) + h.path_len - 1] != '\0')
		return -EINVAL;
	bytes += sizeof(h);
	entry->path = (struct bw_cache_part){bytes, h.path_len};
	entry->depends = (struct bw_cache_part){bytes + h.path_len, h.depends_len};
	entry->output = (struct bw_cache_part){bytes + h.path_len + h.depends_len, h.output_len};
	entry->image = (struct bw_cache_part){bytes + h.path_len + h.depends_len + h.output_len, h.image_len};
	return 0;
}

int bw_cache_entry_write(int fd, const struct bw_cache_entry *entry)
{
	const struct bw_cache_part parts[] = {entry->path, entry->depends, entry->output, entry->image};
	struct header h = {
		.version = BW_CACHE_ENTRY_VERSION,
		.path_len = (uint32_t)entry->path.len,
		.depends_len = (uint32_t)entry->depends.len,
		.output_len = (uint32_t)entry->output.len,
		.image_len = (uint32_t)entry->image.len,
	};
	int r;

	memcpy(h.magic, magic, sizeof(h.magic));
	digest_of(&h, parts, sizeof(parts) / sizeof(*parts), h.digest);
	r = bw_file_write(fd, &h, sizeof(h));
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && r == 0; i++)
		r = bw_file_write(fd, parts[i].bytes, parts[i].len);
	return r;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "build/dependencies.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

enum kind { FILE_STATE, CONTENT, ABSENT };

/* Followed by the path, path_len bytes with its NUL. */
struct record {
	uint32_t kind;
	uint32_t path_len;
	uint64_t ino, size;
	int64_t changed[2], modified[2]; /* seconds, ns */
	uint8_t digest[SHA256_DIGEST_LENGTH];
};

enum { CONTENT_MAX = 1 << 20 };

static bool state_of(const char *path, struct record *r)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	r->ino = st.st_ino;
	r->size = (uint64_t)st.st_size;
	r->changed[0] = st.st_ctim.tv_sec;
	r->changed[1] = st.st_ctim.tv_nsec;
	r->modified[0] = st.st_mtim.tv_sec;
	r->modified[1] = st.st_mtim.tv_nsec;
	return true;
}

static void digest_of(const char *path, struct record *r)
{
	BW_FREE char *text = NULL;
	SHA2_CTX hash;
	size_t len = 0;

	SHA256Init(&hash);
	if (bw_file_read(path, CONTENT_MAX, &text, &len) == 0)
		SHA256Update(&hash, (const uint8_t *)text, len);
	SHA256Final(r->digest, &hash);
}

static void put(struct bw_dependencies *d, struct record *r, const char *path)
{
	r->path_len = (uint32_t)strlen(path) + 1;
	fwrite(r, sizeof(*r), 1, d->out);
	fwrite(path, r->path_len, 1, d->out);
}

static struct record record_of(enum kind kind)
{
	struct record r;

	memset(&r, 0, sizeof(r)); /* the paddings too */
	r.kind = kind;
	return r;
}

void bw_dependencies_add_file(struct bw_dependencies *d, const char *path)
{
	struct record r = record_of(FILE_STATE);

	if (!state_of(path, &r) || r.changed[0] > d->since.tv_sec ||
	    (r.changed[0] == d->since.tv_sec && r.changed[1] >= d->since.tv_nsec)) {
		d->uncertain = true;
		return;
	}
	put(d, &r, path);
}

void bw_dependencies_add_content(struct bw_dependencies *d, const char *path)
{
	struct record r = record_of(CONTENT);

	digest_of(path, &r);
	put(d, &r, path);
}

void bw_dependencies_add_absent(struct bw_dependencies *d, const char *path)
{
	struct record r = record_of(ABSENT);

	if (access(path, F_OK) == 0)
		d->uncertain = true;
	put(d, &r, path);
}

/* The next file of a rule, unescaped ("\ ", "\#", "$$"); false at its end. */
static bool next_file(const char **rule, char path[PATH_MAX])
{
	const char *p = *rule;
	size_t len = 0;

	while (*p == ' ' || *p == '\n' || (*p == '\\' && p[1] == '\n'))
		p++;
	for (; *p && *p != ' ' && *p != '\n' && len < PATH_MAX - 1; p++) {
		if (*p == '\\' && p[1] == '\n')
			break;
		if ((*p == '\\' && (p[1] == ' ' || p[1] == '#')) || (*p == '$' && p[1] == '$'))
			p++;
		path[len++] = *p;
	}
	path[len] = '\0';
	*rule = p;
	return len > 0;
}

/* For a file found in one of the directories of -iquote: what would have been found in those before. */
static void add_earlier(struct bw_dependencies *d, const char *path, const char **flags, size_t n)
{
	static const char quote[] = "-iquote";
	size_t found = n, len = 0;
	char earlier[2 * PATH_MAX];

	for (size_t i = 0; i < n && found == n; i++) {
		if (strncmp(flags[i], quote, strlen(quote)) != 0)
			continue;
		len = strlen(flags[i] + strlen(quote));
		if (strncmp(path, flags[i] + strlen(quote), len) == 0 && path[len] == '/')
			found = i;
	}
	for (size_t i = 0; i < found && found < n; i++) {
		if (strncmp(flags[i], quote, strlen(quote)) != 0)
			continue;
		snprintf(earlier, sizeof(earlier), "%s%s", flags[i] + strlen(quote), path + len);
		bw_dependencies_add_absent(d, earlier);
	}
}

void bw_dependencies_add_rule(struct bw_dependencies *d, const char *rule, const char *directory, const char **flags,
			      size_t n)
{
	char path[PATH_MAX], whole[2 * PATH_MAX];

	if (!strchr(rule, ':')) {
		d->uncertain = true;
		return;
	}
	rule = strchr(rule, ':') + 1;
	while (next_file(&rule, path)) {
		/* Files that libbcc or compile/header_tree.c made in memory. */
		if (strncmp(path, "/virtual/", strlen("/virtual/")) == 0 ||
		    strncmp(path, BW_DEPENDENCIES_VIRTUAL "/", strlen(BW_DEPENDENCIES_VIRTUAL "/")) == 0)
			continue;
		snprintf(whole, sizeof(whole), "%s%s%s", *path == '/' ? "" : directory, *path == '/' ? "" : "/", path);
		bw_dependencies_add_file(d, whole);
		add_earlier(d, whole, flags, n);
	}
}

void bw_dependencies_add_libraries(struct bw_dependencies *d)
{
	BW_FILE FILE *maps = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 128], last[PATH_MAX + 128] = "";

	d->uncertain |= !maps;
	while (maps && fgets(line, sizeof(line), maps)) {
		char *path = strchr(line, '/');

		if (!path || !strstr(line, "r-xp"))
			continue;
		path[strcspn(path, "\n")] = '\0';
		if (strcmp(path, last) != 0)
			bw_dependencies_add_file(d, path);
		snprintf(last, sizeof(last), "%s", path);
	}
}

static bool holds(const struct record *then, const char *path)
{
	struct record now = record_of(then->kind);

	now.path_len = then->path_len;
	switch (then->kind) {
	case FILE_STATE:
		return state_of(path, &now) && memcmp(then, &now, sizeof(now)) == 0;
	case CONTENT:
		digest_of(path, &now);
		return memcmp(then, &now, sizeof(now)) == 0;
	case ABSENT:
		return access(path, F_OK) != 0;
	default:
		return false;
	}
}

bool bw_dependencies_hold(const void *bytes, size_t len, const char **changed)
{
	const char *p = bytes, *end = p + len;

	*changed = NULL;
	while (p < end) {
		struct record then;

		if ((size_t)(end - p) < sizeof(then))
			return false;
		memcpy(&then, p, sizeof(then));
		p += sizeof(then);
		if (then.path_len == 0 || then.path_len > (size_t)(end - p) || p[then.path_len - 1] != '\0')
			return false;
		if (!holds(&then, p)) {
			*changed = p;
			return false;
		}
		p += then.path_len;
	}
	return true;
}

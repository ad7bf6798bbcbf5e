/* SPDX-License-Identifier: Apache-2.0 */
#include "process/mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

enum { TEXT_MAX = 256 << 20 };

static bool is_octal(const char *p)
{
	return p[0] >= '0' && p[0] <= '3' && p[1] >= '0' && p[1] <= '7' && p[2] >= '0' && p[2] <= '7';
}

/* A space is written as \040. */
static void unescape_octal(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (*from == '\\' && is_octal(from + 1)) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* Reads a number and the character behind it, and moves *at behind both. */
static bool read_number(char **at, char behind, unsigned *number)
{
	char *from = *at;
	unsigned long value = strtoul(from, at, 10);

	*number = (unsigned)value;
	return *at > from && *(*at)++ == behind && value <= INT_MAX;
}

/* Behind the options there may be fields of any number, up to " - ". */
static const char *read_type(char *options)
{
	char *type = strstr(options, " - ");

	if (!type)
		return "";
	type += 3;
	type[strcspn(type, " ")] = '\0';
	return type;
}

/* "36 35 98:0 /root /point rw,noatime ... - ext4 ..."; false if it has another form. */
static bool read_line(char *line, struct bw_mount *mount)
{
	char *root = line, *point, *end;
	unsigned id, parent;

	*mount = (struct bw_mount){0};
	if (!read_number(&root, ' ', &id) || !read_number(&root, ' ', &parent) ||
	    !read_number(&root, ':', &mount->major) || !read_number(&root, ' ', &mount->minor))
		return false;
	mount->id = (int)id;
	mount->parent = (int)parent;
	point = strchr(root, ' ');
	end = point ? strchr(point + 1, ' ') : NULL;
	if (!end)
		return false;
	*point++ = '\0';
	*end = '\0';
	unescape_octal(root);
	unescape_octal(point);
	mount->root = root;
	mount->point = point;
	mount->type = read_type(end + 1);
	return *root == '/' && *point == '/';
}

static int by_id(const void *a, const void *b)
{
	const struct bw_mount *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

int bw_mounts_parse(char *text, struct bw_mounts *mounts)
{
	size_t room = 0;
	char *next;

	*mounts = (struct bw_mounts){.text = text};
	for (char *line = text; line && *line; line = next) {
		struct bw_mount mount;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (!read_line(line, &mount))
			continue;
		if (mounts->n == room) {
			struct bw_mount *more = reallocarray(mounts->mounts, 2 * room + 64, sizeof(*more));

			if (!more)
				return -ENOMEM;
			mounts->mounts = more;
			room = 2 * room + 64;
		}
		mounts->mounts[mounts->n++] = mount;
	}
	if (mounts->n > 0)
		qsort(mounts->mounts, mounts->n, sizeof(*mounts->mounts), by_id);
	return 0;
}

int bw_mounts_read(const char *root, struct bw_mounts *mounts)
{
	char path[PATH_MAX], *text = NULL;
	size_t len;
	int r;

	*mounts = (struct bw_mounts){0};
	snprintf(path, sizeof(path), "%s" BW_MOUNTS, root);
	r = bw_file_read(path, TEXT_MAX, &text, &len);
	return r < 0 ? r : bw_mounts_parse(text, mounts);
}

void bw_mounts_free(struct bw_mounts *mounts)
{
	free(mounts->mounts);
	free(mounts->text);
	*mounts = (struct bw_mounts){0};
}

const struct bw_mount *bw_mounts_find(const struct bw_mounts *mounts, int id)
{
	const struct bw_mount wanted = {.id = id};

	return mounts->n ? bsearch(&wanted, mounts->mounts, mounts->n, sizeof(wanted), by_id) : NULL;
}

/* The rest of path behind the directory: "" or "/..."; NULL: path is not beneath it. */
static const char *behind(const char *path, const char *dir)
{
	size_t len = dir[1] ? strlen(dir) : 0; /* "/" */

	if (strncmp(path, dir, len) != 0 || (path[len] != '/' && path[len] != '\0'))
		return NULL;
	return path[len] == '/' && path[len + 1] == '\0' ? path + len + 1 : path + len;
}

/* The path within the file system of what is seen at `path` in the mount; malloc'd. NULL: it is not in it, or no
 * memory. */
static char *inner_path(const struct bw_mount *mount, const char *path)
{
	const char *rest = behind(path, mount->point);
	char *inner;

	if (!rest || asprintf(&inner, "%s%s", mount->root[1] || !*rest ? mount->root : "", rest) < 0)
		return NULL;
	return inner;
}

/* Is it mounted on the directory `inner` of the file system that `in` is a mount of, or beneath that? */
static bool is_mounted_beneath(const struct bw_mount *mount, const struct bw_mount *parent, const struct bw_mount *in,
			       const char *inner)
{
	char *point;
	bool is;

	if (parent->major != in->major || parent->minor != in->minor)
		return false;
	point = inner_path(parent, mount->point);
	is = point && behind(point, inner);
	free(point);
	return is;
}

void bw_mounts_mark(struct bw_mounts *mounts, int id, const char *path)
{
	const struct bw_mount *in = bw_mounts_find(mounts, id);
	char *inner = in ? inner_path(in, path) : NULL;

	for (bool more = inner != NULL; more;) {
		more = false;
		for (size_t i = 0; i < mounts->n; i++) {
			struct bw_mount *m = &mounts->mounts[i];
			const struct bw_mount *parent = bw_mounts_find(mounts, m->parent);

			if (m->beneath || !parent || parent == m)
				continue;
			m->beneath = parent->beneath || is_mounted_beneath(m, parent, in, inner);
			more |= m->beneath;
		}
	}
	free(inner);
}

char *bw_mounts_path_in(const struct bw_mount *in, const char *path, const struct bw_mount *other)
{
	const bool same = in->major == other->major && in->minor == other->minor;
	BW_FREE char *inner = same ? inner_path(in, path) : NULL;
	const char *rest = inner ? behind(inner, other->root) : NULL;
	char *there;

	if (!rest || asprintf(&there, "%s%s", other->point[1] || !*rest ? other->point : "", rest) < 0)
		return NULL;
	return there;
}

bool bw_mounts_is_whole(const struct bw_mount *mount)
{
	return strcmp(mount->root, "/") == 0;
}

/* statx(2) as of Linux 5.8: older headers do not name the field. */
int bw_mounts_id_of(int fd)
{
	enum { MASK = 0x1000, MOUNT_ID_AT = 0x90 };
	char answer[256] = {0};
	uint32_t mask;
	uint64_t id;

	if (syscall(__NR_statx, fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, MASK, answer) < 0)
		return -errno;
	memcpy(&mask, answer, sizeof(mask));
	memcpy(&id, answer + MOUNT_ID_AT, sizeof(id));
	return mask & MASK ? (int)id : -ENOTSUP;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "process/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "process/cgroup_names.h"
#include "process/mounts.h"

enum { WAYS = 4, SETS = BW_CGROUP_KNOWN / WAYS };

#define NEGATIVE_NS 1000000000ULL

struct known {
	struct bw_cgroup cgroup; /* id 0: none; path NULL: there was no such cgroup */
	uint64_t until;		 /* of one without a path: when it is looked for again */
};

struct bw_cgroups {
	int fd;	     /* the directory where it is mounted */
	char *point; /* its path, as /proc/self/fd has it; "" for "/". Owned */
	dev_t dev;
	unsigned turn; /* which of a set's is replaced next */
	struct known known[SETS][WAYS];
};

const char *bw_cgroup_mount(const struct bw_cgroups *cgroups)
{
	return cgroups->point;
}

/* Where all of it is mounted, else where a part is. NULL: nowhere. */
static const struct bw_mount *choose_mount(const struct bw_mounts *mounts)
{
	const struct bw_mount *chosen = NULL;

	for (size_t i = 0; i < mounts->n; i++) {
		const struct bw_mount *m = &mounts->mounts[i];

		if (strcmp(m->type, "cgroup2") == 0 &&
		    (!chosen || (bw_mounts_is_whole(m) && !bw_mounts_is_whole(chosen))))
			chosen = m;
	}
	return chosen;
}

/* The path of an open directory, malloc'd; NULL with errno. */
static char *path_of(int fd)
{
	char entry[32], target[PATH_MAX];
	ssize_t len;

	snprintf(entry, sizeof(entry), "/proc/self/fd/%d", fd);
	len = readlink(entry, target, sizeof(target));
	if (len == sizeof(target))
		errno = ENAMETOOLONG;
	return len >= 0 && len < (ssize_t)sizeof(target) ? strndup(target, (size_t)len) : NULL;
}

static int open_point(struct bw_cgroups *c, const char *root, const char *point)
{
	BW_FREE char *path = NULL;
	struct stat st;

	if (asprintf(&path, "%s%s", root, point) < 0)
		return -ENOMEM;
	c->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (c->fd < 0 || fstat(c->fd, &st) < 0)
		return -errno;
	c->dev = st.st_dev;
	c->point = path_of(c->fd);
	if (!c->point)
		return -errno;
	if (strcmp(c->point, "/") == 0)
		*c->point = '\0';
	return 0;
}

int bw_cgroup_open(const char *root, struct bw_cgroups **cgroups)
{
	BW_CLEANUP(bw_mounts_free) struct bw_mounts mounts;
	const struct bw_mount *mount;
	struct bw_cgroups *c;
	int r = bw_mounts_read(root, &mounts);

	if (r < 0)
		return r;
	mount = choose_mount(&mounts);
	if (!mount)
		return -ENOENT;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->fd = -1;
	r = open_point(c, root, mount->point);
	if (r < 0)
		bw_cgroup_close(c);
	else
		*cgroups = c;
	return r;
}

void bw_cgroup_close(struct bw_cgroups *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < SETS; i++)
		for (size_t way = 0; way < WAYS; way++)
			free((void *)c->known[i][way].cgroup.path);
	bw_cleanup_fd(&c->fd);
	free(c->point);
	free(c);
}

/* kernfs's handle of an inode is its 64-bit number. Returns a descriptor or -errno. */
static int open_id(const struct bw_cgroups *c, uint64_t id)
{
	enum { FILEID_KERNFS = 0xfe };
	struct {
		struct file_handle head;
		unsigned char bytes[sizeof(id)];
	} handle = {.head = {.handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS}};
	int fd;

	memcpy(handle.head.f_handle, &id, sizeof(id));
	fd = open_by_handle_at(c->fd, &handle.head, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The part of a path below the mount's point; all of it where it is not below it (a part is mounted, or it moved). */
static const char *below_point(const struct bw_cgroups *c, const char *path)
{
	size_t len = strlen(c->point);

	if (strncmp(path, c->point, len) != 0 || (path[len] != '/' && path[len] != '\0'))
		return path;
	return path[len] ? path + len : "/";
}

/* The kernel ends the path of a removed directory by this; a directory's name can end so, too. */
static void strip_deleted(const struct bw_cgroups *c, char *path, uint64_t id)
{
	static const char deleted[] = " (deleted)";
	size_t len = strlen(path);
	uint64_t found = 0;

	if (len < sizeof(deleted) || strcmp(path + len - strlen(deleted), deleted) != 0)
		return;
	if (bw_cgroup_id(c, below_point(c, path), &found) < 0 || found != id)
		path[len - strlen(deleted)] = '\0';
}

static void look_up(const struct bw_cgroups *c, struct known *k)
{
	BW_FD int fd = open_id(c, k->cgroup.id);
	BW_FREE char *path = fd >= 0 ? path_of(fd) : NULL;

	if (!path)
		return;
	strip_deleted(c, path, k->cgroup.id);
	k->cgroup.path = strdup(below_point(c, path));
	if (k->cgroup.path)
		bw_cgroup_names_read(&k->cgroup);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

const struct bw_cgroup *bw_cgroup_find(struct bw_cgroups *c, uint64_t id)
{
	struct known *set = c->known[(id * 0x9e3779b97f4a7c15U >> 32) % SETS], *k = NULL;

	for (size_t way = 0; way < WAYS && !k; way++)
		if (set[way].cgroup.id == id)
			k = &set[way];
	if (id == 0 || (k && !k->cgroup.path && now() < k->until))
		return NULL;
	if (!k) {
		k = &set[c->turn++ % WAYS];
		free((void *)k->cgroup.path);
		*k = (struct known){.cgroup = {.id = id}};
	}
	if (!k->cgroup.path)
		look_up(c, k);
	if (!k->cgroup.path)
		k->until = now() + NEGATIVE_NS;
	return k->cgroup.path ? &k->cgroup : NULL;
}

/* On a 64-bit kernel a cgroup's inode number is its id. */
static int id_at(const struct bw_cgroups *c, int dir, const char *path, uint64_t *id)
{
	struct stat st;

	if (fstatat(dir, path, &st, 0) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	*id = st.st_ino;
	return st.st_dev == c->dev ? 0 : -EXDEV;
}

int bw_cgroup_id(const struct bw_cgroups *c, const char *path, uint64_t *id)
{
	BW_FREE char *relative = NULL;
	int r;

	if (asprintf(&relative, "./%s", path) < 0)
		return -ENOMEM;
	r = id_at(c, c->fd, relative, id);
	return r == -ENOENT && *path == '/' ? id_at(c, AT_FDCWD, path, id) : r;
}

/* A search through all cgroups. */
struct search {
	const struct bw_cgroups *cgroups;
	bool (*matches)(const struct search *search, const struct bw_cgroup *cgroup, const char *name);
	const char *wanted;
	bw_cgroup_fn found;
	void *cookie;
	char path[PATH_MAX]; /* of the directory that is read */
};

enum { DEPTH_MAX = 128 }; /* of directories that are open at once */

static int search_below(struct search *s, int fd, size_t len, unsigned depth);

/* A directory in `dir`, whose path is the first len bytes. */
static int visit(struct search *s, int dir, const char *name, size_t len, unsigned depth)
{
	struct bw_cgroup cgroup = {.path = s->path};
	size_t name_len = strlen(name);
	int fd, r;

	if (len + 1 + name_len >= sizeof(s->path) || id_at(s->cgroups, dir, name, &cgroup.id) < 0)
		return 0; /* it is gone, or nothing that has a path */
	s->path[len] = '/';
	memcpy(s->path + len + 1, name, name_len + 1);
	if (s->matches(s, &cgroup, name)) {
		bw_cgroup_names_read(&cgroup);
		return s->found(s->cookie, &cgroup);
	}
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	r = search_below(s, fd, len + 1 + name_len, depth + 1);
	s->path[len] = '\0';
	return r;
}

/* Closes fd. */
static int search_below(struct search *s, int fd, size_t len, unsigned depth)
{
	DIR *dir = depth < DEPTH_MAX ? fdopendir(fd) : NULL;
	int r = dir || depth == DEPTH_MAX ? 0 : -errno;

	if (!dir) {
		close(fd);
		return r;
	}
	for (const struct dirent *e; r == 0 && (e = readdir(dir));)
		if ((e->d_type == DT_DIR || e->d_type == DT_UNKNOWN) && strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			r = visit(s, dirfd(dir), e->d_name, len, depth);
	closedir(dir);
	return r;
}

static int search(struct search *s)
{
	int fd = openat(s->cgroups->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : search_below(s, fd, 0, 0);
}

static bool is_named(const struct search *s, const struct bw_cgroup *cgroup, const char *name)
{
	(void)cgroup;
	return strcmp(name, s->wanted) == 0;
}

int bw_cgroup_each_of_unit(const struct bw_cgroups *c, const char *name, bw_cgroup_fn found, void *cookie)
{
	struct search s = {.cgroups = c, .matches = is_named, .found = found, .cookie = cookie};
	BW_FREE char *full = NULL;

	if (asprintf(&full, "%s%s", name, bw_cgroup_names_is_unit(name, strlen(name)) ? "" : ".service") < 0)
		return -ENOMEM;
	s.wanted = full;
	return search(&s);
}

static bool is_container(const struct search *s, const struct bw_cgroup *cgroup, const char *name)
{
	const char *id = bw_cgroup_names_container(name, strlen(name));

	(void)cgroup;
	return id && (!s->wanted || strncmp(id, s->wanted, strlen(s->wanted)) == 0);
}

bool bw_cgroup_is_container_id(const char *id)
{
	size_t len = strlen(id);

	return len >= BW_CGROUP_ID_MIN && len <= BW_CGROUP_ID_LEN && strspn(id, "0123456789abcdef") == len;
}

int bw_cgroup_each_of_container(const struct bw_cgroups *c, const char *id, bw_cgroup_fn found, void *cookie)
{
	struct search s = {.cgroups = c, .matches = is_container, .wanted = id, .found = found, .cookie = cookie};

	return !id || bw_cgroup_is_container_id(id) ? search(&s) : -EINVAL;
}

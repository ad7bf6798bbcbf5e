/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/guard.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "kernel/process.h"

/* Places for what is learned while the rules hold: files that are renamed or linked. */
enum { ROOM = 16384 };

/* The kernel's default for fs.nr_open. */
enum { FILES_MAX = 1 << 20 };

/* No hook has another source. */
static int no_map(struct bw_guard *g, const char *name)
{
	g->final = true;
	bw_trying = false;
	return bw_err(-ENOENT, "this source has no map '%s' as bpf_src/rules.h describes it", name);
}

/* The descriptor of a map with such keys and values; -ENOENT, reported, if the source has none. */
static int map_of(struct bw_guard *g, const char *name, size_t key, size_t value)
{
	int i = bw_image_find_map(g->loaded->image, name);

	if (i < 0 || g->loaded->image->maps[i].key_size != key || g->loaded->image->maps[i].value_size != value)
		return no_map(g, name);
	return g->loaded->maps[i];
}

static int put(struct bw_guard *g, const char *map, const void *key, size_t size)
{
	int fd = map_of(g, map, size, sizeof(uint32_t));
	uint32_t access = g->access;

	if (fd < 0)
		return fd;
	if (bpf_update_elem(fd, (void *)key, &access, BPF_ANY) < 0)
		return bw_err(-errno, "the map '%s' takes no more: %s", map, strerror(errno));
	return 0;
}

static int set_mode(struct bw_guard *g, uint32_t mode)
{
	int r;

	g->settings.mode = mode;
	r = bw_loaded_set(g->loaded, "settings", 0, &g->settings, sizeof(g->settings));
	return r < 0 ? no_map(g, "settings") : 0;
}

static int read_learned(struct bw_guard *g, struct learned *l)
{
	int fd = map_of(g, "learned", sizeof(uint32_t), sizeof(*l));
	uint32_t zero = 0;

	if (fd < 0)
		return fd;
	return bpf_lookup_elem(fd, &zero, l) < 0 ? -errno : 0;
}

/*
 * Opens the path, following links, and leaves in g->last what that was. The program refuses this open where it can, so
 * that it has no effect on a device or a fifo. -ENOENT: there is nothing.
 */
static int learn(struct bw_guard *g, const char *path)
{
	uint64_t before = g->last.count;
	BW_FD int fd = -1;
	int error, r;

	prctl(PR_SET_NAME, g->settings.hello);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	error = fd < 0 ? -errno : 0;
	prctl(PR_SET_NAME, g->name);
	r = read_learned(g, &g->last);
	if (r < 0)
		return r;
	if (g->last.count != before)
		return 0;
	return error ? error : -EIO;
}

/*
 * As learn, and what it is stays in the kernel's memory as long as this process lives: some file systems make up
 * another number for what they have forgotten.
 */
static int learn_and_hold(struct bw_guard *g, const char *path)
{
	int r = learn(g, path);
	int fd = r < 0 ? -1 : open(path, O_PATH | O_CLOEXEC), *held;

	if (r < 0)
		return r;
	held = fd < 0 ? NULL : realloc(g->held, (g->n_held + 1) * sizeof(*held));
	if (!held) {
		r = fd < 0 ? -errno : -ENOMEM;
		bw_close_fd(&fd);
		return r;
	}
	g->held = held;
	g->held[g->n_held++] = fd;
	return 0;
}

static int complain(int error, const char *path)
{
	return bw_err(error, "can't guard %s: %s", path, strerror(-error));
}

/* The path's last component is in the folder as it is now, whatever comes to be there. */
static int guard_place(struct bw_guard *g, const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	BW_FREE char *folder = strndup(path, (size_t)(base - path));
	struct name_key key = {0};
	int r;

	if (!folder)
		return -ENOMEM;
	r = learn_and_hold(g, folder);
	if (r < 0)
		return complain(r, path);
	key.parent = g->last.file;
	memcpy(key.name, base, strlen(base));
	return put(g, "names", &key, sizeof(key));
}

/* Without slashes at its end; NULL if it has no last component of its own. */
static char *trimmed(const char *path)
{
	char *copy = strdup(path), *base;
	size_t len = copy ? strlen(copy) : 0;

	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	base = copy ? strrchr(copy, '/') + 1 : NULL;
	if (base && *base && strcmp(base, ".") != 0 && strcmp(base, "..") != 0 && strlen(base) <= NAME_MAX)
		return copy;
	free(copy);
	return NULL;
}

/* Where the symlink leads to, as an absolute path; NULL: it is none. */
static char *followed(const char *path)
{
	char to[PATH_MAX], *whole = NULL;
	ssize_t len = readlink(path, to, sizeof(to) - 1);

	if (len <= 0)
		return NULL;
	to[len] = '\0';
	if (*to == '/')
		return strdup(to);
	if (asprintf(&whole, "%.*s/%s", (int)(strrchr(path, '/') - path), path, to) < 0)
		return NULL;
	return whole;
}

/* The place, and each that its links lead through, whether or not there is anything yet. */
static int guard_places(struct bw_guard *g, const char *path)
{
	enum { LINKS_MAX = 40 }; /* as in the kernel */
	BW_FREE char *at = strdup(path);
	int r = at ? 0 : -ENOMEM;

	for (int i = 0; i < LINKS_MAX && at && r == 0; i++) {
		BW_FREE char *here = BW_TAKE(at), *place = trimmed(here);

		if (!place)
			return 0; /* ".." or "/", which are folders */
		r = guard_place(g, place);
		at = followed(place);
	}
	return r;
}

/* What is there, and where it is; also what is put there later. */
static int guard_path(struct bw_guard *g, const char *given)
{
	BW_FREE char *path = trimmed(given);
	struct stat st;
	int r;

	if (!path)
		return bw_err(-EINVAL, "--path %s: it does not end with a file's name", given);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return bw_err(-EISDIR, "--path %s: this is a folder; --dir guards what lies beneath one", given);
	r = guard_places(g, path);
	if (r == 0)
		r = learn_and_hold(g, path);
	if (r == -ENOENT)
		return 0; /* it is guarded for when it comes */
	return r < 0 ? complain(r, path) : put(g, "files", &g->last.file, sizeof(g->last.file));
}

static int guard_folder(struct bw_guard *g, const char *path)
{
	uint32_t dev;
	int r = learn_and_hold(g, path);

	if (r < 0)
		return r;
	dev = g->last.file.dev;
	r = put(g, "dirs", &g->last.file, sizeof(g->last.file));
	return r < 0 ? r : put(g, "devices", &dev, sizeof(dev));
}

/* A file of several links can be opened by one that is elsewhere. */
static int guard_linked(struct bw_guard *g, const char *path)
{
	int r = learn(g, path);

	if (r == -ENOENT || r == -ENXIO) /* it is gone; it is a socket */
		return 0;
	return r < 0 ? complain(r, path) : put(g, "files", &g->last.file, sizeof(g->last.file));
}

static void close_walk(FTS **walk)
{
	if (*walk)
		fts_close(*walk);
}

static void skip_unreadable(const char *path, int error)
{
	if (error != ENOENT)
		bw_note("Not searched for files that have other links elsewhere: %s: %s", path, strerror(error));
}

/*
 * Calls each for every file beneath that has several links; it stops at the first that is < 0. What can't be looked at,
 * since it is too deep or its file system does not let us, is guarded all the same.
 */
static int each_linked(struct bw_guard *g, char *folder, int (*each)(struct bw_guard *g, const char *path))
{
	char *folders[] = {folder, NULL};
	BW_CLEANUP(close_walk) FTS *walk = fts_open(folders, FTS_PHYSICAL, NULL);
	FTSENT *at;
	int r = 0;

	if (!walk)
		return complain(-errno, folder);
	for (errno = 0; r == 0 && (at = fts_read(walk)); errno = 0) {
		if ((at->fts_info == FTS_F || at->fts_info == FTS_DEFAULT) && at->fts_statp->st_nlink > 1)
			r = each(g, at->fts_accpath);
		else if (at->fts_info == FTS_ERR || at->fts_info == FTS_DNR || at->fts_info == FTS_NS)
			skip_unreadable(at->fts_path, at->fts_errno);
	}
	return r == 0 && errno ? complain(-errno, folder) : r;
}

static int count_linked(struct bw_guard *g, const char *path)
{
	(void)path;
	g->linked++;
	return 0;
}

/* mountinfo writes a space as \040. */
static void unescape_octal(char *path)
{
	char *to = path;

	for (char *from = path; *from; to++) {
		if (*from == '\\' && strlen(from) >= 4) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* What can't be entered (another mount hides it, its file system does not let root in) is guarded as what is beneath.
 */
static int guard_mount(struct bw_guard *g, const char *point)
{
	struct stat st;
	int r = stat(point, &st) < 0 ? -errno : 0;

	if (r == 0 && S_ISDIR(st.st_mode))
		r = guard_folder(g, point);
	else if (r == 0)
		r = guard_linked(g, point);
	if (r == -ENOENT || r == -EACCES || r == -EPERM || r == -ENOTCONN) {
		bw_note("Not guarded where else it may be mounted: %s: %s", point, strerror(-r));
		return 0;
	}
	return r;
}

/* What is mounted beneath may be mounted elsewhere, too. */
static int guard_mounts(struct bw_guard *g, const char *folder)
{
	BW_FILE FILE *mounts = fopen("/proc/self/mountinfo", "re");
	BW_FREE char *line = NULL;
	size_t size = 0, len = strlen(folder);
	int r = mounts ? 0 : complain(-errno, "/proc/self/mountinfo");

	while (r == 0 && getline(&line, &size, mounts) > 0) {
		char *point = line;

		for (int i = 0; i < 4 && point; i++)
			point = strchr(point + 1, ' ');
		if (!point)
			continue;
		*point++ = '\0';
		point[strcspn(point, " \n")] = '\0';
		unescape_octal(point);
		if (strcmp(folder, "/") != 0 && (strncmp(point, folder, len) != 0 || point[len] != '/'))
			continue;
		r = guard_mount(g, point);
	}
	return r;
}

static int guard_dir(struct bw_guard *g, const char *path)
{
	BW_FREE char *real = realpath(path, NULL);
	struct stat st;
	int r;

	if (!real || stat(real, &st) < 0)
		return complain(-errno, path);
	if (!S_ISDIR(st.st_mode))
		return bw_err(-ENOTDIR, "--dir %s: not a folder", path);
	r = guard_folder(g, real);
	if (r < 0)
		return complain(r, path);
	r = guard_mounts(g, real);
	return r < 0 ? r : each_linked(g, real, guard_linked);
}

/* A note that something could not be looked at comes when the rules are set. */
static size_t count_all_linked(struct bw_guard *g)
{
	g->linked = 0;
	for (size_t i = 0; i < g->rules->n; i++) {
		BW_FREE char *real =
			g->rules->rules[i].kind == BW_RULE_DIR ? realpath(g->rules->rules[i].value, NULL) : NULL;

		if (real)
			each_linked(g, real, count_linked);
	}
	return g->linked;
}

void bw_guard_size(struct bw_guard *g, struct bw_image *image)
{
	const size_t linked = count_all_linked(g);
	const struct {
		const char *name;
		size_t entries;
	} sizes[] = {
		{"names", g->rules->of_kind[BW_RULE_NAME] + 2 * g->rules->of_kind[BW_RULE_PATH]},
		{"files", g->rules->of_kind[BW_RULE_PATH] + linked + ROOM},
		{"dirs", g->rules->of_kind[BW_RULE_DIR] + ROOM},
		{"devices", g->rules->of_kind[BW_RULE_DIR] + ROOM},
		{"except_uids", g->n_uids},
		{"except_comms", g->n_comms},
		{"except_exes", g->n_exes},
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		int map = bw_image_find_map(image, sizes[i].name);

		if (map >= 0 && image->maps[map].max_entries < sizes[i].entries)
			image->maps[map].max_entries = (uint32_t)sizes[i].entries;
	}
}

static int guard_name(struct bw_guard *g, const char *name)
{
	struct name_key key = {0};

	memcpy(key.name, name, strlen(name));
	return put(g, "names", &key, sizeof(key));
}

static int guard_all(struct bw_guard *g)
{
	static int (*const guard_one[])(struct bw_guard *, const char *) = {guard_name, guard_path, guard_dir};
	int r = 0;

	for (size_t i = 0; i < g->rules->n && r == 0; i++)
		r = guard_one[g->rules->rules[i].kind](g, g->rules->rules[i].value);
	return r;
}

static int except_all(struct bw_guard *g)
{
	int r = 0;

	for (size_t i = 0; i < g->n_uids && r == 0; i++)
		r = put(g, "except_uids", &g->uids[i], sizeof(g->uids[i]));
	for (size_t i = 0; i < g->n_comms && r == 0; i++) {
		char comm[16] = "";

		memcpy(comm, g->comms[i], strlen(g->comms[i]));
		r = put(g, "except_comms", comm, sizeof(comm));
	}
	for (size_t i = 0; i < g->n_exes && r == 0; i++) {
		r = learn(g, g->exes[i]);
		r = r < 0 ? bw_err(r, "--except-exe %s: %s", g->exes[i], strerror(-r))
			  : put(g, "except_exes", &g->last.file, sizeof(g->last.file));
	}
	return r;
}

/* In the child: is an open really refused? If it is to be killed, it does not come to say so. */
static void try_open(uint32_t error)
{
	int fd;

	signal(SIGALRM, SIG_DFL);
	alarm(10);
	fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && error)
		_exit(1);
	_exit(fd < 0 && errno == (int)error ? 0 : 1);
}

/* A child, which has this process's name, must be stopped as the rules will stop others. */
static int try_canary(struct bw_guard *g)
{
	uint64_t before = g->last.count;
	int status, r = set_mode(g, MODE_CANARY);
	pid_t pid;

	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, g->settings.hello);
		try_open(g->dry_run ? 0 : g->error);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return bw_err(-errno, "can't try whether this works: %s", strerror(errno));
	r = read_learned(g, &g->last);
	if (r < 0)
		return r;
	if (g->last.count == before)
		return -ENOTSUP; /* never called */
	if (g->dry_run)
		return 0;
	if (g->kill)
		return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -ENOTSUP;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ENOTSUP;
}

/* The name by which the program knows this process while it opens what it is to learn; nobody else can know it. */
static int make_hello(char hello[16])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[15];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < sizeof(random); i++)
		hello[i] = digits[random[i] & 15];
	hello[15] = '\0';
	return 0;
}

static int set_up(struct bw_guard *g)
{
	int r = try_canary(g);

	if (r == 0) {
		g->final = true;
		bw_trying = false;
		r = set_mode(g, MODE_LEARN);
	}
	if (r == 0)
		r = learn(g, "/"); /* and so this process's number, as the kernel counts */
	if (r == 0)
		r = except_all(g);
	return r == 0 ? guard_all(g) : r;
}

int bw_guard_start(struct bw_guard *g, const struct bw_loaded *loaded)
{
	int r;

	const struct rlimit limit = {FILES_MAX, FILES_MAX};

	g->loaded = loaded;
	g->last = (struct learned){0};
	setrlimit(RLIMIT_NOFILE, &limit); /* two a rule are held */
	/* In a PID namespace the name alone tells who this is. */
	g->settings = (struct settings){.self = bw_process_contained("") ? 0 : (uint32_t)getpid(),
					.error = g->error,
					.kill = g->kill,
					.dry_run = g->dry_run};
	prctl(PR_GET_NAME, g->name);
	r = make_hello(g->settings.hello);
	if (r < 0)
		return bw_err(r, "can't make a name for this process: %s", strerror(-r));
	r = set_up(g);
	g->settings.self = g->last.process;
	return r == 0 ? set_mode(g, MODE_ENFORCE) : r;
}

void bw_guard_free(struct bw_guard *g)
{
	for (size_t i = 0; i < g->n_held; i++)
		bw_close_fd(&g->held[i]);
	free(g->held);
	g->held = NULL;
	g->n_held = 0;
}

uint64_t bw_guard_judged(const struct bw_loaded *loaded, uint32_t which)
{
	return bw_loaded_sum(loaded, "judged", which);
}

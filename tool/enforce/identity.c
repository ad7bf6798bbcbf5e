/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/identity.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "process/process.h"

/* Its maps were checked (bw_enforcement_check_maps); this is for those that no rule of this run needs. */
int bw_identity_map(const struct bw_enforcement *e, const char *name)
{
	int i = bw_image_find_map(e->loaded->image, name);

	return i < 0 ? bw_log_error(i, "the source has no map '%s'", name) : e->loaded->maps[i];
}

int bw_identity_put_value(struct bw_enforcement *e, const char *map, const void *key, const void *value)
{
	int fd = bw_identity_map(e, map);

	if (fd < 0)
		return fd;
	if (bpf_update_elem(fd, (void *)key, (void *)value, BPF_ANY) == 0)
		return 0;
	return errno == E2BIG ? -E2BIG : bw_log_error(-errno, "cannot write to the map '%s': %s", map, strerror(errno));
}

int bw_identity_put(struct bw_enforcement *e, const char *map, const void *key, uint32_t access)
{
	return bw_identity_put_value(e, map, key, &access);
}

int bw_identity_add(struct bw_enforcement *e, const char *map, const void *key, uint32_t access)
{
	int fd = bw_identity_map(e, map);
	uint32_t there;

	if (fd >= 0 && bpf_lookup_elem(fd, (void *)key, &there) == 0)
		access |= there;
	return bw_identity_put(e, map, key, access);
}

int bw_identity_add_subject(struct bw_enforcement *e, const char *map, const void *key, const void *value)
{
	struct exe all = {0}, there = {0}; /* the larger of both kinds of values */
	int fd = bw_identity_map(e, map), index = bw_image_find_map(e->loaded->image, map);

	if (fd < 0)
		return fd;
	memcpy(&all, value, e->loaded->image->maps[index].value_size);
	if (bpf_lookup_elem(fd, (void *)key, &there) == 0) {
		all.subject.except |= there.subject.except;
		all.subject.only |= there.subject.only;
	}
	return bw_identity_put_value(e, map, key, &all);
}

int bw_identity_protect(struct bw_enforcement *e, const char *map, const struct learned *learned, bool held,
			uint32_t access)
{
	struct protection entry = {.inode = held ? PROTECTION_STAYS : learned->inode, .access = access}, there;
	int fd = bw_identity_map(e, map);

	if (fd >= 0 && bpf_lookup_elem(fd, (void *)&learned->file, &there) == 0) {
		entry.access |= there.access; /* by several rules */
		entry.owner = there.owner;
		if (there.inode != entry.inode)
			entry.inode = PROTECTION_STAYS; /* another of the same number */
	}
	e->n_protected++;
	return bw_identity_put_value(e, map, &learned->file, &entry);
}

static int set(struct bw_enforcement *e, const char *map, const void *value, size_t size)
{
	int r = bw_loaded_set(e->loaded, map, 0, value, size);

	return r < 0 ? bw_log_error(r, "cannot write to the map '%s': %s", map, strerror(-r)) : 0;
}

int bw_identity_mode(struct bw_enforcement *e, uint32_t mode)
{
	e->settings.mode = mode;
	e->settings.learning |= mode != MODE_ENFORCE;
	return set(e, "settings", &e->settings, sizeof(e->settings));
}

int bw_identity_clear(struct bw_enforcement *e)
{
	static const struct learned nothing;

	return set(e, "learned", &nothing, sizeof(nothing));
}

int bw_identity_read(struct bw_enforcement *e, struct learned *learned)
{
	uint32_t zero = 0;
	int fd = bw_identity_map(e, "learned");

	if (fd < 0)
		return fd;
	return bpf_lookup_elem(fd, &zero, learned) < 0 ? -errno : 0;
}

/* The name by which the program knows this process while it opens what is to be learned; nobody else can know it. */
static int make_own_comm(char comm[16])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char random[15];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return bw_log_error(-EIO, "cannot make a name for this process: getrandom(2) gave too few bytes");
	for (size_t i = 0; i < sizeof(random); i++)
		comm[i] = digits[random[i] & 15];
	comm[15] = '\0';
	return 0;
}

int bw_identity_begin(struct bw_enforcement *e, const struct bw_loaded *loaded)
{
	e->loaded = loaded;
	/* In a PID namespace getpid() is not the kernel's number: only the name identifies this process. */
	e->settings = (struct settings){.self = bw_process_contained("") ? 0 : (uint32_t)getpid(),
					.access = e->accesses,
					.error = e->error,
					.started = e->started,
					.generation = e->generation,
					.dry_run = e->dry_run};
	prctl(PR_GET_NAME, e->comm);
	return make_own_comm(e->settings.own_comm);
}

/*
 * Others can read the name by which this process makes itself known, as soon as it has it (in /proc), and take it: then
 * more than the one open was seen, and it takes another name.
 */
static int learn_self(struct bw_enforcement *e, uint32_t mode)
{
	enum { TRIES = 1000 };
	BW_FD int status = bw_identity_open("/proc/self/status"); /* on no overlay, which would open twice */
	struct learned learned = {0};
	int r = status < 0 ? status : 0;

	for (int i = 0; i < TRIES && r == 0; i++) {
		r = make_own_comm(e->settings.own_comm);
		if (r == 0)
			r = bw_identity_mode(e, mode);
		if (r == 0)
			r = bw_identity_learn(e, status, &learned);
		if (r == 0 && learned.count == 1) {
			e->settings.self = learned.process;
			e->settings.self_began = learned.began;
			return bw_identity_mode(e, mode); /* from here on only this pid is accepted */
		}
	}
	return r < 0 ? bw_log_error(r, "cannot find out this process's number: %s", strerror(-r))
		     : bw_log_error(-EBUSY, "another process takes the names by which this one makes itself known");
}

int bw_identity_learn_self(struct bw_enforcement *e)
{
	return learn_self(e, MODE_LEARN);
}

int bw_identity_adopt(struct bw_enforcement *e, const struct bw_loaded *loaded)
{
	uint32_t zero = 0;
	int fd, r;

	e->loaded = loaded;
	e->denies = true;
	prctl(PR_GET_NAME, e->comm);
	fd = bw_identity_map(e, "settings");
	if (fd < 0)
		return fd;
	if (bpf_lookup_elem(fd, &zero, &e->settings) < 0)
		return bw_log_error(-errno, "cannot read the map 'settings': %s", strerror(errno));
	e->settings.self = 0;
	e->settings.self_began = 0;
	e->settings.canary = 0;
	e->settings.frozen = 0;
	e->settings.learning = 1;
	r = learn_self(e, MODE_ENFORCE);
	e->settings.learning = 0;
	return r == 0 ? bw_identity_mode(e, MODE_ENFORCE) : r;
}

int bw_identity_open(const char *path)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Could opening it have an effect, since the hook refuses nothing? */
static bool opening_acts(const struct bw_enforcement *e, int file)
{
	struct stat st;

	return !e->denies && fstat(file, &st) == 0 && S_ISCHR(st.st_mode);
}

int bw_identity_learn(struct bw_enforcement *e, int file, struct learned *learned)
{
	char path[64];
	BW_FD int fd = -1;
	int error, r = opening_acts(e, file) ? -EOPNOTSUPP : bw_identity_clear(e);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	prctl(PR_SET_NAME, e->settings.own_comm);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	error = fd < 0 ? -errno : -EIO;
	prctl(PR_SET_NAME, e->comm);
	r = bw_identity_read(e, learned);
	if (r < 0)
		return r;
	return learned->count > 0 ? 0 : error;
}

int bw_identity_hold(struct bw_enforcement *e, int file, struct learned *learned)
{
	BW_FD int fd = file;
	struct bw_identity_held *held = realloc(e->held, (e->n_held + 1) * sizeof(*held));
	int r;

	if (!held)
		return -ENOMEM;
	e->held = held;
	held += e->n_held++;
	*held = (struct bw_identity_held){.fd = bw_cleanup_take_fd(&fd)};
	r = bw_identity_learn(e, file, learned);
	held->learned = *learned;
	return r;
}

void bw_identity_free(struct bw_enforcement *e)
{
	for (size_t i = 0; i < e->n_held; i++)
		bw_cleanup_fd(&e->held[i].fd);
	free(e->held);
	e->held = NULL;
	e->n_held = 0;
}

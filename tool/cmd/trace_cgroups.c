/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_cgroups.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/deadline.h"
#include "base/log.h"
#include "base/path_parts.h"
#include "process/cgroup.h"
#include "program/map_entries.h"

/* A unit or container has few: a template's instances, nested ones. */
enum { CGROUPS_MAX = 1024 };

/*
 * A cgroup that comes back beside where it was, as that of a unit that is restarted, is seen by inotify at once. One
 * that comes elsewhere is found when all are looked through, which costs some milliseconds where there are thousands.
 */
enum { SEARCH_MS = 1000, SEARCH_MISSING_MS = 100 };

static const struct bw_map_entries cgroups_map = {"cgroups", sizeof(uint64_t), sizeof(uint32_t)};

int bw_trace_cgroups_size(const struct bw_trace_cgroups *c, struct bw_image *image)
{
	return c->name ? bw_map_entries_size(&cgroups_map, image, (size_t)BW_CGROUP_KINDS * CGROUPS_MAX) : 0;
}

static bool has(const struct bw_cgroup_search_found *found, size_t n, uint64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (found[i].id == id)
			return true;
	return false;
}

static void watch_directory_of(const struct bw_trace_cgroups *c, const char *path)
{
	BW_FREE char *dir = NULL;

	if (strchr(path, '/') && bw_path_parts_split(path, &dir))
		inotify_add_watch(c->inotify, dir, IN_CREATE | IN_DELETE | IN_MOVE | IN_ONLYDIR);
}

static int add(const struct bw_trace_cgroups *c, const struct bw_cgroup_search_found *found)
{
	uint32_t value = 0;
	int r;

	bw_map_entries_get(&cgroups_map, c->loaded, &found->id, &value);
	value |= 1U << c->kind;
	r = bw_map_entries_put(&cgroups_map, c->loaded, &found->id, &value);

	watch_directory_of(c, found->path);
	return r == -E2BIG ? bw_log_error(r, "cannot follow all cgroups of '%s': there are more than %d", c->name,
					  CGROUPS_MAX)
			   : r;
}

/* It may be one of another kind, too. */
static void drop(const struct bw_trace_cgroups *c, uint64_t id)
{
	uint32_t value = 0;

	bw_map_entries_get(&cgroups_map, c->loaded, &id, &value);
	value &= ~(1U << c->kind);
	if (value)
		bw_map_entries_put(&cgroups_map, c->loaded, &id, &value);
	else
		bw_map_entries_remove(&cgroups_map, c->loaded, &id);
}

/* The map's entries and c->found become those. Takes `now`. What changed before inotify watched is looked for again. */
static int exchange(struct bw_trace_cgroups *c, struct bw_cgroup_search_found *now, size_t n)
{
	bool is_new = false;
	int r = 0;

	for (size_t i = 0; i < c->n; i++)
		if (!has(now, n, c->found[i].id))
			drop(c, c->found[i].id);
	for (size_t i = 0; i < n && r == 0; i++)
		if (!has(c->found, c->n, now[i].id)) {
			is_new = true;
			r = add(c, &now[i]);
		}
	if (n > 0)
		c->next = bw_deadline_now() + (is_new ? 0 : SEARCH_MS);
	bw_cgroup_search_free(c->found, c->n);
	c->found = now;
	c->n = n;
	return r;
}

/* Where systemd and the managers of containers make their cgroups a new one is seen at once, elsewhere a little later.
 */
static void wait_for_first(const struct bw_trace_cgroups *c)
{
	static const char *const usual[] = {"/system.slice", "/user.slice", "/machine.slice", ""};
	const struct itimerspec soon = {.it_value.tv_nsec = SEARCH_MISSING_MS * 1000000L};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
		snprintf(path, sizeof(path), "%s/sys/fs/cgroup%s", c->root, usual[i]);
		inotify_add_watch(c->inotify, path, IN_CREATE | IN_MOVE | IN_ONLYDIR);
	}
	timerfd_settime(c->timer, 0, &soon, NULL);
}

static int complain(const struct bw_trace_cgroups *c, int error)
{
	struct bw_cgroups *cgroups = NULL;
	const bool is_mounted = error != -ENOENT || bw_cgroup_open(c->root, &cgroups) != -ENOENT;

	bw_cgroup_close(cgroups);
	bw_log_error(error, "cannot look for the cgroups of '%s': %s", c->name,
		     is_mounted ? strerror(-error) : "no cgroup v2 hierarchy is mounted");
	if (!is_mounted)
		bw_log_hint("try: mount -t cgroup2 none /sys/fs/cgroup; beside version 1, on another directory");
	return error;
}

int bw_trace_cgroups_check(const struct bw_trace_cgroups *c)
{
	struct bw_cgroups *cgroups = NULL;
	int r = c->name ? bw_cgroup_open(c->root, &cgroups) : 0;

	bw_cgroup_close(cgroups);
	return r < 0 ? complain(c, r) : 0;
}

static int search(struct bw_trace_cgroups *c)
{
	struct bw_cgroup_search_found *now = NULL;
	size_t n = 0;
	int r = bw_cgroup_search(c->root, c->kind, c->name, &now, &n);

	if (r < 0 && !c->failed)
		complain(c, r);
	c->failed = r < 0;
	c->next = bw_deadline_now() + (n || r < 0 ? SEARCH_MS : SEARCH_MISSING_MS);
	if (n == 0)
		wait_for_first(c);
	return r < 0 ? r : exchange(c, now, n);
}

/* One descriptor for both: of changes beside the cgroups that are there, and of time while there is none. */
static int open_events(struct bw_trace_cgroups *c)
{
	struct epoll_event readable = {.events = EPOLLIN};

	c->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	c->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	c->events = epoll_create1(EPOLL_CLOEXEC);
	c->watching = true;
	if (c->inotify < 0 || c->timer < 0 || c->events < 0 ||
	    epoll_ctl(c->events, EPOLL_CTL_ADD, c->inotify, &readable) < 0 ||
	    epoll_ctl(c->events, EPOLL_CTL_ADD, c->timer, &readable) < 0)
		return bw_log_error(-errno, "cannot follow the cgroups: %s", strerror(errno));
	return 0;
}

int bw_trace_cgroups_start(struct bw_trace_cgroups *c, const struct bw_loaded *loaded)
{
	int r;

	if (!c->name)
		return 0;
	c->loaded = loaded;
	r = open_events(c);
	if (r < 0)
		return r;
	r = search(c);
	if (r < 0 || c->n > 0)
		return r;
	if (c->kind == BW_CGROUP_PATH) {
		bw_log_error(-ENOENT, "cannot find the cgroup '%s': there is none of that path", c->name);
		bw_log_hint("cat /proc/PID/cgroup shows a process's");
		return -ENOENT;
	}
	bw_log_note("%s '%s' has no cgroup yet: its processes are shown as soon as it has one.",
		    c->kind == BW_CGROUP_UNIT ? "The unit" : "The container", c->name);
	return 0;
}

int bw_trace_cgroups_fd(const struct bw_trace_cgroups *c)
{
	return c->watching ? c->events : -1;
}

void bw_trace_cgroups_update(struct bw_trace_cgroups *c)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool changed = false;

	if (!c->watching)
		return;
	while (read(c->inotify, events, sizeof(events)) > 0)
		changed = true;
	while (read(c->timer, events, sizeof(uint64_t)) > 0)
		changed = true;
	if (changed || bw_deadline_now() >= c->next)
		search(c);
}

void bw_trace_cgroups_free(struct bw_trace_cgroups *c)
{
	if (c->watching) {
		bw_cleanup_fd(&c->inotify);
		bw_cleanup_fd(&c->timer);
		bw_cleanup_fd(&c->events);
	}
	c->watching = false;
	bw_cgroup_search_free(c->found, c->n);
	c->found = NULL;
	c->n = 0;
}

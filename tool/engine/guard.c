/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "engine/beneath.h"
#include "engine/identity.h"
#include "engine/places.h"
#include "kernel/process.h"
#include "kernel/programs.h"

/* Places for what is learned: files with other links, and those that are renamed or linked while the rules hold. */
enum { ROOM = 16384, ROOM_MAX = 1 << 24 };

/* Places for those that the symlinks in the rules' paths lead to. */
enum { LINKS = 1024 };

/* The kernel's default for fs.nr_open. */
enum { FILES_MAX = 1 << 20 };

/* Of descriptors: two a rule are held. fs.nr_open may allow fewer. */
static void raise_limit(void)
{
	struct rlimit now = {0};

	getrlimit(RLIMIT_NOFILE, &now);
	for (rlim_t n = FILES_MAX; n > now.rlim_cur; n -= n / 8) {
		const struct rlimit limit = {n, n > now.rlim_max ? n : now.rlim_max};

		if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
			return;
	}
}

static int check_exes(const struct bw_guard *g)
{
	for (size_t i = 0; i < g->n_exes; i++) {
		struct stat st;

		if (stat(g->exes[i], &st) < 0)
			return bw_err(-errno, "--except-exe %s: %s", g->exes[i], strerror(errno));
		if (!S_ISREG(st.st_mode))
			return bw_err(-EINVAL, "--except-exe %s: not a program", g->exes[i]);
	}
	return 0;
}

/* The list is opened before it is read: what changes from here on is told. */
int bw_guard_check(struct bw_guard *g)
{
	int r = check_exes(g);

	raise_limit();
	if (r == 0)
		r = bw_places_check(g);
	if (r < 0 || g->rules->of_kind[BW_RULE_DIR] == 0)
		return r;
	g->mounts_fd = open(BW_MOUNTS, O_RDONLY | O_CLOEXEC);
	return g->mounts_fd < 0 ? bw_err(-errno, "can't see what is mounted: " BW_MOUNTS ": %s", strerror(errno)) : 0;
}

void bw_guard_size(const struct bw_guard *g, struct bw_image *image)
{
	const size_t dirs = g->rules->of_kind[BW_RULE_DIR], paths = g->rules->of_kind[BW_RULE_PATH];
	const struct {
		const char *name;
		size_t entries;
	} sizes[] = {
		{"names", g->rules->of_kind[BW_RULE_NAME] + paths + LINKS + g->more},
		{"files", paths + ROOM + g->more},
		{"dirs", dirs + ROOM + g->more},
		{"devices", dirs + ROOM + g->more},
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

bool bw_guard_grow(struct bw_guard *g)
{
	if (g->more >= ROOM_MAX)
		return false;
	g->more = g->more ? 4 * g->more : 4 * (size_t)ROOM;
	return true;
}

static int except_all(struct bw_guard *g)
{
	int r = 0;

	for (size_t i = 0; i < g->n_uids && r == 0; i++)
		r = bw_identity_put(g, "except_uids", &g->uids[i], sizeof(g->uids[i]));
	for (size_t i = 0; i < g->n_comms && r == 0; i++) {
		char comm[16] = "";

		memcpy(comm, g->comms[i], strlen(g->comms[i]));
		r = bw_identity_put(g, "except_comms", comm, sizeof(comm));
	}
	for (size_t i = 0; i < g->n_exes && r == 0; i++) {
		int exe = bw_identity_open(g->exes[i]);

		r = exe < 0 ? exe : bw_identity_hold(g, exe);
		r = r < 0 ? bw_err(r, "--except-exe %s: %s", g->exes[i], strerror(-r))
			  : bw_identity_put(g, "except_exes", &g->last.inode, sizeof(g->last.inode));
	}
	return r;
}

/* In the child: ends with 0 if an open is refused with this error. */
static void try_open(uint32_t error)
{
	signal(SIGALRM, SIG_DFL);
	alarm(10);
	_exit(open("/proc/self/status", O_RDONLY | O_CLOEXEC) < 0 && errno == (int)error ? 0 : 1);
}

/* A child, which has this process's name, opens something: its wait status. */
static int send_canary(struct bw_guard *g, bool kill, int *status)
{
	pid_t pid;
	int r = bw_identity_forget(g);

	g->settings.kill = kill;
	if (r == 0)
		r = bw_identity_mode(g, MODE_CANARY);
	if (r < 0)
		return r;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NAME, g->settings.own_comm);
		try_open(g->error);
	}
	if (pid < 0 || waitpid(pid, status, 0) < 0)
		return bw_err(-errno, "can't try whether this works: %s", strerror(errno));
	r = bw_identity_read(g);
	if (r < 0)
		return r;
	return g->last.count == 0 ? -ENOTSUP : 0; /* never called */
}

/* Children must be stopped as the rules will stop others: refused, if it can be, and killed, if that is wanted. */
static int try_canaries(struct bw_guard *g)
{
	int status = 0, r = send_canary(g, false, &status);

	if (r < 0 || g->dry_run)
		return r;
	if (g->error && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		return -ENOTSUP;
	if (!g->kill)
		return 0;
	r = send_canary(g, true, &status);
	if (r < 0)
		return r;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : -ENOTSUP;
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

/*
 * This process's number, as the kernel counts. Others can read the name by which it makes itself known, as soon as it
 * has it (in /proc), and take it: then more than the one open was seen, and it takes another name.
 */
static int learn_self(struct bw_guard *g)
{
	enum { TRIES = 1000 };
	BW_FD int status = bw_identity_open("/proc/self/status"); /* on no overlay, which would open twice */
	int r = status < 0 ? status : 0;

	for (int i = 0; i < TRIES && r == 0; i++) {
		r = make_hello(g->settings.own_comm);
		if (r == 0)
			r = bw_identity_mode(g, MODE_LEARN);
		if (r == 0)
			r = bw_identity_learn(g, status);
		if (r == 0 && g->last.count == 1) {
			g->settings.self = g->last.process;
			return bw_identity_mode(g, MODE_LEARN); /* from nobody else now */
		}
	}
	return r < 0 ? bw_err(r, "can't learn this process's number: %s", strerror(-r))
		     : bw_err(-EBUSY, "another process takes the names by which this one makes itself known");
}

/* From here on a program is known by its execve(2); what runs already, by what the kernel says that it is. */
static int start_programs(struct bw_guard *g)
{
	struct timespec now;
	int r;

	if (g->n_exes == 0)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	g->settings.started = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	r = bw_identity_mode(g, g->settings.mode);
	if (r == 0)
		bw_programs_warn(g->exes, g->n_exes);
	return r;
}

static int set_up(struct bw_guard *g)
{
	int r = try_canaries(g);

	if (r == 0) {
		g->final = true;
		bw_trying = false;
		r = learn_self(g);
	}
	if (r == 0)
		r = except_all(g);
	if (r == 0)
		r = start_programs(g);
	return r == 0 ? bw_places_guard(g) : r;
}

void bw_guard_update(struct bw_guard *g)
{
	bw_beneath_update(g);
}

static void update_if_changed(struct bw_guard *g)
{
	struct pollfd mounts = {.fd = g->mounts_fd, .events = POLLPRI};

	if (poll(&mounts, 1, 0) > 0 && mounts.revents & POLLPRI)
		bw_beneath_update(g);
}

int bw_guard_start(struct bw_guard *g, const struct bw_loaded *loaded)
{
	int r;

	g->loaded = loaded;
	/* In a PID namespace the name alone tells who this is. */
	g->settings = (struct settings){.self = bw_process_contained("") ? 0 : (uint32_t)getpid(),
					.access = g->access,
					.error = g->error,
					.dry_run = g->dry_run};
	prctl(PR_GET_NAME, g->name);
	r = make_hello(g->settings.own_comm);
	if (r < 0)
		return bw_err(r, "can't make a name for this process: %s", strerror(-r));
	r = set_up(g);
	if (r < 0)
		return r;
	g->settings.learning = 0;
	r = bw_identity_mode(g, MODE_ENFORCE);
	if (r == 0)
		update_if_changed(g); /* while all that was done */
	return r;
}

void bw_guard_free(struct bw_guard *g)
{
	bw_beneath_free(g);
	bw_identity_free(g);
}

void bw_guard_close(struct bw_guard *g)
{
	bw_close_fd(&g->mounts_fd);
	g->mounts_fd = -1;
}

uint64_t bw_guard_judged(const struct bw_loaded *loaded, uint32_t which)
{
	return bw_loaded_sum(loaded, "outcomes", which);
}

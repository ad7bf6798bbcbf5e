/* SPDX-License-Identifier: Apache-2.0 */
/* uprobe and uretprobe: "PATH:SYMBOL", or "PATH:0xOFFSET" in the file, by libbcc. */
#include <bcc/libbpf.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "process/symbols.h"
#include "program/probe_kinds.h"

enum { WHY_BYTES = 128, SUGGESTIONS_BYTES = 512 };

#if defined(__x86_64__)
#define MULTIARCH "x86_64-linux-gnu"
#elif defined(__aarch64__)
#define MULTIARCH "aarch64-linux-gnu"
#else
#define MULTIARCH "."
#endif

/* Where the loader looks without being configured: "c" is .../libc.so.6. Of several versions the last is taken. */
static int find_library(char path[PATH_MAX])
{
	static const char *const directories[] = {
		"/lib/" MULTIARCH, "/usr/lib/" MULTIARCH, "/lib64", "/usr/lib64", "/lib", "/usr/lib", NULL};
	char name[NAME_MAX], pattern[PATH_MAX];
	int r = -ENOENT;

	if (snprintf(name, sizeof(name), "%s", path) >= (int)sizeof(name))
		return -ENOENT;
	for (size_t i = 0; directories[i] && r < 0; i++) {
		glob_t found = {0};

		snprintf(pattern, sizeof(pattern), "%s/lib%s.so.[0-9]*", directories[i], name);
		if (glob(pattern, 0, NULL, &found) == 0 && strlen(found.gl_pathv[found.gl_pathc - 1]) < PATH_MAX) {
			strcpy(path, found.gl_pathv[found.gl_pathc - 1]);
			r = 0;
		}
		globfree(&found);
	}
	return r;
}

/* The file and the offset in it. 0 or -errno; why: both as bw_symbols_find's. */
static int find(const char *target, char path[PATH_MAX], uint64_t *offset, char why[WHY_BYTES])
{
	const char *colon = strrchr(target, ':');

	if (!colon || colon - target >= PATH_MAX)
		return -EINVAL;
	snprintf(path, PATH_MAX, "%.*s", (int)(colon - target), target);
	*why = '\0';
	if (*path != '/' && find_library(path) < 0)
		return -ENOENT;
	return bw_symbols_find(path, colon + 1, offset, why, WHY_BYTES);
}

static bool is_target(const char *target)
{
	const char *colon = strrchr(target, ':');

	if (!colon || colon == target || !bw_probe_kinds_is_name(colon + 1))
		return false;
	return *target == '/' || strspn(target, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-") ==
					 (size_t)(colon - target);
}

static int check(const char *target)
{
	char path[PATH_MAX], why[WHY_BYTES];
	uint64_t offset;
	int r = find(target, path, &offset, why);

	if (r < 0)
		return r;
	return access("/sys/bus/event_source/devices/uprobe/type", F_OK) == 0 ? 0 : -ENODEV;
}

static int attach(int program, const char *target, enum bpf_probe_attach_type type)
{
	char path[PATH_MAX], why[WHY_BYTES];
	uint64_t offset;
	int fd = find(target, path, &offset, why);

	if (fd < 0)
		return fd;
	fd = bpf_attach_uprobe(program, type, target, path, offset, -1, 0);
	return fd < 0 ? -errno : fd;
}

static int attach_uprobe(int program, const char *target)
{
	return attach(program, target, BPF_PROBE_ENTRY);
}

static int attach_uretprobe(int program, const char *target)
{
	return attach(program, target, BPF_PROBE_RETURN);
}

/* The reason for an error of `find`, or of attaching what it found. */
static const char *reason(int found, const char *why, int error)
{
	switch (found) {
	case -ESRCH:
		return "no such function in the file";
	case -ENOTUNIQ:
		return "ambiguous, the file has several functions of that name";
	case -ENOTSUP:
		return "it is chosen among several functions when a program starts (IFUNC)";
	case -ERANGE:
		return "no code is executed at that offset";
	case -ENOEXEC:
		return "the file is no program or library (ELF)";
	default:
		return *why ? why : strerror(-error);
	}
}

static void hint(int found, const char *path, const char *symbol)
{
	char suggestions[SUGGESTIONS_BYTES] = "";

	if (found == -ENOTUNIQ)
		bw_log_hint("name one by its offset in the file, 0xN: nm and objdump print their addresses");
	if (found != -ESRCH && found != -ENOTSUP)
		return;
	bw_symbols_suggest(path, symbol, suggestions, sizeof(suggestions));
	if (found == -ENOTSUP)
		bw_log_hint("name the one that is chosen on this machine: %s", suggestions);
	else if (*suggestions)
		bw_log_hint("did you mean %s?", suggestions);
	else
		bw_log_hint("a stripped program has only the names that it exports");
}

static void explain(const char *target, int error)
{
	char path[PATH_MAX], why[WHY_BYTES] = "";
	uint64_t offset;
	int found = find(target, path, &offset, why);

	if (error == -ENODEV) {
		bw_log_error(error, "cannot attach uprobe '%s': this kernel has no uprobes (CONFIG_UPROBE_EVENTS)",
			     target);
		return;
	}
	if (found == -ENOENT && *target != '/') {
		bw_log_error(error, "cannot attach uprobe '%s': no library of that name in the usual directories",
			     target);
		return;
	}
	bw_log_error(error, "cannot attach uprobe '%s': %s", target, reason(found, why, error));
	hint(found, path, strrchr(target, ':') + 1);
}

#define USAGE "it is PATH:SYMBOL:FUNCTION, with the path from / on, or a library's short name, as c for libc"

const struct bw_probe_kind bw_probe_uprobe = {
	.word = "uprobe",
	.option = "uprobe",
	.usage = USAGE,
	.type = BPF_PROG_TYPE_KPROBE,
	.is_target = is_target,
	.check = check,
	.attach = attach_uprobe,
	.explain = explain,
};

const struct bw_probe_kind bw_probe_uretprobe = {
	.word = "uretprobe",
	.option = "uretprobe",
	.usage = USAGE,
	.type = BPF_PROG_TYPE_KPROBE,
	.returns = BW_PROBE_RETURN_NESTED,
	.is_target = is_target,
	.check = check,
	.attach = attach_uretprobe,
	.explain = explain,
};

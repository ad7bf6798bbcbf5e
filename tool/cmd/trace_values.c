/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_values.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/glob.h"
#include "base/log.h"
#include "base/parse.h"
#include "cmd/common_options.h"

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* 0, or BW_EXIT_USAGE, reported; the glob is to be freed in either case. */
static int compile(struct bw_glob *g, const char *option, const char *value, bool is_path)
{
	const char *why;
	char reason[160];
	size_t at;
	int r = bw_glob_compile(g, value, is_path, &why, &at);

	if (r == 0)
		return *value ? 0 : bw_common_options_usage_error(option, value, "a pattern has at least one byte");
	snprintf(reason, sizeof(reason), "%s (byte %zu)", r == -ENOMEM ? strerror(ENOMEM) : why, at + 1);
	return bw_common_options_usage_error(option, value, reason);
}

int bw_trace_values_name(const char *option, const char *value)
{
	BW_CLEANUP(bw_glob_free) struct bw_glob g = {0};
	int r = compile(&g, option, value, false);

	if (r == 0 && strchr(value, '/'))
		return bw_common_options_usage_error(option, value, "a name has no slash; --path takes whole paths");
	return r;
}

int bw_trace_values_path(const char *option, const char *value)
{
	BW_CLEANUP(bw_glob_free) struct bw_glob g = {0};
	int r = compile(&g, option, value, true);

	if (r == 0 && *value != '/' && !bw_glob_begins_anywhere(&g))
		return bw_common_options_usage_error(option, value, "a whole path begins with / or **, as '**/*.log'");
	return r;
}

int bw_trace_values_mnt_ns(const char *root, const char *value, uint32_t *inode)
{
	const bool of_process = strncmp(value, "pid:", 4) == 0;
	char path[PATH_MAX];
	struct stat st;
	uint64_t n;

	if (bw_parse_number(of_process ? value + 4 : value, of_process ? INT32_MAX : UINT32_MAX, &n) < 0 || n == 0)
		return bw_common_options_usage_error("--mnt-ns", value,
						     "neither a mount namespace's number nor pid:PID");
	if (!of_process) {
		*inode = (uint32_t)n;
		return 0;
	}
	snprintf(path, sizeof(path), "%s/proc/%llu/ns/mnt", root, (unsigned long long)n);
	if (stat(path, &st) < 0)
		return bw_common_options_usage_error("--mnt-ns", value,
						     errno == ENOENT ? "there is no such process" : strerror(errno));
	*inode = (uint32_t)st.st_ino;
	return 0;
}

/* How a file is opened (O_ACCMODE), then the flags. */
static const struct {
	const char *name;
	uint32_t value;
} flag_names[] = {
	{"O_RDONLY", O_RDONLY},	    {"O_WRONLY", O_WRONLY}, {"O_RDWR", O_RDWR},		  {"O_CREAT", O_CREAT},
	{"O_EXCL", O_EXCL},	    {"O_NOCTTY", O_NOCTTY}, {"O_TRUNC", O_TRUNC},	  {"O_APPEND", O_APPEND},
	{"O_NONBLOCK", O_NONBLOCK}, {"O_NDELAY", O_NDELAY}, {"O_DSYNC", O_DSYNC},	  {"O_SYNC", O_SYNC},
	{"O_ASYNC", O_ASYNC},	    {"O_DIRECT", O_DIRECT}, {"O_DIRECTORY", O_DIRECTORY}, {"O_NOFOLLOW", O_NOFOLLOW},
	{"O_NOATIME", O_NOATIME},   {"O_PATH", O_PATH},	    {"O_TMPFILE", O_TMPFILE},
};

enum { ACCESS_MODES = 3 };

int bw_trace_values_flag(const char *value, uint32_t *flag)
{
	for (size_t i = 0; i < LENGTH(flag_names); i++)
		if (strcmp(flag_names[i].name, value) == 0) {
			*flag = 1U << i;
			return 0;
		}
	if (strcmp(value, "O_CLOEXEC") == 0)
		return bw_common_options_usage_error("--flag-filter", value,
						     "the kernel takes it away before the file is opened");
	return bw_common_options_usage_error("--flag-filter", value, "not a flag of open(2), as O_WRONLY or O_CREAT");
}

bool bw_trace_values_has_flag(uint32_t mask, uint32_t flags)
{
	for (size_t i = 0; i < LENGTH(flag_names); i++) {
		const uint32_t value = flag_names[i].value;

		if (mask >> i & 1 && (i < ACCESS_MODES ? (flags & O_ACCMODE) == value : (flags & value) == value))
			return true;
	}
	return false;
}

void bw_trace_values_flags(uint32_t mask, uint32_t *flags, uint32_t *access_modes)
{
	for (size_t i = 0; i < LENGTH(flag_names); i++) {
		if (mask >> i & 1 && i < ACCESS_MODES)
			*access_modes |= 1U << flag_names[i].value;
		else if (mask >> i & 1)
			*flags |= flag_names[i].value;
	}
}

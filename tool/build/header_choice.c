/* SPDX-License-Identifier: Apache-2.0 */
#include "build/header_choice.h"

#include <errno.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "kernel/btf.h"
#include "kernel/headers.h"
#include "kernel/kheaders.h"

/* The installed ones, which libbcc finds by itself, or the kernel's own archive. */
static int use_installed(struct bw_source *source, bool archive)
{
	BW_FREE char *installed = NULL, *unpacked = NULL;
	struct utsname kernel;
	int r;

	uname(&kernel);
	r = bw_headers_find("", kernel.release, &installed);
	if (r == -ENOENT && archive)
		r = bw_kheaders_unpack(&unpacked);
	if (r < 0)
		return r;
	bw_log_debug("kernel headers: %s", unpacked ? unpacked : installed);
	free(source->headers);
	source->headers = BW_TAKE(unpacked);
	source->btf = false;
	return 0;
}

static int use_btf(struct bw_source *source, const char *dir)
{
	if (access(BW_BTF_PATH, R_OK) < 0)
		return -ENOENT;
	if (asprintf(&source->headers, "%s/kernel", dir) < 0)
		return -ENOMEM;
	bw_log_debug("kernel headers: the types in " BW_BTF_PATH);
	source->btf = true;
	return 0;
}

bool bw_header_choice_has_installed(void)
{
	BW_FREE char *installed = NULL;
	struct utsname kernel;

	uname(&kernel);
	return bw_headers_find("", kernel.release, &installed) == 0 || access(BW_KHEADERS, F_OK) == 0;
}

const char *bw_header_choice_install_command(char *command, int size)
{
	const char *package = bw_headers_package("");
	struct utsname kernel;

	uname(&kernel);
	snprintf(command, (size_t)size, package ? package : "the package of your kernel's headers", kernel.release);
	return command;
}

static int explain(int error, enum bw_header_choice which)
{
	struct utsname kernel;
	char command[256];

	if (error != -ENOENT)
		return error;
	if (which == BW_HEADERS_BTF)
		return bw_log_error(error,
				    "cannot use the types of BTF: this kernel has none, there is no " BW_BTF_PATH);
	uname(&kernel);
	bw_log_error(error, "cannot compile: there are no headers of the running kernel %s", kernel.release);
	bw_log_hint("install them: %s", bw_header_choice_install_command(command, sizeof(command)));
	return error;
}

int bw_header_choice_make(struct bw_source *source, enum bw_header_choice which, bool ours, const char *dir)
{
	int r = -ENOENT;

	if (which == BW_HEADERS_AUTO && !ours)
		r = use_installed(source, false);
	if (r == -ENOENT && which != BW_HEADERS_INSTALLED) {
		r = use_btf(source, dir);
		source->may_fall_back = r == 0 && which == BW_HEADERS_AUTO;
	}
	if (r == -ENOENT && which != BW_HEADERS_BTF)
		r = use_installed(source, true);
	return explain(r, which);
}

bool bw_header_choice_fall_back(struct bw_source *source)
{
	bool free_choice = source->may_fall_back;

	source->may_fall_back = false;
	return free_choice && use_installed(source, true) == 0;
}

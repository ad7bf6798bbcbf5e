/* SPDX-License-Identifier: Apache-2.0 */
#include "build/libraries.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/installed.h"

/* In the child. */
static void exec_compiler(const char *program, int out)
{
	char name[] = "bccwatch-compile", versions[] = "versions", *const argv[] = {name, versions, NULL};
	char *const env[] = {NULL};

	if (dup2(out, 1) >= 0)
		execve(program, argv, env);
	_exit(127);
}

/* Reads the names of the libraries' files, a line each. */
static int ask(char **names)
{
	BW_FREE char *program = NULL;
	int r = bw_installed_find("build/bccwatch-compile", "libexec/bccwatch/bccwatch-compile", &program), ends[2],
	    status;
	size_t len;
	pid_t pid;

	if (r < 0)
		return r;
	if (pipe(ends) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		exec_compiler(program, ends[1]);
	close(ends[1]);
	r = pid < 0 ? -errno : bw_file_read_fd(ends[0], 4096, names, &len);
	close(ends[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return r;
}

/* "libLLVM-14.so.1" is LLVM 14, libLLVM.so.19.1 is 19.1. */
static void version_of(const char *names, const char *library, char version[32])
{
	const char *at = strstr(names, library);
	size_t len;

	at = at ? at + strlen(library) : "";
	if (strncmp(at, ".so.", 4) == 0)
		at += 4;
	at += *at == '-';
	for (len = 0; len < 31 && (isdigit((unsigned char)at[len]) || at[len] == '.');)
		len++;
	while (len > 0 && at[len - 1] == '.')
		len--;
	snprintf(version, 32, "%.*s", (int)len, at);
}

int bw_libraries_describe(char *text, size_t size)
{
	BW_FREE char *names = NULL;
	char libbcc[32], llvm[32];
	int r = ask(&names);

	if (r < 0 || !names)
		return r;
	version_of(names, "libbcc", libbcc);
	version_of(names, "libLLVM", llvm);
	if (!*libbcc)
		return -ENOENT; /* it does not start */
	snprintf(text, size, "libbcc %s, LLVM %s", libbcc, *llvm ? llvm : "within it");
	return 0;
}

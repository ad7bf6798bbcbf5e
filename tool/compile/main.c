/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler's process: bccwatch-compile btf|installed "" FLAGS... reads a source on its standard input and writes
 * the image to descriptor 3, and what it depends on (build/dependencies.h) to descriptor 4; with TYPE:PROGRAM for the
 * empty word it writes the verifier's log of that program to its standard output. bccwatch-compile versions writes
 * which libraries it is linked with. bccwatch starts it, with a clean environment, in the root directory; it ends
 * before the first event.
 */
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "build/source.h"
#include "compile/compile.h"

enum { IMAGE_FD = 3, DEPENDS_FD = 4 };

static int run(const char *text, const char *headers, const char *verified, const char **flags, size_t n)
{
	const char *program = strchr(verified, ':');
	bool btf = strcmp(headers, "btf") == 0;

	if (!program)
		return bw_compile(text, flags, n, btf, IMAGE_FD, DEPENDS_FD);
	return bw_compile_verify(text, flags, n, btf, program + 1, (int)strtol(verified, NULL, 10), STDOUT_FILENO);
}

/* "libbcc.so.0.26.0\n": the file that is loaded has a longer version than the name it is linked by. */
static int write_library(struct dl_phdr_info *info, size_t size, void *cookie)
{
	BW_FREE char *path = realpath(info->dlpi_name, NULL);
	const char *name = path ? strrchr(path, '/') + 1 : "";

	(void)size;
	if (strncmp(name, "libbcc.so", 9) == 0 || strncmp(name, "libLLVM", 7) == 0)
		dprintf(*(int *)cookie, "%s\n", name);
	return 0;
}

int main(int argc, char **argv)
{
	BW_FREE char *text = NULL;
	size_t len;
	int r, out = STDOUT_FILENO;

	if (argc == 2 && strcmp(argv[1], "versions") == 0)
		_exit(dl_iterate_phdr(write_library, &out));
	r = argc < 3 ? -EINVAL : bw_file_read_fd(STDIN_FILENO, BW_SOURCE_MAX + 4096, &text, &len);

	if (r == 0)
		r = run(text, argv[1], argv[2], (const char **)argv + 3, (size_t)argc - 3);
	fflush(NULL);
	/* Not by exit: the cleanup of LLVM takes a while. */
	_exit(r == 0 ? 0 : 1);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler's process: bccwatch-compile btf|installed FLAGS... reads a source on its standard input and writes the
 * image to descriptor 3, and what it depends on (engine/depends.h) to descriptor 4. bccwatch starts it, with a clean
 * environment, in the root folder; it ends before the first event.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "engine/compile.h"
#include "engine/source.h"

enum { IMAGE_FD = 3, DEPENDS_FD = 4 };

int main(int argc, char **argv)
{
	BW_FREE char *text = NULL;
	size_t len;
	int r = argc < 2 ? -EINVAL : bw_read_fd(STDIN_FILENO, BW_SOURCE_MAX + 4096, &text, &len);

	if (r == 0)
		r = bw_compile(text, (const char **)argv + 2, (size_t)argc - 2, strcmp(argv[1], "btf") == 0, IMAGE_FD,
			       DEPENDS_FD);
	fflush(NULL);
	/* Not by exit: LLVM takes a while to tidy up. */
	_exit(r == 0 ? 0 : 1);
}

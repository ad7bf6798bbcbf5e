/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/installed_compiler.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char compiler[PATH_MAX];

/* PREFIX/libexec/bccwatch/bccwatch-compile, PREFIX being where the directory of this program lies. */
void install_compiler(const char *script)
{
	ssize_t len = readlink("/proc/self/exe", compiler, sizeof(compiler) - 1);
	FILE *file;

	assert_true(len > 0);
	compiler[len] = '\0';
	for (int i = 0; i < 2; i++)
		*strrchr(compiler, '/') = '\0';
	strcat(compiler, "/libexec");
	mkdir(compiler, 0755);
	strcat(compiler, "/bccwatch");
	mkdir(compiler, 0755);
	strcat(compiler, "/bccwatch-compile");
	file = fopen(compiler, "we");
	assert_non_null(file);
	fputs(script, file);
	fclose(file);
	assert_int_equal(chmod(compiler, 0755), 0);
}

/* With the directories that were made for it. */
void remove_compiler(void)
{
	for (int i = 0; i < 3; i++) {
		remove(compiler);
		*strrchr(compiler, '/') = '\0';
	}
}

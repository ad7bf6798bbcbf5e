/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the tests of all modules, or of those that are named: unit [MODULE ...], "walk" or "base/walk". */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

extern const struct unit_module *const __start_unit_modules[], *const __stop_unit_modules[];

static int by_name(const void *a, const void *b)
{
	const struct unit_module *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static bool is_called(const struct unit_module *m, const char *name)
{
	const char *last = strrchr(m->name, '/');

	return strcmp(m->name, name) == 0 || (last && strcmp(last + 1, name) == 0);
}

static int run_here(const struct unit_module *m)
{
	return _cmocka_run_group_tests(m->name, m->tests, m->n, m->setup, m->teardown);
}

/* A process for each module: none inherits limits, signals or environment that another has changed. */
static bool passes(const struct unit_module *m)
{
	int status = 0;
	pid_t pid;

	printf("== %s\n", m->name);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		exit(run_here(m) ? 1 : 0);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (pid > 0 && WIFSIGNALED(status))
		fprintf(stderr, "FAILED %s: ended by signal %d\n", m->name, WTERMSIG(status));
	else
		fprintf(stderr, "FAILED %s\n", m->name);
	return false;
}

static int run_named(const struct unit_module *const *modules, size_t n, const char *name, bool alone)
{
	for (size_t i = 0; i < n; i++)
		if (is_called(modules[i], name))
			return alone ? run_here(modules[i]) != 0 : !passes(modules[i]);
	fprintf(stderr, "there is no module '%s'; these have tests:\n", name);
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "  %s\n", modules[i]->name);
	return 2;
}

int main(int argc, char **argv)
{
	size_t n = (size_t)(__stop_unit_modules - __start_unit_modules), tests = 0;
	const struct unit_module **modules = calloc(n + 1, sizeof(*modules));
	int failed = 0, r = 0;

	if (!modules)
		return 1;
	memcpy(modules, __start_unit_modules, n * sizeof(*modules));
	qsort(modules, n, sizeof(*modules), by_name);
	for (int i = 1; i < argc && r != 2; i++) {
		r = run_named(modules, n, argv[i], argc == 2); /* one alone: in this process, for a debugger */
		failed += r != 0;
	}
	for (size_t i = 0; argc == 1 && i < n; i++) {
		failed += !passes(modules[i]);
		tests += modules[i]->n;
	}
	if (argc == 1)
		printf("%zu tests of %zu modules, %d modules failed\n", tests, n, failed);
	free(modules);
	return r == 2 ? 2 : failed > 0;
}

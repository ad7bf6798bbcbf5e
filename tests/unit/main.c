/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the tests of all modules, or of those that are named: unit [MODULE ...], "walk" or "base/walk". */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct unit_module *modules;

void unit_add(struct unit_module *module)
{
	struct unit_module **at = &modules;

	while (*at && strcmp((*at)->name, module->name) < 0)
		at = &(*at)->next;
	module->next = *at;
	*at = module;
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

static int run_named(const char *name, bool alone)
{
	for (const struct unit_module *m = modules; m; m = m->next)
		if (is_called(m, name))
			return alone ? run_here(m) != 0 : !passes(m);
	fprintf(stderr, "there is no module '%s'; these have tests:\n", name);
	for (const struct unit_module *m = modules; m; m = m->next)
		fprintf(stderr, "  %s\n", m->name);
	return 2;
}

static int run_all(void)
{
	size_t n = 0, failed = 0, tests = 0;

	for (const struct unit_module *m = modules; m; m = m->next) {
		failed += !passes(m);
		tests += m->n;
		n++;
	}
	printf("%zu tests of %zu modules, %zu modules failed\n", tests, n, failed);
	return failed > 0;
}

int main(int argc, char **argv)
{
	int r = 0;

	if (argc == 1)
		return run_all();
	for (int i = 1; i < argc && r != 2; i++) {
		int failed = run_named(argv[i], argc == 2); /* one alone: in this process, for a debugger */

		r = failed > r ? failed : r;
	}
	return r;
}

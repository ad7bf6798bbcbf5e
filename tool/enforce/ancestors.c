/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/ancestors.h"

#include <errno.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "enforce/identity.h"

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Many rules have the same directories: each is opened once. 0; 1: it is known already; or -ENOMEM. */
static int remember(struct bw_enforcement *e, const char *directory)
{
	BW_FREE char *copy = NULL;
	char **found;

	if (asprintf(&copy, "%x %s", e->access.ancestor, directory) < 0) /* rules of other policies have to be added */
		return bw_log_error(-ENOMEM, "out of memory");
	found = tsearch(copy, &e->ancestors, compare);

	if (!found)
		return bw_log_error(-ENOMEM, "out of memory");
	if (*found != copy)
		return 1;
	copy = NULL; /* the tree's */
	return 0;
}

static int protect(struct bw_enforcement *e, const char *directory)
{
	struct learned learned = {0};
	BW_FD int fd = bw_identity_open(directory);
	int r = fd < 0 ? fd : bw_identity_learn(e, fd, &learned);

	if (r < 0)
		return bw_log_error(r, "cannot protect the directory '%s': %s", directory, strerror(-r));
	return bw_identity_add(e, "ancestors", &learned.file, e->access.ancestor);
}

int bw_ancestors_protect(struct bw_enforcement *e, const char *directory)
{
	BW_FREE char *real = e->access.ancestor ? realpath(directory, NULL) : NULL;
	int r = 0;

	if (e->access.ancestor && !real)
		return bw_log_error(-errno, "cannot protect the directory '%s': %s", directory, strerror(errno));
	while (real && strcmp(real, "/") != 0 && r == 0) {
		char *slash = strrchr(real, '/');

		r = remember(e, real);
		if (r != 0)
			break; /* those above it are known, too */
		r = protect(e, real);
		*(slash == real ? slash + 1 : slash) = '\0';
	}
	return r < 0 ? r : 0;
}

void bw_ancestors_free(struct bw_enforcement *e)
{
	tdestroy(e->ancestors, free);
	e->ancestors = NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scoped ownership: a variable that carries one of these attributes is released when its scope ends, so a
 * function can be seen to leak nothing without reading what it calls.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BW_CLEANUP(fn) __attribute__((cleanup(fn)))

static inline void bw_cleanup_ptr(void *p)
{
	free(*(void **)p);
}

static inline void bw_cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void bw_cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define BW_FREE BW_CLEANUP(bw_cleanup_ptr)
#define BW_FD	BW_CLEANUP(bw_cleanup_fd)
#define BW_FILE BW_CLEANUP(bw_cleanup_file)

/* Hands over what a scoped variable owns: the variable forgets it. */
static inline int bw_cleanup_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void *bw_cleanup_take_ptr(void *p)
{
	void *taken = *(void **)p;

	*(void **)p = NULL;
	return taken;
}

#define BW_TAKE(p) ((__typeof__(p))bw_cleanup_take_ptr(&(p)))

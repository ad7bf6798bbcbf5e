/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of programs and libraries, whose files are read in a sandbox. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/sandbox.h"

/*
 * Opens the file at the path in a sandbox; -EINVAL if it is no regular file. Else as bw_sandbox_start. path must live
 * until it returns.
 */
int bw_symbols_start(struct bw_sandbox *file, const char *path, struct bw_sandbox_strays *strays,
		     struct bw_deadline *deadline);

/*
 * Starts a process for stat(2), which can block too; and asks it for the file at the path. 0, -EINVAL if it is no
 * regular file, or as bw_sandbox_start and bw_sandbox_ask.
 */
int bw_symbols_start_looker(struct bw_sandbox *looker, struct bw_sandbox_strays *strays, struct bw_deadline *deadline);
int bw_symbols_look(struct bw_sandbox *looker, const char *path, struct bw_deadline *deadline,
		    struct bw_sandbox_file_id *id);

/*
 * The function at the offset in the file into name, and how far in it. 0, or -ENOENT where none is known there, or
 * -ENOEXEC if the file is no ELF, or as bw_sandbox_ask.
 */
int bw_symbols_at(struct bw_sandbox *file, uint64_t offset, struct bw_deadline *deadline, char *name, size_t size,
		  uint64_t *into);

/*
 * The offset in the file of a function, by its name, or by "0x" and that offset itself, of the last segment that can be
 * executed. 0 or -errno: -ENOEXEC if the file is no regular one or no ELF, -ESRCH if it has no such function, -ERANGE
 * if the offset is in no part that is executed, -ENOTUNIQ if several functions have the name, -ENOTSUP if it only
 * chooses, when the program starts, which of several is called (IFUNC), -EIO if the sandbox failed: then why, of size
 * bytes, says how, else it is empty.
 */
int bw_symbols_find(const char *path, const char *symbol, uint64_t *offset, char *why, size_t size);

/*
 * Functions with a similar name, or, of one that only chooses, those with its name in theirs: "a, b", as much as size
 * bytes take; "" if there are none or the file can't be read.
 */
void bw_symbols_suggest(const char *path, const char *symbol, char *text, size_t size);

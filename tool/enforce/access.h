/* SPDX-License-Identifier: Apache-2.0 */
/* Which operations rules deny: --access LIST, as ACCESS_* of bpf_src/lib/target.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/word_list.h"

/* What differs between a file's own rule and that for what is beneath a directory. */
struct bw_access {
	uint32_t file;	   /* by rules for names and paths */
	uint32_t beneath;  /* by rules for directories; all of `file` is in it */
	uint32_t ancestor; /* of the directories that a path or directory is in: ACCESS_RENAME, MOUNT */
};

/* Without --access: opens, and what creates or empties a file; beneath a directory also what is created or mounted. */
extern const struct bw_access bw_access_default;

/* Adds the operations of a list of words, as "read,attr". 0; or -EINVAL, reported. */
int bw_access_parse(const char *option, const char *list, struct bw_access *access);

/* The same; a word that is unknown is not reported, but described. 0, -EINVAL or -ENOMEM. */
int bw_access_read(const char *list, struct bw_access *access, struct bw_word_list_unknown *unknown);

/*
 * "opens for reading, deleting" for people: what is denied, at most size - 1 bytes. It is that of the default where the
 * two are the same.
 */
void bw_access_describe(const struct bw_access *access, char *text, size_t size);

/*
 * As a list that bw_access_read reads to the same, "read,attr": all of the accesses but ACCESS_MOUNT beneath, which
 * goes without saying. At most size - 1 bytes.
 */
void bw_access_format(const struct bw_access *access, char *list, size_t size);

/* What --access and its completion list. */
#define BW_ACCESS_WORDS \
	"read write exec attr any open create truncate replace delete rename link mkdir mknod mmap stat mount"

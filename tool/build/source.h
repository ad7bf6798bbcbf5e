/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a BPF program, and the flags that the compiler gets with it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { BW_SOURCE_MAX = 8 << 20 /* bytes */, BW_FLAGS_MAX = 256 };

struct bw_source {
	char *path; /* as it is shown */
	char *text; /* with its headers in it, and its NUL, which is its only one */
	size_t len;
	char *flags[BW_FLAGS_MAX]; /* the compiler's arguments */
	size_t n_flags;
	char *headers;	    /* the kernel's header tree; NULL: the installed one, which libbcc finds */
	bool btf;	    /* that tree has no types: they are made of the kernel's BTF */
	bool may_fall_back; /* to the installed headers, if it does not compile so */
};

/*
 * The directory of the installed programs: bpf_src beside the running program (a build tree), or
 * PREFIX/share/bccwatch/bpf_src for PREFIX/bin or PREFIX/sbin. Never the current directory's. *dir is malloc'd
 * and the caller's. 0, -ENOENT if neither is there, or -errno.
 */
int bw_source_dir(char **dir);

/*
 * Reads the source at path, with what it includes with quotes in it (build/includes.h); that is looked for beside it,
 * then in dir. Says on stderr what is wrong where it fails: 0 or -errno. source is the caller's, for bw_source_free, in
 * either case.
 */
int bw_source_read(struct bw_source *source, const char *path, const char *dir);
void bw_source_free(struct bw_source *source);

/* Adds -D NAME. 0, -ENOMEM, or -E2BIG for more than BW_FLAGS_MAX flags; reported. */
int bw_source_define(struct bw_source *source, const char *name);

/* A macro, and whether it is to be defined. */
struct bw_source_macro {
	bool is_wanted;
	const char *name;
};

/* Defines those of the n macros that are wanted. As bw_source_define. */
int bw_source_define_wanted(struct bw_source *source, const struct bw_source_macro *macros, size_t n);

/* Adds an argument for the compiler as it is. As bw_source_define. */
int bw_source_add_flag(struct bw_source *source, const char *flag);

/*
 * Puts text in place of each occurrence of word in the source that is no part of a longer word (where word itself
 * begins or ends with a character of C's words). 0; -ENOENT if there is none; -EFBIG, or -ENOMEM.
 */
int bw_source_replace(struct bw_source *source, const char *word, const char *text);

/* Takes the flag away that was added last. */
void bw_source_undefine(struct bw_source *source);

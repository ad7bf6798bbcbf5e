/* SPDX-License-Identifier: Apache-2.0 */
/* What a stub prints of pointers to structs of the kernel: a path in place of an address (bpf_src/lib/describe.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A member of the event, and how it is read. */
struct bw_stub_member {
	const char *suffix;	 /* behind the parameter's name; NULL: the member has that name */
	const char *type, *size; /* "char", "[PATH_SHOWN]"; or "u64", "" */
	/* Of text: the function that writes it, and what stands behind its arguments, the text and the pointer. Of a
	 * number: what stands before and behind the pointer. */
	const char *read, *behind;
	unsigned bytes;
	bool is_number, last; /* last: it stands behind all other members */
};

enum { BW_STUB_MEMBERS_MAX = 4 };

struct bw_stub_struct {
	const char *name;				    /* struct NAME */
	const char *header;				    /* of bpf_src/lib */
	struct bw_stub_member members[BW_STUB_MEMBERS_MAX]; /* up to one without a type */
};

/* NULL: it is shown as a number. */
const struct bw_stub_struct *bw_stub_structs_find(const char *name);

/*
 * What the members of a parameter are called: old_dentry is old_name and old_path, dentry is name and path, rd
 * old_path. size: of to.
 */
void bw_stub_structs_member_name(char *to, size_t size, const char *parameter, const struct bw_stub_member *member);

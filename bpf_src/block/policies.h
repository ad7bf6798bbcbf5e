/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Which rules hold for this process, and what they do. Where rules have an action, operations or subjects of their own
 * (POLICIES), the maps have sets of policies, a bit each, for what else would be ACCESS_*: all of a set is asked at
 * once, so that an access costs the same however many rules there are.
 */
#pragma once

#include "../lib/directories.h"
#include "maps.h"
#include "subjects.h"

/* What becomes of an access. */
struct verdict {
	bool denied;  /* else it is only audited */
	bool audited; /* reported as an audit rule wants it */
	bool kills;
	u64 error; /* positive; 0: the hook can't refuse */
};

#if POLICIES

static inline struct policies *get_policies(void)
{
	int zero = 0;

	return policies.lookup(&zero);
}

/* Those that concern one of the accesses. */
static inline u32 concerned(struct policies *p, u32 wanted)
{
	u32 all = 0;

#pragma unroll
	for (int i = 0; i < ACCESSES; i++)
		all |= p->of_access[i] & -(wanted >> i & 1);
	return all;
}

/* Of those that match the file, the ones that hold for this access of this process; 0: none. */
static inline u32 applying(struct settings *s, u32 matching, u32 wanted)
{
	struct policies *p = get_policies();
	struct subject subject;

	if (!p)
		return 0;
	matching &= concerned(p, wanted) | UNKNOWN;
	HIDE_FROM_VERIFIER(matching);
	if (!(matching & ~UNKNOWN))
		return 0;
	subject = current_subject(s);
	matching &= ~subject.except & (subject.only | ~p->only);
	return matching & ~UNKNOWN ? matching : 0;
}

/* A directory above the object keeps its name, and nothing is mounted on it. */
static inline u32 of_ancestor(u32 matching, u32 wanted)
{
	struct policies *p = get_policies();

	if (!p)
		return 0;
	return matching & ((wanted & ACCESS_RENAME ? p->of_ancestor_rename : 0) |
			   (wanted & ACCESS_MOUNT ? p->of_ancestor_mount : 0));
}

/* Where it is not known whether a file is beneath a directory, it is beneath all of them. */
static inline u32 of_directory(u32 matching)
{
	struct policies *p = get_policies();

	if (!p || !(matching & UNKNOWN))
		return matching;
	return UNKNOWN | p->beneath;
}

/* Do these deny nothing? */
static inline bool audits_alone(u32 matching)
{
	struct policies *p = get_policies();

	return p && !(of_directory(matching) & ~p->audit & ~UNKNOWN);
}

/* The number of the only bit. */
static inline u32 number_of_bit(u32 bit)
{
	return !!(bit & 0xaaaaaaaa) | !!(bit & 0xcccccccc) << 1 | !!(bit & 0xf0f0f0f0) << 2 |
	       !!(bit & 0xff00ff00) << 3 | !!(bit & 0xffff0000) << 4;
}

/* The first that is no audit decides. */
static inline struct verdict decide_by_policy(u32 applying, u64 error)
{
	struct verdict v = {};
	struct policies *p = get_policies();
	u32 first, number;

	if (!p)
		return v;
	first = applying & ~p->audit & ~UNKNOWN;
	first &= -first;
	number = number_of_bit(first);
	BOUND(number, POLICIES_MAX + 1);
	v.denied = first;
	v.audited = applying & p->audit;
	v.kills = first & p->kill;
	v.error = error ? p->errors[number] : 0;
	return v;
}

#else

static inline u32 applying(struct settings *s, u32 matching, u32 wanted)
{
	return matching & wanted & s->access ? matching : 0;
}

static inline u32 of_ancestor(u32 matching, u32 wanted)
{
	return matching;
}

static inline u32 of_directory(u32 matching)
{
	return matching;
}

static inline bool audits_alone(u32 matching)
{
	return false;
}

#endif

/* Policies have their exceptions, those of the command line included, in applying(). */
static inline bool is_excepted(struct settings *s)
{
	return !is_in_tree() || (!POLICIES && current_subject(s).except);
}

/* applying: as decide() returns it, or 0 where bccwatch itself is to be denied. error: as the hook refuses, or 0. */
static inline struct verdict verdict_of(struct settings *s, u32 applying, u64 error)
{
	struct verdict v = {true, false, s->kill, error};

#if POLICIES
	if (applying)
		v = decide_by_policy(applying, error);
#endif
	if (applying & UNKNOWN && error)
		v.kills = false; /* it may concern nobody's rule */
	return v;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t number;
} errors[] = {{"EACCES", EACCES}, {"EPERM", EPERM}, {"ENOENT", ENOENT}, {"EIO", EIO},
	      {"EROFS", EROFS},	  {"EBUSY", EBUSY}, {"ENXIO", ENXIO}};

enum { ERRORS = sizeof(errors) / sizeof(*errors) };

uint32_t bw_policy_error(const char *name)
{
	for (size_t i = 0; i < ERRORS; i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].number;
	return 0;
}

const char *bw_policy_error_name(uint32_t error)
{
	for (size_t i = 0; i < ERRORS; i++)
		if (errors[i].number == error)
			return errors[i].name;
	return NULL;
}

static bool is_numbered(enum bw_subject_kind kind)
{
	return kind == BW_SUBJECT_UID || kind == BW_SUBJECT_GID || kind == BW_SUBJECT_CHILDREN;
}

static bool same_subject(const struct bw_subject *a, const struct bw_subject *b)
{
	if (a->kind != b->kind || a->only != b->only)
		return false;
	return is_numbered(a->kind) ? a->number == b->number : strcmp(a->value, b->value) == 0;
}

static bool has_subject(const struct bw_policy *policy, const struct bw_subject *subject)
{
	for (size_t i = 0; i < policy->n_subjects; i++)
		if (same_subject(&policy->subjects[i], subject))
			return true;
	return false;
}

/* Mostly they come in the same order. */
static bool includes(const struct bw_policy *policy, const struct bw_policy *other)
{
	for (size_t i = 0; i < other->n_subjects; i++)
		if ((i >= policy->n_subjects || !same_subject(&policy->subjects[i], &other->subjects[i])) &&
		    !has_subject(policy, &other->subjects[i]))
			return false;
	return true;
}

static bool same_access(const struct bw_access *a, const struct bw_access *b)
{
	return a->file == b->file && a->beneath == b->beneath && a->ancestor == b->ancestor;
}

bool bw_policy_equal(const struct bw_policy *a, const struct bw_policy *b)
{
	if (a->action != b->action || !same_access(&a->access, &b->access))
		return false;
	if (a->action != BW_ACTION_AUDIT && a->error != b->error)
		return false;
	return includes(a, b) && includes(b, a);
}

int bw_policy_copy(struct bw_policy *to, const struct bw_policy *from)
{
	*to = *from;
	to->n_subjects = 0;
	to->subjects = from->n_subjects ? calloc(from->n_subjects, sizeof(*to->subjects)) : NULL;
	if (from->n_subjects && !to->subjects)
		return -ENOMEM;
	for (size_t i = 0; i < from->n_subjects; i++) {
		struct bw_subject *subject = &to->subjects[to->n_subjects++];

		*subject = from->subjects[i];
		subject->value = strdup(from->subjects[i].value);
		if (!subject->value) {
			bw_policy_free(to);
			return -ENOMEM;
		}
	}
	return 0;
}

void bw_policy_free(struct bw_policy *policy)
{
	for (size_t i = 0; i < policy->n_subjects; i++)
		free(policy->subjects[i].value);
	free(policy->subjects);
	*policy = (struct bw_policy){0};
}

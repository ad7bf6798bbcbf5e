/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/rule_subject.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>

#include "base/parse.h"
#include "base/path_parts.h"
#include "process/cgroup.h"

/* By bw_subject_kind. */
static const char *const words[BW_SUBJECT_KINDS + 1] = {[BW_SUBJECT_UID] = "uid",
							[BW_SUBJECT_GID] = "gid",
							[BW_SUBJECT_COMM] = "comm",
							[BW_SUBJECT_EXE] = "exe",
							[BW_SUBJECT_UNIT] = "unit",
							[BW_SUBJECT_CGROUP] = "cgroup",
							[BW_SUBJECT_CONTAINER] = "container",
							[BW_SUBJECT_CHILDREN] = "children"};

int bw_rule_subject_kind(const char *word)
{
	return bw_parse_word(word, words);
}

const char *bw_rule_subject_word(enum bw_subject_kind kind)
{
	return words[kind];
}

/* The number of a user or group. */
static bool find(bool user, const char *name, uint32_t *number)
{
	const struct passwd *passwd = user ? getpwnam(name) : NULL;
	const struct group *group = user ? NULL : getgrnam(name);

	*number = passwd ? passwd->pw_uid : group ? group->gr_gid : 0;
	return passwd || group;
}

/* Files of rules name the same one again and again. */
static const char *read_name(bool user, const char *text, struct bw_rule_subject_names *names, uint32_t *number)
{
	char *last = user ? names->user : names->group;
	uint32_t *last_number = user ? &names->uid : &names->gid;

	if (*last && strcmp(last, text) == 0) {
		*number = *last_number;
		return NULL;
	}
	if (!*text || !find(user, text, number))
		return user ? "neither a number nor a user name" : "neither a number nor a group name";
	if (strlen(text) < sizeof(names->user)) {
		memcpy(last, text, strlen(text) + 1);
		*last_number = *number;
	}
	return NULL;
}

static const char *read_number(struct bw_subject *subject, const char *text, struct bw_rule_subject_names *names)
{
	const bool process = subject->kind == BW_SUBJECT_CHILDREN;
	uint64_t number;

	if (bw_parse_number(text, process ? INT_MAX : UINT32_MAX, &number) == 0 && !(process && number == 0)) {
		subject->number = (uint32_t)number;
		return NULL;
	}
	return process ? "not the number of a process"
		       : read_name(subject->kind == BW_SUBJECT_UID, text, names, &subject->number);
}

static const char *wrong_text(enum bw_subject_kind kind, const char *text)
{
	switch (kind) {
	case BW_SUBJECT_COMM:
		return !*text || strlen(text) > 15 ? "a process name has 1 to 15 bytes" : NULL;
	case BW_SUBJECT_EXE:
		return !*text || strlen(text) >= PATH_MAX ? "a path has 1 to 4095 bytes" : NULL;
	case BW_SUBJECT_UNIT:
		return !*text || strchr(text, '/') || strlen(text) > NAME_MAX
			       ? "a unit's name has 1 to 255 bytes, and no slash"
			       : NULL;
	case BW_SUBJECT_CGROUP:
		return *text != '/' || strlen(text) >= PATH_MAX
			       ? "a cgroup's path begins with a slash, as in /proc/PID/cgroup"
			       : NULL;
	case BW_SUBJECT_CONTAINER:
		return strcmp(text, "any") != 0 && !bw_cgroup_is_container_id(text)
			       ? "neither a container's id, 12 to 64 digits of 0-9 and a-f, nor any"
			       : NULL;
	default:
		return NULL;
	}
}

int bw_rule_subject_read(struct bw_subject *subject, const char *text, struct bw_rule_subject_names *names,
			 const char **why)
{
	*why = wrong_text(subject->kind, text);
	if (!*why && (subject->kind == BW_SUBJECT_UID || subject->kind == BW_SUBJECT_GID ||
		      subject->kind == BW_SUBJECT_CHILDREN))
		*why = read_number(subject, text, names);
	if (*why)
		return -EINVAL;
	subject->value = subject->kind == BW_SUBJECT_EXE ? bw_path_parts_absolute(text) : strdup(text);
	return subject->value ? 0 : -errno;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_selection.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "cmd/trace_values.h"
#include "output/file_ops.h"
#include "output/flag_names.h"
#include "process/cgroup.h"

static int out_of_memory(void)
{
	return bw_log_error(BW_EXIT_USAGE, "out of memory");
}

int bw_trace_selection_add(struct bw_trace_list *list, const char *value)
{
	const char **more = reallocarray(list->items, list->n + 1, sizeof(*more));

	if (!more)
		return out_of_memory();
	list->items = more;
	more[list->n++] = value;
	return 0;
}

int bw_trace_selection_add_number(struct bw_trace_numbers *numbers, uint32_t value)
{
	uint32_t *more = reallocarray(numbers->items, numbers->n + 1, sizeof(*more));

	if (!more)
		return out_of_memory();
	numbers->items = more;
	more[numbers->n++] = value;
	return 0;
}

static int by(struct bw_trace_options *o, enum bw_trace_by which)
{
	o->filters |= 1U << which;
	return 0;
}

static int read_pid(const char *option, const char *value, const char *wanted, uint32_t *pid)
{
	uint64_t n;

	if (bw_parse_number(value, INT32_MAX, &n) < 0 || n == 0)
		return bw_common_options_usage_error(option, value, wanted);
	*pid = (uint32_t)n;
	return 0;
}

static int check_comm(const char *option, const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len > sizeof(((struct filter *)0)->comm) - 1)
		return bw_common_options_usage_error(option, value, "a process name has 1 to 15 bytes");
	return 0;
}

static int set_comm(struct bw_trace_options *o, const char *value)
{
	size_t len = strlen(value);

	if (check_comm("--comm", value) != 0)
		return BW_EXIT_USAGE;
	memset(o->values.comm, 0, sizeof(o->values.comm));
	memset(o->values.comm_mask, 0, sizeof(o->values.comm_mask));
	memcpy(o->values.comm, value, len);
	memset(o->values.comm_mask, 0xff, len);
	return by(o, BW_BY_COMM);
}

static int set_cgroup(struct bw_trace_options *o, enum bw_cgroup_search_kind kind, const char *option,
		      const char *value)
{
	if (!*value)
		return bw_common_options_usage_error(option, value, "it has at least one byte");
	if (kind == BW_CGROUP_CONTAINER && !bw_cgroup_is_container_id(value))
		return bw_common_options_usage_error(option, value,
						     "not a container's id: 12 to 64 digits of 0-9 and a-f");
	if (o->cgroups[kind])
		return bw_common_options_usage_error(option, value, "it can be given once");
	o->cgroups[kind] = value;
	return 0;
}

/* Which processes. */
static int set_who(struct bw_trace_options *o, int id, const char *value)
{
	switch (id) {
	case 'p':
		by(o, BW_BY_PID);
		return read_pid("--pid", value, "not a process number", &o->values.pid);
	case BW_OPT_CHILDREN:
		o->children = true;
		return 0;
	case 't':
		by(o, BW_BY_TID);
		return read_pid("--tid", value, "not a thread's number", &o->values.tid);
	case 'u':
		by(o, BW_BY_UID);
		return bw_common_options_uid("--uid", value, &o->values.uid);
	case 'n':
		return set_comm(o, value);
	case BW_OPT_EXE:
		o->exe = value;
		return 0;
	case BW_OPT_CGROUP:
		return set_cgroup(o, BW_CGROUP_PATH, "--cgroup", value);
	case BW_OPT_UNIT:
		return set_cgroup(o, BW_CGROUP_UNIT, "--unit", value);
	case BW_OPT_CONTAINER:
		return set_cgroup(o, BW_CGROUP_CONTAINER, "--container", value);
	case BW_OPT_MNT_NS:
		by(o, BW_BY_MNT_NS);
		return bw_trace_values_mnt_ns("", value, &o->values.mnt_ns);
	default:
		return BW_TRACE_SELECTION_OTHER;
	}
}

static int set_error(struct bw_trace_options *o, const char *value)
{
	uint64_t number;

	o->values.error = bw_flag_names_error_of(value);
	if (bw_parse_number(value, INT32_MAX, &number) == 0 && bw_flag_names_error(number))
		o->values.error = (int)number;
	if (o->values.error == 0)
		return bw_common_options_usage_error("--errno", value,
						     "neither the name of an error nor its number, as ENOENT or 2");
	return by(o, BW_BY_ERROR);
}

static int set_min_latency(struct bw_trace_options *o, const char *value)
{
	uint64_t ns;

	if (bw_parse_duration(value, 0, &ns) < 0)
		return bw_common_options_usage_error("--min-latency", value,
						     "not a time with its unit, as 500ns, 250us, 10ms, 1s, 1m");
	o->values.min_latency = ns;
	return by(o, BW_BY_LATENCY);
}

static int set_min_bytes(struct bw_trace_options *o, const char *value)
{
	uint64_t bytes;

	if (bw_parse_size(value, &bytes) < 0 || bytes == 0)
		return bw_common_options_usage_error("--min-bytes", value,
						     "not a number of bytes from 1 on, as 4096, 4k, 10M, 1G");
	o->values.min_bytes = bytes;
	return by(o, BW_BY_BYTES);
}

static int add_flag(struct bw_trace_options *o, const char *value)
{
	uint32_t flag = 0;
	int r = bw_trace_values_flag(value, &flag);

	o->flags |= flag;
	return r;
}

static int set_ops(struct bw_trace_options *o, const char *value)
{
	if (strcmp(value, "help") == 0) {
		bw_file_ops_help(stdout);
		return -1;
	}
	o->ops_given = true;
	return bw_file_ops_parse("--ops", value, &o->ops) < 0 ? BW_EXIT_USAGE : 0;
}

/* Which events. */
static int set_which(struct bw_trace_options *o, int id, const char *value)
{
	switch (id) {
	case BW_OPT_OPS:
		return set_ops(o, value);
	case BW_OPT_ALL_FILES:
		o->all_files = true;
		return 0;
	case BW_OPT_NAME:
		by(o, BW_BY_NAME);
		o->name = value;
		return bw_trace_values_name("--name", value);
	case BW_OPT_PATH:
		by(o, BW_BY_PATH);
		o->path = value;
		return bw_trace_values_path("--path", value);
	case 'x':
		return by(o, BW_BY_FAILED);
	case BW_OPT_ERRNO:
		return set_error(o, value);
	case BW_OPT_WRITES:
		return by(o, BW_BY_WRITES);
	case BW_OPT_MIN_LATENCY:
		return set_min_latency(o, value);
	case BW_OPT_MIN_BYTES:
		return set_min_bytes(o, value);
	case 'f':
		return add_flag(o, value);
	default:
		return BW_TRACE_SELECTION_OTHER;
	}
}

static int set_not(struct bw_trace_options *o, int id, const char *value)
{
	uint32_t number = 0;
	int r;

	switch (id) {
	case BW_OPT_NOT_PID:
		r = read_pid("--not-pid", value, "not a process number", &number);
		return r == 0 ? bw_trace_selection_add_number(&o->not_pids, number) : r;
	case BW_OPT_NOT_UID:
		r = bw_common_options_uid("--not-uid", value, &number);
		return r == 0 ? bw_trace_selection_add_number(&o->not_uids, number) : r;
	case BW_OPT_NOT_COMM:
		r = check_comm("--not-comm", value);
		return r == 0 ? bw_trace_selection_add(&o->not_comms, value) : r;
	case BW_OPT_NOT_EXE:
		return bw_trace_selection_add(&o->not_exes, value);
	case BW_OPT_NOT_PATH:
		r = bw_trace_values_path("--not-path", value);
		return r == 0 ? bw_trace_selection_add(&o->not_paths, value) : r;
	default:
		return BW_TRACE_SELECTION_OTHER;
	}
}

int bw_trace_selection_set(struct bw_trace_options *o, int id, const char *value)
{
	int (*const sets[])(struct bw_trace_options *, int, const char *) = {set_who, set_which, set_not};
	int r = BW_TRACE_SELECTION_OTHER;

	for (size_t i = 0; i < sizeof(sets) / sizeof(*sets) && r == BW_TRACE_SELECTION_OTHER; i++)
		r = sets[i](o, id, value);
	return r;
}

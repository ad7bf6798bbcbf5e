/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/trace_options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "cmd/trace_selection.h"
#include "cmd/trace_values.h"
#include "output/file_ops.h"

enum { OPT_FIELDS = 512, OPT_VIA, OPT_JSON, OPT_MAX_EVENTS, OPT_AS_ROOT };

static int set_fields(struct bw_trace_options *o, const char *value)
{
	if (strcmp(value, "help") == 0) {
		bw_file_event_fields_help(stdout);
		return -1;
	}
	return bw_file_event_fields_parse("--fields", value, &o->fields) < 0 ? BW_EXIT_USAGE : 0;
}

static void add_field(struct bw_file_event_fields *fields, enum bw_file_event_field field)
{
	if (!memchr(fields->fields, field, fields->n))
		fields->fields[fields->n++] = (uint8_t)field;
}

/* As in opensnoop: fields in addition to those of the default line, or of --fields. */
static void add_fields(struct bw_trace_options *o)
{
	struct bw_file_event_fields *to = o->fields.n > 0 ? &o->fields : &o->added;

	if (o->json && o->fields.n == 0)
		return; /* it has all */
	if (o->adds_uid)
		add_field(to, BW_FIELD_UID);
	if (o->adds_flags)
		add_field(to, BW_FIELD_FLAGS);
	if (o->adds_flags)
		add_field(to, BW_FIELD_MODE);
	if (o->adds_path)
		add_field(to, BW_FIELD_PATH);
}

static int set_max_events(struct bw_trace_options *o, const char *value)
{
	if (bw_parse_number(value, UINT64_MAX, &o->max_events) < 0 || o->max_events == 0)
		return bw_common_options_usage_error("--max-events", value, "not a number from 1 on");
	return 0;
}

static int set_output(struct bw_trace_options *o, const char *value)
{
	if (!*value)
		return bw_common_options_usage_error("--output", value, "a file's name has at least one byte");
	o->output = value;
	return 0;
}

/* How they are shown. */
static int set_how(struct bw_trace_options *o, int id, const char *value)
{
	switch (id) {
	case OPT_FIELDS:
		return set_fields(o, value);
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_MAX_EVENTS:
		return set_max_events(o, value);
	case 'o':
		return set_output(o, value);
	case OPT_AS_ROOT:
		o->as_root = true;
		return 0;
	case 'U':
		o->adds_uid = true;
		return 0;
	case 'e':
		o->adds_flags = true;
		return 0;
	case 'F':
		o->adds_path = true;
		return 0;
	case 'T':
		return 0; /* the time is always there */
	default:
		return BW_EXIT_USAGE;
	}
}

static int set_via(struct bw_trace_options *o, const char *value)
{
	static const char *const names[] = {"auto", "fexit", "kprobe", "tracepoint", NULL};
	int i = bw_common_options_word("--via", value, names, "it is one of fexit, kprobe, tracepoint, auto");

	if (i < 0)
		return BW_EXIT_USAGE;
	o->via = (enum bw_trace_via)i;
	return 0;
}

static int add_path(struct bw_trace_options *o, const char *value)
{
	if (!*value || strlen(value) >= PATH_MAX)
		return bw_log_error(BW_EXIT_USAGE, "cannot watch '%s': a path has 1 to 4095 bytes", value);
	return bw_trace_selection_add(&o->paths, value);
}

/* Those by which the program by names is still enough. */
static bool is_simple(int id)
{
	return id == 'p' || id == 'u' || id == 'n' || id == 'T' || id == OPT_VIA || id == BW_OPT_CHILDREN ||
	       id == OPT_AS_ROOT;
}

static int set_option(void *cookie, int id, const char *value)
{
	struct bw_trace_options *o = cookie;
	int r;

	o->more |= !is_simple(id);
	if (id == BW_OPT_OPERAND)
		return add_path(o, value);
	if (id == OPT_VIA)
		return set_via(o, value);
	r = bw_trace_selection_set(o, id, value);
	return r == BW_TRACE_SELECTION_OTHER ? set_how(o, id, value) : r;
}

bool bw_trace_options_wants_events(const struct bw_trace_options *o)
{
	return o->more || o->common.command || o->via == BW_TRACE_FEXIT;
}

/* A usage error, and what to do about it. */
static int conflict(const char *what, const char *hint)
{
	bw_log_error(BW_EXIT_USAGE, "%s", what);
	bw_log_hint("%s", hint);
	return BW_EXIT_USAGE;
}

static int check_command(const struct bw_trace_options *o)
{
	if (o->common.command && bw_trace_options_has(o, BW_BY_PID))
		return conflict("--pid and a command behind '--' exclude each other",
				"leave one of them out: the command and its children are followed");
	if (o->children && o->common.command)
		return conflict("--children is only for --pid", "leave it out: the command's children are followed");
	if (o->children && !bw_trace_options_has(o, BW_BY_PID))
		return conflict("--children needs --pid", "add -p PID, the process whose descendants are shown");
	if (o->as_root && !o->common.command)
		return conflict("--as-root is only for a command behind '--'",
				"add -- COMMAND, or leave --as-root out");
	return 0;
}

static int check_ops(const struct bw_trace_options *o)
{
	const uint32_t moves = 1U << OP_READ | 1U << OP_WRITE;
	const uint32_t untimed = 1U << OP_CLOSE | 1U << OP_MMAP | 1U << OP_EXEC;

	if (o->flags && !(o->ops & BW_FILE_OPS_OPENS))
		return conflict("--flag-filter is for opens", "add open to --ops, or leave --flag-filter out");
	if (bw_trace_options_has(o, BW_BY_LATENCY) && !(o->ops & ~untimed))
		return conflict("--min-latency is for operations that take time: not for close, mmap and exec",
				"add others to --ops, as open,read,write");
	if (bw_trace_options_has(o, BW_BY_BYTES) && !(o->ops & moves))
		return conflict("--min-bytes is for reads and writes", "add --ops read,write");
	return 0;
}

static int check(const struct bw_trace_options *o)
{
	int r = check_command(o);

	if (r == 0)
		r = check_ops(o);
	if (r != 0)
		return r;
	if ((o->via == BW_TRACE_KPROBE || o->via == BW_TRACE_TRACEPOINT) &&
	    (o->children || o->more || o->common.command))
		return conflict("--via kprobe and --via tracepoint show only the names given to opens, by --pid, --uid "
				"and --comm",
				"leave --via out, or the other options and operands");
	return 0;
}

int bw_trace_options_parse(struct bw_trace_options *o, const struct bw_command *command, int argc, char **argv)
{
	int r = bw_common_options_parse(command, &o->common, argc, argv, set_option, o);

	o->more |= o->children;
	if (r == 0)
		add_fields(o);
	return r == 0 ? check(o) : r;
}

void bw_trace_options_free(struct bw_trace_options *o)
{
	free(o->paths.items);
	free(o->not_pids.items);
	free(o->readers.items);
	free(o->not_uids.items);
	free(o->not_comms.items);
	free(o->not_exes.items);
	free(o->not_paths.items);
}

const struct bw_command_option bw_trace_options_table[] = {
	{BW_OPT_OPS, "ops", "LIST",
	 "open, create, read, write, close, delete, rename, link, truncate, attr, mkdir, mknod, fallocate, mmap, exec, "
	 "stat, changes (all that change a file or directory) or all, separated by commas (default: open); an open "
	 "that creates or empties a file is an open event, which create and truncate select, and delete is unlink and "
	 "rmdir; help explains each",
	 BW_FILE_OPS_WORDS},
	{BW_OPT_ALL_FILES, "all-files", NULL, "pipes and sockets, too", NULL},
	{'p', "pid", "PID", "only this process", BW_COMPLETE_PID},
	{BW_OPT_CHILDREN, "children", NULL, "with --pid: its descendants from now on, too", NULL},
	{'t', "tid", "TID", "only this thread", BW_COMPLETE_PID},
	{'u', "uid", "UID", "only processes of this user, by number or name (the real uid)", BW_COMPLETE_USER},
	{'n', "comm", "TEXT", "only processes whose name contains TEXT", NULL},
	{BW_OPT_EXE, "exe", "PATH", "only processes that run this program", BW_COMPLETE_FILE},
	{BW_OPT_CGROUP, "cgroup", "PATH", "only processes in this cgroup, or beneath it", BW_COMPLETE_FILE},
	{BW_OPT_UNIT, "unit", "NAME", "only processes of this systemd unit", NULL},
	{BW_OPT_CONTAINER, "container", "ID", "only processes of this container", NULL},
	{BW_OPT_MNT_NS, "mnt-ns", "NUMBER", "only processes in this mount namespace, or in that of a process: pid:PID",
	 NULL},
	{BW_OPT_NAME, "name", "GLOB", "only files with such a name (their path's last component)", NULL},
	{BW_OPT_PATH, "path", "GLOB", "only files with such a path", NULL},
	{'x', "failed", NULL, "only what failed", NULL},
	{BW_OPT_ERRNO, "errno", "NAME", "only what failed with this error, as ENOENT or 2", NULL},
	{BW_OPT_WRITES, "writes", NULL, "no opens for reading, nor what is done with files opened so; no stat, no exec",
	 NULL},
	{'f', "flag-filter", "FLAG", "only opens with this flag, as O_WRONLY; may be given again: with one of them",
	 "O_RDONLY O_WRONLY O_RDWR O_CREAT O_EXCL O_TRUNC O_APPEND O_DIRECT O_SYNC O_PATH O_TMPFILE"},
	{BW_OPT_MIN_LATENCY, "min-latency", "TIME", "only calls that took at least so long, as 10ms", NULL},
	{BW_OPT_MIN_BYTES, "min-bytes", "N", "only reads and writes of at least so many bytes, as 4k", NULL},
	{BW_OPT_NOT_PID, "not-pid", "PID", "not this process; may be given again, as all of these", BW_COMPLETE_PID},
	{BW_OPT_NOT_COMM, "not-comm", "NAME", "not processes of this name", NULL},
	{BW_OPT_NOT_UID, "not-uid", "UID", "not processes of this user (the real uid)", BW_COMPLETE_USER},
	{BW_OPT_NOT_EXE, "not-exe", "PATH", "not processes that run this program", BW_COMPLETE_FILE},
	{BW_OPT_NOT_PATH, "not-path", "GLOB",
	 "not files with such a path, nor what is beneath a path without wildcards", BW_COMPLETE_FILE},
	{OPT_FIELDS, "fields", "LIST", "the fields of a line, separated by commas; help lists them", NULL},
	{'T', "timestamp", NULL, "as in opensnoop: the time is always printed", NULL},
	{'U', "print-uid", NULL, "as in opensnoop: add the field uid", NULL},
	{'e', "extended-fields", NULL, "as in opensnoop: add the fields flags and mode", NULL},
	{'F', "full-path", NULL, "as in opensnoop: add the field path", NULL},
	{OPT_JSON, "json", NULL, "print one JSON object a line, with all fields or those of --fields", NULL},
	{OPT_MAX_EVENTS, "max-events", "N", "end after so many events", NULL},
	{'o', "output", "FILE", "write the events to this file", BW_COMPLETE_FILE},
	{OPT_AS_ROOT, "as-root", NULL, "run the command as root, also where sudo was called by another user", NULL},
	{OPT_VIA, "via", "HOOK",
	 "fexit, kprobe, tracepoint, or auto (default): the kprobe if the kernel has it, and fexit where more than the "
	 "names given to opens are asked for",
	 "fexit kprobe tracepoint auto"},
	BW_COMMON_OPTIONS,
	{0},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of a file event, as --fields and JSON name them. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* In the order in which they are printed. */
enum bw_file_event_field {
	BW_FIELD_OP,
	BW_FIELD_PATH,
	BW_FIELD_PATH_EXACT,
	BW_FIELD_DELETED,
	BW_FIELD_OTHER_MOUNT,
	BW_FIELD_TO,
	BW_FIELD_TO_EXACT,
	BW_FIELD_FILENAME,
	BW_FIELD_TO_FILENAME,
	BW_FIELD_RESULT,
	BW_FIELD_CREATED,
	BW_FIELD_REPLACED,
	BW_FIELD_ASYNC,
	BW_FIELD_FLAGS,
	BW_FIELD_MODE,
	BW_FIELD_BYTES,
	BW_FIELD_OFFSET,
	BW_FIELD_LATENCY,
	BW_FIELD_DEV,
	BW_FIELD_INO,
	BW_FIELD_TYPE,
	BW_FIELD_PID,
	BW_FIELD_TID,
	BW_FIELD_UID,
	BW_FIELD_COMM,
	BW_FIELD_EXE,
	BW_FIELD_PPID,
	BW_FIELD_PARENT_COMM,
	BW_FIELD_CGROUP,
	BW_FIELD_UNIT,
	BW_FIELD_CONTAINER,
	BW_FIELD_MNT_NS,
	BW_FIELD_PID_NS,
	BW_FIELD_TIME,
	BW_FIELDS
};

/* What must be compiled in for a field: -D NEEDS_PATH, ... */
enum {
	BW_FILE_EVENT_NEEDS_PATH = 1,
	BW_FILE_EVENT_NEEDS_EXE = 1 << 1,
	BW_FILE_EVENT_NEEDS_LATENCY = 1 << 2,
	BW_FILE_EVENT_NEEDS_PROCESS = 1 << 3,
};

/* Some of them, each once, in an order; none: those that are printed where nothing is asked for. */
struct bw_file_event_fields {
	size_t n;
	uint8_t fields[BW_FIELDS];
};

const char *bw_file_event_fields_name(enum bw_file_event_field field);

/* BW_FILE_EVENT_NEEDS_*. */
uint32_t bw_file_event_fields_needs(enum bw_file_event_field field);

/* Reads a list as "op,path". 0 or -EINVAL, reported by the option's name. */
int bw_file_event_fields_parse(const char *option, const char *list, struct bw_file_event_fields *fields);

/* Prints all of them with what they mean, a line each. */
void bw_file_event_fields_help(FILE *out);

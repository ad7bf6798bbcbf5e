/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The values of a file event: a sample's bytes, read by the names of its layout's fields (bpf_src/trace/event.h says
 * what they mean). Any of the fields may be missing. Nothing of a sample is trusted: each byte that is read is in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf_src/trace/event.h"
#include "output/layout.h"

enum bw_file_number {
	BW_FILE_MARKS, /* read first: the marks say which of the others have a value */
	BW_FILE_OP,
	BW_FILE_RESULT,
	BW_FILE_FLAGS,
	BW_FILE_MODE,
	BW_FILE_BYTES,
	BW_FILE_OFFSET,
	BW_FILE_LATENCY,
	BW_FILE_PID,
	BW_FILE_TID,
	BW_FILE_UID,
	BW_FILE_PPID,
	BW_FILE_INO,
	BW_FILE_DEV,
	BW_FILE_TYPE,
	BW_FILE_CGROUP,
	BW_FILE_MNT_NS,
	BW_FILE_PID_NS,
	BW_FILE_NUMBERS
};

enum bw_file_text {
	BW_FILE_COMM,
	BW_FILE_PCOMM,
	BW_FILE_FILENAME,
	BW_FILE_PATH,
	BW_FILE_TO_FILENAME,
	BW_FILE_TO,
	BW_FILE_EXE,
	BW_FILE_TEXTS
};

/* Bytes without a NUL, of the sample or of the reader; none: len is 0. */
struct bw_file_bytes {
	const char *bytes;
	size_t len;
};

struct bw_file_sample {
	uint32_t known;			   /* 1 << BW_FILE_*: the number has a value */
	uint64_t numbers[BW_FILE_NUMBERS]; /* signed ones are sign-extended */
	/* PATH and TO are put together where the event has a directory and a name. */
	struct bw_file_bytes texts[BW_FILE_TEXTS];
};

struct bw_file_sample_reader {
	/* Of the layout; NULL: it has none of that name and a type that can be read. */
	const struct bw_layout_field *numbers[BW_FILE_NUMBERS], *texts[BW_FILE_TEXTS];
	const struct bw_layout_field *all_texts; /* the last field, where the texts of most are */
	char *joined;				 /* owned */
};

/* Finds the layout's fields, which must live as long. 0 or -ENOMEM; the caller's for bw_file_sample_close. */
int bw_file_sample_open(struct bw_file_sample_reader *reader, const struct bw_layout *layout);
void bw_file_sample_close(struct bw_file_sample_reader *reader);

/* Is it one of the fields that are read? */
bool bw_file_sample_reads(const struct bw_file_sample_reader *reader, const struct bw_layout_field *field);

/* Reads a sample, of any size and alignment; *sample is valid until the next call, and as long as `data`. */
void bw_file_sample_read(const struct bw_file_sample_reader *reader, const void *data, size_t size,
			 struct bw_file_sample *sample);

/* PATH with " (deleted)" behind it where the file has no name any more; valid as the sample is. */
struct bw_file_bytes bw_file_sample_path(const struct bw_file_sample_reader *reader,
					 const struct bw_file_sample *sample);

/* The same of the program that the process runs. */
struct bw_file_bytes bw_file_sample_exe(const struct bw_file_sample_reader *reader,
					const struct bw_file_sample *sample);

/* The most bytes that a text can have, those of bw_file_sample_path included. */
size_t bw_file_sample_longest(const struct bw_file_sample_reader *reader);

static inline bool bw_file_sample_has(const struct bw_file_sample *sample, enum bw_file_number number)
{
	return sample->known >> number & 1;
}

/* Does the event have the mark? Without marks: no. */
static inline bool bw_file_sample_is(const struct bw_file_sample *sample, uint32_t mark)
{
	return bw_file_sample_has(sample, BW_FILE_MARKS) && sample->numbers[BW_FILE_MARKS] & mark;
}

/* Is the path too long, so that the kernel has put "..." in place of its begin? */
bool bw_file_sample_is_cut(const char *path, size_t len);

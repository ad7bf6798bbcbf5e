/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An enforcement that outlives the process. Its directory (enforce/pin_dir.h) has `info`, an array with a struct
 * bw_pin_info, and a directory for each generation of the rules that is pinned (enforce/pin_set.h). info's generation
 * is the one in force: another one is left over from a take-over that was interrupted.
 */
#pragma once

#include <stdint.h>

#include "bpf_src/block/rules.h"
#include "enforce/pin_programs.h"
#include "enforce/pin_set.h"
#include "program/session.h"

/* Of struct bw_pin_info, of the directory, and of what the maps mean. */
enum { BW_PIN_VERSION = 2 };

#define BW_PIN_MAGIC "bccwatch"

/* Magic and version are the same in each version. */
struct bw_pin_info {
	char magic[12];
	uint32_t version;
	uint32_t hook; /* enum bw_hook */
	uint32_t unused;
	uint64_t generation; /* that is in force; 0: none yet */
	uint64_t since;	     /* when the enforcement began: seconds since 1970 */
	uint64_t process;    /* the one that watches it, or did last */
	uint64_t layout;     /* of what the programs have in common: bw_pin_layout */
	struct bw_session_kept kept;
	uint64_t outcomes[OUTCOMES]; /* when events were printed last */
};

struct bw_pin {
	const char *name; /* the caller's */
	int base, dir;	  /* dir is locked */
	int info_map;
	struct bw_pin_info *info;     /* in the map's memory */
	struct bw_pin_programs going; /* of what was in force before */
	struct bw_pin_set old;	      /* what is in force, from a process that is gone; no image: nothing is */
};

#define BW_PIN_NONE                                   \
	{                                             \
		.base = -1, .dir = -1, .info_map = -1 \
	}

/*
 * Creates or opens the directory of that name, and locks it; what an interrupted take-over has left is removed. 0, or
 * -errno, reported: another process watches it; it has another version, or something that is not bccwatch's. Close it
 * in either case.
 */
int bw_pin_open(struct bw_pin *pin, const char *bpffs, const char *name);
void bw_pin_close(struct bw_pin *pin);

/* What must be the same of programs that take over from each other. */
uint64_t bw_pin_layout(const struct bw_image *image);

/* 0, or -EPROTO, reported: the programs of this image can't take over. */
int bw_pin_check_layout(const struct bw_pin *pin, const struct bw_image *image);

/*
 * Pins attached programs that enforce their rules as this generation, which is in force then; the one before is removed
 * after that. text: `len` bytes. 0, or -errno, reported: the one before is in force.
 */
int bw_pin_put(struct bw_pin *pin, uint64_t generation, const struct bw_loaded *loaded,
	       const struct bw_attached *attached, const char *text, size_t len);

/* Waits until what was in force before bw_pin_put holds no more: this process has closed it. Reports where it does. */
void bw_pin_settle(struct bw_pin *pin);

/*
 * Reads info of a directory; of another version only magic and version. -ENOENT: there is none; -EBADMSG: it is not
 * bccwatch's; or -errno. Nothing is reported.
 */
int bw_pin_read_info(int dir, struct bw_pin_info *info);

/* Of this version? Else it is reported, with what to do. */
int bw_pin_check_version(const char *name, const struct bw_pin_info *info);

/* Ends the enforcement of that name, of any version. 0 or -errno, reported: -ENOENT if there is none. */
int bw_pin_remove(const char *bpffs, const char *name);

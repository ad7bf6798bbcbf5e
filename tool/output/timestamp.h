/* SPDX-License-Identifier: Apache-2.0 */
/* The time of day, in the local time zone or UTC, of a time of the kernel's clock. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { BW_TIMESTAMP_LEN = 8 };

/* Remembers the second it printed last; start with zeroes, but for `start`. */
struct bw_timestamp_clock {
	uint64_t start;		     /* no event is older, in monotonic ns */
	uint64_t from, until;	     /* the monotonic ns of which text is the time */
	char text[BW_TIMESTAMP_LEN]; /* HH:MM:SS */
	char iso[24];		     /* 2026-11-23T08:40:00, in UTC */
	uint64_t offset;	     /* from monotonic ns to those of the wall clock; modulo 2^64; 0: not known yet */
};

/* Writes HH:MM:SS, BW_TIMESTAMP_LEN bytes without a NUL, for a time of bpf_ktime_get_ns(): CLOCK_MONOTONIC. */
void bw_timestamp_put(struct bw_timestamp_clock *clock, char *dst, uint64_t monotonic_ns);

/* Can this be the time of an event: not before the start, and not in the future? */
bool bw_timestamp_is_time(const struct bw_timestamp_clock *clock, uint64_t monotonic_ns);

enum { BW_TIMESTAMP_ISO_LEN = 30 };

/* Writes 2026-11-23T08:40:00.123456789Z, BW_TIMESTAMP_ISO_LEN bytes without a NUL, for such a time, in UTC. */
void bw_timestamp_put_iso(struct bw_timestamp_clock *clock, char *dst, uint64_t monotonic_ns);

/*
 * The wall clock showed `real` at some time from `before` to `after`, in monotonic ns. Where that agrees with what is
 * known, nothing changes: a process can be kept waiting between two readings, and no event is to be earlier than one
 * before it for that.
 */
void bw_timestamp_adjust(struct bw_timestamp_clock *clock, uint64_t before, uint64_t real, uint64_t after);

/* CLOCK_MONOTONIC now, in ns. */
uint64_t bw_timestamp_now(void);

/* SPDX-License-Identifier: Apache-2.0 */
/* For the files of the kinds of probes alone, program/probe_*.c. */
#pragma once

#include "program/probe.h"

extern const struct bw_probe_kind bw_probe_kprobe, bw_probe_kretprobe;
extern const struct bw_probe_kind bw_probe_tracepoint;
extern const struct bw_probe_kind bw_probe_raw_tracepoint;
extern const struct bw_probe_kind bw_probe_perf_event;
extern const struct bw_probe_kind bw_probe_uprobe, bw_probe_uretprobe;
extern const struct bw_probe_kind bw_probe_kfunc, bw_probe_kretfunc, bw_probe_lsm, bw_probe_fmod_ret;

/* A name: no space, colon or slash in it. */
bool bw_probe_kinds_is_name(const char *target);

/* "did you mean", with the kernel's functions of a similar name, if there are any. */
void bw_probe_kinds_suggest(const char *function);

/* SPDX-License-Identifier: Apache-2.0 */
/* Which tables of a source are histograms: libbcc makes ordinary arrays and hashes of them, and only the text tells. */
#pragma once

#include "engine/image.h"

/*
 * BW_SHAPE_TABLE, or, for one that is declared as BPF_HISTOGRAM or BPF_TABLE("histogram", ...), which of the two kinds:
 * log2 if bpf_log2() or bpf_log2l() makes what it is incremented by.
 */
enum bw_shape bw_shape_of(const char *text, const char *table);

/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/bpf/types.h"

struct all all;
struct block_event block_event;
struct tried_event tried_event;
struct dimensions dimensions;
struct open_texts open_texts;

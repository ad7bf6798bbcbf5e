/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test is linked with, in main.c's place. */
#include "base/log.h"

bool bw_verbose;
struct bw_log_held *bw_log_holder;

/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch block: who opens a forbidden file is stopped. */
#pragma once

#include "cmd/command.h"

extern const struct bw_command bw_block_command;

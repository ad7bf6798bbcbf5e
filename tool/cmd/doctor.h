/* SPDX-License-Identifier: Apache-2.0 */
/* bccwatch doctor: what this machine can do, and how to fix what it cannot. */
#pragma once

#include "cmd/command_table.h"

extern const struct bw_command bw_doctor_command;

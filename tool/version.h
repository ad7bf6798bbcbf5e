/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#define BW_VERSION "0.1"

/* SPDX-License-Identifier: Apache-2.0 */
/* A script in the place of the compiler, where it is installed, seen from this program. */
#pragma once

void install_compiler(const char *script);
void remove_compiler(void);

/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* Puts the lists of a small kernel, of its functions and what they allow, below the root. */
void put_kernel(void);

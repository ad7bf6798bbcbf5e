/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka with what it wants included before it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* Behind those. */
#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

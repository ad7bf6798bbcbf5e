/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* The bytes of a small image with one of everything; the caller's. */
void *image_bytes(size_t *len);

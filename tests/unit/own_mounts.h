/* SPDX-License-Identifier: Apache-2.0 */
/* A view of the file system that is this process's alone, for what has a fixed path. */
#pragma once

/*
 * Gives this process a mount namespace of its own (and, without root, a user namespace, in which it is root), with an
 * empty file system at each of the paths, which end with NULL. Skips the test where this machine does not allow it.
 */
void own_mounts(const char *const *paths);

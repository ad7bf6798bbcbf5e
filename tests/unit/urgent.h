/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * A descriptor that has POLLPRI, the caller's: a TCP connection on this machine with a byte out of band. Skips the test
 * where there is no network.
 */
int urgent_descriptor(void);

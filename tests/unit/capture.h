/* SPDX-License-Identifier: Apache-2.0 */
/* What the tool prints while a test runs. */
#pragma once

/* From here on what goes to stdout and stderr is kept, up to `captured`. */
void capture(void);

/* It goes where it went before. What was kept, in a static buffer of which the next capture makes use again. */
const char *captured(void);

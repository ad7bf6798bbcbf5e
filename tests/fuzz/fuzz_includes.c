/* SPDX-License-Identifier: Apache-2.0 */
/* A source, and what is asked of its expanded text; its headers are not there. */
#include <string.h>

#include "base/cleanup.h"
#include "base/line_markers.h"
#include "build/directives.h"
#include "build/includes.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	BW_FREE char *text = malloc(size + 1), *expanded = NULL;
	bool once, guarded;
	unsigned origin;
	size_t len;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	bw_directives_classify(text, &once, &guarded);
	bw_directives_ends_in_comment(text);
	if (bw_includes_expand(text, "/none/x.c", "/none", 1 << 20, &expanded, &len) == 0) {
		free(bw_line_markers_origin(expanded, "/none/x.c", 3, &origin));
		bw_line_markers_blank(expanded);
	}
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

size_t bw_utf8_decode(const unsigned char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = 2 + (size_t)(s[0] >= 0xe0) + (size_t)(s[0] >= 0xf0);

	if (s[0] < 0xc2 || s[0] > 0xf4 || n > len)
		return 0;
	*code = s[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (s[i] & 0x3f);
	}
	if (*code < least[n] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
		return 0;
	return n;
}

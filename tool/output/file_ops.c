/* SPDX-License-Identifier: Apache-2.0 */
/* STUB, to be replaced. */
#include "output/file_ops.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/parse.h"
#include "bpf_src/trace/event.h"

static const char *const words[] = {"open", "create",	"read",	   "write", "close", "delete",	  "rename",
				    "link", "truncate", "attr",	   "mkdir", "mknod", "fallocate", "mmap",
				    "exec", "stat",	"changes", "all",   NULL};

static int refuse(const char *option, const char *list)
{
	return bw_log_error(-EINVAL, "%s %s: the operations are " BW_FILE_OPS_WORDS, option, list);
}

int bw_file_ops_parse(const char *option, const char *list, uint32_t *ops)
{
	const char *whole = list;
	const uint32_t all = (1U << OPS_COUNT) - 1;
	const uint32_t changes =
		all & ~(1U << OP_OPEN | 1U << OP_READ | 1U << OP_CLOSE | 1U << OP_MMAP | 1U << OP_EXEC | 1U << OP_STAT);

	*ops = 0;
	for (const char *end; *list; list = *end ? end + 1 : end) {
		char word[16] = "";
		int i;

		end = list + strcspn(list, ",");
		if ((size_t)(end - list) >= sizeof(word))
			return refuse(option, whole);
		memcpy(word, list, (size_t)(end - list));
		i = bw_parse_word(word, words);
		if (i < 0)
			return refuse(option, whole);
		*ops |= i == OPS_COUNT ? changes : i > OPS_COUNT ? all : 1U << i;
	}
	return *ops ? 0 : refuse(option, whole);
}

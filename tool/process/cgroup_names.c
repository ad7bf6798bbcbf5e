/* SPDX-License-Identifier: Apache-2.0 */
#include "process/cgroup_names.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof(*(array)))

/* Not if the name has nothing else. */
static bool ends_in(const char *name, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && memcmp(name + len - n, end, n) == 0;
}

bool bw_cgroup_names_is_slice(const char *name, size_t len)
{
	return ends_in(name, len, ".slice");
}

bool bw_cgroup_names_is_unit(const char *name, size_t len)
{
	static const char *const types[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	for (size_t i = 0; i < LENGTH(types); i++)
		if (ends_in(name, len, types[i]))
			return true;
	return bw_cgroup_names_is_slice(name, len);
}

static bool is_hex(const char *digits)
{
	for (size_t i = 0; i < BW_CGROUP_ID_LEN; i++)
		if (!digits[i] || !strchr("0123456789abcdef", digits[i]))
			return false;
	return true;
}

/* May this stand before an id? Not "libpod-conmon-", whose processes watch the container from outside. */
static bool is_prefix(const char *text, size_t len)
{
	static const char *const prefixes[] = {"",	"docker-", "libpod-", "libpod-payload-", "cri-containerd-",
					       "crio-", "nerdctl-"};
	/* Where the manager wants a slice, and has no systemd: "kubepods-burstable-podX.slice:cri-containerd:ID". */
	static const char *const ends[] = {":docker:", ":libpod:", ":cri-containerd:", ":crio:", ":nerdctl:"};

	for (size_t i = 0; i < LENGTH(prefixes); i++)
		if (len == strlen(prefixes[i]) && memcmp(text, prefixes[i], len) == 0)
			return true;
	for (size_t i = 0; i < LENGTH(ends); i++)
		if (ends_in(text, len, ends[i]))
			return true;
	return false;
}

const char *bw_cgroup_names_container(const char *name, size_t len)
{
	const char *id;

	if (ends_in(name, len, ".scope"))
		len -= strlen(".scope");
	if (len < BW_CGROUP_ID_LEN)
		return NULL;
	id = name + len - BW_CGROUP_ID_LEN;
	return is_hex(id) && is_prefix(name, (size_t)(id - name)) ? id : NULL;
}

void bw_cgroup_names_read(struct bw_cgroup *cgroup)
{
	struct bw_cgroup_name slice = {NULL, 0};
	const char *end;

	cgroup->unit = cgroup->container = slice;
	for (const char *name = cgroup->path; *name; name = *end ? end + 1 : end) {
		size_t len = strcspn(name, "/");
		const char *id = bw_cgroup_names_container(name, len);

		end = name + len;
		if (bw_cgroup_names_is_slice(name, len))
			slice = (struct bw_cgroup_name){name, len};
		else if (bw_cgroup_names_is_unit(name, len))
			cgroup->unit = (struct bw_cgroup_name){name, len};
		if (id)
			cgroup->container = (struct bw_cgroup_name){id, BW_CGROUP_ID_LEN};
	}
	if (!cgroup->unit.bytes)
		cgroup->unit = slice;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/shares.h"

#include <bcc/libbpf.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* Some of the room is for root's files alone, also where many users have taken all that they may. */
enum { FOR_ROOT = BW_SHARES_LEARNED / 8 };

static int find(const struct bw_loaded *loaded, const char *map)
{
	int i = bw_image_find_map(loaded->image, map);

	return i < 0 ? i : loaded->maps[i];
}

int bw_shares_limit(struct bw_enforcement *e)
{
	const uint64_t limit = BW_SHARES_LEARNED - BW_SHARES_AT_START - FOR_ROOT;
	int r;

	if (find(e->loaded, "room") < 0)
		return 0; /* only names: nothing is learned */
	r = bw_loaded_set(e->loaded, "room", ROOM_LIMIT, &limit, sizeof(limit));
	return r < 0 ? bw_log_error(r, "cannot write to the map 'room': %s", strerror(-r)) : 0;
}

static void add(int map, uint32_t key, uint64_t n)
{
	uint64_t value = 0;

	if (map < 0)
		return;
	bpf_lookup_elem(map, &key, &value);
	value += n;
	bpf_update_elem(map, &key, &value, BPF_ANY);
}

void bw_shares_add(struct bw_enforcement *e, uint32_t owner)
{
	if (owner == 0)
		return;
	add(find(e->loaded, "shares"), owner - 1, 1);
	if (owner - 1 != 0)
		add(find(e->loaded, "room"), ROOM_TAKEN, 1);
}

enum { SHOWN = 3 };

struct share {
	uint32_t user;
	uint64_t n;
};

/* Into the list of the largest ones. */
static void insert(struct share most[SHOWN], struct share share)
{
	for (size_t i = 0; i < SHOWN; i++)
		if (share.n > most[i].n) {
			const struct share next = most[i];

			most[i] = share;
			share = next;
		}
}

void bw_shares_describe(const struct bw_loaded *loaded, char *text, size_t size)
{
	int map = find(loaded, "shares");
	struct share most[SHOWN] = {0}, share;
	uint32_t last = 0;
	size_t len = 0;

	*text = '\0';
	for (uint32_t i = 0; map >= 0 && i < BW_SHARES_USERS; i++, last = share.user) {
		if (bpf_get_next_key(map, i ? &last : NULL, &share.user) < 0)
			break;
		if (bpf_lookup_elem(map, &share.user, &share.n) == 0)
			insert(most, share);
	}
	for (size_t i = 0; i < SHOWN && most[i].n > 0 && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%llu of uid %u", i ? ", " : "",
					(unsigned long long)most[i].n, most[i].user);
}

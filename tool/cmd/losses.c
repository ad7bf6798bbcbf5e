/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/losses.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "output/event_json.h"
#include "output/json.h"
#include "output/timestamp.h"

void bw_losses_print_record(const struct bw_losses *losses, unsigned int version, struct bw_out *out)
{
	const struct {
		const char *name;
		uint64_t n;
	} members[] = {
		{"lost", losses->lost},		{"missed", losses->missed},
		{"cut", losses->cut},		{"unbuffered", losses->unbuffered},
		{"out_of_order", losses->late},
	};
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	struct bw_timestamp_clock clock = {0};

	bw_event_json_open(&json, &clock, bw_timestamp_now(), "");
	if (version > 0) {
		bw_json_key(&json, "version");
		bw_json_number(&json, version);
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		bw_json_key(&json, members[i].name);
		bw_json_number(&json, members[i].n);
	}
	bw_json_close_object(&json);
	bw_json_put_line(&json, out);
}

void bw_losses_print_closing_line(const struct bw_losses *losses, const char *summary, uint64_t shown)
{
	const struct {
		uint64_t n;
		const char *what;
	} counts[] = {
		{losses->unbuffered, "of these on CPUs without a buffer"},
		{losses->cut, "names cut off"},
		{losses->missed, "missed by the kernel"},
		{losses->late, "out of order"},
		{losses->unwritten, "not written"},
	};
	char more[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		if (counts[i].n > 0)
			len += (size_t)snprintf(more + len, sizeof(more) - len, ", %llu %s",
						(unsigned long long)counts[i].n, counts[i].what);
	bw_log_note("%s%llu events shown, %llu lost%s.", summary, (unsigned long long)shown,
		    (unsigned long long)losses->lost, more);
}

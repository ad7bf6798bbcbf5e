/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/watched.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"

const struct bw_layout_field watched_fields[] = {
	{.name = "ts", .kind = BW_UNSIGNED, .size = 8, .count = 1},
	{.name = "pid", .kind = BW_UNSIGNED, .offset = 8, .size = 4, .count = 1},
	{.name = "number", .kind = BW_UNSIGNED, .offset = 12, .size = 4, .count = 1}};

static struct bw_image_map image_maps[] = {
	{.name = "events", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 1},
	{.name = "others", .type = BPF_MAP_TYPE_RINGBUF, .max_entries = 1},
	{.name = "bccwatch_refused",
	 .type = BPF_MAP_TYPE_PERCPU_ARRAY,
	 .key_size = 4,
	 .value_size = 8,
	 .max_entries = BW_REFUSED_COUNT},
};
struct bw_image_event watched_events[] = {{.map = 0, .layout = {watched_fields, 3, 16}},
					  {.map = 1, .layout = {watched_fields, 3, 16}}};
static const struct bw_plan no_hooks;

struct fake watched;
struct bw_watch watch;

void watched_end_signals(void)
{
	const struct timespec none = {0};
	sigset_t ending;

	sigemptyset(&ending);
	sigaddset(&ending, SIGTERM);
	while (sigtimedwait(&ending, NULL, &none) > 0)
		;
}

int watched_begin(void **state)
{
	(void)state;
	fake_load(&watched, image_maps, LENGTH(image_maps), 2);
	watched.image.events = watched_events;
	watched.image.n_events = 1;
	watched.loaded.plan = &no_hooks;
	fake_n_readers = 0;
	watch = (struct bw_watch){
		.loaded = &watched.loaded, .pages = 8, .signal_fd = bw_signals_open(), .sentence = {.after = ""}};
	return 0;
}

int watched_end(void **state)
{
	(void)state;
	watched_end_signals();
	close(watch.signal_fd);
	fake_unload(&watched);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* program/session: another program takes over. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "tests/unit/capture.h"
#include "tests/unit/opened_session.h"

/* A second program with its own buffers and hook, which takes over. */
static struct {
	struct fake fake;
	int program;
} next;

static void load_next(void)
{
	opened_session_load(&next.fake, &next.program);
}

static void another_program_takes_over_without_a_gap(void **state)
{
	int old_hook, new_hook;

	(void)state;
	load_next();
	s.per_read = 3; /* of the first program's buffer alone */
	s.session.counters = true;
	assert_int_equal(opened_session_open(), 0);
	old_hook = s.hook;
	opened_session_lose();
	assert_int_equal(bw_session_add(&s.session, &next.fake.loaded), 0);
	new_hook = s.session.next_attached.hooks[0];
	assert_true(fcntl(old_hook, F_GETFD) >= 0 && fcntl(new_hook, F_GETFD) >= 0); /* both */
	assert_int_equal(bw_session_read(&s.session), 0);
	assert_int_equal(s.samples, 3); /* the old one's go on */
	assert_int_equal(bw_session_switch(&s.session), 0);
	assert_int_equal(s.samples, 6); /* what it had at its end */
	assert_int_equal(fcntl(old_hook, F_GETFD), -1);
	assert_true(fcntl(new_hook, F_GETFD) >= 0);
	assert_ptr_equal(s.session.loaded, &next.fake.loaded);
	assert_int_equal(s.session.lost, 7 + 11);
	raise(SIGTERM);
	assert_int_equal(bw_session_run(&s.session), 0);
	assert_int_equal(s.session.lost, 7 + 11); /* the old one's losses are not forgotten */
	assert_int_equal(s.session.cut, 2);
	bw_session_close(&s.session);
	assert_int_equal(fcntl(new_hook, F_GETFD), -1);
	fake_unload(&next.fake);
}

static void another_program_that_is_dropped_leaves_the_first(void **state)
{
	int new_hook;

	(void)state;
	load_next();
	assert_int_equal(opened_session_open(), 0);
	assert_int_equal(bw_session_add(&s.session, &next.fake.loaded), 0);
	new_hook = s.session.next_attached.hooks[0];
	bw_session_drop(&s.session);
	assert_int_equal(fcntl(new_hook, F_GETFD), -1);
	assert_true(fcntl(s.hook, F_GETFD) >= 0);
	assert_ptr_equal(s.session.loaded, &s.fake.loaded);
	assert_int_equal(bw_session_add(&s.session, &next.fake.loaded), 0);
	new_hook = s.session.next_attached.hooks[0];
	bw_session_close(&s.session); /* closes that, too */
	assert_int_equal(fcntl(new_hook, F_GETFD), -1);
	fake_unload(&next.fake);
}

static void another_program_that_cannot_be_attached_leaves_the_first(void **state)
{
	(void)state;
	load_next();
	assert_int_equal(opened_session_open(), 0);
	opened_binding.kind = &broken_hook;
	capture();
	assert_int_equal(bw_session_add(&s.session, &next.fake.loaded), -EACCES);
	captured();
	opened_binding.kind = &fake_hook;
	assert_true(fcntl(s.hook, F_GETFD) >= 0);
	assert_null(s.session.next);
	bw_session_close(&s.session);
	fake_unload(&next.fake);
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, opened_session_begin, opened_session_end)

static unsigned n_printed;

static void on_printed(void *cookie)
{
	(void)cookie;
	n_printed++;
}

/* The counts of the maps are those of all processes; 3 events were lost, 1 name cut off, and 4 read before. */
static void a_pinned_session_continues_with_what_is_kept(void **state)
{
	struct bw_session_kept kept = {.read = 4, .printed = 2, .lost = 3, .crowded = 1, .cut = 1};
	const struct bw_session_keeper keeper = {&kept, on_printed, NULL};

	(void)state;
	n_printed = 0;
	s.per_read = 3;
	s.session.counters = true;
	s.session.keeper = &keeper;
	assert_int_equal(opened_session_open(), 0);
	assert_int_equal(s.samples, 0); /* what waits in the buffer is not thrown away */
	opened_session_lose();
	assert_int_equal(bw_session_read(&s.session), 0);
	assert_int_equal(s.samples, 3);
	assert_int_equal(kept.read, 7);
	assert_int_equal(kept.printed, 7);
	assert_int_equal(n_printed, 1);
	raise(SIGTERM);
	assert_int_equal(bw_session_run(&s.session), 0);
	assert_int_equal(s.session.lost, 7 + 11 - 3 + 2); /* two were read by a process that was killed then */
	assert_int_equal(s.session.cut, 2 - 1);
	assert_int_equal(kept.lost, 7 + 11);
	assert_int_equal(kept.crowded, 11);
	assert_int_equal(kept.cut, 2);
	bw_session_close(&s.session);
}

static void pinned_sessions_share_their_counts(void **state)
{
	struct bw_session_kept kept = {0};
	const struct bw_session_keeper keeper = {&kept, on_printed, NULL};

	(void)state;
	load_next();
	s.session.counters = true;
	s.session.keeper = &keeper;
	assert_int_equal(opened_session_open(), 0);
	opened_session_lose();
	assert_int_equal(bw_session_add(&s.session, &next.fake.loaded), 0);
	assert_int_equal(bw_session_switch(&s.session), 0);
	assert_int_equal(s.session.lost, 7 + 11);
	assert_int_equal(s.session.before.lost, 0); /* the new one's maps, which are the same, have them still */
	bw_session_close(&s.session);
	fake_unload(&next.fake);
}

static const struct CMUnitTest tests[] = {
	RUN(another_program_takes_over_without_a_gap),
	RUN(another_program_that_is_dropped_leaves_the_first),
	RUN(another_program_that_cannot_be_attached_leaves_the_first),
	RUN(a_pinned_session_continues_with_what_is_kept),
	RUN(pinned_sessions_share_their_counts),
};

UNIT_MODULE("program/session (switch)", NULL, NULL);

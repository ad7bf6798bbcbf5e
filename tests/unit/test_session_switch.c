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

static const struct CMUnitTest tests[] = {
	RUN(another_program_takes_over_without_a_gap),
	RUN(another_program_that_is_dropped_leaves_the_first),
	RUN(another_program_that_cannot_be_attached_leaves_the_first),
};

UNIT_MODULE("program/session (switch)", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "enforce/hook.h"
#include "kernel/lsm.h"
#include "kernel/preemption.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static void each_kind_of_hook_has_its_words_and_a_macro_of_its_own(void **state)
{
	static const char *const words[BW_HOOKS] = {"lsm", "fmod_ret", "override", "signal", "signal"};

	(void)state;
	for (enum bw_hook h = 0; h < BW_HOOKS; h++) {
		assert_string_equal(bw_hook_info(h)->word, words[h]);
		assert_int_equal(strncmp(bw_hook_info(h)->macro, "HOOK_", 5), 0);
		assert_true(*bw_hook_info(h)->name);
		for (enum bw_hook other = 0; other < h; other++)
			assert_string_not_equal(bw_hook_info(h)->macro, bw_hook_info(other)->macro);
	}
}

static void a_hook_that_denies_is_tried_before_one_that_only_kills(void **state)
{
	(void)state;
	for (enum bw_hook h = 0; h < BW_HOOKS; h++)
		assert_int_equal(bw_hook_info(h)->denies, h < BW_HOOK_SIGNAL);
}

static void the_limits_of_weaker_hooks_are_named(void **state)
{
	(void)state;
	assert_null(bw_hook_info(BW_HOOK_LSM)->limits);
	assert_null(bw_hook_limits(BW_HOOK_LSM));
	assert_non_null(strstr(bw_hook_limits(BW_HOOK_OVERRIDE), "a link or a mount"));
	assert_non_null(strstr(bw_hook_limits(BW_HOOK_SIGNAL), "denies nothing"));
	assert_null(strstr(bw_hook_limits(BW_HOOK_SIGNAL), "a link or a mount"));
	assert_non_null(strstr(bw_hook_limits(BW_HOOK_SIGNAL_NAME), "denies nothing"));
	assert_non_null(strstr(bw_hook_limits(BW_HOOK_SIGNAL_NAME), "a link or a mount"));
}

static void fmod_ret_has_a_limit_on_a_kernel_that_preempts_alone(void **state)
{
	const char *limits = bw_hook_limits(BW_HOOK_FMOD_RET);

	(void)state;
	if (bw_preemption_is_full(""))
		assert_non_null(strstr(limits, "preemptible kernel"));
	else
		assert_null(limits);
}

/* Which of the hooks fit these needs, as a string of 1 and 0 in their order. */
static const char *fitting(bool deny, bool by_file, bool programs)
{
	static char fits[BW_HOOKS + 1];
	const struct bw_hook_needs needs = {.deny = deny, .by_file = by_file, .programs = programs};

	for (enum bw_hook h = 0; h < BW_HOOKS; h++)
		fits[h] = bw_hook_unfit(h, &needs) ? '0' : '1';
	return fits;
}

#ifdef __x86_64__
#define ON_X86 "1"
#else
#define ON_X86 "0"
#endif

static void each_need_rules_out_the_hooks_that_cannot_meet_it(void **state)
{
	(void)state;
	assert_string_equal(fitting(false, false, false), "11" ON_X86 "11");
	assert_string_equal(fitting(true, false, false), "11" ON_X86 "00");
	assert_string_equal(fitting(false, true, false), "11010");
	assert_string_equal(fitting(false, false, true), "11" ON_X86 "10");
	assert_string_equal(fitting(true, true, true), "11000");
}

static void the_reason_names_the_options_that_it_is_about(void **state)
{
	static const struct bw_hook_needs deny = {.deny = true}, by_file = {.by_file = true},
					  programs = {.programs = true}, holders = {.holders = true},
					  pin = {.pin = true}, test = {.test = true};

	(void)state;
	assert_non_null(strstr(bw_hook_unfit(BW_HOOK_SIGNAL, &deny), "--action deny"));
	assert_non_null(strstr(bw_hook_unfit(BW_HOOK_SIGNAL_NAME, &by_file), "--path and --dir"));
	assert_non_null(strstr(bw_hook_unfit(BW_HOOK_SIGNAL_NAME, &programs), "--except-exe"));
	for (enum bw_hook h = BW_HOOK_OVERRIDE; h < BW_HOOKS; h++) {
		assert_non_null(strstr(bw_hook_unfit(h, &holders), "--holders deny"));
		assert_non_null(strstr(bw_hook_unfit(h, &pin), "--pin needs lsm or fmod_ret"));
		assert_non_null(strstr(bw_hook_unfit(h, &test), "--self-test needs lsm or fmod_ret"));
	}
	for (enum bw_hook h = BW_HOOK_LSM; h < BW_HOOK_OVERRIDE; h++) {
		assert_null(bw_hook_unfit(h, &pin));
		assert_null(bw_hook_unfit(h, &test));
	}
	assert_null(bw_hook_unfit(BW_HOOK_LSM, &holders));
	assert_null(bw_hook_unfit(BW_HOOK_FMOD_RET, &holders));
}

static void a_hook_is_checked_against_the_running_kernel(void **state)
{
	const char *text;
	int r;

	(void)state;
	assert_int_equal(bw_hook_check(BW_HOOK_SIGNAL, false, "x"), 0);
	assert_int_equal(bw_hook_check(BW_HOOK_SIGNAL_NAME, false, "x"), 0);
	assert_int_equal(bw_hook_check(BW_HOOK_FMOD_RET, true, "x"), 0); /* the user takes its limits */
	capture();
	r = bw_hook_check(BW_HOOK_FMOD_RET, false, "x");
	text = captured();
	assert_int_equal(r, bw_preemption_is_full("") ? -ENOTSUP : 0);
	assert_int_equal(strstr(text, "--hook fmod_ret") != NULL, r < 0);
	capture();
	r = bw_hook_check(BW_HOOK_LSM, false, "x");
	text = captured();
	assert_int_equal(r, bw_lsm_active("", "bpf") == 0 ? -ENOTSUP : 0);
	assert_int_equal(strstr(text, "security modules") != NULL, r < 0);
}

/* The hooks' functions are those of the running kernel, if it has BTF. */
static void a_function_that_the_kernel_does_not_have_has_no_parameters(void **state)
{
	(void)state;
	for (enum bw_hook h = 0; h < BW_HOOKS; h++)
		assert_true(bw_hook_parameters(h, "no_such_function") < 0);
}

static void changes_are_seen_by_hooks_that_see_more_than_opens(void **state)
{
	static const struct bw_hook_needs changes = {.changes = true};

	(void)state;
	for (enum bw_hook h = 0; h < BW_HOOKS; h++)
		assert_int_equal(bw_hook_unfit(h, &changes) == NULL, h != BW_HOOK_SIGNAL_NAME);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(each_kind_of_hook_has_its_words_and_a_macro_of_its_own),
	cmocka_unit_test(a_hook_that_denies_is_tried_before_one_that_only_kills),
	cmocka_unit_test(the_limits_of_weaker_hooks_are_named),
	cmocka_unit_test(fmod_ret_has_a_limit_on_a_kernel_that_preempts_alone),
	cmocka_unit_test(each_need_rules_out_the_hooks_that_cannot_meet_it),
	cmocka_unit_test(the_reason_names_the_options_that_it_is_about),
	cmocka_unit_test(a_hook_is_checked_against_the_running_kernel),
	cmocka_unit_test(a_function_that_the_kernel_does_not_have_has_no_parameters),
	cmocka_unit_test(changes_are_seen_by_hooks_that_see_more_than_opens),
};

UNIT_MODULE("enforce/hook", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program/image.h"
#include "program/plan.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

static const struct bw_plan_binding *binding_of(struct bw_plan *plan, const char *function)
{
	for (size_t i = 0; i < plan->n; i++)
		if (strcmp(plan->bindings[i].function, function) == 0)
			return &plan->bindings[i];
	return NULL;
}

static const struct {
	const char *function, *word, *target;
} by_name[] = {
	{"kprobe__vfs_open", "kprobe", "vfs_open"},
	{"kretprobe__vfs_open", "kretprobe", "vfs_open"},
	{"tracepoint__sched__sched_switch", "tracepoint", "sched__sched_switch"},
	{"raw_tracepoint__sys_enter", "raw tracepoint", "sys_enter"},
	{"kfunc__vfs_open", "kfunc", "vfs_open"},
	{"kfunc__vmlinux__vfs_open", "kfunc", "vfs_open"},
	{"kretfunc__vmlinux__vfs_open", "kretfunc", "vfs_open"},
	{"lsm__file_open", "LSM", "file_open"},
	{"kmod_ret__security_file_open", "fmod_ret", "security_file_open"},
	{"kprobe____ia32_compat_sys_open", "kprobe", "__ia32_compat_sys_open"},
#ifdef __x86_64__
	{"syscall__execve", "kprobe", "__x64_sys_execve"},
	{"kprobe__sys_clone", "kprobe", "__x64_sys_clone"},
	{"kretprobe____arm64_sys_clone", "kretprobe", "__x64_sys_clone"},
#endif
};

/* As in BCC, on the machine that this is. */
static void the_name_of_a_function_decides_its_hook(void **state)
{
	struct bw_image_program programs[LENGTH(by_name)];
	struct bw_image image = {.programs = programs, .n_programs = LENGTH(by_name)};
	struct bw_plan plan = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(by_name); i++)
		programs[i] = (struct bw_image_program){by_name[i].function, NULL, 0};
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	for (size_t i = 0; i < LENGTH(by_name); i++) {
		const struct bw_plan_binding *b = binding_of(&plan, by_name[i].function);

		assert_non_null(b);
		assert_string_equal(b->kind->word, by_name[i].word);
		assert_string_equal(b->target, by_name[i].target);
		assert_int_equal(b->program, i);
	}
	bw_plan_free(&plan);
	programs[0].name = "plain";
	assert_int_equal(bw_plan_complete(&plan, &image), -EINVAL);
	bw_plan_free(&plan);
	image.n_programs = 0;
	assert_int_equal(bw_plan_complete(&plan, &image), -EINVAL);
}

static void what_follows_processes_comes_first_and_the_rest_as_it_was(void **state)
{
	static const char *const wanted[] = {"kfunc__wake_up_new_task", "tracepoint__sched__sched_process_fork",
					     "kprobe__x", "kprobe__y"};
	struct bw_image_program programs[] = {
		{"kprobe__x", NULL, 0}, {wanted[0], NULL, 0}, {"kprobe__y", NULL, 0}, {wanted[1], NULL, 0}};
	struct bw_image image = {.programs = programs, .n_programs = LENGTH(programs)};
	struct bw_plan plan = {0};

	(void)state;
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	assert_int_equal(plan.n, LENGTH(wanted));
	for (size_t i = 0; i < LENGTH(wanted); i++) {
		assert_string_equal(plan.bindings[i].function, wanted[i]);
		assert_string_equal(programs[plan.bindings[i].program].name, wanted[i]);
	}
	bw_plan_free(&plan);
}

static void a_lenient_plan_leaves_out_what_nothing_attaches(void **state)
{
	struct bw_image_program programs[] = {{"optional", NULL, 0}, {"kprobe__x", NULL, 0}};
	struct bw_image image = {.programs = programs, .n_programs = 2};
	struct bw_plan plan = {.lenient = true};

	(void)state;
	capture();
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	assert_non_null(strstr(captured(), "'optional' is not attached"));
	assert_int_equal(plan.n, 1);
	assert_string_equal(plan.bindings[0].function, "kprobe__x");
	bw_plan_free(&plan);
	/* Nothing is attached. */
	plan.lenient = true;
	image.n_programs = 1;
	capture();
	assert_int_equal(bw_plan_complete(&plan, &image), -EINVAL);
	assert_non_null(strstr(captured(), "cannot attach 'optional'"));
	bw_plan_free(&plan);
}

static void what_an_option_names_has_a_form(void **state)
{
	static const char *const bad[][2] = {{"kprobe", "f"},
					     {"kprobe", ":f"},
					     {"kprobe", "vfs_open:"},
					     {"kprobe", "a b:f"},
					     {"tracepoint", "sched:f"},
					     {"tracepoint", ":x:f"},
					     {"raw-tracepoint", "a:b:f"},
					     {"kprobe", "vfs_open+:f"},
					     {"kprobe", "vfs_open+x:f"},
					     {"kprobe", "+4:f"},
					     {"kretprobe", "vfs_open+4:f"},
					     {"uprobe", "libc.so:open:f"},
					     {"uprobe", "lib/c:open:f"},
					     {"uprobe", ":open:f"},
					     {"uprobe", "/bin/cat:f"},
					     {"uretprobe", "/bin/cat::f"}};
	struct bw_plan plan = {0};
	const char *why;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		assert_int_equal(bw_plan_add(&plan, bw_probe_of_option(bad[i][0]), bad[i][1], &why), -EINVAL);
		assert_non_null(why);
	}
	bw_plan_free(&plan);
}

/* By option, which goes before the name. */
static void an_option_decides_the_hook_before_the_name_does(void **state)
{
	struct bw_image_program programs[] = {{"plain", NULL, 0}, {"kprobe__x", NULL, 0}};
	struct bw_image image = {.programs = programs, .n_programs = 2};
	struct bw_plan plan = {0};
	const char *why;

	(void)state;
	assert_null(bw_probe_of_option("lsm"));
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("kprobe"), "vfs_read:plain", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("uretprobe"), "/a:b/c:d:plain", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("kretprobe"), "y:kprobe__x", &why), 0);
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	assert_int_equal(plan.n, 3);
	assert_string_equal(plan.bindings[1].target, "/a:b/c:d");
	assert_string_equal(binding_of(&plan, "kprobe__x")->target, "y");
	/* Two types, and a function that is not there. */
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("tracepoint"), "a:b:plain", &why), 0);
	assert_int_equal(bw_plan_complete(&plan, &image), -EINVAL);
	bw_plan_free(&plan);
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("kprobe"), "vfs_read:none", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("kprobe"), "vfs_read:plain", &why), 0);
	assert_int_equal(bw_plan_complete(&plan, &image), -ENOENT);
	bw_plan_free(&plan);
}

/* A hook that can be created for one target alone. */
static int check_good(const char *target)
{
	return strcmp(target, "good") == 0 ? 0 : -ENOENT;
}

static void the_first_hook_that_cannot_be_had_is_given(void **state)
{
	const struct bw_probe_kind kind = {.word = "fake", .type = BPF_PROG_TYPE_KPROBE, .check = check_good};
	struct bw_plan_binding bindings[] = {
		{.function = (char *)"f", .kind = &kind, .target = (char *)"good", .created = -1},
		{.function = (char *)"f", .kind = &kind, .target = (char *)"bad", .created = -1},
		{.function = (char *)"f", .kind = &kind, .target = (char *)"worse", .created = -1}};
	struct bw_image_program programs[] = {{"f", NULL, 0}};
	const struct bw_image image = {.programs = programs, .n_programs = 1};
	struct bw_plan plan = {.bindings = bindings, .n = 3};
	const struct bw_plan_binding *failed = NULL;

	(void)state;
	assert_int_equal(bw_plan_check(&plan, &image, &failed), -ENOENT);
	assert_ptr_equal(failed, &bindings[1]);
	plan.n = 1;
	assert_int_equal(bw_plan_check(&plan, &image, &failed), 0);
	assert_null(failed);
}

/* Of what a pattern stands for, what can't be had is counted, and left out where that is asked for. */
static void what_matches_is_checked_to_the_end(void **state)
{
	const struct bw_probe_kind kind = {.word = "fake", .type = BPF_PROG_TYPE_KPROBE, .check = check_good};
	struct bw_image_program programs[] = {{"f", NULL, 0}};
	const struct bw_image image = {.programs = programs, .n_programs = 1};
	const char *const targets[] = {"bad", "good", "worse", "good"};

	(void)state;
	for (int best_effort = 0; best_effort < 2; best_effort++) {
		struct bw_plan plan = {.best_effort = best_effort};
		const struct bw_plan_binding *failed;

		plan.bindings = calloc(LENGTH(targets), sizeof(*plan.bindings));
		for (plan.n = 0; plan.n < LENGTH(targets); plan.n++)
			plan.bindings[plan.n] = (struct bw_plan_binding){.function = strdup("f"),
									 .kind = &kind,
									 .target = strdup(targets[plan.n]),
									 .created = -1,
									 .cpu = -1,
									 .matched = true};
		assert_int_equal(bw_plan_check(&plan, &image, &failed), best_effort ? 0 : -ENOENT);
		assert_ptr_equal(failed, best_effort ? NULL : &plan.bindings[0]);
		assert_int_equal(plan.n_refused, 2);
		assert_int_equal(bw_plan_hooks(&plan), best_effort ? 2 : 4);
		bw_plan_free(&plan);
	}
}

static void a_perf_event_has_a_form(void **state)
{
	const struct bw_probe_kind *kind = bw_probe_of_option("perf-event");
	const char *const good[] = {"cpu-clock", "cpu-clock:freq=49", "faults:period=100", "cs",
				    "cycles:period=1000000"};
	const char *const bad[] = {"",
				   "clock",
				   "cpu-clock:",
				   "cpu-clock:freq=0",
				   "cpu-clock:period=",
				   "cpu-clock:freq=x",
				   "cpu-clock:49",
				   "cpu-clock:freq=1:period=2"};

	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++)
		assert_true(kind->is_target(good[i]));
	for (size_t i = 0; i < LENGTH(bad); i++)
		assert_false(kind->is_target(bad[i]));
}

/* It is one hook, with a binding for each CPU. */
static void a_perf_event_is_attached_to_each_cpu(void **state)
{
	struct bw_image_program programs[] = {{"f", NULL, 0}};
	const struct bw_image image = {.programs = programs, .n_programs = 1};
	struct bw_plan plan = {0};
	const char *why;

	(void)state;
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("perf-event"), "cpu-clock:freq=49:f", &why), 0);
	assert_string_equal(plan.bindings[0].target, "cpu-clock:freq=49");
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	assert_int_equal(plan.n, sysconf(_SC_NPROCESSORS_ONLN));
	for (size_t i = 0; i < plan.n; i++)
		assert_true(plan.bindings[i].cpu >= 0 && !plan.bindings[i].matched);
	assert_int_equal(bw_plan_hooks(&plan), 1);
	bw_plan_free(&plan);
}

static void an_override_that_is_no_kprobe_ends_the_check(void **state)
{
	const struct bpf_insn insns[] = {{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_override_return}};
	const struct bw_probe_kind kind = {.word = "fake", .type = BPF_PROG_TYPE_KPROBE, .check = check_good};
	struct bw_plan_binding binding = {
		.function = (char *)"f", .kind = &kind, .target = (char *)"good", .created = -1};
	struct bw_image_program programs[] = {{"f", insns, 1}};
	const struct bw_image image = {.programs = programs, .n_programs = 1};
	struct bw_plan plan = {.bindings = &binding, .n = 1};
	const struct bw_plan_binding *failed = &binding;

	(void)state;
	capture();
	assert_int_equal(bw_plan_check(&plan, &image, &failed), -EINVAL);
	assert_non_null(strstr(captured(), "only a kprobe can override"));
	assert_null(failed); /* it is reported */
}

/* A program that is attached through BTF has one hook; two names for the same type are two hooks. */
static void a_function_has_several_hooks_of_one_type(void **state)
{
	struct bw_image_program programs[] = {{"kfunc__vfs_open", NULL, 0}};
	const struct bw_image image = {.programs = programs, .n_programs = 1};
	struct bw_plan plan = {0};
	const char *why;

	(void)state;
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("kprobe"), "a:kfunc__vfs_open", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("kretprobe"), "a:kfunc__vfs_open", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_probe_of_option("uprobe"), "/b:a:kfunc__vfs_open", &why), 0);
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	assert_int_equal(plan.n, 3); /* and none by its name, since it has some */
	bw_plan_free(&plan);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(the_first_hook_that_cannot_be_had_is_given),
	cmocka_unit_test(what_matches_is_checked_to_the_end),
	cmocka_unit_test(a_perf_event_has_a_form),
	cmocka_unit_test(a_perf_event_is_attached_to_each_cpu),
	cmocka_unit_test(an_override_that_is_no_kprobe_ends_the_check),
	cmocka_unit_test(a_function_has_several_hooks_of_one_type),
	cmocka_unit_test(the_name_of_a_function_decides_its_hook),
	cmocka_unit_test(what_an_option_names_has_a_form),
	cmocka_unit_test(what_follows_processes_comes_first_and_the_rest_as_it_was),
	cmocka_unit_test(a_lenient_plan_leaves_out_what_nothing_attaches),
	cmocka_unit_test(an_option_decides_the_hook_before_the_name_does),
};

UNIT_MODULE("program/plan", NULL, NULL);

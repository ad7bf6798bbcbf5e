/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "kernel/attachable.h"
#include "kernel/function.h"
#include "tests/unit/facts.h"
#include "tests/unit/root.h"
#include "tests/unit/small_kernel.h"

static struct bw_attachable_verdict kprobe_of(const char *name, struct bw_function *f)
{
	struct bw_attachable_verdict verdict;

	bw_function_read_all(root, &name, 1, f);
	bw_attachable_kprobe(f, &verdict);
	return verdict;
}

static void a_kprobe_is_possible_where_the_lists_of_the_kernel_say_so(void **state)
{
	static const struct {
		const char *name;
		enum bw_function_answer can;
		const char *why;
	} cases[] = {
		{"vfs_read", BW_YES, ""},
		{"ext4_open", BW_YES, ""},
		{"twice", BW_UNKNOWN, "2 functions"},
		{"black", BW_NO, "blacklist"},
		{"silent", BW_NO, "available_filter_functions"},
		{"start_it", BW_NO, "__init"},
		{"not_a_function", BW_NO, "no such function"},
		{"vfs_rea", BW_NO, "no such function"},
	};
	struct bw_function f = {0};

	(void)state;
	assert_int_equal(kprobe_of("vfs_read", &f).can, BW_NO); /* there are no kprobes */
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	assert_int_equal(kprobe_of("vfs_read", &f).can, BW_UNKNOWN); /* there are no lists at all */
	put_kernel();
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct bw_attachable_verdict v = kprobe_of(cases[i].name, &f);

		if (v.can != cases[i].can || !strstr(v.why, cases[i].why))
			fail_msg("%s: %d, %s", cases[i].name, v.can, v.why);
	}
	kprobe_of("ext4_open", &f);
	assert_int_equal(f.type, 't');
	assert_string_equal(f.modules[0], "ext4");
	kprobe_of("twice", &f);
	assert_int_equal(f.copies, 2);
	/* A kernel without ftrace has no such list, and that is no reason. */
	remove_file("/sys/kernel/tracing/available_filter_functions");
	assert_int_equal(kprobe_of("silent", &f).can, BW_YES);
	assert_int_equal(kprobe_of("black", &f).can, BW_NO);
}

static void override_of(const struct bw_function *f, struct bw_attachable_verdict *v)
{
	struct bw_attachable_verdict kprobe;

	bw_attachable_kprobe(f, &kprobe);
	bw_attachable_override(f, &kprobe, v);
}

/* A function of that name of the small kernel, on a machine that has what fentry and overrides need. */
static void read_function(const char *name, struct bw_function *f)
{
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put_kernel();
	assert_int_equal(bw_function_read_all(root, &name, 1, f), 0);
	f->has_direct = f->has_override = true;
}

static const struct bw_function_type ordinary = {
	.has_btf = true, .is_known = true, .parameters = 3, .returns_number = true};

static void a_hook_that_the_kernel_lacks_is_refused_with_the_reason(void **state)
{
	struct bw_function f = {0};
	struct bw_attachable_verdict v;

	(void)state;
	read_function("vfs_read", &f);
	f.has_direct = f.has_override = false;
	bw_attachable_fentry(&f, &ordinary, &v);
	assert_int_equal(v.can, BW_NO);
	assert_non_null(strstr(v.why, "DIRECT_CALLS"));
	override_of(&f, &v);
	assert_int_equal(v.can, BW_NO);
	assert_non_null(strstr(v.why, "CONFIG_BPF_KPROBE_OVERRIDE"));
}

static void an_ordinary_function_has_fentry_but_neither_fmod_ret_nor_override(void **state)
{
	struct bw_function_type type = ordinary;
	struct bw_function f = {0};
	struct bw_attachable_verdict v;

	(void)state;
	read_function("vfs_read", &f);
	bw_attachable_fentry(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_NO);
	override_of(&f, &v);
	assert_int_equal(v.can, BW_NO);
	assert_non_null(strstr(v.why, "error-injection list"));
	type.is_variadic = true;
	bw_attachable_fentry(&f, &type, &v);
	assert_int_equal(v.can, BW_NO);
}

static void security_hooks_and_error_injection_functions_have_fmod_ret(void **state)
{
	struct bw_function_type type = ordinary;
	struct bw_function f = {0};
	struct bw_attachable_verdict v;

	(void)state;
	read_function("security_file_open", &f);
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	read_function("__x64_sys_open", &f);
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	override_of(&f, &v);
	assert_int_equal(v.can, BW_YES);
	type.returns_number = false;
	bw_attachable_fmod_ret(&f, &type, &v);
	assert_int_equal(v.can, BW_YES);
	assert_non_null(strstr(v.why, "no number"));
}

static void an_lsm_hook_is_possible_where_bpf_is_among_the_security_modules(void **state)
{
	struct bw_function_type type = ordinary;
	struct bw_attachable_verdict v;

	(void)state;
	bw_attachable_lsm(root, &type, &v);
	assert_int_equal(v.can, BW_NO);
	type.lsm = 7;
	bw_attachable_lsm(root, &type, &v); /* securityfs is not there */
	assert_int_equal(v.can, BW_YES);
	put("/sys/kernel/security/lsm", "lockdown,yama");
	bw_attachable_lsm(root, &type, &v);
	assert_int_equal(v.can, BW_NO);
	assert_non_null(strstr(v.why, "not among"));
}

/* What is said must be so; of a name that several bear it may be left open. */
static void check_truth(const char *kernel, const char *name, int error)
{
	struct bw_function f = {0};
	struct bw_attachable_verdict v;

	assert_int_equal(bw_function_read_all(root, &name, 1, &f), 0);
	bw_attachable_kprobe(&f, &v);
	if (v.can == BW_UNKNOWN ? f.copies < 2 : (v.can == BW_YES) != (error == 0))
		fail_msg("%s: %s: told %d (%s), attaching gave %d", kernel, name, v.can, v.why, error);
	if ((v.can == BW_NO) != (*v.why != '\0' && v.can != BW_UNKNOWN))
		fail_msg("%s: %s: %d without a reason", kernel, name, v.can);
}

static void check_kernel(const char *kernel, const char *truth)
{
	BW_FREE char *copy = strdup(truth);
	char *rest = copy;
	const char *name;
	int n = 0;

	for (char *line; (line = strsep(&rest, "\n"));) {
		if (strcmp(strsep(&line, " "), "kprobe") != 0)
			continue;
		name = strsep(&line, " ");
		check_truth(kernel, name, (int)strtol(line, NULL, 10));
		n++;
	}
	if (n < 30)
		fail_msg("%s: %d functions", kernel, n);
}

static void attaching_to_real_kernels_bears_out_what_is_said(void **state)
{
	(void)state;
	each_kernel(check_kernel);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(attaching_to_real_kernels_bears_out_what_is_said),
	IN_ROOT(a_kprobe_is_possible_where_the_lists_of_the_kernel_say_so),
	IN_ROOT(a_hook_that_the_kernel_lacks_is_refused_with_the_reason),
	IN_ROOT(an_ordinary_function_has_fentry_but_neither_fmod_ret_nor_override),
	IN_ROOT(security_hooks_and_error_injection_functions_have_fmod_ret),
	IN_ROOT(an_lsm_hook_is_possible_where_bpf_is_among_the_security_modules),
};

UNIT_MODULE("kernel/attachable", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "program/probe.h"
#include "tests/unit/capture.h"
#include "tests/unit/made_types.h"
#include "tests/unit/unit.h"

static void a_name_that_names_no_hook_has_no_kind(void **state)
{
	static const char *const names[] = {"plain",	     "kprobe", "kprobe__",  "syscall__",
					    "lsm_file_open", "",       "xkprobe__y"};
	const struct bw_probe_kind *kind;
	char *target = NULL;

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++)
		assert_int_equal(bw_probe_of_name(names[i], &kind, &target), -ENOENT);
	assert_null(target);
}

static void a_target_has_the_form_that_its_option_says(void **state)
{
	static const struct {
		const char *option, *target;
		bool good;
	} cases[] = {
		{"kprobe", "vfs_open", true},	  {"kprobe", "", false},
		{"kprobe", "a b", false},	  {"kprobe", "a:b", false},
		{"kprobe", "a/b", false},	  {"tracepoint", "a:b", true},
		{"tracepoint", "a", false},	  {"tracepoint", ":b", false},
		{"tracepoint", "a:", false},	  {"tracepoint", "a:b:c", false},
		{"tracepoint", "a b:c", false},	  {"raw-tracepoint", "a", true},
		{"raw-tracepoint", "a:b", false}, {"uprobe", "/bin/cat:main", true},
		{"uprobe", "cat.so:main", false}, {"uprobe", "c:getenv", true},
		{"uprobe", "a/b:c", false},	  {"kprobe", "a+4", true},
		{"kprobe", "a+0x10", true},	  {"kprobe", "a+x", false},
		{"kprobe", "+4", false},	  {"kretprobe", "a+4", false},
		{"uprobe", "/bin/cat", false},	  {"uprobe", "/bin/cat:", false},
		{"uretprobe", "/a:b:c", true},	  {"uretprobe", "/a:b/c", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct bw_probe_kind *kind = bw_probe_of_option(cases[i].option);

		assert_non_null(kind);
		if (kind->is_target(cases[i].target) != cases[i].good)
			fail_msg("%s %s", cases[i].option, cases[i].target);
	}
}

static void only_kinds_that_any_function_can_go_to_have_an_option(void **state)
{
	static const char *const none[] = {"lsm", "LSM", "kfunc", "kretfunc", "fmod_ret", "raw tracepoint", ""};

	(void)state;
	for (size_t i = 0; i < LENGTH(none); i++)
		assert_null(bw_probe_of_option(none[i]));
}

static void return_probes_can_miss_returns_and_others_cannot(void **state)
{
	(void)state;
	assert_int_equal(bw_probe_of_option("kprobe")->returns, BW_PROBE_RETURN_NONE);
	assert_int_equal(bw_probe_of_option("kretprobe")->returns, BW_PROBE_RETURN_AT_ONCE);
	assert_int_equal(bw_probe_of_option("uprobe")->returns, BW_PROBE_RETURN_NONE);
	assert_int_equal(bw_probe_of_option("uretprobe")->returns, BW_PROBE_RETURN_NESTED);
	assert_int_equal(bw_probe_of_option("tracepoint")->returns, BW_PROBE_RETURN_NONE);
}

static const struct bw_probe_kind *kind_of(const char *name)
{
	const struct bw_probe_kind *kind;
	char *target;

	assert_int_equal(bw_probe_of_name(name, &kind, &target), 0);
	free(target);
	return kind;
}

static void a_program_attached_through_btf_is_loaded_for_the_function_of_its_kind(void **state)
{
	uint32_t function, id = 0, hook;
	struct btf *btf = made_types(&function);

	(void)state;
	hook = (uint32_t)btf__add_func(btf, "bpf_lsm_f", BTF_FUNC_STATIC, 1);
	assert_int_equal(bw_probe_function(kind_of("kfunc__f"), "f", btf, &id), 0);
	assert_int_equal(id, function);
	assert_int_equal(bw_probe_function(kind_of("lsm__f"), "f", btf, &id), 0);
	assert_int_equal(id, hook);
	assert_int_equal(bw_probe_function(kind_of("lsm__g"), "g", btf, &id), -ENOENT);
	btf__free(btf);
}

static void each_error_of_a_kind_is_explained_with_its_target(void **state)
{
	static const struct {
		const char *name, *target;
		int error;
		const char *message;
	} cases[] = {
		{"kprobe__x", "x_none", -ENODEV, "CONFIG_KPROBE_EVENTS"},
		{"kprobe__x", "x_none", -ENOENT, "'x_none': no such function"},
		{"kprobe__x", "x_none", -EADDRNOTAVAIL, "'x_none': ambiguous"},
		{"kprobe__x", "x_none", -EMFILE, "'x_none'"},
		{"tracepoint__a__b", "a__b", -EINVAL, "'tracepoint__a__b'"},
		{"tracepoint__a__b", "a__b", -ENOENT, "no such tracepoint"},
		{"raw_tracepoint__x", "x", -ENOENT, "'x': no such raw tracepoint"},
		{"lsm__x", "x_none", -EOPNOTSUPP, "security modules"},
		{"lsm__x", "x_none", -ENODEV, "no BTF"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const char *text;

		capture();
		kind_of(cases[i].name)->explain(cases[i].target, cases[i].error);
		text = captured();
		if (strncmp(text, "bccwatch: ", 10) != 0 || !strstr(text, cases[i].message))
			fail_msg("%s %d: %s", cases[i].name, cases[i].error, text);
	}
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_name_that_names_no_hook_has_no_kind),
	cmocka_unit_test(a_target_has_the_form_that_its_option_says),
	cmocka_unit_test(only_kinds_that_any_function_can_go_to_have_an_option),
	cmocka_unit_test(return_probes_can_miss_returns_and_others_cannot),
	cmocka_unit_test(a_program_attached_through_btf_is_loaded_for_the_function_of_its_kind),
	cmocka_unit_test(each_error_of_a_kind_is_explained_with_its_target),
};

UNIT_MODULE("program/probe", NULL, NULL);

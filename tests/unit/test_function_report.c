/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "cmd/command_table.h"
#include "cmd/function_report.h"
#include "tests/unit/capture.h"
#include "tests/unit/made_types.h"
#include "tests/unit/root.h"

static struct btf *btf;
static uint32_t first;
static struct bw_function_facts_ids ids;

/* What is known of a function "f" that a kprobe can be put on. */
static const struct bw_function found = {.name = "f",
					 .has_kprobes = true,
					 .copies = 1,
					 .type = 'T',
					 .address = 0xffffffff81000000,
					 .has_direct = true,
					 .traceable = BW_YES,
					 .blacklisted = BW_NO,
					 .listed = BW_NO};

static int begin(void **state)
{
	static const char *const name = "f";

	(void)state;
	btf = made_types(&first);
	return bw_function_facts_find_ids(btf, &name, 1, &ids);
}

static int end(void **state)
{
	(void)state;
	btf__free(btf);
	return 0;
}

static const char *report(const struct bw_function *f, enum bw_function_report_hook asked,
			  enum bw_function_report_form form, bool expand, int status)
{
	static struct bw_function_facts facts;
	const char *text;
	int r;

	bw_function_facts_read(&facts, btf, f, &ids);
	capture();
	r = bw_function_report_print(&facts, asked, form, expand);
	text = captured();
	bw_function_facts_close(&facts);
	if (r != status)
		fail_msg("%d: %s", r, text);
	return text;
}

static void a_report_has_the_signature_and_the_structs_if_they_are_asked_for(void **state)
{
	const char *text = report(&found, BW_ASKED_KPROBE, BW_FORM_TEXT, false, BW_EXIT_OK);

	(void)state;
	assert_non_null(strstr(text,
			       "int f(const char *name, struct key *ctx, unsigned long n, enum kind kind, void *, "
			       "struct key whole, ...)"));
	assert_null(strstr(text, "struct key {"));
	text = report(&found, BW_ASKED_KPROBE, BW_FORM_TEXT, true, BW_EXIT_OK);
	assert_non_null(strstr(text, "struct key {\n\tint serial;"));
}

static void the_exit_code_is_whether_the_hook_that_was_asked_for_can_be_had(void **state)
{
	struct bw_function f = found;

	(void)state;
	report(&f, BW_ASKED_KPROBE, BW_FORM_TEXT, false, BW_EXIT_OK);
	f.blacklisted = BW_YES;
	report(&f, BW_ASKED_KPROBE, BW_FORM_TEXT, false, BW_EXIT_FAILED);
	report(&f, BW_ASKED_FMOD_RET, BW_FORM_TEXT, false, BW_EXIT_FAILED);
	report(&f, BW_ASKED_LSM, BW_FORM_TEXT, false, BW_EXIT_FAILED);
}

static void json_is_one_object_a_function(void **state)
{
	const char *text = report(&found, BW_ASKED_KPROBE, BW_FORM_JSON, false, BW_EXIT_OK);

	(void)state;
	assert_int_equal(text[0], '{');
	assert_string_equal(text + strlen(text) - 2, "}\n");
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_non_null(strstr(text, "\"f\""));
}

static void a_stub_is_a_program_for_the_hook(void **state)
{
	(void)state;
	assert_non_null(strstr(report(&found, BW_ASKED_KPROBE, BW_FORM_STUB, false, BW_EXIT_OK),
			       "int kprobe__f(struct pt_regs *ctx, "));
}

#define REPORTED(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	REPORTED(a_report_has_the_signature_and_the_structs_if_they_are_asked_for),
	REPORTED(the_exit_code_is_whether_the_hook_that_was_asked_for_can_be_had),
	REPORTED(json_is_one_object_a_function),
	REPORTED(a_stub_is_a_program_for_the_hook),
};

UNIT_MODULE("cmd/function_report", NULL, NULL);

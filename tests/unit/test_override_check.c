/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "program/override_check.h"
#include "tests/unit/capture.h"
#include "tests/unit/unit.h"

/* A program of one kind that is not a kprobe: whether it is let pass shows whether an override was seen in it. */
static int check(const struct bpf_insn *insns, uint32_t n)
{
	const struct bw_image_program program = {"f", insns, n};
	const char *text;
	int r;

	capture();
	r = bw_override_check_program(&program, bw_probe_of_option("tracepoint"), "a:b");
	text = captured();
	if (r < 0)
		assert_non_null(strstr(text, "'f': only a kprobe can override a function"));
	else
		assert_string_equal(text, "");
	return r;
}

static const struct bpf_insn override = {.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_override_return};

static void an_override_in_a_program_that_is_no_kprobe_is_refused(void **state)
{
	const struct bpf_insn insns[] = {{.code = BPF_ALU64 | BPF_MOV}, override, {.code = BPF_JMP | BPF_EXIT}};

	(void)state;
	assert_int_equal(check(insns, LENGTH(insns)), -EINVAL);
}

static void a_program_without_an_override_passes(void **state)
{
	const struct bpf_insn other[] = {{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_override_return + 1}};
	/* A call of another function of the program, which has that number. */
	const struct bpf_insn local[] = {
		{.code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL, .imm = BPF_FUNC_override_return}};

	(void)state;
	assert_int_equal(check(other, LENGTH(other)), 0);
	assert_int_equal(check(local, LENGTH(local)), 0);
	assert_int_equal(check(NULL, 0), 0);
}

static void the_second_half_of_a_long_number_is_no_instruction(void **state)
{
	const struct bpf_insn insns[] = {{.code = BPF_LD | BPF_IMM | BPF_DW}, override, {.code = BPF_JMP | BPF_EXIT}};

	(void)state;
	assert_int_equal(check(insns, LENGTH(insns)), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(an_override_in_a_program_that_is_no_kprobe_is_refused),
	cmocka_unit_test(a_program_without_an_override_passes),
	cmocka_unit_test(the_second_half_of_a_long_number_is_no_instruction),
};

UNIT_MODULE("program/override_check", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/calls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int add_part(struct bw_calls_code *code, const struct bw_object_function *f)
{
	struct bw_calls_part *parts = realloc(code->parts, (code->n_parts + 1) * sizeof(*parts));
	struct bpf_insn *insns;

	if (!parts)
		return -ENOMEM;
	code->parts = parts;
	insns = realloc(code->insns, (code->n + f->n) * sizeof(*insns));
	if (!insns)
		return -ENOMEM;
	code->insns = insns;
	memcpy(insns + code->n, f->insns, f->n * sizeof(*insns));
	parts[code->n_parts++] = (struct bw_calls_part){*f, code->n};
	code->n += f->n;
	return 0;
}

/*
 * The function that an instruction calls: at so many instructions from the symbol that it refers to, or from itself,
 * where LLVM has resolved it since both are in one section.
 */
static bool find_called(const struct bw_object *o, const struct bw_object_function *f, uint32_t insn,
			struct bw_object_function *called)
{
	struct bw_object_reference r;
	int64_t distance = ((int64_t)f->insns[insn].imm + 1) * (int64_t)sizeof(*f->insns);

	if (!bw_object_reference(o, f, insn, &r))
		return bw_object_function_at(o, f->section, f->offset + insn * sizeof(*f->insns) + (uint64_t)distance,
					     called);
	return r.type == BW_R_BPF_64_32 && bw_object_function_at(o, r.section, r.offset + (uint64_t)distance, called);
}

/* The part that the function is, which is added if there is none yet. Its index, or -errno. */
static int part_of(struct bw_calls_code *code, const struct bw_object_function *f)
{
	int r;

	for (uint32_t i = 0; i < code->n_parts; i++)
		if (code->parts[i].function.insns == f->insns)
			return (int)i;
	r = add_part(code, f);
	return r < 0 ? r : (int)code->n_parts - 1;
}

static int link_call(const struct bw_object *o, struct bw_calls_code *code, uint32_t part, uint32_t insn)
{
	struct bw_object_function f = code->parts[part].function, called;
	uint32_t at = code->parts[part].first + insn;
	int to;

	if (!find_called(o, &f, insn, &called)) {
		fprintf(stderr, "%s: calls a function that is not in the source\n", f.name);
		return -ENOTSUP;
	}
	to = part_of(code, &called);
	if (to < 0)
		return to;
	code->insns[at].imm = (int32_t)code->parts[to].first - (int32_t)at - 1;
	return 0;
}

static int link_part(const struct bw_object *o, struct bw_calls_code *code, uint32_t part)
{
	struct bw_object_function f = code->parts[part].function;
	int r = 0;

	for (uint32_t i = 0; i < f.n && r == 0; i++) {
		const struct bpf_insn *insn = &f.insns[i];

		if (insn->code == (BPF_LD | BPF_IMM | BPF_DW))
			i++;
		else if (insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL)
			r = link_call(o, code, part, i);
	}
	return r;
}

int bw_calls_link(const struct bw_object *o, const struct bw_object_function *program, struct bw_calls_code *code)
{
	int r;

	*code = (struct bw_calls_code){0};
	r = add_part(code, program);
	for (uint32_t i = 0; i < code->n_parts && r == 0; i++)
		r = link_part(o, code, i);
	return r;
}

void bw_calls_free(struct bw_calls_code *code)
{
	free(code->insns);
	free(code->parts);
	*code = (struct bw_calls_code){0};
}

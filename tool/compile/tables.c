/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/tables.h"

#include <bcc/bcc_common.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "compile/btf_layout.h"

/* A table's number is how many maps were created from it on, as a negative number. */
static int number_tables(struct bw_tables *t)
{
	BW_FREE uint32_t *ids = calloc(t->n + 1, sizeof(*ids));

	t->numbers = calloc(t->n + 1, sizeof(*t->numbers));
	if (!ids || !t->numbers)
		return -ENOMEM;
	for (size_t i = 0; i < t->n; i++)
		if (bw_btf_layout_map_id(bpf_table_fd_id(t->module, i), &ids[i]) < 0)
			return -ENOENT;
	for (size_t i = 0; i < t->n; i++)
		for (size_t k = 0; k < t->n; k++)
			t->numbers[i] -= ids[k] >= ids[i];
	return 0;
}

/* Has libbcc put the descriptors into its copy of the program as the numbers say? */
static bool agrees(const struct bw_tables *t, const struct bw_object_function *f, const struct bpf_insn *copy)
{
	for (uint32_t i = 0; i + 1 < f->n; i++) {
		if (f->insns[i].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (f->insns[i].src_reg == BPF_PSEUDO_MAP_FD &&
		    bw_tables_by_number(t, f->insns[i].imm) != bw_tables_by_fd(t, copy[i].imm))
			return false;
		i++;
	}
	return true;
}

static bool all_agree(const struct bw_tables *t, const struct bw_object *o)
{
	struct bw_object_function f;

	for (size_t i = 0; i < bpf_num_functions(t->module); i++)
		if (bw_object_function(o, bpf_function_name(t->module, i), &f) &&
		    (bpf_function_size_id(t->module, i) < f.n * sizeof(*f.insns) ||
		     !agrees(t, &f, bpf_function_start_id(t->module, i))))
			return false;
	return true;
}

int bw_tables_find(struct bw_tables *t, void *module, const struct bw_object *o)
{
	int r;

	*t = (struct bw_tables){.module = module, .n = bpf_num_tables(module)};
	r = number_tables(t);
	if (r < 0 || !all_agree(t, o))
		bw_tables_free(t);
	return r == -ENOMEM ? r : 0;
}

void bw_tables_free(struct bw_tables *t)
{
	free(t->numbers);
	t->numbers = NULL;
}

size_t bw_tables_by_fd(const struct bw_tables *t, int fd)
{
	size_t i = 0;

	while (i < t->n && bpf_table_fd_id(t->module, i) != fd)
		i++;
	return i;
}

size_t bw_tables_by_number(const struct bw_tables *t, int32_t number)
{
	size_t i = 0;

	while (i < t->n && (!t->numbers || t->numbers[i] != number))
		i++;
	return i;
}

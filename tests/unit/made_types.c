/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/made_types.h"

/* int f(const char *name, struct key *key, long unsigned int n, enum kind kind, void *p, struct key whole, ...) */
struct btf *made_types(uint32_t *function)
{
	struct btf *btf = btf__new_empty();
	int integer = btf__add_int(btf, "int", 4, BTF_INT_SIGNED), letter = btf__add_int(btf, "char", 1, BTF_INT_CHAR);
	int number = btf__add_int(btf, "long unsigned int", 8, 0),
	    text = btf__add_ptr(btf, btf__add_const(btf, letter));
	int key = btf__add_struct(btf, "key", 24), kind, proto;

	btf__add_field(btf, "serial", integer, 0, 0);
	btf__add_field(btf, "low", integer, 32, 3);
	btf__add_field(btf, "evil\033[31m", number, 64, 0);
	kind = btf__add_enum(btf, "kind", 4);
	btf__add_enum_value(btf, "ONE", 1);
	proto = btf__add_func_proto(btf, integer);
	btf__add_func_param(btf, "name", text);
	btf__add_func_param(btf, "ctx", btf__type_cnt(btf) + 2);
	btf__add_func_param(btf, "n", number);
	btf__add_func_param(btf, "kind", kind);
	btf__add_func_param(btf, "", btf__type_cnt(btf) + 1);
	btf__add_func_param(btf, "whole", key);
	btf__add_func_param(btf, "", 0);
	*function = (uint32_t)btf__add_func(btf, "f", BTF_FUNC_STATIC, proto);
	btf__add_ptr(btf, 0);
	btf__add_ptr(btf, key);
	btf__add_func(btf, "f", BTF_FUNC_STATIC, btf__add_func_proto(btf, 0));
	return btf;
}

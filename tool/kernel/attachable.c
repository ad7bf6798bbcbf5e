/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/attachable.h"

#include <bpf/btf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernel/btf.h"
#include "kernel/error_injection.h"
#include "kernel/lsm.h"
#include "kernel/perf_kprobe.h"

#define SECURITY "security_"

static uint32_t find_lsm(const struct btf *btf, const struct bw_function *f)
{
	bool is_security = strncmp(f->name, SECURITY, strlen(SECURITY)) == 0;
	char name[128];
	uint32_t id = 0;

	if (!btf || (!is_security && f->copies > 0))
		return 0;
	snprintf(name, sizeof(name), "bpf_lsm_%s", f->name + (is_security ? strlen(SECURITY) : 0));
	return bw_lsm_is_hook(name + strlen("bpf_lsm_")) && bw_btf_function(btf, name, &id) == 0 ? id : 0;
}

void bw_attachable_type(const struct btf *btf, uint32_t id, const struct bw_function *f, struct bw_function_type *t)
{
	const struct btf_type *function = btf && id ? btf__type_by_id(btf, id) : NULL, *proto, *type;

	*t = (struct bw_function_type){.has_btf = btf, .is_known = function, .lsm = find_lsm(btf, f)};
	if (!function)
		return;
	proto = btf__type_by_id(btf, function->type);
	t->parameters = btf_vlen(proto);
	for (uint32_t i = 0; i < t->parameters; i++) {
		type = bw_btf_resolve(btf, btf_params(proto)[i].type);
		t->registers += type && btf_is_composite(type) && type->size > 8 ? 2 : 1;
		t->is_variadic |= btf_params(proto)[i].type == 0;
		t->has_large |= type && btf_is_composite(type) && type->size > 16;
	}
	type = bw_btf_resolve(btf, proto->type);
	t->returns_number = type && (btf_is_int(type) || btf_is_enum(type)) && type->size <= 8;
}

static void __attribute__((format(printf, 3, 4)))
set(struct bw_attachable_verdict *v, enum bw_function_answer can, const char *why, ...)
{
	va_list arguments;

	v->can = can;
	va_start(arguments, why);
	vsnprintf(v->why, sizeof(v->why), why, arguments);
	va_end(arguments);
}

void bw_attachable_kprobe(const struct bw_function *f, struct bw_attachable_verdict *v)
{
	if (f->symbols == 0 && f->copies == 0)
		set(v, BW_NO,
		    "no such function: it is not in this kernel, or was put into those that call it (inlined)");
	else if (!f->has_kprobes)
		set(v, BW_NO, "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	else if (f->symbols < 0)
		set(v, BW_UNKNOWN, "/proc/kallsyms: %s", strerror(-f->symbols));
	else if (f->is_init)
		set(v, BW_NO, "it ran at boot (__init), and is no longer there");
	else if (f->blacklisted == BW_YES)
		set(v, BW_NO, "it is on the kprobe blacklist");
	else if (f->traceable == BW_NO)
		set(v, BW_NO, "it is not among available_filter_functions (notrace)");
	else if (f->copies > 1)
		set(v, BW_UNKNOWN, "%u functions have this name; Linux 6.7 and later refuse it, others take the first",
		    f->copies);
	else if (f->traceable == BW_UNKNOWN || f->blacklisted == BW_UNKNOWN)
		set(v, BW_UNKNOWN, "it is there; %s, which may rule it out, can't be read",
		    f->traceable == BW_UNKNOWN ? "available_filter_functions" : BW_BLACKLIST);
	else
		set(v, BW_YES, "%s", "");
}

/* What both fentry and fmod_ret require of a function; false, with the verdict, where it is not met. */
static bool can_be_target(const struct bw_function *f, const struct bw_function_type *t,
			  struct bw_attachable_verdict *v)
{
	if (f->symbols < 0)
		set(v, BW_UNKNOWN, "/proc/kallsyms: %s", strerror(-f->symbols));
	else if (f->copies == 0)
		set(v, BW_NO, "no such function");
	else if (!t->has_btf)
		set(v, BW_NO, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	else if (!t->is_known)
		set(v, BW_NO, "BTF does not have it");
	else if (!f->has_direct)
		set(v, BW_NO, "this kernel has no direct calls of ftrace (CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS)");
	else if (f->is_init)
		set(v, BW_NO, "it ran at boot (__init), and is no longer there");
	else if (f->traceable == BW_NO)
		set(v, BW_NO, "it is not among available_filter_functions (notrace)");
	else if (t->is_variadic)
		set(v, BW_NO, "it takes any number of arguments (...)");
	else if (t->parameters > 12)
		set(v, BW_NO, "it has more than 12 parameters");
	else if (f->few_registers && t->registers > 6)
		set(v, BW_NO, "it has more than 6 parameters, which a program can have from Linux 6.6 on");
	else if (t->has_large)
		set(v, BW_NO, "it takes a struct of more than 16 bytes by value");
	else if (f->copies > 1 && !f->by_address)
		set(v, BW_UNKNOWN, "%u functions have this name: ftrace may know another than the first", f->copies);
	else
		return true;
	return false;
}

void bw_attachable_fentry(const struct bw_function *f, const struct bw_function_type *t,
			  struct bw_attachable_verdict *v)
{
	if (can_be_target(f, t, v))
		set(v, BW_YES, "%s", "");
}

void bw_attachable_fmod_ret(const struct bw_function *f, const struct bw_function_type *t,
			    struct bw_attachable_verdict *v)
{
	bool is_security = strncmp(f->name, SECURITY, strlen(SECURITY)) == 0;

	if (!can_be_target(f, t, v))
		return;
	if (is_security || f->listed == BW_YES)
		set(v, BW_YES, "%s", t->returns_number ? "" : "it returns no number that could be another");
	else
		set(v, BW_NO, "it is neither a security_ function nor on the error-injection list");
}

void bw_attachable_override(const struct bw_function *f, const struct bw_attachable_verdict *kprobe,
			    struct bw_attachable_verdict *v)
{
	if (kprobe->can == BW_NO)
		*v = *kprobe;
	else if (!f->has_override)
		set(v, BW_NO, "this kernel has no bpf_override_return (CONFIG_BPF_KPROBE_OVERRIDE)");
	else if (f->listed == BW_YES)
		set(v, BW_YES, "%s", "");
	else if (f->listed == BW_NO)
		set(v, BW_NO, "it is not on the kernel's error-injection list");
	else
		set(v, BW_UNKNOWN, BW_OVERRIDE_LIST " can't be read");
}

void bw_attachable_lsm(const char *root, const struct bw_function_type *t, struct bw_attachable_verdict *v)
{
	if (!t->has_btf)
		set(v, BW_NO, "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)");
	else if (!t->lsm)
		set(v, BW_NO, "it is no hook of the security modules, or this kernel has no BPF LSM");
	else if (bw_lsm_active(root, "bpf") == 0)
		set(v, BW_NO, "bpf is not among the kernel's security modules (" BW_LSM_LIST "), so none is called");
	else
		set(v, BW_YES, "%s", "");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_program.h"

#include "build/build.h"
#include "kernel/perf_kprobe.h"

void bw_block_program_init(struct bw_block_program *p, const struct bw_block_options *o, enum bw_hook hook,
			   int signal_fd)
{
	*p = (struct bw_block_program){.options = o,
				       .hook = hook,
				       .signal_fd = signal_fd,
				       .enforcement = {.rules = &o->rules,
						       .exes = o->exes,
						       .n_exes = o->n_exes,
						       .comms = o->comms,
						       .n_comms = o->n_comms,
						       .uids = o->uids,
						       .n_uids = o->n_uids,
						       .access = o->access,
						       .kill = !o->deny,
						       .dry_run = o->dry_run,
						       .self_test = o->self_test,
						       .mounts_fd = -1,
						       .waiting_fd = -1}};
}

/* Which rules there are, and what they deny. */
static int define_rules(const struct bw_block_program *p, struct bw_source *source)
{
	const struct bw_block_options *o = p->options;
	const bool by_dir = o->rules.of_kind[BW_RULE_DIR] > 0, by_path = o->rules.of_kind[BW_RULE_PATH] > 0;
	const uint32_t denied = by_dir ? o->access.beneath : o->access.file;
	const struct bw_source_macro macros[] = {
		{o->rules.of_kind[BW_RULE_NAME] > 0, "BY_NAME"},
		{by_path, "BY_PATH"},
		{by_dir, "BY_DIR"},
		{(by_path || by_dir) && o->access.ancestor, "BY_ANCESTOR"},
		{p->enforcement.n_missing > 0, "WAITING"},
		{denied & ACCESS_MOUNT, "DENY_MOUNTS"},
		{denied & ACCESS_DELETE, "DENY_DELETE"},
		{denied & ACCESS_RENAME, "DENY_RENAME"},
		{denied & ACCESS_REPLACE, "DENY_REPLACE"},
		{denied & (ACCESS_LINK | ACCESS_LINK_TO), "DENY_LINK"},
		{denied & ACCESS_RESIZE, "DENY_RESIZE"},
		{denied & ACCESS_ATTR, "DENY_ATTR"},
		{denied & ACCESS_STAT, "DENY_STAT"},
		{denied & ACCESS_MMAP, "DENY_MMAP"},
		{o->deny_holders, "DENY_HELD"},
		{o->common.command, "FILTER_TREE"},
		{o->pin, "PINNED"},
		{o->self_test, "SELF_TEST"},
		{o->n_uids > 0, "EXCEPT_UID"},
		{o->n_comms > 0, "EXCEPT_COMM"},
		{o->n_exes > 0, "EXCEPT_EXE"},
	};

	return bw_source_define_wanted(source, macros, sizeof(macros) / sizeof(*macros));
}

/* What the kernel has: without 32-bit calls, for instance, there are no such functions to attach to. */
static int define_kernel(enum bw_hook hook, struct bw_source *source)
{
	const bool override = hook == BW_HOOK_OVERRIDE;
	const struct bw_source_macro macros[] = {
		{bw_hook_parameters(hook, "inode_setattr") == 3, "SETATTR_IDMAP"},
		{bw_hook_parameters(hook, "inode_set_acl") > 0, "HAS_ACL"},
		{bw_hook_parameters(hook, "file_ioctl_compat") > 0, "HAS_COMPAT_IOCTL"},
		{override ? bw_perf_kprobe_try("__x64_sys_file_setattr") == 0
			  : bw_hook_parameters(hook, "inode_file_setattr") > 0,
		 "HAS_FILE_SETATTR"},
		{override && bw_perf_kprobe_try("__x64_sys_fchmodat2") == 0, "HAS_FCHMODAT2"},
		{override && bw_perf_kprobe_try("__x64_sys_setxattrat") == 0, "HAS_SETXATTRAT"},
		{override && bw_perf_kprobe_try("__ia32_compat_sys_openat") == 0, "IA32"},
	};

	return bw_source_define_wanted(source, macros, sizeof(macros) / sizeof(*macros));
}

/* Compiles block.c for the hook. What is wrong with the source no other hook fixes. */
static int build(struct bw_block_program *p, struct bw_source *source)
{
	int r = bw_source_define(source, bw_hook_info(p->hook)->macro);

	if (r == 0)
		r = define_rules(p, source);
	if (r == 0)
		r = define_kernel(p->hook, source);
	if (r == 0)
		r = bw_build(source, !p->options->common.no_cache, p->signal_fd, &p->image);
	return r == 0 ? bw_enforcement_check_maps(&p->enforcement, &p->image) : r;
}

static int plan(struct bw_block_program *p)
{
	const struct bw_plan_binding *failed = NULL;
	int r = bw_plan_complete(&p->plan, &p->image);

	if (r == 0)
		r = bw_plan_check(&p->plan, &p->image, &failed);
	if (failed)
		bw_plan_explain(failed, r);
	return r;
}

int bw_block_program_build(struct bw_block_program *p, struct bw_source *source, size_t own_flags, bool *fatal)
{
	int r;

	while (source->n_flags > own_flags)
		bw_source_undefine(source);
	r = build(p, source);
	*fatal = r < 0;
	return r == 0 ? plan(p) : r;
}

void bw_block_program_prepare(struct bw_block_program *p)
{
	const struct bw_block_options *o = p->options;
	struct bw_enforcement *e = &p->enforcement;

	e->denies = bw_hook_info(p->hook)->denies;
	e->error = e->denies && !o->dry_run ? o->error : 0;
	bw_enforcement_size(e, &p->image);
}

void bw_block_program_unload(struct bw_block_program *p)
{
	bw_enforcement_reset(&p->enforcement);
	bw_loaded_free(&p->loaded);
}

void bw_block_program_free_build(struct bw_block_program *p)
{
	bw_plan_free(&p->plan);
	bw_image_free(&p->image);
}

void bw_block_program_free(struct bw_block_program *p)
{
	bw_block_program_unload(p);
	bw_block_program_free_build(p);
	bw_enforcement_free(&p->enforcement);
	bw_rules_free(&p->reloaded.rules);
}

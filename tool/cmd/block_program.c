/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/block_program.h"

#include <errno.h>

#include "base/log.h"
#include "build/build.h"
#include "enforce/programs.h"
#include "enforce/subject_cgroups.h"
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
						       .policies = &p->policies,
						       .access = o->access,
						       .accesses = o->access.file | o->access.beneath,
						       .by_ancestor = o->access.ancestor,
						       .kill = !o->deny,
						       .dry_run = o->dry_run,
						       .self_test = o->self_test,
						       .mounts_fd = -1,
						       .waiting_fd = -1}};
}

static int make_policies(struct bw_block_program *p)
{
	const struct bw_block_options *o = p->options;
	const struct bw_policy plain = {o->deny ? BW_ACTION_DENY : BW_ACTION_KILL, o->error, o->access,
					(struct bw_subject *)o->subjects, o->n_subjects};
	struct bw_enforcement *e = &p->enforcement;
	int r = bw_policies_make(&p->policies, &o->rules, &plain);

	if (r == 0 && p->policies.used) {
		e->accesses = p->policies.access.file | p->policies.access.beneath;
		e->by_ancestor = p->policies.access.ancestor;
	}
	return r == -ENOMEM ? bw_log_error(r, "out of memory") : r;
}

int bw_block_program_check(struct bw_block_program *p)
{
	int r = make_policies(p);

	return r == 0 ? bw_enforcement_check(&p->enforcement) : r;
}

/* Is denied what gets a protected name? Beneath a directory with a rule, what is made there is asked for in any case.
 */
static bool denies_names(const struct bw_access *access, uint32_t denied)
{
	return denied & (ACCESS_REPLACE | ACCESS_LINK) || access->file & (ACCESS_SYMLINK | ACCESS_MKDIR);
}

/* Which rules there are, and what they deny. */
static int define_rules(const struct bw_block_program *p, struct bw_source *source)
{
	const struct bw_block_options *o = p->options;
	const size_t *of_kind = o->rules.of_kind;
	const bool by_dir = of_kind[BW_RULE_DIR] > 0;
	const bool by_path = of_kind[BW_RULE_PATH] + of_kind[BW_RULE_PATH_GLOB] > 0;
	const struct bw_access *access = p->policies.used ? &p->policies.access : &o->access;
	const uint32_t denied = by_dir ? access->beneath : access->file;
	const struct bw_source_macro macros[] = {
		{of_kind[BW_RULE_NAME] > 0, "BY_NAME"},
		{bw_rules_globs(&o->rules) > 0, "BY_GLOB"},
		{by_path, "BY_PATH"},
		{by_dir, "BY_DIR"},
		{(by_path || by_dir) && access->ancestor, "BY_ANCESTOR"},
		{p->enforcement.n_missing > 0, "WAITING"},
		{denied & ACCESS_MOUNT, "DENY_MOUNTS"},
		{denied & ACCESS_DELETE, "DENY_DELETE"},
		{denied & ACCESS_RENAME, "DENY_RENAME"},
		{denies_names(access, denied), "DENY_REPLACE"},
		{denied & (ACCESS_LINK | ACCESS_LINK_TO), "DENY_LINK"},
		{denied & ACCESS_RESIZE, "DENY_RESIZE"},
		{denied & ACCESS_ATTR, "DENY_ATTR"},
		{denied & ACCESS_STAT, "DENY_STAT"},
		{denied & ACCESS_MMAP, "DENY_MMAP"},
		{o->deny_holders, "DENY_HELD"},
		{o->common.command, "FILTER_TREE"},
		{o->pin, "PINNED"},
		{o->self_test, "SELF_TEST"},
		{p->policies.used, "POLICIES"},
		{o->n_uids + bw_policies_subjects(&p->policies, BW_SUBJECT_UID) > 0, "BY_UID"},
		{bw_policies_subjects(&p->policies, BW_SUBJECT_GID) > 0, "BY_GID"},
		{o->n_comms + bw_policies_subjects(&p->policies, BW_SUBJECT_COMM) > 0, "BY_COMM"},
		{bw_programs_count(&p->enforcement) > 0, "BY_EXE"},
		{bw_subject_cgroups_any(&p->policies), "BY_CGROUP"},
		{bw_policies_subjects(&p->policies, BW_SUBJECT_CHILDREN) > 0, "BY_CHILDREN"},
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
	bw_policies_free(&p->policies);
	bw_rules_free(&p->reloaded.rules);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "program/load.h"

#include <bcc/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/stderr_capture.h"
#include "kernel/btf.h"
#include "kernel/cpu.h"
#include "program/rejection.h"
#include "program/tails.h"

enum { LOG_BYTES = 16 << 20 }; /* of the verifier */

static int *no_descriptors(size_t n)
{
	int *fds = malloc((n + 1) * sizeof(*fds));

	for (size_t i = 0; fds && i < n; i++)
		fds[i] = -1;
	return fds;
}

/* Of a map of variables. Constants are frozen: then the verifier knows them. */
static int fill(const struct bw_image_map *map, int fd)
{
	union bpf_attr attr;
	uint32_t zero = 0;

	if (bpf_update_elem(fd, &zero, (void *)map->content, BPF_ANY) < 0)
		return -errno;
	if (!(map->flags & BPF_F_RDONLY_PROG))
		return 0;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = (uint32_t)fd;
	return syscall(SYS_bpf, BPF_MAP_FREEZE, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

static int make_map(const struct bw_image_map *map, uint32_t cpus, int *fd)
{
	struct bw_stderr_capture capture;
	BW_FREE char *output = NULL;
	/* A buffer for each CPU that there can be here, wherever the image was made. */
	uint32_t entries = map->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY ? cpus : map->max_entries;
	size_t len;
	int error;

	bw_stderr_capture_begin(&capture);
	*fd = bcc_create_map((enum bpf_map_type)map->type, map->name, (int)map->key_size, (int)map->value_size,
			     (int)entries, (int)map->flags);
	error = *fd < 0 ? -errno : 0;
	bw_stderr_capture_end(&capture, &output, &len);
	if (error == 0)
		error = map->content ? fill(map, *fd) : 0;
	if (error == 0)
		return 0;
	bw_log_error(error, "cannot create the map '%s': %s", map->name, strerror(-error));
	if (bw_verbose && output)
		bw_log_output(output, len);
	return error;
}

/* The program's instructions with the maps' descriptors in them; the caller frees them. */
static struct bpf_insn *linked(const struct bw_image_program *program, const int *maps)
{
	size_t size = program->n_insns * sizeof(*program->insns);
	struct bpf_insn *insns = malloc(size + 1);

	if (!insns)
		return NULL;
	memcpy(insns, program->insns, size);
	for (uint32_t i = 0; i < program->n_insns; i++) {
		if (insns[i].code != (BPF_LD | BPF_IMM | BPF_DW))
			continue;
		if (insns[i].src_reg == BPF_PSEUDO_MAP_FD || insns[i].src_reg == BPF_PSEUDO_MAP_VALUE)
			insns[i].imm = maps[insns[i].imm];
		i++;
	}
	return insns;
}

/* Where the verifier writes its log, and how much: level 1 is every step, 4 a summary. */
struct log {
	char *output;
	uint32_t size, level;
};

static int load_once(const struct bw_probe_kind *kind, const struct bw_image_program *program,
		     const struct bpf_insn *insns, const char *license, uint32_t function, struct log log)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = kind->type;
	attr.expected_attach_type = kind->btf_attach_type;
	attr.attach_btf_id = function;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = program->n_insns;
	attr.license = (uintptr_t)license;
	snprintf(attr.prog_name, sizeof(attr.prog_name), "%s", program->name);
	attr.log_buf = (uintptr_t)log.output;
	attr.log_size = log.size;
	attr.log_level = log.level;
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	return fd < 0 ? -errno : fd;
}

/*
 * A program that is attached through BTF, to one function of the kernel. Not by libbcc, which knows KMOD_RET from 0.19
 * on only, and keeps the kernel's whole BTF in memory. What the verifier says is the caller's, to be freed.
 */
static int load_btf_attached(const struct bw_probe_kind *kind, const struct bw_image_program *program,
			     const struct bpf_insn *insns, const char *license, uint32_t function, char **output)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	char sums[1024] = "";
	int fd;

	setrlimit(RLIMIT_MEMLOCK, &limit); /* which counts programs before 5.11 */
	fd = load_once(kind, program, insns, license, function,
		       bw_verbose ? (struct log){sums, sizeof(sums), 4} : (struct log){0});
	if (fd >= 0) {
		bw_log_debug("verified: %s: %s", program->name,
			     strstr(sums, "processed") ? strstr(sums, "processed") : "");
		return fd;
	}
	*output = calloc(1, LOG_BYTES);
	return *output ? load_once(kind, program, insns, license, function, (struct log){*output, LOG_BYTES, 1})
		       : -ENOMEM;
}

/* btf is the kernel's, read when the first program needs it. */
static int find_function_and_load(const struct bw_image *image, const struct bw_plan_binding *b,
				  const struct bpf_insn *insns, struct btf **btf,
				  const struct bw_rejection_explainer *e, int *fd)
{
	const struct bw_image_program *program = &image->programs[b->program];
	BW_FREE char *output = NULL;
	uint32_t function = 0;
	int r = *btf ? 0 : bw_btf_open(BW_BTF_PATH, btf);

	if (r == -ENOENT)
		r = -ENODEV;
	if (r == 0)
		r = bw_probe_function(b->kind, b->target, *btf, &function);
	if (r < 0) {
		bw_plan_explain(b, r);
		return r;
	}
	*fd = load_btf_attached(b->kind, program, insns, image->license, function, &output);
	return *fd < 0 ? bw_rejection_report(program, b->kind, *fd, output, e) : 0;
}

static int load_program(const struct bw_image *image, const struct bw_plan_binding *b, const int *maps,
			struct btf **btf, const struct bw_rejection_explainer *e, int *fd)
{
	const struct bw_image_program *program = &image->programs[b->program];
	const struct bw_probe_kind *kind = b->kind;
	struct bw_stderr_capture capture;
	BW_FREE struct bpf_insn *insns = linked(program, maps);
	BW_FREE char *output = NULL;
	size_t len;
	int error;

	if (!insns)
		return -ENOMEM;
	if (kind->btf_attach_type)
		return find_function_and_load(image, b, insns, btf, e, fd);
	bw_stderr_capture_begin(&capture);
	*fd = bcc_prog_load(kind->type, program->name, insns, (int)(program->n_insns * sizeof(*insns)), image->license,
			    0, 0, NULL, 0);
	error = *fd < 0 ? -errno : 0;
	bw_stderr_capture_end(&capture, &output, &len);
	return error < 0 ? bw_rejection_report(program, kind, error, output, e) : 0;
}

/* *fd: the map that another program has; -1: none. 0 or -errno, reported. */
static int share_map(const struct bw_image_map *map, const struct bw_load_shared *shared, int *fd)
{
	const struct bw_image_map *other;
	int i = -ENOENT;

	for (const char *const *name = shared ? shared->maps : NULL; name && *name; name++)
		if (strcmp(*name, map->name) == 0)
			i = bw_image_find_map(shared->with->image, map->name);
	if (i < 0)
		return 0;
	other = &shared->with->image->maps[i];
	if (other->type != map->type || other->key_size != map->key_size || other->value_size != map->value_size)
		return bw_log_error(-EINVAL, "cannot share the map '%s': it has another type now", map->name);
	*fd = fcntl(shared->with->maps[i], F_DUPFD_CLOEXEC, 0);
	return *fd < 0 ? bw_log_error(-errno, "cannot share the map '%s': %s", map->name, strerror(errno)) : 0;
}

static int make_or_share_map(const struct bw_image_map *map, uint32_t cpus, const struct bw_load_shared *shared,
			     int *fd)
{
	int r = share_map(map, shared, fd);

	return r < 0 || *fd >= 0 ? r : make_map(map, cpus, fd);
}

struct tail_loader {
	struct bw_loaded *loaded;
	struct btf **btf;
	const struct bw_rejection_explainer *explainer;
};

static int load_tail(void *cookie, const struct bw_plan_binding *b)
{
	struct tail_loader *l = cookie;

	return load_program(l->loaded->image, b, l->loaded->maps, l->btf, l->explainer,
			    &l->loaded->programs[b->program]);
}

int bw_load(struct bw_loaded *loaded, const struct bw_image *image, const struct bw_plan *plan,
	    const struct bw_rejection_explainer *explainer)
{
	return bw_load_sharing(loaded, image, plan, explainer, NULL);
}

int bw_load_sharing(struct bw_loaded *loaded, const struct bw_image *image, const struct bw_plan *plan,
		    const struct bw_rejection_explainer *explainer, const struct bw_load_shared *shared)
{
	BW_CLEANUP(bw_btf_close) struct btf *btf = NULL;
	int r;

	*loaded = (struct bw_loaded){no_descriptors(image->n_maps), no_descriptors(image->n_programs), image, plan, 0};
	if (!loaded->maps || !loaded->programs)
		return -ENOMEM;
	r = bw_cpu_possible("", &loaded->cpus);
	if (r < 0)
		return bw_log_error(r, "cannot find out how many CPUs there can be: %s", strerror(-r));
	for (uint32_t i = 0; i < image->n_maps && r == 0; i++)
		r = make_or_share_map(&image->maps[i], loaded->cpus, shared, &loaded->maps[i]);
	for (size_t i = 0; i < plan->n && r == 0; i++) {
		const struct bw_plan_binding *b = &plan->bindings[i];

		if (loaded->programs[b->program] < 0)
			r = load_program(image, b, loaded->maps, &btf, explainer, &loaded->programs[b->program]);
		if (r == 0 && shared && shared->go_on)
			r = shared->go_on(shared->cookie);
	}
	return r == 0 ? bw_tails_fill(loaded, load_tail, &(struct tail_loader){loaded, &btf, explainer}) : r;
}

static void close_all(int *fds, size_t n)
{
	for (size_t i = 0; fds && i < n; i++)
		bw_cleanup_fd(&fds[i]);
	free(fds);
}

void bw_loaded_free(struct bw_loaded *loaded)
{
	if (loaded->image) {
		close_all(loaded->programs, loaded->image->n_programs);
		close_all(loaded->maps, loaded->image->n_maps);
	}
	*loaded = (struct bw_loaded){0};
}

int bw_loaded_set(const struct bw_loaded *loaded, const char *map, uint32_t index, const void *value, size_t size)
{
	int i = bw_image_find_map(loaded->image, map);

	if (i < 0 || loaded->image->maps[i].key_size != sizeof(index) || loaded->image->maps[i].value_size != size)
		return -ENOENT;
	return bpf_update_elem(loaded->maps[i], &index, (void *)value, BPF_ANY) < 0 ? -errno : 0;
}

uint64_t bw_loaded_missed(const struct bw_loaded *loaded)
{
	/* The field's place in the kernel's interface: headers older than 5.12 do not name it. */
	enum { INFO_BYTES = 232, MISSES_AT = 208 };
	uint64_t missed = 0;

	for (uint32_t i = 0; i < loaded->image->n_programs; i++) {
		char info[INFO_BYTES] = {0};
		uint32_t len = sizeof(info);
		uint64_t n;

		if (bpf_obj_get_info(loaded->programs[i], info, &len) < 0)
			continue;
		memcpy(&n, info + MISSES_AT, sizeof(n));
		missed += n;
	}
	return missed;
}

int bw_loaded_values(const struct bw_loaded *loaded, const char *name, uint32_t which, uint64_t *values)
{
	int i = bw_image_find_map(loaded->image, name);
	const struct bw_image_map *map = i < 0 ? NULL : &loaded->image->maps[i];

	if (!map || map->type != BPF_MAP_TYPE_PERCPU_ARRAY || map->key_size != 4 || map->value_size != 8 ||
	    map->max_entries <= which)
		return -ENOENT;
	return bpf_lookup_elem(loaded->maps[i], &which, values) < 0 ? -errno : 0;
}

uint64_t bw_loaded_sum(const struct bw_loaded *loaded, const char *name, uint32_t which)
{
	BW_FREE uint64_t *values = calloc(loaded->cpus, sizeof(*values));
	uint64_t sum = 0;

	if (!values || bw_loaded_values(loaded, name, which, values) < 0)
		return 0;
	for (uint32_t c = 0; c < loaded->cpus; c++)
		sum += values[c];
	return sum;
}

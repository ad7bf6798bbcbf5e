/* SPDX-License-Identifier: Apache-2.0 */
/* From an image to maps and programs in the kernel. */
#pragma once

#include "program/image.h"
#include "program/plan.h"
#include "program/rejection.h"

struct bw_loaded {
	int *maps;     /* descriptors, as many as the image has maps */
	int *programs; /* likewise; -1: not loaded yet */
	const struct bw_image *image;
	const struct bw_plan *plan;
	uint32_t cpus; /* that there can be: values of a per-CPU map */
};

/*
 * Makes the image's maps, then loads its programs, each for the kind of hook that the plan, which is complete, has for
 * it. What fails is reported on stderr, with the verifier's last lines, and, where explainer is not NULL, the line of
 * the source that they are about. 0 or -errno; loaded is the caller's, for bw_loaded_free, in either case, and image
 * and plan must live as long.
 */
int bw_load(struct bw_loaded *loaded, const struct bw_image *image, const struct bw_plan *plan,
	    const struct bw_rejection_explainer *explainer);
void bw_loaded_free(struct bw_loaded *loaded);

/* What programs have in common with others that are loaded, and go on meanwhile. */
struct bw_load_shared {
	const struct bw_loaded *with;
	const char *const *maps; /* names, ended by NULL; those that only one of the images has are left out */
	/* Called after each program, of which one can take a second; less than 0 ends the work. May be NULL. */
	int (*go_on)(void *cookie);
	void *cookie;
};

/* The same; shared may be NULL. -EINVAL, reported: such a map is of another size there. Or what go_on returned. */
int bw_load_sharing(struct bw_loaded *loaded, const struct bw_image *image, const struct bw_plan *plan,
		    const struct bw_rejection_explainer *explainer, const struct bw_load_shared *shared);

/*
 * How often the kernel did not run one of the programs, since another was running on that CPU: bpf_prog_info's
 * recursion_misses, which counts kprobes and tracepoints from Linux 6.7 on, and is 0 before.
 */
uint64_t bw_loaded_missed(const struct bw_loaded *loaded);

/*
 * An entry of a BPF_PERCPU_ARRAY of u64 for each CPU that there can be, loaded->cpus values. 0; -ENOENT if the image
 * has no such entry; or -errno.
 */
int bw_loaded_values(const struct bw_loaded *loaded, const char *name, uint32_t which, uint64_t *values);

/* The sum over all CPUs of an entry of a BPF_PERCPU_ARRAY of u64; 0 if the image has none of that name. */
uint64_t bw_loaded_sum(const struct bw_loaded *loaded, const char *name, uint32_t which);

/*
 * Sets entry `index` of the array map of that name. 0; -ENOENT if the image has no such map with values of that
 * size; or -errno.
 */
int bw_loaded_set(const struct bw_loaded *loaded, const char *map, uint32_t index, const void *value, size_t size);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/cpu.h"
#include "program/load.h"
#include "program/plan.h"
#include "tests/unit/capture.h"
#include "tests/unit/fake_bpf.h"
#include "tests/unit/fake_hook.h"

/* r1 = map 1; r2 = a number of 64 bits, which is no map; exit */
static const struct bpf_insn insns[] = {{.code = BPF_LD | BPF_IMM | BPF_DW, .src_reg = BPF_PSEUDO_MAP_FD, .imm = 1},
					{0},
					{.code = BPF_LD | BPF_IMM | BPF_DW, .imm = 1},
					{.src_reg = BPF_PSEUDO_MAP_FD, .imm = 1},
					{.code = BPF_JMP | BPF_EXIT}};

static struct bw_image_map maps[] = {
	{.name = "events", .type = BPF_MAP_TYPE_PERF_EVENT_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1},
	{.name = "counts", .type = BPF_MAP_TYPE_HASH, .key_size = 4, .value_size = 8, .max_entries = 10},
};
static struct bw_image_program programs[] = {{"f", insns, LENGTH(insns)}};
static const struct bw_image image = {
	.license = "GPL", .maps = maps, .programs = programs, .n_maps = LENGTH(maps), .n_programs = 1};
static struct bw_plan_binding binding = {
	.function = (char *)"f", .kind = &fake_hook, .target = (char *)"t", .created = -1};
static const struct bw_plan plan = {.bindings = &binding, .n = 1};

static struct bw_loaded loaded;

static int begin(void **state)
{
	(void)state;
	fake_n_programs = 0;
	fake_program_error = 0;
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (uint32_t i = 0; loaded.image && i < loaded.image->n_maps; i++)
		if (loaded.maps && loaded.maps[i] >= 0 && fake_map_of(loaded.maps[i]))
			fake_free_map(loaded.maps[i]);
	bw_loaded_free(&loaded);
	fake_program_error = 0;
	return 0;
}

static void an_image_becomes_maps_and_programs_that_refer_to_them(void **state)
{
	const struct fake_program *p = &fake_programs[0];
	uint32_t cpus;

	(void)state;
	assert_int_equal(bw_cpu_possible("", &cpus), 0);
	assert_int_equal(bw_load(&loaded, &image, &plan, NULL), 0);
	assert_int_equal(loaded.cpus, cpus);
	assert_int_equal(fake_map_of(loaded.maps[0])->max_entries, cpus); /* a perf buffer for each that there can be */
	assert_int_equal(fake_map_of(loaded.maps[1])->max_entries, 10);
	assert_int_equal(fake_n_programs, 1);
	assert_int_equal(loaded.programs[0], p->fd);
	assert_string_equal(p->name, "f");
	assert_int_equal(p->bytes, sizeof(insns));
	assert_int_equal(p->insns[0].imm, loaded.maps[1]);
	assert_int_equal(p->insns[2].imm, 1);
	assert_int_equal(p->insns[3].imm, 1); /* the second half of a number is none of its own */
}

static int explain(void *cookie, const char *program, int type, char **output)
{
	(void)type;
	assert_string_equal(program, "f");
	*output = strdup(cookie);
	return 0;
}

static const char source[] = "int a;\nint f() {\n\treturn x;\n}\n";

/* What is printed of a program that the kernel refuses, with this output of the verifier. */
static const char *refused(const char *output)
{
	const struct bw_rejection_explainer explainer = {explain, (void *)output, "f.c", source};

	fake_program_error = EACCES;
	capture();
	assert_int_equal(bw_load(&loaded, &image, &plan, output ? &explainer : NULL), -EACCES);
	return captured();
}

static void a_refused_program_is_reported_with_the_output_of_the_verifier(void **state)
{
	const char *text = refused(NULL);

	(void)state;
	assert_non_null(strstr(text, "'f'"));
	assert_non_null(strstr(text, strerror(EACCES)));
	assert_non_null(strstr(text, "R1 is no good\n"));
}

static void a_refused_program_is_reported_with_the_line_of_the_source(void **state)
{
	(void)state;
	assert_non_null(strstr(refused("; return x; @ other.c:99\nR1 is bad\n"), "f.c:3: return x;\n"));
	end(NULL);
	/* A line that libbcc wrote is not in the source. */
	assert_non_null(strstr(refused("; return bpf_x;\nR1 is bad\n"), "f.c: return bpf_x;\n"));
	end(NULL);
	assert_null(strstr(refused("R1 is bad\n"), "f.c"));
}

static void only_the_end_of_a_long_log_is_shown(void **state)
{
	char output[4096] = "first\n";
	const char *text;

	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(output, "line\n");
	strcat(output, "last\n");
	text = refused(output);
	assert_null(strstr(text, "first"));
	assert_non_null(strstr(text, "(all of it with -v)"));
	assert_non_null(strstr(text, "last\n"));
}

static void a_map_that_cannot_be_made_is_reported(void **state)
{
	static struct bw_image_map none[] = {{.name = "none", .type = BPF_MAP_TYPE_HASH}};
	static const struct bw_image broken = {.license = "GPL", .maps = none, .n_maps = 1};

	(void)state;
	capture();
	assert_int_equal(bw_load(&loaded, &broken, &plan, NULL), -EINVAL);
	assert_non_null(strstr(captured(), "the map 'none'"));
}

static void runs_that_the_kernel_left_out_are_added_up(void **state)
{
	(void)state;
	assert_int_equal(bw_load(&loaded, &image, &plan, NULL), 0);
	assert_int_equal(bw_loaded_missed(&loaded), 0);
	fake_programs[0].misses = 5;
	assert_int_equal(bw_loaded_missed(&loaded), 5);
}

/* The second time is too much. */
static int go_on(void *cookie)
{
	unsigned *times = cookie;

	return ++*times > 1 ? -EINTR : 0;
}

static void a_map_can_be_that_of_another_program(void **state)
{
	const char *const names[] = {"none", "counts", NULL};
	unsigned times = 0;
	const struct bw_load_shared shared = {&loaded, names, go_on, &times};
	struct bw_loaded other = {0};
	struct stat a, b;

	(void)state;
	assert_int_equal(bw_load(&loaded, &image, &plan, NULL), 0);
	assert_int_equal(bw_load_sharing(&other, &image, &plan, NULL, &shared), 0);
	assert_true(other.maps[1] >= 0 && other.maps[1] != loaded.maps[1]); /* a descriptor of its own, of the same */
	assert_true(fcntl(other.maps[1], F_GETFD) & FD_CLOEXEC);
	assert_int_equal(fstat(other.maps[1], &a), 0);
	assert_int_equal(fstat(loaded.maps[1], &b), 0);
	assert_true(a.st_ino == b.st_ino);
	assert_null(fake_map_of(other.maps[1])); /* none was made */
	assert_non_null(fake_map_of(other.maps[0]));
	assert_int_equal(times, 1); /* a program */
	fake_free_map(other.maps[0]);
	bw_loaded_free(&other);
	assert_int_equal(bw_load_sharing(&other, &image, &plan, NULL, &shared), -EINTR);
	fake_free_map(other.maps[0]);
	bw_loaded_free(&other);
}

static void a_map_of_another_program_must_be_of_the_same_kind(void **state)
{
	const char *const names[] = {"counts", NULL};
	const struct bw_load_shared shared = {.with = &loaded, .maps = names};
	struct bw_image_map wider[] = {maps[0], maps[1]};
	struct bw_image changed = image;
	struct bw_loaded other = {0};

	(void)state;
	assert_int_equal(bw_load(&loaded, &image, &plan, NULL), 0);
	wider[1].value_size = 16;
	changed.maps = wider;
	capture();
	assert_int_equal(bw_load_sharing(&other, &changed, &plan, NULL, &shared), -EINVAL);
	assert_non_null(strstr(captured(), "'counts'"));
	fake_free_map(other.maps[0]);
	bw_loaded_free(&other);
}

static struct bw_image_map own_maps[] = {
	{.name = "sum", .type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2},
	{.name = "plain", .type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2},
};

static void an_entry_of_a_per_cpu_array_is_added_up(void **state)
{
	static const uint64_t values[] = {1, 20, 300};
	struct fake f;

	(void)state;
	fake_load(&f, own_maps, LENGTH(own_maps), 3);
	fake_put(fake_map(&f, "sum"), &(uint32_t){1}, values);
	assert_int_equal(bw_loaded_sum(&f.loaded, "sum", 1), 321);
	assert_int_equal(bw_loaded_sum(&f.loaded, "sum", 0), 0);
	assert_int_equal(bw_loaded_sum(&f.loaded, "sum", 2), 0);
	assert_int_equal(bw_loaded_sum(&f.loaded, "none", 1), 0);
	fake_put(fake_map(&f, "plain"), &(uint32_t){1}, values);
	assert_int_equal(bw_loaded_sum(&f.loaded, "plain", 1), 0);
	fake_unload(&f);
}

static void an_entry_of_an_array_is_set_if_its_size_is_that_of_the_value(void **state)
{
	uint64_t value = 7;
	struct fake f;

	(void)state;
	fake_load(&f, own_maps, LENGTH(own_maps), 3);
	assert_int_equal(bw_loaded_set(&f.loaded, "plain", 1, &value, sizeof(value)), 0);
	assert_int_equal(*(uint64_t *)fake_value(fake_map(&f, "plain"), &(uint32_t){1}), 7);
	assert_int_equal(bw_loaded_set(&f.loaded, "plain", 1, &value, 4), -ENOENT);
	assert_int_equal(bw_loaded_set(&f.loaded, "none", 1, &value, sizeof(value)), -ENOENT);
	assert_int_equal(bw_loaded_set(&f.loaded, "plain", 2, &value, sizeof(value)), -E2BIG);
	fake_unload(&f);
}

#define LOADING(test) cmocka_unit_test_setup_teardown(test, begin, end)

static const struct CMUnitTest tests[] = {
	LOADING(an_image_becomes_maps_and_programs_that_refer_to_them),
	LOADING(a_refused_program_is_reported_with_the_output_of_the_verifier),
	LOADING(a_refused_program_is_reported_with_the_line_of_the_source),
	LOADING(only_the_end_of_a_long_log_is_shown),
	LOADING(a_map_that_cannot_be_made_is_reported),
	LOADING(runs_that_the_kernel_left_out_are_added_up),
	LOADING(a_map_can_be_that_of_another_program),
	LOADING(a_map_of_another_program_must_be_of_the_same_kind),
	cmocka_unit_test(an_entry_of_a_per_cpu_array_is_added_up),
	cmocka_unit_test(an_entry_of_an_array_is_set_if_its_size_is_that_of_the_value),
};

UNIT_MODULE("program/load", NULL, NULL);

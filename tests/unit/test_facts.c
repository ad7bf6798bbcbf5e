/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of functions and machines, on the facts of real kernels (tests/fixtures/facts.sh), and on made types. */
#include <bpf/btf.h>
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "cmd/stub.h"
#include "kernel/attachable.h"
#include "kernel/btf.h"
#include "kernel/function.h"
#include "kernel/health.h"
#include "kernel/lists.h"
#include "kernel/machine.h"
#include "kernel/prototype.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

#define KERNELS "tests/fixtures/kernels/"

/* Lays the facts of a kernel out below the root; *truth, malloc'd, is what attaching gave there. */
static void put_facts(const char *kernel, char **truth)
{
	char path[256], *rest, *part;
	BW_FREE char *facts = NULL;
	size_t len;

	*truth = NULL;
	snprintf(path, sizeof(path), KERNELS "%s", kernel);
	assert_int_equal(bw_read_file(path, 1 << 20, &facts, &len), 0);
	assert_int_equal(strncmp(facts, "== ", 3), 0);
	for (part = facts + 3; part; part = rest) {
		char *text = strchr(part, '\n');

		rest = strstr(part, "\n== ");
		if (rest) {
			rest[1] = '\0';
			rest += 4;
		}
		*text++ = '\0';
		if (strcmp(part, "truth") == 0)
			*truth = strdup(text);
		else
			put(part, text);
	}
	assert_non_null(*truth);
}

/* What is said must be so; of a name that several bear it may be left open. */
static void check_truth(const char *kernel, const char *name, int error)
{
	struct bw_function f = {0};
	struct bw_verdict v;

	assert_int_equal(bw_functions_read(root, &name, 1, &f), 0);
	bw_attachable_kprobe(&f, &v);
	if (v.can == BW_UNKNOWN ? f.copies < 2 : (v.can == BW_YES) != (error == 0))
		fail_msg("%s: %s: told %d (%s), attaching gave %d", kernel, name, v.can, v.why, error);
	if ((v.can == BW_NO) != (*v.why != '\0' && v.can != BW_UNKNOWN))
		fail_msg("%s: %s: %d without a reason", kernel, name, v.can);
}

static void attaching_bears_it_out(const char *kernel, char *truth)
{
	const char *name;
	int n = 0;

	for (char *line; (line = strsep(&truth, "\n"));) {
		if (strcmp(strsep(&line, " "), "kprobe") != 0)
			continue;
		name = strsep(&line, " ");
		check_truth(kernel, name, (int)strtol(line, NULL, 10));
		n++;
	}
	if (n < 30)
		fail_msg("%s: %d functions", kernel, n);
}

static void write_finding(void *cookie, const struct bw_finding *f)
{
	static const char marks[] = "+-!?";

	fprintf(cookie, "%c %s: %s\n", marks[f->mark], f->name, f->text);
	if (*f->cost)
		fprintf(cookie, "  %s\n", f->cost);
	if (*f->mend)
		fprintf(cookie, "  %s\n", f->mend);
	if ((f->mark == BW_LESS || f->mark == BW_BAD) && !*f->cost)
		fail_msg("%s: what it costs is not said", f->name);
}

/* The limits are this process's. */
static void drop_limits(char *text)
{
	char *at = strstr(text, "+ limits:");

	if (at)
		*at = '\0';
}

static void findings_are_kept(const char *kernel)
{
	BW_FREE char *text = NULL, *kept = NULL;
	char path[256];
	size_t len;
	FILE *out = open_memstream(&text, &len);

	bw_health(root, write_finding, out);
	fclose(out);
	drop_limits(text);
	snprintf(path, sizeof(path), "tests/fixtures/findings/%s", kernel);
	if (getenv("KEEP")) {
		out = fopen(path, "we");
		assert_non_null(out);
		fputs(text, out);
		fclose(out);
	}
	assert_int_equal(bw_read_file(path, 1 << 16, &kept, &len), 0);
	assert_string_equal(text, kept);
}

static void facts_of_real_kernels_are_found(void **state)
{
	DIR *dir = opendir(KERNELS);
	const struct dirent *entry;
	int n = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		BW_FREE char *truth = NULL;

		if (entry->d_name[0] == '.')
			continue;
		make_root(NULL);
		put_facts(entry->d_name, &truth);
		attaching_bears_it_out(entry->d_name, truth);
		findings_are_kept(entry->d_name);
		remove_root(NULL);
		n++;
	}
	closedir(dir);
	assert_true(n >= 5);
}

/* int f(const char *name, struct key *key, long unsigned int n, enum kind kind, void *p, struct key whole, ...) */
static struct btf *made_types(uint32_t *function)
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

static void a_signature_is_printed_from_btf(void **state)
{
	BW_FREE char *text = NULL;
	uint32_t function, next;
	struct btf *btf = made_types(&function);
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(bw_prototype_write(out, btf, function), 0);
	fputc('\n', out);
	assert_int_equal(bw_prototype_expand(out, btf, function), 0);
	next = bw_btf_next_function(btf, NULL, "f", function);
	assert_true(next > function);
	assert_int_equal(bw_prototype_write(out, btf, next), 0);
	assert_int_equal(bw_btf_next_function(btf, NULL, "f", next), 0);
	assert_int_equal(bw_prototype_write(out, btf, 1), -ENOENT);
	fclose(out);
	assert_string_equal(text, "int f(const char *name, struct key *ctx, unsigned long n, enum kind kind, void *, "
				  "struct key whole, ...)\n"
				  "struct key {\n\tint serial;\n\tint low : 3;\n\tunsigned long evil\\x1b[31m;\n};\n"
				  "void f(void)");
	btf__free(btf);
}

static void a_stub_of_a_function_is_written(void **state)
{
	BW_FREE char *text = NULL;
	uint32_t function;
	struct btf *btf = made_types(&function);
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(bw_stub_function(out, BW_STUB_KPROBE, btf, function, "f"), 0);
	assert_int_equal(bw_stub_function(out, BW_STUB_KPROBE, NULL, 0, "f.isra.0"), 0);
	assert_int_equal(bw_stub_function(out, BW_STUB_LSM, btf, function, "f"), 0);
	fclose(out);
	assert_non_null(strstr(text, "\nint kprobe__f(struct pt_regs *ctx, const char *name, struct key *ctx_, "
				     "unsigned long n, u32 kind, void *arg5)\n"));
	assert_non_null(strstr(text, "\nstruct key;\n"));
	assert_non_null(strstr(text, "\tread_text(event.name, sizeof(event.name), name);\n"));
	assert_non_null(strstr(text, "\tevent.ctx_ = ctx_;\n"));
	assert_non_null(strstr(text, "// bccwatch run FILE.c --kprobe f.isra.0:on_entry\n"));
	assert_non_null(strstr(text, "\nint on_entry(struct pt_regs *ctx)\n"));
	assert_non_null(strstr(text, "\nLSM_PROBE(f, const char *name, struct key *ctx_, "));
	btf__free(btf);
}

static void a_stub_of_a_tracepoint_is_written(void **state)
{
	BW_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	put("/sys/kernel/tracing/events/syscalls/sys_enter_x/format",
	    "\tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;\n"
	    "\tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;\n"
	    "\tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;\n"
	    "\tfield:size_t count;\toffset:32;\tsize:8;\tsigned:0;\n");
	put("/sys/kernel/tracing/events/a/b/format", "\tfield:__data_loc char[] name;\toffset:8;\tsize:4;\tsigned:1;\n"
						     "\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:1;\n"
						     "\tfield:u8 big[4000];\toffset:28;\tsize:4000;\tsigned:0;\n");
	assert_int_equal(bw_stub_syscall(out, root, "x"), 0);
	assert_int_equal(bw_stub_tracepoint(out, root, "a", "b"), 0);
	assert_int_equal(bw_stub_tracepoint(out, root, "a", "c"), -ENOENT);
	fclose(out);
	assert_non_null(
		strstr(text, "int syscall__x(struct pt_regs *ctx, int dfd, const char *filename, u64 count)\n"));
	assert_non_null(strstr(text, "TRACEPOINT_PROBE(a, b)\n"));
	assert_non_null(strstr(text, "\tread_text(event.name, sizeof(event.name), (void *)args + "
				     "(args->data_loc_name & 0xffff));\n"));
	assert_non_null(strstr(text, "\tchar comm_[16];\n"));
	assert_non_null(strstr(text, "\t// big is left out: the stack is small\n"));
}

static void note_name(void *cookie, const char *name)
{
	char *text = cookie;

	sprintf(text + strlen(text), "%s ", name);
}

static void kprobes_are_listed_without_blacklisted_and_init_functions(void **state)
{
	char text[1024] = "";

	(void)state;
	put("/sys/bus/event_source/devices/kprobe/type", "8\n");
	put("/sys/kernel/tracing/events/enable", "");
	put("/proc/kallsyms", "0 T b\n0 t a\n0 t black\n0 D data\n0 T _sinittext\n0 t gone\n0 T _einittext\n");
	put("/sys/kernel/debug/kprobes/blacklist", "0x0-0x1\tblack\n");
	bw_lists[0].each(root, NULL, note_name, text);
	assert_string_equal(text, "a b "); /* without ftrace */
	put("/sys/kernel/tracing/available_filter_functions", "b\nblack\n__ftrace_invalid_address___12\nc [mod]\nb\n");
	*text = '\0';
	bw_lists[0].each(root, NULL, note_name, text);
	assert_string_equal(text, "b c ");
	assert_int_equal(bw_lists[1].each(root, NULL, note_name, text), -ENOENT);
	put("/sys/kernel/tracing/available_events", "sched:sched_switch\nx:y\n");
	*text = '\0';
	assert_int_equal(bw_lists[1].each(root, NULL, note_name, text), 0);
	assert_string_equal(text, "sched:sched_switch x:y ");
}

static void a_kernel_option_is_read_from_its_configuration(void **state)
{
	char value[32], command[256];

	(void)state;
	assert_int_equal(bw_machine_config(root, "CONFIG_BPF", value, sizeof(value)), -ENOENT);
	put("/proc/sys/kernel/osrelease", "6.1.0\n");
	put("/boot/config-6.1.0", "# CONFIG_X is not set\nCONFIG_BPF_JIT=m\nCONFIG_BPF=y\nCONFIG_LSM=\"a,bpf\"\n");
	assert_int_equal(bw_machine_config(root, "CONFIG_BPF", value, sizeof(value)), 0);
	assert_string_equal(value, "y");
	assert_int_equal(bw_machine_config(root, "CONFIG_LSM", value, sizeof(value)), 0);
	assert_string_equal(value, "a,bpf");
	assert_int_equal(bw_machine_config(root, "CONFIG_X", value, sizeof(value)), 0);
	assert_string_equal(value, "n");
	snprintf(command, sizeof(command), "printf 'CONFIG_BPF=m\\n' | gzip >%s/proc/config.gz", root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
	assert_int_equal(bw_machine_config(root, "CONFIG_BPF", value, sizeof(value)), 0);
	assert_string_equal(value, "m");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_of_real_kernels_are_found),
		cmocka_unit_test(a_signature_is_printed_from_btf),
		cmocka_unit_test(a_stub_of_a_function_is_written),
		cmocka_unit_test_setup_teardown(a_stub_of_a_tracepoint_is_written, make_root, remove_root),
		cmocka_unit_test_setup_teardown(kprobes_are_listed_without_blacklisted_and_init_functions, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(a_kernel_option_is_read_from_its_configuration, make_root, remove_root),
	};

	return cmocka_run_group_tests_name("facts", tests, NULL, NULL);
}

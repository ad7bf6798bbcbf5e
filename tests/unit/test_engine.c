/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "engine/depends.h"
#include "engine/image.h"
#include "engine/plan.h"
#include "engine/self.h"
#include "engine/shapes.h"
#include "engine/source.h"
#include "engine/submits.h"
#include "engine/tokens.h"
#include "engine/types.h"
#include "tests/unit/unit.h"

/* The bytes of a small image with one of everything. */
static void *image_bytes(size_t *len)
{
	struct bpf_insn insns[] = {{.code = BPF_LD | BPF_IMM | BPF_DW, .src_reg = BPF_PSEUDO_MAP_FD, .imm = 1},
				   {0},
				   {.code = BPF_JMP | BPF_EXIT}};
	struct bw_field number = {"", BW_UNSIGNED, 0, 8, 1, 0, 0, {0}, 0, 0};
	struct bw_image_map maps[] = {
		{"counters", BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 2, 0, BW_SHAPE_LOG2, {NULL, 0, 0}, {&number, 1, 8}},
		{"events", BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 2, 0, BW_SHAPE_TABLE, {NULL, 0, 0}, {NULL, 0, 0}}};
	struct bw_image_program programs[] = {{"kprobe__f", insns, 3}, {"kprobe__g", insns + 2, 1}};
	struct bw_field fields[] = {{"pid", BW_UNSIGNED, 0, 4, 1, 0, 0, {0}, 3, 1},
				    {"in", BW_STRUCT, 4, 4, 1, 1, 0, {0}, 0, 0},
				    {"x", BW_CHAR, 0, 1, 4, 0, 2, {2, 2}, 0, 0}};
	struct bw_image_event events[] = {{1, {fields, 3, 8}}};
	struct bw_image image = {"GPL", maps, programs, events, NULL, 2, 2, 1, NULL};
	int fd = memfd_create("image", 0);
	char *bytes = NULL;

	assert_int_equal(bw_image_write(&image, fd), 0);
	assert_int_equal(bw_read_all(fd, 1 << 20, &bytes, len), 0);
	close(fd);
	return bytes;
}

static void an_image_is_read_back_as_written(void **state)
{
	struct bw_image image;
	size_t len;
	void *bytes = image_bytes(&len);

	(void)state;
	assert_int_equal(bw_image_read(&image, bytes, len), 0);
	assert_string_equal(image.license, "GPL");
	assert_int_equal(image.n_maps, 2);
	assert_string_equal(image.maps[1].name, "events");
	assert_int_equal(image.maps[0].type, BPF_MAP_TYPE_PERCPU_ARRAY);
	assert_int_equal(image.maps[0].shape, BW_SHAPE_LOG2);
	assert_int_equal(image.maps[0].key.n, 0);
	assert_int_equal(image.maps[0].value.n, 1);
	assert_int_equal(image.maps[0].value.fields[0].size, 8);
	assert_int_equal(image.maps[1].value.n, 0);
	assert_int_equal(image.n_programs, 2);
	assert_string_equal(image.programs[1].name, "kprobe__g");
	assert_int_equal(image.programs[0].n_insns, 3);
	assert_int_equal(image.programs[1].insns[0].code, BPF_JMP | BPF_EXIT);
	assert_int_equal(image.n_events, 1);
	assert_int_equal(image.events[0].layout.n, 3);
	assert_string_equal(image.events[0].layout.fields[2].name, "x");
	assert_int_equal(image.events[0].layout.fields[2].n_dims, 2);
	assert_int_equal(image.events[0].layout.fields[2].dims[1], 2);
	assert_int_equal(image.events[0].layout.fields[0].bits, 3);
	assert_int_equal(image.events[0].layout.fields[0].shift, 1);
	assert_int_equal(bw_image_find_map(&image, "events"), 1);
	assert_int_equal(bw_image_find_map(&image, "nothing"), -ENOENT);
	bw_image_free(&image);
}

static void *copy_of(const void *bytes, size_t len)
{
	void *copy = malloc(len + 1);

	memcpy(copy, bytes, len);
	return copy;
}

/* Whatever a byte becomes, reading fails or gives an image within its bounds; ASan watches. */
static void a_damaged_image_is_refused_or_harmless(void **state)
{
	struct bw_image image;
	size_t len;
	BW_FREE char *bytes = image_bytes(&len);

	(void)state;
	for (size_t n = 0; n < len; n++)
		assert_int_equal(bw_image_read(&image, copy_of(bytes, n), n), -EINVAL);
	assert_int_equal(bw_image_read(&image, copy_of(bytes, len + 1), len + 1), -EINVAL);
	for (size_t i = 0; i < len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			char *damaged = copy_of(bytes, len);

			damaged[i] = (char)(damaged[i] ^ (1 << bit));
			if (bw_image_read(&image, damaged, len) < 0)
				continue;
			for (uint32_t m = 0; m < image.n_maps; m++)
				assert_true(strlen(image.maps[m].name) < len);
			for (uint32_t p = 0; p < image.n_programs; p++)
				assert_true(strlen(image.programs[p].name) < len);
			bw_image_free(&image);
		}
	}
}

/* What stands between the wrapping's beginning and end in longer, with its first line taken off. */
static void assert_wrapped(const char *text, unsigned submits, const char *call, const char *type)
{
	BW_FREE char *longer = NULL, *expected = NULL;
	unsigned n = 0, lines = 0, lines_before = 0;

	assert_int_equal(bw_submits_wrap(text, true, &longer), 0);
	for (const char *p = strstr(longer, "int bccwatch_r"); p; p = strstr(p + 1, "int bccwatch_r"))
		n++;
	assert_int_equal(n, submits);
	for (const char *p = text; *p; p++)
		lines_before += *p == '\n';
	for (const char *p = longer; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, lines_before + (strstr(text, "perf_submit") != NULL));
	if (!submits) {
		assert_string_equal(longer + (lines > lines_before ? strcspn(longer, "\n") + 1 : 0), text);
		return;
	}
	assert_true(asprintf(&expected, "int bccwatch_r = %s; if", call) > 0);
	assert_non_null(strstr(longer, expected));
	free(expected);
	assert_true(asprintf(&expected, "__typeof__(*(%s)), void)", type) > 0);
	assert_non_null(strstr(longer, expected));
}

/* Ring buffers: what reserves is counted where it fails, what submits tells the type. */
static void ring_buffer_submits_are_wrapped(void **state)
{
	BW_FREE char *longer = NULL;

	(void)state;
	assert_int_equal(bw_submits_wrap("p = r.ringbuf_reserve(sizeof(*p));\nr.ringbuf_submit(p, 0);", true, &longer),
			 0);
	assert_non_null(strstr(longer, "p = ({  void * bccwatch_r = r.ringbuf_reserve(sizeof(*p)); if (!bccwatch_r)"));
	assert_non_null(strstr(longer, "__typeof__(*(p)), void)"));
	assert_non_null(strstr(longer, "r.ringbuf_submit(p, 0); });"));
	free(longer);
	assert_int_equal(bw_submits_wrap("r.ringbuf_output(&d, sizeof(d), 0);", true, &longer), 0);
	assert_non_null(strstr(longer, "int bccwatch_r = r.ringbuf_output(&d, sizeof(d), 0); if (0 > bccwatch_r)"));
	assert_non_null(strstr(longer, "__typeof__(*(&d)), void)"));
	free(longer);
	assert_int_equal(bw_submits_wrap("e.perf_submit(c, &s['\\0' /* x */\n+ 1], 8);", true, &longer), 0);
	assert_non_null(strstr(longer, "*(&s['\\0' + 1])"));
	free(longer);
	assert_int_equal(bw_submits_wrap("e.perf_submit(c, &s, 8);", false, &longer), 0);
	assert_null(strstr(longer, BW_LAYOUT_PREFIX));
	assert_non_null(strstr(longer, BW_REFUSED_TABLE ".lookup"));
	free(longer);
	assert_int_equal(bw_submits_wrap("r.ringbuf_discard(p, 0);", true, &longer), 0);
	assert_null(strstr(longer, "bccwatch_r "));
}

static void histograms_are_found_in_the_source(void **state)
{
	static const char text[] =
		"BPF_HISTOGRAM(a);BPF_HISTOGRAM(b, int, 8); BPF_HISTOGRAM( c, struct k );\n"
		"BPF_TABLE(\"histogram\", int, u64, d, 4); BPF_HASH(e); // BPF_HISTOGRAM(f)\n"
		"BPF_HISTOGRAM(g); BPF_HISTOGRAM(h);\n"
		"x() { a.increment(bpf_log2l(n)); b.increment(n & 7);\n"
		" struct k key = {.slot = bpf_log2(v)}; c.atomic_increment(key); d.increment(index);\n"
		" int l = bpf_log2l(q); g.increment(l); u64 *p = h.lookup(&w); }";

	(void)state;
	assert_int_equal(bw_shape_of(text, "a"), BW_SHAPE_LOG2);
	assert_int_equal(bw_shape_of(text, "b"), BW_SHAPE_LINEAR);
	assert_int_equal(bw_shape_of(text, "c"), BW_SHAPE_LOG2);
	assert_int_equal(bw_shape_of(text, "d"), BW_SHAPE_LINEAR);
	assert_int_equal(bw_shape_of(text, "e"), BW_SHAPE_TABLE);
	assert_int_equal(bw_shape_of(text, "f"), BW_SHAPE_TABLE);
	assert_int_equal(bw_shape_of(text, "g"), BW_SHAPE_LOG2);
	assert_int_equal(bw_shape_of(text, "h"), BW_SHAPE_LOG2); /* by a pointer: any log2 of the source */
	assert_int_equal(bw_shape_of("BPF_HISTOGRAM(a", "a"), BW_SHAPE_LINEAR);
	assert_int_equal(bw_shape_of("", "a"), BW_SHAPE_TABLE);
	assert_true(bw_shape_declared("BPF_PERF_ARRAY(cycles, 4);", "BPF_PERF_ARRAY", "cycles"));
	assert_false(bw_shape_declared("// BPF_PERF_ARRAY(cycles, 4);", "BPF_PERF_ARRAY", "cycles"));
	assert_false(bw_shape_declared("BPF_PERF_OUTPUT(cycles); BPF_PERF_ARRAY(c, 4);", "BPF_PERF_ARRAY", "cycles"));
}

static void words_of_a_source_are_replaced(void **state)
{
	struct bw_source source = {.text = strdup("FILTER PID_FILTER FILTER2 (FILTER)FILTER // FILTER")};

	(void)state;
	source.len = strlen(source.text);
	assert_int_equal(bw_source_replace(&source, "NOTHING", "x"), -ENOENT);
	assert_int_equal(bw_source_replace(&source, "FILTER", ""), 0);
	assert_string_equal(source.text, " PID_FILTER FILTER2 () // ");
	assert_int_equal(bw_source_replace(&source, "PID_FILTER", "if (pid != 1) { return 0; }"), 0);
	assert_string_equal(source.text, " if (pid != 1) { return 0; } FILTER2 () // ");
	assert_int_equal(bw_source_replace(&source, "()", "##"), 0);
	assert_int_equal(bw_source_replace(&source, "##", "####"), 0); /* what is put in is not looked at again */
	assert_string_equal(source.text, " if (pid != 1) { return 0; } FILTER2 #### // ");
	assert_int_equal(source.len, strlen(source.text));
	bw_source_free(&source);
}

/* The declarations that a program of this text gets. */
static void types_for(const char *text, char *types, size_t size)
{
	struct bw_wordset words = {{0}};
	FILE *out;

	bw_wordset_add(&words, text);
	memset(types, 0, size);
	out = fmemopen(types, size - 1, "w");
	assert_non_null(out);
	assert_int_equal(bw_types_write("build/kernel_types.bpf.o", &words, out), 0);
	fclose(out);
}

static void a_program_gets_the_types_that_it_may_use(void **state)
{
	char types[4096];

	(void)state;
	types_for("#define INO(f) f->f_path.dentry->d_inode->i_ino\nu64 f(struct file *f) { return INO(f); }", types,
		  sizeof(types));
	assert_non_null(strstr(types, "struct file {"));
	assert_non_null(strstr(types, "struct path {"));
	assert_non_null(strstr(types, "struct dentry {"));
	assert_non_null(strstr(types, "struct inode {"));
	assert_null(strstr(types, "struct super_block {"));
	assert_null(strstr(types, "struct cred {"));

	types_for("struct file *f; /* struct cred */ char *s = \"f_inode\"; // d_inode", types, sizeof(types));
	assert_non_null(strstr(types, "struct file {"));
	assert_null(strstr(types, "struct cred {"));
	assert_null(strstr(types, "struct inode {"));

	types_for("unwanted", types, sizeof(types));
	assert_non_null(strstr(types, "PIDTYPE_TGID = 1")); /* numbers are always there: tracepoints have them */
	assert_null(strstr(types, "struct"));
	assert_int_equal(bw_types_write("build/nothing", &(struct bw_wordset){{0}}, stdout), -ENOENT);
}

static const struct bw_binding *binding_of(struct bw_plan *plan, const char *function)
{
	for (size_t i = 0; i < plan->n; i++)
		if (strcmp(plan->bindings[i].function, function) == 0)
			return &plan->bindings[i];
	return NULL;
}

/* By their names, as in BCC, on the machine that this is. */
static void the_name_of_a_function_gives_its_hook(void **state)
{
	static const struct {
		const char *function, *word, *target;
	} cases[] = {
		{"kprobe__vfs_open", "kprobe", "vfs_open"},
		{"kretprobe__vfs_open", "kretprobe", "vfs_open"},
		{"tracepoint__sched__sched_switch", "tracepoint", "sched__sched_switch"},
		{"raw_tracepoint__sys_enter", "raw tracepoint", "sys_enter"},
		{"kfunc__vfs_open", "kfunc", "vfs_open"},
		{"kfunc__vmlinux__vfs_open", "kfunc", "vfs_open"},
		{"kretfunc__vmlinux__vfs_open", "kretfunc", "vfs_open"},
		{"lsm__file_open", "LSM", "file_open"},
		{"kmod_ret__security_file_open", "fmod_ret", "security_file_open"},
		{"kprobe____ia32_compat_sys_open", "kprobe", "__ia32_compat_sys_open"},
#ifdef __x86_64__
		{"syscall__execve", "kprobe", "__x64_sys_execve"},
		{"kprobe__sys_clone", "kprobe", "__x64_sys_clone"},
		{"kretprobe____arm64_sys_clone", "kretprobe", "__x64_sys_clone"},
#endif
	};
	struct bw_image_program programs[LENGTH(cases)];
	struct bw_image image = {.programs = programs, .n_programs = LENGTH(cases)};
	struct bw_plan plan = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++)
		programs[i] = (struct bw_image_program){cases[i].function, NULL, 0};
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct bw_binding *b = binding_of(&plan, cases[i].function);

		assert_non_null(b);
		assert_string_equal(b->kind->word, cases[i].word);
		assert_string_equal(b->target, cases[i].target);
		assert_int_equal(b->program, i);
	}
	bw_plan_free(&plan);
	programs[0].name = "plain";
	assert_int_equal(bw_plan_complete(&plan, &image), -EINVAL);
	bw_plan_free(&plan);
	image.n_programs = 0;
	assert_int_equal(bw_plan_complete(&plan, &image), -EINVAL);
}

/* By option, which goes before the name. */
static void an_option_gives_the_hook_of_a_function(void **state)
{
	static const char *const bad[][2] = {{"kprobe", "f"},
					     {"kprobe", ":f"},
					     {"kprobe", "vfs_open:"},
					     {"kprobe", "a b:f"},
					     {"tracepoint", "sched:f"},
					     {"tracepoint", ":x:f"},
					     {"raw-tracepoint", "a:b:f"},
					     {"uprobe", "libc.so:open:f"},
					     {"uprobe", "/bin/cat:f"},
					     {"uretprobe", "/bin/cat::f"}};
	struct bw_image_program programs[] = {{"plain", NULL, 0}, {"kprobe__x", NULL, 0}};
	struct bw_image image = {.programs = programs, .n_programs = 2};
	struct bw_plan plan = {0};
	const char *why;

	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		assert_int_equal(bw_plan_add(&plan, bw_hook_of_option(bad[i][0]), bad[i][1], &why), -EINVAL);
		assert_non_null(why);
	}
	assert_null(bw_hook_of_option("lsm"));
	assert_int_equal(bw_plan_add(&plan, bw_hook_of_option("kprobe"), "vfs_read:plain", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_hook_of_option("uretprobe"), "/a:b/c:d:plain", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_hook_of_option("kretprobe"), "y:kprobe__x", &why), 0);
	assert_int_equal(bw_plan_complete(&plan, &image), 0);
	assert_int_equal(plan.n, 3);
	assert_string_equal(plan.bindings[1].target, "/a:b/c:d");
	assert_string_equal(binding_of(&plan, "kprobe__x")->target, "y");
	/* Two types, and a function that is not there. */
	assert_int_equal(bw_plan_add(&plan, bw_hook_of_option("tracepoint"), "a:b:plain", &why), 0);
	assert_int_equal(bw_plan_complete(&plan, &image), -EINVAL);
	bw_plan_free(&plan);
	assert_int_equal(bw_plan_add(&plan, bw_hook_of_option("kprobe"), "vfs_read:none", &why), 0);
	assert_int_equal(bw_plan_add(&plan, bw_hook_of_option("kprobe"), "vfs_read:plain", &why), 0);
	assert_int_equal(bw_plan_complete(&plan, &image), -ENOENT);
	bw_plan_free(&plan);
}

static void perf_submit_is_wrapped(void **state)
{
	(void)state;
	assert_wrapped("f() { e.perf_submit(ctx, &d, sizeof(d)); }", 1, "e.perf_submit(ctx, &d, sizeof(d))", "&d");
	assert_wrapped("if (e . perf_submit (ctx, p->a[g(1, 2)], 4) < 0) x();", 1,
		       "e . perf_submit (ctx, p->a[g(1, 2)], 4)", "p->a[g(1, 2)]");
	assert_wrapped("e.perf_submit(ctx,\n  &d, // the event (all)\n  sizeof(d));\nx", 1,
		       "e.perf_submit(ctx,\n  &d, // the event (all)\n  sizeof(d))", "&d");
	assert_wrapped("e.perf_submit(ctx, /* ) */ (void *)&d, sizeof(struct { int x, y; }))", 1,
		       "e.perf_submit(ctx, /* ) */ (void *)&d, sizeof(struct { int x, y; }))", "(void *)&d");
	assert_wrapped("e.perf_submit(ctx, /* ) */ (void *)&d, 4);f.perf_submit(a, b, c)", 2, "f.perf_submit(a, b, c)",
		       "b");
	assert_wrapped("// e.perf_submit(ctx, &d, 4);\n#define S e.perf_submit(ctx, \\\r\n &d, 4)\n", 0, "", "");
	assert_wrapped("#define P \"/proc/*\"\n#define M 1 // see /* there\n#error don't\ne.perf_submit(c, &d, 4);", 1,
		       "e.perf_submit(c, &d, 4)", "&d");
	assert_wrapped("char *s = \"e.perf_submit(ctx, &d, 4)\";", 0, "", "");
	assert_wrapped("#define N 16 /* two\n lines ( */\ne.perf_submit(c, &d, 4);", 1, "e.perf_submit(c, &d, 4)",
		       "&d");
	assert_wrapped("e->perf_submit(ctx, &d, 4); perf_submit(a, b, c); e.perf_submit(a); e.perf_submit(a, b", 0, "",
		       "");
	assert_wrapped("", 0, "", "");
	assert_wrapped("/*", 0, "", "");
	assert_wrapped("'\\", 0, "", "");
	assert_wrapped("perf_submit(((", 0, "", "");
}

static void write_file(const char *path, const char *text, size_t len)
{
	BW_FD int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(bw_write_all(fd, text, len), 0);
}

static void a_source_is_read_strictly(void **state)
{
	char dir[] = "/tmp/bccwatch-unit-XXXXXX", path[64], missing[64], quoted[128];
	struct bw_source source;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.c", dir);
	write_file(path, "int x;", 6);
	assert_int_equal(bw_source_read(&source, path, "/lib"), 0);
	assert_string_equal(source.text, "int x;");
	snprintf(quoted, sizeof(quoted), "-iquote%s", dir);
	assert_string_equal(source.flags[0], quoted);
	assert_string_equal(source.flags[1], "-iquote/lib");
	assert_int_equal(bw_source_define(&source, "A=1"), 0);
	assert_string_equal(source.flags[2], "-DA=1");
	while (source.n_flags < BW_FLAGS_MAX)
		assert_int_equal(bw_source_define(&source, "B"), 0);
	assert_int_equal(bw_source_define(&source, "C"), -E2BIG);
	bw_source_free(&source);

	write_file(path, "int\0x;", 6);
	assert_int_equal(bw_source_read(&source, path, "/lib"), -EINVAL);
	bw_source_free(&source);
	snprintf(missing, sizeof(missing), "%s/none.c", dir);
	assert_int_equal(bw_source_read(&source, missing, "/lib"), -ENOENT);
	bw_source_free(&source);
	assert_int_equal(bw_source_read(&source, dir, "/lib"), -EISDIR);
	bw_source_free(&source);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* Beside the program first, then under its PREFIX; this test's own program stands for it. */
static void files_of_the_program_are_found_beside_it(void **state)
{
	char exe[4096], expected[4096];
	BW_FREE char *beside = NULL, *under = NULL, *none = NULL;
	ssize_t len = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	(void)state;
	assert_true(len > 0);
	exe[len] = '\0';
	assert_int_equal(bw_self_find("test_engine", "nothing", &beside), 0);
	assert_string_equal(beside, exe);
	*strrchr(exe, '/') = '\0';
	snprintf(expected, sizeof(expected), "%s", exe);
	assert_int_equal(bw_self_find("nothing", strrchr(exe, '/') + 1, &under), 0);
	assert_string_equal(under, expected);
	assert_int_equal(chdir(exe), 0);
	assert_int_equal(bw_self_find("./nothing", "nothing", &none), -ENOENT);
}

/* A folder with files to depend on; path_of gives one of them. */
struct folder {
	char path[32];
	char file[128];
};

static const char *path_of(struct folder *f, const char *name)
{
	snprintf(f->file, sizeof(f->file), "%s/%s", f->path, name);
	return f->file;
}

static void put_file(struct folder *f, const char *name, const char *text)
{
	FILE *file = fopen(path_of(f, name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static struct folder make_folder(void)
{
	struct folder f = {.path = "/tmp/depends.XXXXXX"};

	assert_non_null(mkdtemp(f.path));
	mkdir(path_of(&f, "own"), 0700);
	mkdir(path_of(&f, "bpf_src"), 0700);
	put_file(&f, "own/a b.h", "a");
	put_file(&f, "bpf_src/c$.h", "c");
	put_file(&f, "kernel.h", "k");
	return f;
}

static void remove_folder(struct folder *f)
{
	static const char *const names[] = {"own/a b.h", "own/c$.h", "bpf_src/c$.h", "kernel.h", "own", "bpf_src", ""};

	for (size_t i = 0; i < LENGTH(names); i++)
		remove(path_of(f, names[i]));
}

/* Adds a rule as clang would write it for the folder's files; what they are in the end, in *bytes. */
static bool collect_rule(struct folder *f, const char *more, char **bytes, size_t *len)
{
	BW_FREE char *rule = NULL, *own = NULL, *src = NULL;
	struct bw_depends d = {.out = open_memstream(bytes, len), .since = {.tv_sec = INT64_MAX}};

	assert_true(asprintf(&rule, "x.o: /virtual/main.c kernel.h \\\n  %s/own/a\\ b.h %s/bpf_src/c$$.h%s\n", f->path,
			     f->path, more) > 0);
	assert_true(asprintf(&own, "-iquote%s/own", f->path) > 0 && asprintf(&src, "-iquote%s/bpf_src", f->path) > 0);
	bw_depends_add_rule(&d, rule, f->path, (const char *[]){"-DX", own, src}, 3);
	bw_depends_add_libraries(&d);
	fclose(d.out);
	return !d.uncertain;
}

static void a_change_of_a_dependency_of_an_image_is_noticed(void **state)
{
	struct folder f = make_folder();
	BW_FREE char *bytes = NULL, *none = NULL;
	const char *changed;
	size_t len, ignored;

	(void)state;
	assert_true(collect_rule(&f, "", &bytes, &len));
	assert_true(bw_depends_hold(bytes, len, &changed));
	put_file(&f, "own/c$.h", ""); /* would be found before that of bpf_src */
	assert_false(bw_depends_hold(bytes, len, &changed));
	assert_string_equal(changed, path_of(&f, "own/c$.h"));
	assert_int_equal(remove(path_of(&f, "own/c$.h")), 0);
	assert_true(bw_depends_hold(bytes, len, &changed));
	put_file(&f, "own/a b.h", "b");
	assert_false(bw_depends_hold(bytes, len, &changed));
	assert_string_equal(changed, path_of(&f, "own/a b.h"));
	free(bytes);
	assert_true(collect_rule(&f, "", &bytes, &len));
	assert_int_equal(remove(path_of(&f, "kernel.h")), 0);
	assert_false(bw_depends_hold(bytes, len, &changed));
	assert_false(collect_rule(&f, " /no/such.h", &none, &ignored));
	for (size_t cut = 1; cut < len; cut++)
		if (bw_depends_hold(bytes, cut, &changed))
			assert_null(changed);
	remove_folder(&f);
}

static void a_file_that_changes_during_the_compilation_is_noticed(void **state)
{
	struct folder f = make_folder();
	BW_FREE char *bytes = NULL;
	size_t len;
	struct bw_depends d = {.out = open_memstream(&bytes, &len)};

	(void)state;
	clock_gettime(CLOCK_REALTIME_COARSE, &d.since);
	put_file(&f, "kernel.h", "changed");
	bw_depends_add_file(&d, path_of(&f, "kernel.h"));
	assert_true(d.uncertain);
	fclose(d.out);
	remove_folder(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_is_read_back_as_written),
		cmocka_unit_test(a_damaged_image_is_refused_or_harmless),
		cmocka_unit_test(perf_submit_is_wrapped),
		cmocka_unit_test(ring_buffer_submits_are_wrapped),
		cmocka_unit_test(histograms_are_found_in_the_source),
		cmocka_unit_test(words_of_a_source_are_replaced),
		cmocka_unit_test(a_program_gets_the_types_that_it_may_use),
		cmocka_unit_test(the_name_of_a_function_gives_its_hook),
		cmocka_unit_test(an_option_gives_the_hook_of_a_function),
		cmocka_unit_test(a_source_is_read_strictly),
		cmocka_unit_test(a_change_of_a_dependency_of_an_image_is_noticed),
		cmocka_unit_test(a_file_that_changes_during_the_compilation_is_noticed),
		cmocka_unit_test(files_of_the_program_are_found_beside_it),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}

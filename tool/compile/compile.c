/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/compile.h"

#include <bcc/bcc_common.h>
#include <bcc/bcc_version.h>
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "build/dependencies.h"
#include "build/tokens.h"
#include "compile/debug_info.h"
#include "compile/header_tree.h"
#include "compile/module_image.h"
#include "compile/object.h"
#include "compile/submits.h"

static void free_module(void **module)
{
	if (*module)
		bpf_module_destroy(*module);
}

static void *create(const char *text, const char **flags, size_t n)
{
	return bpf_module_create_c_from_string(text, 0, flags, (int)n, true, NULL);
}

/* Empties standard error, which is a file here. 0 or -errno. */
static int drop_messages(void)
{
	fflush(NULL);
	if (ftruncate(STDERR_FILENO, 0) < 0 || lseek(STDERR_FILENO, 0, SEEK_SET) < 0)
		return -errno;
	return 0;
}

/*
 * libbcc gives only the names of the members of an event's type, but all of the type of a table's values: so each event
 * gets a table. Where that fails, the text is compiled as it stands, so that the compiler's messages are about the
 * user's text. If that compiles, at least the refused submits are counted.
 */
static void *create_module(const char *text, const char **flags, size_t n)
{
	BW_FREE char *shorter = NULL, *longer = NULL, *counted = NULL;
	void *module, *plain;

	if (bw_debug_info_leave_out(text, &shorter) < 0 || bw_submits_wrap(shorter, true, &longer) < 0 ||
	    bw_submits_wrap(text, false, &counted) < 0)
		return NULL;
	module = create(longer, flags, n);
	if (module || strcmp(longer, text) == 0)
		return module;
	drop_messages(); /* those of the first try are not about the user's text */
	plain = create(text, flags, n);
	if (!plain)
		return NULL;
	module = create(counted, flags, n);
	drop_messages();
	fputs(module ? "cannot find out the types of the events: they are not decoded\n"
		     : "cannot wrap the calls that submit events: events are not decoded, refused submits are not "
		       "counted\n",
	      stderr);
	if (!module)
		return plain;
	free_module(&plain);
	return module;
}

/* The current directory of libbcc while it compiles. */
static int kernel_directory(char *directory, size_t size)
{
	const char *given = getenv("BCC_KERNEL_SOURCE");
	struct utsname kernel;

	uname(&kernel);
	snprintf(directory, size, "%s", given ? given : "");
	for (int i = 0; i < 2 && !given; i++) {
		snprintf(directory, size, "/lib/modules/%s/%s", kernel.release, i == 0 ? "source" : "build");
		if (access(directory, F_OK) == 0)
			return 0;
	}
	return given ? 0 : -ENOENT;
}

/* libbcc reads the format of a tracepoint that a function is named for. */
static void add_formats(void *module, struct bw_dependencies *d)
{
	static const char prefix[] = "tracepoint__";

	for (size_t i = 0; i < bpf_num_functions(module); i++) {
		const char *name = bpf_function_name(module, i), *gap;
		char path[PATH_MAX];

		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		name += strlen(prefix);
		gap = strstr(name, "__");
		if (!gap)
			continue;
		snprintf(path, sizeof(path), "/sys/kernel/debug/tracing/events/%.*s/%s/format", (int)(gap - name), name,
			 gap + 2);
		bw_dependencies_add_content(d, path);
	}
}

/* Replaces the output of -MD in fd by the bytes of build/dependencies.h, or by nothing. 0 or -errno. */
static int write_depends(void *module, const char **flags, size_t n, struct bw_dependencies *d, int fd)
{
	BW_FREE char *rule = NULL, *bytes = NULL;
	char directory[PATH_MAX];
	size_t len;
	int r = bw_file_read_all(fd, BW_DEPENDS_MAX, &rule, &len);

	d->uncertain |= r < 0 || kernel_directory(directory, sizeof(directory)) < 0;
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	if (d->uncertain)
		return 0;
	d->out = open_memstream(&bytes, &len);
	if (!d->out)
		return -ENOMEM;
	bw_dependencies_add_rule(d, rule, directory, flags, n);
	bw_dependencies_add_libraries(d);
	add_formats(module, d);
	if (fclose(d->out) != 0)
		return -ENOMEM;
	return d->uncertain ? 0 : bw_file_write(fd, bytes, len);
}

/* A module and what it was compiled from. */
struct compilation {
	void *module;
	struct bw_header_tree overlay;
	struct bw_dependencies depends;
};

static void end_compilation(struct compilation *c)
{
	free_module(&c->module);
	bw_header_tree_free(&c->overlay);
}

/* depends_fd: -1: it is only verified, so neither layouts nor what it depends on are needed. */
static int begin_compilation(struct compilation *c, const char *text, const char **flags, size_t n, bool btf,
			     int depends_fd)
{
	BW_FREE const char **all = calloc(n + 7 + sizeof(c->overlay.flags) / sizeof(*c->overlay.flags), sizeof(*all));
	/* No libbcc has it. */
	static const char printk[] = "-Dbpf_printk(fmt, args...)=({ static const char bccwatch_fmt[] = fmt; "
				     "bpf_trace_printk_(bccwatch_fmt, sizeof(bccwatch_fmt), ##args); })";
	char rule[32];
	/* Nor this. What is for the verifier alone is loaded by libbcc, which does not link functions. */
	const char *noinline = depends_fd >= 0 ? "-D__noinline=__attribute__((__noinline__))" : "-D__noinline=inline";
	size_t n_all = n;
	int r = btf ? bw_header_tree_make(&c->overlay, text, flags, n) : 0;

	if (r < 0 || !all) {
		fprintf(stderr, "cannot make headers from the kernel's BTF: %s\n", strerror(r < 0 ? -r : ENOMEM));
		return r < 0 ? r : -ENOMEM;
	}
	memcpy(all, flags, n * sizeof(*all));
#ifndef LIBBCC_VERSION_GEQ /* before 0.19 there is no KMOD_RET */
	all[n_all++] = "-DKMOD_RET(event, args...)=BPF_PROG(kmod_ret__ ## event, ##args)";
#endif
	all[n_all++] = printk;
	if (!strstr(text, "define __noinline"))
		all[n_all++] = noinline;
	if (depends_fd >= 0) {
		snprintf(rule, sizeof(rule), "/proc/self/fd/%d", depends_fd);
		all[n_all++] = "-MD";
		all[n_all++] = "-MF";
		all[n_all++] = rule;
	}
	memcpy(all + n_all, c->overlay.flags, c->overlay.n_flags * sizeof(*all));
	n_all += c->overlay.n_flags;
	clock_gettime(CLOCK_REALTIME_COARSE, &c->depends.since);
	if (depends_fd >= 0)
		c->module = create_module(text, all, n_all);
	else /* for the verifier, with the lines of the source */
		c->module = create(text, all, n_all);
	return c->module ? 0 : -EINVAL;
}

/* A word that begins so. */
static bool has_word(const char *text, const char *begin)
{
	for (struct bw_token t = bw_tokens_next(&text); t.len; t = bw_tokens_next(&text))
		if (t.len >= strlen(begin) && strncmp(t.text, begin, strlen(begin)) == 0)
			return true;
	return false;
}

int bw_compile(const char *text, const char **flags, size_t n, bool btf, int fd, int depends_fd)
{
	BW_CLEANUP(end_compilation) struct compilation c = {.overlay = {.types = -1, .overlay = -1}};
	int r;

	/* libbcc would pin the map of this process, which is not the one that is loaded. */
	if (has_word(text, "BPF_TABLE_PINNED")) {
		fputs("BPF_TABLE_PINNED: pinned tables are not supported\n", stderr);
		return -EINVAL; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	}
	r = begin_compilation(&c, text, flags, n, btf, depends_fd);
	if (r < 0 && has_word(text, "bpf_usdt_readarg")) /* newer compilers refuse it by themselves */
		fputs("the arguments of a static probe (USDT, bpf_usdt_readarg) are not supported\n", stderr);
	if (r == 0)
		r = bw_module_image_write(c.module, text, fd);
	return r < 0 ? r : write_depends(c.module, flags, n, &c.depends, depends_fd);
}

/* Is there something in it that the loader makes: variables, or functions that it calls? */
static bool needs_linking(const char *program)
{
	BW_CLEANUP(bw_object_free) struct bw_object o;
	struct bw_object_function f;
	struct bw_object_reference reference;

	bw_object_find(&o);
	if (!bw_object_function(&o, program, &f))
		return false;
	for (uint32_t i = 0; i < f.n; i++)
		if (bw_object_reference(&o, &f, i, &reference))
			return true;
	return false;
}

int bw_compile_verify(const char *text, const char **flags, size_t n, bool btf, const char *program, int type, int out)
{
	enum { LOG_BYTES = 16 << 20 };
	BW_CLEANUP(end_compilation) struct compilation c = {.overlay = {.types = -1, .overlay = -1}};
	BW_FREE char *log = calloc(1, LOG_BYTES);
	struct bpf_insn *insns;
	int fd, r = log ? begin_compilation(&c, text, flags, n, btf, -1) : -ENOMEM;

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	insns = bpf_function_start(c.module, program);
	if (!insns || needs_linking(program))
		return -ENOENT; /* cppcheck-suppress memleak ; likewise */
	/* Neither the compiler's messages nor libbcc's are asked for. */
	r = drop_messages();
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; likewise */
	fd = bcc_func_load(c.module, type, program, insns, (int)bpf_function_size(c.module, program),
			   bpf_module_license(c.module) ? bpf_module_license(c.module) : "GPL", 0, 1, log, LOG_BYTES,
#ifdef LIBBCC_VERSION_GEQ
			   NULL, -1);
#else /* before 0.25 */
			   NULL);
#endif
	r = drop_messages();
	if (fd >= 0) {
		close(fd);
		return -ENOENT; /* this time the verifier accepts the program */
	}
	return r < 0 ? r : bw_file_write(out, log, strlen(log));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/stub_return.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "kernel/prototype.h"

/* "int "; a number, where it is not known; *has: it returns something. The caller's; NULL: no memory. */
static char *result_type(const struct bw_stub_of *f, bool *has)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	*has = true;
	if (f->id)
		*has = bw_prototype_return(out, f->btf, f->id) == 0;
	else
		fputs("long ", out);
	fclose(out);
	return text;
}

/* With fentry the parameters stand before the result: 8 bytes each, a struct by value in as many as it needs. */
static void print_parameters(FILE *out, const struct bw_stub_of *f)
{
	uint32_t size, slot = 1;
	int is_signed;

	for (uint32_t n = 0; bw_prototype_name(f->btf, f->id, n); n++) {
		bw_prototype_kind(f->btf, f->id, n, &size, &is_signed);
		for (uint32_t at = 0; at < size || at == 0; at += 8)
			fprintf(out, ", u64 arg%u", slot++);
	}
}

/* at_end: the function's return. */
static void print_function(FILE *out, const struct bw_stub_of *f, const char *type, bool has_result, bool at_end)
{
	const char *kind = at_end ? "kretprobe" : "kprobe";

	if (f->hook == BW_STUB_KFUNC) {
		fprintf(out, at_end ? "KRETFUNC_PROBE(%s" : "KFUNC_PROBE(%s", f->name);
		print_parameters(out, f);
		if (at_end && has_result)
			fprintf(out, ", %sresult", type);
		fputs(")\n{\n", out);
	} else if (f->hook == BW_STUB_SYSCALL) {
		fprintf(out, "int %s__sys_%s(struct pt_regs *ctx)\n{\n", kind, f->name);
	} else if (bw_parse_is_identifier(f->name)) {
		fprintf(out, "int %s__%s(struct pt_regs *ctx)\n{\n", kind, f->name);
	} else {
		fprintf(out, "int on_%s(struct pt_regs *ctx)\n{\n", at_end ? "return" : "entry");
	}
}

static void print_head(FILE *out, const struct bw_stub_of *f, bool latency)
{
	fputs("// bccwatch run FILE.c", out);
	if (f->hook == BW_STUB_KPROBE && !bw_parse_is_identifier(f->name)) {
		fprintf(out, " --kretprobe %s:on_return", f->name);
		if (latency)
			fprintf(out, " --kprobe %s:on_entry", f->name);
	}
	if (f->id) {
		fputs("\n// ", out);
		bw_prototype_write(out, f->btf, f->id);
	}
	fputs("\n#include <uapi/linux/ptrace.h>\n\nstruct event_t {\n\tu32 pid;\n\tchar comm[16];\n", out);
}

static void print_entry(FILE *out, const struct bw_stub_of *f)
{
	fputs("BPF_HASH(_starts, u64, u64); // by thread; a name with an underscore: it is not printed\n\n", out);
	print_function(out, f, "", false, false);
	fputs("\tu64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();\n\n"
	      "\t_starts.update(&id, &now);\n\treturn 0;\n}\n\n",
	      out);
}

int bw_stub_return(FILE *out, const struct bw_stub_of *f, bool latency)
{
	bool has_result;
	BW_FREE char *type = result_type(f, &has_result);
	const char *result = f->hook == BW_STUB_KFUNC ? "result" : "PT_REGS_RC(ctx)";

	if (!type)
		return -ENOMEM; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	print_head(out, f, latency);
	if (has_result)
		fprintf(out, "\t%sresult;\n", type);
	fprintf(out, "%s};\n\nBPF_PERF_OUTPUT(events);\n", latency ? "\tu64 latency_ns;\n" : "");
	if (latency)
		print_entry(out, f);
	else
		fputc('\n', out);
	print_function(out, f, type, has_result, true);
	fputs("\tstruct event_t event = {};\n", out);
	if (latency)
		fputs("\tu64 id = bpf_get_current_pid_tgid(), *start = _starts.lookup(&id);\n\n"
		      "\tif (!start)\n\t\treturn 0;\n\tevent.latency_ns = bpf_ktime_get_ns() - *start;\n"
		      "\t_starts.delete(&id);\n",
		      out);
	else
		fputc('\n', out);
	fputs("\tevent.pid = bpf_get_current_pid_tgid() >> 32;\n"
	      "\tbpf_get_current_comm(&event.comm, sizeof(event.comm));\n",
	      out);
	if (has_result) {
		const size_t len = strlen(type);

		fprintf(out, "\tevent.result = (%.*s)%s;\n", (int)(len - (type[len - 1] == ' ')), type, result);
	}
	fputs("\tevents.perf_submit(ctx, &event, sizeof(event));\n\treturn 0;\n}\n", out);
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/stub.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "kernel/format.h"
#include "kernel/prototype.h"

enum { PARAMETERS_MAX = 6 /* that BCC finds in registers */, TEXT = 64 /* bytes of a string that are shown */ };

/* What is written of a program while its parameters or fields are gone through. */
struct stub {
	FILE *parameters, *members, *reads;
	char *text[3]; /* their text, malloc'd */
	size_t len[3];
	bool has_text;
};

static int open_stub(struct stub *s)
{
	*s = (struct stub){0};
	s->parameters = open_memstream(&s->text[0], &s->len[0]);
	s->members = open_memstream(&s->text[1], &s->len[1]);
	s->reads = open_memstream(&s->text[2], &s->len[2]);
	return s->parameters && s->members && s->reads ? 0 : -ENOMEM;
}

/* Their texts are whole from here on. */
static void finish(struct stub *s)
{
	FILE **const files[] = {&s->parameters, &s->members, &s->reads};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (*files[i])
			fclose(*files[i]);
		*files[i] = NULL;
	}
}

static void free_stub(struct stub *s)
{
	finish(s);
	for (size_t i = 0; i < sizeof(s->text) / sizeof(*s->text); i++)
		free(s->text[i]);
}

/* A name that means something else in the program gets an underscore. */
static const char *own_name(const char *name)
{
	static const char *const taken[] = {"ctx", "pid", "comm", "event", "events", "args", "current", NULL};

	return bw_parse_word(name, taken) < 0 ? "" : "_";
}

static const char *number_type(uint32_t size, bool is_signed)
{
	return size == 1   ? (is_signed ? "s8" : "u8")
	       : size == 2 ? (is_signed ? "s16" : "u16")
	       : size == 4 ? (is_signed ? "s32" : "u32")
			   : (is_signed ? "s64" : "u64");
}

static void add_text(struct stub *s, const char *name, const char *mark, const char *from)
{
	fprintf(s->members, "\tchar %s%s[%d];\n", name, mark, TEXT);
	fprintf(s->reads, "\tread_text(event.%s%s, sizeof(event.%s%s), %s);\n", name, mark, name, mark, from);
	s->has_text = true;
}

static void add_parameter(struct stub *s, const struct btf *btf, uint32_t id, uint32_t n)
{
	const char *name = bw_prototype_name(btf, id, n), *mark;
	char unnamed[16], from[160];
	uint32_t size;
	int is_signed;
	enum bw_parameter kind = bw_prototype_kind(btf, id, n, &size, &is_signed);

	snprintf(unnamed, sizeof(unnamed), "arg%u", n + 1);
	name = *name ? name : unnamed;
	mark = own_name(name);
	fprintf(s->parameters, ", %s%s%s", kind == BW_PARAMETER_NUMBER ? number_type(size, is_signed) : "void *",
		kind == BW_PARAMETER_NUMBER ? " " : "", name);
	fputs(mark, s->parameters);
	snprintf(from, sizeof(from), "%.128s%s", name, mark);
	switch (kind) {
	case BW_PARAMETER_TEXT:
		add_text(s, name, mark, from);
		break;
	case BW_PARAMETER_FILENAME: /* begins with the pointer to the name */
		fprintf(s->reads,
			"\tconst void *name_of_%s = NULL;\n\tbpf_probe_read_kernel(&name_of_%s, sizeof(name_of_%s), "
			"%s);\n",
			name, name, name, from);
		snprintf(from, sizeof(from), "name_of_%.128s", name);
		add_text(s, name, mark, from);
		break;
	default:
		fprintf(s->members, "\t%s%s%s%s;\n",
			kind == BW_PARAMETER_NUMBER ? number_type(size, is_signed) : "void *",
			kind == BW_PARAMETER_NUMBER ? " " : "", name, mark);
		fprintf(s->reads, "\tevent.%s%s = %s;\n", name, mark, from);
	}
}

/* How a program begins, up to its function. */
static void print_head(FILE *out, const struct stub *s)
{
	fprintf(out,
		"#include <uapi/linux/ptrace.h>\n\nstruct event_t {\n\tu32 pid;\n\tchar comm[16];\n%s};\n\n"
		"BPF_PERF_OUTPUT(events);\n\n",
		s->text[1]);
	if (s->has_text)
		fputs("// Addresses of the kernel are negative, those of programs are not.\n"
		      "static inline void read_text(char *to, u32 size, const void *from)\n{\n"
		      "\tif ((s64)from < 0)\n\t\tbpf_probe_read_kernel_str(to, size, from);\n"
		      "\telse\n\t\tbpf_probe_read_user_str(to, size, from);\n}\n\n",
		      out);
}

static void print_body(FILE *out, const struct stub *s, const char *context)
{
	fprintf(out,
		"{\n\tstruct event_t event = {};\n\n\tevent.pid = bpf_get_current_pid_tgid() >> 32;\n"
		"\tbpf_get_current_comm(&event.comm, sizeof(event.comm));\n%s"
		"\tevents.perf_submit(%s, &event, sizeof(event));\n\treturn 0;\n}\n",
		s->text[2], context);
}

static bool is_in_register(const struct btf *btf, uint32_t id, uint32_t n)
{
	uint32_t size;
	int is_signed;

	return bw_prototype_name(btf, id, n) && bw_prototype_kind(btf, id, n, &size, &is_signed) != BW_PARAMETER_WHOLE;
}

static bool is_identifier(const char *name)
{
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '_')
			return false;
	return true;
}

int bw_stub_function(FILE *out, const struct btf *btf, uint32_t id, const char *name)
{
	BW_CLEANUP(free_stub) struct stub s;
	bool named = is_identifier(name);
	int r = open_stub(&s);

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	/* A struct by value lies in several registers, or in none: what follows is not found. */
	for (uint32_t i = 0; id && i < PARAMETERS_MAX && is_in_register(btf, id, i); i++)
		add_parameter(&s, btf, id, i);
	finish(&s);
	if (named)
		fputs("// bccwatch run FILE.c\n", out);
	else
		fprintf(out, "// bccwatch run FILE.c --kprobe %s:on_entry\n", name);
	if (id) {
		fputs("// ", out);
		r = bw_prototype_write(out, btf, id);
		fputc('\n', out);
	}
	print_head(out, &s);
	fprintf(out, "int %s%s(struct pt_regs *ctx%s)\n", named ? "kprobe__" : "on_entry", named ? name : "",
		s.text[0]);
	print_body(out, &s, "ctx");
	return r;
}

static void add_field(void *cookie, const struct bw_format_field *field)
{
	struct stub *s = cookie;
	const char *name = field->name, *mark = own_name(name);
	char from[NAME_MAX + 64];

	if (strncmp(name, "common_", strlen("common_")) == 0)
		return;
	if (strncmp(field->declaration, "__data_loc char", strlen("__data_loc char")) == 0) {
		/* At an offset, the lower half of a number, behind the event's beginning. */
		snprintf(from, sizeof(from), "(void *)args + (args->data_loc_%s & 0xffff)", name);
		add_text(s, name, mark, from);
	} else if (strstr(field->declaration, "char *")) {
		snprintf(from, sizeof(from), "(const void *)args->%s", name);
		add_text(s, name, mark, from);
	} else if (strchr(field->declaration, '[') || field->size > 8 || field->size == 0) {
		if (field->size == 0 || field->size > TEXT || strncmp(field->declaration, "__", 2) == 0)
			return;
		fprintf(s->members, "\t%s %s%s[%u];\n", strncmp(field->declaration, "char ", 5) == 0 ? "char" : "u8",
			name, mark, field->size);
		fprintf(s->reads, "\tbpf_probe_read_kernel(&event.%s%s, sizeof(event.%s%s), &args->%s);\n", name, mark,
			name, mark, name);
	} else {
		fprintf(s->members, "\t%s %s%s;\n",
			strchr(field->declaration, '*') ? "u64" : number_type(field->size, field->is_signed), name,
			mark);
		fprintf(s->reads, "\tevent.%s%s = (%s)args->%s;\n", name, mark,
			strchr(field->declaration, '*') ? "u64" : number_type(field->size, field->is_signed), name);
	}
}

int bw_stub_tracepoint(FILE *out, const char *root, const char *category, const char *name)
{
	BW_CLEANUP(free_stub) struct stub s;
	int r = open_stub(&s);

	if (r == 0)
		r = bw_format_each(root, category, name, add_field, &s);
	finish(&s);
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	fputs("// bccwatch run FILE.c\n", out);
	print_head(out, &s);
	fprintf(out, "TRACEPOINT_PROBE(%s, %s)\n", category, name);
	print_body(out, &s, "args");
	return 0;
}

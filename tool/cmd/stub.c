/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/stub.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/parse.h"
#include "cmd/stub_structs.h"
#include "kernel/prototype.h"
#include "kernel/tracepoint_format.h"

enum {
	PARAMETERS_MAX = 6, /* parameters that BCC reads from registers */
	TEXT = 64,	    /* bytes of a string that are printed */
	STACK = 400,	    /* of a program's 512 bytes, for the event */
	STACK_CALLING = 320 /* the same where it calls a function of lib/describe.h, which needs 128 */
};

/* The parts of a program, written parameter by parameter. */
struct stub {
	FILE *parameters, *members, *reads, *structs, *last; /* last: members that stand behind the others */
	char *text[5];					     /* their text, malloc'd */
	size_t len[5];
	bool has_text;
	const char *header; /* of bpf_src/lib, which describes structs; NULL: none */
	uint32_t bytes;	    /* bytes of the members, roughly */
};

/* Is there space for so many bytes more on the stack? What has none is left out, with a comment. */
static bool has_room(struct stub *s, uint32_t bytes, const char *name)
{
	if (s->bytes + bytes > (s->header ? STACK_CALLING : STACK)) {
		fprintf(s->members, "\t// %s is left out: the stack is small\n", name);
		return false;
	}
	s->bytes += (bytes + 7) & ~7U;
	return true;
}

static int open_stub(struct stub *s)
{
	*s = (struct stub){0};
	s->parameters = open_memstream(&s->text[0], &s->len[0]);
	s->members = open_memstream(&s->text[1], &s->len[1]);
	s->reads = open_memstream(&s->text[2], &s->len[2]);
	s->structs = open_memstream(&s->text[3], &s->len[3]);
	s->last = open_memstream(&s->text[4], &s->len[4]);
	return s->parameters && s->members && s->reads && s->structs && s->last ? 0 : -ENOMEM;
}

/* Completes the texts. */
static void finish(struct stub *s)
{
	FILE **const files[] = {&s->parameters, &s->members, &s->reads, &s->structs, &s->last};

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
	switch (size) {
	case 1:
		return is_signed ? "s8" : "u8";
	case 2:
		return is_signed ? "s16" : "u16";
	case 4:
		return is_signed ? "s32" : "u32";
	default:
		return is_signed ? "s64" : "u64";
	}
}

static void add_text(struct stub *s, const char *name, const char *mark, const char *from)
{
	if (!has_room(s, TEXT, name))
		return;
	fprintf(s->members, "\tchar %s%s[%d];\n", name, mark, TEXT);
	fprintf(s->reads, "\tread_text(event.%s%s, sizeof(event.%s%s), %s);\n", name, mark, name, mark, from);
	s->has_text = true;
}

/* Declares, once, the struct that a pointer leads to; its members are in a header. */
static void add_struct(struct stub *s, const struct btf *btf, uint32_t id, uint32_t n)
{
	const char *word, *other, *name = bw_prototype_struct(btf, id, n, &word);

	for (uint32_t i = 0; name && i < n; i++)
		if ((other = bw_prototype_struct(btf, id, i, &word)) && strcmp(other, name) == 0)
			return;
	if (name && bw_prototype_struct(btf, id, n, &word))
		fprintf(s->structs, "%s %s;\n", word, name);
}

/* Has the event a member of that name? */
static bool is_used(struct stub *s, const char *name)
{
	char forms[3][192];

	snprintf(forms[0], sizeof(forms[0]), " %.128s[", name);
	snprintf(forms[1], sizeof(forms[1]), " %.128s;", name);
	snprintf(forms[2], sizeof(forms[2]), "*%.128s;", name);
	fflush(s->members);
	fflush(s->last);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
		if (strstr(s->text[1], forms[i]) || strstr(s->text[4], forms[i]))
			return true;
	return false;
}

static void describe(struct stub *s, const struct bw_stub_struct *known, const char *parameter, const char *from)
{
	char name[160], unique[162];

	if (!s->header || strcmp(known->header, s->header) > 0) /* describe_sock.h has describe.h */
		s->header = known->header;
	for (const struct bw_stub_member *m = known->members; m < known->members + BW_STUB_MEMBERS_MAX && m->type;
	     m++) {
		bw_stub_structs_member_name(name, sizeof(name), parameter, m);
		snprintf(unique, sizeof(unique), "%s%s", name, is_used(s, name) ? "_" : own_name(name));
		if (!has_room(s, m->bytes, unique))
			continue;
		fprintf(m->last ? s->last : s->members, "\t%s %s%s;\n", m->type, unique, m->size);
		if (m->is_number)
			fprintf(s->reads, "\tevent.%s = %s%s%s;\n", unique, m->read, from, m->behind);
		else
			fprintf(s->reads, "\t%s(event.%s, %s%s);\n", m->read, unique, from, m->behind);
	}
}

/* A member for the parameter as it is; mark: behind the member's name, from: the parameter's. */
static void add_member(struct stub *s, const struct btf *btf, uint32_t id, uint32_t n, enum bw_prototype_parameter kind,
		       const char *name, const char *mark, const char *from)
{
	char pointer[160];

	switch (kind) {
	case BW_PARAMETER_TEXT:
		add_text(s, name, mark, from);
		break;
	case BW_PARAMETER_FILENAME: /* begins with the pointer to the name */
		fprintf(s->reads,
			"\tconst void *name_of_%s = NULL;\n\tbpf_probe_read_kernel(&name_of_%s, sizeof(name_of_%s), "
			"%s);\n",
			name, name, name, from);
		snprintf(pointer, sizeof(pointer), "name_of_%.128s", name);
		add_text(s, name, mark, pointer);
		break;
	default:
		if (!has_room(s, 8, name))
			break;
		fputc('\t', s->members);
		if (kind == BW_PARAMETER_NUMBER)
			bw_prototype_type(s->members, btf, id, n);
		else
			fputs("const void *", s->members);
		fprintf(s->members, "%s%s;\n", name, mark);
		fprintf(s->reads, "\tevent.%s%s = %s;\n", name, mark, from);
	}
}

static void add_parameter(struct stub *s, const struct btf *btf, uint32_t id, uint32_t n)
{
	const char *name = bw_prototype_name(btf, id, n), *mark, *word;
	char unnamed[16], from[160];
	uint32_t size;
	int is_signed;
	enum bw_prototype_parameter kind = bw_prototype_kind(btf, id, n, &size, &is_signed);
	const struct bw_stub_struct *known = bw_stub_structs_find(bw_prototype_struct(btf, id, n, &word));

	snprintf(unnamed, sizeof(unnamed), "arg%u", n + 1);
	name = *name ? name : unnamed;
	mark = own_name(name);
	fputs(", ", s->parameters);
	bw_prototype_type(s->parameters, btf, id, n);
	fprintf(s->parameters, "%s%s", name, mark);
	snprintf(from, sizeof(from), "%.128s%s", name, mark);
	if (kind == BW_PARAMETER_STRUCT && known) {
		describe(s, known, name, from);
		return;
	}
	add_struct(s, btf, id, n);
	add_member(s, btf, id, n, kind, name, is_used(s, name) ? "_" : mark, from);
}

/* The beginning of a program, up to its function. */
static void print_head(FILE *out, const struct stub *s)
{
	fputs("#include <uapi/linux/ptrace.h>\n\n", out);
	if (s->header)
		fprintf(out, "#include \"lib/%s\"\n\n", s->header);
	fprintf(out,
		"%s%sstruct event_t {\n\tu32 pid;\n\tchar comm[16];\n%s%s};\n\n"
		"BPF_PERF_OUTPUT(events);\n\n",
		s->text[3], s->len[3] > 0 ? "\n" : "", s->text[1], s->text[4]);
	if (s->has_text && !s->header)
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

/* The function's head: its parameters follow, each after a comma. */
static void print_function(FILE *out, enum bw_stub_hook hook, const char *name, const char *parameters)
{
	if (hook == BW_STUB_KFUNC)
		fprintf(out, "KFUNC_PROBE(%s%s)\n", name, parameters);
	else if (hook == BW_STUB_LSM)
		fprintf(out, "LSM_PROBE(%s%s)\n", name, parameters);
	else if (hook == BW_STUB_SYSCALL)
		fprintf(out, "int syscall__%s(struct pt_regs *ctx%s)\n", name, parameters);
	else if (bw_parse_is_identifier(name))
		fprintf(out, "int kprobe__%s(struct pt_regs *ctx%s)\n", name, parameters);
	else
		fprintf(out, "int on_entry(struct pt_regs *ctx%s)\n", parameters);
}

int bw_stub_function(FILE *out, enum bw_stub_hook hook, const struct btf *btf, uint32_t id, const char *name)
{
	BW_CLEANUP(free_stub) struct stub s;
	int r = open_stub(&s);

	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	/* A struct by value takes several registers, or none: the parameters behind it are not found. */
	for (uint32_t i = 0; id && i < PARAMETERS_MAX && is_in_register(btf, id, i); i++)
		add_parameter(&s, btf, id, i);
	finish(&s);
	if (hook == BW_STUB_KPROBE && !bw_parse_is_identifier(name))
		fprintf(out, "// bccwatch run FILE.c --kprobe %s:on_entry\n", name);
	else
		fputs("// bccwatch run FILE.c\n", out);
	if (id) {
		fputs("// ", out);
		r = bw_prototype_write(out, btf, id);
		fputc('\n', out);
	}
	print_head(out, &s);
	print_function(out, hook, name, s.text[0]);
	print_body(out, &s, "ctx");
	return r;
}

/* The type of a system call's argument, whose declaration may use names that only the kernel's headers know. */
static const char *argument_type(const char *declaration)
{
	static const struct {
		const char *begin, *type;
	} types[] = {
		{"int ", "int "},	{"pid_t ", "int "},
		{"clockid_t ", "int "}, {"const clockid_t ", "int "},
		{"timer_t ", "int "},	{"key_serial_t ", "int "},
		{"mqd_t ", "int "},	{"unsigned int ", "u32 "},
		{"unsigned ", "u32 "},	{"u32 ", "u32 "},
		{"__u32 ", "u32 "},	{"uid_t ", "u32 "},
		{"gid_t ", "u32 "},	{"umode_t ", "u32 "},
		{"qid_t ", "u32 "},	{"rwf_t ", "int "},
		{"size_t ", "u64 "},	{"unsigned long ", "u64 "},
		{"long ", "long "},	{"loff_t ", "long "},
		{"const int ", "int "}, {"const unsigned int ", "u32 "},
	};

	if (strchr(declaration, '*'))
		return strncmp(declaration, "const char *", 12) == 0 ? "const char *" : "void *";
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strncmp(declaration, types[i].begin, strlen(types[i].begin)) == 0 &&
		    strncmp(declaration, "unsigned long", 13) != 0)
			return types[i].type;
	return "u64 ";
}

static void add_argument(void *cookie, const struct bw_tracepoint_format_field *field)
{
	struct stub *s = cookie;
	const char *name = field->name, *mark = own_name(name), *type = argument_type(field->declaration);
	char from[NAME_MAX + 2];

	if (strncmp(name, "common_", strlen("common_")) == 0 || strcmp(name, "__syscall_nr") == 0)
		return;
	fprintf(s->parameters, ", %s%s%s", type, name, mark);
	snprintf(from, sizeof(from), "%s%s", name, mark);
	if (strcmp(type, "const char *") == 0) {
		add_text(s, name, mark, from);
		return;
	}
	fprintf(s->members, "\t%s%s%s;\n", type, name, mark);
	fprintf(s->reads, "\tevent.%s = %s;\n", from, from);
}

int bw_stub_syscall(FILE *out, const char *root, const char *name)
{
	BW_CLEANUP(free_stub) struct stub s;
	char event[NAME_MAX];
	int r = open_stub(&s);

	snprintf(event, sizeof(event), "sys_enter_%s", name);
	if (r == 0) /* without tracefs the arguments are not known */
		bw_tracepoint_format_each(root, "syscalls", event, add_argument, &s);
	finish(&s);
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	fputs("// bccwatch run FILE.c\n", out);
	print_head(out, &s);
	print_function(out, BW_STUB_SYSCALL, name, s.text[0]);
	print_body(out, &s, "ctx");
	return 0;
}

static void add_field(void *cookie, const struct bw_tracepoint_format_field *field)
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
		if (field->size == 0 || strncmp(field->declaration, "__", 2) == 0 || !has_room(s, field->size, name))
			return;
		fprintf(s->members, "\t%s %s%s[%u];\n", strncmp(field->declaration, "char ", 5) == 0 ? "char" : "u8",
			name, mark, field->size);
		fprintf(s->reads, "\tbpf_probe_read_kernel(&event.%s%s, sizeof(event.%s%s), &args->%s);\n", name, mark,
			name, mark, name);
	} else if (has_room(s, field->size, name)) {
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
		r = bw_tracepoint_format_each(root, category, name, add_field, &s);
	finish(&s);
	if (r < 0)
		return r; /* cppcheck-suppress memleak ; it does not know the cleanup attribute */
	fputs("// bccwatch run FILE.c\n", out);
	print_head(out, &s);
	fprintf(out, "TRACEPOINT_PROBE(%s, %s)\n", category, name);
	print_body(out, &s, "args");
	return 0;
}

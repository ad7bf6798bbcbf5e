/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/function_report.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/stub.h"
#include "kernel/attachable.h"
#include "kernel/btf.h"
#include "kernel/btf_target.h"
#include "kernel/kallsyms.h"
#include "kernel/kprobe.h"
#include "kernel/privilege.h"
#include "kernel/prototype.h"
#include "kernel/syscall.h"

/* One of a name's functions, as BTF has it. */
struct signature {
	struct btf *btf, *own; /* own: a module's, which is closed with this */
	uint32_t id;
	const char *module;
};

/* All that there is to say of a function. */
struct subject {
	struct bw_function function;
	struct bw_function_type type;
	struct btf *kernel; /* NULL: none */
	struct signature signatures[BW_SIGNATURES_MAX];
	size_t n;
	struct bw_attachable_verdict kprobe, fentry, fmod_ret, override, lsm;
};

/* The verdicts in their order, by which name. */
static const struct {
	const char *text, *json;
	size_t offset;
} hooks[] = {
	{"kprobe", "kprobe", offsetof(struct subject, kprobe)},
	{"fentry", "fentry", offsetof(struct subject, fentry)},
	{"fmod_ret", "fmod_ret", offsetof(struct subject, fmod_ret)},
	{"override", "override", offsetof(struct subject, override)},
	{"LSM", "lsm", offsetof(struct subject, lsm)},
};

enum { HOOKS = sizeof(hooks) / sizeof(*hooks) };

static const struct bw_attachable_verdict *verdict_of(const struct subject *s, size_t i)
{
	return (const struct bw_attachable_verdict *)((const char *)s + hooks[i].offset);
}

static void close_subject(struct subject *s)
{
	for (size_t i = 0; i < s->n; i++)
		bw_btf_close(&s->signatures[i].own);
}

static void find_in(struct subject *s, struct btf *btf, struct btf *base, const char *module)
{
	const char *name = s->function.name;
	uint32_t id = 0;

	while (s->n < BW_SIGNATURES_MAX && (id = bw_btf_next_function(btf, base, name, id)))
		s->signatures[s->n++] = (struct signature){btf, NULL, id, module};
}

static void note_signature(void *cookie, size_t i, uint32_t id)
{
	struct bw_function_report_ids *s = (struct bw_function_report_ids *)cookie + i;

	if (s->n < BW_SIGNATURES_MAX)
		s->ids[s->n++] = id;
}

int bw_function_report_find_ids(const struct btf *btf, const char *const *names, size_t n,
				struct bw_function_report_ids *signatures)
{
	return btf ? bw_btf_functions(btf, names, n, note_signature, signatures) : 0;
}

static void find_signatures(struct subject *s, const struct bw_function_report_ids *known)
{
	const struct bw_function *f = &s->function;

	for (uint32_t i = 0; i < known->n; i++)
		s->signatures[s->n++] = (struct signature){s->kernel, NULL, known->ids[i], ""};
	if (!s->kernel)
		return;
	for (uint32_t i = 0; i < f->copies && i < BW_COPIES_MAX; i++) {
		char path[PATH_MAX];
		struct btf *btf;
		size_t before = s->n;

		snprintf(path, sizeof(path), "/sys/kernel/btf/%s", f->modules[i]);
		if (!*f->modules[i] || bw_btf_open_module(path, s->kernel, &btf) < 0)
			continue;
		find_in(s, btf, s->kernel, f->modules[i]);
		if (s->n > before)
			s->signatures[before].own = btf;
		else
			bw_btf_close(&btf);
	}
}

/* What the kernel says when it is asked counts more than what its lists tell. */
static void try_kprobe(const struct bw_function *f, struct bw_attachable_verdict *v)
{
	int r = bw_kprobe_try(f->name);

	if (r == 0) {
		*v = (struct bw_attachable_verdict){.can = BW_YES};
		if (f->copies > 1)
			snprintf(v->why, sizeof(v->why), "the first of %u functions of this name", f->copies);
		return;
	}
	if (r == -ENODEV)
		snprintf(v->why, sizeof(v->why), "this kernel has no kprobes (CONFIG_KPROBE_EVENTS)");
	else if (r == -EADDRNOTAVAIL)
		snprintf(v->why, sizeof(v->why), "%u functions bear this name: which is meant can't be told",
			 f->copies);
	else if (v->can != BW_NO)
		snprintf(v->why, sizeof(v->why), "the kernel refuses it: %s%s", strerror(-r),
			 r == -EPERM ? " (lockdown, or a security module)" : "");
	v->can = BW_NO;
}

static void try_bound(enum bw_btf_target kind, uint32_t id, struct bw_attachable_verdict *v)
{
	int r = v->can == BW_YES ? bw_btf_target_try(kind, id) : 0;

	if (r == 0)
		return;
	v->can = BW_NO;
	snprintf(v->why, sizeof(v->why), "the kernel refuses it: %s", strerror(-r));
}

/* Asks the kernel; a program of a module's function would have to name the module, too. */
static void try_bound_hooks(struct subject *s)
{
	const struct signature *first = s->n > 0 ? &s->signatures[0] : NULL;

	if (first && !*first->module) {
		try_bound(BW_BOUND_FENTRY, first->id, &s->fentry);
		try_bound(BW_BOUND_FMOD_RET, first->id, &s->fmod_ret);
	}
	if (s->type.lsm)
		try_bound(BW_BOUND_LSM, s->type.lsm, &s->lsm);
}

static void judge(struct subject *s)
{
	const struct signature *first = s->n > 0 ? &s->signatures[0] : NULL;
	const struct bw_function *f = &s->function;

	bw_attachable_type(first ? first->btf : s->kernel, first ? first->id : 0, f, &s->type);
	bw_attachable_kprobe(f, &s->kprobe);
	if (bw_privilege_check() == 0)
		try_kprobe(f, &s->kprobe);
	bw_attachable_override(f, &s->kprobe, &s->override);
	bw_attachable_fentry(f, &s->type, &s->fentry);
	bw_attachable_fmod_ret(f, &s->type, &s->fmod_ret);
	bw_attachable_lsm("", &s->type, &s->lsm);
	if (bw_privilege_check() == 0)
		try_bound_hooks(s);
}

static const char *type_word(char type)
{
	return type == 'T' ? "global" : type == 't' ? "static: local to its file" : "weak: another may take its place";
}

/* The function of the system call that the name may mean; "" if there is none. */
static void find_wrapper(const struct subject *s, char wrapper[256])
{
	const char *plain = s->function.name, *names[] = {wrapper};
	uint32_t count = 0;

	plain += strncmp(plain, "sys_", 4) == 0 ? 4 : 0;
	snprintf(wrapper, 256, BW_SYSCALL "%s", plain);
	if (s->function.copies > 0 || bw_kallsyms_count("", names, &count, 1) < 0 || count == 0)
		*wrapper = '\0';
}

/* Of the names "a, b" those that were made of the function, or the others, are printed. Are there any? */
static bool each_near(const char *name, const char *like, bool made_of, void (*print)(bool first, const char *near))
{
	bool first = true;

	for (const char *end; *like; like = *end ? end + 2 : end) {
		char near[256];

		end = strstr(like, ", ");
		end = end ? end : like + strlen(like);
		snprintf(near, sizeof(near), "%.*s", (int)(end - like), like);
		if ((strncmp(near, name, strlen(name)) == 0 && near[strlen(name)] == '.') != made_of)
			continue;
		print(first, near);
		first = false;
	}
	return !first;
}

static void print_near_name(bool first, const char *near)
{
	fputs(first ? "  near      " : ", ", stdout);
	bw_escape_print_text(stdout, near);
}

static void print_part_name(bool first, const char *near)
{
	fputs(first ? "  parts     " : ", ", stdout);
	bw_escape_print_text(stdout, near);
}

/* Names that the one that is not there may stand for: a system call's function, and those that resemble it. */
static void print_near(const struct subject *s)
{
	char like[1024], wrapper[256];

	find_wrapper(s, wrapper);
	if (*wrapper)
		printf("  near      %s: the system call\n", wrapper);
	bw_kallsyms_like("", s->function.name, like, sizeof(like));
	if (each_near(s->function.name, like, true, print_part_name))
		fputs(": what the compiler made of it\n", stdout);
	if (each_near(s->function.name, like, false, print_near_name))
		fputc('\n', stdout);
}

static void print_signatures(const struct subject *s, bool expand)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct signature *one = &s->signatures[i];

		bw_prototype_write(stdout, one->btf, one->id);
		printf("%s%s%s\n", *one->module ? " [" : "", one->module, *one->module ? "]" : "");
	}
	if (s->n == 0) {
		bw_escape_print_text(stdout, s->function.name);
		fputc('\n', stdout);
	}
	for (size_t i = 0; expand && i < s->n; i++)
		bw_prototype_expand(stdout, s->signatures[i].btf, s->signatures[i].id);
}

static void print_symbol(const struct bw_function *f)
{
	bool named = false;

	printf("  symbol    %c, %s", f->type, type_word(f->type));
	if (f->copies > 1)
		printf("; the first of %u of this name", f->copies);
	for (uint32_t i = 0; i < f->copies && i < BW_COPIES_MAX; i++)
		if (*f->modules[i]) {
			fputs(named ? ", " : "; in the module ", stdout);
			bw_escape_print_text(stdout, f->modules[i]);
			named = true;
		}
	fputc('\n', stdout);
}

static void print_text(const struct subject *s, bool expand)
{
	static const char *const words[] = {[BW_NO] = "no", [BW_YES] = "yes", [BW_UNKNOWN] = "not known"};
	const struct bw_function *f = &s->function;

	print_signatures(s, expand);
	if (f->copies > 0)
		print_symbol(f);
	else if (f->symbols == 0)
		print_near(s);
	for (size_t i = 0; i < HOOKS; i++) {
		const struct bw_attachable_verdict *v = verdict_of(s, i);

		printf("  %-9s %s%s%s\n", hooks[i].text, words[v->can], *v->why ? ": " : "", v->why);
	}
}

/* What `write` writes of a signature, as a string of JSON. */
static void print_json_text(int (*write)(FILE *out, const struct btf *btf, uint32_t id), const struct signature *one)
{
	BW_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return;
	write(out, one->btf, one->id);
	fclose(out);
	bw_escape_print_json(stdout, text);
}

static void print_json_signatures(const struct subject *s, bool expand)
{
	for (size_t i = 0; i < s->n; i++) {
		fputs(i ? ",{\"text\":" : "{\"text\":", stdout);
		print_json_text(bw_prototype_write, &s->signatures[i]);
		if (expand) {
			fputs(",\"structs\":", stdout);
			print_json_text(bw_prototype_expand, &s->signatures[i]);
		}
		fputs(",\"module\":", stdout);
		bw_escape_print_json(stdout, s->signatures[i].module);
		fputc('}', stdout);
	}
}

static void print_json_name(bool first, const char *near)
{
	if (!first)
		fputc(',', stdout);
	bw_escape_print_json(stdout, near);
}

static void print_json_near(const struct subject *s)
{
	char like[1024], wrapper[256];

	find_wrapper(s, wrapper);
	bw_kallsyms_like("", s->function.name, like, sizeof(like));
	fputs(",\"made_of_it\":[", stdout);
	each_near(s->function.name, like, true, print_json_name);
	fputs("],\"near\":[", stdout);
	each_near(s->function.name, like, false, print_json_name);
	fputs("],\"syscall\":", stdout);
	if (*wrapper)
		bw_escape_print_json(stdout, wrapper);
	else
		fputs("null", stdout);
}

static void print_json(const struct subject *s, bool expand)
{
	static const char *const words[] = {[BW_NO] = "false", [BW_YES] = "true", [BW_UNKNOWN] = "null"};
	const struct bw_function *f = &s->function;

	fputs("{\"function\":", stdout);
	bw_escape_print_json(stdout, f->name);
	printf(",\"copies\":%u,\"symbol\":\"%.*s\",\"modules\":[", f->copies, f->copies > 0, &f->type);
	for (uint32_t i = 0; i < f->copies && i < BW_COPIES_MAX; i++)
		print_json_name(i == 0, f->modules[i]);
	fputs("],\"signatures\":[", stdout);
	print_json_signatures(s, expand);
	fputc(']', stdout);
	if (f->copies == 0 && f->symbols == 0)
		print_json_near(s);
	for (size_t i = 0; i < HOOKS; i++) {
		const struct bw_attachable_verdict *v = verdict_of(s, i);

		printf(",\"%s\":{\"can\":%s,\"why\":", hooks[i].json, words[v->can]);
		bw_escape_print_json(stdout, v->why);
		fputc('}', stdout);
	}
	fputs("}\n", stdout);
}

static int stub_syscall(const char *name)
{
	char event[256];

	int r;

	if (bw_kprobe_supported("") == 0)
		return bw_stub_syscall(stdout, "", name);
	snprintf(event, sizeof(event), "sys_enter_%s", name);
	r = bw_stub_tracepoint(stdout, "", "syscalls", event);
	return r < 0 ? bw_log_error(r, "without kprobes it takes the tracepoint syscalls:%s, which can't be read: %s",
				    event, strerror(-r))
		     : 0;
}

/* By a kprobe, or, where it can't be had, by fentry. */
static int stub_function(const struct subject *s, enum bw_function_report_hook asked)
{
	const struct signature *first = s->n > 0 ? &s->signatures[0] : NULL;
	const char *name = s->function.name;

	if (first && s->fentry.can == BW_YES && (asked == BW_ASKED_FENTRY || s->kprobe.can == BW_NO))
		return bw_stub_function(stdout, BW_STUB_KFUNC, first->btf, first->id, name);
	if (s->kprobe.can == BW_NO)
		return bw_log_error(-ENOENT, "'%s' can't be probed: %s", name, s->kprobe.why);
	return bw_stub_function(stdout, BW_STUB_KPROBE, first ? first->btf : NULL, first ? first->id : 0, name);
}

static int print_stub(const struct subject *s, enum bw_function_report_hook asked)
{
	static const char security[] = "security_";
	const char *name = s->function.name;
	char wrapper[256];

	find_wrapper(s, wrapper);
	if (strncmp(name, BW_SYSCALL, strlen(BW_SYSCALL)) == 0 && s->function.copies > 0)
		snprintf(wrapper, sizeof(wrapper), "%s", name);
	if (asked == BW_ASKED_LSM && s->type.lsm)
		return bw_stub_function(stdout, BW_STUB_LSM, s->kernel, s->type.lsm,
					name + (strncmp(name, security, strlen(security)) == 0 ? strlen(security) : 0));
	if (*wrapper && asked == BW_ASKED_KPROBE)
		return stub_syscall(wrapper + strlen(BW_SYSCALL));
	return stub_function(s, asked);
}

static enum bw_function_answer answer(const struct subject *s, enum bw_function_report_hook asked)
{
	switch (asked) {
	case BW_ASKED_FENTRY:
		return s->fentry.can;
	case BW_ASKED_FMOD_RET:
		return s->fmod_ret.can;
	case BW_ASKED_LSM:
		return s->lsm.can;
	default:
		return s->kprobe.can;
	}
}

int bw_function_report_print(struct btf *btf, const struct bw_function *function,
			     const struct bw_function_report_ids *signatures, enum bw_function_report_hook asked,
			     enum bw_function_report_form form, bool expand)
{
	BW_CLEANUP(close_subject) struct subject s = {.function = *function, .kernel = btf};

	find_signatures(&s, signatures);
	judge(&s);
	if (form == BW_FORM_STUB)
		return print_stub(&s, asked) == 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
	if (form == BW_FORM_JSON)
		print_json(&s, expand);
	else
		print_text(&s, expand);
	return answer(&s, asked) == BW_YES ? BW_EXIT_OK : BW_EXIT_FAILED;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/function_report.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/suggestions.h"
#include "cmd/command_table.h"
#include "cmd/stub.h"
#include "cmd/stub_return.h"
#include "kernel/kallsyms.h"
#include "kernel/perf_kprobe.h"
#include "kernel/prototype.h"
#include "kernel/syscall.h"
#include "output/json.h"

/* The verdicts in the order of the report, with their names in it. */
static const struct {
	const char *text, *json;
	size_t offset;
} hooks[] = {
	{"kprobe", "kprobe", offsetof(struct bw_function_facts, kprobe)},
	{"fentry", "fentry", offsetof(struct bw_function_facts, fentry)},
	{"fmod_ret", "fmod_ret", offsetof(struct bw_function_facts, fmod_ret)},
	{"override", "override", offsetof(struct bw_function_facts, override)},
	{"LSM", "lsm", offsetof(struct bw_function_facts, lsm)},
};

enum { HOOKS = sizeof(hooks) / sizeof(*hooks) };

static const struct bw_attachable_verdict *verdict_of(const struct bw_function_facts *s, size_t i)
{
	return (const struct bw_attachable_verdict *)((const char *)s + hooks[i].offset);
}

/* The letter of kallsyms. */
static const char *type_word(char type)
{
	if (type == 'T')
		return "global";
	return type == 't' ? "static: local to its file" : "weak: another may take its place";
}

/* "  LABEL     a, b": of the suggestions those that the compiler made of the function, or the others. */
static bool print_suggestions(const struct bw_suggestions *suggestions, bool made_of, const char *label)
{
	const char *list[BW_SUGGESTIONS_MAX];
	size_t n = bw_suggestions_list(suggestions, list), printed = 0;

	for (size_t i = 0; i < n; i++) {
		if (bw_suggestions_is_made_of(suggestions, list[i]) != made_of)
			continue;
		if (printed++ == 0)
			printf("  %-9s ", label);
		else
			fputs(", ", stdout);
		bw_escape_print_text(stdout, list[i]);
	}
	return printed > 0;
}

/* Names that a missing one may stand for: a system call's function, and similar ones. */
static void print_similar(const struct bw_function_facts *s)
{
	BW_CLEANUP(bw_suggestions_free) struct bw_suggestions suggestions = {.name = s->function.name};

	if (*s->wrapper)
		printf("  similar   %s: the system call\n", s->wrapper);
	bw_kallsyms_suggest("", &suggestions);
	if (print_suggestions(&suggestions, true, "parts"))
		fputs(": what the compiler made of it\n", stdout);
	if (print_suggestions(&suggestions, false, "similar"))
		fputc('\n', stdout);
}

static void print_signatures(const struct bw_function_facts *s, bool expand)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct bw_function_facts_signature *one = &s->signatures[i];

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

static void print_text(const struct bw_function_facts *s, bool expand)
{
	static const char *const words[] = {[BW_NO] = "no", [BW_YES] = "yes", [BW_UNKNOWN] = "not known"};
	const struct bw_function *f = &s->function;

	print_signatures(s, expand);
	if (f->copies > 0)
		print_symbol(f);
	else if (f->symbols == 0)
		print_similar(s);
	for (size_t i = 0; i < HOOKS; i++) {
		const struct bw_attachable_verdict *v = verdict_of(s, i);

		printf("  %-9s %s%s%s\n", hooks[i].text, words[v->can], *v->why ? ": " : "", v->why);
	}
}

/* What `write` writes of a signature, as a value. */
static void put_signature_text(struct bw_json *json, int (*write)(FILE *out, const struct btf *btf, uint32_t id),
			       const struct bw_function_facts_signature *one)
{
	BW_FREE char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out) {
		json->error = -ENOMEM;
		return;
	}
	write(out, one->btf, one->id);
	if (fclose(out) == 0)
		bw_json_text(json, text);
	else
		json->error = -ENOMEM;
}

static void put_signatures(struct bw_json *json, const struct bw_function_facts *s, bool expand)
{
	bw_json_key(json, "signatures");
	bw_json_open_array(json);
	for (size_t i = 0; i < s->n; i++) {
		bw_json_open_object(json);
		bw_json_key(json, "text");
		put_signature_text(json, bw_prototype_write, &s->signatures[i]);
		if (expand) {
			bw_json_key(json, "structs");
			put_signature_text(json, bw_prototype_expand, &s->signatures[i]);
		}
		bw_json_key(json, "module");
		bw_json_text(json, s->signatures[i].module);
		bw_json_close_object(json);
	}
	bw_json_close_array(json);
}

static void put_suggestions(struct bw_json *json, const char *key, const struct bw_suggestions *suggestions,
			    bool made_of)
{
	const char *list[BW_SUGGESTIONS_MAX];
	size_t n = bw_suggestions_list(suggestions, list);

	bw_json_key(json, key);
	bw_json_open_array(json);
	for (size_t i = 0; i < n; i++)
		if (bw_suggestions_is_made_of(suggestions, list[i]) == made_of)
			bw_json_text(json, list[i]);
	bw_json_close_array(json);
}

static void put_similar(struct bw_json *json, const struct bw_function_facts *s)
{
	BW_CLEANUP(bw_suggestions_free) struct bw_suggestions suggestions = {.name = s->function.name};

	bw_kallsyms_suggest("", &suggestions);
	put_suggestions(json, "made_of_it", &suggestions, true);
	put_suggestions(json, "near", &suggestions, false);
	bw_json_key(json, "syscall");
	if (*s->wrapper)
		bw_json_text(json, s->wrapper);
	else
		bw_json_null(json);
}

static void put_symbol(struct bw_json *json, const struct bw_function *f)
{
	bw_json_key(json, "function");
	bw_json_text(json, f->name);
	bw_json_key(json, "copies");
	bw_json_number(json, f->copies);
	bw_json_key(json, "symbol");
	bw_json_string(json, &f->type, f->copies > 0);
	bw_json_key(json, "modules");
	bw_json_open_array(json);
	for (uint32_t i = 0; i < f->copies && i < BW_COPIES_MAX; i++)
		bw_json_text(json, f->modules[i]);
	bw_json_close_array(json);
}

static void put_verdict(struct bw_json *json, const char *hook, const struct bw_attachable_verdict *verdict)
{
	bw_json_key(json, hook);
	bw_json_open_object(json);
	bw_json_key(json, "can");
	if (verdict->can == BW_UNKNOWN)
		bw_json_null(json);
	else
		bw_json_bool(json, verdict->can == BW_YES);
	bw_json_key(json, "why");
	bw_json_text(json, verdict->why);
	bw_json_close_object(json);
}

/* 0 or -ENOMEM, reported. */
static int print_json(const struct bw_function_facts *s, bool expand)
{
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	int r;

	bw_json_open_object(&json);
	put_symbol(&json, &s->function);
	put_signatures(&json, s, expand);
	if (s->function.copies == 0 && s->function.symbols == 0)
		put_similar(&json, s);
	for (size_t i = 0; i < HOOKS; i++)
		put_verdict(&json, hooks[i].json, verdict_of(s, i));
	bw_json_close_object(&json);
	r = bw_json_print_line(&json, stdout);
	return r < 0 ? bw_log_error(r, "cannot print '%s': %s", s->function.name, strerror(-r)) : 0;
}

static int stub_syscall(const char *name)
{
	char event[256];
	int r;

	if (bw_perf_kprobe_supported("") == 0)
		return bw_stub_syscall(stdout, "", name);
	snprintf(event, sizeof(event), "sys_enter_%s", name);
	r = bw_stub_tracepoint(stdout, "", "syscalls", event);
	if (r < 0)
		bw_log_error(r, "cannot read the tracepoint 'syscalls:%s', which is needed without kprobes: %s", event,
			     strerror(-r));
	return r;
}

/* By a kprobe, or, where it can't be had, by fentry. */
static int stub_function(const struct bw_function_facts *s, enum bw_function_report_hook asked)
{
	const struct bw_function_facts_signature *first = s->n > 0 ? &s->signatures[0] : NULL;
	const char *name = s->function.name;

	if (first && s->fentry.can == BW_YES && (asked == BW_ASKED_FENTRY || s->kprobe.can == BW_NO))
		return bw_stub_function(stdout, BW_STUB_KFUNC, first->btf, first->id, name);
	if (s->kprobe.can == BW_NO)
		return bw_log_error(-ENOENT, "cannot probe '%s': %s", name, s->kprobe.why);
	if (!first)
		return bw_stub_function(stdout, BW_STUB_KPROBE, NULL, 0, name);
	return bw_stub_function(stdout, BW_STUB_KPROBE, first->btf, first->id, name);
}

static int print_stub(const struct bw_function_facts *s, enum bw_function_report_hook asked)
{
	static const char security[] = "security_";
	const char *name = s->function.name, *hook = name;
	const char *wrapper = s->wrapper;

	if (strncmp(name, BW_SYSCALL, strlen(BW_SYSCALL)) == 0 && s->function.copies > 0)
		wrapper = name;
	if (strncmp(name, security, strlen(security)) == 0)
		hook += strlen(security);
	if (asked == BW_ASKED_LSM && s->type.lsm)
		return bw_stub_function(stdout, BW_STUB_LSM, s->kernel, s->type.lsm, hook);
	if (*wrapper && asked == BW_ASKED_KPROBE)
		return stub_syscall(wrapper + strlen(BW_SYSCALL));
	return stub_function(s, asked);
}

static int stub_syscall_return(const char *wrapper, bool latency)
{
	const struct bw_stub_of stub = {BW_STUB_SYSCALL, NULL, 0, wrapper + strlen(BW_SYSCALL)};

	if (bw_perf_kprobe_supported("") == 0)
		return bw_stub_return(stdout, &stub, latency);
	bw_log_error(-ENODEV, "cannot probe the return of '%s': this kernel has no kprobes", stub.name);
	bw_log_hint("fentry:%s", wrapper);
	return -ENODEV;
}

/* Of the result, or the latency. */
static int print_stub_return(const struct bw_function_facts *s, enum bw_function_report_hook asked, bool latency)
{
	const struct bw_function_facts_signature *first = s->n > 0 ? &s->signatures[0] : NULL;
	const char *name = s->function.name;
	const bool by_fentry = first && s->fentry.can == BW_YES && (asked == BW_ASKED_FENTRY || s->kprobe.can == BW_NO);
	const struct bw_stub_of stub = {by_fentry ? BW_STUB_KFUNC : BW_STUB_KPROBE, first ? first->btf : NULL,
					first ? first->id : 0, name};

	if (asked == BW_ASKED_LSM)
		return bw_log_error(-EINVAL, "cannot write a stub for '%s': LSM hooks have no probe at their end",
				    name);
	if (*s->wrapper && asked == BW_ASKED_KPROBE)
		return stub_syscall_return(s->wrapper, latency);
	if (s->kprobe.can == BW_NO && !by_fentry)
		return bw_log_error(-ENOENT, "cannot probe '%s': %s", name, s->kprobe.why);
	return bw_stub_return(stdout, &stub, latency);
}

static enum bw_function_answer answer(const struct bw_function_facts *s, enum bw_function_report_hook asked)
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

int bw_function_report_print(const struct bw_function_facts *facts, enum bw_function_report_hook asked,
			     enum bw_function_report_form form, bool expand)
{
	int r = 0;

	if (form == BW_FORM_STUB)
		return print_stub(facts, asked) == 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
	if (form == BW_FORM_STUB_RETURN || form == BW_FORM_STUB_LATENCY)
		return print_stub_return(facts, asked, form == BW_FORM_STUB_LATENCY) == 0 ? BW_EXIT_OK : BW_EXIT_FAILED;
	if (form == BW_FORM_JSON)
		r = print_json(facts, expand);
	else
		print_text(facts, expand);
	return r == 0 && answer(facts, asked) == BW_YES ? BW_EXIT_OK : BW_EXIT_FAILED;
}

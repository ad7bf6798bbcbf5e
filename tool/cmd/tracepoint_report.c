/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/tracepoint_report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/escape.h"
#include "base/log.h"
#include "cmd/command_table.h"
#include "cmd/stub.h"
#include "kernel/tracefs.h"
#include "kernel/tracepoint_format.h"
#include "output/json.h"

static void print_field(void *cookie, const struct bw_tracepoint_format_field *field)
{
	(void)cookie;
	fputc('\t', stdout);
	bw_escape_print_text(stdout, field->declaration);
	printf("; // offset %u, size %u\n", field->offset, field->size);
}

static void put_field(void *cookie, const struct bw_tracepoint_format_field *field)
{
	struct bw_json *json = cookie;

	bw_json_open_object(json);
	bw_json_key(json, "name");
	bw_json_text(json, field->name);
	bw_json_key(json, "declaration");
	bw_json_text(json, field->declaration);
	bw_json_key(json, "offset");
	bw_json_number(json, field->offset);
	bw_json_key(json, "size");
	bw_json_number(json, field->size);
	bw_json_key(json, "signed");
	bw_json_bool(json, field->is_signed);
	bw_json_close_object(json);
}

static void explain_tracepoint(const char *category, const char *name, int r)
{
	char suggestions[512];

	if (r == -ENOENT) {
		bw_log_error(r, "cannot find the tracepoint '%s:%s': this kernel has none of that name", category,
			     name);
		bw_tracefs_suggest("", category, name, suggestions, sizeof(suggestions));
		if (*suggestions)
			bw_log_hint("did you mean %s?", suggestions);
	} else if (r == -ENODEV) {
		bw_log_error(r, "cannot read the tracepoint '%s:%s': tracefs is not mounted, or not readable", category,
			     name);
		bw_log_hint("be root; mount -t tracefs tracefs /sys/kernel/tracing");
	} else {
		bw_log_error(r, "cannot read the tracepoint '%s:%s': %s", category, name, strerror(-r));
	}
}

/* Its category and name were found, so they are plain words. */
static void print_tracepoint(const char *category, const char *name)
{
	printf("tracepoint %s:%s\nstruct tracepoint__%s__%s {\n", category, name, category, name);
	bw_tracepoint_format_each("", category, name, print_field, NULL);
	fputs("};\n", stdout);
}

/* exists: whether the kernel has it. 0 or -ENOMEM. */
static int print_json_tracepoint(const char *category, const char *name, bool exists)
{
	BW_CLEANUP(bw_json_free) struct bw_json json = {0};
	char text[2 * NAME_MAX + 16];

	bw_json_open_object(&json);
	snprintf(text, sizeof(text), "%s:%s", category, name);
	bw_json_key(&json, "tracepoint");
	bw_json_text(&json, text);
	bw_json_key(&json, "struct");
	snprintf(text, sizeof(text), "tracepoint__%s__%s", category, name);
	if (exists)
		bw_json_text(&json, text);
	else
		bw_json_null(&json);
	bw_json_key(&json, "fields");
	if (exists) {
		bw_json_open_array(&json);
		bw_tracepoint_format_each("", category, name, put_field, &json);
		bw_json_close_array(&json);
	} else {
		bw_json_null(&json);
	}
	bw_json_close_object(&json);
	return bw_json_print_line(&json, stdout);
}

static void ignore_field(void *cookie, const struct bw_tracepoint_format_field *field)
{
	(void)cookie;
	(void)field;
}

int bw_tracepoint_report_print(const char *category, const char *name, enum bw_function_report_form form)
{
	int r = bw_tracepoint_format_each("", category, name, ignore_field, NULL), printed = 0;

	if (form == BW_FORM_JSON)
		printed = print_json_tracepoint(category, name, r == 0);
	else if (r == 0 && form == BW_FORM_STUB)
		r = bw_stub_tracepoint(stdout, "", category, name);
	else if (r == 0)
		print_tracepoint(category, name);
	if (r < 0)
		explain_tracepoint(category, name, r);
	if (printed < 0)
		bw_log_error(printed, "cannot print the tracepoint '%s:%s': %s", category, name, strerror(-printed));
	return r < 0 || printed < 0 ? BW_EXIT_FAILED : BW_EXIT_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "cmd/trace_pipe.h"
#include "output/timestamp.h"
#include "tests/unit/unit.h"

static struct bw_trace_pipe *printk;
static struct bw_out out;
static int writer;

static void begin(bool json)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	writer = ends[1];
	assert_int_equal(bw_trace_pipe_new(ends[0], json, &printk), 0);
	assert_int_equal(bw_trace_pipe_fd(printk), ends[0]);
	assert_int_equal(bw_out_init(&out, -1, 1 << 20), 0);
}

static int end(void **state)
{
	(void)state;
	bw_trace_pipe_close(printk);
	bw_out_free(&out);
	close(writer);
	return 0;
}

/* What is shown of these bytes, without the time of the first line. */
static const char *shown(const char *bytes)
{
	static char text[1 << 16];

	out.len = 0;
	assert_int_equal(write(writer, bytes, strlen(bytes)), strlen(bytes));
	bw_trace_pipe_read(printk, &out, false);
	snprintf(text, sizeof(text), "%.*s", (int)out.len, out.buf);
	return *text == '{' ? strstr(text, "\"table\"") : *text ? text + BW_TIMESTAMP_LEN : text;
}

static void a_message_is_a_line_of_its_process_and_text(void **state)
{
	(void)state;
	begin(false);
	assert_string_equal(shown("            cat-812     [001] ....1   42.123456: bpf_trace_printk: hello\n"),
			    " printk PID=812 COMM=cat MESSAGE=hello\n");
	assert_string_equal(shown("  a b-c [0]-812     [001] d..31 42.1: bpf_trace_printk: x y [2]: z\n"),
			    " printk PID=812 COMM=\"a b-c [0]\" MESSAGE=\"x y [2]: z\"\n");
	assert_string_equal(shown("   cat-812   (    811) [001] .... 42.1: bpf_trace_printk: with a tgid\n"),
			    " printk PID=812 COMM=cat MESSAGE=\"with a tgid\"\n");
	assert_string_equal(shown("   cat-812   (-------) [001] .... 42.1: bpf_trace_printk: without\n"),
			    " printk PID=812 COMM=cat MESSAGE=without\n");
}

static void a_line_of_another_kind_is_shown_as_it_is(void **state)
{
	(void)state;
	begin(false);
	assert_string_equal(shown("CPU:1 [LOST 5 EVENTS]\n"), " printk MESSAGE=\"CPU:1 [LOST 5 EVENTS]\"\n");
	assert_string_equal(shown("no cpu: bpf_trace_printk: x\n"),
			    " printk MESSAGE=\"no cpu: bpf_trace_printk: x\"\n");
	assert_string_equal(shown("\n"), "");
}

static void what_a_message_contains_is_escaped(void **state)
{
	(void)state;
	begin(false);
	assert_string_equal(shown("e\x1b-1 [000] .... 1.0: bpf_trace_printk: a\x1b[2J\"\n"),
			    " printk PID=1 COMM=e\\x1b MESSAGE=\"a\\x1b[2J\\\"\"\n");
}

static void a_message_is_an_object_in_json(void **state)
{
	(void)state;
	begin(true);
	assert_string_equal(shown("  cat-812 [003] .... 1.0: bpf_trace_printk: a\"\xff\n"),
			    "\"table\":\"printk\",\"event\":{\"pid\":812,\"cpu\":3,\"comm\":\"cat\","
			    "\"message\":\"a\\\"\\ufffd\"}}\n");
	assert_string_equal(shown("other\n"), "\"table\":\"printk\",\"event\":{\"message\":\"other\"}}\n");
}

static void a_line_that_comes_in_parts_is_one(void **state)
{
	(void)state;
	begin(false);
	assert_string_equal(shown("  cat-812 [003] .... 1.0: bpf_tr"), "");
	assert_string_equal(shown("ace_printk: x"), "");
	assert_string_equal(shown("y\n"), " printk PID=812 COMM=cat MESSAGE=xy\n");
}

static void of_a_line_that_is_too_long_the_rest_is_a_line_of_its_own(void **state)
{
	static char longer[10001];
	size_t lines = 0, xs = 0;

	(void)state;
	begin(false);
	memset(longer, 'x', 10000);
	longer[9999] = '\n';
	for (const char *p = shown(longer); *p; p++) {
		lines += *p == '\n';
		xs += *p == 'x';
	}
	assert_int_equal(lines, 2);
	assert_int_equal(xs, 9999);
}

/* Who writes all the time keeps the others from nothing. */
static void a_full_pipe_is_read_in_parts_and_at_the_end_whole(void **state)
{
	static char lines[1 << 16];
	size_t all = 0, first;

	(void)state;
	begin(false);
	memset(lines, '\n', sizeof(lines));
	for (size_t i = 0; i < sizeof(lines); i += 64)
		lines[i] = 'x';
	assert_true(fcntl(writer, F_SETPIPE_SZ, 1 << 20) >= 1 << 20);
	for (ssize_t n; (n = write(writer, lines, sizeof(lines))) > 0;)
		all += (size_t)n;
	bw_trace_pipe_read(printk, &out, false);
	first = out.len;
	bw_trace_pipe_read(printk, &out, true);
	assert_in_range(first, 1, out.len / 4);
	all /= 64;
	for (size_t i = 0; i < out.len; i++)
		all -= out.buf[i] == 'x';
	assert_int_equal(all, 0);
}

#define PIPE(test) cmocka_unit_test_teardown(test, end)

static const struct CMUnitTest tests[] = {
	PIPE(a_message_is_a_line_of_its_process_and_text),
	PIPE(a_line_of_another_kind_is_shown_as_it_is),
	PIPE(what_a_message_contains_is_escaped),
	PIPE(a_message_is_an_object_in_json),
	PIPE(a_line_that_comes_in_parts_is_one),
	PIPE(of_a_line_that_is_too_long_the_rest_is_a_line_of_its_own),
	PIPE(a_full_pipe_is_read_in_parts_and_at_the_end_whole),
};

UNIT_MODULE("cmd/trace_pipe", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/line_markers.h"
#include "build/directives.h"
#include "build/includes.h"
#include "build/source.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

enum { MAX = 1 << 20 };

static int saved_stderr;

/* From here on what is written to stderr is kept. */
static int begin_errors(void)
{
	int fd = memfd_create("stderr", 0);

	saved_stderr = dup(STDERR_FILENO);
	assert_true(fd >= 0 && saved_stderr >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	return fd;
}

/* Whether the text was part of it. */
static bool end_errors(int fd, const char *text)
{
	BW_FREE char *errors = NULL;
	size_t len;
	bool found;

	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	assert_int_equal(bw_file_read_all(fd, MAX, &errors, &len), 0);
	found = strstr(errors, text) != NULL;
	if (!found)
		fprintf(stderr, "not '%s' but: %s", text, errors);
	close(fd);
	return found;
}

/* The expanded text of /own/main.c with this content, the caller's; what is in neither directory is in no other. */
static char *expand(const char *text)
{
	char path[512], dir[512], *expanded = NULL;
	size_t len;

	snprintf(path, sizeof(path), "%s/own/main.c", root);
	snprintf(dir, sizeof(dir), "%s/src", root);
	assert_int_equal(bw_includes_expand(text, path, dir, MAX, &expanded, &len), 0);
	assert_int_equal(strlen(expanded), len);
	return expanded;
}

static void fails(const char *text, int error, const char *message)
{
	char path[512], dir[512], *expanded = NULL;
	size_t len;
	int fd = begin_errors(), r;

	snprintf(path, sizeof(path), "%s/own/main.c", root);
	snprintf(dir, sizeof(dir), "%s/src", root);
	r = bw_includes_expand(text, path, dir, MAX, &expanded, &len);
	assert_true(end_errors(fd, message));
	assert_int_equal(r, error);
	assert_null(expanded);
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

/* The line of an expanded text that has the mark, as FILE:LINE below the root. */
static void comes_from(const char *expanded, const char *mark, const char *origin)
{
	const char *at = strstr(expanded, mark);
	unsigned number = 1;
	char path[512], got[1024];
	BW_FREE char *name = NULL;

	assert_non_null(at);
	for (const char *p = expanded; p < at; p++)
		number += *p == '\n';
	snprintf(path, sizeof(path), "%s/own/main.c", root);
	name = bw_line_markers_origin(expanded, path, number, &number);
	assert_non_null(name);
	snprintf(got, sizeof(got), "%s:%u", name + strlen(root), number);
	assert_string_equal(got, origin);
}

static void a_header_is_found_beside_its_includer_and_then_in_the_directory(void **state)
{
	(void)state;
	put("/own/a.h", "beside\n#include \"sub/c.h\"\nafter_c\n");
	put("/own/sub/c.h", "#include \"d.h\"\nbelow");
	put("/own/sub/d.h", "nearest\n");
	put("/own/d.h", "farther\n");
	put("/src/a.h", "wrong\n");
	put("/src/b.h", "in_dir\n");
	{
		BW_FREE char *e = expand("first\n#include \"a.h\"\n  #  include /* x */ \"b.h\" // y\nlast\n");

		assert_null(strstr(e, "wrong"));
		assert_null(strstr(e, "farther"));
		comes_from(e, "first", "/own/main.c:1");
		comes_from(e, "beside", "/own/a.h:1");
		comes_from(e, "nearest", "/own/sub/d.h:1");
		comes_from(e, "below", "/own/sub/c.h:2");
		comes_from(e, "after_c", "/own/a.h:3");
		comes_from(e, "in_dir", "/src/b.h:1");
		comes_from(e, "last", "/own/main.c:4");
	}
}

static void each_line_comes_from_its_file_and_number(void **state)
{
	(void)state;
	put("/own/x.h", "one\\\n two\n/* a\n comment */ #include \"y.h\"\nseven\\");
	put("/own/y.h", "y");
	{
		BW_FREE char *e = expand("\n\n#include \"x.h\" /* goes\non */\nfive \\\n#include \"y.h\"\n"
					 "#include \\\n\"y.h\"\nnine");

		comes_from(e, "seven", "/own/x.h:5");
		comes_from(e, "five", "/own/main.c:5");
		comes_from(e, "nine", "/own/main.c:9");
		assert_int_equal(count_of(e, "\ny\n"), 2); /* the one in x.h and the last; "five" goes on */
		assert_non_null(strstr(e, "five \\\n#include \"y.h\"\n"));
		bw_line_markers_blank(e);
		assert_null(strstr(e, "#line"));
	}
}

static void what_is_no_include_is_left_as_it_is(void **state)
{
	static const char text[] = "/* #include \"x.h\" */\n"
				   "// #include \"x.h\"\n"
				   "// \\\n#include \"x.h\"\n"
				   "const char *s = \"\\\n#include \\\"x.h\\\"\";\n"
				   "#include <x.h>\n"
				   "#include NAME\n"
				   "#define X #include \"x.h\"\n"
				   "#include_next \"x.h\"\n"
				   "#include \"\"\n"
				   "#include \"open\n"
				   "x #include \"x.h\"\n"
				   "#pragma once\n"
				   "#include \"nowhere.h\"\n"
				   "#if 0\n#include \"nowhere/x.h\"\n#endif\n";

	(void)state;
	put("/own/x.h", "x\n");
	{
		BW_FREE char *e = expand(text);

		assert_string_equal(e, text);
	}
}

static void a_guarded_header_is_expanded_once(void **state)
{
	(void)state;
	put("/own/pragma.h", "/* licence */\n#pragma once\nPRAGMA\n");
	put("/own/guard.h", "// licence\n#ifndef G_H\n#define G_H\nGUARD\n#include \"pragma.h\"\n#endif // G_H\n");
	put("/own/defined.h", "#if !defined(D_H)\n#define D_H\nDEFINED\n#endif\n");
	put("/own/plain.h", "PLAIN\n");
	put("/own/list.h", "#ifdef LIST\nLISTED\n#else\nOTHER\n#endif\n");
	put("/own/again.h", "#include \"./pragma.h\"\n#include \"guard.h\"\n#include \"defined.h\"\nAGAIN\n");
	{
		BW_FREE char *e = expand("#include \"guard.h\"\n#include \"defined.h\"\n#include \"plain.h\"\n"
					 "#include \"plain.h\"\n#include \"again.h\"\n#include \"list.h\"\n"
					 "#include \"list.h\"\nlast");

		assert_int_equal(count_of(e, "PRAGMA"), 1);
		assert_int_equal(count_of(e, "GUARD"), 1);
		assert_int_equal(count_of(e, "DEFINED"), 1);
		assert_int_equal(count_of(e, "PLAIN"), 2);
		assert_int_equal(count_of(e, "LISTED"), 2); /* no guard: it has an #else */
		assert_null(strstr(e, "#pragma"));
		comes_from(e, "PRAGMA", "/own/pragma.h:3");
		comes_from(e, "GUARD", "/own/guard.h:4");
		comes_from(e, "AGAIN", "/own/again.h:4");
		comes_from(e, "last", "/own/main.c:8");
	}
}

static void headers_that_include_themselves_are_errors_or_end(void **state)
{
	(void)state;
	put("/own/a.h", "\n#include \"b.h\"\n");
	put("/own/b.h", "\n\n#include \"a.h\"\n");
	fails("#include \"a.h\"\n", -ELOOP, "/own/b.h:3: cannot include 'a.h': it includes itself");
	put("/own/self.h", "#pragma once\nSELF\n#include \"self.h\"\n");
	put("/own/guard.h", "#ifndef G\n#define G\nGUARD\n#include \"guard.h\"\n#endif\n");
	put("/own/until.h", "#ifndef UNTIL\n#define UNTIL\n#else\n#define DONE\n#endif\n"
			    "#ifndef DONE\n#include \"until.h\"\n#endif\n");
	{
		BW_FREE char *e = expand("#include \"self.h\"\n#include \"guard.h\"\n#include \"until.h\"\n");

		assert_int_equal(count_of(e, "SELF"), 1);
		assert_int_equal(count_of(e, "GUARD"), 1);
		assert_int_equal(count_of(e, "#include \"until.h\""), 1); /* left to the compiler */
	}
}

static void headers_that_are_too_large_deep_or_open_are_errors(void **state)
{
	BW_FREE char *large = malloc(MAX + 2);
	char path[512], name[64], text[64];

	(void)state;
	memset(large, ' ', MAX + 1);
	large[MAX + 1] = '\0';
	put("/own/large.h", large);
	fails("\n#include \"large.h\"\n", -EFBIG, "/own/main.c:2: cannot include 'large.h': File too large");
	put("/own/half.h", "");
	large[MAX * 3 / 4] = '\0';
	put("/own/half.h", large);
	fails("#include \"half.h\"\n#include \"half.h\"\n", -EFBIG,
	      "/own/main.c', line 2: the source and its headers are larger");
	snprintf(path, sizeof(path), "%s/own/fifo.h", root);
	assert_int_equal(mkfifo(path, 0600), 0);
	fails("#include \"fifo.h\"\n", -EINVAL, "/own/main.c:1: cannot include 'fifo.h': not a regular file");
	fails("#include \"/dev/zero\"\n", -EINVAL, "cannot include '/dev/zero': not a regular file");
	fails("#include \"../own\"\n", -EINVAL, "cannot include '../own': not a regular file");
	put("/own/comment.h", "int x;\n/* no end\n");
	fails("#include \"comment.h\"\n*/\n", -EINVAL, "/own/comment.h': a comment has no end");
	put("/own/if.h", "#if 1\n");
	fails("#include \"if.h\"\n#endif\n", -EINVAL, "/own/if.h': an #if has no #endif");
	put("/own/endif.h", "\n#endif\n");
	fails("#if 1\n#include \"endif.h\"\n", -EINVAL, "/own/endif.h': line 2 has an #endif without an #if");
	put("/own/else.h", "#else\n");
	fails("#if 1\n#include \"else.h\"\n#endif\n", -EINVAL, "/own/else.h': line 1 has an #else without an #if");
	for (int i = 0; i <= BW_INCLUDES_DEPTH; i++) {
		snprintf(name, sizeof(name), "/own/d%d.h", i);
		snprintf(text, sizeof(text), "#include \"d%d.h\"\n", i + 1);
		put(name, text);
	}
	put("/own/d65.h", "");
	fails("#include \"d0.h\"\n", -ELOOP, "cannot include 'd64.h': too many levels");
	for (int i = 0; i < 20; i++) { /* 2^20 */
		snprintf(name, sizeof(name), "/own/t%d.h", i);
		snprintf(text, sizeof(text), "#include \"t%d.h\"\n#include \"t%d.h\"\n", i + 1, i + 1);
		put(name, text);
	}
	put("/own/t20.h", "");
	fails("#include \"t0.h\"\n", -EFBIG, "/own/t");
}

static void a_header_with_a_nul_is_an_error_and_a_byte_order_mark_is_dropped(void **state)
{
	char path[512], nul[] = "int\0x;";
	int fd;

	(void)state;
	put("/own/nul.h", "");
	snprintf(path, sizeof(path), "%s/own/nul.h", root);
	fd = open(path, O_WRONLY);
	assert_int_equal(bw_file_write(fd, nul, sizeof(nul)), 0);
	close(fd);
	fails("#include \"nul.h\"\n", -EILSEQ, "/own/main.c:1: cannot include 'nul.h': it has a NUL byte");
	put("/own/bom.h", "\xef\xbb\xbf#pragma once\nBOM\n");
	{
		BW_FREE char *e = expand("#include \"bom.h\"\r\n#include \"bom.h\"\r\nlast\r\n");

		assert_int_equal(count_of(e, "BOM"), 1);
		assert_null(strstr(e, "\xef"));
		comes_from(e, "last", "/own/main.c:3");
	}
}

static void file_names_in_line_markers_are_escaped(void **state)
{
	(void)state;
	put("/own/q\"\\\n.d/x.h", "#include \"y.h\"\nX\n");
	put("/own/q\"\\\n.d/y.h", "Y\n");
	{
		char path[512], *e = NULL;
		BW_FREE char *name = NULL;
		size_t len;
		unsigned line = 1;

		snprintf(path, sizeof(path), "%s/own/q\"\\\n.d/main.c", root);
		assert_int_equal(bw_includes_expand("#include \"x.h\"\n", path, root, MAX, &e, &len), 0);
		for (const char *p = e; p < strstr(e, "\nX\n") + 1; p++)
			line += *p == '\n';
		name = bw_line_markers_origin(e, path, line, &line);
		assert_non_null(strstr(name, "/own/q\"\\\n.d/x.h"));
		assert_int_equal(line, 2);
		free(e);
	}
}

/* As bccwatch reads a source. */
static void a_source_is_read_with_its_headers(void **state)
{
	BW_CLEANUP(bw_source_free) struct bw_source source = {0};
	char path[512];

	(void)state;
	put("/WORD/x.h", "int WORD;\n");
	put("/WORD/main.c", "#include \"x.h\"\nint WORD;\n");
	snprintf(path, sizeof(path), "%s/WORD/main.c", root);
	assert_int_equal(bw_source_read(&source, path, root), 0);
	assert_int_equal(strlen(source.text), source.len);
	assert_int_equal(bw_source_replace(&source, "WORD", "other"), 0); /* and not in #line */
	assert_int_equal(count_of(source.text, "int other;"), 2);
	assert_int_equal(count_of(source.text, "/WORD/"), 2);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(a_header_is_found_beside_its_includer_and_then_in_the_directory, make_root,
					remove_root),
	cmocka_unit_test_setup_teardown(each_line_comes_from_its_file_and_number, make_root, remove_root),
	cmocka_unit_test_setup_teardown(what_is_no_include_is_left_as_it_is, make_root, remove_root),
	cmocka_unit_test_setup_teardown(a_guarded_header_is_expanded_once, make_root, remove_root),
	cmocka_unit_test_setup_teardown(headers_that_include_themselves_are_errors_or_end, make_root, remove_root),
	cmocka_unit_test_setup_teardown(headers_that_are_too_large_deep_or_open_are_errors, make_root, remove_root),
	cmocka_unit_test_setup_teardown(a_header_with_a_nul_is_an_error_and_a_byte_order_mark_is_dropped, make_root,
					remove_root),
	cmocka_unit_test_setup_teardown(file_names_in_line_markers_are_escaped, make_root, remove_root),
	cmocka_unit_test_setup_teardown(a_source_is_read_with_its_headers, make_root, remove_root),
};

UNIT_MODULE("build/includes", NULL, NULL);

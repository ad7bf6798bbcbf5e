/* SPDX-License-Identifier: Apache-2.0 */
/* Headers that are included under conditions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "build/includes.h"
#include "tests/unit/root.h"
#include "tests/unit/unit.h"

enum { MAX = 1 << 20 };

/* The expanded text of /own/main.c with this content, the caller's. */
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

static unsigned count_of(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

/* What cpp makes of an expanded text is what it makes of the text and the files themselves. */
static void same_as_cpp(const char *text)
{
	BW_FREE char *e = expand(text), *plain = NULL, *expanded = NULL;
	char command[2048];
	size_t len;

	put("/own/main.c", text);
	put("/out/expanded.c", e);
	snprintf(command, sizeof(command),
		 "cd %s/out && cpp -P -I../src ../own/main.c | tr -s '[:space:]' '\n' | sed '/^$/d' >a && "
		 "cpp -P expanded.c | tr -s '[:space:]' '\n' | sed '/^$/d' >b",
		 root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): a fixed command */
	snprintf(command, sizeof(command), "%s/out/a", root);
	assert_int_equal(bw_file_read(command, MAX, &plain, &len), 0);
	snprintf(command, sizeof(command), "%s/out/b", root);
	assert_int_equal(bw_file_read(command, MAX, &expanded, &len), 0);
	assert_string_equal(plain, expanded);
}

static void conditions_are_those_of_the_preprocessor(void **state)
{
	(void)state;
	put("/own/pragma.h", "#pragma once\nPRAGMA\n#include \"in.h\"\nin_pragma __LINE__\n");
	put("/own/in.h", "#ifndef IN\n#define IN\nINNER\n#endif\n");
	put("/own/once.h", "#pragma once\nONCE\n");
	same_as_cpp(
		"#if 0\n#include \"pragma.h\"\n#endif\nmain __LINE__\n#include \"pragma.h\"\n#include \"pragma.h\"\n"
		"main __LINE__\n");
	same_as_cpp("#ifdef A\n#include \"pragma.h\"\n#else\nelse __LINE__\n#include \"in.h\"\nelse "
		    "__LINE__\n#endif\nbehind __LINE__\n#include \"pragma.h\"\n"
		    "#include \"in.h\"\n");
	same_as_cpp("#if 1\n#include \"pragma.h\"\n#endif\n#if 1\n#include \"pragma.h\"\n#endif\n#include \"in.h\"\n");
	same_as_cpp("#if 0\n#if 1\n#endif\n#include \"once.h\"\n#elif \\\n1\nelif __LINE__\n#include "
		    "\"in.h\"\n#include \"once.h\"\n"
		    "#include \"once.h\"\n#endif\n#include \"once.h\"\nend __LINE__\n");
	same_as_cpp("#if 0\n#include \"not_there.h\"\n#endif\nend\n");
	put("/own/deep.h", "#ifndef DEEP\n#define DEEP\n#if 0\n#include \"once.h\"\n#endif\n#endif\n");
	same_as_cpp("#include \"deep.h\"\n#include \"once.h\"\n");
	put("/own/half.h", "#if defined(H) || 1\nHALF\n#endif\n");
	same_as_cpp("#include \"half.h\"\n#define H\n#include \"half.h\"\n");
}

static void a_header_is_not_expanded_again_under_the_same_condition(void **state)
{
	(void)state;
	put("/own/lib.h", "#pragma once\nLIB\n");
	put("/own/guard.h", "#ifndef G\n#define G\n#include \"lib.h\"\nGUARD\n#endif\n");
	{
		BW_FREE char *e =
			expand("#if A\n#include \"lib.h\"\n#if B\n#include \"guard.h\"\n#include \"guard.h\"\n#endif\n"
			       "#include \"guard.h\"\n#include \"guard.h\"\n#endif\n");

		assert_int_equal(count_of(e, "LIB"), 1);
		assert_int_equal(count_of(e, "GUARD"), 2);
	}
	{
		BW_FREE char *e = expand(
			"#if A\n#include \"guard.h\"\n#elif B\n#include \"lib.h\"\n#else\n"
			"#include \"guard.h\"\n#endif\n#include \"guard.h\"\n#if A\n#include \"lib.h\"\n#endif\n");

		assert_int_equal(count_of(e, "LIB"), 4);
		assert_int_equal(count_of(e, "GUARD"), 3);
	}
}

/* Lines for one of `names` headers, or the main file, drawn from *seed. */
static void put_random_lines(FILE *f, unsigned *seed, int names)
{
	static const char *const conditions[] = {"#if 0", "#if 1", "#ifdef M0", "#ifndef M1", "#ifdef M2"};
	int open = 0;

	for (int i = 0; i < 12; i++) {
		unsigned draw = (unsigned)rand_r(seed);

		if (draw % 8 < 2 && ++open)
			fprintf(f, "%s\n", conditions[draw / 8 % 5]);
		else if (draw % 8 == 2 && open && open--)
			fprintf(f, "#else\nelse%d __LINE__\n#endif\n", i);
		else if (draw % 8 == 3)
			fprintf(f, "#define M%u\n", draw / 8 % 3);
		else if (names)
			fprintf(f, "#include \"h%u.h\"\nline __LINE__\n", draw / 8 % (unsigned)names);
	}
	while (open--)
		fputs("#endif\n", f);
}

static void random_conditions_are_those_of_the_preprocessor(void **state)
{
	enum { HEADERS = 5, ROUNDS = 40 };

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned seed = round;

		for (int i = 0; i <= HEADERS; i++) {
			BW_FREE char *text = NULL;
			char name[32];
			size_t len;
			FILE *f = open_memstream(&text, &len);

			if (i < HEADERS)
				fprintf(f, i % 2 ? "#pragma once\n" : "#ifndef G%d\n#define G%d\n", i, i);
			fprintf(f, "begin%d __LINE__\n", i);
			put_random_lines(f, &seed, i);
			if (i < HEADERS && i % 2 == 0)
				fputs("#endif\n", f);
			assert_int_equal(fclose(f), 0);
			snprintf(name, sizeof(name), "/own/h%d.h", i);
			if (i < HEADERS)
				put(name, text);
			else
				same_as_cpp(text);
		}
	}
}

static const struct CMUnitTest tests[] = {
	IN_ROOT(conditions_are_those_of_the_preprocessor),
	IN_ROOT(a_header_is_not_expanded_again_under_the_same_condition),
	IN_ROOT(random_conditions_are_those_of_the_preprocessor),
};

UNIT_MODULE("build/include_conditions", NULL, NULL);

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "build/tokens.h"
#include "tests/unit/unit.h"

/* The tokens of the text, each with a "|" behind it. */
static const char *tokens_of(const char *text)
{
	static char list[512];
	size_t used = 0;

	*list = '\0';
	for (struct bw_token t = bw_tokens_next(&text); t.len > 0; t = bw_tokens_next(&text))
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%.*s|", (int)t.len, t.text);
	return list;
}

static void words_and_punctuation_are_tokens(void **state)
{
	(void)state;
	assert_string_equal(tokens_of("a_1.b(c,\n\t9)->d"), "a_1|.|b|(|c|,|9|)|-|>|d|");
	assert_string_equal(tokens_of(""), "");
	assert_string_equal(tokens_of("  \n"), "");
}

static void comments_strings_and_preprocessor_lines_are_no_tokens(void **state)
{
	(void)state;
	assert_string_equal(tokens_of("a /* b */ c // d\ne"), "a|c|e|");
	assert_string_equal(tokens_of("a \"b\\\"c\" d 'e' f"), "a|d|f|");
	assert_string_equal(tokens_of("#define X y \\\n z\nb"), "b|");
	assert_string_equal(tokens_of("#define X /* a\n b */ c\nd"), "d|");
	assert_string_equal(tokens_of("// a \\\n b\nc"), "c|");
	assert_string_equal(tokens_of("#define S \"/*\"\nb"), "b|");
	assert_string_equal(tokens_of("a \"b \\\r\n c\" d"), "a|d|");
	assert_string_equal(tokens_of("#define X y \\\r\n z\nb"), "b|");
	assert_string_equal(tokens_of("#define X y \\ \t\n z\n'b\\ \n c' d"), "d|");
}

static void what_does_not_end_goes_to_the_end_of_the_text_or_line(void **state)
{
	(void)state;
	assert_string_equal(tokens_of("a /* b"), "a|");
	assert_string_equal(tokens_of("a \"b\nc"), "a|c|");
	assert_string_equal(tokens_of("a '\\"), "a|");
	assert_string_equal(tokens_of("a // b"), "a|");
}

static void a_token_is_compared_whole(void **state)
{
	const char *text = "word (";
	struct bw_token word = bw_tokens_next(&text), open = bw_tokens_next(&text);

	(void)state;
	assert_true(bw_tokens_is(word, "word"));
	assert_false(bw_tokens_is(word, "wor"));
	assert_false(bw_tokens_is(word, "words"));
	assert_true(bw_tokens_is_one_of(open, ")("));
	assert_false(bw_tokens_is_one_of(open, ")"));
	assert_false(bw_tokens_is_one_of(word, "w"));
}

static void a_set_has_the_words_of_its_texts_with_their_preprocessor_lines(void **state)
{
	static struct bw_tokens_set set;

	(void)state;
	bw_tokens_set_add(&set, "struct file *f; // comment\n#define INO(x) x->i_ino\nchar *s = \"string\";");
	bw_tokens_set_add(&set, "later");
	assert_true(bw_tokens_set_has(&set, "file"));
	assert_true(bw_tokens_set_has(&set, "i_ino"));
	assert_true(bw_tokens_set_has(&set, "later"));
	assert_false(bw_tokens_set_has(&set, "comment"));
	assert_false(bw_tokens_set_has(&set, "string"));
	assert_false(bw_tokens_set_has(&set, "fil"));
	memset(&set, 0xff, sizeof(set)); /* all words */
	assert_true(bw_tokens_set_has(&set, "any"));
	assert_false(bw_tokens_set_has(&set, ""));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(words_and_punctuation_are_tokens),
	cmocka_unit_test(comments_strings_and_preprocessor_lines_are_no_tokens),
	cmocka_unit_test(what_does_not_end_goes_to_the_end_of_the_text_or_line),
	cmocka_unit_test(a_token_is_compared_whole),
	cmocka_unit_test(a_set_has_the_words_of_its_texts_with_their_preprocessor_lines),
};

UNIT_MODULE("build/tokens", NULL, NULL);

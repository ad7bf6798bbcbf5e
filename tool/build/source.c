/* SPDX-License-Identifier: Apache-2.0 */
#include "build/source.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/installed.h"
#include "base/log.h"
#include "build/includes.h"

int bw_source_dir(char **dir)
{
	return bw_installed_find("bpf_src", "share/bccwatch/bpf_src", dir);
}

static int add_flag(struct bw_source *source, char *flag)
{
	if (!flag)
		return bw_log_error(-ENOMEM, "cannot add a flag for the compiler: out of memory");
	if (source->n_flags == BW_FLAGS_MAX) {
		free(flag);
		return bw_log_error(-E2BIG, "cannot add a flag for the compiler: more than %d", BW_FLAGS_MAX);
	}
	source->flags[source->n_flags++] = flag;
	return 0;
}

int bw_source_define(struct bw_source *source, const char *name)
{
	char *flag;

	return add_flag(source, asprintf(&flag, "-D%s", name) < 0 ? NULL : flag);
}

int bw_source_define_wanted(struct bw_source *source, const struct bw_source_macro *macros, size_t n)
{
	int r = 0;

	for (size_t i = 0; i < n && r == 0; i++)
		r = macros[i].is_wanted ? bw_source_define(source, macros[i].name) : 0;
	return r;
}

int bw_source_add_flag(struct bw_source *source, const char *flag)
{
	return add_flag(source, strdup(flag));
}

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Is p in a line that names the file of those after it (build/includes.h)? */
static bool names_file(const char *text, const char *p)
{
	static const char word[] = "#line ";

	while (p > text && p[-1] != '\n')
		p--;
	return strncmp(p, word, strlen(word)) == 0;
}

/* The next occurrence of word at or behind p, in text; NULL: none. */
static const char *find_word(const char *text, const char *p, const char *word)
{
	size_t len = strlen(word);

	for (; (p = strstr(p, word)); p++) {
		bool begun = p > text && is_word_char(p[-1]) && is_word_char(*word);
		bool goes_on = is_word_char(p[len]) && is_word_char(word[len - 1]);

		if (!begun && !goes_on && !names_file(text, p))
			return p;
	}
	return NULL;
}

int bw_source_replace(struct bw_source *source, const char *word, const char *text)
{
	const char *from = source->text, *at = find_word(from, from, word);
	char *replaced = NULL;
	size_t len = 0;
	FILE *out;

	if (!at)
		return -ENOENT;
	out = open_memstream(&replaced, &len);
	if (!out)
		return -ENOMEM;
	for (; at && ftell(out) <= BW_SOURCE_MAX; at = find_word(source->text, from, word)) {
		fwrite(from, 1, (size_t)(at - from), out);
		fputs(text, out);
		from = at + strlen(word);
	}
	fputs(from, out);
	if (fclose(out) != 0 || len > BW_SOURCE_MAX) {
		free(replaced);
		return len > BW_SOURCE_MAX ? -EFBIG : -ENOMEM;
	}
	free(source->text);
	source->text = replaced;
	source->len = len;
	return 0;
}

void bw_source_undefine(struct bw_source *source)
{
	free(source->flags[--source->n_flags]);
}

/* -iquote, so that a header of the same name as a kernel's, included as <linux/...>, is not taken for it. */
static int add_directory(struct bw_source *source, const char *directory)
{
	char *flag;

	return add_flag(source, !directory || asprintf(&flag, "-iquote%s", directory) < 0 ? NULL : flag);
}

/* The directory of the file at path, as an absolute path; NULL if there is no memory. */
static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	BW_FREE char *directory = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");

	return directory ? realpath(directory, NULL) : NULL;
}

/* The headers' text in place of the lines that include them. */
static int expand(struct bw_source *source, const char *dir)
{
	char *expanded;
	size_t len;
	int r = bw_includes_expand(source->text, source->path, dir, BW_SOURCE_MAX, &expanded, &len);

	if (r < 0)
		return r;
	free(source->text);
	source->text = expanded;
	source->len = len;
	return 0;
}

int bw_source_read(struct bw_source *source, const char *path, const char *dir)
{
	BW_FREE char *directory = NULL;
	int r;

	*source = (struct bw_source){.path = strdup(path)};
	if (!source->path)
		return -ENOMEM;
	r = bw_file_read(path, BW_SOURCE_MAX, &source->text, &source->len);
	if (r == -EFBIG)
		return bw_log_error(r, "cannot read the source '%s': it is larger than %d MB", path,
				    BW_SOURCE_MAX >> 20);
	if (r < 0)
		return bw_log_error(r, "cannot read the source '%s': %s", path, strerror(-r));
	if (strncmp(source->text, "\xef\xbb\xbf", 3) == 0)
		memset(source->text, ' ', 3); /* a byte order mark, which clang takes at the very beginning alone */
	if (strlen(source->text) != source->len)
		return bw_log_error(-EINVAL, "cannot read the source '%s': it has a NUL byte at offset %zu", path,
				    strlen(source->text));
	r = expand(source, dir);
	if (r < 0)
		return r;
	directory = directory_of(path); /* for an include whose name comes from a macro */
	r = add_directory(source, directory);
	if (r == 0)
		r = add_directory(source, dir);
	return r;
}

void bw_source_free(struct bw_source *source)
{
	free(source->path);
	free(source->text);
	free(source->headers);
	for (size_t i = 0; i < source->n_flags; i++)
		free(source->flags[i]);
	*source = (struct bw_source){0};
}

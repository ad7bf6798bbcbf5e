/* SPDX-License-Identifier: Apache-2.0 */
#include "build/includes.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/line_markers.h"
#include "base/log.h"
#include "build/directives.h"

/* A file that is being expanded. */
struct file {
	const char *path; /* as messages and the compiler's errors name it */
	dev_t dev;
	ino_t ino;
	bool header;
	bool once;	     /* it has `#pragma once` */
	bool guarded;	     /* it stands between #ifndef and #endif */
	unsigned depth;	     /* the main file's is 0 */
	unsigned conditions; /* #if, #ifdef, #ifndef that are open */
	bool shifted;	     /* a header was expanded within one: #line may have been skipped with it */
	unsigned line;	     /* of the directive */
	const struct file *above;
};

/* What stands between an #if, #elif or #else and the next of them, or the #endif; 0 is what is under no condition. */
struct region {
	size_t depth;
	unsigned id;
};

/* A header that was included. */
struct seen {
	dev_t dev;
	ino_t ino;
	bool expanded;
	struct region region; /* where: it need not be expanded again as long as this lasts */
};

struct expansion {
	FILE *out;
	const char *dir;
	size_t max;
	struct seen *seen; /* owned */
	size_t n;
	unsigned count; /* of all includes */
	unsigned *open; /* owned: the region of each depth, from 1 on */
	size_t depth;
	unsigned regions; /* there were */
};

enum { LEFT = 1 }; /* of an include: the compiler gets it as it is */

static int fail(const struct file *f, int error, const char *name, const char *why)
{
	return bw_log_error(error, "%s:%u: cannot include '%s': %s", f->path, f->line, name, why);
}

static bool is_single(const struct file *f)
{
	return f->once || f->guarded;
}

/* The header among the files that are being expanded, or NULL. */
static const struct file *find_open(const struct file *header)
{
	for (const struct file *f = header->above; f; f = f->above)
		if (f->header && f->dev == header->dev && f->ino == header->ino)
			return f;
	return NULL;
}

/* Its entry, new or from before; NULL if there is no memory. */
static struct seen *seen_of(struct expansion *e, const struct file *f)
{
	struct seen *more;

	for (size_t i = 0; i < e->n; i++)
		if (e->seen[i].dev == f->dev && e->seen[i].ino == f->ino)
			return &e->seen[i];
	more = reallocarray(e->seen, e->n + 1, sizeof(*more));
	if (!more)
		return NULL;
	e->seen = more;
	more[e->n] = (struct seen){.dev = f->dev, .ino = f->ino};
	return &more[e->n++];
}

static struct region here(const struct expansion *e)
{
	return (struct region){e->depth, e->depth ? e->open[e->depth - 1] : 0};
}

static bool is_expanded_here(const struct expansion *e, const struct seen *seen)
{
	struct region r = seen->region;

	return seen->expanded && r.depth <= e->depth && (r.depth == 0 || e->open[r.depth - 1] == r.id);
}

static int enter_region(struct expansion *e)
{
	unsigned *more = reallocarray(e->open, e->depth + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	e->open = more;
	more[e->depth++] = ++e->regions;
	return 0;
}

/* Opens the header at *path, which is dir's, or beside's, with the name behind it. A descriptor or -errno. */
static int open_in(const char *dir, size_t dir_len, const char *name, char **path)
{
	free(*path);
	*path = NULL;
	if (asprintf(path, "%.*s%s", (int)dir_len, dir, name) < 0)
		return -ENOMEM;
	return bw_file_open_regular(*path);
}

/* Beside the file f, then in e->dir. -ENOENT: it is not there. */
static int open_header(const struct expansion *e, const struct file *f, const char *name, char **path)
{
	const char *slash = strrchr(f->path, '/');
	BW_FREE char *dir = NULL;
	int fd;

	if (*name == '/')
		return open_in("", 0, name, path);
	fd = open_in(f->path, slash ? (size_t)(slash - f->path) + 1 : 0, name, path);
	if (fd != -ENOENT && fd != -ENOTDIR && fd != -ENAMETOOLONG)
		return fd;
	if (asprintf(&dir, "%s/", e->dir) < 0)
		return -ENOMEM;
	fd = open_in(dir, strlen(dir), name, path);
	return fd == -ENOTDIR || fd == -ENAMETOOLONG ? -ENOENT : fd;
}

static int read_header(const struct expansion *e, int fd, struct file *header, char **text)
{
	size_t len;
	int r = bw_file_read_fd(fd, e->max, text, &len);

	if (r < 0)
		return r;
	if (strlen(*text) != len)
		return -EILSEQ;
	if (strncmp(*text, "\xef\xbb\xbf", 3) == 0)
		memset(*text, ' ', 3); /* a byte order mark, which clang takes at the very beginning alone */
	bw_directives_classify(*text, &header->once, &header->guarded);
	return 0;
}

static const char *reason(int error)
{
	if (error == -EINVAL)
		return "not a regular file";
	return error == -EILSEQ ? "it has a NUL byte" : strerror(-error);
}

static int expand_file(struct expansion *e, struct file *f, const char *text);

static int put_header(struct expansion *e, struct file *header, size_t number, const char *text)
{
	int r;

	if (header->once)
		fprintf(e->out, "\n#ifndef BCCWATCH_ONCE_%zu\n#define BCCWATCH_ONCE_%zu", number, number);
	fputc('\n', e->out);
	bw_line_markers_put(e->out, 1, header->path);
	r = expand_file(e, header, text);
	/* Two: the last line may have none, or a backslash at its end. */
	fputs(header->once ? "\n\n#endif\n" : "\n\n", e->out);
	return r;
}

/* What stands in place of the include of a header that is open as fd. */
static int include_file(struct expansion *e, struct file *header, int fd, const char *name)
{
	BW_FREE char *text = NULL;
	struct seen *seen = seen_of(e, header);
	size_t number;
	int r;

	if (!seen)
		return -ENOMEM;
	if (is_expanded_here(e, seen))
		return 0;
	r = read_header(e, fd, header, &text);
	if (r < 0)
		return fail(header->above, r, name, reason(r));
	if (header->depth > BW_INCLUDES_DEPTH)
		return fail(header->above, -ELOOP, name, "too many levels of headers");
	seen->expanded = is_single(header);
	seen->region = here(e);
	number = (size_t)(seen - e->seen);
	return put_header(e, header, number, text);
}

/* 0, LEFT or -errno. */
static int include(struct expansion *e, const struct file *f, const char *name)
{
	BW_FREE char *path = NULL;
	BW_FD int fd = open_header(e, f, name, &path);
	struct file header = {.path = path, .header = true, .above = f, .depth = f->depth + 1};
	const struct file *open;
	struct stat st;

	if (fd == -ENOENT)
		return LEFT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail(f, fd < 0 ? fd : -errno, name, reason(fd < 0 ? fd : -errno));
	header.dev = st.st_dev;
	header.ino = st.st_ino;
	open = find_open(&header);
	if (open && is_single(open))
		return 0;
	if (open)
		return e->depth == 0 ? fail(f, -ELOOP, name, "it includes itself, and has no '#pragma once'") : LEFT;
	if (++e->count > BW_INCLUDES_MAX)
		return fail(f, -EFBIG, name, "too many headers");
	return include_file(e, &header, fd, name);
}

/* Does it end a part of a condition? */
static bool divides(const struct bw_directive *d)
{
	return bw_tokens_is(d->word, "endif") || strncmp(d->word.text, "el", 2) == 0; /* else, elif, elifdef */
}

/* Follows the conditions. A header must end those that it begins, and no others. Its guard is none: where it is false,
 * the header was there before. */
static int follow(struct expansion *e, struct file *f, const struct bw_directive *d)
{
	if (bw_directives_opens(d))
		return f->conditions++ < f->guarded ? 0 : enter_region(e);
	if (!divides(d))
		return 0;
	if (f->conditions == 0)
		return !f->header ? 0
				  : bw_log_error(-EINVAL, "cannot include '%s': line %u has an #%.*s without an #if",
						 f->path, f->line, (int)d->word.len, d->word.text);
	if (f->conditions > f->guarded)
		e->open[e->depth - 1] = ++e->regions;
	if (bw_tokens_is(d->word, "endif"))
		e->depth -= f->conditions-- > f->guarded;
	return 0;
}

/* The name in `#include "name"`, malloc'd, in *name; NULL for any other directive. */
static int name_of(const struct bw_directive *d, char **name)
{
	const char *end;

	*name = NULL;
	if (!bw_tokens_is(d->word, "include") || *d->rest != '"' || d->rest >= d->end)
		return 0;
	end = memchr(d->rest + 1, '"', (size_t)(d->end - d->rest - 1));
	if (!end || end == d->rest + 1)
		return 0;
	*name = strndup(d->rest + 1, (size_t)(end - d->rest - 1));
	return *name ? 0 : -ENOMEM;
}

static unsigned lines_in(const char *from, const char *to)
{
	unsigned n = 0;

	while ((from = memchr(from, '\n', (size_t)(to - from)))) {
		n++;
		from++;
	}
	return n;
}

/* Writes what stands in place of the directive, if anything does. 0, LEFT or -errno. */
static int replace(struct expansion *e, struct file *f, const struct bw_directive *d)
{
	BW_FREE char *name = NULL;
	int r = name_of(d, &name);

	if (r < 0 || (!name && !(f->header && bw_directives_is_pragma_once(d))))
		return r < 0 ? r : LEFT;
	return name ? include(e, f, name) : 0;
}

static int check_end(const struct file *f, const char *text)
{
	if (!f->header)
		return 0;
	if (f->conditions > 0)
		return bw_log_error(-EINVAL, "cannot include '%s': an #if has no #endif", f->path);
	if (bw_directives_ends_in_comment(text))
		return bw_log_error(-EINVAL, "cannot include '%s': a comment has no end", f->path);
	return 0;
}

/* Goes on behind the directive d, of which nothing is written any more. Where that is. */
static const char *put_line_behind(struct expansion *e, const struct file *f, const struct bw_directive *d)
{
	fputc('\n', e->out);
	bw_line_markers_put(e->out, f->line + lines_in(d->begin, d->end) + 1, f->path);
	return d->end + (*d->end == '\n');
}

/* Writes the directive d, or what stands in its place. Where to go on in *from. 0 or -errno. */
static int expand_directive(struct expansion *e, struct file *f, const struct bw_directive *d, const char **from)
{
	int r = follow(e, f, d);

	*from = d->begin;
	if (r == 0)
		r = replace(e, f, d);
	if (r < 0)
		return r;
	if (ftell(e->out) > (long)e->max)
		return bw_log_error(-EFBIG,
				    "cannot read '%s', line %u: the source and its headers are larger than %zu MB",
				    f->path, f->line, e->max >> 20);
	if (r != LEFT) {
		f->shifted |= f->conditions > 0;
		*from = put_line_behind(e, f, d);
	} else if (f->shifted && divides(d)) {
		f->shifted = f->conditions > 0;
		fwrite(d->begin, 1, (size_t)(d->end - d->begin), e->out);
		*from = put_line_behind(e, f, d);
	}
	return 0;
}

static int expand_file(struct expansion *e, struct file *f, const char *text)
{
	const char *at = text, *from = text, *counted = text;
	struct bw_directive d;

	f->line = 1;
	while (bw_directives_next(&at, &d)) {
		int r;

		f->line += lines_in(counted, d.begin);
		counted = d.begin;
		fwrite(from, 1, (size_t)(d.begin - from), e->out);
		r = expand_directive(e, f, &d, &from);
		if (r < 0)
			return r;
	}
	fputs(from, e->out);
	return check_end(f, text);
}

int bw_includes_expand(const char *text, const char *path, const char *dir, size_t max, char **expanded, size_t *len)
{
	BW_FREE char *bytes = NULL;
	struct file main = {.path = path};
	struct expansion e = {.out = open_memstream(&bytes, len), .dir = dir, .max = max};
	int r;

	if (!e.out)
		return -ENOMEM;
	r = expand_file(&e, &main, text);
	free(e.seen);
	free(e.open);
	if (fclose(e.out) != 0)
		return -ENOMEM;
	if (r == 0 && *len > max)
		r = bw_log_error(-EFBIG, "cannot read '%s': the source and its headers are larger than %zu MB", path,
				 max >> 20);
	if (r == 0)
		*expanded = BW_TAKE(bytes);
	return r;
}

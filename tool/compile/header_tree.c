/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/header_tree.h"

#include <errno.h>
#include <limits.h>
#include <link.h>
#include <linux/version.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "build/dependencies.h"
#include "build/source.h"
#include "build/tokens.h"
#include "compile/kernel_types.h"
#include "kernel/btf.h"

/* Constants of the system's headers, which the Makefile extracts. */
static const char constants[] =
#include "build/constants.inc"
	;

/* Likewise, of the kernel's own headers: what BCC's tools ask for, the same from Linux 5.10 to 7.2 (Debian's headers).
 */
static const char inner[] = "#define DISK_NAME_LEN 32\n"
			    "#define FMODE_CREATED 0x100000\n"
			    "#define FMODE_READ 0x1\n"
			    "#define FMODE_WRITE 0x2\n"
			    "#define TASK_INTERRUPTIBLE 0x1\n"
			    "#define TASK_RUNNING 0x0\n"
			    "#define TASK_UNINTERRUPTIBLE 0x2\n";

/* Of linux/minmax.h and what includes it; elsewhere a program may have functions of these names. */
static const char minmax[] = "#define bccwatch_pick(a, op, b) ({ __typeof__(a) bw_a = (a); __typeof__(b) bw_b = (b); "
			     "bw_a op bw_b ? bw_a : bw_b; })\n"
			     "#define min(a, b) bccwatch_pick(a, <, b)\n"
			     "#define max(a, b) bccwatch_pick(a, >, b)\n"
			     "#define min_t(type, a, b) bccwatch_pick((type)(a), <, (type)(b))\n"
			     "#define max_t(type, a, b) bccwatch_pick((type)(a), >, (type)(b))\n";

enum { DEPTH_MAX = 16 };

static const char quote[] = "-iquote";

/* The headers found so far, as entries of clang's overlay, and the words of all texts that were read. */
struct scan {
	FILE *out;
	char *seen; /* out's text, owned */
	size_t len;
	int types;
	struct bw_tokens_set words;
	bool blind; /* some text was not read */
	bool minmax;
	const char **flags;
	size_t n;
};

static bool is_plain(const char *name)
{
	return *name && *name != '/' && !strstr(name, "..") &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./")] == '\0';
}

/* clang brings those without a directory (stdarg.h), libbcc those in bcc/. */
static bool is_kernels(const char *name)
{
	return is_plain(name) && strchr(name, '/') && strncmp(name, "bcc/", 4) != 0;
}

static void add_header(struct scan *s, const char *name)
{
	char quoted[PATH_MAX];

	s->minmax |= strcmp(name, "linux/minmax.h") == 0 || strcmp(name, "linux/kernel.h") == 0;
	snprintf(quoted, sizeof(quoted), "\"" BW_DEPENDENCIES_VIRTUAL "/%s\"", name);
	fflush(s->out);
	if (strstr(s->seen, quoted))
		return;
	fprintf(s->out, "%s{\"type\":\"file\",\"name\":%s,\"external-contents\":\"/proc/self/fd/%d\"}",
		strchr(s->seen, '"') ? ",\n" : "", quoted, s->types);
}

static void scan_text(struct scan *s, const char *text, unsigned depth);

static void scan_file(struct scan *s, const char *name, unsigned depth)
{
	for (size_t i = 0; i < s->n && depth < DEPTH_MAX; i++) {
		BW_FREE char *path = NULL, *text = NULL;
		size_t len;

		if (strncmp(s->flags[i], quote, strlen(quote)) != 0)
			continue;
		if (asprintf(&path, "%s/%s", s->flags[i] + strlen(quote), name) < 0)
			break;
		if (bw_file_read(path, BW_SOURCE_MAX, &text, &len) < 0)
			continue;
		scan_text(s, text, depth + 1);
		return;
	}
	s->blind = true;
}

/* The name in a line's `#include <name>` or `#include "name"`, without what is behind it; its kind in *open. */
static bool included(const char *line, char name[PATH_MAX], char *open)
{
	const char *end;

	line += strspn(line, " \t");
	if (*line != '#')
		return false;
	line += 1 + strspn(line + 1, " \t");
	if (strncmp(line, "include", strlen("include")) != 0)
		return false;
	line += strlen("include");
	line += strspn(line, " \t");
	*open = *line;
	if (*open != '<' && *open != '"')
		return false;
	end = line + 1 + strcspn(line + 1, *open == '<' ? ">\n" : "\"\n");
	if (*end == '\n' || *end == '\0' || end - line > PATH_MAX - 32)
		return false;
	snprintf(name, PATH_MAX, "%.*s", (int)(end - line - 1), line + 1);
	return true;
}

static void scan_text(struct scan *s, const char *text, unsigned depth)
{
	bw_tokens_set_add(&s->words, text);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		char name[PATH_MAX], open;

		line += *line == '\n';
		if (!included(line, name, &open))
			continue;
		if (open == '<' && is_kernels(name))
			add_header(s, name);
		else if (open == '"')
			scan_file(s, name, depth);
	}
}

/* LINUX_VERSION_CODE in a note of the vDSO, or 0. */
static unsigned version_in_vdso(void)
{
	const char *vdso = (const char *)getauxval(AT_SYSINFO_EHDR); /* NOLINT(performance-no-int-to-ptr) */
	const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)vdso;
	const ElfW(Phdr) *segment = vdso ? (const ElfW(Phdr) *)(vdso + head->e_phoff) : NULL;
	unsigned code;

	for (int i = 0; vdso && i < head->e_phnum; i++) {
		const char *note = vdso + segment[i].p_offset;
		const ElfW(Nhdr) *h = (const ElfW(Nhdr) *)note;

		if (segment[i].p_type != PT_NOTE || h->n_type != 0 || h->n_namesz != sizeof("Linux") ||
		    h->n_descsz != sizeof(code) || memcmp(h + 1, "Linux", sizeof("Linux")) != 0)
			continue;
		memcpy(&code, note + sizeof(*h) + 8, sizeof(code)); /* the name is padded to 8 */
		return code;
	}
	return 0;
}

/* A distribution's release ("6.1.0-50-amd64") need not begin with the kernel's version. */
static unsigned version_code(void)
{
	unsigned code = version_in_vdso();
	unsigned long part[3] = {0};
	struct utsname kernel;
	char *p = kernel.release;

	if (code != 0)
		return code;
	uname(&kernel);
	for (int i = 0; i < 3; i++, p += *p == '.')
		part[i] = strtoul(p, &p, 10);
	return (unsigned)KERNEL_VERSION(part[0], part[1], part[2] > 255 ? 255 : part[2]);
}

/* Writes the stream's text into fd, and closes the stream. */
static int keep(int fd, FILE *out, char **text, const size_t *len)
{
	int r = fclose(out) != 0 ? -ENOMEM : bw_file_write(fd, *text, *len);

	free(*text);
	*text = NULL;
	return r;
}

static int make_types(int fd, const struct bw_tokens_set *names, bool with_minmax)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int r, kept;

	if (!out)
		return -ENOMEM;
	fprintf(out, "#ifndef BCCWATCH_TYPES_H\n#define BCCWATCH_TYPES_H\n#define LINUX_VERSION_CODE %u\n%s%s%s",
		version_code(), constants, inner, with_minmax ? minmax : "");
	r = bw_kernel_types_write(BW_BTF_PATH, names, out);
	fputs("#endif\n", out);
	kept = keep(fd, out, &text, &len);
	return r < 0 ? r : kept;
}

/* Does the flag name no file? The one behind -Xclang is checked by itself. */
static bool is_harmless(const char *flag)
{
	static const char *const prefixes[] = {"-D", "-U", "-W", "-O", "-g", "-f", "-m", quote};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncmp(flag, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return strcmp(flag, "-Xclang") == 0 || strcmp(flag, "-disable-llvm-passes") == 0;
}

/* Flags can define names too; other flags may name any file. */
static void scan_flags(struct scan *s)
{
	for (size_t i = 0; i < s->n; i++) {
		s->blind |= !is_harmless(s->flags[i]);
		bw_tokens_set_add(&s->words, s->flags[i]);
	}
}

/* The headers and names of libbcc's own headers. */
static int make_overlay(int fd, const char *text, struct scan *s)
{
	static const char *const always[] = {"linux/types.h",	"linux/bpf_common.h", "linux/version.h",
					     "linux/log2.h",	"asm/page.h",	      "uapi/linux/if_packet.h",
					     "uapi/linux/bpf.h"};

	s->out = open_memstream(&s->seen, &s->len);
	if (!s->out)
		return -ENOMEM;
	fputs("{'version':0,'use-external-names':false,'roots':[\n", s->out);
	fflush(s->out);
	for (size_t i = 0; i < sizeof(always) / sizeof(*always); i++)
		add_header(s, always[i]);
	bw_tokens_set_add(&s->words, "pt_regs");
	scan_text(s, text, 0);
	scan_flags(s);
	if (s->blind)
		memset(&s->words, 0xff, sizeof(s->words));
	fputs("]}\n", s->out);
	return keep(fd, s->out, &s->seen, &s->len);
}

int bw_header_tree_make(struct bw_header_tree *h, const char *text, const char **flags, size_t n)
{
	struct scan s = {.flags = flags, .n = n};
	int r;

	*h = (struct bw_header_tree){.types = memfd_create("types", MFD_CLOEXEC),
				     .overlay = memfd_create("overlay", MFD_CLOEXEC)};
	if (h->types < 0 || h->overlay < 0)
		return -errno;
	s.types = h->types;
	r = make_overlay(h->overlay, text, &s);
	if (r == 0)
		r = make_types(h->types, &s.words, s.minmax);
	if (r < 0)
		return r;
	snprintf(h->overlay_flag, sizeof(h->overlay_flag), "/proc/self/fd/%d", h->overlay);
	h->flags[h->n_flags++] = "-ivfsoverlay";
	h->flags[h->n_flags++] = h->overlay_flag;
	h->flags[h->n_flags++] = "-I" BW_DEPENDENCIES_VIRTUAL;
	/* A macro or an inline function that BTF lacks must be an error, not a call of an unknown function. */
	h->flags[h->n_flags++] = "-Werror=implicit-function-declaration";
	h->flags[h->n_flags++] = "-fms-extensions";
	h->flags[h->n_flags++] = "-Wno-microsoft-anon-tag";
	return 0;
}

void bw_header_tree_free(struct bw_header_tree *h)
{
	bw_cleanup_fd(&h->types);
	bw_cleanup_fd(&h->overlay);
}

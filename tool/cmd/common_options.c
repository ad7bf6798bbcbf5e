/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/common_options.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/parse.h"
#include "build/build.h"
#include "cmd/help.h"
#include "cmd/options.h"
#include "kernel/privilege.h"

enum { PAGES_MAX = 1 << 16 };

/* 136 years, so that the time of the end can be computed. */
#define DURATION_MAX (UINT32_MAX * BW_PARSE_SECOND)

int bw_common_options_usage_error(const char *option, const char *value, const char *wanted)
{
	return bw_log_error(BW_EXIT_USAGE, "%s %s: %s", option, value, wanted);
}

int bw_common_options_word(const char *option, const char *value, const char *const *choices, const char *wanted)
{
	int i = bw_parse_word(value, choices);

	if (i < 0)
		bw_common_options_usage_error(option, value, wanted);
	return i;
}

int bw_common_options_uid(const char *option, const char *value, uint32_t *uid)
{
	const struct passwd *user;
	uint64_t number;

	if (bw_parse_number(value, UINT32_MAX, &number) == 0) {
		*uid = (uint32_t)number;
		return 0;
	}
	user = getpwnam(value);
	if (!user)
		return bw_common_options_usage_error(option, value, "neither a number nor a user name");
	*uid = user->pw_uid;
	return 0;
}

static int set_headers(struct bw_common_options *c, const char *value)
{
	static const char *const names[] = {"auto", "installed", "btf", NULL};
	int i = bw_common_options_word("--headers", value, names, "it is one of installed, btf, auto");

	if (i < 0)
		return BW_EXIT_USAGE;
	c->headers = (enum bw_header_choice)i;
	return 0;
}

int bw_common_options_duration(const char *option, const char *value, uint64_t least, uint64_t *ns)
{
	uint64_t time;

	if (bw_parse_duration(value, BW_PARSE_SECOND, &time) < 0 || time > DURATION_MAX)
		return bw_common_options_usage_error(option, value,
						     "not a time: seconds, or with a unit, as 10, 500ms, 10m, 2h");
	if (time < least)
		return bw_common_options_usage_error(
			option, value, least < BW_PARSE_SECOND ? "the least is 1ms" : "the least is 1 second");
	*ns = time;
	return 0;
}

static int set_pages(struct bw_common_options *c, const char *value)
{
	if (bw_parse_number(value, PAGES_MAX, &c->pages) < 0 || c->pages == 0 || c->pages & (c->pages - 1))
		return bw_common_options_usage_error("--buffer-pages", value, "not a power of two from 1 to 65536");
	return 0;
}

/* 1 if the option is not a common one. */
static int set_common(const struct bw_command *command, struct bw_common_options *c, int id, const char *value)
{
	switch (id) {
	case 'd':
		return bw_common_options_duration("--duration", value, BW_COMMON_MILLISECOND, &c->duration);
	case BW_OPT_SOURCE:
		c->source = value;
		return 0;
	case BW_OPT_BUFFER_PAGES:
		return set_pages(c, value);
	case BW_OPT_FAIL_ON_LOSS:
		c->fail_on_loss = true;
		return 0;
	case BW_OPT_NO_CACHE:
		c->no_cache = true;
		return 0;
	case BW_OPT_HEADERS:
		return set_headers(c, value);
	case 'v':
		bw_verbose = true;
		return 0;
	case 'h':
		bw_help_print(command);
		return -1;
	case BW_OPTIONS_BAD:
		return BW_EXIT_USAGE;
	default:
		return 1;
	}
}

_Static_assert(BW_EXIT_USAGE != 1, "set_common's results differ");

/* behind: what the last option or operand ends at; "--" was passed, if optind is not the same. */
static int take_command(struct bw_common_options *common, int argc, char **argv, int behind)
{
	bool dashes = optind > behind;

	if (dashes && optind == argc)
		return bw_log_error(BW_EXIT_USAGE, "there is no command behind '--'");
	common->command = dashes ? argv + optind : NULL;
	optind = argc;
	return 0;
}

int bw_common_options_parse(const struct bw_command *command, struct bw_common_options *common, int argc, char **argv,
			    int (*set)(void *cookie, int id, const char *value), void *cookie)
{
	int (*next)(const struct bw_command_option *, int, char **, const char **) =
		command->operands ? bw_options_next_or_operand : bw_options_next;
	const char *value;
	int id, r = 0, behind = 1;

	optind = 0; /* glibc: begin anew */
	while (r == 0 && (id = next(command->options, argc, argv, &value)) != BW_OPTIONS_END) {
		behind = optind;
		r = set_common(command, common, id, value);
		if (r == 1)
			r = set(cookie, id == BW_OPTIONS_OPERAND ? BW_OPT_OPERAND : id, value);
	}
	if (r == 0 && command->operands)
		r = take_command(common, argc, argv, behind);
	if (r == 0 && command->operand && optind == argc)
		r = bw_log_error(BW_EXIT_USAGE, "%s is missing", command->operand);
	else if (r == 0 && command->operand)
		common->source = argv[optind++];
	if (r == 0 && optind < argc)
		r = bw_log_error(BW_EXIT_USAGE, "unexpected argument '%s'", argv[optind]);
	if (r == BW_EXIT_USAGE)
		bw_log_hint("'bccwatch %s --help' lists the options", command->name);
	return r;
}

int bw_common_options_privilege(const char *command)
{
	int r = bw_privilege_check();

	if (r == -ECANCELED) {
		bw_log_error(r, "cannot load BPF programs: " BW_NO_PROGRAMS " exists");
		bw_log_hint("use a guest (scripts/guest), or remove the file");
	} else if (r < 0) {
		bw_log_error(r, "cannot load BPF programs: that needs root (CAP_SYS_ADMIN)");
		bw_log_hint("try: sudo bccwatch %s", command);
	}
	return r;
}

/*
 * libbcc runs LLVM's passes on what clang has run them on already. That clang leaves them out saves a tenth of the time
 * for a small program and a third for block.c's loops, and changes all but nothing. What a BCC tool's text becomes is
 * left as BCC has it.
 */
static int pass_once(struct bw_source *source)
{
	int r = bw_source_add_flag(source, "-Xclang");

	return r < 0 ? r : bw_source_add_flag(source, "-disable-llvm-passes");
}

int bw_common_options_source(const struct bw_common_options *common, const char *name, struct bw_source *source)
{
	BW_FREE char *dir = NULL, *installed = NULL;
	int r = bw_source_dir(&dir);

	if (r < 0)
		return bw_log_error(
			r, "cannot find bpf_src: it is neither beside this program nor in its PREFIX/share/bccwatch");
	if (asprintf(&installed, "%s/%s", dir, name) < 0)
		return -ENOMEM;
	r = bw_source_read(source, common->source ? common->source : installed, dir);
	if (r < 0)
		return r;
	bw_log_debug("source: %s", source->path);
	if (name)
		r = pass_once(source);
	return r < 0 ? r : bw_header_choice_make(source, common->headers, name != NULL, dir);
}

struct explained {
	const struct bw_source *source;
	int signal_fd;
};

static int explain(void *cookie, const char *program, int type, char **output)
{
	const struct explained *e = cookie;

	return bw_build_verify(e->source, e->signal_fd, program, type, output);
}

int bw_common_options_load(struct bw_loaded *loaded, const struct bw_image *image, const struct bw_plan *plan,
			   struct bw_source *source, int signal_fd, const struct bw_load_shared *shared)
{
	struct explained e = {source, signal_fd};
	const struct bw_rejection_explainer explainer = {explain, &e, source->path, source->text};

	return bw_load_sharing(loaded, image, plan, &explainer, shared);
}

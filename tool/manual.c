/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes, at build time, the bash completion and the option lists of the man page from the command tables:
 *   manual man <bccwatch.8.in     replaces lines "@OPTIONS" and "@OPTIONS COMMAND"
 *   manual completion
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command_table.h"
#include "version.h"

bool bw_verbose;
struct bw_log_held *bw_log_holder;

#define COMPLETE_FILE "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") && return ;;"

/* Man source: a dash is \-. */
static void print_man_text(const char *text)
{
	for (; *text; text++)
		printf(*text == '-' ? "\\-" : "%c", *text);
}

static void print_man_options(const struct bw_command_option *o)
{
	for (; o->id; o++) {
		puts(".TP");
		fputs(".B ", stdout);
		if (o->id < 256)
			printf("\\-%c\\fR, \\fB", o->id);
		print_man_text("--");
		print_man_text(o->name);
		if (o->arg)
			printf(" \\fI%s\\fR", o->arg);
		putchar('\n');
		print_man_text(o->help);
		puts(".");
	}
}

static int print_man(void)
{
	static const char mark[] = "@OPTIONS";
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		const struct bw_command *command;

		if (strncmp(line, mark, strlen(mark)) != 0) {
			fputs(line, stdout);
			continue;
		}
		line[strcspn(line, "\n")] = '\0';
		command = line[strlen(mark)] == ' ' ? bw_command_table_find(line + strlen(mark) + 1) : NULL;
		if (!command && line[strlen(mark)])
			return bw_log_error(1, "no command for the line '%s'", line);
		print_man_options(command ? command->options : bw_global_options);
	}
	return 0;
}

static void print_words(const struct bw_command_option *o)
{
	for (; o->id; o++) {
		if (o->id < 256)
			printf("-%c ", o->id);
		printf("--%s ", o->name);
	}
}

static void print_arguments(const struct bw_command_option *o)
{
	for (; o->id; o++) {
		if (!o->arg)
			continue;
		printf("\t\t\t");
		if (o->id < 256)
			printf("-%c | ", o->id);
		printf("--%s) ", o->name);
		if (!o->complete)
			puts("return ;;");
		else if (strcmp(o->complete, BW_COMPLETE_FILE) == 0)
			puts(COMPLETE_FILE);
		else if (strcmp(o->complete, BW_COMPLETE_USER) == 0)
			puts("COMPREPLY=($(compgen -u -- \"$cur\")) && return ;;");
		else if (strcmp(o->complete, BW_COMPLETE_PID) == 0)
			puts("COMPREPLY=($(compgen -W \"$(cd /proc && echo [0-9]*)\" -- \"$cur\")) && return ;;");
		else
			printf("COMPREPLY=($(compgen -W '%s' -- \"$cur\")) && return ;;\n", o->complete);
	}
}

static void print_completion(void)
{
	puts("# bash completion for bccwatch " BW_VERSION "; made from its option tables.\n"
	     "_bccwatch()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} words=\n"
	     "\tCOMPREPLY=()\n"
	     "\tcase $([ \"$COMP_CWORD\" -gt 1 ] && echo \"${COMP_WORDS[1]}\") in");
	for (const struct bw_command *const *c = bw_command_table; *c; c++) {
		printf("\t%s)\n\t\tcase $prev in\n", (*c)->name);
		print_arguments((*c)->options);
		if ((*c)->verb)
			printf("\t\t\t%s) %s\n", (*c)->verb, COMPLETE_FILE);
		if ((*c)->other_verb)
			printf("\t\t\t%s) %s\n", (*c)->other_verb, COMPLETE_FILE);
		printf("\t\tesac\n\t\twords='");
		print_words((*c)->options);
		if ((*c)->verb)
			printf("%s ", (*c)->verb);
		if ((*c)->other_verb)
			printf("%s ", (*c)->other_verb);
		puts("'\n\t\t;;");
	}
	printf("\t'')\n\t\twords='");
	for (const struct bw_command *const *c = bw_command_table; *c; c++)
		printf("%s ", (*c)->name);
	print_words(bw_global_options);
	puts("'\n\t\t;;\n\tesac\n"
	     "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	     "}\ncomplete -o filenames -F _bccwatch bccwatch");
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "man") == 0)
		return print_man();
	if (argc == 2 && strcmp(argv[1], "completion") == 0) {
		print_completion();
		return 0;
	}
	fputs("usage: manual man|completion\n", stderr);
	return 2;
}

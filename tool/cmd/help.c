/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/help.h"

#include <stdio.h>
#include <string.h>

static void print_option(const struct bw_command_option *o)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%c%s--%s%s%s", o->id < 256 ? "-" : "  ", o->id < 256 ? o->id : ' ',
		 o->id < 256 ? ", " : " ", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	printf("  %-28s %s\n", name, o->help);
}

static void print_options(const struct bw_command_option *options)
{
	puts("\nOptions:");
	for (; options->id; options++)
		print_option(options);
}

void bw_help_print(const struct bw_command *command)
{
	const char *operand = command ? command->operand : NULL;

	if (command && command->operands)
		operand = command->operands;
	if (command) {
		printf("Usage: bccwatch %s%s%s [OPTION...]%s%s\n", command->name, command->verb ? " " : "",
		       command->verb ? command->verb : "", operand ? " " : "", operand ? operand : "");
		if (command->other_verb)
			printf("       bccwatch %s %s [OPTION...] %s\n", command->name, command->other_verb,
			       command->other_operands);
		printf("\n%s.\n", command->summary);
		print_options(command->options);
		puts("\nbccwatch(8) has the details.");
		return;
	}
	puts("Usage: bccwatch COMMAND [OPTION...]\n\nWatches access to files with small BPF programs, compiled when it "
	     "starts.\n\nCommands:");
	for (const struct bw_command *const *c = bw_command_table; *c; c++)
		printf("  %-28s %s\n", (*c)->name, (*c)->summary);
	print_options(bw_global_options);
	puts("\n'bccwatch COMMAND --help' lists a command's options; bccwatch(8) has the details.");
}

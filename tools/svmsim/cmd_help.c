// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim help: the commands there are, or one of them. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"

static const struct cli_option options[] = {
	{ "json", NULL, "as JSON" },
	{ NULL, NULL, NULL },
};

static void print_json(void)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; cli_commands[i]; i++) {
		const struct cli_command *command = cli_commands[i];

		if (!command->hidden)
			json_array_append_new(list, json_pack("{s:s, s:s, s:s}",
							      "name", command->name,
							      "operands", command->operands,
							      "does", command->does));
	}
	cli_print_json(list);
}

static int run(const struct cli_args *args)
{
	const struct cli_command *command;
	unsigned int i;

	if (args->operand_count) {
		command = cli_find(args->operand[0]);
		if (command)
			cli_print_help(command);
		return command ? CLI_HELD : CLI_USAGE;
	}
	if (cli_has(args, "json")) {
		print_json();
		return CLI_HELD;
	}
	printf("usage: svmsim COMMAND [options] [FILE...]\n\ncommands:\n");
	for (i = 0; cli_commands[i]; i++) {
		if (!cli_commands[i]->hidden)
			printf("  %-9s %s\n", cli_commands[i]->name, cli_commands[i]->does);
	}
	printf("\nexit status: 0 everything held; 1 a finding; 2 bad input or usage; 3 a defect of "
	       "the\nsimulator; 4 inconclusive; 77 skipped with a reason.\n\n"
	       "svmsim COMMAND --help says more about each.\n");
	return CLI_HELD;
}

const struct cli_command cli_cmd_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.does = "list the commands, or explain one",
	.detail = "Lists the commands that there are, or prints the help of one.",
	.example = { "svmsim help", "svmsim help run" },
	.option = options,
	.run = run,
};

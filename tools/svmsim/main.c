// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim COMMAND [options] [FILE...]: picks the command. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

const struct cli_command *const cli_commands[] = {
	&cli_cmd_run, &cli_cmd_replay, &cli_cmd_show, &cli_cmd_explain, &cli_cmd_bless,
	&cli_cmd_fmt, &cli_cmd_doctor, &cli_cmd_version, &cli_cmd_help, &cli_cmd_grammar, NULL,
};

static const char *command_known(const void *ctx, unsigned int index)
{
	const struct cli_command *command = cli_commands[index];

	return command && !command->hidden ? command->name : NULL;
}

const struct cli_command *cli_find(const char *name)
{
	unsigned int i;

	for (i = 0; cli_commands[i]; i++) {
		if (!strcmp(cli_commands[i]->name, name))
			return cli_commands[i];
	}
	cli_say("svmsim: unknown command \"%.60s\"%s; svmsim help lists them", name,
		cli_suggest(name, command_known, NULL));
	return NULL;
}

const char *cli_program = "svmsim";

int main(int argc, char **argv)
{
	const struct cli_command *command;
	struct cli_args args;
	const char *name = argc > 1 ? argv[1] : NULL;
	int status;

	if (argc && argv[0][0])
		cli_program = argv[0];
	if (!name) {
		cli_say("svmsim: no command given; svmsim help lists them");
		return CLI_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h"))
		name = "help";
	if (!strcmp(name, "--version"))
		name = "version";
	command = cli_find(name);
	if (!command)
		return CLI_USAGE;
	status = cli_parse(command, argc - 2, argv + 2, &args);
	if (status < 0)
		status = command->run(&args);
	if (fflush(stdout) || ferror(stdout)) {
		cli_say("svmsim: standard output can't be written");
		return status ? status : CLI_DEFECT;
	}
	return status;
}

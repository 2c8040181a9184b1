// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Options: long in kebab-case, -D, `--` ends them, `-` is an operand. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli.h"

static const char *option_known(const void *ctx, unsigned int index)
{
	const struct cli_option *option = ctx;
	static char text[CLI_OPTION_MAX + 1][48];
	unsigned int i;

	for (i = 0; option[i].name; i++) {
		if (i == index)
			break;
	}
	if (index > i || i > CLI_OPTION_MAX)
		return NULL;
	snprintf(text[i], sizeof(text[i]), "--%s", option[i].name ? option[i].name : "help");
	return text[i];
}

static const struct cli_option *find_option(const struct cli_command *command, const char *name,
					    size_t bytes)
{
	const struct cli_option *option;

	for (option = command->option; option->name; option++) {
		if (strlen(option->name) == bytes && !strncmp(option->name, name, bytes))
			return option;
	}
	return NULL;
}

static int usage(const struct cli_command *command, const char *what, const char *word,
		 const char *suggestion)
{
	cli_say("svmsim %s: %s \"%.60s\"%s; svmsim %s --help lists the options", command->name,
		what, word, suggestion, command->name);
	return CLI_USAGE;
}

static int add_given(struct cli_args *args, const struct cli_option *option, const char *value)
{
	if (args->given_count == CLI_VALUE_MAX) {
		cli_say("svmsim %s: more than %d options", args->command->name, CLI_VALUE_MAX);
		return CLI_USAGE;
	}
	args->given[args->given_count] = option;
	args->value[args->given_count++] = value;
	return -1;
}

/* One option word and maybe its value; *@at moves on. Returns -1 or an exit status. */
static int parse_option(struct cli_args *args, int argc, char **argv, int *at)
{
	const struct cli_command *command = args->command;
	const char *word = argv[*at], *value = NULL;
	const struct cli_option *option;
	size_t bytes;
	bool is_long = word[1] == '-';

	if (!strcmp(word, "--help") || !strcmp(word, "-h")) {
		cli_print_help(command);
		return CLI_HELD;
	}
	bytes = is_long ? strcspn(word + 2, "=") : 1;
	option = find_option(command, word + 1 + is_long, bytes);
	if (!option || (strlen(option->name) > 1) != is_long)
		return usage(command, "unknown option", word,
			     cli_suggest(word, option_known, command->option));
	if (is_long && word[2 + bytes] == '=')
		value = word + 3 + bytes;
	else if (!is_long && word[2])
		value = word + 2;
	if (value && !option->value)
		return usage(command, "this option takes no value:", word, "");
	if (!value && option->value) {
		if (*at + 1 >= argc)
			return usage(command, "a value is missing behind", word, "");
		value = argv[++*at];
	}
	return add_given(args, option, value);
}

int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_args *args)
{
	bool options_end = false;
	int i, status;

	memset(args, 0, sizeof(*args));
	args->command = command;
	args->operand = (const char **)argv;
	for (i = 0; i < argc; i++) {
		if (!options_end && !strcmp(argv[i], "--")) {
			options_end = true;
		} else if (!options_end && argv[i][0] == '-' && argv[i][1]) {
			status = parse_option(args, argc, argv, &i);
			if (status >= 0)
				return status;
		} else {
			/* At most as many operands as words were read, so nothing is lost. */
			args->operand[args->operand_count++] = argv[i];
		}
	}
	return -1;
}

bool cli_has(const struct cli_args *args, const char *name)
{
	unsigned int i;

	for (i = 0; i < args->given_count; i++) {
		if (!strcmp(args->given[i]->name, name))
			return true;
	}
	return false;
}

const char *cli_value(const struct cli_args *args, const char *name)
{
	unsigned int i;

	for (i = args->given_count; i--;) {
		if (!strcmp(args->given[i]->name, name))
			return args->value[i];
	}
	return NULL;
}

bool cli_number(const struct cli_args *args, const char *name, uint64_t least, uint64_t most,
		uint64_t *number)
{
	const char *text = cli_value(args, name);
	unsigned long long value;
	char *end;

	if (!text)
		return true;
	errno = 0;
	value = strtoull(text, &end, 0);
	if (*text < '0' || *text > '9' || *end || errno || value < least || value > most) {
		cli_say("svmsim %s: --%s %.60s: expected a number from %llu to %llu",
			args->command->name, name, text, (unsigned long long)least,
			(unsigned long long)most);
		return false;
	}
	*number = value;
	return true;
}

static void print_option(const struct cli_option *option)
{
	char left[48];

	snprintf(left, sizeof(left), "%s%s%s%s", strlen(option->name) > 1 ? "--" : "-",
		 option->name, option->value ? " " : "", option->value ? option->value : "");
	printf("  %-22s %s\n", left, option->help);
}

void cli_print_help(const struct cli_command *command)
{
	const struct cli_option *option;
	unsigned int i;

	printf("usage: svmsim %s%s%s%s\n\n%s\n", command->name,
	       command->option->name ? " [options]" : "", command->operands[0] ? " " : "",
	       command->operands, command->detail);
	printf("\noptions:\n");
	for (option = command->option; option->name; option++)
		print_option(option);
	printf("  %-22s %s\n", "--help", "this text");
	printf("\nexamples:\n");
	for (i = 0; i < 2; i++)
		printf("  %s\n", command->example[i]);
}

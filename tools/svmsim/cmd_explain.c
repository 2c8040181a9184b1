// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim explain: what a report identifier means. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "cli.h"

#define WRAP_COLUMN 76

static const struct cli_option options[] = {
	{ "json", NULL, "as JSON" },
	{ NULL, NULL, NULL },
};

static const char *identifier_known(const void *ctx, unsigned int index)
{
	struct svmsim_report_info info;

	return svmsim_report_info(index, &info) ? NULL : info.identifier;
}

static json_t *info_json(const struct svmsim_report_info *info)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "identifier", info->identifier, "title",
				   info->title, "meaning", info->meaning, "example", info->example);

	if (object && info->wording[0]) {
		json_object_set_new(object, "wording", json_string(info->wording));
		json_object_set_new(object, "since", json_string(info->since));
	}
	return object;
}

static int list_all(bool json)
{
	struct svmsim_report_info info;
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; !svmsim_report_info(i, &info); i++) {
		if (json)
			json_array_append_new(list, info_json(&info));
		else
			printf("%-32s %s\n", info.identifier, info.title);
	}
	if (json)
		cli_print_json(list);
	else
		json_decref(list);
	return CLI_HELD;
}

static void print_wrapped(const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t bytes = strcspn(text, " ");

		if (column && column + 1 + bytes > WRAP_COLUMN) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%.*s", column ? " " : "", (int)bytes, text);
		text += bytes;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static int explain(const char *identifier, bool json)
{
	struct svmsim_report_info info;
	unsigned int i;

	for (i = 0; !svmsim_report_info(i, &info); i++) {
		if (!strcmp(info.identifier, identifier))
			break;
	}
	if (svmsim_report_info(i, &info)) {
		cli_say("svmsim explain: unknown report \"%.60s\"%s; svmsim explain lists them",
			identifier, cli_suggest(identifier, identifier_known, NULL));
		return CLI_USAGE;
	}
	if (json) {
		cli_print_json(info_json(&info));
		return CLI_HELD;
	}
	printf("%s: %s\n\n", info.identifier, info.title);
	print_wrapped(info.meaning);
	if (info.wording[0])
		printf("\nthe kernel says (%s and later):\n%s\n", info.since, info.wording);
	if (info.example[0])
		printf("\nexample: svmsim run %s\n", info.example);
	return CLI_HELD;
}

static int run(const struct cli_args *args)
{
	bool json = cli_has(args, "json");

	if (args->operand_count > 1) {
		cli_say("svmsim explain: one report at a time");
		return CLI_USAGE;
	}
	return args->operand_count ? explain(args->operand[0], json) : list_all(json);
}

const struct cli_command cli_cmd_explain = {
	.name = "explain",
	.operands = "[ID]",
	.does = "say what a report means, with an example",
	.detail = "Explains the report with this identifier; without one, lists all reports.",
	.example = { "svmsim explain iommu-unmap-hole", "svmsim explain --json" },
	.option = options,
	.run = run,
};

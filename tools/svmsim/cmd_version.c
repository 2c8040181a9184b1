// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* svmsim version: the build, how faithful the model is, which kernel behaviours it knows. */
#include <jansson.h>
#include <stdio.h>
#include "cli.h"
#include "fidelity.h"

static const struct cli_option options[] = {
	{ "json", NULL, "as JSON" },
	{ NULL, NULL, NULL },
};

static json_t *names_json(const char *(*name)(unsigned int index))
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; name(i); i++)
		json_array_append_new(list, json_string(name(i)));
	return list;
}

static void print_names(const char *title, const char *(*name)(unsigned int index))
{
	unsigned int i;

	printf("%s", title);
	for (i = 0; name(i); i++)
		printf("%s%s", i ? ", " : "", name(i));
	putchar('\n');
}

static int run(const struct cli_args *args)
{
	if (args->operand_count) {
		cli_say("svmsim version: takes no operands");
		return CLI_USAGE;
	}
	if (cli_has(args, "json")) {
		cli_print_json(json_pack("{s:s, s:s, s:s, s:o, s:{s:i, s:i, s:i}, s:o, s:o, s:o}",
					 "version", CLI_VERSION, "compiler", CLI_COMPILER,
					 "build", CLI_BUILD_TYPE,
					 "kernel", names_json(svmsim_kernel_name), "fidelity",
					 "same", CLI_FIDELITY_SAME, "simplified",
					 CLI_FIDELITY_SIMPLIFIED, "absent", CLI_FIDELITY_ABSENT,
					 "profiles", names_json(svmsim_profile_name),
					 "formats", names_json(svmsim_format_name),
					 "quirks", names_json(svmsim_quirk_name)));
		return CLI_HELD;
	}
	printf("svmsim %s\n", CLI_VERSION);
	printf("build:    %s, %s\n", CLI_COMPILER, CLI_BUILD_TYPE);
	print_names("kernel:   ", svmsim_kernel_name);
	printf("fidelity: of the kernel's names %d are the same, %d simplified, %d absent "
	       "(docs/model.md)\n", CLI_FIDELITY_SAME, CLI_FIDELITY_SIMPLIFIED,
	       CLI_FIDELITY_ABSENT);
	print_names("profiles: ", svmsim_profile_name);
	print_names("formats:  ", svmsim_format_name);
	print_names("quirks:   ", svmsim_quirk_name);
	return CLI_HELD;
}

const struct cli_command cli_cmd_version = {
	.name = "version",
	.operands = "",
	.does = "print build, fidelity and kernel behaviours",
	.detail = "Prints the build, how many of the kernel's names are modelled how faithfully, "
		  "the IOMMU\nprofiles and page-table formats, and the named quirks.",
	.example = { "svmsim version", "svmsim version --json" },
	.option = options,
	.run = run,
};

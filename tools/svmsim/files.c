// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The scenario files of a command line, and the variables for them. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "cli.h"
#include "host/host.h"

#define DIRECTORY_DEPTH_MAX 16

static void add_file(struct cli_files *files, const char *path, bool named)
{
	if (!(files->count & (files->count + 1)))
		files->file = host_realloc(files->file,
					   (files->count + 1) * 2 * sizeof(*files->file));
	memset(&files->file[files->count], 0, sizeof(*files->file));
	files->file[files->count].path = strdup(path);
	files->file[files->count++].named = named;
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_scenario(const char *name)
{
	size_t bytes = strlen(name);

	return bytes > 4 && !strcmp(name + bytes - 4, ".svm");
}

/* In order of names, whatever order the host's file system has. */
static void add_directory(struct cli_files *files, const char *path, unsigned int depth)
{
	struct dirent **entry;
	int count = scandir(path, &entry, not_hidden, by_bytes), i;

	if (count < 0) {
		cli_say("%s: can't be read: %s", path, strerror(errno));
		return;
	}
	for (i = 0; i < count; i++) {
		size_t bytes = strlen(path);
		struct stat status;
		char *below = NULL;

		if (asprintf(&below, "%s%s%s", path, bytes && path[bytes - 1] == '/' ? "" : "/",
			     entry[i]->d_name) < 0)
			below = NULL;
		if (below && !lstat(below, &status)) {
			if (S_ISDIR(status.st_mode) && depth < DIRECTORY_DEPTH_MAX)
				add_directory(files, below, depth + 1);
			else if (!S_ISDIR(status.st_mode) && is_scenario(entry[i]->d_name))
				add_file(files, below, false);
		}
		free(below);
		free(entry[i]);
	}
	free(entry);
}

bool cli_gather(const struct cli_args *args, struct cli_files *files)
{
	unsigned int i;

	memset(files, 0, sizeof(*files));
	if (!args->operand_count) {
		cli_say("svmsim %s: no scenario given: name a file, a directory, or - for standard "
			"input", args->command->name);
		return false;
	}
	for (i = 0; i < args->operand_count; i++) {
		unsigned int before = files->count;
		const char *path = args->operand[i];
		struct stat status;

		if (!strcmp(path, "-") || stat(path, &status) || !S_ISDIR(status.st_mode)) {
			add_file(files, path, true);
			continue;
		}
		add_directory(files, path, 0);
		if (files->count == before) {
			cli_say("%s: no scenario (*.svm) in this directory", path);
			cli_files_free(files);
			return false;
		}
	}
	return true;
}

bool cli_load(struct cli_files *files, const struct svmsim_scenario_options *options)
{
	char message[SVMSIM_MESSAGE_MAX];
	bool fine = true;
	unsigned int i;

	for (i = 0; i < files->count; i++) {
		if (!svmsim_scenario_load(files->file[i].path, options, &files->file[i].scenario,
					  message, sizeof(message)))
			continue;
		cli_say("%s", message);
		fine = false;
	}
	return fine;
}

void cli_files_free(struct cli_files *files)
{
	unsigned int i;

	for (i = 0; i < files->count; i++) {
		svmsim_scenario_free(files->file[i].scenario);
		free(files->file[i].path);
	}
	host_free(files->file);
	memset(files, 0, sizeof(*files));
}

static const char *profile_known(const void *ctx, unsigned int index)
{
	return svmsim_profile_name(index);
}

static bool check_profile(const struct cli_args *args, const char *profile)
{
	unsigned int i;

	for (i = 0; svmsim_profile_name(i); i++) {
		if (!strcmp(svmsim_profile_name(i), profile))
			return true;
	}
	cli_say("svmsim %s: unknown IOMMU profile \"%.60s\"%s", args->command->name, profile,
		cli_suggest(profile, profile_known, NULL));
	return false;
}

static bool parse_define(const struct cli_args *args, const char *text,
			 struct svmsim_define *define)
{
	size_t bytes = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			      "0123456789_");
	char *name;

	if (!bytes || text[bytes] != '=' || (*text >= '0' && *text <= '9') ||
	    strlen(text + bytes + 1) > 200 || strpbrk(text + bytes + 1, " \t\n\"#{}")) {
		cli_say("svmsim %s: -D %.60s: expected NAME=VALUE, the value one word",
			args->command->name, text);
		return false;
	}
	name = strndup(text, bytes);
	define->name = name;
	define->value = text + bytes + 1;
	return true;
}

bool cli_defines(const struct cli_args *args, struct svmsim_define *define, unsigned int *count)
{
	unsigned int i;

	*count = 0;
	for (i = 0; i < args->given_count; i++) {
		if (!strcmp(args->given[i]->name, "D")) {
			if (!parse_define(args, args->value[i], &define[*count]))
				return false;
			++*count;
		} else if (!strcmp(args->given[i]->name, "iommu")) {
			if (!check_profile(args, args->value[i]))
				return false;
			define[*count].name = strdup("IOMMU");
			define[(*count)++].value = args->value[i];
		}
	}
	return true;
}

void cli_defines_free(struct svmsim_define *define, unsigned int count)
{
	while (count--)
		free((char *)define[count].name);
}

/* All variables of all files, one after the other. */
static const char *variable_known(const void *ctx, unsigned int index)
{
	const struct cli_files *files = ctx;
	const char *name;
	unsigned int i, k;

	for (i = 0; i < files->count; i++) {
		for (k = 0; (name = svmsim_scenario_variable(files->file[i].scenario, k)); k++) {
			if (index-- == 0)
				return name;
		}
	}
	return NULL;
}

bool cli_check_defines(const struct cli_files *files, const struct svmsim_define *define,
		       unsigned int count)
{
	unsigned int i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < files->count; k++) {
			if (svmsim_scenario_reads(files->file[k].scenario, define[i].name))
				break;
		}
		if (k < files->count)
			continue;
		cli_say("svmsim: no file reads the variable %s%s", define[i].name,
			cli_suggest(define[i].name, variable_known, files));
		return false;
	}
	return true;
}

int cli_each_file(const struct cli_args *args, struct svmsim_scenario_options *options,
		  int (*each)(const struct cli_file *file,
			      const struct svmsim_scenario_options *options, bool check))
{
	struct svmsim_define define[CLI_VALUE_MAX];
	struct cli_files files = { NULL, 0 };
	int status = CLI_USAGE;
	unsigned int i;

	options->define = define;
	if (cli_defines(args, define, &options->define_count) && cli_gather(args, &files) &&
	    cli_load(&files, options) && cli_check_defines(&files, define, options->define_count)) {
		status = CLI_HELD;
		for (i = 0; i < files.count; i++) {
			int one = each(&files.file[i], options, cli_has(args, "check"));

			status = one > status ? one : status;
		}
	}
	cli_files_free(&files);
	cli_defines_free(define, options->define_count);
	return status;
}

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What the commands of the tool share: their table, their options, their output. A command is one
 * file, cmd_NAME.c, and one row of the table in main.c.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <svmsim/locks.h>
#include <svmsim/scenario.h>

/** enum cli_status - exit statuses, one meaning each */
enum cli_status {
	CLI_HELD = 0,
	CLI_FINDING = 1,
	CLI_USAGE = 2,
	CLI_DEFECT = 3,
	CLI_INCONCLUSIVE = 4,
	CLI_SKIPPED = 77,
};

/* clang puts its name into its version, gcc does not. */
#ifdef __clang__
#define CLI_COMPILER __VERSION__
#else
#define CLI_COMPILER "gcc " __VERSION__
#endif

#define CLI_OPTION_MAX 32
#define CLI_VALUE_MAX 64

/* How the tool was called, so that a line that it prints can be pasted. */
extern const char *cli_program;

/**
 * struct cli_option - an option of a command
 * @name: long name without dashes; for -D the name "D"
 * @value: what its value is called, NULL for a flag
 * @help: one phrase
 */
struct cli_option {
	const char *name;
	const char *value;
	const char *help;
};

struct cli_args;

/**
 * struct cli_command - a command
 * @name: name
 * @operands: how its operands are written: "FILE..."
 * @does: one phrase
 * @detail: a paragraph for its help
 * @example: two command lines with what they show
 * @option: options, ended by one without a name
 * @run: carries it out; returns the exit status
 * @hidden: not listed
 */
struct cli_command {
	const char *name;
	const char *operands;
	const char *does;
	const char *detail;
	const char *example[2];
	const struct cli_option *option;
	int (*run)(const struct cli_args *args);
	bool hidden;
};
extern const struct cli_command *const cli_commands[];

/**
 * struct cli_args - a command line, read
 * @command: its command
 * @operand: what is not an option
 * @operand_count: number of @operand
 * @given: options in order
 * @value: their values, NULL for flags
 * @given_count: number of @given
 */
struct cli_args {
	const struct cli_command *command;
	const char **operand;
	unsigned int operand_count;
	const struct cli_option *given[CLI_VALUE_MAX];
	const char *value[CLI_VALUE_MAX];
	unsigned int given_count;
};

/**
 * cli_parse - read the words behind the command
 * @command: command
 * @argc: number of words
 * @argv: words; operands are gathered in it
 * @args: filled
 *
 * Return: -1 to go on; otherwise an exit status: help was asked for, or something is wrong and was
 * said.
 */
int cli_parse(const struct cli_command *command, int argc, char **argv, struct cli_args *args);
/** cli_has - was this option given? */
bool cli_has(const struct cli_args *args, const char *name);
/** cli_value - last value of an option, NULL when it was not given */
const char *cli_value(const struct cli_args *args, const char *name);
/** cli_number - a number given as an option; false, and said so, when it is none or out of range */
bool cli_number(const struct cli_args *args, const char *name, uint64_t least, uint64_t most,
		uint64_t *number);
/** cli_print_help - help of one command on standard output */
void cli_print_help(const struct cli_command *command);
/** cli_find - command of this name, NULL with a line on standard error and the nearest name */
const struct cli_command *cli_find(const char *name);

/** cli_say - a line for people, on standard error */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/** cli_color - may standard output have colours? */
bool cli_color(void);
/** cli_suggest - `: did you mean "x"?` for a word among names, "" when none is near */
const char *cli_suggest(const char *word, const char *(*known)(const void *ctx, unsigned int index),
			const void *ctx);
/** cli_print_json - a JSON value on standard output, indented; takes the reference */
struct json_t;
void cli_print_json(struct json_t *value);
/** cli_json_text - text from outside as a JSON string; what is not UTF-8 becomes question marks */
struct json_t *cli_json_text(const char *text);

/**
 * struct cli_file - a scenario file of the command line
 * @path: path
 * @named: written out, not found in a directory
 * @scenario: loaded
 */
struct cli_file {
	char *path;
	bool named;
	struct svmsim_scenario *scenario;
};
/** struct cli_files - all of them */
struct cli_files {
	struct cli_file *file;
	unsigned int count;
};
/**
 * cli_gather - files of the operands, directories searched in order of names
 * @args: command line
 * @files: filled
 *
 * Return: false when there is none, and it was said.
 */
bool cli_gather(const struct cli_args *args, struct cli_files *files);
/** cli_load - load all files; false when one can't be, each with its line on standard error */
bool cli_load(struct cli_files *files, const struct svmsim_scenario_options *options);
/** cli_files_free - free files and their scenarios */
void cli_files_free(struct cli_files *files);
/**
 * cli_defines - variables of -D and --iommu
 * @args: command line
 * @define: filled, room for CLI_VALUE_MAX
 * @count: set to their number
 *
 * Return: false when one is malformed, and it was said.
 */
bool cli_defines(const struct cli_args *args, struct svmsim_define *define, unsigned int *count);
/** cli_defines_free - free what cli_defines() made */
void cli_defines_free(struct svmsim_define *define, unsigned int count);
/** cli_check_defines - is each variable read by some file? false, and said so, otherwise */
bool cli_check_defines(const struct cli_files *files, const struct svmsim_define *define,
		       unsigned int count);
/**
 * cli_each_file - load all files of a command line, then do the same with each
 * @args: command line
 * @options: how to load; the variables are filled in
 * @each: returns an exit status; check is the option --check
 *
 * Return: the gravest exit status, CLI_USAGE when a file can't be loaded.
 */
int cli_each_file(const struct cli_args *args, struct svmsim_scenario_options *options,
		  int (*each)(const struct cli_file *file,
			      const struct svmsim_scenario_options *options, bool check));
/** cli_write_file - replace a file at once, keeping its mode; false, and said so, on failure */
bool cli_write_file(const char *path, const char *text);

/**
 * struct cli_task - one run to do
 * @file: its file
 * @repetition: which repetition
 * @seed: 0 to leave it to the file
 * @pin: pin of the scenario to follow, NULL for none
 */
struct cli_task {
	const struct cli_file *file;
	unsigned int repetition;
	uint64_t seed;
	const char *pin;
};
/**
 * struct cli_faults - failures asked for on a command line, and what came of them in all runs
 * @plan: of each run
 * @fault: of @plan
 * @sweep_max: a sweep, of at most this many runs with a failure for each repetition; 0 for none
 * @site: what came up, with sums over all runs
 * @site_count: number of @site
 * @fired: bit i: failure i of @plan was injected in some run
 * @injected_count: failures injected
 * @question_max: the most questions that a run had
 * @run_count: runs
 * @failed_count: runs of sweeps that failed
 */
struct cli_faults {
	struct svmsim_fault_plan plan;
	struct svmsim_fault fault[SVMSIM_FAULT_MAX];
	unsigned int sweep_max;
	struct svmsim_fault_site *site;
	unsigned int site_count;
	uint64_t fired;
	uint64_t injected_count;
	uint64_t question_max;
	uint64_t run_count;
	uint64_t failed_count;
};
/** cli_faults_parse - read the options about failures; false, and said so, when one is wrong */
bool cli_faults_parse(const struct cli_args *args, struct cli_faults *faults);
void cli_faults_free(struct cli_faults *faults);
/** cli_faults_apply - have runs with @options fail as asked for; nothing when nothing was */
void cli_faults_apply(struct cli_faults *faults, struct svmsim_scenario_options *options);
/** cli_faults_count - take a record in */
void cli_faults_count(struct cli_faults *faults, const struct svmsim_run *run);
/** cli_faults_fired - did all that was asked for by number happen? false, and said so, if not */
bool cli_faults_fired(const struct cli_args *args, const struct cli_faults *faults);
/** cli_faults_print - the sites with their counts, and how many runs there were */
void cli_faults_print(struct cli_faults *faults, const char *prefix);
/** cli_faults_json - the same as a JSON object */
struct json_t *cli_faults_json(struct cli_faults *faults);

/** struct cli_tally - how many runs ended how; and what the text printers carry along */
struct cli_tally {
	unsigned int passed;
	unsigned int failed;
	unsigned int skipped;
	unsigned int inconclusive;
	unsigned int defect;
	unsigned int task_count;
	struct svmsim_lock_union *locks;
	bool color;
	bool twice;
	struct cli_faults *faults;
	struct json_t *json;
};
/**
 * cli_lanes - carry out tasks, each run in a worker, and hand over the records in order
 * @task: tasks
 * @count: number of @task
 * @jobs: how many at once
 * @options: options of the runs; the seed is each task's
 * @trace: where a line names each run before its events; NULL for no trace
 * @done: called in order with each record, which it does not keep; false ends it early
 * @ctx: passed to @done
 */
void cli_lanes(const struct cli_task *task, unsigned int count, unsigned int jobs,
	       const struct svmsim_scenario_options *options, FILE *trace,
	       bool (*done)(void *ctx, const struct cli_task *task, const struct svmsim_run *run),
	       void *ctx);

/** cli_trace_open - a trace file with its head; NULL, and said so, when it can't be written */
FILE *cli_trace_open(const char *path);
/** cli_trace_event - write an event into the trace file behind @ctx */
void cli_trace_event(void *ctx, const struct svmsim_event *event);
/** cli_status - exit status of a set of runs */
enum cli_status cli_status(const struct cli_tally *tally);
/** cli_lock_findings - number of orders of locks that are wrong only together */
unsigned int cli_lock_findings(const struct cli_tally *tally);
/** cli_count - count a run, and add its order of locks */
void cli_count(struct cli_tally *tally, const struct svmsim_run *run);

/* Printers of records: one call a run, one at the end; text, KTAP, JSON. */
void cli_text_run(struct cli_tally *tally, const struct cli_task *task,
		  const struct svmsim_run *run);
void cli_text_end(struct cli_tally *tally);
void cli_ktap_run(struct cli_tally *tally, const struct cli_task *task,
		  const struct svmsim_run *run);
void cli_ktap_end(struct cli_tally *tally);
void cli_json_run(struct cli_tally *tally, const struct cli_task *task,
		  const struct svmsim_run *run);
void cli_json_end(struct cli_tally *tally);

extern const struct cli_command cli_cmd_run;
extern const struct cli_command cli_cmd_replay;
extern const struct cli_command cli_cmd_show;
extern const struct cli_command cli_cmd_explain;
extern const struct cli_command cli_cmd_bless;
extern const struct cli_command cli_cmd_fmt;
extern const struct cli_command cli_cmd_doctor;
extern const struct cli_command cli_cmd_version;
extern const struct cli_command cli_cmd_help;
extern const struct cli_command cli_cmd_grammar;

#endif

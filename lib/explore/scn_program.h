/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * A file as a tree of statements, and what one way through it comes to: a plan, a flat list of
 * steps with every variable, condition and loop resolved. Plans are made when the file is loaded,
 * so everything wrong in them is found before anything runs.
 *
 * DOC: Vocabulary
 *
 * program   one file, parsed; files that it uses hang below its `use` statements.
 * plan      one repetition, ready to run.
 * step      an action, a move of the clock, a counter or a state to look at.
 * judge     an expectation about reports, judged when the run has ended.
 */
#ifndef EXPLORE_SCN_PROGRAM_H
#define EXPLORE_SCN_PROGRAM_H

#include "explore/scn_cursor.h"

#define SCN_NEST_MAX 16
#define SCN_USE_MAX_DEPTH 8
#define SCN_USE_MAX_COUNT 64
#define SCN_REPETITION_MAX 4096
#define SCN_STEP_MAX 100000
#define SCN_VISIT_MAX 1000000
#define SCN_VARIABLE_MAX 256
#define SCN_SYMBOL_MAX 1024
#define SCN_JUDGE_MAX 1024
#define SCN_TASK_MAX 256
#define SCN_PIN_MAX 64
#define SCN_VALUE_MAX_BYTES 256

/**
 * struct scn_stmt - one statement
 * @next: the one after it
 * @program: file that it stands in
 * @is_action: an action; otherwise @key says what it is
 * @key: its keyword
 * @whole_file: a `for` that repeats the whole file
 * @token: its tokens, of several lines for `machine`
 * @token_count: number of @token
 * @label: of a line in a `par` block, with its colon; it is the first of @token
 * @in_par: it stands in a `par` block
 * @line: first line
 * @body: what `if`, `for` or `par` holds
 * @otherwise: what follows `else`
 * @used: the file behind `use`, NULL while its name is open
 * @golden: lines between the fences of a `state`
 * @golden_count: number of @golden
 */
struct scn_stmt {
	struct scn_stmt *next;
	struct scn_program *program;
	bool is_action;
	enum scn_keyword key;
	bool whole_file;
	const struct scn_token *token;
	unsigned int token_count;
	const struct scn_token *label;
	bool in_par;
	unsigned int line;
	struct scn_stmt *body;
	struct scn_stmt *otherwise;
	struct scn_program *used;
	const struct scn_line *golden;
	unsigned int golden_count;
};

/**
 * struct scn_program - one file
 * @source: its lines
 * @real_path: tells files apart
 * @parent: file whose `use` loads this one; only while it is being loaded
 * @next: another file of the scenario
 * @first: first statement
 * @has_action: something in it acts
 */
struct scn_program {
	struct scn_source source;
	const char *real_path;
	struct scn_program *parent;
	struct scn_program *next;
	struct scn_stmt *first;
	bool has_action;
};

/** enum scn_symbol_kind - what a name in a scenario stands for */
enum scn_symbol_kind {
	SCN_SYMBOL_WINDOW,
	SCN_SYMBOL_MAPPING,
	SCN_SYMBOL_RAM,
	SCN_SYMBOL_LIST,
	SCN_SYMBOL_HMM,
	SCN_SYMBOL_LOCK,
	SCN_SYMBOL_EVENT,
	SCN_SYMBOL_VMA,
	SCN_SYMBOL_FILE,
	SCN_SYMBOL_PIN,
	SCN_SYMBOL_PROCESS,
};

/**
 * struct scn_symbol - a name
 * @name: name
 * @kind: what it stands for
 * @device: index of the device of a window or mapping
 * @pages: of memory: as allocated, or as much as the file names; of an area or a file: as made
 * @by_alloc: memory of an `alloc` line
 * @sub: of a lock index in scn_lock_kinds, of an event in scn_event_kinds; of a process: it comes
 *	by a fork
 * @line: where it came first
 */
struct scn_symbol {
	const char *name;
	enum scn_symbol_kind kind;
	int device;
	uint64_t pages;
	bool by_alloc;
	int sub;
	unsigned int line;
};

/**
 * struct scn_task - a task of a scenario
 * @name: its name
 * @cpu: its CPU, -1 for any
 * @is_label: made for a label, whose lines are not those of a task
 * @used: it has lines
 * @place: token of @cpu
 * @path: file of @place
 */
struct scn_task {
	const char *name;
	int cpu;
	bool is_label;
	bool used;
	const struct scn_token *place;
	const char *path;
};

/* struct scn_label - a label of a `par` block and the task that it stands for */
struct scn_label {
	const char *name;
	int task;
};

/* struct scn_span - pages of an area; all of it where @range is not set */
struct scn_span {
	int symbol;
	struct scn_range range;
};

/* struct scn_thread - an actor `cpu` or `cpuN`, and whose threads it runs */
struct scn_thread {
	int cpu;
	int process;
};

/** enum scn_step_kind - kinds of steps */
enum scn_step_kind {
	SCN_STEP_ACTION,
	SCN_STEP_ADVANCE,
	SCN_STEP_COUNTER,
	SCN_STEP_STATE,
	SCN_STEP_PAR,
	SCN_STEP_PAGES,
};

/**
 * struct scn_step - one step of a plan
 * @kind: what it is
 * @stmt: where it is written
 * @text: how it is written, variables filled in, without the result
 * @action: the action
 * @device: index of the device that acts or is looked at, -1 for none
 * @symbol: index of the symbol of the action, -1 for none
 * @ram: index of the memory behind `ram`, -1 for none
 * @other: index of the other device of the action, -1 for none
 * @to: symbol of the area at another place, -1 for none
 * @task: index of the task that carries it out, -1 for the one of all sequential lines
 * @target: index of the task that it is about, -1 for none
 * @process: symbol of the process that acts or is looked at, -1 for none
 * @span: pages of areas that it is about
 * @span_count: number of @span
 * @label: in a `par` block, its label
 * @par: words of a `par`
 * @par_count: steps behind a `par` that belong to it
 * @ns: how far the clock moves
 * @expect: the counter
 * @state: what to look at, index in scn_states
 */
struct scn_step {
	enum scn_step_kind kind;
	const struct scn_stmt *stmt;
	const char *text;
	const struct scn_action *action;
	int device;
	int symbol;
	int ram;
	int other;
	int to;
	int task;
	int target;
	int process;
	struct scn_span *span;
	unsigned int span_count;
	const char *label;
	const struct scn_par *par;
	unsigned int par_count;
	uint64_t ns;
	const struct scn_expect *expect;
	int state;
};

/* struct scn_judge - an expectation about reports and where it is written */
struct scn_judge {
	const struct scn_stmt *stmt;
	const char *text;
	struct scn_expect expect;
};

/** enum scn_origin - where a variable's value comes from */
enum scn_origin {
	SCN_FROM_OUTSIDE,
	SCN_FROM_FOR,
	SCN_FROM_DEFAULT,
	SCN_FROM_BLOCK,
};

/* struct scn_var - a variable */
struct scn_var {
	struct scn_var *next;
	const char *name;
	const char *value;
	enum scn_origin origin;
};

/**
 * struct scn_plan - one repetition
 * @variant: "IOMMU=generic-pt"
 * @replay: " -D IOMMU=generic-pt"
 * @machine: the machine that it describes
 * @has_seed: the file states a seed, which wins over the option
 * @skip: why it is left out, NULL when it runs
 * @allow_unsafe: `allow unsafe` was read
 * @step: steps
 * @step_count: number of @step
 * @judge: expectations about reports
 * @judge_count: number of @judge
 * @symbol: names
 * @symbol_count: number of @symbol
 * @task: tasks of the scenario
 * @task_count: number of @task
 * @label: labels of all `par` blocks
 * @label_count: number of @label
 * @pin: schedules by the names of events
 * @pin_count: number of @pin
 * @thread: whose threads actors run that stand for CPUs, where the plan has come to
 * @thread_count: number of @thread
 */
struct scn_plan {
	const char *variant;
	const char *replay;
	struct svmsim_machine machine;
	bool has_seed;
	const char *skip;
	bool allow_unsafe;
	struct scn_step *step;
	unsigned int step_count;
	struct scn_judge *judge;
	unsigned int judge_count;
	struct scn_symbol *symbol;
	unsigned int symbol_count;
	struct scn_task *task;
	unsigned int task_count;
	struct scn_label *label;
	unsigned int label_count;
	struct scn_pin *pin;
	unsigned int pin_count;
	struct scn_thread *thread;
	unsigned int thread_count;
};

/**
 * struct svmsim_scenario - a loaded scenario
 * @arena: owner of everything
 * @root: where `use` looks second, NULL for nowhere
 * @main: the file itself
 * @programs: all files, the last loaded first
 * @use_count: files that were loaded by `use`
 * @plan: repetitions
 * @plan_count: number of @plan
 * @variable: names of all variables that are read or set by `for`
 * @variable_count: number of @variable
 * @visited_count: statements looked at so far, over all repetitions
 */
struct svmsim_scenario {
	struct scn_arena arena;
	const char *root;
	struct scn_program *main;
	struct scn_program *programs;
	unsigned int use_count;
	struct scn_plan *plan;
	unsigned int plan_count;
	const char **variable;
	unsigned int variable_count;
	unsigned int visited_count;
};

/** scn_parse - lines of @program into statements, each checked; false with @error filled */
bool scn_parse(struct svmsim_scenario *scenario, struct scn_program *program,
	       struct scn_error *error);
/** scn_use - the program behind `use`, loaded if need be; NULL with @error filled */
struct scn_program *scn_use(struct svmsim_scenario *scenario, struct scn_program *from,
			    const struct scn_token *token, struct scn_error *error);
/** scn_cursor_init - a cursor over a statement's tokens */
void scn_cursor_init(struct scn_cursor *cursor, struct svmsim_scenario *scenario,
		     const struct scn_stmt *stmt, struct scn_error *error);

/* struct scn_env - variables while a plan is made */
struct scn_env {
	struct svmsim_scenario *scenario;
	struct scn_var *vars;
	struct scn_error *error;
};
/** scn_var_find - a variable, NULL if it has no value */
const struct scn_var *scn_var_find(const struct scn_env *env, const char *name);
/** scn_var_push - set a variable; the newest of a name counts */
void scn_var_push(struct scn_env *env, const char *name, const char *value,
		  enum scn_origin origin);
/** scn_fill - tokens of a statement with variables filled in; NULL with an error */
struct scn_token *scn_fill(struct scn_env *env, const struct scn_stmt *stmt);
/** scn_visit - count a statement; false with an error when loops and `use` make too many */
bool scn_visit(struct scn_env *env, const struct scn_stmt *stmt);
/** scn_collect_variables - note names and defaults in the order of the text, `use` included */
bool scn_collect_variables(struct scn_env *env, const struct scn_stmt *first);

/** scn_make_plans - all repetitions; false with @error filled */
bool scn_make_plans(struct svmsim_scenario *scenario,
		    const struct svmsim_scenario_options *options, struct scn_error *error);
/** scn_make_plan - one repetition with the variables of @env */
bool scn_make_plan(struct scn_env *env, struct scn_plan *plan);
/** scn_resolve_action - names of an action into indices of the plan */
bool scn_resolve_action(struct scn_env *env, struct scn_plan *plan, struct scn_cursor *cursor,
			struct scn_step *step);

#endif

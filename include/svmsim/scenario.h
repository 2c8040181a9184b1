/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Scenario files (.svm): load one, run it, read what came of it. docs/scenario.md describes the
 * language. Everything that is wrong with a file is found while it is loaded, in every branch of
 * it, before anything runs; the message names file, line, column and the nearest right thing.
 *
 * DOC: Vocabulary
 *
 * repetition  one way through the file: a top-level `for NAME in a, b` makes a file of two. Each
 *             runs in a fresh world.
 * standing    what a report is to the run that raised it: expected, unexpected, consumed by the
 *             result of the line that raised it, a note, or attached to another report.
 */
#ifndef SVMSIM_SCENARIO_H
#define SVMSIM_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <svmsim/events.h>
#include <svmsim/export.h>
#include <svmsim/fault.h>
#include <svmsim/report.h>
#include <svmsim/scheduler.h>
#include <svmsim/world.h>

#define SVMSIM_MESSAGE_MAX 512
/* Records of failed runs that one sweep keeps. */
#define SVMSIM_SWEEP_FAILED_MAX 16

struct svmsim_scenario;

/**
 * struct svmsim_define - a variable given from outside, `-D NAME=VALUE`
 * @name: name
 * @value: value
 */
struct svmsim_define {
	const char *name;
	const char *value;
};

/** enum svmsim_sched - who decides which task runs next */
enum svmsim_sched {
	SVMSIM_SCHED_FIFO,
	SVMSIM_SCHED_RANDOM,
	SVMSIM_SCHED_PCT,
};

/**
 * svmsim_sched_name - names of schedulers: "fifo", "random", "pct"
 * @sched: enum svmsim_sched; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_sched_name(unsigned int sched);

/**
 * struct svmsim_scenario_options - how to load and run a scenario
 * @define: variables; they win over `for` lists and defaults
 * @define_count: number of @define
 * @root: where `use` looks after the file's own directory; NULL for none
 * @seed: seed of the world, 0 to leave it to the file
 * @allow_unsafe: as `allow unsafe` in the file
 * @fatal: stop at the first report that is not expected
 * @twice: run again and compare, then once more with other memory fill (`uninit`)
 * @allocator: host memory of the world, NULL for the C library's
 * @watch: called for each event of the (first) run; may be NULL
 * @watch_ctx: passed to @watch
 * @show: what to put into svmsim_run.shown: "pt", "iova", "iotlb" (of every device), "counters"
 *	or "locks"; NULL for nothing
 * @show_json: fill @shown with JSON instead of text
 * @show_at: step after which to look and stop; 0 for the end, before anything is torn down
 * @style: how report texts look
 * @text_of_all: have texts of all reports; otherwise only of those that are unexpected
 * @json: have reports as JSON, too
 * @timeout_seconds: bound on a run in a worker, after which it is killed as hung; 0 for none
 * @sched: who decides; its random values are by @seed, 1 where that is 0
 * @sched_depth: of pct: depth of the bugs to look for; 0 for 3
 * @schedule: choices to make again, NULL for none; they win over @sched
 * @on_divergence: what to do about a choice, or a part of @pin, that can't be made
 * @pin: name of the pin to follow, NULL for none; it wins over @schedule
 * @until: stop at this event ("iommu:unmap") or before this switch point ("mutex_lock(&b)"); NULL
 *	for the end. Not together with @sched.
 * @step_max: bound on switches, 0 for 1,000,000
 * @point_max: bound on switch points, 0 for 100,000,000
 * @faults: failures to inject, NULL for none
 * @sweep_max: svmsim_scenario_run_worker() runs once without a failure, then once for each question
 *	that came up, failing it, but not more than this; 0 for no sweep
 */
struct svmsim_scenario_options {
	const struct svmsim_define *define;
	unsigned int define_count;
	const char *root;
	uint64_t seed;
	bool allow_unsafe;
	bool fatal;
	bool twice;
	const struct svmsim_allocator *allocator;
	void (*watch)(void *ctx, const struct svmsim_event *event);
	void *watch_ctx;
	const char *show;
	bool show_json;
	uint64_t show_at;
	struct svmsim_report_style style;
	bool text_of_all;
	bool json;
	unsigned int timeout_seconds;
	enum svmsim_sched sched;
	unsigned int sched_depth;
	const char *schedule;
	enum svmsim_on_divergence on_divergence;
	const char *pin;
	const char *until;
	uint64_t step_max;
	uint64_t point_max;
	const struct svmsim_fault_plan *faults;
	unsigned int sweep_max;
};

/** enum svmsim_verdict - how a run ended */
enum svmsim_verdict {
	SVMSIM_PASSED,
	SVMSIM_FAILED,
	SVMSIM_SKIPPED,
	SVMSIM_INCONCLUSIVE,
	SVMSIM_DEFECT,
};

/** enum svmsim_standing - what a report is to its run */
enum svmsim_standing {
	SVMSIM_UNEXPECTED,
	SVMSIM_EXPECTED,
	SVMSIM_CONSUMED,
	SVMSIM_NOTED,
	SVMSIM_ATTACHED,
};

/**
 * struct svmsim_judged - a report and its standing
 * @report: the report, with copies of its texts; lines and frames are in @text only
 * @standing: what it is to the run
 * @file: scenario file of the line that raised it, "" for the end of the run
 * @line: that line, 0 for the end of the run
 * @text: the report as a block of text, with those attached to it; "" where options ask for none
 * @json: the report as one JSON object, "" where options ask for none
 */
struct svmsim_judged {
	struct svmsim_report report;
	enum svmsim_standing standing;
	const char *file;
	unsigned int line;
	const char *text;
	const char *json;
};

/**
 * struct svmsim_failure - something that did not come out as written
 * @file: scenario file
 * @line: line in it
 * @what: the line itself, in scenario notation
 * @expected: in scenario notation
 * @got: in scenario notation
 * @report: index of the report that it is about, -1 if none
 */
struct svmsim_failure {
	const char *file;
	unsigned int line;
	const char *what;
	const char *expected;
	const char *got;
	int report;
};

/**
 * struct svmsim_golden - what a `state` block should hold
 * @file: scenario file
 * @line: line of the `state` statement
 * @text: lines, each ended by a line feed
 * @holds: the file's block matches
 */
struct svmsim_golden {
	const char *file;
	unsigned int line;
	const char *text;
	bool holds;
};

/**
 * struct svmsim_injected - a failure that was injected
 * @site: name of the site, as a plan can name it
 * @nth: which of its questions
 * @file: scenario file of the line that it hit, "" for none
 * @line: that line
 */
struct svmsim_injected {
	const char *site;
	uint64_t nth;
	const char *file;
	unsigned int line;
};

/**
 * struct svmsim_run - what came of running one repetition
 * @file: as it was loaded
 * @variant: "IOMMU=generic-pt", the variables of the repetition; "" when there are none
 * @verdict: the outcome
 * @reason: why it was skipped or is inconclusive, "" otherwise
 * @replay: arguments of `svmsim` that run exactly this again
 * @digest: hash over the run's events
 * @step_count: actions carried out
 * @report_count: number of @report
 * @report: reports in order of raising
 * @failure_count: number of @failure
 * @failure: failures in the order of the file
 * @golden_count: number of @golden
 * @golden: golden blocks in the order of the file
 * @shown: what options asked to show, "" if nothing
 * @locks: order of locks for svmsim_lock_union_add(); "" if there is none, or a report about it
 * @schedule: its choices, "" for a run that nobody chose in
 * @switch_count: switches from one task to another
 * @point_count: how often the scheduler was asked
 * @divergence: what of a schedule or pin was not followed, and why; "" if nothing
 * @stopped: where everybody was when it was stopped at options' @until, "" otherwise
 * @injected_count: number of @injected
 * @injected: failures that were injected, in order
 * @fired: bit i: failure i of the plan was injected
 * @question_count: how often a failure of a swept kind could have been injected
 * @site_count: number of @site
 * @site: what could fail, in order of first questions; of a sweep, in all of its runs
 * @sweep_count: of a sweep: runs with a failure, 0 for anything else
 * @failed_count: of a sweep: how many of them failed
 * @failed: their records, the first SVMSIM_SWEEP_FAILED_MAX of them
 * @arena: owner of all of the above
 */
struct svmsim_run {
	const char *file;
	const char *variant;
	enum svmsim_verdict verdict;
	const char *reason;
	const char *replay;
	uint64_t digest;
	uint64_t step_count;
	unsigned int report_count;
	const struct svmsim_judged *report;
	unsigned int failure_count;
	const struct svmsim_failure *failure;
	unsigned int golden_count;
	const struct svmsim_golden *golden;
	const char *shown;
	const char *locks;
	const char *schedule;
	uint64_t switch_count;
	uint64_t point_count;
	const char *divergence;
	const char *stopped;
	unsigned int injected_count;
	const struct svmsim_injected *injected;
	uint64_t fired;
	uint64_t question_count;
	unsigned int site_count;
	const struct svmsim_fault_site *site;
	unsigned int sweep_count;
	unsigned int failed_count;
	struct svmsim_run *const *failed;
	void *arena;
};

/**
 * svmsim_scenario_load - read and check a scenario file
 * @path: file, at most 1 MiB; "-" for standard input
 * @options: variables and root matter here; NULL for none
 * @scenario: set on success
 * @message: filled on failure with "file:line:column: what, nearest right thing"
 * @message_bytes: size of @message
 *
 * Return: 0, -EINVAL (what is written in it), -ENOENT, -EACCES, -EISDIR, -EIO, -EFBIG (reading it).
 */
SVMSIM_API int svmsim_scenario_load(const char *path,
				    const struct svmsim_scenario_options *options,
				    struct svmsim_scenario **scenario, char *message,
				    size_t message_bytes);
/**
 * svmsim_scenario_parse - as svmsim_scenario_load(), from memory
 * @name: stands for the path in messages; `use` looks beside it
 * @text: the file's bytes
 * @bytes: their number
 * @options: as for svmsim_scenario_load()
 * @scenario: set on success
 * @message: filled on failure
 * @message_bytes: size of @message
 *
 * Return: 0, -EINVAL, -EFBIG.
 */
SVMSIM_API int svmsim_scenario_parse(const char *name, const char *text, size_t bytes,
				     const struct svmsim_scenario_options *options,
				     struct svmsim_scenario **scenario, char *message,
				     size_t message_bytes);
/**
 * svmsim_scenario_free - free a scenario
 * @scenario: scenario; NULL is fine
 */
SVMSIM_API void svmsim_scenario_free(struct svmsim_scenario *scenario);
/**
 * svmsim_scenario_repetitions - number of repetitions
 * @scenario: scenario
 *
 * Return: at least 1.
 */
SVMSIM_API unsigned int svmsim_scenario_repetitions(const struct svmsim_scenario *scenario);
/**
 * svmsim_scenario_has_action - does anything in it act?
 * @scenario: scenario
 *
 * Return: false for a file that is there for others to `use`.
 */
SVMSIM_API bool svmsim_scenario_has_action(const struct svmsim_scenario *scenario);
/**
 * svmsim_scenario_reads - does a scenario read a variable, or set it by `for`?
 * @scenario: scenario
 * @name: variable
 */
SVMSIM_API bool svmsim_scenario_reads(const struct svmsim_scenario *scenario, const char *name);
/**
 * svmsim_scenario_variable - names of the variables of a scenario
 * @scenario: scenario
 * @index: from 0; NULL is returned past the last
 */
SVMSIM_API const char *svmsim_scenario_variable(const struct svmsim_scenario *scenario,
						unsigned int index);
/**
 * svmsim_scenario_variant - variables of a repetition: "IOMMU=generic-pt"
 * @scenario: scenario
 * @index: repetition, from 0
 */
SVMSIM_API const char *svmsim_scenario_variant(const struct svmsim_scenario *scenario,
					       unsigned int index);

/**
 * svmsim_scenario_pin - name of a schedule that a repetition pins
 * @scenario: scenario
 * @index: repetition, from 0
 * @pin: from 0
 *
 * Return: its name, NULL past the last.
 */
SVMSIM_API const char *svmsim_scenario_pin(const struct svmsim_scenario *scenario,
					   unsigned int index, unsigned int pin);

/**
 * svmsim_scenario_run - run one repetition in this process
 * @scenario: what to run
 * @index: repetition, from 0
 * @options: those that it was loaded with; NULL for none
 * @run: set to the record, which svmsim_run_free() frees
 *
 * A crash in the modelled kernel takes this process along: see svmsim_scenario_run_worker().
 * Return: 0, -EINVAL (no such repetition). A schedule that can't be read, and an @until or a pin
 * that names nothing, make a run inconclusive.
 */
SVMSIM_API int svmsim_scenario_run(struct svmsim_scenario *scenario, unsigned int index,
				   const struct svmsim_scenario_options *options,
				   struct svmsim_run **run);
/**
 * svmsim_scenario_run_worker - run one repetition in a forked worker
 * @scenario: what to run
 * @index: repetition, from 0
 * @options: those that it was loaded with; NULL for none
 * @run: set to the record; a crash is a report `oops` in it
 *
 * Return: 0, -EINVAL (no such repetition).
 */
SVMSIM_API int svmsim_scenario_run_worker(struct svmsim_scenario *scenario, unsigned int index,
					  const struct svmsim_scenario_options *options,
					  struct svmsim_run **run);
/**
 * svmsim_run_free - free a record
 * @run: record; NULL is fine
 */
SVMSIM_API void svmsim_run_free(struct svmsim_run *run);
/**
 * svmsim_run_pack - a record as bytes, for another process of the same program
 * @run: record
 * @bytes: set to the size
 *
 * Return: memory that free() frees.
 */
SVMSIM_API void *svmsim_run_pack(const struct svmsim_run *run, size_t *bytes);
/**
 * svmsim_run_unpack - the record behind the bytes of svmsim_run_pack()
 * @data: the bytes
 * @bytes: their number
 *
 * Return: a record, NULL when they are damaged.
 */
SVMSIM_API struct svmsim_run *svmsim_run_unpack(const void *data, size_t bytes);

/**
 * svmsim_scenario_format - a file in its one canonical layout
 * @scenario: scenario
 *
 * Return: text that free() frees.
 */
SVMSIM_API char *svmsim_scenario_format(const struct svmsim_scenario *scenario);
/**
 * svmsim_scenario_text - a file as it was read
 * @scenario: scenario
 */
SVMSIM_API const char *svmsim_scenario_text(const struct svmsim_scenario *scenario);
/**
 * svmsim_scenario_bless - the file with its `state` blocks rewritten
 * @scenario: file
 * @run: a record of each repetition
 * @run_count: number of @run
 * @text: set to the new text, which free() frees
 * @message: filled on failure: two repetitions that want different text in one block
 * @message_bytes: size of @message
 *
 * Return: number of blocks that change, -EINVAL with @message filled.
 */
SVMSIM_API int svmsim_scenario_bless(const struct svmsim_scenario *scenario,
				     struct svmsim_run *const *run, unsigned int run_count,
				     char **text, char *message, size_t message_bytes);
/** svmsim_scenario_grammar - the tables of the language as Markdown; free() frees it */
SVMSIM_API char *svmsim_scenario_grammar(void);

/**
 * svmsim_nearest - the known word nearest to one that is not known
 * @word: what was written
 * @known: known word with this index, NULL past the last
 * @ctx: passed to @known
 *
 * Return: the nearest by Damerau-Levenshtein distance, with one letter in three different at
 * most; failing that, the first that @word abbreviates; else NULL.
 */
SVMSIM_API const char *svmsim_nearest(const char *word,
				      const char *(*known)(const void *ctx, unsigned int index),
				      const void *ctx);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Carrying out a plan: one world, step by step, and judging what it reported.
 */
#ifndef EXPLORE_SCN_RUNNER_H
#define EXPLORE_SCN_RUNNER_H

#include <svmsim/dma_call.h>
#include <svmsim/inspect.h>
#include <svmsim/mirror.h>
#include <svmsim/task.h>
#include "explore/scn_program.h"

/* struct scn_binding - a window or mapping as it was made, to name addresses by */
struct scn_binding {
	int symbol;
	int device;
	uint64_t iova;
	uint64_t bytes;
	uint64_t page;
};

/* struct scn_home - where an area of a process is, or was; the newest of a name counts */
struct scn_home {
	int process;
	int symbol;
	uint64_t address;
	uint64_t bytes;
};

/*
 * struct scn_outcome - what an action gave: 0 or a negative errno, and maybe a value. With a hint
 * the line did not come so far as to give anything; a detail is only for people.
 */
struct scn_outcome {
	int err;
	bool has_value;
	bool blocks;
	uint64_t value;
	const char *hint;
	const char *detail;
};

/**
 * struct scn_task_run - a task of the scenario while it runs
 * @runner: run
 * @actor: the task of the world, NULL before its first line
 * @step: the line that it carries out, or carried out last
 * @outcome: of @step, when it has ended
 * @left: the line was left blocked, and nobody waits for its result
 * @first: of a `par` block, index of its first line
 * @count: number of lines from @first on, those of other tasks among them
 */
struct scn_task_run {
	struct scn_runner *runner;
	struct svmsim_actor *actor;
	const struct scn_step *step;
	struct scn_outcome outcome;
	bool left;
	unsigned int first;
	unsigned int count;
};

/**
 * struct scn_seen - whether and when a condition held
 * @held: it did
 * @world_step: the first time
 * @step: line that was begun last by then, NULL if none was
 */
struct scn_seen {
	bool held;
	uint64_t world_step;
	const struct scn_step *step;
};

/* struct scn_mark - which step of the plan a step of the world is, when; the digest behind it */
struct scn_mark {
	uint64_t world_step;
	uint64_t time_ns;
	uint64_t digest;
	const struct scn_step *step;
};

#define SCN_DEPTH_DEFAULT 3
#define SCN_STEP_BOUND_DEFAULT 1000000u

/**
 * struct scn_scheduled - what came of the scheduling of a run
 * @schedule: its choices, "" when nobody chose
 * @switch_count: switches
 * @point_count: how often a scheduler was asked
 * @divergence: what of a schedule or a pin could not be followed, "" for nothing
 * @inconclusive: it was not followed, did not get where it should, or a bound was reached
 * @stopped: the run ended early; what came afterwards is none of it
 * @where: where everybody was then, NULL unless it ended where it was asked to
 * @digest: of the run that was stopped
 * @report_count: its reports
 */
struct scn_scheduled {
	const char *schedule;
	uint64_t switch_count;
	uint64_t point_count;
	const char *divergence;
	bool inconclusive;
	bool stopped;
	const char *where;
	uint64_t digest;
	unsigned int report_count;
};

/**
 * struct scn_runner - a run under way
 * @scenario: what runs
 * @plan: which repetition
 * @options: never NULL
 * @world: where it runs
 * @arena: owner of the record
 * @handle: of each symbol of the plan, NULL before it is made
 * @binding: windows and mappings, oldest first
 * @binding_count: number of @binding
 * @home: areas of processes, oldest first
 * @home_count: number of @home
 * @mark: steps, oldest first
 * @mark_count: number of @mark
 * @consumed: indices of reports that results consumed
 * @consumed_count: number of @consumed
 * @failure: what did not come out as written
 * @failure_count: number of @failure
 * @golden: golden blocks
 * @golden_count: number of @golden
 * @shown: what was asked to be shown, NULL until then
 * @broken: a line did not give its result, so the rest was not run
 * @stuck: tasks could not go on, so the rest was not run
 * @main_done: the task of all lines that are no other task's came to its end
 * @looked: @shown was filled
 * @task: tasks of the plan
 * @seen: what conditions came to, one for each judge of the plan
 * @watcher: looks at conditions between lines, NULL when there are none
 * @kept: memory of actions that may be left standing
 * @reason: why the run is inconclusive, NULL if it is not
 * @run_count: reports before the end of the run; those after it are of no line
 * @peers: bits of devices whose memory is offered to peers
 * @stack_fill: what the stack below an action is painted with, 0 to leave it as it is
 * @sched: who decides which task runs next; NULL between runs
 * @scheduled: what came of that
 * @point_estimate: switch points with a choice that a run has, 0 until they were counted
 * @progress: called before each action; may be NULL
 * @faults: what failures came to, NULL without a plan of them
 * @injected: called at each injection with the runner as context; may be NULL
 * @keeps_world: @world is the caller's, new or reset, and stays
 */
struct scn_runner {
	struct svmsim_scenario *scenario;
	const struct scn_plan *plan;
	const struct svmsim_scenario_options *options;
	struct svmsim_world *world;
	struct scn_arena *arena;
	void **handle;
	struct scn_binding *binding;
	unsigned int binding_count;
	struct scn_home *home;
	unsigned int home_count;
	struct scn_mark *mark;
	unsigned int mark_count;
	unsigned int *consumed;
	unsigned int consumed_count;
	struct svmsim_failure *failure;
	unsigned int failure_count;
	struct svmsim_golden *golden;
	unsigned int golden_count;
	const char *shown;
	bool broken;
	bool stuck;
	bool main_done;
	bool looked;
	struct scn_task_run *task;
	struct scn_seen *seen;
	struct svmsim_watcher *watcher;
	struct scn_kept *kept;
	const char *reason;
	unsigned int run_count;
	uint32_t peers;
	unsigned char stack_fill;
	struct scn_sched *sched;
	struct scn_scheduled scheduled;
	uint64_t point_estimate;
	void (*progress)(const struct scn_runner *runner, const struct scn_step *step);
	struct scn_faults *faults;
	void (*injected)(void *ctx, const struct svmsim_injection *injection);
	bool keeps_world;
};

/** scn_run_init - a runner for a plan, with an arena of its own for the record */
void scn_run_init(struct scn_runner *runner, struct svmsim_scenario *scenario, unsigned int index,
		  const struct svmsim_scenario_options *options);
/** scn_run_steps - carry out the plan in @runner->world */
void scn_run_steps(struct scn_runner *runner);
/** scn_run_record - end the run, judge it and make its record; the arena becomes the record's */
struct svmsim_run *scn_run_record(struct scn_runner *runner, enum svmsim_verdict verdict,
				  uint64_t digest);
/** scn_run_all - run a plan once, or as often as `twice` asks for, and make its record */
struct svmsim_run *scn_run_all(struct scn_runner *runner);

/** scn_act - carry out an action */
void scn_act(struct scn_runner *runner, const struct scn_step *step, struct scn_outcome *outcome);
/** scn_act_task - carry out a line of a task: calls, locks, events, signals */
void scn_act_task(struct scn_runner *runner, const struct scn_step *step,
		  struct scn_outcome *outcome);
/** scn_act_mm - carry out a line of a process */
void scn_act_mm(struct scn_runner *runner, const struct scn_step *step,
		struct scn_outcome *outcome);
/** scn_process_of - the process of a symbol, made if need be; NULL with @outcome filled */
struct svmsim_mm *scn_process_of(struct scn_runner *runner, int process,
				 struct scn_outcome *outcome);
/** scn_home_of - where an area of a process is, NULL when it was never made */
const struct scn_home *scn_home_of(const struct scn_runner *runner, int process, int symbol);
/** scn_pages_are - are all pages of a condition what it says? */
bool scn_pages_are(const struct scn_runner *runner, const struct scn_term *term);
/** scn_pages_text - what a condition about pages wants: "all of them present" */
const char *scn_pages_text(struct scn_runner *runner, const struct scn_term *term);
/** scn_pages_got - what the pages of a condition are: "buf[0..1] anon, buf[2] absent" */
const char *scn_pages_got(struct scn_runner *runner, const struct scn_term *term);
/** scn_mm_text - what `state vma`, `pages`, `strip` and `cpu-pt` are compared with */
void scn_mm_text(struct scn_runner *runner, int what, const struct scn_step *step,
		 struct scn_buf *buf);
/** scn_mm_json - the same, with addresses, as a json_t */
void *scn_mm_json(struct scn_runner *runner, int what);
/** scn_carry_out - carry out the action of a step in the running task, and judge its result */
void scn_carry_out(struct scn_runner *runner, const struct scn_step *step);
/** scn_fail_result - note that a step gave another result than its line says */
void scn_fail_result(struct scn_runner *runner, const struct scn_step *step,
		     const struct scn_outcome *outcome);
/** scn_expects_blocks - does the line of a step allow that it blocks? */
bool scn_expects_blocks(const struct scn_step *step);
/** scn_run_line - a line of a task, from the task of all sequential lines */
void scn_run_line(struct scn_runner *runner, const struct scn_step *step);
/** scn_run_par - a `par` block, from the task of all sequential lines */
void scn_run_par(struct scn_runner *runner, const struct scn_step *step);
/** scn_run_settle - let tasks with a line under way go on as far as they can */
void scn_run_settle(struct scn_runner *runner);
/** scn_run_end_tasks - all tasks are told to end */
void scn_run_end_tasks(struct scn_runner *runner);
/** scn_actor_of - the task of the world behind a task of the plan, made if need be */
struct svmsim_actor *scn_actor_of(struct scn_runner *runner, int task);
/** scn_actor_name - who acts in a step: "d0", "ram", "t0" */
const char *scn_actor_name(const struct scn_plan *plan, const struct scn_step *step);
/** scn_keep - memory that is freed with the run if scn_drop() is never called */
void *scn_keep(struct scn_runner *runner, size_t bytes);
void scn_drop(struct scn_runner *runner, void *memory);
/** scn_drop_all - free what is left of scn_keep() */
void scn_drop_all(struct scn_runner *runner);

/** scn_cond_watch - look at conditions and the log from now on */
void scn_cond_watch(struct scn_runner *runner);
/** scn_cond_look - look at all conditions now */
void scn_cond_look(struct scn_runner *runner);
/** scn_cond_judge - note conditions that did not come out as they should */
void scn_cond_judge(struct scn_runner *runner);

/** scn_act_dma - carry out one of the actions that are about more than windows and pages */
void scn_act_dma(struct scn_runner *runner, const struct scn_step *step,
		 struct scn_outcome *outcome);
/** scn_act_hmm - carry out one of the actions about maps of HMM */
void scn_act_hmm(struct scn_runner *runner, const struct scn_step *step,
		 struct scn_outcome *outcome);
/**
 * scn_list_target - where pages of a scatterlist or of a map of HMM lie for the device
 * @runner: run
 * @step: whose range is meant
 * @outcome: filled when they are not next to one another
 * @address: set to the DMA address
 * @bytes: set to the size
 */
bool scn_list_target(struct scn_runner *runner, const struct scn_step *step,
		     struct scn_outcome *outcome, uint64_t *address, uint64_t *bytes);
/** scn_handle_of - what a symbol stands for, NULL with @outcome filled when it was not made */
void *scn_handle_of(struct scn_runner *runner, int symbol, struct scn_outcome *outcome);
/** scn_act_ram_bytes - `ram: fill` and `ram: check` of bytes, the pattern counted from the first */
void scn_act_ram_bytes(struct scn_runner *runner, const struct scn_step *step,
		       struct scn_outcome *outcome);
/** scn_ram_of - memory of a symbol, which its first use makes; NULL with @outcome filled */
struct svmsim_ram *scn_ram_of(struct scn_runner *runner, int symbol, struct scn_outcome *outcome);
/** scn_ram_pages - pages a..b of memory, all of it without a range */
void scn_ram_pages(const struct svmsim_ram *ram, const struct scn_range *range, uint64_t *first,
		   uint64_t *last);
/** scn_bind - note that a symbol of a step has addresses now; @page is the symbol's first there */
void scn_bind(struct scn_runner *runner, const struct scn_step *step, uint64_t iova,
	      uint64_t bytes, uint64_t page);

/** scn_failed - note a failure; texts are copied */
void scn_failed(struct scn_runner *runner, const struct scn_stmt *stmt, const char *what,
		const char *expected, const char *got, int report);

/**
 * scn_judge - what each report is to the run
 * @runner: run
 * @standing: filled, one for each report
 * @count: number of reports
 * @final: note failures too, those of expectations that stay unmet included
 *
 * Return: number of reports that nothing expects.
 */
unsigned int scn_judge(struct scn_runner *runner, enum svmsim_standing *standing,
		       unsigned int count, bool final);
/** scn_report_step - the step of the plan that a report is about, NULL for the end of the run */
const struct scn_step *scn_report_step(const struct scn_runner *runner,
				       const struct svmsim_report *report);

/** scn_state_text - text of a state, without anything that depends on where things lie */
void scn_state_text(struct scn_runner *runner, int what, int device, struct scn_buf *buf);
/** scn_state_json - the same as JSON, with addresses */
void scn_state_json(struct scn_runner *runner, int what, int device, struct scn_buf *buf);
/** scn_locks_text - what `state locks` is compared with */
void scn_locks_text(struct scn_runner *runner, struct scn_buf *buf);
/** scn_locks_json - the same, and more, as a json_t */
void *scn_locks_json(struct scn_runner *runner);
/** scn_counter - value of a counter; @device is the process's symbol where it is one of those */
uint64_t scn_counter(struct scn_runner *runner, const struct scn_compare *compare, int device);
/** scn_compares - does a comparison with a value hold? */
bool scn_compares(const struct scn_compare *compare, uint64_t value);

/**
 * struct scn_namer - names for physical addresses, made for one look at the machine
 * @runner: run
 * @page: pages of all memory symbols by address
 * @page_count: number of @page
 */
struct scn_namer {
	struct scn_runner *runner;
	struct scn_named_page *page;
	size_t page_count;
};
void scn_namer_init(struct scn_namer *namer, struct scn_runner *runner);
void scn_namer_free(struct scn_namer *namer);
/**
 * scn_name_iova - symbol and page of a device's address
 * @namer: names
 * @device: whose address
 * @iova: address
 * @page: set to the page of the symbol
 *
 * Return: index of the symbol, the one made last where several had this address; -1 if none.
 */
int scn_name_iova(const struct scn_namer *namer, int device, uint64_t iova, uint64_t *page);
/** scn_name_phys - as scn_name_iova() for a physical address */
int scn_name_phys(const struct scn_namer *namer, uint64_t phys, uint64_t *page);

/** scn_golden_line - does a line match golden text, `*` standing for one field? */
bool scn_golden_line(const char *golden, const char *line);
/** scn_golden_check - compare a state with its block, and note both */
void scn_golden_check(struct scn_runner *runner, const struct scn_step *step, const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * A scenario while failures are injected. Its lines say what happens without one, so once something
 * failed they mean less: an action may end with an errno that its failure can cause; what is about
 * something that was never made is left out, or is done to what was made; an expected report may
 * come or not; counters and states say nothing. Whatever else comes is a finding, as ever.
 *
 * DOC: Vocabulary
 *
 * absent    a symbol that a line should have made, and did not.
 * made      pages of a window, or of a map of HMM, that are linked as far as the lines know.
 * lost      such pages that a line should have linked, and did not.
 * altered   a symbol that was made in another way than without the failure.
 * gone      a mapping that was undone.
 * unknown   memory that a line should have written and did not: what it holds is not judged; an
 *           area that a line should have changed and did not: whether it can be reached is not.
 *
 * Without a plan of failures every function here returns at once.
 */
#ifndef EXPLORE_SCN_FAULT_H
#define EXPLORE_SCN_FAULT_H

#include <svmsim/fault.h>
#include "explore/scn_runner.h"

#define SCN_FAULT_MADE 1
#define SCN_FAULT_LOST 2

/* struct scn_fault_symbol - what became of a symbol; @page has SCN_FAULT_* for each page */
struct scn_fault_symbol {
	bool absent;
	bool unsynced;
	bool unknown;
	bool altered;
	bool gone;
	unsigned char *page;
	uint64_t page_count;
};

/* struct scn_fault_pair - a symbol through which a device reaches memory */
struct scn_fault_pair {
	int symbol;
	int ram;
};

/* struct scn_fault_lock - a lock that a task should have */
struct scn_fault_lock {
	int task;
	int symbol;
};

/**
 * struct scn_faults - failures of a run
 * @untaken: locks that lines of tasks did not get, @untaken_count of them; @task is -1 once it is
 *	unlocked
 * @untaken_count: number of @untaken
 * @symbol: one for each symbol of the plan
 * @pair: who reaches what, @pair_count of them
 * @pair_count: number of @pair
 * @injected: what was injected, @injected_count of them
 * @injected_count: number of @injected
 */
struct scn_faults {
	struct scn_fault_lock *untaken;
	unsigned int untaken_count;
	struct scn_fault_symbol *symbol;
	struct scn_fault_pair *pair;
	unsigned int pair_count;
	struct svmsim_injected *injected;
	unsigned int injected_count;
};

/** scn_fault_begin - set the plan of options; false with @runner->reason when it is refused */
bool scn_fault_begin(struct scn_runner *runner);
/** scn_fault_record - what failed, and what could have, into a record */
void scn_fault_record(struct scn_runner *runner, struct svmsim_run *run);
/** scn_fault_replay - append the options that inject the same again */
void scn_fault_replay(const struct scn_runner *runner, struct scn_buf *text);

/** scn_fault_count - failures injected so far; 0 while lines mean all that they say */
unsigned int scn_fault_count(const struct scn_runner *runner);
/** scn_fault_skips - is a step left out, since what it is about was never made? */
bool scn_fault_skips(struct scn_runner *runner, const struct scn_step *step);
/** scn_fault_clips - carry out a step for what was made only; false to do it as it is written */
bool scn_fault_clips(struct scn_runner *runner, const struct scn_step *step,
		     struct scn_outcome *outcome);
/**
 * scn_fault_accepts - may a step end like this because something failed?
 * @runner: run
 * @step: step
 * @outcome: how it ended
 * @matches: as its line says
 * @injected: scn_fault_count() before it
 * @reports: number of reports before it
 *
 * Return: true when this is not what the line says, and is no finding either.
 */
bool scn_fault_accepts(struct scn_runner *runner, const struct scn_step *step,
		       const struct scn_outcome *outcome, bool matches, unsigned int injected,
		       unsigned int reports);
/** scn_fault_allows - may a report come because something failed: does any line expect it? */
bool scn_fault_allows(const struct scn_runner *runner, const struct svmsim_report *report);

/** scn_is_cpu_access - does a thread read or write by this? */
bool scn_is_cpu_access(enum scn_op op);
/** scn_is_access - does a device or a thread read or write by this? */
bool scn_is_access(enum scn_op op);
/** scn_consume - the result of a line stands for this report */
void scn_consume(struct scn_runner *runner, unsigned int report);

/** scn_fault_untaken - a task should have this lock and has not: note it */
void scn_fault_untaken(struct scn_runner *runner, int task, int symbol);
/** scn_fault_taken - has a task this lock, as far as failures go? Otherwise it is forgotten. */
bool scn_fault_taken(struct scn_runner *runner, int task, int symbol);
/** scn_fault_unknown - what a symbol should have been written is not there */
void scn_fault_unknown(struct scn_runner *runner, int symbol);
/** scn_fault_is_unknown - may a symbol hold something else than lines say? */
bool scn_fault_is_unknown(const struct scn_runner *runner, int symbol);

/* Lines of processes: scn_fault_mm.c. */
/** scn_fault_mm_skips - is what a line is about, or who acts, not there? */
bool scn_fault_mm_skips(const struct scn_runner *runner, const struct scn_step *step);
/** scn_fault_mm_missing - a line that makes no symbol failed, or was left out */
void scn_fault_mm_missing(struct scn_runner *runner, const struct scn_step *step);
/** scn_fault_mm_done - a line went well, with or without a failure in it */
void scn_fault_mm_done(struct scn_runner *runner, const struct scn_step *step, bool injected);
/** scn_fault_mm_accepts - may a line end like this after an earlier failure? */
bool scn_fault_mm_accepts(const struct scn_runner *runner, const struct scn_step *step,
			  const struct scn_outcome *outcome);

/** scn_fault_mirror_may_fail - is an errno one with which a device that mirrors gives up? */
bool scn_fault_mirror_may_fail(const struct scn_step *step, int err);

/* Shared by scn_fault.c and scn_fault_clip.c. */
struct scn_fault_symbol *scn_fault_symbol(const struct scn_runner *runner, int symbol);
/** scn_fault_pages - pages of a window or of a map of HMM that a step is about */
void scn_fault_pages(const struct scn_runner *runner, const struct scn_step *step, uint64_t *first,
		     uint64_t *last);
/** scn_fault_next - the next pages from *@first to @last that are made; false if there are none */
bool scn_fault_next(const struct scn_fault_symbol *symbol, uint64_t *first, uint64_t last,
		    uint64_t *run_last);
/** scn_fault_any_lost - is one of these pages lost? */
bool scn_fault_any_lost(const struct scn_fault_symbol *symbol, uint64_t first, uint64_t last);
/** scn_fault_undo - take back what a line made that should have failed */
void scn_fault_undo(struct scn_runner *runner, const struct scn_step *step);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Shared by race.c (tasks, clocks, edges), race_shadow.c (accesses), race_step.c (footprints) and
 * race_report.c (texts).
 */
#ifndef KERNEL_RACE_INTERNAL_H
#define KERNEL_RACE_INTERNAL_H

#include "kernel/race.h"
#include "kernel/task.h"

#define RACE_GRANULE_BYTES 8ul
#define RACE_PAGE_BYTES 4096ul
#define RACE_PAGE_GRANULES (RACE_PAGE_BYTES / RACE_GRANULE_BYTES)
#define RACE_PAGE_MAX 16384u
#define RACE_RECORD_MAX (1u << 19)
#define RACE_ACCESS_MAX 16u
#define RACE_CALL_MAX (1u << 16)
#define RACE_SYNC_MAX (1u << 16)
#define RACE_SLOT_MANY 256u

/**
 * struct race_clock - what is known of each task
 * @time: by slot
 * @count: slots in @time
 */
struct race_clock {
	u32 *time;
	u32 count;
};

/**
 * struct race_task - a task that instrumented code ran in, or that an edge reached
 * @task: it
 * @slot: its place in clocks
 * @call: where it is: index of a struct race_call
 * @overflow: calls entered beyond the bound on struct race_call
 * @ignore: open data_race()
 * @now: its clock
 * @fenced: its clock at the last release fence; no slots when there was none
 * @seen: what marked loads saw, for the next acquire fence
 */
struct race_task {
	struct sim_task *task;
	u32 slot;
	u32 call;
	u32 overflow;
	u32 ignore;
	struct race_clock now;
	struct race_clock fenced;
	struct race_clock seen;
};

/**
 * struct race_call - a call of an instrumented function, known by the calls that led to it
 * @pc: where the caller goes on
 * @outer: index of the caller's own call, 0 for none
 */
struct race_call {
	uintptr_t pc;
	u32 outer;
};

/**
 * struct race_sync - something that was released
 * @key: object's address, or an address of memory with its lowest bit set
 * @clock: of those who released it
 * @number: of the object, in order of first uses
 */
struct race_sync {
	uintptr_t key;
	struct race_clock clock;
	u32 number;
};

/**
 * struct race_access - an access
 * @next: index of the next older one of its granule, 0 for none
 * @time: of its task
 * @slot: of its task
 * @call: where
 * @pc: where
 * @before: what the granule held
 * @bytes: size of the whole access
 * @cpu: where it ran
 * @mask: bytes of the granule
 * @flags: enum sim_race_flags
 * @bound: its task could not be preempted there
 */
struct race_access {
	u32 next;
	u32 time;
	u32 slot;
	u32 call;
	uintptr_t pc;
	u64 before;
	u32 bytes;
	u16 cpu;
	u8 mask;
	u8 flags : 7;
	u8 bound : 1;
};

/**
 * struct race_page - shadow of a page of the host
 * @number: address / 4096
 * @head: by granule, index of the newest access, 0 for none
 */
struct race_page {
	uintptr_t number;
	u32 head[RACE_PAGE_GRANULES];
};

struct race_steps;

/**
 * struct race_told - a race that was reported, or found to be the same as one
 * @earlier: where
 * @later: where
 * @names: hash of the names of both functions, in one order
 */
struct race_told {
	uintptr_t earlier;
	uintptr_t later;
	u64 names;
};

/**
 * struct race_state - what slot SIM_SLOT_RACE points to
 * @flags: SVMSIM_WATCH_*
 * @tasks: all, by slot
 * @task_capacity: room in @tasks
 * @task_count: their number
 * @sync: hash table by key; never walked
 * @sync_size: its size
 * @sync_count: entries
 * @calls: all, @call_count of @call_capacity
 * @call_count: see @calls
 * @call_capacity: see @calls
 * @call_table: hash table of indices into @calls
 * @call_table_size: its size
 * @pages: hash table by number; never walked but to forget it
 * @page_size: its size
 * @page_count: entries
 * @last_page: looked up last
 * @records: accesses, @record_count of @record_capacity; the first is not used
 * @record_count: see @records
 * @record_capacity: see @records
 * @record_free: index of the first unused one below @record_count, 0 for none
 * @bounded: a bound was reached, and said
 * @told: races reported
 * @told_count: their number
 * @told_capacity: room in @told
 * @steps: footprints
 */
struct race_state {
	unsigned int flags;
	struct race_task **tasks;
	unsigned int task_capacity;
	unsigned int task_count;
	struct race_sync **sync;
	u32 sync_size;
	u32 sync_count;
	struct race_call *calls;
	unsigned int call_count;
	unsigned int call_capacity;
	u32 *call_table;
	u32 call_table_size;
	struct race_page **pages;
	u32 page_size;
	u32 page_count;
	struct race_page *last_page;
	struct race_access *records;
	unsigned int record_count;
	unsigned int record_capacity;
	u32 record_free;
	bool bounded;
	struct race_told *told;
	unsigned int told_count;
	unsigned int told_capacity;
	struct race_steps *steps;
};

static inline struct race_state *race_state(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_RACE];
}

/* The running task's; made when it is not there yet. */
struct race_task *race_current(struct race_state *state);
/* Does what @task knows hold that moment of another? */
static inline bool race_knows(const struct race_task *task, u32 slot, u32 time)
{
	return slot < task->now.count && task->now.time[slot] >= time;
}

/* race_shadow.c */
void race_look(struct race_state *state, struct race_task *task, uintptr_t address, size_t bytes,
	       unsigned int flags, uintptr_t pc);
void race_forget(struct race_state *state, uintptr_t address, size_t bytes);
void race_forget_all(struct svmsim_world *world, struct race_state *state);
/* Says once that no more memory is watched. */
void race_say_bound(struct race_state *state, const char *what);

/* race_step.c */
void race_step_access(struct race_state *state, uintptr_t address, size_t bytes, bool is_write);
void race_step_object(struct race_state *state, u32 number);
void race_steps_forget(struct svmsim_world *world, struct race_state *state);

/* race_report.c */
/**
 * struct race_pair - two accesses that race
 * @earlier: the first
 * @later: the second, about to happen
 * @earlier_task: who
 * @later_task: who
 * @granule: address of the granule
 */
struct race_pair {
	const struct race_access *earlier;
	const struct race_access *later;
	const struct race_task *earlier_task;
	const struct race_task *later_task;
	uintptr_t granule;
};
void race_tell(struct race_state *state, const struct race_pair *pair);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Everything simulated hangs off one struct svmsim_world. Each layer keeps its state in a slot of
 * its own and registers how that state is made, reset and torn down. Code that needs "the current
 * world" (jiffies, kmalloc, current) reaches it through sim_world, the one pointer that lives
 * outside; who drives a world sets it with sim_world_enter().
 *
 * DOC: Vocabulary
 *
 * make      allocate a layer's state for a new world; runs once, lowest layer first.
 * start     bring the layer to its initial state for a run; runs after make and after each reset,
 *           lowest layer first.
 * finish    end of a run: release what the model itself holds, then report what the simulated code
 *           left behind (leaks). Highest layer first.
 * reset     forget everything of the run, quickly; no reports. Highest layer first.
 * unmake    free the layer's state. Highest layer first.
 */
#ifndef KERNEL_WORLD_H
#define KERNEL_WORLD_H

#include <linux/types.h>
#include <svmsim/machine.h>
#include <svmsim/world.h>
#include "host/host.h"
#include "kernel/event.h"
#include "kernel/report.h"
#include "kernel/statics.h"

enum sim_slot {
	SIM_SLOT_NAMES,
	SIM_SLOT_SLAB,
	SIM_SLOT_WARN,
	SIM_SLOT_IRQ,
	SIM_SLOT_TIME,
	SIM_SLOT_WORK,
	SIM_SLOT_RCU,
	SIM_SLOT_KTHREAD,
	SIM_SLOT_LOCK,
	SIM_SLOT_LOCKDEP,
	SIM_SLOT_INJECT,
	SIM_SLOT_RACE,
	SIM_SLOT_FENCE,
	SIM_SLOT_PERCPU,
	SIM_SLOT_DEVICE,
	SIM_SLOT_PHYS,
	SIM_SLOT_TLB,
	SIM_SLOT_RMAP,
	SIM_SLOT_MOVE,
	SIM_SLOT_FILEMAP,
	SIM_SLOT_FAULT,
	SIM_SLOT_NOTIFIER,
	SIM_SLOT_MM,
	SIM_SLOT_IOVA_SIM,
	SIM_SLOT_CHECK,
	SIM_SLOT_MACHINE,
	SIM_SLOT_COUNT,
};

/**
 * struct sim_layer - how one layer takes part in a world's life
 * @name: for defect messages
 * @slot: which slot is its own
 * @make: allocate and set @slot; 0 or -errno; the only one that may fail
 * @start: initial state of a run
 * @finish: end of a run, with leak reports; may be NULL
 * @reset: forget the run; may be NULL
 * @unmake: free what @make allocated
 */
struct sim_layer {
	const char *name;
	enum sim_slot slot;
	int (*make)(struct svmsim_world *world);
	void (*start)(struct svmsim_world *world);
	void (*finish)(struct svmsim_world *world);
	void (*reset)(struct svmsim_world *world);
	void (*unmake)(struct svmsim_world *world);
};

/**
 * struct svmsim_world - one simulated machine
 * @events: digest, counts and consumers
 * @now_ns: behavioural clock
 * @point_limit_ns: behavioural time at which a switch point has something to do; 0 for each
 * @running: the task that runs
 * @tasks: all tasks, private to task.c
 * @inject_armed: the run has a plan of failures; see kernel/inject.h
 * @rcu_watching: a grace period waits for tasks that can't be preempted; see kernel/grace.h
 * @race_armed: instrumented code is watched; see kernel/race.h
 * @call_watch: told of calls of instrumented functions, NULL for nobody
 * @call_ctx: passed to @call_watch
 * @step: number of scenario actions and of switches so far
 * @slot: each layer's state, indexed by enum sim_slot
 * @reports: reports of this run
 * @machine: the description it was made from (a deep copy)
 * @cpu: CPU that the running code is on
 * @cpu_count: online CPUs, at least 1
 * @task_name: name of the running actor, for reports and traces; "<machine>" before the first
 * @task_pid: its number, from 0 in order of first actions
 * @statics: what static variables above the seam hold, while another world's are in place
 * @rng: state of the world's one random source
 * @allocator: where host memory of this world comes from
 * @layers: registered layers, lowest first
 * @layer_count: their number
 * @finished: sim_world_finish() has run since the last start
 * @last_error: message behind the last negative return at the public edge
 */
struct svmsim_world {
	struct sim_events events;
	u64 now_ns;
	u64 point_limit_ns;
	struct sim_task *running;
	struct sim_tasks *tasks;
	bool inject_armed;
	bool rcu_watching;
	bool race_armed;
	void (*call_watch)(void *ctx, uintptr_t pc, bool returns);
	void *call_ctx;
	u64 step;
	void *slot[SIM_SLOT_COUNT];
	struct sim_reports reports;
	struct svmsim_machine *machine;
	unsigned int cpu;
	unsigned int cpu_count;
	const char *task_name;
	int task_pid;
	void *statics;
	u64 rng[4];
	struct host_allocator allocator;
	const struct sim_layer *const *layers;
	unsigned int layer_count;
	bool finished;
	char last_error[256];
};

/** sim_world - the world that code is running in now; NULL outside of one */
extern struct svmsim_world *sim_world;

/**
 * sim_world_enter - make a world the current one
 * @world: the world, or NULL
 */
static inline void sim_world_enter(struct svmsim_world *world)
{
	sim_world = world;
	if (unlikely(world && world != sim_statics_owner))
		sim_statics_enter(world);
}

/** sim_scope_begin - enter a call into the modelled kernel; see kernel/report.h; they nest */
static __always_inline void sim_scope_begin(void)
{
	sim_world->reports.scope_depth++;
}

/** sim_scope_end - leave it; at the outermost one the held WARNs are raised */
static __always_inline void sim_scope_end(void)
{
	struct sim_reports *reports = &sim_world->reports;

	SIM_DEBUG_ASSERT(reports->scope_depth);
	if (!--reports->scope_depth && unlikely(reports->scope_busy))
		sim_scope_settle();
}

/**
 * sim_world_make - allocate a world and start it
 * @machine: description, copied
 * @allocator: host memory; NULL for the C library. Its reset and destroy are called by
 *	sim_world_unmake(), and not when the world could not be made.
 * @layers: lowest first; the array must live as long as the world
 * @layer_count: number of @layers
 * @out: the world, entered
 *
 * Return: 0, -ENOMEM, or what a layer's make returned (everything made so far is unmade).
 */
int sim_world_make(const struct svmsim_machine *machine, const struct host_allocator *allocator,
		   const struct sim_layer *const *layers, unsigned int layer_count,
		   struct svmsim_world **out);
/**
 * sim_world_finish - end of a run: each layer's finish, highest first
 * @world: entered by this; a second finish of the same run does nothing
 */
void sim_world_finish(struct svmsim_world *world);
/**
 * sim_world_reset - forget the run and start a new one on the same machine
 * @world: entered by this
 */
void sim_world_reset(struct svmsim_world *world);
/**
 * sim_world_unmake - free a world; sim_world becomes NULL if it was the current one
 * @world: the world
 */
void sim_world_unmake(struct svmsim_world *world);

/**
 * sim_set_error - message for svmsim_last_error()
 * @world: the world
 * @err: negative errno
 * @fmt: one line, as for printf
 * @...: its arguments
 *
 * Return: @err.
 */
int sim_set_error(struct svmsim_world *world, int err, const char *fmt, ...) __printf(3, 4);

/**
 * sim_alloc - zeroed host memory for the model's own state
 * @world: whose allocator
 * @bytes: size
 *
 * Return: the memory, never NULL: without any left the program ends.
 */
void *sim_alloc(struct svmsim_world *world, size_t bytes);
/**
 * sim_free - give memory of sim_alloc() back
 * @world: as allocated
 * @ptr: the memory, or NULL
 * @bytes: as allocated
 */
void sim_free(struct svmsim_world *world, void *ptr, size_t bytes);

/**
 * sim_random_seed - start the world's random source (xoshiro256**, its state from splitmix64)
 * @world: the world
 * @seed: any value
 */
void sim_random_seed(struct svmsim_world *world, u64 seed);
/**
 * sim_random - next value of the world's random source
 * @world: the world
 *
 * Return: 64 random bits.
 */
u64 sim_random(struct svmsim_world *world);
/**
 * sim_random_below - uniform value below a limit, without modulo bias
 * @world: the world
 * @limit: larger than 0
 *
 * Return: a value in [0, @limit).
 */
u64 sim_random_below(struct svmsim_world *world, u64 limit);

/**
 * sim_name - intern a name for use as an event argument
 * @text: any string, copied
 *
 * The index depends only on the order of first uses, and the text enters the digest at that first
 * use; so an index in an event stands for its text.
 * Return: its index in the current world, valid until the reset.
 */
u32 sim_name(const char *text);
/**
 * sim_name_text - the text behind an index
 * @world: the world
 * @index: of sim_name(); anything else gives "?"
 *
 * Return: the text, valid until the reset.
 */
const char *sim_name_text(const struct svmsim_world *world, u32 index);

/**
 * sim_layer_names - the layer of interned names
 *
 * Every world has it: it is made first, whether or not the list of layers begins with it.
 */
extern const struct sim_layer sim_layer_names;

#endif

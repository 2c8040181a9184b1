/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What instrumented code does to memory, and what orders it. Code above the seam is compiled so
 * that each load and store is a call (plain_access.c). Each is looked at three times: is it a place
 * to switch tasks (only when that was asked for), does it touch memory that was freed or lies
 * beside an object (report `mem-uaf`, `mem-overrun`), does it race with an earlier one (report
 * `data-race`).
 *
 * A race is two accesses to the same bytes by two tasks, at least one of them a write, at least one
 * of them plain, that nothing orders. What orders is what happened, not when it happened: locks,
 * wake-ups, completions, work items, releases that were acquired. So a race is seen in any schedule
 * in which both sides run; no lucky moment is needed.
 *
 * DOC: Vocabulary
 *
 * plain      an ordinary access of C; the compiler may tear, repeat or leave it out.
 * marked     READ_ONCE(), WRITE_ONCE(), volatile, atomics. Two marked ones never race.
 * ignored    inside data_race(): no race is reported for it.
 * release    what the task has done so far happens before whatever acquires the same object later.
 * clock      what a task knows of every other: how many of its releases it has acquired.
 * granule    8 bytes; shadow memory keeps its accesses together.
 * footprint  what a step read and wrote, to tell whether two steps could change places.
 *
 * DOC: When it begins
 *
 * A world's watch begins with the first instrumented function that it calls; without one,
 * primitives pay a branch. Nothing is missed: what was before can't race with an access.
 *
 * DOC: Plain accesses as switch points
 *
 * The site of a plain access is "plain:FUNCTION:read" or "...:write", FUNCTION being what holds the
 * access in the object file (above the seam only functions marked inline are inlined). Compilers
 * leave out, join and repeat plain accesses, so a schedule with such choices replays in the build
 * that wrote it; in another it may diverge.
 *
 * DOC: Bounds
 *
 * Beyond RACE_SLOT_MANY tasks a new one takes the place of a dead one, whose accesses then count as
 * its own. A granule keeps RACE_ACCESS_MAX accesses, the oldest goes first. At RACE_PAGE_MAX pages
 * or RACE_RECORD_MAX accesses no new memory is watched; a note `data-race` with what=bound says so.
 *
 * DOC: Not modelled
 *
 * Ordering by address dependency is taken for ordering of all that follows, for READ_ONCE() of a
 * pointer; control dependencies order nothing. Two accesses to per-CPU memory by tasks of one CPU
 * that can't be preempted there do not race.
 */
#ifndef KERNEL_RACE_H
#define KERNEL_RACE_H

#include "kernel/world.h"

struct sim_task;

void sim_race_acquire(const void *object);
void sim_race_release(const void *object);

/** sim_order_acquire - what was released on @object before happened before what follows here */
static __always_inline void sim_order_acquire(const void *object)
{
	if (unlikely(sim_world->race_armed))
		sim_race_acquire(object);
}

/** sim_order_release - what came before here happens before the next acquire on @object */
static __always_inline void sim_order_release(const void *object)
{
	if (unlikely(sim_world->race_armed))
		sim_race_release(object);
}

/* What the core of tasks says; each only when the world is watched. */

/** sim_race_task_created - a task was made; of a thread what its maker did so far came before */
void sim_race_task_created(struct sim_task *task);
/** sim_race_task_exit - a task ends; what it did is released on it, its stack is forgotten */
void sim_race_task_exit(struct sim_task *task);
/** sim_race_acquire_all - a task waited until all others had stopped, and they have */
void sim_race_acquire_all(struct sim_task *task);

/* What allocators say; each only when the world is watched. */

/** sim_race_memory_new - memory is handed out: what was done with it before is history */
void sim_race_memory_new(const void *start, size_t bytes);
/** sim_race_memory_freed - memory is freed, by @pc: that must come after every access */
void sim_race_memory_freed(const void *start, size_t bytes, uintptr_t pc);

/** enum sim_race_flags - kind of an access */
enum sim_race_flags {
	SIM_RACE_READ = 0,
	SIM_RACE_WRITE = 1,
	SIM_RACE_MARKED = 2,
	SIM_RACE_ATOMIC = 4,
	/* A free, which is a write of all of it. */
	SIM_RACE_FREE = 8,
};

/** sim_race_arm - instrumented code runs: is it watched? Arms the world on its first call. */
bool sim_race_arm(struct svmsim_world *world);
/**
 * sim_race_access - look at an access that is about to happen
 * @address: first byte
 * @bytes: size, larger than 0
 * @flags: enum sim_race_flags
 * @pc: return address into the accessing function
 */
void sim_race_access(const volatile void *address, size_t bytes, unsigned int flags, uintptr_t pc);
/** sim_race_enter - an instrumented function begins; @pc is where its caller goes on */
void sim_race_enter(uintptr_t pc);
/** sim_race_leave - it ends */
void sim_race_leave(void);

/** enum sim_race_order - ordering of an atomic access */
enum sim_race_order {
	SIM_RACE_RELAXED = 0,
	SIM_RACE_ACQUIRE = 1,
	SIM_RACE_RELEASE = 2,
	SIM_RACE_FULL = 3,
};
/** sim_race_load - edges of a marked load, after it */
void sim_race_load(const volatile void *address, enum sim_race_order order);
/** sim_race_store - edges of a marked store, before it */
void sim_race_store(const volatile void *address, enum sim_race_order order);
/** sim_race_exchange - edges of an atomic read-modify-write */
void sim_race_exchange(const volatile void *address, enum sim_race_order order);
/** sim_race_fence - a memory barrier */
void sim_race_fence(enum sim_race_order order);

/**
 * sim_race_record_steps - keep footprints of the steps from here on
 * @world: world
 * @on: or stop
 *
 * A step is what runs from one switch of tasks, or action of a scenario, to the next.
 */
void sim_race_record_steps(struct svmsim_world *world, bool on);
/**
 * sim_step_known - is there a footprint of a step?
 * @world: world
 * @step: as in world->step
 */
bool sim_step_known(const struct svmsim_world *world, u64 step);
/**
 * sim_step_conflicts - could the outcome change if two steps of different tasks changed places?
 * @world: world
 * @a: a step
 * @b: another
 *
 * Two steps conflict when one writes what the other reads or writes; to take, give back or wait for
 * an object is to write it. A footprint is made of hashes of (object, offset) that depend on no
 * address of the host; it may find a conflict that is none, never miss one within instrumented code
 * and primitives.
 * Return: false when they commute; true also for steps that nothing is known about.
 */
bool sim_step_conflicts(const struct svmsim_world *world, u64 a, u64 b);

#endif

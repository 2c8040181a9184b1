/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/lock.h"
#include <linux/errno.h>
#include "kernel/lock_internal.h"
#include "kernel/lock_state.h"
#include "kernel/lockdep.h"
#include "kernel/task_internal.h"
#include "kernel/world.h"

void sim_lock_report(const char *name, const char *what, const char *text)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_LOCK_IMBALANCE);

	sim_report_field(report, "lock", "%s", name ? name : "?");
	sim_report_field(report, "what", "%s", what);
	sim_report_line(report, "%s: %s", name ? name : "?", text);
	sim_report_raise(report);
}

void sim_lock_report_twice(const struct lockdep_map *map)
{
	sim_lock_report(map->name, "held-twice",
			"taken while held by the same task: it would wait for itself");
}

static void report_other(const struct lockdep_map *map, const struct sim_task *owner)
{
	const char *name = map->name ? map->name : "?";
	struct sim_report *report = sim_report_begin(SIM_REPORT_LOCK_IMBALANCE);

	sim_report_field(report, "lock", "%s", name);
	sim_report_field(report, "what", "other-task");
	sim_report_line(report, "%s: held by %s, released by %s", name,
			owner ? owner->name : "nobody in particular", sim_task_current()->name);
	sim_report_raise(report);
}

/* Holders of a lock, for whoever looks for cycles of waits. */
static bool lock_owner(const void *object, unsigned int index, struct sim_task **owner_task)
{
	const struct sim_lock *lock = object;

	if (lock->owner) {
		*owner_task = lock->owner;
		return index == 0;
	}
	for (const struct sim_lock_reader *reader = lock->readers; reader; reader = reader->next) {
		if (!reader->task || index--)
			continue;
		*owner_task = reader->task;
		return true;
	}
	return false;
}

int sim_lock_block(struct sim_lock *lock, const struct lockdep_map *map, const char *verb,
		   unsigned int kernel_state, const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = verb,
		.name = map->name ? map->name : "?",
		.object = lock,
		.owner = lock_owner,
		.site = site,
	};
	struct sim_task *task = sim_task_current();
	int err;

	/* Who spins may have said already how it is going to sleep later. */
	if (kernel_state == TASK_RUNNING)
		return sim_task_block(SIM_TASK_SPINNING, &waiting, SIM_NO_DEADLINE);
	task->task.__state = kernel_state;
	err = sim_task_block(SIM_TASK_BLOCKED, &waiting, SIM_NO_DEADLINE);
	task->task.__state = TASK_RUNNING;
	return err;
}

/* A lock is released for another task: what that disabled with it, the caller enables again. */
static void take_over(struct sim_task *owner, const struct lockdep_map *map)
{
	if (!owner)
		return;
	sim_held_drop(owner, map);
	if (!sim_map_spins(map) || !owner->preempt_count)
		return;
	owner->preempt_count--;
	sim_task_current()->preempt_count++;
}

/* Released by somebody who has no hold: the oldest shared hold goes. */
static enum sim_unlock drop_foreign_reader(struct sim_lock *lock, struct lockdep_map *map)
{
	struct sim_lock_reader *reader = lock->readers;

	if (!reader) {
		sim_lock_report(map->name, "not-held", "released though it is not held");
		return SIM_UNLOCK_NOTHING;
	}
	while (reader->next)
		reader = reader->next;
	report_other(map, reader->task);
	take_over(reader->task, map);
	sim_reader_drop(lock, reader);
	return SIM_UNLOCK_RELEASE;
}

enum sim_unlock sim_unlock_odd(struct sim_lock *lock, struct lockdep_map *map)
{
	struct sim_task *task = sim_task_current();
	struct sim_lock_reader *reader;

	if (lock->depth) {
		lock->depth--;
		return SIM_UNLOCK_NESTED;
	}
	if (lock->forced) {
		lock->forced--;
		lock_release(map, _RET_IP_);
		return SIM_UNLOCK_NESTED;
	}
	if (lock->owner && !lock->pickup) {
		report_other(map, lock->owner);
		take_over(lock->owner, map);
		return SIM_UNLOCK_RELEASE;
	}
	reader = sim_reader_find(lock, task);
	if (reader) {
		sim_lock_report(map->name, "wrong-mode",
				"held for reading, released as if held for writing");
		lock_release(map, _RET_IP_);
		sim_reader_drop(lock, reader);
		return SIM_UNLOCK_RELEASE;
	}
	return drop_foreign_reader(lock, map);
}

struct sim_lock_reader *sim_reader_find(const struct sim_lock *lock, const struct sim_task *task)
{
	for (struct sim_lock_reader *reader = lock->readers; reader; reader = reader->next)
		if (reader->task == task)
			return reader;
	return NULL;
}

static struct sim_lock_reader *reader_make(void)
{
	struct sim_lock_state *state = sim_lock_state();
	struct sim_lock_reader *reader;
	struct sim_lock_chunk *chunk;

	if (unlikely(!state->reader_free)) {
		chunk = sim_alloc(sim_world, sizeof(*chunk));
		chunk->next = state->chunks;
		state->chunks = chunk;
		for (unsigned int i = SIM_LOCK_CHUNK_READERS; i--;) {
			chunk->reader[i].next = state->reader_free;
			state->reader_free = &chunk->reader[i];
		}
	}
	reader = state->reader_free;
	state->reader_free = reader->next;
	return reader;
}

void sim_reader_add(struct sim_lock *lock, struct sim_task *task)
{
	struct sim_lock_reader *reader = sim_reader_find(lock, task);

	lock->reader_count++;
	if (reader) {
		reader->count++;
		return;
	}
	reader = reader_make();
	*reader = (struct sim_lock_reader){ .next = lock->readers, .task = task, .count = 1 };
	lock->readers = reader;
}

void sim_reader_drop(struct sim_lock *lock, struct sim_lock_reader *reader)
{
	struct sim_lock_state *state = sim_lock_state();
	struct sim_lock_reader **link = &lock->readers;

	lock->reader_count--;
	if (--reader->count)
		return;
	while (*link != reader)
		link = &(*link)->next;
	*link = reader->next;
	reader->next = state->reader_free;
	state->reader_free = reader;
}

static enum sim_unlock reader_unlock_odd(struct sim_lock *lock, struct lockdep_map *map)
{
	struct sim_task *owner = lock->owner;

	if (owner == sim_task_current()) {
		sim_lock_report(map->name, "wrong-mode",
				"held for writing, released as if held for reading");
		lock_release(map, _RET_IP_);
		return SIM_UNLOCK_NESTED;
	}
	if (owner && !lock->pickup) {
		report_other(map, owner);
		take_over(owner, map);
		return SIM_UNLOCK_NESTED;
	}
	return drop_foreign_reader(lock, map);
}

enum sim_unlock sim_reader_unlock(struct sim_lock *lock, struct lockdep_map *map)
{
	struct sim_lock_reader *reader = sim_reader_find(lock, sim_task_current());

	if (unlikely(!reader))
		return reader_unlock_odd(lock, map);
	if (unlikely(reader->unchecked))
		reader->unchecked--;
	else
		sim_release(sim_task_current(), map);
	sim_reader_drop(lock, reader);
	return SIM_UNLOCK_RELEASE;
}

/* Held locks in a range of memory are held no more. Return: whether there was one. */
static bool drop_held_in(const void *start, size_t bytes, const char *name, const char *what,
			 const char *text)
{
	struct lockdep_map *map, *last = NULL;
	struct sim_task *task;

	while ((map = sim_held_find(start, bytes, &task))) {
		if (map != last)
			sim_lock_report(name ? name : map->name, what, text);
		last = map;
		sim_held_drop(task, map);
		if (sim_map_spins(map) && task->preempt_count > 0)
			task->preempt_count--;
	}
	return last;
}

void sim_lock_init_at(void *start, size_t bytes, const char *name)
{
	drop_held_in(start, bytes, name, "destroyed-held", "initialised again while held");
}

void sim_lock_memory_freed(const void *start, size_t bytes)
{
	if (unlikely(!sim_world->slot[SIM_SLOT_LOCK]))
		return;
	drop_held_in(start, bytes, NULL, "freed-held", "its memory was freed while held");
	if (unlikely(sim_lock_state()->bit_hold_count))
		sim_bit_memory_freed(start, bytes);
}

void sim_lock_destroy(struct sim_lock *lock, struct lockdep_map *map)
{
	drop_held_in(map, sizeof(*map), NULL, "destroyed-held", "destroyed while held");
	*lock = (struct sim_lock){};
}

static int lock_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_LOCK] = sim_alloc(world, sizeof(struct sim_lock_state));
	return 0;
}

static void finish_task(const struct sim_task *task)
{
	static const char text[] = "still in force at the end of the run";
	struct lockdep_map *map;
	int spinning = sim_bit_spinning(task);

	for (unsigned int i = 0; (map = sim_held_map(task, i)); i++) {
		sim_lock_report(map->name, "never-released", "still held at the end of the run");
		spinning += sim_map_spins(map);
	}
	if (task->preempt_count > spinning)
		sim_lock_report("preempt_disable", "never-released", text);
	/* Said by the lock that was taken with them off. */
	if (spinning)
		return;
	if (task->bh_count)
		sim_lock_report("local_bh_disable", "never-released", text);
	if (task->migrate_count)
		sim_lock_report("migrate_disable", "never-released", text);
	if (task->irqs_disabled && !task->in_hardirq)
		sim_lock_report("local_irq_disable", "never-released", text);
	if (task->rcu_count)
		sim_lock_report("rcu_read_lock", "never-released", text);
}

static void lock_finish(struct svmsim_world *world)
{
	const struct sim_task *task = world->tasks->first;

	/* Who ended was looked at then; who waits for something or could go on has a reason. */
	for (; task; task = task->world_next)
		if (task == world->running ||
		    (task->state == SIM_TASK_BLOCKED && task->waiting.may_idle))
			finish_task(task);
}

static void lock_reset(struct svmsim_world *world)
{
	struct sim_lock_state *state = sim_lock_state();
	struct sim_lock_chunk *chunk;

	while ((chunk = state->chunks)) {
		state->chunks = chunk->next;
		sim_free(world, chunk, sizeof(*chunk));
	}
	state->reader_free = NULL;
	state->bit_hold_count = 0;
	state->bit_first = NULL;
	state->bit_last = NULL;
}

static void lock_unmake(struct svmsim_world *world)
{
	struct sim_lock_state *state = sim_lock_state();

	lock_reset(world);
	sim_free(world, state->bit_holds, state->bit_hold_capacity * sizeof(*state->bit_holds));
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_LOCK] = NULL;
}

const struct sim_layer sim_layer_lock = {
	.name = "lock",
	.slot = SIM_SLOT_LOCK,
	.make = lock_make,
	.finish = lock_finish,
	.reset = lock_reset,
	.unmake = lock_unmake,
};

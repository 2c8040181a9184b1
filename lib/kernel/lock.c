/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/lock.h"
#include <linux/irqflags.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include "kernel/task.h"
#include "kernel/warn_internal.h"
#include "kernel/world.h"

/**
 * struct lock_state - what slot SIM_SLOT_LOCK points to
 * @held: locks held now, in order of taking, @held_count of @held_capacity
 */
struct lock_state {
	struct lockdep_map **held;
	unsigned int held_count;
	unsigned int held_capacity;
};

static struct lock_state *lock_state(void)
{
	return sim_world->slot[SIM_SLOT_LOCK];
}

static noinline __cold void report(const char *name, const char *what, const char *text)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_LOCK_IMBALANCE);

	sim_report_field(report, "lock", "%s", name ? name : "?");
	sim_report_field(report, "what", "%s", what);
	sim_report_line(report, "%s: %s", name ? name : "?", text);
	sim_report_raise(report);
}

static void held_add(struct lockdep_map *map, enum sim_lock_mode mode, bool check)
{
	struct lock_state *state = lock_state();

	if (unlikely(state->held_count == state->held_capacity))
		state->held = sim_array_grow(sim_world, state->held, state->held_count,
					     &state->held_capacity, sizeof(*state->held));
	state->held[state->held_count++] = map;
	lock_acquire(map, 0, 0, mode, check, NULL, _RET_IP_);
}

/* Locks are mostly released in the opposite order, so the search from the end is short. */
static bool held_remove(struct lockdep_map *map)
{
	struct lock_state *state = lock_state();

	for (unsigned int i = state->held_count; i--;) {
		if (state->held[i] != map)
			continue;
		lock_release(map, _RET_IP_);
		state->held_count--;
		for (; i < state->held_count; i++)
			state->held[i] = state->held[i + 1];
		return true;
	}
	return false;
}

void sim_lock_init(struct lockdep_map *map, const char *name)
{
	if (unlikely(lock_state()->held_count) && held_remove(map)) {
		while (held_remove(map))
			;
		report(name, "destroyed-held", "initialised again while held");
	}
	lockdep_init_map(map, name, NULL, 0);
}

static bool is_free_for(const struct lockdep_map *map, enum sim_lock_mode mode)
{
	if (map->sim_writers)
		return false;
	return !map->sim_readers || mode == SIM_LOCK_READ_RECURSIVE;
}

static void take(struct lockdep_map *map, enum sim_lock_mode mode, bool check)
{
	if (mode == SIM_LOCK_WRITE)
		map->sim_writers++;
	else
		map->sim_readers++;
	held_add(map, mode, check);
}

void sim_lock_acquire(struct lockdep_map *map, enum sim_lock_mode mode)
{
	bool is_free = is_free_for(map, mode);

	if (unlikely(!is_free))
		report(map->name, "held-twice",
		       "taken while held by the same task: it would wait for itself");
	take(map, mode, is_free);
}

bool sim_lock_try(struct lockdep_map *map, enum sim_lock_mode mode)
{
	/* A reader's trylock succeeds beside a reader, even in the same task. */
	if (map->sim_writers || (map->sim_readers && mode == SIM_LOCK_WRITE))
		return false;
	take(map, mode, false);
	return true;
}

void sim_lock_release(struct lockdep_map *map, enum sim_lock_mode mode)
{
	bool write = mode == SIM_LOCK_WRITE;

	if (unlikely(!(write ? map->sim_writers : map->sim_readers))) {
		if (!map->sim_writers && !map->sim_readers) {
			report(map->name, "not-held", "released though it is not held");
			return;
		}
		report(map->name, "wrong-mode",
		       write ? "held for reading, released as if held for writing"
			     : "held for writing, released as if held for reading");
		write = !write;
	}
	if (write)
		map->sim_writers--;
	else
		map->sim_readers--;
	held_remove(map);
}

void sim_lock_downgrade(struct lockdep_map *map)
{
	if (unlikely(!map->sim_writers)) {
		report(map->name, map->sim_readers ? "wrong-mode" : "not-held",
		       "downgraded though it is not held for writing");
		return;
	}
	map->sim_writers--;
	map->sim_readers++;
	lock_downgrade(map, _RET_IP_);
}

void sim_lock_destroy(struct lockdep_map *map)
{
	if (!map->sim_writers && !map->sim_readers)
		return;
	report(map->name, "destroyed-held", "destroyed while held");
	while (held_remove(map))
		;
	map->sim_writers = 0;
	map->sim_readers = 0;
}

void sim_lock_memory_freed(const void *start, size_t bytes)
{
	struct lock_state *state = lock_state();

	if (likely(!state || !state->held_count))
		return;
	for (unsigned int i = 0; i < state->held_count;) {
		struct lockdep_map *map = state->held[i];

		if ((uintptr_t)map - (uintptr_t)start >= bytes) {
			i++;
			continue;
		}
		report(map->name, "freed-held", "its memory was freed while held");
		while (held_remove(map))
			;
	}
}

static void count_up(int *count)
{
	(*count)++;
}

static void count_down(int *count, const char *name)
{
	if (unlikely(*count == 0)) {
		report(name, "not-held", "ended though it has not begun");
		return;
	}
	(*count)--;
}

void preempt_disable(void)
{
	count_up(&sim_task_current()->preempt_count);
}

void preempt_enable(void)
{
	count_down(&sim_task_current()->preempt_count, "preempt_disable");
}

int preempt_count(void)
{
	const struct sim_task *task = sim_task_current();

	return task->preempt_count + task->bh_count + task->migrate_count;
}

void local_bh_disable(void)
{
	count_up(&sim_task_current()->bh_count);
}

void local_bh_enable(void)
{
	count_down(&sim_task_current()->bh_count, "local_bh_disable");
}

/* A task that must not migrate may still be preempted; with one task there is no difference. */
void migrate_disable(void)
{
	count_up(&sim_task_current()->migrate_count);
}

void migrate_enable(void)
{
	count_down(&sim_task_current()->migrate_count, "migrate_disable");
}

unsigned long sim_irq_save(void)
{
	struct sim_task *task = sim_task_current();
	unsigned long flags = task->irqs_disabled;

	task->irqs_disabled = true;
	return flags;
}

void sim_irq_restore(unsigned long flags)
{
	sim_task_current()->irqs_disabled = flags;
}

bool irqs_disabled(void)
{
	return sim_task_current()->irqs_disabled;
}

void local_irq_disable(void)
{
	sim_task_current()->irqs_disabled = true;
}

void local_irq_enable(void)
{
	sim_task_current()->irqs_disabled = false;
}

static int lock_make(struct svmsim_world *world)
{
	world->slot[SIM_SLOT_LOCK] = sim_alloc(world, sizeof(struct lock_state));
	return 0;
}

static void lock_finish(struct svmsim_world *world)
{
	struct lock_state *state = lock_state();

	for (unsigned int i = 0; i < state->held_count; i++)
		report(state->held[i]->name, "never-released", "still held at the end of the run");
	if (preempt_count())
		report("preempt_disable", "never-released", "still in force at the end of the run");
	if (irqs_disabled())
		report("local_irq_disable", "never-released",
		       "still in force at the end of the run");
	if (sim_task_current()->rcu_count)
		report("rcu_read_lock", "never-released", "still in force at the end of the run");
}

static void lock_reset(struct svmsim_world *world)
{
	struct lock_state *state = lock_state();

	state->held_count = 0;
}

static void lock_unmake(struct svmsim_world *world)
{
	struct lock_state *state = lock_state();

	sim_free(world, state->held, state->held_capacity * sizeof(*state->held));
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

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the tests of the lock checker share: maps that stand for locks, and tasks that take them. */
#ifndef UNIT_LOCKDEP_FIXTURE_H
#define UNIT_LOCKDEP_FIXTURE_H

#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/sched/mm.h>
#include <linux/sim_lockdep.h>
#include "kernel/lockdep.h"
#include "kernel/lockdep_internal.h"
#include "kernel/task.h"
#include "kernel_fixture.h"

static struct lock_class_key class_key[8];
static struct lockdep_map a, b, c, d, e, other_a;

static inline struct svmsim_world *lockdep_world(void)
{
	struct svmsim_world *world = kernel_world();

	lockdep_init_map_wait(&a, "a", &class_key[0], 0, LD_WAIT_SLEEP);
	lockdep_init_map_wait(&b, "b", &class_key[1], 0, LD_WAIT_SLEEP);
	lockdep_init_map_wait(&c, "c", &class_key[2], 0, LD_WAIT_SLEEP);
	lockdep_init_map_wait(&d, "d", &class_key[3], 0, LD_WAIT_SLEEP);
	lockdep_init_map_wait(&e, "e", &class_key[4], 0, LD_WAIT_SLEEP);
	lockdep_init_map_wait(&other_a, "a", &class_key[0], 0, LD_WAIT_SLEEP);
	return world;
}

static inline void take(struct lockdep_map *map)
{
	mutex_acquire(map, 0, 0, _THIS_IP_);
}

static inline void take_try(struct lockdep_map *map)
{
	mutex_acquire(map, 0, 1, _THIS_IP_);
}

static inline void take_read(struct lockdep_map *map)
{
	rwsem_acquire_read(map, 0, 0, _THIS_IP_);
}

static inline void take_recursive(struct lockdep_map *map)
{
	lock_acquire_shared_recursive(map, 0, 0, NULL, _THIS_IP_);
}

static inline void give(struct lockdep_map *map)
{
	lock_release(map, _THIS_IP_);
}

static inline void take_both(struct lockdep_map *first, struct lockdep_map *second)
{
	take(first);
	take(second);
	give(second);
	give(first);
}

/* Runs a function as a task of its own, to its end. */
static inline void run_task(const char *name, enum sim_task_class class, void (*run)(void *arg))
{
	ktest_assert_non_null(sim_task_create(class, name, -1, run, NULL));
	sim_task_settle();
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Kernel code as it stands above the seam. Compiled three times, with LOCKDEP_FORM as the name of
 * what it exports: in full, with SIM_NO_PROVE_LOCKING, and with SIM_NO_LOCKDEP.
 */
#include <linux/kconfig.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/sim_lockdep.h>
#include <linux/spinlock.h>
#include "lockdep_form.h"

static struct lock_class_key special;
static struct lockdep_map map = STATIC_LOCKDEP_MAP_INIT("map", &map);
static DEFINE_MUTEX(mutex);
static DECLARE_RWSEM(sem);
static DEFINE_SPINLOCK(spin);

static struct mutex *counted(int *count)
{
	(*count)++;
	return &mutex;
}

/* Once where the argument is looked at, never where the assertion is no code. */
static int evaluated(void)
{
	int count = 0;

	mutex_lock(&mutex);
	lockdep_assert_held(counted(&count));
	mutex_unlock(&mutex);
	return count;
}

static void annotate(void)
{
	bool cookie = dma_fence_begin_signalling();

	dma_fence_end_signalling(cookie);
	__dma_fence_might_wait();
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&mutex);
	might_lock_read(&sem);
	might_lock_nested(&mutex, SINGLE_DEPTH_NESTING);
	fs_reclaim_release(GFP_KERNEL);
	might_alloc(GFP_NOWAIT);
	lock_map_acquire(&map);
	lock_map_release(&map);
	lock_map_acquire_read(&map);
	lock_map_release(&map);
	lock_acquire(&map, 0, 0, 0, 1, NULL, _THIS_IP_);
	lock_release(&map, _THIS_IP_);
	lockdep_register_key(&special);
	lockdep_set_class(&mutex, &special);
	lockdep_set_class_and_name(&mutex, &special, "special");
	lockdep_set_subclass(&spin, 1);
	lockdep_init_map(&map, "map", &special, 0);
	lockdep_unregister_key(&special);
}

/* None of this is true: whoever has the assertions says so. */
static void assert_wrongly(void)
{
	lockdep_assert_held(&mutex);
	lockdep_assert_held_write(&sem);
	lockdep_assert_held_read(&sem);
	lockdep_assert_held_once(&spin);
	lockdep_assert(false);
	lockdep_assert_irqs_disabled();
	lockdep_assert_in_irq();
}

static void run(void)
{
	annotate();
	mutex_lock(&mutex);
	lockdep_assert_held(&mutex);
	down_read(&sem);
	spin_lock(&spin);
	if (lockdep_is_held_type(&sem, 1))
		lockdep_assert_none_held_once();
	spin_unlock(&spin);
	up_read(&sem);
	mutex_unlock(&mutex);
	lockdep_assert_not_held(&mutex);
	assert_wrongly();
}

const struct lockdep_form LOCKDEP_FORM = {
	.lockdep = IS_ENABLED(CONFIG_LOCKDEP),
	.prove_locking = IS_ENABLED(CONFIG_PROVE_LOCKING),
	.mutex_bytes = sizeof(struct mutex),
	.map_offset = offsetof(struct mutex, dep_map),
	.key_bytes = sizeof(struct lock_class_key),
	.evaluated = evaluated,
	.run = run,
};

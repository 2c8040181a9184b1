/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What reclaim takes must not be held where memory is allocated that may have to be reclaimed. */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/sim_program.h>
#include <linux/slab.h>

static DEFINE_MUTEX(cache_lock);
static unsigned int cached;

/* What a shrinker of this cache does when memory is short. */
SIM_PROGRAM(cache_shrink, "drops what is cached, as reclaim asks for it, under the cache's lock")
{
	fs_reclaim_acquire(GFP_KERNEL);
	mutex_lock(&cache_lock);
	cached = 0;
	mutex_unlock(&cache_lock);
	fs_reclaim_release(GFP_KERNEL);
	return 0;
}

SIM_PROGRAM(cache_grow, "allocates under the cache's lock; with cache_shrink a deadlock")
{
	void *entry;

	mutex_lock(&cache_lock);
	entry = kmalloc(64, GFP_KERNEL);
	cached += entry != NULL;
	mutex_unlock(&cache_lock);
	kfree(entry);
	return entry ? 0 : -ENOMEM;
}

SIM_PROGRAM(cache_grow_fixed, "allocates before it takes the cache's lock")
{
	void *entry = kmalloc(64, GFP_KERNEL);

	mutex_lock(&cache_lock);
	cached += entry != NULL;
	mutex_unlock(&cache_lock);
	kfree(entry);
	return entry ? 0 : -ENOMEM;
}

SIM_PROGRAM(cache_grow_atomic_fixed, "allocates under the cache's lock without reclaim")
{
	void *entry;

	mutex_lock(&cache_lock);
	entry = kmalloc(64, GFP_NOWAIT);
	cached += entry != NULL;
	mutex_unlock(&cache_lock);
	kfree(entry);
	return entry ? 0 : -ENOMEM;
}

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Shrinkers: callbacks that give memory back when it is short. Models mm/shrinker.c, v7.0.
 */
#include "device/shrinker.h"
#include "device/device_internal.h"
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/slab.h>

#define DEFAULT_BATCH 128

static struct device_state *state_now(void)
{
	return device_state_of(sim_world);
}

struct shrinker *shrinker_alloc(unsigned int flags, const char *fmt, ...)
{
	struct shrinker *shrinker = kzalloc(sizeof(*shrinker), GFP_KERNEL);
	va_list args;

	if (!shrinker)
		return NULL;
	va_start(args, fmt);
	shrinker->sim_name = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);
	if (!shrinker->sim_name) {
		kfree(shrinker);
		return NULL;
	}
	shrinker->flags = flags;
	shrinker->seeks = DEFAULT_SEEKS;
	INIT_LIST_HEAD(&shrinker->list);
	init_completion(&shrinker->done);
	return shrinker;
}
EXPORT_SYMBOL_GPL(shrinker_alloc);

void shrinker_register(struct shrinker *shrinker)
{
	if (WARN_ON(!shrinker->count_objects || !shrinker->scan_objects))
		return;
	mutex_lock(&state_now()->shrinker_mutex);
	list_add_tail(&shrinker->list, &state_now()->shrinkers);
	mutex_unlock(&state_now()->shrinker_mutex);
	refcount_set(&shrinker->refcount, 1);
}
EXPORT_SYMBOL_GPL(shrinker_register);

static void shrinker_put(struct shrinker *shrinker)
{
	if (refcount_dec_and_test(&shrinker->refcount))
		complete(&shrinker->done);
}

void shrinker_free(struct shrinker *shrinker)
{
	if (!shrinker)
		return;
	if (!list_empty(&shrinker->list)) {
		/* Running callbacks hold a reference each; no new one begins. */
		shrinker_put(shrinker);
		wait_for_completion(&shrinker->done);
		mutex_lock(&state_now()->shrinker_mutex);
		list_del_init(&shrinker->list);
		mutex_unlock(&state_now()->shrinker_mutex);
	}
	kfree(shrinker->sim_name);
	kfree(shrinker);
}
EXPORT_SYMBOL_GPL(shrinker_free);

static unsigned long shrink_one(struct shrinker *shrinker, gfp_t gfp, int nid,
				unsigned long objects)
{
	struct shrink_control sc = { .gfp_mask = gfp, .nid = nid };
	unsigned long batch = shrinker->batch ? shrinker->batch : DEFAULT_BATCH;
	unsigned long there = shrinker->count_objects(shrinker, &sc);
	unsigned long freed = 0;

	if (!there || there == SHRINK_EMPTY)
		return 0;
	objects = min(objects, there);
	while (objects) {
		unsigned long result;

		sc.nr_to_scan = min(batch, objects);
		sc.nr_scanned = sc.nr_to_scan;
		result = shrinker->scan_objects(shrinker, &sc);
		if (result == SHRINK_STOP)
			break;
		freed += result;
		if (!sc.nr_scanned)
			break;
		objects -= min(objects, sc.nr_scanned);
		cond_resched();
	}
	return freed;
}

unsigned long sim_shrink_slab(gfp_t gfp, int nid, unsigned long objects)
{
	struct shrinker *shrinker = NULL;
	struct list_head *at, *next;
	unsigned long freed = 0;

	for (at = state_now()->shrinkers.next; at != &state_now()->shrinkers; at = next) {
		shrinker = list_entry(at, struct shrinker, list);
		/* With the reference held it stays on the list, whatever it does. */
		if (!refcount_inc_not_zero(&shrinker->refcount)) {
			next = at->next;
			continue;
		}
		freed += shrink_one(shrinker, gfp, nid, objects);
		next = at->next;
		shrinker_put(shrinker);
	}
	return freed;
}

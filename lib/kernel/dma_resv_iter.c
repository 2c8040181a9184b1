/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Looking at the fences of a reservation object, with its lock and without. */
#include <linux/dma-fence-array.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include "kernel/dma_resv_internal.h"

static void restart(struct dma_resv_iter *cursor)
{
	cursor->index = 0;
	cursor->fences = sim_resv_list(cursor->obj);
	cursor->num_fences = cursor->fences ? cursor->fences->num_fences : 0;
	cursor->is_restarted = true;
}

/* To the next pending fence of the use asked for, with a reference to it. */
static void walk(struct dma_resv_iter *cursor)
{
	if (!cursor->fences)
		return;
	do {
		dma_fence_put(cursor->fence);
		cursor->fence = NULL;
		if (cursor->index >= cursor->num_fences)
			return;
		sim_resv_entry(cursor->fences, cursor->index++, &cursor->fence,
			       &cursor->fence_usage);
		cursor->fence = dma_fence_get_rcu(cursor->fence);
		/* On its way out: somebody is changing the list. */
		if (!cursor->fence)
			restart(cursor);
	} while (!cursor->fence || dma_fence_is_signaled(cursor->fence) ||
		 cursor->usage < cursor->fence_usage);
}

struct dma_fence *dma_resv_iter_first_unlocked(struct dma_resv_iter *cursor)
{
	rcu_read_lock();
	do {
		restart(cursor);
		walk(cursor);
	} while (sim_resv_list(cursor->obj) != cursor->fences);
	rcu_read_unlock();
	return cursor->fence;
}

struct dma_fence *dma_resv_iter_next_unlocked(struct dma_resv_iter *cursor)
{
	bool again;

	rcu_read_lock();
	cursor->is_restarted = false;
	again = sim_resv_list(cursor->obj) != cursor->fences;
	do {
		if (again)
			restart(cursor);
		walk(cursor);
		again = true;
	} while (sim_resv_list(cursor->obj) != cursor->fences);
	rcu_read_unlock();
	return cursor->fence;
}

struct dma_fence *dma_resv_iter_first(struct dma_resv_iter *cursor)
{
	struct dma_fence *fence;

	dma_resv_assert_held(cursor->obj);
	cursor->index = 0;
	cursor->fences = sim_resv_list(cursor->obj);
	fence = dma_resv_iter_next(cursor);
	cursor->is_restarted = true;
	return fence;
}

struct dma_fence *dma_resv_iter_next(struct dma_resv_iter *cursor)
{
	struct dma_fence *fence;

	dma_resv_assert_held(cursor->obj);
	cursor->is_restarted = false;
	do {
		if (!cursor->fences || cursor->index >= cursor->fences->num_fences)
			return NULL;
		sim_resv_entry(cursor->fences, cursor->index++, &fence, &cursor->fence_usage);
	} while (cursor->fence_usage > cursor->usage);
	return fence;
}

static void put_all(struct dma_fence **fences, unsigned int *count)
{
	while (*count)
		dma_fence_put(fences[--*count]);
}

int dma_resv_get_fences(struct dma_resv *obj, enum dma_resv_usage usage, unsigned int *num_fences,
			struct dma_fence ***fences)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	*num_fences = 0;
	*fences = NULL;
	dma_resv_iter_begin(&cursor, obj, usage);
	dma_resv_for_each_fence_unlocked(&cursor, fence) {
		if (dma_resv_iter_is_restarted(&cursor)) {
			struct dma_fence **larger;

			put_all(*fences, num_fences);
			larger = krealloc_array(*fences, cursor.num_fences + 1, sizeof(fence),
						GFP_KERNEL);
			if (!larger) {
				kfree(*fences);
				*fences = NULL;
				dma_resv_iter_end(&cursor);
				return -ENOMEM;
			}
			*fences = larger;
		}
		(*fences)[(*num_fences)++] = dma_fence_get(fence);
	}
	dma_resv_iter_end(&cursor);
	return 0;
}

int dma_resv_get_singleton(struct dma_resv *obj, enum dma_resv_usage usage,
			   struct dma_fence **fence)
{
	struct dma_fence_array *array;
	struct dma_fence **fences;
	unsigned int count;
	int err = dma_resv_get_fences(obj, usage, &count, &fences);

	if (err)
		return err;
	if (count <= 1) {
		*fence = count ? fences[0] : NULL;
		kfree(fences);
		return 0;
	}
	array = dma_fence_array_create((int)count, fences, dma_fence_context_alloc(1), 1, false);
	if (!array) {
		put_all(fences, &count);
		kfree(fences);
		return -ENOMEM;
	}
	*fence = &array->base;
	return 0;
}

long sim_resv_wait_timeout(struct dma_resv *obj, enum dma_resv_usage usage, bool intr,
			   unsigned long timeout, const struct sim_site *site)
{
	long left = timeout ? (long)timeout : 1;
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_iter_begin(&cursor, obj, usage);
	dma_resv_for_each_fence_unlocked(&cursor, fence) {
		left = sim_fence_wait_timeout(fence, intr, (long)timeout, site);
		if (left <= 0)
			break;
		/* Without time to wait, what is signaled still gives 1. */
		if (timeout)
			timeout = (unsigned long)left;
	}
	dma_resv_iter_end(&cursor);
	return left;
}

void dma_resv_set_deadline(struct dma_resv *obj, enum dma_resv_usage usage, ktime_t deadline)
{
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_iter_begin(&cursor, obj, usage);
	dma_resv_for_each_fence_unlocked(&cursor, fence)
		dma_fence_set_deadline(fence, deadline);
	dma_resv_iter_end(&cursor);
}

bool dma_resv_test_signaled(struct dma_resv *obj, enum dma_resv_usage usage)
{
	struct dma_resv_iter cursor;
	bool pending;

	dma_resv_iter_begin(&cursor, obj, usage);
	pending = dma_resv_iter_first_unlocked(&cursor) != NULL;
	dma_resv_iter_end(&cursor);
	return !pending;
}

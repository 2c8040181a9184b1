/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Reservation objects: a ww_mutex and the fences that whoever comes next has to wait for. Readers
 * without the lock go by RCU: a list is replaced as a whole, a slot in one store.
 */
#include <linux/dma-resv.h>
#include <linux/errno.h>
#include <linux/log2.h>
#include <linux/slab.h>
#include "kernel/dma_resv_internal.h"

struct ww_class reservation_ww_class = {
	.acquire_name = SIM_RESERVATION_ACQUIRE_NAME,
	.mutex_name = SIM_RESERVATION_MUTEX_NAME,
};

/* Fences are aligned: a use fits into the low bits of their address. */
#define USAGE_MASK 3ul

void sim_resv_entry(struct dma_resv_list *list, unsigned int index, struct dma_fence **fence,
		    enum dma_resv_usage *usage)
{
	unsigned long word = (unsigned long)rcu_dereference_raw(list->table[index]);

	*fence = (struct dma_fence *)(word & ~USAGE_MASK);
	if (usage)
		*usage = (enum dma_resv_usage)(word & USAGE_MASK);
}

static void set_entry(struct dma_resv_list *list, unsigned int index, struct dma_fence *fence,
		      enum dma_resv_usage usage)
{
	rcu_assign_pointer(list->table[index],
			   (struct dma_fence *)((unsigned long)fence | (unsigned long)usage));
}

/* As large as the allocator makes it anyway. */
static struct dma_resv_list *list_alloc(unsigned int max_fences)
{
	struct dma_resv_list *list;
	size_t bytes = kmalloc_size_roundup(sizeof(*list) + max_fences * sizeof(list->table[0]));

	list = kmalloc(bytes, GFP_KERNEL);
	if (!list)
		return NULL;
	list->num_fences = 0;
	list->max_fences = (unsigned int)((bytes - sizeof(*list)) / sizeof(list->table[0]));
	return list;
}

static void list_free(struct dma_resv_list *list)
{
	struct dma_fence *fence;

	if (!list)
		return;
	for (unsigned int i = 0; i < list->num_fences; i++) {
		sim_resv_entry(list, i, &fence, NULL);
		dma_fence_put(fence);
	}
	kfree_rcu(list, rcu);
}

void dma_resv_init(struct dma_resv *obj)
{
	ww_mutex_init(&obj->lock, &reservation_ww_class);
	RCU_INIT_POINTER(obj->fences, NULL);
}

void dma_resv_fini(struct dma_resv *obj)
{
	list_free(obj->fences);
	ww_mutex_destroy(&obj->lock);
}

static unsigned int room_for(const struct dma_resv_list *old, unsigned int num_fences)
{
	unsigned int wanted, doubled;

	if (!old || !old->max_fences) {
		wanted = (unsigned int)roundup_pow_of_two(num_fences);
		return wanted < 4 ? 4 : wanted;
	}
	wanted = old->num_fences + num_fences;
	doubled = 2 * old->max_fences;
	return wanted > doubled ? wanted : doubled;
}

/* Pending ones to the front; those that are signaled to the end, where nobody looks for them. */
static unsigned int move_entries(struct dma_resv_list *new, struct dma_resv_list *old,
				 unsigned int max)
{
	unsigned int done = max;

	for (unsigned int i = 0; i < old->num_fences; i++) {
		enum dma_resv_usage usage;
		struct dma_fence *fence;

		sim_resv_entry(old, i, &fence, &usage);
		if (dma_fence_is_signaled(fence))
			RCU_INIT_POINTER(new->table[--done], fence);
		else
			set_entry(new, new->num_fences++, fence, usage);
	}
	return done;
}

int dma_resv_reserve_fences(struct dma_resv *obj, unsigned int num_fences)
{
	struct dma_resv_list *old, *new;
	unsigned int max, done;

	dma_resv_assert_held(obj);
	if (WARN_ON(!num_fences))
		return -EINVAL;
	old = sim_resv_list(obj);
	if (old && old->max_fences && old->num_fences + num_fences <= old->max_fences)
		return 0;
	max = room_for(old, num_fences);
	new = list_alloc(max);
	if (!new)
		return -ENOMEM;
	done = old ? move_entries(new, old, max) : max;
	rcu_assign_pointer(obj->fences, new);
	if (!old)
		return 0;
	for (; done < max; done++)
		dma_fence_put(new->table[done]);
	kfree_rcu(old, rcu);
	return 0;
}

void dma_resv_reset_max_fences(struct dma_resv *obj)
{
	struct dma_resv_list *list = sim_resv_list(obj);

	dma_resv_assert_held(obj);
	if (list)
		list->max_fences = list->num_fences;
}

void dma_resv_add_fence(struct dma_resv *obj, struct dma_fence *fence, enum dma_resv_usage usage)
{
	struct dma_resv_list *list;
	unsigned int i;

	dma_fence_get(fence);
	dma_resv_assert_held(obj);
	WARN_ON(dma_fence_is_container(fence));
	list = sim_resv_list(obj);
	for (i = 0; i < list->num_fences; i++) {
		enum dma_resv_usage old_usage;
		struct dma_fence *old;
		bool covered;

		sim_resv_entry(list, i, &old, &old_usage);
		covered = old->context == fence->context && old_usage >= usage &&
			  dma_fence_is_later_or_same(fence, old);
		if (!covered && !dma_fence_is_signaled(old))
			continue;
		set_entry(list, i, fence, usage);
		dma_fence_put(old);
		return;
	}
	BUG_ON(list->num_fences >= list->max_fences);
	set_entry(list, i, fence, usage);
	list->num_fences = i + 1;
}

void dma_resv_replace_fences(struct dma_resv *obj, u64 context, struct dma_fence *replacement,
			     enum dma_resv_usage usage)
{
	struct dma_resv_list *list;

	dma_resv_assert_held(obj);
	list = sim_resv_list(obj);
	for (unsigned int i = 0; list && i < list->num_fences; i++) {
		struct dma_fence *old;

		sim_resv_entry(list, i, &old, NULL);
		if (old->context != context)
			continue;
		set_entry(list, i, dma_fence_get(replacement), usage);
		dma_fence_put(old);
	}
}

int dma_resv_copy_fences(struct dma_resv *dst, struct dma_resv *src)
{
	struct dma_resv_list *list = NULL, *old;
	struct dma_resv_iter cursor;
	struct dma_fence *fence;

	dma_resv_assert_held(dst);
	dma_resv_iter_begin(&cursor, src, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_for_each_fence_unlocked(&cursor, fence) {
		if (dma_resv_iter_is_restarted(&cursor)) {
			list_free(list);
			list = list_alloc(cursor.num_fences);
			if (!list) {
				dma_resv_iter_end(&cursor);
				return -ENOMEM;
			}
		}
		set_entry(list, list->num_fences++, dma_fence_get(fence),
			  dma_resv_iter_usage(&cursor));
	}
	dma_resv_iter_end(&cursor);
	old = dst->fences;
	rcu_assign_pointer(dst->fences, list);
	list_free(old);
	return 0;
}

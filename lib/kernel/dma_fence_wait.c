/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Waiting for fences. */
#include <linux/dma-fence.h>
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "kernel/inject.h"
#include "kernel/race.h"
#include "kernel/sched.h"

/* struct waiter - wakes a task when a fence signals */
struct waiter {
	struct dma_fence_cb base;
	struct task_struct *task;
};

static void wake_waiter(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	wake_up_state(container_of(cb, struct waiter, base)->task, TASK_NORMAL);
}

/* Which fence, for reports; interned, so that it outlives the wait. */
static const char *fence_text(struct dma_fence *fence)
{
	char text[96];

	host_snprintf(text, sizeof(text), "%s:%s:%llu:%llu", dma_fence_driver_name(fence),
		      dma_fence_timeline_name(fence), fence->context, fence->seqno);
	return sim_name_text(sim_world, sim_name(text));
}

static bool interrupted(bool intr, const struct sim_site *site)
{
	return intr && (signal_pending(current) || sim_inject(&sim_fault_signal, site));
}

/* The lock is held, and given up while the task sleeps. Returns as sim_fence_default_wait(). */
static long sleep_until_signaled(struct dma_fence *fence, bool intr, long left,
				 unsigned long *flags, const struct sim_site *site)
{
	struct waiter waiter = { .base.func = wake_waiter, .task = current };
	const struct sim_waiting waiting = {
		.verb = "fence",
		.name = fence_text(fence),
		.object = fence,
		.site = site,
	};

	list_add(&waiter.base.node, &fence->cb_list);
	while (!dma_fence_test_signaled_flag(fence) && left > 0) {
		sim_state_set(intr ? TASK_INTERRUPTIBLE : TASK_UNINTERRUPTIBLE);
		spin_unlock_irqrestore(fence->lock, *flags);
		left = sim_sleep_timeout(&waiting, left);
		spin_lock_irqsave(fence->lock, *flags);
		if (left > 0 && intr && signal_pending(current))
			left = -ERESTARTSYS;
	}
	if (!list_empty(&waiter.base.node))
		list_del(&waiter.base.node);
	sim_state_set(TASK_RUNNING);
	return left;
}

long sim_fence_default_wait(struct dma_fence *fence, bool intr, long timeout,
			    const struct sim_site *site)
{
	long left = timeout ? timeout : 1;
	unsigned long flags;

	spin_lock_irqsave(fence->lock, flags);
	if (!dma_fence_test_signaled_flag(fence)) {
		if (interrupted(intr, site))
			left = -ERESTARTSYS;
		else if (!timeout)
			left = 0;
		else
			left = sleep_until_signaled(fence, intr, left, &flags, site);
	}
	spin_unlock_irqrestore(fence->lock, flags);
	sim_order_acquire(fence);
	return left;
}

long sim_fence_wait_timeout(struct dma_fence *fence, bool intr, long timeout,
			    const struct sim_site *site)
{
	long left;

	if (WARN_ON(timeout < 0))
		return -EINVAL;
	might_sleep();
	__dma_fence_might_wait();
	dma_fence_enable_sw_signaling(fence);
	sim_event(DMA_FENCE_WAIT_START, fence->context, fence->seqno);
	if (fence->ops->wait)
		left = fence->ops->wait(fence, intr, timeout);
	else
		left = sim_fence_default_wait(fence, intr, timeout, site);
	sim_event(DMA_FENCE_WAIT_END, fence->context, fence->seqno);
	return left;
}

static bool any_signaled(struct dma_fence **fences, u32 count, u32 *idx)
{
	for (u32 i = 0; i < count; i++) {
		if (!dma_fence_test_signaled_flag(fences[i]))
			continue;
		if (idx)
			*idx = i;
		return true;
	}
	return false;
}

/* Without time to wait only a look at each. */
static long look_at_any(struct dma_fence **fences, u32 count, u32 *idx)
{
	for (u32 i = 0; i < count; i++) {
		if (!dma_fence_is_signaled(fences[i]))
			continue;
		if (idx)
			*idx = i;
		return 1;
	}
	return 0;
}

static long sleep_until_any(struct dma_fence **fences, u32 count, bool intr, long left, u32 *idx,
			    const struct sim_site *site)
{
	const struct sim_waiting waiting = {
		.verb = "any fence, as",
		.name = fence_text(fences[0]),
		.site = site,
	};

	while (left > 0) {
		sim_state_set(intr ? TASK_INTERRUPTIBLE : TASK_UNINTERRUPTIBLE);
		if (any_signaled(fences, count, idx))
			break;
		left = sim_sleep_timeout(&waiting, left);
		if (left > 0 && interrupted(intr, site))
			left = -ERESTARTSYS;
	}
	sim_state_set(TASK_RUNNING);
	return left;
}

long sim_fence_wait_any_timeout(struct dma_fence **fences, u32 count, bool intr, long timeout,
				u32 *idx, const struct sim_site *site)
{
	struct waiter *waiter;
	long left = timeout;
	u32 added;

	if (WARN_ON(!fences || !count || timeout < 0))
		return -EINVAL;
	if (!timeout)
		return look_at_any(fences, count, idx);
	waiter = kzalloc_objs(*waiter, count);
	if (!waiter)
		return -ENOMEM;
	for (added = 0; added < count; added++) {
		waiter[added].task = current;
		if (!dma_fence_add_callback(fences[added], &waiter[added].base, wake_waiter))
			continue;
		if (idx)
			*idx = added;
		break;
	}
	if (added == count)
		left = sleep_until_any(fences, count, intr, left, idx, site);
	while (added--)
		dma_fence_remove_callback(fences[added], &waiter[added].base);
	kfree(waiter);
	return left;
}

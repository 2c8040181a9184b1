/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Chains of fences: each node holds a fence and leads to what came before it. Nodes whose fences
 * are signaled are taken out by whoever walks past them.
 */
#include <linux/dma-fence-chain.h>
#include <linux/errno.h>

static bool chain_enable_signaling(struct dma_fence *fence);

static struct dma_fence *get_prev(struct dma_fence_chain *chain)
{
	struct dma_fence *prev;

	rcu_read_lock();
	prev = dma_fence_get_rcu_safe(&chain->prev);
	rcu_read_unlock();
	return prev;
}

/* A node behind @prev, NULL for the end, when @prev need not be in the chain any more. */
static bool is_passed(struct dma_fence *prev, struct dma_fence **behind)
{
	struct dma_fence_chain *node = to_dma_fence_chain(prev);

	if (!dma_fence_is_signaled(node ? node->fence : prev))
		return false;
	*behind = node ? get_prev(node) : NULL;
	return true;
}

struct dma_fence *dma_fence_chain_walk(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);
	struct dma_fence *prev = NULL, *behind;

	while (chain && (prev = get_prev(chain)) && is_passed(prev, &behind)) {
		/* Nobody comes between the look and the change; another may have been first. */
		if (chain->prev == prev) {
			chain->prev = behind;
			dma_fence_put(prev);
		} else {
			dma_fence_put(behind);
		}
		dma_fence_put(prev);
	}
	dma_fence_put(fence);
	return prev;
}

int dma_fence_chain_find_seqno(struct dma_fence **pfence, u64 seqno)
{
	struct dma_fence_chain *chain;

	if (!seqno)
		return 0;
	chain = to_dma_fence_chain(*pfence);
	if (!chain || chain->base.seqno < seqno)
		return -EINVAL;
	dma_fence_chain_for_each(*pfence, &chain->base) {
		if ((*pfence)->context != chain->base.context ||
		    to_dma_fence_chain(*pfence)->prev_seqno < seqno)
			break;
	}
	dma_fence_put(&chain->base);
	return 0;
}

static const char *chain_driver_name(struct dma_fence *fence)
{
	return "dma_fence_chain";
}

static const char *chain_timeline_name(struct dma_fence *fence)
{
	return "unbound";
}

/* Out of a callback: wait for the next fence that is pending, or be done. */
static void chain_work(struct irq_work *work)
{
	struct dma_fence_chain *chain = container_of(work, struct dma_fence_chain, work);

	if (!chain_enable_signaling(&chain->base))
		dma_fence_signal(&chain->base);
	dma_fence_put(&chain->base);
}

static void contained_signaled(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	struct dma_fence_chain *chain = container_of(cb, struct dma_fence_chain, cb);

	init_irq_work(&chain->work, chain_work);
	irq_work_queue(&chain->work);
	dma_fence_put(fence);
}

static bool chain_enable_signaling(struct dma_fence *fence)
{
	struct dma_fence_chain *head = to_dma_fence_chain(fence);

	dma_fence_get(&head->base);
	dma_fence_chain_for_each(fence, &head->base) {
		struct dma_fence *contained = dma_fence_get(dma_fence_chain_contained(fence));

		if (!dma_fence_add_callback(contained, &head->cb, contained_signaled)) {
			dma_fence_put(fence);
			return true;
		}
		dma_fence_put(contained);
	}
	dma_fence_put(&head->base);
	return false;
}

static bool chain_signaled(struct dma_fence *fence)
{
	dma_fence_chain_for_each(fence, fence) {
		if (dma_fence_is_signaled(dma_fence_chain_contained(fence)))
			continue;
		dma_fence_put(fence);
		return false;
	}
	return true;
}

/* A long chain must not be released by recursion: what only this node holds is taken apart here. */
static void chain_release(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);
	struct dma_fence *prev;

	while ((prev = chain->prev)) {
		struct dma_fence_chain *node = to_dma_fence_chain(prev);

		if (kref_read(&prev->refcount) > 1 || !node)
			break;
		chain->prev = node->prev;
		node->prev = NULL;
		dma_fence_put(prev);
	}
	dma_fence_put(prev);
	dma_fence_put(chain->fence);
	dma_fence_free(fence);
}

static void chain_set_deadline(struct dma_fence *fence, ktime_t deadline)
{
	dma_fence_chain_for_each(fence, fence)
		dma_fence_set_deadline(dma_fence_chain_contained(fence), deadline);
}

const struct dma_fence_ops dma_fence_chain_ops = {
	.get_driver_name = chain_driver_name,
	.get_timeline_name = chain_timeline_name,
	.enable_signaling = chain_enable_signaling,
	.signaled = chain_signaled,
	.release = chain_release,
	.set_deadline = chain_set_deadline,
};

void dma_fence_chain_init(struct dma_fence_chain *chain, struct dma_fence *prev,
			  struct dma_fence *fence, u64 seqno)
{
	struct dma_fence_chain *node = to_dma_fence_chain(prev);
	u64 context;

	spin_lock_init(&chain->lock);
	chain->prev = prev;
	chain->fence = fence;
	chain->prev_seqno = 0;
	if (node && __dma_fence_is_later(prev, seqno, prev->seqno)) {
		context = prev->context;
		chain->prev_seqno = prev->seqno;
	} else {
		/* A number out of order begins a timeline of its own. */
		context = dma_fence_context_alloc(1);
		if (node && prev->seqno > seqno)
			seqno = prev->seqno;
	}
	dma_fence_init64(&chain->base, &dma_fence_chain_ops, &chain->lock, context, seqno);
	/* Chains join by their ends only. */
	WARN_ON(dma_fence_is_chain(fence));
}

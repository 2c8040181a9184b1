/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DMA_FENCE_CHAIN_H
#define _LINUX_DMA_FENCE_CHAIN_H

#include <linux/dma-fence.h>
#include <linux/irq_work.h>
#include <linux/slab.h>

/* fidelity: same */
struct dma_fence_chain {
	struct dma_fence base;
	struct dma_fence *prev;
	u64 prev_seqno;
	struct dma_fence *fence;
	/* A callback, or the work that follows it: never both. */
	union {
		struct dma_fence_cb cb;
		struct irq_work work;
	};
	spinlock_t lock;
};

static inline struct dma_fence_chain *to_dma_fence_chain(struct dma_fence *fence)
{
	return fence && dma_fence_is_chain(fence) ?
	       container_of(fence, struct dma_fence_chain, base) : NULL;
}

/* The fence in a node, or the fence itself where it is none. */
static inline struct dma_fence *dma_fence_chain_contained(struct dma_fence *fence)
{
	struct dma_fence_chain *chain = to_dma_fence_chain(fence);

	return chain ? chain->fence : fence;
}

#define dma_fence_chain_alloc() kmalloc_obj(struct dma_fence_chain)

static inline void dma_fence_chain_free(struct dma_fence_chain *chain)
{
	kfree(chain);
}

/* Drops the reference to @fence, which must be one of the caller's. */
struct dma_fence *dma_fence_chain_walk(struct dma_fence *fence);
int dma_fence_chain_find_seqno(struct dma_fence **pfence, u64 seqno);
/* Takes over the references to @prev and @fence. */
void dma_fence_chain_init(struct dma_fence_chain *chain, struct dma_fence *prev,
			  struct dma_fence *fence, u64 seqno);

#define dma_fence_chain_for_each(iter, head) \
	for (iter = dma_fence_get(head); iter; iter = dma_fence_chain_walk(iter))

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Between dma_resv.c, which changes lists, and dma_resv_iter.c, which reads them. */
#ifndef KERNEL_DMA_RESV_INTERNAL_H
#define KERNEL_DMA_RESV_INTERNAL_H

#include <linux/dma-resv.h>

/**
 * struct dma_resv_list - fences of a reservation object
 * @rcu: to free it behind its readers
 * @num_fences: in use
 * @max_fences: reserved
 * @table: each with its use in the low bits
 */
struct dma_resv_list {
	struct rcu_head rcu;
	u32 num_fences;
	u32 max_fences;
	struct dma_fence *table[];
};

/* The list, for a reader under RCU or with the lock. */
static inline struct dma_resv_list *sim_resv_list(struct dma_resv *obj)
{
	return rcu_dereference_check(obj->fences, dma_resv_held(obj));
}

void sim_resv_entry(struct dma_resv_list *list, unsigned int index, struct dma_fence **fence,
		    enum dma_resv_usage *usage);

#endif

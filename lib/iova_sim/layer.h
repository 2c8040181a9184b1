/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * State of lib/iova_sim in a world: the IOTLB and the walk cache that all IOMMUs of the machine
 * share (entries are tagged by domain), the domains in order of creation, the devices attached to
 * them, and the one watcher. Everything that the layer keeps between calls hangs off here.
 *
 * DOC: Not modelled
 *
 * One IOTLB and one walk cache stand for those of all IOMMUs. Since entries carry a domain index
 * that is unique in the machine, this differs from several only in what competes for a place.
 */
#ifndef IOVA_SIM_LAYER_H
#define IOVA_SIM_LAYER_H

#include <linux/types.h>
#include "iova_sim/watch.h"
#include "kernel/world.h"

struct io_tlb_mem;
struct dma_debug;
struct io_tlb_mem;
struct iotlb;
struct pwc;
struct kmem_cache;

/**
 * struct iova_sim - the layer's slot
 * @watch: oracle callbacks, NULL when nobody watches
 * @iotlb: cached translations of all domains; never NULL
 * @pwc: cached tables of all domains; never NULL
 * @domains: struct sim_domain by their node member, in order of creation
 * @attached: struct sim_dma_attachment, in order of attachment
 * @domain_next: index of the next domain, so that indices are dense and never reused in a run
 * @debug: DMA debugging, NULL while it is off
 * @debug_memory: the same whether on or off, NULL when never on; owned by dma_debug_book.c
 * @iova_cache: struct iova nodes; owned by iova.c, which makes it on first use; like
 *	@magazine_cache it stays across a reset, which empties it
 * @magazine_cache: IOVA magazines; owned by iova_rcache.c, which makes it on first use
 * @swiotlb: bounce buffers, NULL in a machine without; owned by swiotlb.c
 */
struct iova_sim {
	const struct iova_watch *watch;
	struct iotlb *iotlb;
	struct pwc *pwc;
	struct list_head domains;
	struct list_head attached;
	u32 domain_next;
	struct dma_debug *debug;
	struct dma_debug *debug_memory;
	struct kmem_cache *iova_cache;
	struct kmem_cache *magazine_cache;
	struct io_tlb_mem *swiotlb;
};

extern const struct sim_layer sim_layer_iova_sim;

/**
 * iova_sim_of - the layer's state, for walkers that are not inside of a world
 * @world: world
 *
 * Return: the state.
 */
static inline struct iova_sim *iova_sim_of(const struct svmsim_world *world)
{
	return world->slot[SIM_SLOT_IOVA_SIM];
}

/**
 * iova_sim_state - the layer's state in the current world
 *
 * Return: the state.
 */
static inline struct iova_sim *iova_sim_state(void)
{
	return sim_world->slot[SIM_SLOT_IOVA_SIM];
}

/**
 * iova_sim_has_quirk - whether the modelled kernel is to have a defect
 * @quirk: which
 *
 * Return: true if the machine's description says so.
 */
static inline bool iova_sim_has_quirk(enum svmsim_quirk quirk)
{
	return sim_world->machine->quirks >> quirk & 1;
}

/**
 * iova_sim_watch_get - the watcher of the current world
 *
 * Return: its callbacks, or NULL.
 */
static inline const struct iova_watch *iova_sim_watch_get(void)
{
	return iova_sim_state()->watch;
}

/**
 * iova_sim_watch - call one callback of the watcher, if there is one and it has that callback
 * @hook: member of struct iova_watch
 *
 * Example: iova_sim_watch(iova_free, &domain->domain, iova, bytes);
 */
#define iova_sim_watch(hook, ...)                                                                  \
	do {                                                                                       \
		const struct iova_watch *watch_ = iova_sim_watch_get();                            \
                                                                                                   \
		if (unlikely(watch_) && watch_->hook)                                              \
			watch_->hook(watch_->ctx, __VA_ARGS__);                                    \
	} while (0)

/**
 * iova_sim_set_watch - make @watch the watcher of @world
 * @world: world
 * @watch: callbacks, must live until replaced; NULL for none
 *
 * Stays across a reset.
 */
void iova_sim_set_watch(struct svmsim_world *world, const struct iova_watch *watch);

#endif

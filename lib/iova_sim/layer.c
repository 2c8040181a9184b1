// SPDX-License-Identifier: GPL-2.0-only OR MIT
#include <linux/list.h>
#include "iova_sim/dma_debug.h"
#include "iova_sim/dma_iommu.h"
#include "iova_sim/domain.h"
#include "iova_sim/iotlb.h"
#include "iova_sim/layer.h"
#include "iova_sim/pwc.h"
#include "iova_sim/swiotlb.h"

static int layer_make(struct svmsim_world *world)
{
	struct iova_sim *state = sim_alloc(world, sizeof(*state));

	world->slot[SIM_SLOT_IOVA_SIM] = state;
	state->iotlb = iotlb_create(world, world->machine->iotlb_sets, world->machine->iotlb_ways);
	state->pwc = pwc_create(world);
	return 0;
}

static void layer_start(struct svmsim_world *world)
{
	struct iova_sim *state = iova_sim_of(world);

	INIT_LIST_HEAD(&state->domains);
	INIT_LIST_HEAD(&state->attached);
	state->domain_next = 0;
}

/* Attachments and cookies; the domains stay. */
static void detach_all(struct iova_sim *state)
{
	while (!list_empty(&state->attached))
		sim_dma_detach(list_last_entry(&state->attached, struct sim_dma_attachment, node)
				       ->dev);
}

static void each_flush_queue(struct iova_sim *state, void (*act)(struct sim_fq *fq))
{
	struct sim_domain *sdom;

	list_for_each_entry(sdom, &state->domains, node)
		if (sdom->domain.cookie_type == IOMMU_COOKIE_DMA_IOVA)
			act(&sdom->domain.iova_cookie->fq);
}

/* What the model made for the devices of the machine is not a leak of the code under test. */
static void layer_finish(struct svmsim_world *world)
{
	struct iova_sim *state = iova_sim_of(world);

	each_flush_queue(state, sim_fq_drain);
	detach_all(state);
	while (!list_empty(&state->domains))
		sim_domain_destroy(list_last_entry(&state->domains, struct sim_domain, node));
}

static void layer_reset(struct svmsim_world *world)
{
	struct iova_sim *state = iova_sim_of(world);

	each_flush_queue(state, sim_fq_forget);
	sim_dma_forget(state);
	while (!list_empty(&state->domains))
		sim_domain_forget(list_last_entry(&state->domains, struct sim_domain, node));
	iotlb_reset(state->iotlb);
	sim_dma_debug_stop(world);
	sim_swiotlb_free(world);
	pwc_reset(state->pwc);
}

static void layer_unmake(struct svmsim_world *world)
{
	struct iova_sim *state = iova_sim_of(world);

	/* A world may end in the middle of a run. */
	layer_reset(world);
	pwc_destroy(world, state->pwc);
	iotlb_destroy(world, state->iotlb);
	sim_dma_debug_free(world);
	sim_swiotlb_free(world);
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_IOVA_SIM] = NULL;
}

const struct sim_layer sim_layer_iova_sim = {
	.name = "iova_sim",
	.slot = SIM_SLOT_IOVA_SIM,
	.make = layer_make,
	.start = layer_start,
	.finish = layer_finish,
	.reset = layer_reset,
	.unmake = layer_unmake,
};

void iova_sim_set_watch(struct svmsim_world *world, const struct iova_watch *watch)
{
	iova_sim_of(world)->watch = watch;
}

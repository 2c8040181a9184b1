/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* A map of HMM's DMA helpers, whose pages come and go one by one. */
#include <linux/errno.h>
#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>
#include "machine/machine_internal.h"

/**
 * struct svmsim_hmm - a map and its device
 * @handle: in the world's list
 * @dev: device
 * @page_count: entries
 * @map: as the kernel left it
 * @address: what hmm_dma_map_pfn() returned for each page
 */
struct svmsim_hmm {
	struct machine_handle handle;
	struct device *dev;
	u64 page_count;
	struct hmm_dma_map map;
	dma_addr_t address[];
};

static int check_live(const struct svmsim_hmm *hmm)
{
	if (hmm->map.pfn_list)
		return 0;
	return sim_set_error(hmm->handle.world, -EINVAL, "the map was freed");
}

static int check_entries(const struct svmsim_hmm *hmm, u64 first, u64 last)
{
	int err = check_live(hmm);

	if (!err && (first > last || last >= hmm->page_count))
		err = sim_set_error(hmm->handle.world, -EINVAL,
				    "pages %llu..%llu are not within the map's 0..%llu", first,
				    last, hmm->page_count - 1);
	return err;
}

int svmsim_hmm_alloc(struct svmsim_world *world, int device, uint64_t pages,
		     struct svmsim_hmm **hmm)
{
	struct device *dev = machine_device(world, device);
	struct svmsim_hmm *made;
	int err;

	if (!dev)
		return -EINVAL;
	if (!pages || pages > 1u << 20)
		return sim_set_error(world, -EINVAL, "%llu pages, 1 to %u are possible", (u64)pages,
				     1u << 20);
	machine_begin(world);
	made = machine_handle_new(world, sizeof(*made) + pages * sizeof(made->address[0]));
	made->dev = dev;
	made->page_count = pages;
	err = hmm_dma_map_alloc(dev, &made->map, pages, PAGE_SIZE);
	if (err) {
		sim_set_error(world, err, "%s: hmm_dma_map_alloc() failed", dev->sim->actor);
		machine_handle_drop(&made->handle);
	} else {
		*hmm = made;
	}
	return machine_end(dev->sim->actor_name, err);
}

int svmsim_hmm_map(struct svmsim_hmm *hmm, uint64_t first, struct svmsim_ram *ram,
		   uint64_t ram_first, uint64_t pages)
{
	struct pci_p2pdma_map_state state = {};
	int err = pages ? check_entries(hmm, first, first + pages - 1) : -EINVAL;

	if (!err)
		err = machine_check_pages(ram, ram_first, ram_first + pages - 1);
	if (err)
		return err;
	machine_begin(hmm->handle.world);
	for (u64 i = 0; i < pages && !err; i++) {
		unsigned long *entry = &hmm->map.pfn_list[first + i];

		/* What the walk of a CPU's page table leaves, the sticky flags included. */
		*entry = (*entry & (HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS)) |
			 ram->pfn[ram_first + i] | HMM_PFN_VALID | HMM_PFN_WRITE;
		hmm->address[first + i] = hmm_dma_map_pfn(hmm->dev, &hmm->map, first + i, &state);
		if (hmm->address[first + i] == DMA_MAPPING_ERROR)
			err = sim_set_error(sim_world, -ENOMEM,
					    "hmm_dma_map_pfn() of page %llu failed",
					    (u64)first + i);
	}
	return machine_end(hmm->dev->sim->actor_name, err);
}

int svmsim_hmm_unmap(struct svmsim_hmm *hmm, uint64_t first, uint64_t last)
{
	int err = check_entries(hmm, first, last);

	if (err)
		return err;
	machine_begin(hmm->handle.world);
	for (u64 i = first; i <= last; i++)
		if (!hmm_dma_unmap_pfn(hmm->dev, &hmm->map, i))
			err = sim_set_error(sim_world, -ENOENT, "page %llu is not mapped", i);
	return machine_end(hmm->dev->sim->actor_name, err);
}

int svmsim_hmm_free(struct svmsim_hmm *hmm, bool in_one_stroke)
{
	int err = check_live(hmm);

	if (err)
		return err;
	machine_begin(hmm->handle.world);
	if (in_one_stroke && dma_use_iova(&hmm->map.state)) {
		dma_iova_with_holes_destroy(hmm->dev, &hmm->map.state, DMA_BIDIRECTIONAL, 0);
		/* hmm_dma_map_free() would free it a second time. */
		hmm->map.state = (struct dma_iova_state){};
	}
	hmm_dma_map_free(hmm->dev, &hmm->map);
	hmm->map.pfn_list = NULL;
	hmm->map.dma_list = NULL;
	return machine_end(hmm->dev->sim->actor_name, 0);
}

uint64_t svmsim_hmm_address(const struct svmsim_hmm *hmm, uint64_t page)
{
	return page < hmm->page_count ? hmm->address[page] : 0;
}

uint64_t svmsim_hmm_pages(const struct svmsim_hmm *hmm)
{
	return hmm->page_count;
}

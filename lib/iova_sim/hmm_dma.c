// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * HMM's DMA helpers: DMA addresses for a list of pfns, single pages of which come and go. Models
 * mm/hmm.c, v7.0. It stands in this layer, not with memory, since all it does is DMA.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>
#include "kernel/report.h"
#include "kernel/world.h"

/* A page that its owner keeps using: a copy of it would be of no use to the device. */
#define PFN_ATTRS DMA_ATTR_REQUIRE_COHERENT

int hmm_dma_map_alloc(struct device *dev, struct hmm_dma_map *map, size_t nr_entries,
		      size_t dma_entry_size)
{
	WARN_ON_ONCE(!(nr_entries * PAGE_SIZE / dma_entry_size));

	/* Either would mean syncs and bounce buffers, and with them a page that changes hands. */
	if (!dev->dma_skip_sync || dma_addressing_limited(dev))
		return -EOPNOTSUPP;

	map->pfn_list = kvcalloc(nr_entries, sizeof(*map->pfn_list), GFP_KERNEL | __GFP_NOWARN);
	map->dma_entry_size = dma_entry_size;
	if (!map->pfn_list)
		return -ENOMEM;
	if (dma_iova_try_alloc(dev, &map->state, 0, nr_entries * PAGE_SIZE) || !dma_need_unmap(dev))
		return 0;

	/* Without a window each page has an address of its own, to be kept for its unmap. */
	map->dma_list = kvzalloc_objs(*map->dma_list, nr_entries, GFP_KERNEL | __GFP_NOWARN);
	if (map->dma_list)
		return 0;
	kvfree(map->pfn_list);
	return -ENOMEM;
}
EXPORT_SYMBOL_GPL(hmm_dma_map_alloc);

void hmm_dma_map_free(struct device *dev, struct hmm_dma_map *map)
{
	if (dma_use_iova(&map->state))
		dma_iova_free(dev, &map->state);
	kvfree(map->dma_list);
	kvfree(map->pfn_list);
}
EXPORT_SYMBOL_GPL(hmm_dma_map_free);

/* Links one entry into the window and makes it visible to the hardware. */
static dma_addr_t map_in_window(struct device *dev, struct hmm_dma_map *map, size_t idx,
				phys_addr_t phys, unsigned long attrs)
{
	const size_t size = map->dma_entry_size, offset = idx * size;

	if (dma_iova_link(dev, &map->state, phys, offset, size, DMA_BIDIRECTIONAL, attrs))
		return DMA_MAPPING_ERROR;
	if (dma_iova_sync(dev, &map->state, offset, size)) {
		dma_iova_unlink(dev, &map->state, offset, size, DMA_BIDIRECTIONAL, attrs);
		return DMA_MAPPING_ERROR;
	}
	return map->state.addr + offset;
}

/* Maps one entry by itself; its address is kept where it is needed again. */
static dma_addr_t map_alone(struct device *dev, struct hmm_dma_map *map, size_t idx,
			    phys_addr_t phys, unsigned long attrs)
{
	dma_addr_t *dma_addrs = map->dma_list;
	dma_addr_t addr;

	if (WARN_ON_ONCE(dma_need_unmap(dev) && !dma_addrs))
		return DMA_MAPPING_ERROR;
	addr = dma_map_phys(dev, phys, map->dma_entry_size, DMA_BIDIRECTIONAL, attrs);
	if (dma_mapping_error(dev, addr))
		return DMA_MAPPING_ERROR;
	if (dma_need_unmap(dev))
		dma_addrs[idx] = addr;
	return addr;
}

/* Whether the address of an entry that is mapped is known without mapping it again. */
static bool mapped_addr(struct device *dev, struct hmm_dma_map *map, size_t idx, dma_addr_t *addr)
{
	const unsigned long mask = HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA_BUS;

	/* An address on the bus is not kept anywhere: it is worked out each time. */
	if ((map->pfn_list[idx] & mask) != HMM_PFN_DMA_MAPPED)
		return false;
	if (dma_use_iova(&map->state))
		*addr = map->state.addr + idx * map->dma_entry_size;
	else if (dma_need_unmap(dev))
		*addr = map->dma_list[idx];
	else
		return false;
	return true;
}

static dma_addr_t map_entry(struct device *dev, struct hmm_dma_map *map, size_t idx,
			    struct pci_p2pdma_map_state *p2pdma_state)
{
	unsigned long *pfn = &map->pfn_list[idx];
	phys_addr_t phys = hmm_pfn_to_phys(*pfn);
	unsigned long attrs = PFN_ATTRS;
	dma_addr_t addr;

	switch (pci_p2pdma_state(p2pdma_state, dev, hmm_pfn_to_page(*pfn))) {
	case PCI_P2PDMA_MAP_NONE:
		break;
	case PCI_P2PDMA_MAP_BUS_ADDR:
		*pfn |= HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA_BUS;
		return pci_p2pdma_bus_addr_map(p2pdma_state->mem, phys);
	case PCI_P2PDMA_MAP_THRU_HOST_BRIDGE:
		*pfn |= HMM_PFN_P2PDMA;
		attrs |= DMA_ATTR_MMIO;
		break;
	default:
		return DMA_MAPPING_ERROR;
	}

	if (dma_use_iova(&map->state))
		addr = map_in_window(dev, map, idx, phys, attrs);
	else
		addr = map_alone(dev, map, idx, phys, attrs);
	if (addr == DMA_MAPPING_ERROR)
		*pfn &= ~HMM_PFN_P2PDMA;
	else
		*pfn |= HMM_PFN_DMA_MAPPED;
	return addr;
}

dma_addr_t hmm_dma_map_pfn(struct device *dev, struct hmm_dma_map *map, size_t idx,
			   struct pci_p2pdma_map_state *p2pdma_state)
{
	dma_addr_t addr;

	if (mapped_addr(dev, map, idx, &addr))
		return addr;
	sim_scope_begin();
	addr = map_entry(dev, map, idx, p2pdma_state);
	sim_scope_end();
	return addr;
}
EXPORT_SYMBOL_GPL(hmm_dma_map_pfn);

bool hmm_dma_unmap_pfn(struct device *dev, struct hmm_dma_map *map, size_t idx)
{
	const unsigned long valid_dma = HMM_PFN_VALID | HMM_PFN_DMA_MAPPED;
	unsigned long *pfn = &map->pfn_list[idx];
	const size_t size = map->dma_entry_size;
	unsigned long attrs = PFN_ATTRS;

	if ((*pfn & valid_dma) != valid_dma)
		return false;
	if (*pfn & HMM_PFN_P2PDMA)
		attrs |= DMA_ATTR_MMIO;

	/* What was never in a page table of ours can't be taken out of one. */
	if (!(*pfn & HMM_PFN_P2PDMA_BUS)) {
		if (dma_use_iova(&map->state))
			dma_iova_unlink(dev, &map->state, idx * size, size, DMA_BIDIRECTIONAL,
					attrs);
		else if (dma_need_unmap(dev))
			dma_unmap_phys(dev, map->dma_list[idx], size, DMA_BIDIRECTIONAL, attrs);
	}
	*pfn &= ~(HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS);
	return true;
}
EXPORT_SYMBOL_GPL(hmm_dma_unmap_pfn);

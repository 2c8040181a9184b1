/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DMA addresses for a list of HMM's pfns, single pages of which come and go while the list lives.
 *
 * What to know before use, all of it the kernel's own behaviour:
 *
 * - Zero the map first: where there is IOVA space hmm_dma_map_alloc() does not touch dma_list, and
 *   hmm_dma_map_free() frees it.
 * - hmm_dma_map_pfn() needs an entry with HMM_PFN_VALID; the caller's lock keeps the page there.
 * - Every page is mapped for both directions, read-only ones too.
 * - hmm_dma_unmap_pfn() invalidates the IOTLB for its one page; the IOVA space stays, so a window
 *   with holes is the normal state of a map.
 * - hmm_dma_map_free() unlinks nothing: what is still linked stays in the page table behind the
 *   next owner of that IOVA space. Nor does it look whether the window was freed by other means:
 *   clear the state after dma_iova_destroy() and its like.
 */
#ifndef LINUX_HMM_DMA_H
#define LINUX_HMM_DMA_H

#include <linux/dma-mapping.h>

struct dma_iova_state;
struct pci_p2pdma_map_state;

/* fidelity: same */
struct hmm_dma_map {
	struct dma_iova_state state;
	unsigned long *pfn_list;
	dma_addr_t *dma_list;
	size_t dma_entry_size;
};

int hmm_dma_map_alloc(struct device *dev, struct hmm_dma_map *map, size_t nr_entries,
		      size_t dma_entry_size);
void hmm_dma_map_free(struct device *dev, struct hmm_dma_map *map);
dma_addr_t hmm_dma_map_pfn(struct device *dev, struct hmm_dma_map *map, size_t idx,
			   struct pci_p2pdma_map_state *p2pdma_state);
bool hmm_dma_unmap_pfn(struct device *dev, struct hmm_dma_map *map, size_t idx);

#endif

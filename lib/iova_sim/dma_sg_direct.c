// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Scatterlists without translation. Models kernel/dma/direct.c, v7.0; see dma_sg.h. */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/pci-p2pdma.h>
#include <linux/scatterlist.h>
#include "iova_sim/dma_direct.h"
#include "iova_sim/dma_sg.h"
#include "iova_sim/layer.h"

static int map_entry(struct device *dev, struct scatterlist *sg,
		     struct pci_p2pdma_map_state *state, enum dma_data_direction dir,
		     unsigned long attrs)
{
	switch (pci_p2pdma_state(state, dev, sg_page(sg))) {
	case PCI_P2PDMA_MAP_BUS_ADDR:
		sg_dma_address(sg) = pci_p2pdma_bus_addr_map(state->mem, sg_phys(sg));
		sg_dma_len(sg) = sg->length;
		sg_dma_mark_bus_address(sg);
		return 0;
	case PCI_P2PDMA_MAP_THRU_HOST_BRIDGE:
		if (iova_sim_has_quirk(SVMSIM_QUIRK_SG_DIRECT_PEER)) {
			sg_dma_len(sg) = sg->length;
			return 0;
		}
		attrs |= DMA_ATTR_MMIO;
		break;
	case PCI_P2PDMA_MAP_NONE:
		break;
	default:
		return -EREMOTEIO;
	}
	sg_dma_address(sg) = dma_direct_map_phys(dev, sg_phys(sg), sg->length, dir, attrs);
	if (sg_dma_address(sg) == DMA_MAPPING_ERROR)
		return -EIO;
	sg_dma_len(sg) = sg->length;
	iova_sim_watch(dma_map, dev, sg_dma_address(sg), sg_dma_address(sg), sg->length, dir);
	return 0;
}

int dma_direct_map_sg(struct device *dev, struct scatterlist *sgl, int nents,
		      enum dma_data_direction dir, unsigned long attrs)
{
	struct pci_p2pdma_map_state state = {};
	struct scatterlist *sg;
	int i, err;

	for_each_sg(sgl, sg, nents, i) {
		err = map_entry(dev, sg, &state, dir, attrs);
		if (err) {
			dma_direct_unmap_sg(dev, sgl, i, dir, attrs | DMA_ATTR_SKIP_CPU_SYNC);
			return err;
		}
	}
	return nents;
}

void dma_direct_unmap_sg(struct device *dev, struct scatterlist *sgl, int nents,
			 enum dma_data_direction dir, unsigned long attrs)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i) {
		if (sg_dma_is_bus_address(sg)) {
			sg_dma_unmark_bus_address(sg);
			continue;
		}
		iova_sim_watch(dma_unmap, dev, sg_dma_address(sg), sg_dma_len(sg), dir);
		dma_direct_unmap_phys(dev, sg_dma_address(sg), sg_dma_len(sg), dir, attrs);
	}
}

void dma_direct_sync_sg_for_cpu(struct device *dev, struct scatterlist *sgl, int nents,
				enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		dma_direct_sync_single_for_cpu(dev, sg_dma_address(sg), sg->length, dir);
}

void dma_direct_sync_sg_for_device(struct device *dev, struct scatterlist *sgl, int nents,
				   enum dma_data_direction dir)
{
	struct scatterlist *sg;
	int i;

	for_each_sg(sgl, sg, nents, i)
		dma_direct_sync_single_for_device(dev, sg_dma_address(sg), sg->length, dir);
}

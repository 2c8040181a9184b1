/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PCI_P2PDMA_H
#define _LINUX_PCI_P2PDMA_H

#include <linux/memremap.h>
#include <linux/pci.h>

/* fidelity: same */
struct p2pdma_provider {
	struct device *owner;
	u64 bus_offset;
};

enum pci_p2pdma_map_type {
	PCI_P2PDMA_MAP_UNKNOWN = 0,
	PCI_P2PDMA_MAP_NONE,
	PCI_P2PDMA_MAP_NOT_SUPPORTED,
	PCI_P2PDMA_MAP_BUS_ADDR,
	PCI_P2PDMA_MAP_THRU_HOST_BRIDGE,
};

struct pci_p2pdma_map_state {
	struct p2pdma_provider *mem;
	enum pci_p2pdma_map_type map;
};

/* fidelity: simplified: without a topology of switches no peer can be reached */
enum pci_p2pdma_map_type pci_p2pdma_map_type(struct p2pdma_provider *provider, struct device *dev);
void __pci_p2pdma_update_state(struct pci_p2pdma_map_state *state, struct device *dev,
			       struct page *page);

/* fidelity: same */
static inline enum pci_p2pdma_map_type pci_p2pdma_state(struct pci_p2pdma_map_state *state,
							struct device *dev, struct page *page)
{
	if (!is_pci_p2pdma_page(page))
		return PCI_P2PDMA_MAP_NONE;
	__pci_p2pdma_update_state(state, dev, page);
	return state->map;
}

static inline dma_addr_t pci_p2pdma_bus_addr_map(struct p2pdma_provider *provider,
						 phys_addr_t paddr)
{
	return paddr + provider->bus_offset;
}

#endif

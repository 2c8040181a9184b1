/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* How one PCI function reaches the memory of another: without a topology of switches not at all. */
#include <linux/export.h>
#include "iova_sim/p2pdma.h"

enum pci_p2pdma_map_type pci_p2pdma_map_type(struct p2pdma_provider *provider, struct device *dev)
{
	return PCI_P2PDMA_MAP_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(pci_p2pdma_map_type);

void __pci_p2pdma_update_state(struct pci_p2pdma_map_state *state, struct device *dev,
			       struct page *page)
{
	struct p2pdma_provider *mem = sim_p2p_provider_of(page);

	if (state->mem == mem)
		return;
	state->mem = mem;
	state->map = pci_p2pdma_map_type(mem, dev);
}
EXPORT_SYMBOL_GPL(__pci_p2pdma_update_state);

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef IOVA_SIM_P2PDMA_H
#define IOVA_SIM_P2PDMA_H

#include <linux/container_of.h>
#include <linux/pci-p2pdma.h>

/**
 * struct sim_p2p_pagemap - pages of a part of a BAR
 * @mem: their provider
 * @pgmap: zone and pagemap; last, since it ends in an array
 */
struct sim_p2p_pagemap {
	struct p2pdma_provider *mem;
	struct dev_pagemap pgmap;
};

/**
 * sim_p2p_provider_of - provider of a page
 * @page: page of MEMORY_DEVICE_PCI_P2PDMA
 *
 * Return: the provider of the BAR that it is in.
 */
static inline struct p2pdma_provider *sim_p2p_provider_of(const struct page *page)
{
	return container_of(page_pgmap(page), struct sim_p2p_pagemap, pgmap)->mem;
}

#endif

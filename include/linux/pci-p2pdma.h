/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PCI_P2PDMA_H
#define _LINUX_PCI_P2PDMA_H

#include <linux/memremap.h>
#include <linux/pci.h>
#include <linux/sim_absent.h>

struct scatterlist;

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

int pcim_p2pdma_init(struct pci_dev *pdev);
struct p2pdma_provider *pcim_p2pdma_provider(struct pci_dev *pdev, int bar);
int pci_p2pdma_distance_many(struct pci_dev *provider, struct device **clients, int num_clients,
			     bool verbose);
enum pci_p2pdma_map_type pci_p2pdma_map_type(struct p2pdma_provider *provider, struct device *dev);
void __pci_p2pdma_update_state(struct pci_p2pdma_map_state *state, struct device *dev,
			       struct page *page);

/* fidelity: simplified: no sysfs, so that user space can't allocate */
int pci_p2pdma_add_resource(struct pci_dev *pdev, int bar, size_t size, u64 offset);

/*
 * fidelity: simplified: memory that is still allocated when its driver goes is reported, where the
 * kernel waits for it forever
 */
void *pci_alloc_p2pmem(struct pci_dev *pdev, size_t size);
void pci_free_p2pmem(struct pci_dev *pdev, void *addr, size_t size);
pci_bus_addr_t pci_p2pmem_virt_to_bus(struct pci_dev *pdev, void *addr);
void pci_p2pmem_publish(struct pci_dev *pdev, bool publish);

/* fidelity: simplified: looks at the devices of the machine description in their order */
struct pci_dev *pci_p2pmem_find_many(struct device **clients, int num_clients);

/* fidelity: same */
static inline int pci_p2pdma_distance(struct pci_dev *provider, struct device *client, bool verbose)
{
	return pci_p2pdma_distance_many(provider, &client, 1, verbose);
}

static inline struct pci_dev *pci_p2pmem_find(struct device *client)
{
	return pci_p2pmem_find_many(&client, 1);
}

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

/* fidelity: absent */
static inline struct scatterlist *pci_p2pmem_alloc_sgl(struct pci_dev *pdev, unsigned int *nents,
						       u32 length)
{
	SIM_ABSENT("pci_p2pmem_alloc_sgl");
	return NULL;
}

static inline void pci_p2pmem_free_sgl(struct pci_dev *pdev, struct scatterlist *sgl)
{
	SIM_ABSENT("pci_p2pmem_free_sgl");
}

#endif

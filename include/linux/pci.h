/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_PCI_H
#define _LINUX_PCI_H

#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/pci_regs.h>
#include <linux/resource_ext.h>
#include <linux/types.h>

/* fidelity: same */
#define PCI_DEVFN(slot, func) ((((slot) & 0x1f) << 3) | ((func) & 0x07))
#define PCI_SLOT(devfn) (((devfn) >> 3) & 0x1f)
#define PCI_FUNC(devfn) ((devfn) & 0x07)
#define PCI_DEVID(bus, devfn) ((((u16)(bus)) << 8) | (devfn))
#define PCI_BUS_NUM(x) (((x) >> 8) & 0xff)

#define PCI_CLASS_BRIDGE_HOST 0x0600
#define PCI_CLASS_BRIDGE_PCI 0x0604
#define PCI_CLASS_DISPLAY_VGA 0x0300
#define PCI_CLASS_SYSTEM_OTHER 0x0880
#define PCI_VENDOR_ID_INTEL 0x8086
#define PCIBIOS_SUCCESSFUL 0x00
#define PCIBIOS_BAD_REGISTER_NUMBER 0x87

typedef u64 pci_bus_addr_t;

enum {
	PCI_STD_RESOURCES,
	PCI_STD_RESOURCE_END = PCI_STD_RESOURCES + PCI_STD_NUM_BARS - 1,
	PCI_ROM_RESOURCE,
	PCI_BRIDGE_IO_WINDOW,
	PCI_BRIDGE_MEM_WINDOW,
	PCI_BRIDGE_PREF_MEM_WINDOW,
	PCI_NUM_RESOURCES,
	DEVICE_COUNT_RESOURCE = PCI_NUM_RESOURCES,
};
#define PCI_BRIDGE_RESOURCES PCI_BRIDGE_IO_WINDOW

struct pci_driver {
	const char *name;
	struct device_driver driver;
};

struct pci_p2pdma;

/*
 * fidelity: simplified: topology, identity, resources and what DMA looks at; of config space, the
 * control register of ACS
 */
struct pci_dev {
	struct list_head bus_list;
	struct pci_bus *bus;
	struct pci_bus *subordinate;
	unsigned int devfn;
	unsigned short vendor;
	unsigned short device;
	unsigned int class;
	u8 revision;
	u8 hdr_type;
	u8 pcie_cap;
	u16 pcie_flags_reg;
	u16 acs_cap;
	u16 sim_acs_ctrl;
	struct pci_driver *driver;
	u64 dma_mask;
	struct device_dma_parameters dma_parms;
	struct device dev;
	struct resource resource[DEVICE_COUNT_RESOURCE];
	unsigned int multifunction : 1;
	unsigned int is_busmaster : 1;
	unsigned int ats_enabled : 1;
	unsigned int is_physfn : 1;
	unsigned int is_virtfn : 1;
	unsigned int untrusted : 1;
	unsigned int external_facing : 1;
	struct pci_p2pdma *p2pdma;
};

struct pci_bus {
	struct list_head node;
	struct pci_bus *parent;
	struct list_head children;
	struct list_head devices;
	struct pci_dev *self;
	struct resource busn_res;
	unsigned char number;
	unsigned char primary;
	int domain_nr;
	char name[48];
	struct device *bridge;
	struct device dev;
};

struct pci_host_bridge {
	struct device dev;
	struct pci_bus *bus;
	int busnr;
	int domain_nr;
	struct list_head windows;
	struct list_head dma_ranges;
};

/* fidelity: simplified: PCI_ACS_CTRL only; any other register is reported as absent */
int pci_read_config_word(const struct pci_dev *dev, int where, u16 *val);
int pci_write_config_word(const struct pci_dev *dev, int where, u16 val);

/* fidelity: same */
extern const struct bus_type pci_bus_type;

#define to_pci_dev(n) container_of(n, struct pci_dev, dev)
#define to_pci_host_bridge(n) container_of(n, struct pci_host_bridge, dev)
#define dev_is_pci(d) ((d)->bus == &pci_bus_type)

#define pci_resource_n(dev, bar) (&(dev)->resource[(bar)])
#define pci_resource_start(dev, bar) (pci_resource_n(dev, bar)->start)
#define pci_resource_end(dev, bar) (pci_resource_n(dev, bar)->end)
#define pci_resource_flags(dev, bar) (pci_resource_n(dev, bar)->flags)
#define pci_resource_len(dev, bar)                                                                 \
	(pci_resource_end((dev), (bar)) ? resource_size(pci_resource_n((dev), (bar))) : 0)

static inline const char *pci_name(const struct pci_dev *pdev)
{
	return dev_name(&pdev->dev);
}

static inline int pci_domain_nr(const struct pci_bus *bus)
{
	return bus->domain_nr;
}

static inline u16 pci_dev_id(const struct pci_dev *dev)
{
	return PCI_DEVID(dev->bus->number, dev->devfn);
}

static inline bool pci_is_root_bus(const struct pci_bus *bus)
{
	return !bus->parent;
}

static inline bool pci_is_bridge(const struct pci_dev *dev)
{
	return dev->hdr_type == PCI_HEADER_TYPE_BRIDGE;
}

static inline struct pci_dev *pci_physfn(struct pci_dev *dev)
{
	return dev;
}

static inline struct pci_dev *pci_upstream_bridge(struct pci_dev *dev)
{
	dev = pci_physfn(dev);
	if (pci_is_root_bus(dev->bus))
		return NULL;
	return dev->bus->self;
}

static inline bool pci_is_pcie(const struct pci_dev *dev)
{
	return dev->pcie_cap != 0;
}

static inline int pci_pcie_type(const struct pci_dev *dev)
{
	return (dev->pcie_flags_reg & PCI_EXP_FLAGS_TYPE) >> 4;
}

static inline struct pci_dev *pcie_find_root_port(struct pci_dev *dev)
{
	while (dev) {
		if (pci_is_pcie(dev) && pci_pcie_type(dev) == PCI_EXP_TYPE_ROOT_PORT)
			return dev;
		dev = pci_upstream_bridge(dev);
	}
	return NULL;
}

static inline void *pci_get_drvdata(struct pci_dev *pdev)
{
	return dev_get_drvdata(&pdev->dev);
}

static inline void pci_set_drvdata(struct pci_dev *pdev, void *data)
{
	dev_set_drvdata(&pdev->dev, data);
}

pci_bus_addr_t pci_bus_address(struct pci_dev *pdev, int bar);
struct pci_host_bridge *pci_find_host_bridge(struct pci_bus *bus);
struct pci_dev *pci_dev_get(struct pci_dev *dev);
void pci_dev_put(struct pci_dev *dev);

/* fidelity: simplified: domain 0 is the only one; a function found is returned with a reference */
struct pci_bus *pci_find_bus(int domain, int busnr);
struct pci_dev *pci_get_domain_bus_and_slot(int domain, unsigned int bus, unsigned int devfn);

#define pci_emerg(pdev, fmt, arg...) dev_emerg(&(pdev)->dev, fmt, ##arg)
#define pci_err(pdev, fmt, arg...) dev_err(&(pdev)->dev, fmt, ##arg)
#define pci_warn(pdev, fmt, arg...) dev_warn(&(pdev)->dev, fmt, ##arg)
#define pci_notice(pdev, fmt, arg...) dev_notice(&(pdev)->dev, fmt, ##arg)
#define pci_info(pdev, fmt, arg...) dev_info(&(pdev)->dev, fmt, ##arg)
#define pci_dbg(pdev, fmt, arg...) dev_dbg(&(pdev)->dev, fmt, ##arg)

#endif

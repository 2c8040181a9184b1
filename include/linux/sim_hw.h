/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What hardware does by itself, for models of devices above the kernel-API seam: their engines
 * read and write memory by DMA address, and reach memory of their own. No kernel function is
 * behind any of this.
 */
#ifndef _LINUX_SIM_HW_H
#define _LINUX_SIM_HW_H

#include <linux/types.h>

struct device;

/**
 * sim_hw_read - the device reads memory by DMA
 * @dev: device
 * @addr: DMA address, any alignment
 * @buf: filled
 * @bytes: size
 *
 * Return: 0, or -EFAULT: the IOMMU logged a fault; what came before it has been read.
 */
int sim_hw_read(struct device *dev, dma_addr_t addr, void *buf, size_t bytes);
/** sim_hw_write - the device writes memory by DMA; see sim_hw_read() */
int sim_hw_write(struct device *dev, dma_addr_t addr, const void *buf, size_t bytes);

/**
 * sim_hw_memory_add - give page frames of a device bytes that only devices reach
 * @first: physical address, page aligned, outside of RAM
 * @bytes: page aligned
 *
 * Until it is removed, or the run ends; costs memory only for what is touched.
 * Return: 0, or -EINVAL.
 */
int sim_hw_memory_add(phys_addr_t first, u64 bytes);
/** sim_hw_memory_remove - the reverse; @first as given there */
void sim_hw_memory_remove(phys_addr_t first);
/** sim_hw_memory_read - an engine of @dev reads such memory; 0 or -EFAULT when there is none */
int sim_hw_memory_read(struct device *dev, phys_addr_t addr, void *buf, size_t bytes);
/** sim_hw_memory_write - an engine writes it */
int sim_hw_memory_write(struct device *dev, phys_addr_t addr, const void *buf, size_t bytes);
/**
 * sim_hw_reached - the device reaches memory of its own whose bytes it keeps elsewhere
 * @dev: device
 * @addr: physical address, within one page
 * @buf: bytes that were read, or are about to be written
 * @bytes: size
 * @write: which of both
 */
void sim_hw_reached(struct device *dev, phys_addr_t addr, const void *buf, size_t bytes,
		    bool write);
/** sim_hw_memory_clear - an engine makes a range of it zero */
int sim_hw_memory_clear(phys_addr_t addr, u64 bytes);
/**
 * sim_hw_memory_copy - an engine copies between memory of devices
 * @to: physical address, page aligned
 * @from: physical address, page aligned
 * @bytes: whole pages
 *
 * Return: 0 or -EFAULT.
 */
int sim_hw_memory_copy(phys_addr_t to, phys_addr_t from, u64 bytes);

/**
 * sim_hw_copy_in - a copy engine moves pages from memory behind DMA addresses into the device's own
 * @dev: whose engine
 * @to: physical address in memory of a device, page aligned
 * @from: DMA address, page aligned
 * @bytes: whole pages
 *
 * Return: 0 or -EFAULT; pages before the fault have been copied.
 */
int sim_hw_copy_in(struct device *dev, phys_addr_t to, dma_addr_t from, u64 bytes);
/** sim_hw_copy_out - the other direction; see sim_hw_copy_in() */
int sim_hw_copy_out(struct device *dev, dma_addr_t to, phys_addr_t from, u64 bytes);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * A device's DMA engine. Each access is cut at pages, or at granules where these are smaller, and
 * each piece goes the way of a real request: IOTLB, else a walk of the table bits in RAM that
 * begins at a table of the walk cache, permission, bytes. What went through before a fault stays
 * done. A request whose address a switch on its way up leads to another device is not translated:
 * it reaches that device's memory, and no IOMMU hears of it.
 *
 * DOC: Not modelled
 *
 * A device drives all 64 address lines whatever its DMA mask says. Behind a physical address lie
 * RAM and memory of devices, but no registers.
 */
#ifndef IOVA_SIM_ENGINE_H
#define IOVA_SIM_ENGINE_H

#include <linux/types.h>

struct device;

/**
 * struct sim_dma_target - where an address leads
 * @phys: physical address
 * @last: last address that the same translation covers
 * @cached: an IOTLB entry or a table of the walk cache was used
 */
struct sim_dma_target {
	u64 phys;
	u64 last;
	bool cached;
};

/**
 * sim_dma_translate - translate one address as the hardware does for a request
 * @dev: device, attached
 * @addr: DMA address
 * @write: whether the request writes
 * @target: filled on success
 *
 * Fills the IOTLB and the walk cache. A device with direct mapping is not translated.
 * Return: 0, or -EFAULT after logging the fault and telling the watcher.
 */
int sim_dma_translate(struct device *dev, u64 addr, bool write, struct sim_dma_target *target);
/**
 * sim_dma_read - the device reads memory
 * @dev: device, attached
 * @addr: DMA address, any alignment
 * @buf: filled
 * @bytes: size
 *
 * Return: 0, or -EFAULT; then the bytes before the faulting piece have been read.
 */
int sim_dma_read(struct device *dev, u64 addr, void *buf, size_t bytes);
/**
 * sim_dma_write - the device writes memory
 * @dev: device, attached
 * @addr: DMA address, any alignment
 * @buf: bytes
 * @bytes: size
 *
 * Return: 0, or -EFAULT; then the bytes before the faulting piece have been written.
 */
int sim_dma_write(struct device *dev, u64 addr, const void *buf, size_t bytes);
/**
 * sim_dma_copy - the device's copy engine moves pages between RAM and memory of its own
 * @dev: device, attached
 * @addr: DMA address, page aligned
 * @own: physical address in the device's memory, page aligned
 * @bytes: whole pages
 * @write: to @addr; otherwise from there
 *
 * Contents stay generated where they are; see mm/phys.h.
 * Return: 0, or -EFAULT; then the pages before the fault have been copied.
 */
int sim_dma_copy(struct device *dev, u64 addr, phys_addr_t own, u64 bytes, bool write);
/**
 * sim_dma_own_memory - an engine reads or writes memory of a device, by physical address
 * @dev: whose engine
 * @own: where, in page frames of a device
 * @buf: filled, or written
 * @bytes: size
 * @write: direction
 *
 * Return: 0, or -EFAULT where there is none.
 */
int sim_dma_own_memory(struct device *dev, phys_addr_t own, void *buf, size_t bytes, bool write);

/* The oracles of memory hear of it beside those of DMA: before a write, after a read. */
void sim_dma_tell_memory(struct device *dev, u64 phys, const void *buf, size_t bytes, bool write);

#endif

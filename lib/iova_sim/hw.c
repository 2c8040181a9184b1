/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Hardware for models of devices above the seam (linux/sim_hw.h). */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sim_hw.h>
#include "iova_sim/engine.h"
#include "mm/phys.h"

int sim_hw_read(struct device *dev, dma_addr_t addr, void *buf, size_t bytes)
{
	return sim_dma_read(dev, addr, buf, bytes);
}
EXPORT_SYMBOL(sim_hw_read);

int sim_hw_write(struct device *dev, dma_addr_t addr, const void *buf, size_t bytes)
{
	return sim_dma_write(dev, addr, buf, bytes);
}
EXPORT_SYMBOL(sim_hw_write);

int sim_hw_memory_add(phys_addr_t first, u64 bytes)
{
	if (!bytes || !PAGE_ALIGNED(first | bytes) || sim_phys_is_ram(sim_world, first))
		return -EINVAL;
	sim_phys_device_memory_add(sim_world, first, bytes);
	return 0;
}
EXPORT_SYMBOL(sim_hw_memory_add);

void sim_hw_memory_remove(phys_addr_t first)
{
	sim_phys_window_remove(sim_world, first);
}
EXPORT_SYMBOL(sim_hw_memory_remove);

int sim_hw_memory_read(struct device *dev, phys_addr_t addr, void *buf, size_t bytes)
{
	return sim_dma_own_memory(dev, addr, buf, bytes, false);
}
EXPORT_SYMBOL(sim_hw_memory_read);

int sim_hw_memory_write(struct device *dev, phys_addr_t addr, const void *buf, size_t bytes)
{
	return sim_dma_own_memory(dev, addr, (void *)buf, bytes, true);
}
EXPORT_SYMBOL(sim_hw_memory_write);

void sim_hw_reached(struct device *dev, phys_addr_t addr, const void *buf, size_t bytes, bool write)
{
	sim_dma_tell_memory(dev, addr, buf, bytes, write);
}
EXPORT_SYMBOL(sim_hw_reached);

int sim_hw_memory_clear(phys_addr_t addr, u64 bytes)
{
	return sim_phys_device_set(sim_world, addr, 0, bytes);
}
EXPORT_SYMBOL(sim_hw_memory_clear);

int sim_hw_memory_copy(phys_addr_t to, phys_addr_t from, u64 bytes)
{
	int err = 0;

	SIM_ASSERT(PAGE_ALIGNED(to | from | bytes));
	for (u64 done = 0; done < bytes && !err; done += PAGE_SIZE)
		err = sim_phys_device_copy(sim_world, to + done, from + done, PAGE_SIZE);
	return err;
}
EXPORT_SYMBOL(sim_hw_memory_copy);

int sim_hw_copy_in(struct device *dev, phys_addr_t to, dma_addr_t from, u64 bytes)
{
	return sim_dma_copy(dev, from, to, bytes, false);
}
EXPORT_SYMBOL(sim_hw_copy_in);

int sim_hw_copy_out(struct device *dev, dma_addr_t to, phys_addr_t from, u64 bytes)
{
	return sim_dma_copy(dev, to, from, bytes, true);
}
EXPORT_SYMBOL(sim_hw_copy_out);

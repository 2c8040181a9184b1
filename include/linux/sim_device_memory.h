/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The hardware side of a device's private memory: what its copy engines and shaders do to it. A
 * driver model gives the region of its pagemap bytes here; CPUs and other devices never reach them.
 */
#ifndef _LINUX_SIM_DEVICE_MEMORY_H
#define _LINUX_SIM_DEVICE_MEMORY_H

#include <linux/types.h>

/* fidelity: same: ours, no kernel header */
/* From @first on, both page aligned; costs memory of the host only for what is written. */
void sim_device_memory_add(phys_addr_t first, u64 bytes);
void sim_device_memory_remove(phys_addr_t first);
/*
 * These reach RAM, windows and private memory by physical address; they may cross pages. 0, or
 * -EFAULT where there is nothing.
 */
int sim_device_memory_read(phys_addr_t phys, void *buf, size_t bytes);
int sim_device_memory_write(phys_addr_t phys, const void *buf, size_t bytes);
int sim_device_memory_set(phys_addr_t phys, u8 value, size_t bytes);
/* Pages that are copied whole are copied as such, whatever they hold: a tag or bytes. */
int sim_device_memory_copy(phys_addr_t to, phys_addr_t from, size_t bytes);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_DMA_MAP_OPS_H
#define _LINUX_DMA_MAP_OPS_H

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/types.h>

/* fidelity: same */
static inline bool dev_is_dma_coherent(struct device *dev)
{
	return dev->dma_coherent;
}

#endif

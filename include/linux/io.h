/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_IO_H
#define _LINUX_IO_H

#include <asm/page.h>
#include <linux/sim_absent.h>
#include <linux/types.h>

/* fidelity: absent */
static inline void __iomem *ioremap(phys_addr_t offset, size_t size)
{
	SIM_ABSENT("ioremap");
	return NULL;
}

static inline void iounmap(void __iomem *addr)
{
	SIM_ABSENT("iounmap");
}

#endif

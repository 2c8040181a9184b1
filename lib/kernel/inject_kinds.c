/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The kinds of failure. The errnos are those that a call into the modelled kernel, or what drives
 * it, can end with because of one failure of this kind, whatever it was called through.
 */
#include "kernel/inject.h"

SIM_FAULT_KIND(kmalloc, "kmalloc", true, "an object of kmalloc() or of a cache", -ENOMEM);
SIM_FAULT_KIND(percpu, "percpu", true, "a per-CPU object", -ENOMEM);
SIM_FAULT_KIND(page, "page", true, "pages of an order: page/0, page/9", -ENOMEM, -EIO);
SIM_FAULT_KIND(page_node, "page-node", true, "pages of an order on one node: page-node/9@1",
	       -ENOMEM, -EIO);
SIM_FAULT_KIND(iova, "iova", true, "a range of IOVA space", -ENOMEM, -EIO,
	       -EOPNOTSUPP);
SIM_FAULT_KIND(map, "map", true, "the driver maps a part of a range", -ENOMEM, -EIO);
SIM_FAULT_KIND(dma_map, "dma-map", true, "a mapping of the DMA API", -ENOMEM);
SIM_FAULT_KIND(sync, "sync", true, "the driver's iotlb_sync_map()", -ENOMEM, -EIO);
SIM_FAULT_KIND(bounce, "bounce", true, "a slot for a bounce buffer", -ENOMEM, -EIO);
SIM_FAULT_KIND(signal, "signal", true, "a signal comes during an interruptible wait", -EINTR,
	       -ERESTARTSYS);
SIM_FAULT_KIND(kill, "kill", true, "a fatal signal comes during a killable wait", -EINTR,
	       -ERESTARTSYS);
SIM_FAULT_KIND(trylock, "trylock", true, "a trylock", -EBUSY, -EAGAIN);
SIM_FAULT_KIND(module, "module", true, "try_module_get()", -ENODEV, -EINVAL, -ENOENT);
SIM_FAULT_KIND(unless_zero, "unless-zero", true, "a reference to what is still in use", -ENOENT,
	       -EAGAIN, -EBUSY);
SIM_FAULT_KIND(ww, "ww", true, "a ww_mutex has to back off", -EDEADLK);
SIM_FAULT_KIND(deadline, "deadline", true, "a deadline passes first", -ETIME, -ETIMEDOUT,
	       -EBUSY);
SIM_FAULT_KIND(fence, "fence", true, "a fence is signalled with an error", -EIO, -ECANCELED);

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/iova.h>
#include "iova_sim/iova_device.h"

#define LIMIT_4G 0xffffffffull

unsigned long iova_sim_alloc_pfn(struct iova_domain *iovad, unsigned long pages, u64 dma_limit,
				 bool *try_32bit, bool *fell_back)
{
	unsigned long shift = iova_shift(iovad);

	if (try_32bit && *try_32bit && dma_limit > LIMIT_4G) {
		/* Space that magazines hold is not worth a flush while there is space above. */
		unsigned long pfn = alloc_iova_fast(iovad, pages, LIMIT_4G >> shift, false);

		if (pfn)
			return pfn;
		*try_32bit = false;
		if (fell_back)
			*fell_back = true;
	}
	return alloc_iova_fast(iovad, pages, dma_limit >> shift, true);
}

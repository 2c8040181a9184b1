// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Scatterlists in the IOMMU core. Models iommu_map_sg(); drivers/iommu/iommu.c, v7.0. */
#include <linux/iommu.h>
#include <linux/scatterlist.h>
#include "iova_sim/dma_sg.h"

static int run_map(struct sim_sg_run *run)
{
	int err = iommu_map_nosync(run->domain, run->iova + run->mapped, run->phys, run->bytes,
				   run->prot, run->gfp);

	if (err)
		return err;
	run->mapped += run->bytes;
	run->bytes = 0;
	return 0;
}

int sim_sg_run_add(struct sim_sg_run *run, phys_addr_t phys, size_t bytes)
{
	if (run->bytes && phys != run->phys + run->bytes) {
		int err = run_map(run);

		if (err)
			return err;
	}
	if (!run->bytes)
		run->phys = phys;
	run->bytes += bytes;
	return 0;
}

ssize_t sim_sg_run_end(struct sim_sg_run *run, int err)
{
	if (!err && run->bytes)
		err = run_map(run);
	if (!err)
		err = iommu_sync_map(run->domain, run->iova, run->mapped);
	if (!err)
		return run->mapped;
	iommu_unmap(run->domain, run->iova, run->mapped);
	return err;
}

ssize_t iommu_map_sg(struct iommu_domain *domain, unsigned long iova, struct scatterlist *sg,
		     unsigned int nents, int prot, gfp_t gfp)
{
	struct sim_sg_run run = { .domain = domain, .iova = iova, .prot = prot, .gfp = gfp };
	struct scatterlist *entry;
	unsigned int i;
	int err = 0;

	for_each_sg(sg, entry, nents, i) {
		err = sim_sg_run_add(&run, sg_phys(entry),
				     sg_dma_is_bus_address(entry) ? 0 : entry->length);
		if (err)
			break;
	}
	return sim_sg_run_end(&run, err);
}

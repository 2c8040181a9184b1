/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Plain records of page tables, IOVA space and the IOTLB. */
#include <linux/errno.h>
#include <svmsim/inspect.h>
#include "iova_sim/iotlb.h"
#include "iova_sim/iova_walk.h"
#include "machine/machine_internal.h"

/*
 * The domain of a device. Without one there is nothing to walk: NULL, and @count set to -ENODEV
 * when there is no such device, to 0 when no IOMMU stands in front of it.
 */
static struct sim_domain *domain_of(struct svmsim_world *world, int device, long *count)
{
	struct device *dev;

	sim_world_enter(world);
	dev = machine_device(world, device);
	*count = dev ? 0 : -ENODEV;
	return dev && dev->sim->domain ? to_sim_domain(dev->sim->domain) : NULL;
}

long svmsim_walk_pt(struct svmsim_world *world, int device, struct svmsim_pte *records, size_t max)
{
	struct iopt_leaf leaf;
	long count;
	struct sim_domain *sdom = domain_of(world, device, &count);
	u64 iova = 0;

	if (!sdom)
		return count;
	if (sdom->domain.type == IOMMU_DOMAIN_IDENTITY)
		return 0;
	while (iopt_next_leaf(sdom, iova, ~0ull, &leaf)) {
		if ((size_t)count < max)
			records[count] = (struct svmsim_pte){
				.iova = leaf.iova,
				.phys = leaf.phys,
				.bytes = leaf.bytes,
				.level = leaf.level,
				.read = leaf.read,
				.write = leaf.write,
				.raw = leaf.raw,
			};
		count++;
		iova = leaf.iova + leaf.bytes;
		if (!iova)
			break;
	}
	return count;
}

long svmsim_walk_iova(struct svmsim_world *world, int device, struct svmsim_iova_range *records,
		      size_t max)
{
	long count;
	struct sim_domain *sdom = domain_of(world, device, &count);
	struct iova_domain *iovad;
	struct iova_record *found;
	size_t bytes;

	if (!sdom)
		return count;
	iovad = sim_dma_iovad(sdom);
	if (!iovad)
		return 0;
	count = iova_walk(iovad, NULL, 0);
	if (max > (size_t)count)
		max = count;
	if (!max)
		return count;
	bytes = max * sizeof(*found);
	found = sim_alloc(world, bytes);
	iova_walk(iovad, found, max);
	for (size_t i = 0; i < max; i++)
		records[i] = (struct svmsim_iova_range){
			.iova = (u64)found[i].pfn_lo << iova_shift(iovad),
			.bytes = (u64)(found[i].pfn_last - found[i].pfn_lo + 1)
				 << iova_shift(iovad),
			.cached = found[i].cached,
			.reserved = found[i].reserved,
		};
	sim_free(world, found, bytes);
	return count;
}

long svmsim_walk_iotlb(struct svmsim_world *world, int device, struct svmsim_iotlb_entry *records,
		       size_t max)
{
	struct iotlb_record found;
	const struct iotlb *iotlb;
	long count;
	struct sim_domain *sdom = domain_of(world, device, &count);

	if (!sdom)
		return count;
	iotlb = iova_sim_of(world)->iotlb;
	for (u32 set = 0; set < iotlb->set_count; set++)
		for (u32 way = 0; way < iotlb->way_count; way++) {
			if (!iotlb_record_get(iotlb, set, way, &found) ||
			    found.domain_index != sdom->index)
				continue;
			if ((size_t)count < max)
				records[count] = (struct svmsim_iotlb_entry){
					.iova = found.iova,
					.phys = found.phys,
					.bytes = found.bytes,
					.set = set,
					.way = way,
					.read = found.flags & IOTLB_READ,
					.write = found.flags & IOTLB_WRITE,
				};
			count++;
		}
	return count;
}

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * What the IOMMU driver prints when a device's access faults, in the words of each driver, within
 * the driver's own rate limit. Watchers hear of each fault, printed or not.
 *
 * DOC: Source
 *
 * drivers/iommu/intel/dmar.c, drivers/iommu/amd/iommu.c and
 * drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c, v7.0. Of these AMD's alone calls
 * report_iommu_fault(), which emits the event io_page_fault and whose handler can keep the line
 * from being printed.
 */
#ifndef IOVA_SIM_FAULT_LOG_H
#define IOVA_SIM_FAULT_LOG_H

#include <linux/types.h>

struct device;
struct sim_domain;

/**
 * enum sim_fault_kind - why an access did not go through
 * @SIM_FAULT_NOT_PRESENT: no translation
 * @SIM_FAULT_PERMISSION: a translation that lacks the permission
 * @SIM_FAULT_WIDTH: the address is wider than what the tables can translate
 * @SIM_FAULT_NO_MEMORY: it went through, but nobody answers at the physical address; the IOMMU has
 *	nothing to say about that
 * @SIM_FAULT_NO_PEER: memory of another device answers there, but the host bridge passes no
 *	requests to it
 */
enum sim_fault_kind {
	SIM_FAULT_NOT_PRESENT,
	SIM_FAULT_PERMISSION,
	SIM_FAULT_WIDTH,
	SIM_FAULT_NO_MEMORY,
	SIM_FAULT_NO_PEER,
};

/**
 * sim_fault_log - log a fault and tell the watcher
 * @dev: device whose access it was
 * @sdom: its domain, NULL without an IOMMU, which can only be @SIM_FAULT_NO_MEMORY
 * @addr: the address, with the offset in its page
 * @write: whether it was a write
 * @kind: why
 */
void sim_fault_log(struct device *dev, struct sim_domain *sdom, u64 addr, bool write,
		   enum sim_fault_kind kind);

#endif

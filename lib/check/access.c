/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a device's access tells: `iotlb-stale`, `iotlb-unsynced`, `dma-foreign`, `io-page-fault`.
 */
#include <linux/iommu.h>
#include <linux/mm.h>
#include "check/check.h"
#include "device/sim_device.h"
#include "iova_sim/dma_iommu.h"
#include "iova_sim/domain.h"
#include "mm/phys.h"

static struct sim_report *begin(enum sim_report_id id, struct device *dev,
				const struct chk_domain *books, u64 addr, bool write)
{
	struct sim_report *report = sim_report_begin(id);

	sim_report_field(report, "dev", "%s", dev->sim->actor);
	if (books)
		chk_field_at(report, books, addr);
	sim_report_field(report, "access", "%s", write ? "write" : "read");
	return report;
}

static bool is_stale(struct iommu_domain *domain, u64 addr, u64 phys, struct iopt_leaf *leaf)
{
	return !iopt_walk(to_sim_domain(domain), addr, leaf) ||
	       leaf->phys + (addr - leaf->iova) != phys;
}

static bool is_granted(const struct chk_ledger *grants, u64 addr, u64 phys, u64 bytes)
{
	for (u64 done = 0; done < bytes;) {
		const struct chk_node *node = chk_ledger_find(grants, addr + done);

		if (!node || chk_ledger_value(grants, node, addr + done) != phys + done)
			return false;
		done = node->last - addr + 1;
	}
	return true;
}

static void report_unsynced(struct device *dev, const struct chk_domain *books, u64 addr,
			    bool write, const char *outcome)
{
	struct sim_report *report = begin(SIM_REPORT_IOTLB_UNSYNCED, dev, books, addr, write);

	sim_report_field(report, "outcome", "%s", outcome);
	sim_report_raise(report);
}

static bool page_is_free(u64 phys)
{
	return sim_phys_is_ram(sim_world, phys) && !page_count(pfn_to_page(PHYS_PFN(phys)));
}

static void report_stale(struct device *dev, struct iommu_domain *domain, u64 addr, u64 phys,
			 bool write, const struct iopt_leaf *leaf)
{
	struct sim_report *report =
		begin(SIM_REPORT_IOTLB_STALE, dev, chk_domain_of(domain), addr, write);

	if (leaf->bytes)
		sim_report_line(report, "cached: 0x%llx, page table: 0x%llx", phys,
				leaf->phys + (addr - leaf->iova));
	else
		sim_report_line(report, "cached: 0x%llx, page table: nothing", phys);
	if (sim_dma_is_queued(domain, addr))
		sim_report_line(report, "the driver unmapped the address lazily: its entry stays "
					"until the flush queue is flushed");
	if (page_is_free(phys))
		sim_report_line(report, "the page has been freed");
	sim_report_raise(report);
}

void chk_access(struct device *dev, struct iommu_domain *domain, u64 addr, u64 phys, u64 bytes,
		bool write, bool cached)
{
	bool translated = domain && domain->type != IOMMU_DOMAIN_IDENTITY;
	struct chk_domain *books = translated ? chk_domain_of(domain) : NULL;
	const struct chk_ledger *grants =
		books ? &books->grants : &chk_state()->direct[dev->sim->index];
	struct iopt_leaf leaf = {};
	struct sim_report *report;

	if (translated && cached && is_stale(domain, addr, phys, &leaf)) {
		report_stale(dev, domain, addr, phys, write, &leaf);
		return;
	}
	if (books && chk_ledger_find(&books->unsynced, addr))
		report_unsynced(dev, books, addr, write, "luck");
	if (!is_granted(grants, addr, phys, bytes)) {
		report = begin(SIM_REPORT_DMA_FOREIGN, dev, books, addr, write);
		sim_report_line(report,
				"address 0x%llx led to 0x%llx, which no mapping of %s gives it",
				addr, phys, dev->sim->actor);
		sim_report_raise(report);
	}
}

/*
 * The page table has what was needed, so the fault came out of a cache: of an entry that says less,
 * or of a table that is none any more.
 */
static bool fault_is_stale(struct iommu_domain *domain, u64 addr, bool write)
{
	struct iopt_leaf leaf;

	return iopt_walk(to_sim_domain(domain), addr, &leaf) && (write ? leaf.write : leaf.read) &&
	       sim_phys_is_ram(sim_world, leaf.phys + (addr - leaf.iova));
}

void chk_fault(struct device *dev, struct iommu_domain *domain, u64 addr, bool write,
	       const char *reason)
{
	bool translated = domain && domain->type != IOMMU_DOMAIN_IDENTITY;
	struct chk_domain *books = translated ? chk_domain_of(domain) : NULL;
	struct sim_report *report, *cause = NULL;

	if (books && chk_ledger_find(&books->unsynced, addr)) {
		cause = begin(SIM_REPORT_IOTLB_UNSYNCED, dev, books, addr, write);
		sim_report_field(cause, "outcome", "fault");
		sim_report_raise(cause);
	} else if (books && fault_is_stale(domain, addr, write)) {
		cause = begin(SIM_REPORT_IOTLB_STALE, dev, books, addr, write);
		sim_report_field(cause, "outcome", "fault");
		sim_report_line(cause, "the page table translates this address");
		sim_report_raise(cause);
	}
	report = begin(SIM_REPORT_IO_PAGE_FAULT, dev, books, addr, write);
	sim_report_line(report, "%s", reason);
	if (cause)
		sim_report_attach(report, cause);
	sim_report_raise(report);
}

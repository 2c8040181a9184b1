/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * `iommu-unmap-split`, an unmap of part of a large leaf; `iommu-map-over`, a mapping laid over a
 * live one. The driver says what it met, these say what that means.
 */
#include <linux/iommu.h>
#include "check/check.h"

void chk_split(struct iommu_domain *domain, u64 iova, u64 size, u64 leaf_iova, u64 leaf_bytes,
	       u64 leaf_phys, u64 removed, bool corrupts)
{
	struct chk_state *state = chk_state();
	struct chk_domain *books = chk_domain_of(domain);
	const struct chk_node *window = chk_window_find(books, leaf_iova);
	struct sim_report *report;

	/* One call may ask the driver several times; the first answer says it all. */
	if (state->unmap.active && state->unmap.split)
		return;
	state->unmap.split = true;
	report = sim_report_begin(SIM_REPORT_IOMMU_UNMAP_SPLIT);
	sim_report_field(report, "dev", "%s", chk_domain_actor(domain));
	chk_field_at(report, books, iova);
	sim_report_pages(report, "want", size);
	sim_report_pages(report, "leaf", leaf_bytes);
	sim_report_pages(report, "removed", removed);
	if (corrupts && window)
		sim_report_offset(report, "corrupts", leaf_iova - window->start);
	sim_report_line(report, "one entry maps %llu pages; %llu of them were to be removed",
			leaf_bytes >> 12, size >> 12);
	if (corrupts)
		sim_report_line(report,
				"a real kernel would take the data page at 0x%llx for a table "
				"and write into it; the model changed nothing",
				leaf_phys);
	else if (removed)
		sim_report_line(report, "the driver removed the whole entry");
	else
		sim_report_line(report, "the driver refused and removed nothing of it");
	sim_report_raise(report);
}

void chk_map_over(struct iommu_domain *domain, u64 iova, u64 old_phys, u64 new_phys,
		  const char *effect)
{
	const struct chk_state *state = chk_state();
	struct chk_domain *books = chk_domain_of(domain);
	const struct chk_node *left = chk_ledger_find(&books->left, iova);
	struct sim_report *report = sim_report_begin(SIM_REPORT_IOMMU_MAP_OVER);

	sim_report_field(report, "dev", "%s", chk_domain_actor(domain));
	chk_field_at(report, books, iova);
	sim_report_field(report, "effect", "%s", effect);
	sim_report_line(report, "the entry leads to 0x%llx, the new one was to lead to 0x%llx",
			old_phys, new_phys);
	if (state->lost_last)
		sim_report_line(report, "the driver removed the whole entry, %llu pages of it",
				(state->lost_last - state->lost_start + 1) >> 12);
	if (left)
		sim_report_line(report, "the live entry was left behind by an earlier teardown");
	sim_report_raise(report);
}

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * `iommu-unmap-hole`: an unmap over addresses that are not linked. A driver that stops there and
 * returns less than was asked for is a finding, whether or not something stays behind; one that
 * goes across the hole and returns just what was asked for is a note.
 */
#include <linux/iommu.h>
#include <linux/minmax.h>
#include "check/check.h"

void chk_holes_unmap_begin(struct iommu_domain *domain, u64 iova, u64 size)
{
	struct chk_unmap *unmap = &chk_state()->unmap;
	struct chk_domain *books = chk_domain_of(domain);
	u64 last = iova + size - 1;

	chk_ledger_clear(&unmap->before);
	unmap->iova = iova;
	unmap->bytes = size;
	unmap->split = false;
	unmap->active = true;
	unmap->linked_bytes = chk_ledger_sum(&books->live, iova, last);
	if (unmap->linked_bytes == size)
		return;
	unmap->hole_iova = chk_ledger_gap(&books->live, iova, last);
	chk_ledger_copy(&unmap->before, &books->live, iova, last);
}

/* What the report names as left is not reported a second time by others. */
static void name_left(struct chk_domain *books, u64 iova, u64 last, struct sim_report *report)
{
	const struct chk_node *node = chk_ledger_first(&books->live, iova);

	chk_ledger_cut(&books->left, iova, last, NULL);
	for (; node && node->start <= last; node = chk_ledger_next(node))
		chk_ledger_add(&books->left, max(iova, node->start), min(last, node->last), 0,
			       report);
}

static void report_hole(struct iommu_domain *domain, const struct chk_unmap *unmap, u64 unmapped,
			u64 beyond_bytes)
{
	struct chk_domain *books = chk_domain_of(domain);
	const struct chk_node *window = chk_window_find(books, unmap->iova);
	u64 base = window ? window->start : unmap->iova;
	u64 last = unmap->iova + unmap->bytes - 1;
	u64 left_bytes = chk_ledger_sum(&books->live, unmap->iova, last);
	struct sim_report *report = sim_report_begin(SIM_REPORT_IOMMU_UNMAP_HOLE);

	sim_report_field(report, "dev", "%s", chk_domain_actor(domain));
	sim_report_offset(report, "at", unmap->hole_iova - base);
	sim_report_pages(report, "want", unmap->bytes);
	sim_report_pages(report, "got", unmapped);
	sim_report_pages(report, "left", left_bytes);
	if (beyond_bytes)
		sim_report_pages(report, "beyond", beyond_bytes);
	chk_draw_window(report, unmap->iova, unmap->bytes, &unmap->before, &books->live,
			unmap->iova + unmapped);
	if (beyond_bytes)
		sim_report_line(report, "live entries behind the range went away too: the driver "
					"enlarged the request to the span of the missing table");
	if (unmapped == unmap->bytes)
		sim_report_note(report);
	sim_report_raise(report);
	if (left_bytes)
		name_left(books, unmap->iova, last, report);
}

void chk_holes_unmap_end(struct iommu_domain *domain, u64 iova, u64 size, u64 unmapped)
{
	struct chk_unmap *unmap = &chk_state()->unmap;
	struct chk_domain *books = chk_domain_of(domain);
	u64 last = iova + size - 1, beyond_bytes = 0;
	bool freed_before;

	if (!unmap->active)
		return;
	unmap->active = false;
	if (unmapped > size)
		beyond_bytes = chk_ledger_sum(&books->live, last + 1, iova + unmapped - 1);
	chk_resync(domain, iova, max(size, unmapped));
	chk_resync_lost(domain);
	if (unmapped > size)
		beyond_bytes -= chk_ledger_sum(&books->live, last + 1, iova + unmapped - 1);

	/* Space that is not allocated any more is being torn down twice: iova-double-free. */
	freed_before = !chk_ledger_find(&books->windows, iova) &&
		       chk_ledger_find(&books->dead, iova);
	if (unmap->linked_bytes < size && !unmap->split && !(freed_before && !unmap->linked_bytes))
		report_hole(domain, unmap, unmapped, beyond_bytes);
	chk_ledger_clear(&unmap->before);
}

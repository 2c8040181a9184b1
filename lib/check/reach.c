/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * `dma-page-freed`: a page goes back to the allocator while a device can still reach it, through a
 * page table or, without one, through a streaming mapping that was never undone. `page-ref`: what
 * the page map says of wrong references.
 *
 * What counts is the page table, not the IOTLB. Under lazy invalidation nearly every driver frees a
 * page between its unmap and the flush, and does nothing wrong: unmapping promises that the device
 * is done with it. Only a device that breaks the promise does harm, and that is `iotlb-stale`.
 */
#include <linux/iommu.h>
#include <linux/minmax.h>
#include "check/check.h"
#include "device/sim_device.h"
#include "iova_sim/domain.h"
#include "iova_sim/layer.h"

#define REACH_UNITS (1ul << (CHK_REACH_SHIFT - CHK_REACH_UNIT_SHIFT))

static u16 *reach_slot(u64 unit, bool make)
{
	struct chk_state *state = chk_state();
	u64 chunk = unit / REACH_UNITS;

	/* Beyond the memory map: a device's BAR, or an address that only a page table knows. */
	if (chunk >= CHK_REACH_CHUNK_COUNT)
		return NULL;
	if (!state->reach_chunk[chunk]) {
		if (!make)
			return NULL;
		state->reach_chunk[chunk] = host_reserve(CHK_REACH_CHUNK_BYTES);
		SIM_ASSERT(state->reach_chunk[chunk]);
	}
	return &state->reach_chunk[chunk][unit % REACH_UNITS];
}

void chk_reach_add(u64 phys, u64 bytes)
{
	u64 last = (phys + bytes - 1) >> CHK_REACH_UNIT_SHIFT;

	for (u64 unit = phys >> CHK_REACH_UNIT_SHIFT; unit <= last; unit++) {
		u16 *slot = reach_slot(unit, true);

		/* A leaf may be larger than all there is to count. */
		if (!slot)
			return;
		if (*slot != 0xffff)
			++*slot;
	}
}

void chk_reach_remove(u64 phys, u64 bytes)
{
	u64 last = (phys + bytes - 1) >> CHK_REACH_UNIT_SHIFT;

	for (u64 unit = phys >> CHK_REACH_UNIT_SHIFT; unit <= last; unit++) {
		u16 *slot = reach_slot(unit, false);

		if (!slot)
			return;
		/* A saturated count stays: too many to tell. */
		if (*slot != 0xffff) {
			SIM_ASSERT(*slot > 0);
			--*slot;
		}
	}
}

unsigned int chk_reach_count(u64 phys)
{
	u64 first = phys >> 12 << (12 - CHK_REACH_UNIT_SHIFT);
	unsigned int count = 0;

	for (u64 unit = first; unit < first + (4096 >> CHK_REACH_UNIT_SHIFT); unit++) {
		u16 *slot = reach_slot(unit, false);

		if (slot && *slot > count)
			count = *slot;
	}
	return count;
}

/**
 * struct reacher - one way a device can reach a page
 * @actor: device
 * @domain: its domain, NULL without translation
 * @addr: DMA address of the page, or where its copy is
 * @is_copied: the device reaches a copy in a bounce buffer
 */
struct reacher {
	const char *actor;
	struct iommu_domain *domain;
	u64 addr;
	bool is_copied;
};

/* What @filler has is reached by nobody's doing; NULL for none. */
static bool ledger_reaches(const struct chk_ledger *ledger, const struct chk_ledger *filler,
			   u64 phys, u64 *addr)
{
	const struct chk_node *node = chk_ledger_first(ledger, 0);

	for (; node; node = chk_ledger_next(node)) {
		u64 bytes = node->last - node->start + 1;

		if (phys + 4095 < node->value || phys >= node->value + bytes)
			continue;
		*addr = node->start + (phys > node->value ? phys - node->value : 0);
		if (!filler || !chk_ledger_find(filler, *addr))
			return true;
	}
	return false;
}

static bool find_reacher(u64 phys, struct reacher *reacher)
{
	struct chk_state *state = chk_state();
	struct sim_domain *sdom;
	struct device *dev;

	*reacher = (struct reacher){};
	list_for_each_entry(sdom, &iova_sim_of(sim_world)->domains, node) {
		struct chk_domain *books = state->domain[sdom->index];

		if (!books || !ledger_reaches(&books->live, &books->filler, phys, &reacher->addr))
			continue;
		reacher->domain = &sdom->domain;
		reacher->actor = chk_domain_actor(&sdom->domain);
		return true;
	}
	for (unsigned int i = 0; (dev = sim_device_get(sim_world, i)); i++) {
		if (!ledger_reaches(&state->direct[i], NULL, phys, &reacher->addr))
			continue;
		reacher->actor = dev->sim->actor;
		return true;
	}
	if (!ledger_reaches(&state->bounced, NULL, phys, &reacher->addr))
		return false;
	dev = chk_ledger_find(&state->bounced, reacher->addr)->owner;
	reacher->actor = dev->sim->actor;
	reacher->is_copied = true;
	return true;
}

static void report_freed(u64 phys, u64 page_count)
{
	const struct chk_node *left = NULL;
	struct chk_domain *books = NULL;
	struct reacher reacher;
	struct sim_report *report;

	if (!find_reacher(phys, &reacher))
		return;
	report = sim_report_begin(SIM_REPORT_DMA_PAGE_FREED);
	sim_report_field(report, "dev", "%s", reacher.actor);
	if (reacher.domain) {
		books = chk_domain_of(reacher.domain);
		chk_field_at(report, books, reacher.addr);
		left = chk_ledger_find(&books->left, reacher.addr);
	}
	sim_report_pages(report, "size", page_count << 12);
	if (reacher.is_copied)
		sim_report_line(report, "a bounce buffer at 0x%llx stands for the page at 0x%llx",
				reacher.addr, phys);
	else
		sim_report_line(report,
				"the device reaches the page at 0x%llx through address 0x%llx",
				phys, reacher.addr);
	if (left)
		sim_report_attach(report, left->owner);
	sim_report_raise(report);
}

static bool is_reached(u64 phys)
{
	struct reacher reacher;

	if (!chk_reach_count(phys))
		return false;
	return !chk_state()->has_filler || find_reacher(phys, &reacher);
}

/* One report for each run of pages that are reached. */
void chk_page_free(unsigned long pfn, unsigned long count)
{
	unsigned long run = 0;

	for (unsigned long i = 0; i < count; i++) {
		if (is_reached((u64)(pfn + i) << 12)) {
			run++;
			continue;
		}
		if (run)
			report_freed((u64)(pfn + i - run) << 12, run);
		run = 0;
	}
	if (run)
		report_freed((u64)(pfn + count - run) << 12, run);
}

static void report_page(enum sim_report_id kind, unsigned long pfn, const char *what)
{
	struct sim_report *report = sim_report_begin(kind);

	sim_report_field(report, "what", "%s", what);
	sim_report_line(report, "page frame 0x%lx", pfn);
	sim_report_raise(report);
}

void chk_bad_ref(unsigned long pfn, const char *what)
{
	report_page(SIM_REPORT_PAGE_REF, pfn, what);
}

void chk_bad_lock(unsigned long pfn, const char *what)
{
	report_page(SIM_REPORT_PAGE_LOCK, pfn, what);
}

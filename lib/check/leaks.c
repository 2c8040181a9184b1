/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * `iommu-leak`, translations that outlive their IOVA space; `iova-leak`, space never freed;
 * `iova-double-free`, space freed when it was not allocated.
 */
#include <linux/iommu.h>
#include <linux/minmax.h>
#include "check/check.h"
#include "iova_sim/dma_debug.h"
#include "iova_sim/domain.h"
#include "iova_sim/layer.h"

void chk_iova_alloc(struct iommu_domain *domain, u64 iova, u64 bytes)
{
	struct chk_domain *books = chk_domain_of(domain);

	chk_ledger_cut(&books->dead, iova, iova + bytes - 1, NULL);
	chk_ledger_cut(&books->windows, iova, iova + bytes - 1, NULL);
	chk_ledger_add(&books->windows, iova, iova + bytes - 1, sim_world->step, NULL);
}

/*
 * Reports the live entries of [start, last]: those that an earlier report named follow from it, the
 * rest is a finding of its own and is named from now on.
 */
static void report_live(struct iommu_domain *domain, struct chk_domain *books, u64 start, u64 last,
			const char *when)
{
	const struct chk_node *named = chk_ledger_first(&books->left, start);
	struct sim_report *parent = named && named->start <= last ? named->owner : NULL;
	u64 named_bytes = chk_ledger_sum(&books->left, start, last);
	u64 live_bytes = chk_ledger_sum(&books->live, start, last);
	const struct chk_node *node;
	struct sim_report *report;

	if (!live_bytes)
		return;
	if (live_bytes > named_bytes)
		parent = NULL;
	report = sim_report_begin(SIM_REPORT_IOMMU_LEAK);
	sim_report_field(report, "dev", "%s", chk_domain_actor(domain));
	node = chk_ledger_first(&books->live, start);
	chk_field_at(report, books, max(start, node->start));
	sim_report_pages(report, "size", live_bytes);
	sim_report_field(report, "when", "%s", when);
	if (parent)
		sim_report_attach(report, parent);
	sim_report_raise(report);
	if (parent)
		return;
	chk_ledger_cut(&books->left, start, last, NULL);
	for (; node && node->start <= last; node = chk_ledger_next(node))
		chk_ledger_add(&books->left, max(start, node->start), min(last, node->last), 0,
			       report);
}

static void report_double_free(struct iommu_domain *domain, struct chk_domain *books, u64 iova,
			       u64 bytes)
{
	const struct chk_node *dead = chk_ledger_find(&books->dead, iova);
	const struct chk_node *owner = chk_ledger_find(&books->windows, iova);
	struct sim_report *report = sim_report_begin(SIM_REPORT_IOVA_DOUBLE_FREE);

	sim_report_field(report, "dev", "%s", chk_domain_actor(domain));
	sim_report_pages(report, "size", bytes);
	if (dead)
		sim_report_line(report, "this space was freed in step %llu", dead->value);
	else if (owner)
		sim_report_line(report, "this is the middle of a window allocated in step %llu",
				owner->value);
	else
		sim_report_line(report, "this space was never allocated");
	sim_report_raise(report);
}

void chk_iova_free(struct iommu_domain *domain, u64 iova, u64 bytes)
{
	struct chk_domain *books = chk_domain_of(domain);
	const struct chk_node *window = chk_ledger_find(&books->windows, iova);
	u64 start, last;

	if (!window || window->start != iova) {
		report_double_free(domain, books, iova, bytes);
		return;
	}
	start = window->start;
	last = window->last;
	chk_ledger_cut(&books->windows, start, last, NULL);
	chk_ledger_add(&books->dead, start, last, sim_world->step, NULL);
	chk_resync(domain, start, last - start + 1);
	report_live(domain, books, start, last, "free");
}

static void report_window(struct iommu_domain *domain, struct chk_domain *books,
			  const struct chk_node *window)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_IOVA_LEAK);
	struct sim_report *cause = sim_dma_debug_leak(domain, window->start, window->last);

	/* The space of a mapping that its driver left behind. */
	if (cause)
		sim_report_attach(report, cause);
	sim_report_field(report, "dev", "%s", chk_domain_actor(domain));
	sim_report_pages(report, "size", window->last - window->start + 1);
	sim_report_pages(report, "linked",
			 chk_ledger_sum(&books->live, window->start, window->last));
	sim_report_line(report, "allocated in step %llu", window->value);
	sim_report_raise(report);
}

/* What lies in windows went with them, what is left was named before; the rest is a leak. */
static void finish_domain(struct iommu_domain *domain, struct chk_domain *books)
{
	const struct chk_node *node = chk_ledger_first(&books->windows, 0);

	for (; node; node = chk_ledger_next(node))
		report_window(domain, books, node);
	node = chk_ledger_first(&books->live, 0);
	for (; node; node = chk_ledger_next(node)) {
		if (chk_ledger_find(&books->windows, node->start) ||
		    chk_ledger_find(&books->left, node->start))
			continue;
		report_live(domain, books, node->start, node->last, "teardown");
	}
}

void chk_leaks_finish(struct svmsim_world *world)
{
	struct chk_state *state = chk_state();
	struct sim_domain *sdom;

	list_for_each_entry(sdom, &iova_sim_of(world)->domains, node)
		if (sdom->index < CHK_DOMAIN_MAX && state->domain[sdom->index])
			finish_domain(&sdom->domain, state->domain[sdom->index]);
}

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/minmax.h>
#include "check/check.h"
#include "device/sim_device.h"
#include "iova_sim/dma_debug.h"
#include "iova_sim/domain.h"
#include "iova_sim/layer.h"
#include "mm/phys.h"

struct chk_domain *chk_domain_of(struct iommu_domain *domain)
{
	struct chk_state *state = chk_state();
	u32 index = to_sim_domain(domain)->index;
	struct chk_domain *books;

	SIM_ASSERT(index < CHK_DOMAIN_MAX);
	books = state->domain[index];
	if (!books) {
		books = sim_alloc(sim_world, sizeof(*books));
		books->grants.moving = true;
		books->live.moving = true;
		state->domain[index] = books;
	}
	return books;
}

const char *chk_domain_actor(struct iommu_domain *domain)
{
	struct device *dev;

	for (unsigned int i = 0; (dev = sim_device_get(sim_world, i)); i++)
		if (dev->sim->domain == domain)
			return dev->sim->actor;
	return "?";
}

bool chk_device_translated(struct device *dev)
{
	struct iommu_domain *domain = dev->sim->domain;

	return domain && domain->type != IOMMU_DOMAIN_IDENTITY;
}

const struct chk_node *chk_window_find(const struct chk_domain *books, u64 iova)
{
	const struct chk_node *node = chk_ledger_find(&books->windows, iova);

	return node ? node : chk_ledger_find(&books->dead, iova);
}

void chk_field_at(struct sim_report *report, const struct chk_domain *books, u64 iova)
{
	const struct chk_node *window = chk_window_find(books, iova);

	if (window)
		sim_report_offset(report, "at", iova - window->start);
}

/* What a hole report named is struck out where nothing is live any more. */
static void trim_left(struct chk_domain *books, u64 iova, u64 last)
{
	const struct chk_node *named = chk_ledger_first(&books->left, iova);
	u64 from = iova;

	if (!named || named->start > last)
		return;
	for (;;) {
		u64 gap = chk_ledger_gap(&books->live, from, last);
		const struct chk_node *live;

		if (gap > last || gap < from)
			return;
		live = chk_ledger_first(&books->live, gap);
		if (!live || live->start > last) {
			chk_ledger_cut(&books->left, gap, last, NULL);
			return;
		}
		chk_ledger_cut(&books->left, gap, live->start - 1, NULL);
		from = live->start;
	}
}

u64 chk_resync(struct iommu_domain *domain, u64 iova, u64 bytes)
{
	struct chk_domain *books = chk_domain_of(domain);
	u64 from = iova, last = iova + bytes - 1, live_bytes = 0;
	struct iopt_leaf leaf;

	chk_ledger_cut(&books->live, iova, last, chk_reach_remove);
	while (from <= last && iopt_next_leaf(to_sim_domain(domain), from, last, &leaf)) {
		u64 start = max(from, leaf.iova);
		u64 end = min(last, leaf.iova + leaf.bytes - 1);
		u64 phys = leaf.phys + (start - leaf.iova);

		chk_ledger_add(&books->live, start, end, phys, NULL);
		chk_reach_add(phys, end - start + 1);
		live_bytes += end - start + 1;
		if (end == last)
			break;
		from = end + 1;
	}
	trim_left(books, iova, last);
	return live_bytes;
}

void chk_resync_lost(struct iommu_domain *domain)
{
	struct chk_state *state = chk_state();

	if (!state->lost_last)
		return;
	chk_resync(domain, state->lost_start, state->lost_last - state->lost_start + 1);
	state->lost_last = 0;
}

static void on_map_begin(void *ctx, struct iommu_domain *domain, u64 iova, u64 paddr, u64 size)
{
	sim_report_from_caller();
	chk_state()->mapped_over = false;
	chk_state()->lost_last = 0;
}

static void on_map_end(void *ctx, struct iommu_domain *domain, u64 iova, u64 paddr, u64 size,
		       int prot, u64 mapped, int err)
{
	struct chk_domain *books;
	u64 last = iova + size - 1;

	sim_report_from_caller();
	chk_resync_lost(domain);
	if (err && size && chk_state()->mapped_over)
		/* What was replaced before the error is gone with what was taken back. */
		chk_resync(domain, iova, size);
	if (err || !size)
		return;
	books = chk_domain_of(domain);
	chk_ledger_cut(&books->grants, iova, last, NULL);
	chk_ledger_add(&books->grants, iova, last, paddr, NULL);
	chk_ledger_cut(&books->left, iova, last, NULL);
	if (chk_state()->mapped_over) {
		/* Which of the two translations is there now depends on the driver. */
		chk_resync(domain, iova, size);
	} else {
		chk_ledger_cut(&books->live, iova, last, chk_reach_remove);
		chk_ledger_add(&books->live, iova, last, paddr, NULL);
		chk_reach_add(paddr, size);
	}
	if (to_sim_domain(domain)->caching_mode) {
		chk_ledger_cut(&books->unsynced, iova, last, NULL);
		chk_ledger_add(&books->unsynced, iova, last, 0, NULL);
	}
}

static void on_unmap_begin(void *ctx, struct iommu_domain *domain, u64 iova, u64 size)
{
	struct chk_domain *books;

	sim_report_from_caller();
	if (!size)
		return;
	chk_state()->lost_last = 0;
	books = chk_domain_of(domain);
	chk_ledger_cut(&books->grants, iova, iova + size - 1, NULL);
	chk_ledger_cut(&books->unsynced, iova, iova + size - 1, NULL);
	chk_ledger_cut(&books->filler, iova, iova + size - 1, NULL);
	chk_holes_unmap_begin(domain, iova, size);
}

static void on_unmap_end(void *ctx, struct iommu_domain *domain, u64 iova, u64 size, u64 unmapped)
{
	sim_report_from_caller();
	if (size)
		chk_holes_unmap_end(domain, iova, size, unmapped);
}

static void on_split(void *ctx, struct iommu_domain *domain, u64 iova, u64 size, u64 leaf_iova,
		     u64 leaf_bytes, u64 leaf_phys, u64 removed, bool corrupts)
{
	struct chk_state *state = chk_state();

	sim_report_from_caller();
	if (removed) {
		u64 last = leaf_iova + (leaf_bytes - 1);

		if (!state->lost_last || leaf_iova < state->lost_start)
			state->lost_start = leaf_iova;
		state->lost_last = max(state->lost_last, last);
	}
	/* A map that takes a larger leaf away is a map over something live, and says so itself. */
	if (removed && !state->unmap.active)
		return;
	chk_split(domain, iova, size, leaf_iova, leaf_bytes, leaf_phys, removed, corrupts);
}

static void on_map_over(void *ctx, struct iommu_domain *domain, u64 iova, u64 old_phys,
			u64 new_phys, const char *effect)
{
	sim_report_from_caller();
	/* One call may meet several live entries; the first says it all. */
	if (!chk_state()->mapped_over)
		chk_map_over(domain, iova, old_phys, new_phys, effect);
	chk_state()->mapped_over = true;
}

static void on_synced(void *ctx, struct iommu_domain *domain, u64 iova, u64 size)
{
	sim_report_from_caller();
	if (size)
		chk_ledger_cut(&chk_domain_of(domain)->unsynced, iova, iova + size - 1, NULL);
}

/* The kernel maps there what it must not be asked for: whoever owns it may free it at any time. */
static void on_filler(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes)
{
	struct chk_domain *books = chk_domain_of(domain);

	chk_ledger_cut(&books->grants, iova, iova + bytes - 1, NULL);
	chk_ledger_add(&books->filler, iova, iova + bytes - 1, 0, NULL);
	chk_state()->has_filler = true;
}

static void on_iova_alloc(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes)
{
	sim_report_from_caller();
	chk_iova_alloc(domain, iova, bytes);
}

static void on_iova_free(void *ctx, struct iommu_domain *domain, u64 iova, u64 bytes)
{
	sim_report_from_caller();
	chk_iova_free(domain, iova, bytes);
}

/* Whether a grant goes on across @addr within a unit of reach; @phys is set to where. */
static bool splits_unit(const struct chk_ledger *direct, u64 addr, u64 *phys)
{
	const struct chk_node *node = addr ? chk_ledger_first(direct, addr - 1) : NULL;

	if (!node || node->start >= addr || node->last < addr)
		return false;
	*phys = chk_ledger_value(direct, node, addr);
	return *phys & ((1ull << CHK_REACH_UNIT_SHIFT) - 1);
}

/* Takes away a range of bytes. What remains of a unit that it cuts is still within reach. */
static void cut_direct(struct chk_ledger *direct, u64 start, u64 last)
{
	u64 first_phys, next_phys;
	bool is_first_split = splits_unit(direct, start, &first_phys);
	bool is_next_split = splits_unit(direct, last + 1, &next_phys);

	chk_ledger_cut(direct, start, last, chk_reach_remove);
	if (is_first_split)
		chk_reach_add(first_phys, 1);
	if (is_next_split)
		chk_reach_add(next_phys, 1);
}

/* A translated device's grants are those of its domain; this is for the others. */
static void on_dma_map(void *ctx, struct device *dev, u64 addr, u64 phys, u64 bytes, int dir)
{
	struct chk_ledger *direct = &chk_state()->direct[dev->sim->index];

	sim_report_from_caller();
	if (chk_device_translated(dev) || !bytes)
		return;
	cut_direct(direct, addr, addr + bytes - 1);
	chk_ledger_add(direct, addr, addr + bytes - 1, phys, NULL);
	chk_reach_add(phys, bytes);
}

static void on_dma_unmap(void *ctx, struct device *dev, u64 addr, u64 bytes, int dir)
{
	sim_report_from_caller();
	if (!chk_device_translated(dev) && bytes)
		cut_direct(&chk_state()->direct[dev->sim->index], addr, addr + bytes - 1);
}

static void on_bounce(void *ctx, struct device *dev, u64 copy, u64 phys, u64 bytes)
{
	sim_report_from_caller();
	if (!bytes)
		return;
	chk_ledger_cut(&chk_state()->bounced, copy, copy + bytes - 1, chk_reach_remove);
	chk_ledger_add(&chk_state()->bounced, copy, copy + bytes - 1, phys, dev);
	chk_reach_add(phys, bytes);
}

static void on_unbounce(void *ctx, u64 copy, u64 bytes)
{
	sim_report_from_caller();
	if (bytes)
		chk_ledger_cut(&chk_state()->bounced, copy, copy + bytes - 1, chk_reach_remove);
}

static void on_access(void *ctx, struct device *dev, struct iommu_domain *domain, u64 addr,
		      u64 phys, u64 bytes, bool write, bool cached)
{
	sim_report_from_caller();
	chk_access(dev, domain, addr, phys, bytes, write, cached);
}

static void on_fault(void *ctx, struct device *dev, struct iommu_domain *domain, u64 addr,
		     bool write, const char *reason)
{
	sim_report_from_caller();
	chk_fault(dev, domain, addr, write, reason);
}

static void on_page_free(void *ctx, unsigned long pfn, unsigned long count)
{
	sim_report_from_caller();
	chk_page_free(pfn, count);
}

static void on_bad_ref(void *ctx, unsigned long pfn, const char *what)
{
	sim_report_from_caller();
	chk_bad_ref(pfn, what);
}

static void on_bad_lock(void *ctx, unsigned long pfn, const char *what)
{
	sim_report_from_caller();
	chk_bad_lock(pfn, what);
}

static int check_make(struct svmsim_world *world)
{
	struct chk_state *state = sim_alloc(world, sizeof(*state));

	state->iova_watch = (struct iova_watch){
		.map_begin = on_map_begin,
		.map_end = on_map_end,
		.unmap_begin = on_unmap_begin,
		.unmap_end = on_unmap_end,
		.split = on_split,
		.map_over = on_map_over,
		.synced = on_synced,
		.filler = on_filler,
		.iova_alloc = on_iova_alloc,
		.iova_free = on_iova_free,
		.dma_map = on_dma_map,
		.dma_unmap = on_dma_unmap,
		.bounce = on_bounce,
		.unbounce = on_unbounce,
		.access = on_access,
		.fault = on_fault,
	};
	state->mm_watch = (struct mm_watch){
		.page_free = on_page_free,
		.bad_ref = on_bad_ref,
		.bad_lock = on_bad_lock,
	};
	state->mm = chk_mm_make(world, &state->mm_watch);
	for (unsigned int i = 0; i < SVMSIM_DEVICE_MAX; i++)
		state->direct[i].moving = true;
	state->unmap.before.moving = true;
	state->bounced.moving = true;
	world->slot[SIM_SLOT_CHECK] = state;
	return 0;
}

static void check_start(struct svmsim_world *world)
{
	struct chk_state *state = world->slot[SIM_SLOT_CHECK];

	iova_sim_set_watch(world, &state->iova_watch);
	sim_phys_set_watch(world, &state->mm_watch);
	sim_dma_debug_start(world);
}

static void check_reset(struct svmsim_world *world)
{
	struct chk_state *state = world->slot[SIM_SLOT_CHECK];

	iova_sim_set_watch(world, NULL);
	sim_phys_set_watch(world, NULL);
	for (unsigned int i = 0; i < CHK_DOMAIN_MAX; i++) {
		struct chk_domain *books = state->domain[i];

		if (!books)
			continue;
		chk_ledger_cut(&books->live, 0, ~0ull, chk_reach_remove);
		chk_ledger_clear(&books->grants);
		chk_ledger_clear(&books->windows);
		chk_ledger_clear(&books->dead);
		chk_ledger_clear(&books->left);
		chk_ledger_clear(&books->filler);
		chk_ledger_clear(&books->unsynced);
	}
	for (unsigned int i = 0; i < SVMSIM_DEVICE_MAX; i++)
		chk_ledger_cut(&state->direct[i], 0, ~0ull, chk_reach_remove);
	chk_ledger_cut(&state->bounced, 0, ~0ull, chk_reach_remove);
	chk_ledger_clear(&state->unmap.before);
	chk_mm_reset(state->mm);
	state->unmap.active = false;
	state->mapped_over = false;
	state->has_filler = false;
}

static void check_unmake(struct svmsim_world *world)
{
	struct chk_state *state = world->slot[SIM_SLOT_CHECK];

	check_reset(world);
	for (unsigned int i = 0; i < CHK_DOMAIN_MAX; i++)
		if (state->domain[i])
			sim_free(world, state->domain[i], sizeof(*state->domain[i]));
	for (unsigned int i = 0; i < CHK_REACH_CHUNK_COUNT; i++)
		if (state->reach_chunk[i])
			host_release(state->reach_chunk[i], CHK_REACH_CHUNK_BYTES);
	chk_mm_unmake(state->mm);
	sim_free(world, state, sizeof(*state));
	world->slot[SIM_SLOT_CHECK] = NULL;
}

static void check_finish(struct svmsim_world *world)
{
	chk_mm_finish(world);
	chk_leaks_finish(world);
}

const struct sim_layer sim_layer_check = {
	.name = "check",
	.slot = SIM_SLOT_CHECK,
	.make = check_make,
	.start = check_start,
	.finish = check_finish,
	.reset = check_reset,
	.unmake = check_unmake,
};

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Oracles: one file for each property, all of them outside the code that they judge. They listen at
 * the moments that the model offers (iova_sim/watch.h, mm/watch.h), keep books of their own, look
 * into page tables, and raise reports. They never change the model, so a run with them and one
 * without have the same digest up to the first report.
 *
 * DOC: Vocabulary
 *
 * grant   what the driver gave the device: from a map or link to the unmap or unlink of that range,
 *         whatever became of the page table.
 * live    what the page table really holds. Grants and live entries differ after a hole.
 * window  a range of IOVA space from its allocation until the driver frees it, which under lazy
 *         invalidation is some time before the allocator has it; kept afterwards, as dead, until
 *         the space is handed out again, so that reports can still name places in it.
 * left    live entries that a hole report already named: what follows from them is attached to it.
 *
 * DOC: DMA debugging
 *
 * One oracle is the kernel's own and sits inside of the model (iova_sim/dma_debug.h); this layer
 * turns it on. As in the kernel it is seen by code that asks: dma_need_unmap() says yes with it.
 *
 * DOC: Not modelled
 *
 * A window freed twice is not noticed when the same space was handed out to someone else between
 * the two: the second free takes the new owner's window, exactly as in the kernel, and the owner's
 * own free is what gets reported.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <linux/types.h>
#include "check/ledger.h"
#include "iova_sim/watch.h"
#include "kernel/world.h"
#include "mm/watch.h"

#define CHK_DOMAIN_MAX (SVMSIM_DEVICE_MAX * 4)
#define CHK_REACH_CHUNK_BYTES (sizeof(u16) << (CHK_REACH_SHIFT - CHK_REACH_UNIT_SHIFT))

struct chk_mm;
struct device;
struct iommu_domain;

/**
 * struct chk_domain - books of one domain
 * @grants: IOVA to physical address, as given
 * @live: IOVA to physical address, as the page table holds it
 * @windows: allocated IOVA space; value is the step of its allocation
 * @dead: freed IOVA space; value is the step of its freeing
 * @left: IOVA ranges named by hole reports; owner is the report
 * @filler: IOVA ranges between entries of scatterlists; live, but granted to nobody
 * @unsynced: IOVA ranges mapped but not yet synced, with caching mode
 */
struct chk_domain {
	struct chk_ledger grants;
	struct chk_ledger live;
	struct chk_ledger windows;
	struct chk_ledger dead;
	struct chk_ledger left;
	struct chk_ledger filler;
	struct chk_ledger unsynced;
};

/**
 * struct chk_unmap - an unmap under way
 * @iova: start, @bytes: length, as asked for
 * @bytes: see @iova
 * @linked_bytes: live before it, inside the range
 * @hole_iova: first address of the range that is not live, when @linked_bytes is less than @bytes
 * @split: a split was reported for this call
 * @before: picture of the window before it
 * @active: an unmap is under way
 */
struct chk_unmap {
	u64 iova;
	u64 bytes;
	u64 linked_bytes;
	u64 hole_iova;
	bool split;
	struct chk_ledger before;
	bool active;
};

/**
 * struct chk_state - the layer's slot
 * @iova_watch: given to lib/iova_sim
 * @mm_watch: given to lib/mm
 * @domain: books by domain index, made on first use
 * @direct: grants of devices that are not translated, by position in the machine
 * @bounced: bounce buffers to what they stand for; owner is the device
 * @unmap: the unmap under way
 * @mapped_over: a map under way met a live entry
 * @lost_start: the call under way took away leaves that reach beyond its range: from here ...
 * @lost_last: ... to here, inclusive; 0 when it did not
 * @has_filler: some domain has or had filler in this run
 * @reach_chunk: for each 1 GiB of physical space, how many live entries reach each 2 KiB; made when
 *	first needed
 * @mm: of the oracles of memory
 */
struct chk_state {
	struct iova_watch iova_watch;
	struct mm_watch mm_watch;
	struct chk_domain *domain[CHK_DOMAIN_MAX];
	struct chk_ledger direct[SVMSIM_DEVICE_MAX];
	struct chk_ledger bounced;
	struct chk_unmap unmap;
	bool mapped_over;
	bool has_filler;
	u64 lost_start;
	u64 lost_last;
	u16 *reach_chunk[CHK_REACH_CHUNK_COUNT];
	struct chk_mm *mm;
};

extern const struct sim_layer sim_layer_check;

/**
 * chk_mm_validate - walk all page tables and hold them against the counts of folios
 * @world: current world
 *
 * For moments when nothing is under way that has taken one step of two: between the actions of a
 * scenario, not inside of a parallel block. Raises `mm-state` for each invariant that is broken.
 * Return: how many.
 */
unsigned int chk_mm_validate(struct svmsim_world *world);
/**
 * chk_mm_settled - look for what migrations left behind
 * @world: current world
 *
 * At the end of a run, when no task is under way and address spaces are still there. Raises
 * `migration-left` for entries of migrations and for folios that are still locked.
 */
void chk_mm_settled(struct svmsim_world *world);

static inline struct chk_state *chk_state(void)
{
	return sim_world->slot[SIM_SLOT_CHECK];
}

/** chk_domain_of - books of a domain, made when missing; never NULL */
struct chk_domain *chk_domain_of(struct iommu_domain *domain);
/** chk_domain_actor - name of the first device attached to a domain, "?" if there is none */
const char *chk_domain_actor(struct iommu_domain *domain);
/** chk_device_translated - whether a device's DMA addresses go through page tables */
bool chk_device_translated(struct device *dev);

/**
 * chk_resync - make the live ledger of a range equal to the page table
 * @domain: domain
 * @iova: start
 * @bytes: length
 *
 * Return: bytes of the range that are live now.
 */
u64 chk_resync(struct iommu_domain *domain, u64 iova, u64 bytes);

/**
 * chk_resync_lost - the same for what the call under way took away beyond its range
 * @domain: domain
 */
void chk_resync_lost(struct iommu_domain *domain);

/**
 * chk_window_find - window that holds an address, living or dead
 * @books: of the domain
 * @iova: address
 *
 * Return: its ledger node, NULL if the address never belonged to one.
 */
const struct chk_node *chk_window_find(const struct chk_domain *books, u64 iova);
/** chk_field_at - add `at=+Np`, the place of @iova in its window; nothing when it has none */
void chk_field_at(struct sim_report *report, const struct chk_domain *books, u64 iova);

/* Each oracle's part of the callbacks; see iova_sim/watch.h and mm/watch.h for their meaning. */
void chk_holes_unmap_begin(struct iommu_domain *domain, u64 iova, u64 size);
void chk_holes_unmap_end(struct iommu_domain *domain, u64 iova, u64 size, u64 unmapped);
void chk_split(struct iommu_domain *domain, u64 iova, u64 size, u64 leaf_iova, u64 leaf_bytes,
	       u64 leaf_phys, u64 removed, bool corrupts);
void chk_map_over(struct iommu_domain *domain, u64 iova, u64 old_phys, u64 new_phys,
		  const char *effect);
void chk_iova_alloc(struct iommu_domain *domain, u64 iova, u64 bytes);
void chk_iova_free(struct iommu_domain *domain, u64 iova, u64 bytes);
void chk_leaks_finish(struct svmsim_world *world);
void chk_access(struct device *dev, struct iommu_domain *domain, u64 addr, u64 phys, u64 bytes,
		bool write, bool cached);
void chk_fault(struct device *dev, struct iommu_domain *domain, u64 addr, bool write,
	       const char *reason);
void chk_page_free(unsigned long pfn, unsigned long count);
void chk_bad_ref(unsigned long pfn, const char *what);
void chk_bad_lock(unsigned long pfn, const char *what);

/* Oracles of memory: their state, their callbacks, their end of a run. */
struct chk_mm *chk_mm_make(struct svmsim_world *world, struct mm_watch *watch);
void chk_mm_finish(struct svmsim_world *world);
void chk_mm_reset(struct chk_mm *state);
void chk_mm_unmake(struct chk_mm *state);

/* Live entries that reach physical memory; of a page counts the part that most of them reach. */
void chk_reach_add(u64 phys, u64 bytes);
void chk_reach_remove(u64 phys, u64 bytes);
unsigned int chk_reach_count(u64 phys);

/**
 * chk_draw_window - lines that show a range page by page, or in larger cells when it is long
 * @report: gets the lines
 * @iova: start of the range
 * @bytes: its length
 * @before: what was linked before the unmap
 * @after: what is live now
 * @stop_iova: where the unmap stopped
 */
void chk_draw_window(struct sim_report *report, u64 iova, u64 bytes,
		     const struct chk_ledger *before, const struct chk_ledger *after,
		     u64 stop_iova);

#endif

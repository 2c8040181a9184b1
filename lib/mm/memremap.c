/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Memory of devices gets pages. Models mm/memremap.c, v7.0; a page's zone and pagemap follow from
 * its page frame number until its driver initialises it, so that registering costs the same for a
 * page and for a terabyte.
 */
#include "kernel/completion.h"
#include "kernel/inject.h"
#include "mm/folio.h"
#include "mm/phys_internal.h"
#include <linux/device.h>
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/memremap.h>
#include <linux/sim_absent.h>
#include <linux/string.h>
#include <linux/topology.h>

#define FAIL_AT(primitive, text) SIM_SITE(SIM_POINT_FAIL, primitive, text)
/* Of a linear mapping that nobody follows. */
#define LINEAR_START 0xffff888000000000ull
#define MAX_FOLIO_ORDER 18
#define SUBSECTION_BYTES (1ull << 21)

/* Each page of these has a reference all the time. */
static bool is_counted_from_start(const struct dev_pagemap *pgmap)
{
	return pgmap->type != MEMORY_DEVICE_PRIVATE && pgmap->type != MEMORY_DEVICE_COHERENT;
}

struct dev_pagemap *get_dev_pagemap(unsigned long pfn)
{
	const struct sim_pgmap_range *range = phys_pgmap_range(phys_state(), pfn);

	if (!range || !range->pgmap->ref.data || !percpu_ref_tryget_live(&range->pgmap->ref))
		return NULL;
	return range->pgmap;
}
EXPORT_SYMBOL_GPL(get_dev_pagemap);

static bool is_taken(phys_addr_t phys)
{
	const struct sim_pgmap_range *range = phys_pgmap_range(phys_state(), PHYS_PFN(phys));

	/* One that is on its way out is not found by the kernel either. */
	return WARN(range && !percpu_ref_is_dying(&range->pgmap->ref),
		    "Conflicting mapping in same section\n");
}

/* Return: how much of a range is RAM: 0 nothing, 1 a part, 2 all. */
static int ram_in(const struct range *range)
{
	const struct sim_phys *state = phys_state();
	u64 bytes = 0;

	for (u64 i = range->start >> SIM_PHYS_CHUNK_SHIFT;
	     i < state->chunk_count && i <= range->end >> SIM_PHYS_CHUNK_SHIFT; i++) {
		const struct sim_phys_chunk *chunk = &state->chunks[i];
		u64 first = chunk->first > range->start ? chunk->first : range->start;
		u64 end = chunk->first + chunk->bytes;

		if (end > range->end + 1)
			end = range->end + 1;
		if (chunk->bytes && first < end)
			bytes += end - first;
	}
	if (!bytes)
		return 0;
	return bytes == range_len(range) ? 2 : 1;
}

static int check_range(const struct dev_pagemap *pgmap, const struct range *range)
{
	struct sim_phys *state = phys_state();
	/* BARs of the model may be smaller than what memory is plugged in by. */
	u64 align = pgmap->type == MEMORY_DEVICE_PCI_P2PDMA ? PAGE_SIZE : SUBSECTION_BYTES;
	int ram;

	if (is_taken(range->start) || is_taken(range->end))
		return -ENOMEM;
	ram = ram_in(range);
	if (WARN_ONCE(ram, "attempted on %s region %#llx-%#llx\n", ram == 1 ? "mixed" : "ram",
		      range->start, range->end))
		return -ENXIO;
	if (sim_inject(&sim_fault_kmalloc, FAIL_AT("xa_store_range", "pgmap_array")))
		return -ENOMEM;
	if (!PHYS_PFN(range->start) || range->end < range->start ||
	    PHYS_PFN(range->end) >= state->pfn_end)
		return -EINVAL;
	if (WARN((range->start | (range->end + 1)) & (align - 1),
		 "Misaligned __add_pages start: %#llx end: %#llx\n",
		 (u64)PHYS_PFN(range->start), (u64)PHYS_PFN(range->end)))
		return -EINVAL;
	if (sim_inject(&sim_fault_kmalloc, FAIL_AT("add_pages", "range")))
		return -ENOMEM;
	if (pgmap->type == MEMORY_DEVICE_PRIVATE || phys_window(state, PHYS_PFN(range->start)))
		return 0;
	SIM_ABSENT("memremap_pages of what has no bytes");
	return -ENXIO;
}

/* Pages of this type are in use from the start. */
static void init_generic(const struct range *range)
{
	u64 pages = PHYS_PFN(range_len(range));

	sim_phys_touch(sim_world, PHYS_PFN(range->start), pages);
	for (u64 i = 0; i < pages; i++) {
		struct folio *folio = pfn_folio(PHYS_PFN(range->start) + i);

		folio->flags.f |= 1UL << SIM_PG_ZONE_DEVICE;
		folio->pgmap = sim_pfn_pgmap(&folio->page);
		folio_set_count(folio, 1);
	}
}

static unsigned long pages_of(const struct range *range, const struct dev_pagemap *pgmap)
{
	return PHYS_PFN(range_len(range)) >> pgmap->vmemmap_shift;
}

static int add_range(struct dev_pagemap *pgmap, const struct range *range, int nid)
{
	int err = check_range(pgmap, range);

	if (err)
		return err;
	if (nid < 0)
		nid = numa_mem_id();
	phys_pgmap_range_add(sim_world, range, pgmap, nid);
	if (pgmap->type == MEMORY_DEVICE_GENERIC)
		init_generic(range);
	if (is_counted_from_start(pgmap))
		percpu_ref_get_many(&pgmap->ref, pages_of(range, pgmap));
	return 0;
}

static int check_ops(const struct dev_pagemap *pgmap)
{
	bool is_private = pgmap->type == MEMORY_DEVICE_PRIVATE;

	if (!is_private && pgmap->type != MEMORY_DEVICE_COHERENT) {
		WARN(!pgmap->type || pgmap->type > MEMORY_DEVICE_PCI_P2PDMA,
		     "Invalid pgmap type %d\n", pgmap->type);
		return 0;
	}
	if (is_private && WARN(!pgmap->ops || !pgmap->ops->migrate_to_ram,
			       "Missing migrate_to_ram method\n"))
		return -EINVAL;
	if (WARN(!pgmap->ops->folio_free && !pgmap->ops->page_free, "Missing folio_free method\n"))
		return -EINVAL;
	return WARN(!pgmap->owner, "Missing owner\n") ? -EINVAL : 0;
}

static void last_reference(struct percpu_ref *ref)
{
	complete(&container_of(ref, struct dev_pagemap, ref)->done);
}

void *memremap_pages(struct dev_pagemap *pgmap, int nid)
{
	const int nr_range = pgmap->nr_range;
	int err;

	if (WARN_ONCE(!nr_range, "nr_range must be specified\n"))
		return ERR_PTR(-EINVAL);
	if (WARN_ONCE(pgmap->vmemmap_shift > MAX_FOLIO_ORDER,
		      "requested folio size unsupported\n"))
		return ERR_PTR(-EINVAL);
	err = check_ops(pgmap);
	if (err)
		return ERR_PTR(err);
	init_completion(&pgmap->done);
	err = percpu_ref_init(&pgmap->ref, last_reference, 0, GFP_KERNEL);
	if (err)
		return ERR_PTR(err);
	/* As many as there are to unwind when one fails. */
	for (pgmap->nr_range = 0; pgmap->nr_range < nr_range; pgmap->nr_range++) {
		err = add_range(pgmap, &pgmap->ranges[pgmap->nr_range], nid);
		if (err)
			break;
	}
	if (err) {
		memunmap_pages(pgmap);
		pgmap->nr_range = nr_range;
		return ERR_PTR(err);
	}
	return (void *)(LINEAR_START + pgmap->ranges[0].start);
}
EXPORT_SYMBOL_GPL(memremap_pages);

/* Calls @visit for the pages of a range that a run can have written to; returns the sum. */
static u64 for_touched(const struct range *range, u64 (*visit)(struct page *page))
{
	const struct sim_phys *state = phys_state();
	u64 pfn = PHYS_PFN(range->start), end = PHYS_PFN(range->end) + 1, sum = 0;

	while (pfn < end) {
		u64 group = pfn >> GROUP_SHIFT;
		u64 word = state->touched[group / 64] >> group % 64;

		if (word & 1)
			sum += visit(phys_page(state, pfn++));
		else if (word)
			pfn = (group + 1) << GROUP_SHIFT;
		else
			pfn = (group / 64 + 1) * 64 << GROUP_SHIFT;
	}
	return sum;
}

static u64 is_in_use(struct page *page)
{
	return page_ref_count(page) > 0 ? folio_nr_pages((struct folio *)page) : 0;
}

/* Nothing of it is left for who registers the range next. */
static u64 forget(struct page *page)
{
	folio_lock_freed((struct folio *)page);
	memset(page, 0, sizeof(*page));
	return 0;
}

static u64 pages_in_use(const struct dev_pagemap *pgmap)
{
	u64 count = 0;

	for (int i = 0; i < pgmap->nr_range; i++)
		count += for_touched(&pgmap->ranges[i], is_in_use);
	return count;
}

/* For a pagemap whose pages count: a page that its users never give back is waited for forever. */
static void wait_for_pages(struct dev_pagemap *pgmap)
{
	struct sim_waiting waiting = {
		.verb = "completion",
		.name = "&pgmap->done",
		.object = &pgmap->done,
		.site = SIM_SITE(SIM_POINT_WAIT, "wait_for_completion", "&pgmap->done"),
	};
	u64 count = is_counted_from_start(pgmap) ? 0 : pages_in_use(pgmap);
	char text[80];

	if (count) {
		host_snprintf(text, sizeof(text), "&pgmap->done: %llu pages of it are in use",
			      (unsigned long long)count);
		waiting.name = sim_name_text(sim_world, sim_name(text));
	}
	sim_completion_wait(&pgmap->done, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT, &waiting);
}

static void remove_range(const struct range *range)
{
	const struct sim_phys *state = phys_state();
	u64 first = PHYS_PFN(range->start);

	/* Whoever can still reach it reaches nothing from now on. */
	if (state->watch && state->watch->page_free)
		state->watch->page_free(state->watch->ctx, first, PHYS_PFN(range_len(range)));
	for_touched(range, forget);
}

void memunmap_pages(struct dev_pagemap *pgmap)
{
	percpu_ref_kill(&pgmap->ref);
	if (is_counted_from_start(pgmap))
		for (int i = 0; i < pgmap->nr_range; i++)
			percpu_ref_put_many(&pgmap->ref, pages_of(&pgmap->ranges[i], pgmap));
	wait_for_pages(pgmap);
	if (pgmap->type == MEMORY_DEVICE_PCI_P2PDMA) {
		u64 count = pages_in_use(pgmap);

		WARN(count, "device memory goes while %llu pages of it are in use\n", count);
	}
	for (int i = 0; i < pgmap->nr_range; i++)
		remove_range(&pgmap->ranges[i]);
	sim_phys_pgmap_remove(sim_world, pgmap);
	percpu_ref_exit(&pgmap->ref);
}
EXPORT_SYMBOL_GPL(memunmap_pages);

static void release(void *pgmap)
{
	memunmap_pages(pgmap);
}

void *devm_memremap_pages(struct device *dev, struct dev_pagemap *pgmap)
{
	void *addr = memremap_pages(pgmap, dev_to_node(dev));
	int err;

	if (IS_ERR(addr))
		return addr;
	err = devm_add_action_or_reset(dev, release, pgmap);
	return err ? ERR_PTR(err) : addr;
}
EXPORT_SYMBOL_GPL(devm_memremap_pages);

void devm_memunmap_pages(struct device *dev, struct dev_pagemap *pgmap)
{
	devm_release_action(dev, release, pgmap);
}
EXPORT_SYMBOL_GPL(devm_memunmap_pages);

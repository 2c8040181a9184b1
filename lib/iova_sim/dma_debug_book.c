// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The books of DMA debugging: entries by address, and the cache lines in which mappings begin.
 * Models kernel/dma/debug.c, v7.0. Differs: a cache line remembers the promise of its first mapping
 * by itself; the kernel asks the first mapping, which may be gone.
 */
#include <linux/bug.h>
#include <linux/cache.h>
#include <linux/mm.h>
#include <linux/swiotlb.h>
#include "iova_sim/dma_debug_internal.h"

/* The kernel keeps the count in three tag bits. */
#define OVERLAP_MAX 7

struct dma_debug_bucket *dma_debug_bucket(struct dma_debug *debug, u64 dev_addr)
{
	return &debug->bucket[(dev_addr >> DMA_DEBUG_BUCKET_SHIFT) % DMA_DEBUG_BUCKET_COUNT];
}

static bool is_perfect(const struct dma_debug_entry *entry, const struct dma_debug_entry *ref)
{
	return entry->size == ref->size && entry->type == ref->type &&
	       entry->direction == ref->direction && entry->sg_call_ents == ref->sg_call_ents;
}

static bool is_same_start(const struct dma_debug_entry *entry, const struct dma_debug_entry *ref)
{
	return entry->dev == ref->dev && entry->dev_addr == ref->dev_addr;
}

/* The end of a range may wrap around: then a tiny end is inside of anything, as in the kernel. */
static bool is_covering(const struct dma_debug_entry *entry, const struct dma_debug_entry *ref)
{
	return entry->dev == ref->dev && entry->dev_addr <= ref->dev_addr &&
	       entry->dev_addr + entry->size >= ref->dev_addr + ref->size;
}

static struct dma_debug_entry *find_in(struct dma_debug_bucket *bucket,
				       const struct dma_debug_entry *ref,
				       bool (*match)(const struct dma_debug_entry *entry,
						     const struct dma_debug_entry *ref))
{
	struct dma_debug_entry *entry, *only = NULL;
	unsigned int count = 0;

	for (entry = bucket->first; entry; entry = entry->next) {
		if (!match(entry, ref))
			continue;
		if (is_perfect(entry, ref))
			return entry;
		only = entry;
		count++;
	}
	return count == 1 ? only : NULL;
}

struct dma_debug_entry *dma_debug_find(struct dma_debug *debug, const struct dma_debug_entry *ref)
{
	return find_in(dma_debug_bucket(debug, ref->dev_addr), ref, is_same_start);
}

struct dma_debug_entry *dma_debug_find_covering(struct dma_debug *debug,
						const struct dma_debug_entry *ref)
{
	u64 limit = (ref->dev_addr >> DMA_DEBUG_BUCKET_SHIFT) + 1;
	u64 addr = ref->dev_addr;

	if (limit > DMA_DEBUG_BUCKET_COUNT)
		limit = DMA_DEBUG_BUCKET_COUNT;
	while (limit--) {
		struct dma_debug_entry *entry =
			find_in(dma_debug_bucket(debug, addr), ref, is_covering);

		if (entry)
			return entry;
		addr -= 1ull << DMA_DEBUG_BUCKET_SHIFT;
	}
	return NULL;
}

static u64 line_number(const struct dma_debug_entry *entry)
{
	return entry->paddr >> L1_CACHE_SHIFT;
}

static struct dma_debug_line **line_slot(struct dma_debug *debug, u64 number)
{
	/* Mappings often begin at the start of a page, so that the low bits tell nothing. */
	u64 mixed = number ^ number >> (PAGE_SHIFT - L1_CACHE_SHIFT);
	struct dma_debug_line **slot = &debug->line[mixed % DMA_DEBUG_LINE_BUCKET_COUNT];

	while (*slot && (*slot)->number != number)
		slot = &(*slot)->next;
	return slot;
}

static void report_overlap(const struct dma_debug_entry *entry, const struct dma_debug_line *line)
{
	struct sim_report *report = dma_debug_report_begin(OVERLAP, entry->dev);

	sim_report_pages(report, "size", entry->size);
	sim_report_field(report, "dir", "%s", dma_debug_direction_word(entry->direction));
	sim_report_field(report, "other", "%s", line->owner);
	dma_debug_report_raise(report, entry->dev, NULL, OVERLAP);
}

/* Where small buffers bounce, neighbours in a line are not what the device gets to see. */
static bool is_bouncing(struct device *dev)
{
	return IS_ENABLED(CONFIG_DMA_BOUNCE_UNALIGNED_KMALLOC) && is_swiotlb_active(dev);
}

/* A line already taken: counts, and complains unless both mappings promised to leave it alone. */
static void line_taken(struct dma_debug_line *line, const struct dma_debug_entry *entry)
{
	phys_addr_t number = line->number;

	if (line->overlap < OVERLAP_MAX)
		line->overlap++;
	else
		WARN_ONCE(!entry->is_cache_clean,
			  "DMA-API: exceeded %d overlapping mappings of cacheline %pa\n",
			  OVERLAP_MAX, &number);
	if (!(entry->attrs & DMA_ATTR_SKIP_CPU_SYNC) &&
	    !(entry->is_cache_clean && line->is_cache_clean) &&
	    dma_get_cache_alignment() >= L1_CACHE_BYTES && !is_bouncing(entry->dev))
		report_overlap(entry, line);
}

static void line_add(struct dma_debug *debug, const struct dma_debug_entry *entry)
{
	struct dma_debug_line **slot, *line;

	/* Of what the device does not write, the CPU can have no stale copy. */
	if (entry->direction == DMA_TO_DEVICE)
		return;
	slot = line_slot(debug, line_number(entry));
	if (*slot) {
		line_taken(*slot, entry);
		return;
	}
	line = sim_alloc(sim_world, sizeof(*line));
	line->number = line_number(entry);
	line->is_cache_clean = entry->is_cache_clean;
	line->owner = entry->dev->sim ? entry->dev->sim->actor : dev_name(entry->dev);
	*slot = line;
	debug->line_count++;
}

static void line_drop(struct svmsim_world *world, struct dma_debug *debug,
		      struct dma_debug_line **slot)
{
	struct dma_debug_line *line = *slot;

	*slot = line->next;
	sim_free(world, line, sizeof(*line));
	debug->line_count--;
}

static void line_remove(struct dma_debug *debug, const struct dma_debug_entry *entry)
{
	struct dma_debug_line **slot;

	if (entry->direction == DMA_TO_DEVICE)
		return;
	slot = line_slot(debug, line_number(entry));
	/* There is none when more mappings ended than the counter had seen begin. */
	if (!*slot)
		return;
	if ((*slot)->overlap)
		(*slot)->overlap--;
	else
		line_drop(sim_world, debug, slot);
}

void dma_debug_add(struct dma_debug *debug, const struct dma_debug_entry *ref)
{
	struct dma_debug_bucket *bucket = dma_debug_bucket(debug, ref->dev_addr);
	struct dma_debug_entry *entry = sim_alloc(sim_world, sizeof(*entry));

	*entry = *ref;
	entry->step = sim_world->step;
	entry->is_cache_clean = entry->attrs & (DMA_ATTR_DEBUGGING_IGNORE_CACHELINES |
						DMA_ATTR_REQUIRE_COHERENT);
	entry->next = NULL;
	entry->prev = bucket->last;
	if (bucket->last)
		bucket->last->next = entry;
	else
		bucket->first = entry;
	bucket->last = entry;
	list_add_tail(&entry->node, &debug->entries);
	line_add(debug, entry);
}

static void entry_drop(struct svmsim_world *world, struct dma_debug *debug,
		       struct dma_debug_entry *entry)
{
	struct dma_debug_bucket *bucket = dma_debug_bucket(debug, entry->dev_addr);

	if (entry->prev)
		entry->prev->next = entry->next;
	else
		bucket->first = entry->next;
	if (entry->next)
		entry->next->prev = entry->prev;
	else
		bucket->last = entry->prev;
	list_del(&entry->node);
	sim_free(world, entry, sizeof(*entry));
}

void dma_debug_remove(struct dma_debug *debug, struct dma_debug_entry *entry)
{
	line_remove(debug, entry);
	entry_drop(sim_world, debug, entry);
}

static void forget(struct svmsim_world *world, struct dma_debug *debug)
{
	while (!list_empty(&debug->entries))
		entry_drop(world, debug,
			   list_first_entry(&debug->entries, struct dma_debug_entry, node));
	for (unsigned int i = 0; debug->line_count; i++)
		while (debug->line[i])
			line_drop(world, debug, &debug->line[i]);
	debug->area_count = 0;
	__builtin_memset(debug->leak, 0, sizeof(debug->leak));
}

static unsigned int bucket_index(const struct dma_debug_entry *entry)
{
	return (entry->dev_addr >> DMA_DEBUG_BUCKET_SHIFT) % DMA_DEBUG_BUCKET_COUNT;
}

/* The entry that the kernel meets last when it goes through all buckets; and how many there are. */
static const struct dma_debug_entry *last_of(const struct dma_debug *debug,
					     const struct device *dev, unsigned int *count)
{
	const struct dma_debug_entry *entry, *last = NULL;

	*count = 0;
	list_for_each_entry(entry, &debug->entries, node) {
		if (entry->dev != dev)
			continue;
		++*count;
		if (!last || bucket_index(entry) >= bucket_index(last))
			last = entry;
	}
	return last;
}

/* The driver has been unbound, and what it had managed is gone. */
static void on_unbound(struct device *dev)
{
	struct dma_debug *debug = dma_debug_get();
	const struct dma_debug_entry *entry;
	struct sim_report *report;
	unsigned int count;

	if (!debug)
		return;
	sim_report_from_caller();
	entry = last_of(debug, dev, &count);
	if (!entry)
		return;
	report = dma_debug_report_begin(LEAK, dev);
	sim_report_field(report, "count", "%u", count);
	sim_report_pages(report, "size", entry->size);
	sim_report_field(report, "mapped", "%s", dma_debug_type_name(entry->type));
	sim_report_field(report, "dir", "%s", dma_debug_direction_word(entry->direction));
	dma_debug_report_raise(report, dev, entry, LEAK, (int)count, entry->dev_addr, entry->size,
			       dma_debug_direction(entry->direction),
			       dma_debug_type_name(entry->type));
	if (dev->sim)
		debug->leak[dev->sim->index] = report;
}

struct sim_report *sim_dma_debug_leak(const struct iommu_domain *domain, u64 iova, u64 last)
{
	struct dma_debug *debug = dma_debug_get();
	const struct dma_debug_entry *entry;

	if (!debug)
		return NULL;
	list_for_each_entry(entry, &debug->entries, node) {
		const struct sim_device *sim = entry->dev->sim;

		if (sim && sim->domain == domain && entry->dev_addr >= iova &&
		    entry->dev_addr <= last && debug->leak[sim->index])
			return debug->leak[sim->index];
	}
	return NULL;
}

unsigned int sim_dma_debug_count(const struct device *dev)
{
	unsigned int count = 0;

	if (dma_debug_get())
		last_of(dma_debug_get(), dev, &count);
	return count;
}

void sim_dma_debug_start(struct svmsim_world *world)
{
	struct iova_sim *state = iova_sim_of(world);

	if (world->machine->no_dma_debug)
		return;
	if (!state->debug_memory) {
		state->debug_memory = sim_alloc(world, sizeof(*state->debug_memory));
		INIT_LIST_HEAD(&state->debug_memory->entries);
	}
	forget(world, state->debug_memory);
	state->debug = state->debug_memory;
	sim_device_set_unbound(world, on_unbound);
}

void sim_dma_debug_stop(struct svmsim_world *world)
{
	struct iova_sim *state = iova_sim_of(world);

	if (state->debug_memory)
		forget(world, state->debug_memory);
	state->debug = NULL;
}

void sim_dma_debug_free(struct svmsim_world *world)
{
	struct iova_sim *state = iova_sim_of(world);

	sim_dma_debug_stop(world);
	sim_free(world, state->debug_memory, sizeof(*state->debug_memory));
	state->debug_memory = NULL;
}

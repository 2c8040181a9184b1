// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * The driver's side of a region, as kernel code. What is missing of a real driver: a process whose
 * pages these are (they come from the page allocator here) and the notifier that takes them away
 * (region_invalidate() is called instead).
 */
#include <linux/hmm-dma.h>
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pci-p2pdma.h>
#include <linux/slab.h>
#include "device/sim_device.h"
#include "iova_sim/engine.h"
#include "iova_sim/iotlb.h"
#include "iova_sim/layer.h"
#include "region.h"

/* As the helpers link: whatever else a page needs is between them and the page. */
#define DIR DMA_BIDIRECTIONAL
#define ATTRS DMA_ATTR_REQUIRE_COHERENT
#define STICKY (HMM_PFN_DMA_MAPPED | HMM_PFN_P2PDMA | HMM_PFN_P2PDMA_BUS)

/**
 * struct region - a region
 * @world: its world
 * @dev: device
 * @lock: held while entries are looked at or changed, as a notifier's user lock would be
 * @map: pages and where the device finds them
 * @p2p: what is known of the last peer
 * @page_count: pages
 */
struct region {
	struct svmsim_world *world;
	struct device *dev;
	struct mutex lock;
	struct hmm_dma_map map;
	struct pci_p2pdma_map_state p2p;
	size_t page_count;
};

struct region *region_make(struct svmsim_world *world, uint64_t page_count)
{
	struct region *region;

	sim_world_enter(world);
	/* Zeroed, as hmm_dma_map_alloc() wants its map. */
	region = kzalloc_obj(*region);
	if (!region)
		return NULL;
	region->world = world;
	region->dev = sim_device_get(world, 0);
	region->page_count = page_count;
	mutex_init(&region->lock);
	if (hmm_dma_map_alloc(region->dev, &region->map, page_count, PAGE_SIZE)) {
		kfree(region);
		return NULL;
	}
	return region;
}

static bool is_mapped(const struct hmm_dma_map *map, size_t index)
{
	const unsigned long both = HMM_PFN_VALID | HMM_PFN_DMA_MAPPED;

	return (map->pfn_list[index] & both) == both;
}

bool region_holds(const struct region *region, uint64_t page)
{
	return is_mapped(&region->map, page);
}

/* The entry's page goes back to where it came from. */
static void entry_clear(struct region *region, size_t index)
{
	unsigned long *pfn = &region->map.pfn_list[index];

	if (*pfn & HMM_PFN_VALID)
		put_page(hmm_pfn_to_page(*pfn));
	*pfn = 0;
}

int region_fault(struct region *region, uint64_t page)
{
	struct page *memory;
	int err = 0;

	sim_world_enter(region->world);
	memory = alloc_page(GFP_KERNEL);
	if (!memory)
		return -ENOMEM;
	mutex_lock(&region->lock);
	region->map.pfn_list[page] = HMM_PFN_VALID | HMM_PFN_WRITE | page_to_pfn(memory);
	if (hmm_dma_map_pfn(region->dev, &region->map, page, &region->p2p) == DMA_MAPPING_ERROR) {
		entry_clear(region, page);
		err = -EIO;
	}
	mutex_unlock(&region->lock);
	return err;
}

void region_invalidate(struct region *region, uint64_t page)
{
	sim_world_enter(region->world);
	mutex_lock(&region->lock);
	hmm_dma_unmap_pfn(region->dev, &region->map, page);
	entry_clear(region, page);
	mutex_unlock(&region->lock);
}

int region_use(struct region *region, uint64_t page)
{
	dma_addr_t addr;
	u64 word;
	int err;

	sim_world_enter(region->world);
	mutex_lock(&region->lock);
	/* Of an entry that is mapped this is the address and nothing more. */
	addr = hmm_dma_map_pfn(region->dev, &region->map, page, &region->p2p);
	mutex_unlock(&region->lock);
	err = sim_dma_read(region->dev, addr, &word, sizeof(word));
	if (!err)
		err = sim_dma_write(region->dev, addr, &word, sizeof(word));
	return err;
}

static u64 unmap_each_page(struct device *dev, struct hmm_dma_map *map, size_t nr_entries)
{
	u64 calls = 0;

	for (size_t i = 0; i < nr_entries; i++)
		calls += hmm_dma_unmap_pfn(dev, map, i);
	return calls;
}

/* Links that touch may go together, however many calls made them. */
static u64 unmap_each_run(struct device *dev, struct hmm_dma_map *map, size_t nr_entries)
{
	size_t first, end;
	u64 calls = 0;

	for (first = 0; first < nr_entries; first = end + 1) {
		for (end = first; end < nr_entries && is_mapped(map, end); end++)
			map->pfn_list[end] &= ~STICKY;
		if (end == first)
			continue;
		dma_iova_unlink(dev, &map->state, first * PAGE_SIZE, (end - first) * PAGE_SIZE, DIR,
				ATTRS);
		calls++;
	}
	return calls;
}

/**
 * unmap_in_one_stroke - take all mappings of a map away, holes or not, and free its window
 * @dev: device
 * @map: map; hmm_dma_map_free() frees the rest of it
 * @nr_entries: its entries
 *
 * hmm_dma_map_free() itself unlinks nothing, and dma_iova_destroy() wants a window without holes.
 * What to see to:
 *
 * - The state is not cleared when its window is freed. Clear it, or hmm_dma_map_free() frees the
 *   window again, which may be somebody else's by then.
 * - Pages of peers that are reached over the bus were never linked; nothing is to be done for them.
 *   Those that are reached through the host bridge were linked as registers; that matters to
 *   devices that do not snoop, and such a device has no map.
 * - Without a window every page has a mapping of its own, and goes by itself.
 *
 * Return: calls of the DMA API.
 */
static u64 unmap_in_one_stroke(struct device *dev, struct hmm_dma_map *map, size_t nr_entries)
{
	if (!dma_use_iova(&map->state))
		return unmap_each_page(dev, map, nr_entries);

	dma_iova_with_holes_destroy(dev, &map->state, DIR, ATTRS);
	map->state = (struct dma_iova_state){};
	for (size_t i = 0; i < nr_entries; i++)
		map->pfn_list[i] &= ~STICKY;
	return 1;
}

/* As the one above would look with the call that there is: it stops at the first hole. */
static u64 unmap_by_destroy(struct device *dev, struct hmm_dma_map *map, size_t nr_entries)
{
	dma_iova_destroy(dev, &map->state, nr_entries * PAGE_SIZE, DIR, ATTRS);
	map->state = (struct dma_iova_state){};
	return 1;
}

uint64_t region_end(struct region *region, enum region_teardown how)
{
	struct hmm_dma_map *map = &region->map;
	struct device *dev = region->dev;
	u64 calls = 0;

	sim_world_enter(region->world);
	mutex_lock(&region->lock);
	switch (how) {
	case REGION_EACH_PAGE:
		calls = unmap_each_page(dev, map, region->page_count);
		break;
	case REGION_EACH_RUN:
		calls = unmap_each_run(dev, map, region->page_count);
		break;
	case REGION_ONE_STROKE:
		calls = unmap_in_one_stroke(dev, map, region->page_count);
		break;
	case REGION_DESTROY:
		calls = unmap_by_destroy(dev, map, region->page_count);
		break;
	case REGION_FREE:
		break;
	}
	for (size_t i = 0; i < region->page_count; i++)
		entry_clear(region, i);
	mutex_unlock(&region->lock);
	hmm_dma_map_free(dev, map);
	mutex_destroy(&region->lock);
	kfree(region);
	return calls;
}

uint64_t region_walks(const struct svmsim_world *world)
{
	return iova_sim_of(world)->iotlb->miss_count;
}

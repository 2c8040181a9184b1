/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Random pages come and go, against an array that knows for each entry which page it has and
 * whether it is mapped. The flags, the addresses and what the device reaches must agree all along.
 */
#include <linux/errno.h>
#include "hmm_fixture.h"

#define ENTRY_MAX 300
#define PAGE_MAX 64
#define STEPS 20000

/* What the array knows of an entry. */
struct entry {
	u64 phys;
	unsigned long flags;
	u64 addr;
	bool is_valid;
	bool is_mapped;
};

struct model {
	struct hmm_bed *bed;
	struct entry entries[ENTRY_MAX];
	u64 pages[PAGE_MAX];
	uint64_t seed;
	unsigned int mapped_count;
	/* Calls that must have reached the IOMMU. */
	u64 maps;
	u64 unmaps;
};

static u64 count_of(const struct model *m, enum sim_event_id id)
{
	return m->bed->f->world->events.count[id];
}

static u64 pick(struct model *m, u64 below)
{
	return ktest_random(&m->seed) % below;
}

/* How the device sees an entry's address: through a table, or straight. */
static void check_reach(struct model *m, const struct entry *entry)
{
	struct sim_domain *sdom = m->bed->f->sdom;
	struct sim_dma_target target;

	ktest_assert_int_equal(sim_dma_translate(m->bed->f->dev, entry->addr, true, &target), 0);
	ktest_assert_u64_equal(target.phys, entry->phys);
	if (sdom->domain.type != IOMMU_DOMAIN_IDENTITY)
		ktest_assert_u64_equal(iommu_iova_to_phys(&sdom->domain, entry->addr),
				       entry->phys);
}

static void check_entry(struct model *m, size_t index)
{
	const struct entry *entry = &m->entries[index];
	const struct hmm_dma_map *map = &m->bed->map;
	unsigned long expected = 0;

	if (entry->is_valid)
		expected = HMM_PFN_VALID | entry->flags | PHYS_PFN(entry->phys) |
			   (entry->is_mapped ? HMM_PFN_DMA_MAPPED : 0);
	ktest_assert_u64_equal(map->pfn_list[index], expected);
	if (entry->is_mapped)
		check_reach(m, entry);
	else if (dma_use_iova((struct dma_iova_state *)&map->state))
		ktest_assert_u64_equal(iommu_iova_to_phys(&m->bed->f->sdom->domain,
							  map->state.addr + index * P), 0);
}

static void check_all(struct model *m)
{
	for (size_t i = 0; i < m->bed->entry_count; i++)
		check_entry(m, i);
	ktest_assert_u64_equal(count_of(m, SIM_EVENT_IOMMU_MAP), m->maps);
	ktest_assert_u64_equal(count_of(m, SIM_EVENT_IOMMU_UNMAP), m->unmaps);
	/* Strict and page by page: each unmap has a flush of its own. */
	ktest_assert_u64_equal(count_of(m, SIM_EVENT_IOTLB_FLUSH_RANGE), m->unmaps);
}

/* A fault: a page comes in, or one that is there is asked for again. */
static void step_map(struct model *m, size_t index)
{
	struct hmm_bed *bed = m->bed;
	struct entry *entry = &m->entries[index];
	bool is_translated = bed->f->sdom->domain.type != IOMMU_DOMAIN_IDENTITY;
	bool has_room = dma_use_iova(&bed->map.state) || !is_translated ||
			m->mapped_count < HMM_LISTED_PAGES;
	u64 addr;

	if (!entry->is_valid) {
		entry->phys = m->pages[pick(m, PAGE_MAX)];
		entry->flags = pick(m, 2) ? HMM_PFN_WRITE : 0;
		entry->flags |= pick(m, 10) << HMM_PFN_ORDER_SHIFT;
		entry->is_valid = true;
		bed->map.pfn_list[index] = HMM_PFN_VALID | entry->flags | PHYS_PFN(entry->phys);
	}
	addr = hmm_bed_map_again(bed, index);
	if (entry->is_mapped) {
		ktest_assert_u64_equal(addr, entry->addr);
		return;
	}
	if (!has_room) {
		ktest_assert_u64_equal(addr, DMA_MAPPING_ERROR);
		return;
	}
	ktest_assert_u64_not_equal(addr, DMA_MAPPING_ERROR);
	if (dma_use_iova(&bed->map.state))
		ktest_assert_u64_equal(addr, bed->map.state.addr + index * P);
	entry->addr = addr;
	entry->is_mapped = true;
	m->mapped_count++;
	m->maps += is_translated;
}

/* An invalidation: the mapping goes, and the page with it. */
static void step_unmap(struct model *m, size_t index)
{
	struct hmm_bed *bed = m->bed;
	struct entry *entry = &m->entries[index];
	bool is_translated = bed->f->sdom->domain.type != IOMMU_DOMAIN_IDENTITY;
	struct sim_dma_target target;

	ktest_assert_int_equal(hmm_dma_unmap_pfn(bed->f->dev, &bed->map, index),
			       entry->is_mapped);
	if (entry->is_mapped) {
		m->mapped_count--;
		m->unmaps += is_translated;
		entry->is_mapped = false;
		/* Not through the IOTLB either. */
		if (is_translated)
			ktest_assert_int_equal(sim_dma_translate(bed->f->dev, entry->addr, false,
								 &target), -EFAULT);
	}
	if (entry->is_valid && pick(m, 2)) {
		entry->is_valid = false;
		bed->map.pfn_list[index] = 0;
	}
}

static void run(const char *name, struct hmm_bed *bed, bool in_one_stroke, uint64_t seed)
{
	static struct model m;
	uint64_t first_seed = seed;

	m = (struct model){ .bed = bed, .seed = seed };
	for (unsigned int i = 0; i < PAGE_MAX; i++)
		m.pages[i] = dma_page(bed->f);
	for (unsigned int step = 0; step < STEPS; step++) {
		/* More and fewer pages in turn. */
		bool grows = pick(&m, 8) < (step / 500 % 2 ? 2 : 6);
		size_t index = pick(&m, bed->entry_count);

		ktest_context("%s, seed 0x%lx, step %u", name, first_seed, step);
		if (grows)
			step_map(&m, index);
		else
			step_unmap(&m, index);
		check_entry(&m, index);
		if (step % 97 == 0)
			check_all(&m);
	}
	check_all(&m);
	if (in_one_stroke) {
		dma_iova_with_holes_destroy(bed->f->dev, &bed->map.state, DMA_BIDIRECTIONAL,
					    DMA_ATTR_REQUIRE_COHERENT);
		ktest_assert_u64_equal(dma_live_bytes(bed->f, bed->map.state.addr,
						      bed->entry_count * P), 0);
		ktest_assert_u64_equal(count_of(&m, SIM_EVENT_IOTLB_FLUSH_RANGE), m.unmaps + 1);
		bed->map.state = (struct dma_iova_state){};
		hmm_dma_map_free(bed->f->dev, &bed->map);
	} else {
		hmm_bed_free(bed);
		ktest_assert_u64_equal(count_of(&m, SIM_EVENT_IOTLB_FLUSH_RANGE),
				       count_of(&m, SIM_EVENT_IOMMU_UNMAP));
	}
	ktest_assert_u64_equal(sim_slab_live_count(bed->f->world), bed->live_before);
	dma_assert_warns(bed->f, 0);
	ktest_world_drop(bed->f->world);
}

static void test_random_pages_in_a_window(void **state)
{
	static const char *const profiles[] = { "generic-pt", "vtd-legacy", "arm-lpae" };
	uint64_t seed = ktest_seed(0x4d4d);

	for (unsigned int i = 0; i < 6; i++)
		run(profiles[i / 2], hmm_bed_make(profiles[i / 2], ENTRY_MAX, P), i % 2, seed + i);
}

static void test_random_pages_in_caching_mode(void **state)
{
	const struct dma_options options = { .caching_mode = true };

	run("caching mode", hmm_bed_make_with(&options, ENTRY_MAX, P), false, ktest_seed(0x4d4e));
}

static void test_random_pages_without_a_window(void **state)
{
	run("listed", hmm_bed_make_listed(HMM_LISTED_PAGES + 5), false, ktest_seed(0x4d4f));
}

static void test_random_pages_with_direct_mapping(void **state)
{
	run("identity", hmm_bed_make("identity", ENTRY_MAX, P), false, ktest_seed(0x4d50));
}

static const struct ktest tests[] = {
	KTEST(test_random_pages_in_a_window),
	KTEST(test_random_pages_in_caching_mode),
	KTEST(test_random_pages_without_a_window),
	KTEST(test_random_pages_with_direct_mapping),
};
KTEST_MAIN(tests)

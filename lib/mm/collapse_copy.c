/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The pages of 2 MiB, from the moment that their table is out of reach. */
#include <linux/highmem.h>
#include <linux/mmu_notifier.h>
#include <linux/pagemap.h>
#include "mm/collapse.h"
#include "mm/fault.h"
#include "mm/mman.h"
#include "mm/rmap.h"

static u64 *slots_of(const struct page *table)
{
	return sim_phys_ptr(sim_world, page_to_phys(table));
}

static bool is_isolated_large(const struct collapse *collapse, const struct folio *folio)
{
	struct folio *other;

	if (!folio_test_large(folio))
		return false;
	list_for_each_entry(other, &collapse->large, lru)
		if (other == folio)
			return true;
	return false;
}

static enum collapse_result isolate_one(struct collapse *collapse, struct folio *folio)
{
	if (is_isolated_large(collapse, folio))
		return COLLAPSE_SUCCEED;
	if (!folio_trylock(folio))
		return COLLAPSE_PAGE_LOCK;
	/* The process can't pin it any more: its table is gone. */
	if (folio_expected_ref_count(folio) != folio_ref_count(folio)) {
		folio_unlock(folio);
		return COLLAPSE_PAGE_COUNT;
	}
	if (!folio_isolate_lru(folio)) {
		folio_unlock(folio);
		return COLLAPSE_DEL_PAGE_LRU;
	}
	if (folio_test_large(folio))
		list_add_tail(&folio->lru, &collapse->large);
	return COLLAPSE_SUCCEED;
}

static void release_small(struct folio *folio)
{
	folio_unlock(folio);
	folio_putback_lru(folio);
}

/* Large folios are given back once, when none of their entries is needed any more. */
static void release_large(struct collapse *collapse)
{
	struct folio *folio, *next;

	list_for_each_entry_safe(folio, next, &collapse->large, lru) {
		list_del(&folio->lru);
		folio_unlock(folio);
		free_swap_cache(folio);
		folio_putback_lru(folio);
	}
}

static void release(struct collapse *collapse, const u64 *slots, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct folio *folio;

		if (collapse_is_empty(slots[i]))
			continue;
		folio = pfn_folio(cpt_pfn(slots[i]));
		if (!folio_test_large(folio))
			release_small(folio);
	}
	release_large(collapse);
}

enum collapse_result collapse_isolate(struct collapse *collapse, struct page *table)
{
	const u64 *slots = slots_of(table);
	enum collapse_result result = COLLAPSE_SUCCEED;
	unsigned int none = 0, shared = 0, i;
	struct folio *folio;

	collapse->referenced = 0;
	spin_lock(cpt_table_ptl(table));
	for (i = 0; i < CPT_ENTRIES && result == COLLAPSE_SUCCEED; i++) {
		if (collapse_is_empty(slots[i])) {
			if (collapse->khugepaged && ++none > COLLAPSE_MAX_NONE)
				result = COLLAPSE_EXCEED_NONE;
			continue;
		}
		if (!cpt_present(slots[i])) {
			result = COLLAPSE_NON_PRESENT;
			continue;
		}
		result = collapse_check_entry(collapse, collapse->addr + i * PAGE_SIZE, slots[i],
					      &shared, &folio);
		if (result == COLLAPSE_SUCCEED)
			result = isolate_one(collapse, folio);
	}
	spin_unlock(cpt_table_ptl(table));
	if (result == COLLAPSE_SUCCEED && collapse->khugepaged && !collapse->referenced)
		result = COLLAPSE_LACK_REFERENCED;
	/* What stopped the loop was not isolated itself. */
	if (result != COLLAPSE_SUCCEED)
		release(collapse, slots, result == COLLAPSE_LACK_REFERENCED ? i : i - 1);
	return result;
}

static void copy_pages(struct collapse *collapse, const u64 *slots)
{
	for (unsigned int i = 0; i < CPT_ENTRIES; i++) {
		struct page *page = folio_page(collapse->folio, i);

		if (collapse_is_empty(slots[i]))
			clear_highpage(page);
		else
			copy_highpage(page, pfn_to_page(cpt_pfn(slots[i])));
	}
}

void collapse_copy(struct collapse *collapse, struct page *table)
{
	struct mm_struct *mm = collapse->mm;
	u64 *slots = slots_of(table);
	long added = 0;

	copy_pages(collapse, slots);
	for (unsigned int i = 0; i < CPT_ENTRIES; i++) {
		unsigned long addr = collapse->addr + i * PAGE_SIZE;
		struct folio *folio;
		struct page *page;

		if (collapse_is_empty(slots[i])) {
			/* Nothing was counted here before. */
			added++;
			if (!cpt_none(slots[i])) {
				spin_lock(cpt_table_ptl(table));
				cpt_set(mm, addr, &slots[i], 0, 0);
				spin_unlock(cpt_table_ptl(table));
			}
			continue;
		}
		page = pfn_to_page(cpt_pfn(slots[i]));
		folio = page_folio(page);
		if (!folio_test_large(folio))
			release_small(folio);
		spin_lock(cpt_table_ptl(table));
		cpt_set(mm, addr, &slots[i], 0, 0);
		folio_remove_rmap(folio, page, 1, collapse->vma, RMAP_LEVEL_PTE);
		spin_unlock(cpt_table_ptl(table));
		free_swap_cache(folio);
		folio_put(folio);
	}
	mm_rss_add(mm, MM_ANONPAGES, added);
	release_large(collapse);
}

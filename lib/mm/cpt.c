/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Tables of the CPU: making, finding and freeing them. See cpt.h. */
#include "mm/cpt.h"
#include <linux/lockdep.h>
#include <linux/slab.h>

#define TABLE_GFP (GFP_KERNEL_ACCOUNT | __GFP_ZERO)
#define TABLE_FLAGS (CPT_PRESENT | CPT_WRITE | CPT_TABLE)

/**
 * struct table - what a table page needs besides its entries; its page's private points here
 * @lock: of its entries
 * @deposits: PTE tables beside PMD leaves, linked by their pages' lru
 */
struct table {
	spinlock_t lock;
	struct list_head deposits;
};

static struct table *table_of(const struct page *page)
{
	return (struct table *)page->private;
}

struct page *cpt_table_alloc(struct mm_struct *mm)
{
	struct page *page = alloc_pages(TABLE_GFP, 0);
	struct table *table;

	if (!page)
		return NULL;
	/* Entries are reached by pointer: the page needs its zeroes as bytes, not as a tag. */
	sim_phys_data(sim_world, page_to_phys(page));
	table = kmalloc(sizeof(*table), GFP_KERNEL);
	if (!table) {
		__free_pages(page, 0);
		return NULL;
	}
	spin_lock_init(&table->lock);
	INIT_LIST_HEAD(&table->deposits);
	page->private = (unsigned long)table;
	atomic_long_add(PAGE_SIZE, &mm->pgtables_bytes);
	return page;
}

void cpt_table_free(struct mm_struct *mm, struct page *page)
{
	SIM_ASSERT(list_empty(&table_of(page)->deposits));
	kfree(table_of(page));
	page->private = 0;
	atomic_long_sub(PAGE_SIZE, &mm->pgtables_bytes);
	__free_pages(page, 0);
}

int cpt_make(struct mm_struct *mm)
{
	struct page *page = cpt_table_alloc(mm);

	if (!page)
		return -ENOMEM;
	mm->sim_pgd_pfn = page_to_pfn(page);
	return 0;
}

void cpt_unmake(struct mm_struct *mm)
{
	cpt_table_free(mm, pfn_to_page(mm->sim_pgd_pfn));
	mm->sim_pgd_pfn = 0;
}

static u64 *top_slot(const struct mm_struct *mm, unsigned long addr)
{
	u64 *table = sim_phys_ptr(sim_world, PFN_PHYS(mm->sim_pgd_pfn));

	return table + cpt_index(addr, CPT_TOP_LEVEL);
}

u64 *cpt_pmd(struct mm_struct *mm, unsigned long addr, unsigned long *hole_end)
{
	u64 *slot = top_slot(mm, addr);

	for (unsigned int level = CPT_TOP_LEVEL; level > 1; level--) {
		u64 entry = cpt_get(slot);

		if (!cpt_is_table(entry)) {
			if (hole_end)
				*hole_end = cpt_entry_end(addr, level, 0);
			return NULL;
		}
		slot = cpt_table(entry) + cpt_index(addr, level - 1);
	}
	return slot;
}

/* Puts a table behind a slot of an upper level unless another task was faster. */
static int fill_slot(struct mm_struct *mm, unsigned long addr, u64 *slot, unsigned int level)
{
	struct page *page = cpt_table_alloc(mm);

	if (!page)
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (cpt_none(*slot)) {
		cpt_set(mm, addr, slot, level, cpt_make_leaf(page_to_pfn(page), TABLE_FLAGS));
		page = NULL;
	}
	spin_unlock(&mm->page_table_lock);
	if (page)
		cpt_table_free(mm, page);
	return 0;
}

u64 *cpt_pmd_alloc(struct mm_struct *mm, unsigned long addr)
{
	u64 *slot = top_slot(mm, addr);

	for (unsigned int level = CPT_TOP_LEVEL; level > 1; level--) {
		if (!cpt_is_table(cpt_get(slot)) && fill_slot(mm, addr, slot, level))
			return NULL;
		slot = cpt_table(cpt_get(slot)) + cpt_index(addr, level - 1);
	}
	return slot;
}

int cpt_pte_alloc(struct mm_struct *mm, unsigned long addr, u64 *pmd)
{
	struct page *page;
	spinlock_t *ptl;

	if (!cpt_none(cpt_get(pmd)))
		return 0;
	page = cpt_table_alloc(mm);
	if (!page)
		return -ENOMEM;
	ptl = cpt_pmd_lock(mm, pmd);
	if (cpt_none(*pmd)) {
		cpt_populate(mm, addr, pmd, page);
		page = NULL;
	}
	spin_unlock(ptl);
	if (page)
		cpt_table_free(mm, page);
	return 0;
}

static struct page *page_of_slot(const u64 *slot)
{
	const u64 *table = (const u64 *)((uintptr_t)slot & PAGE_MASK);

	return phys_to_page(sim_phys_of(sim_world, table));
}

spinlock_t *cpt_pmd_ptl(struct mm_struct *mm, u64 *pmd)
{
	return &table_of(page_of_slot(pmd))->lock;
}

spinlock_t *cpt_pte_ptl(const u64 *pmd)
{
	u64 entry = cpt_get(pmd);

	return cpt_is_table(entry) ? &table_of(pfn_to_page(cpt_pfn(entry)))->lock : NULL;
}

u64 *cpt_pte_lock(struct mm_struct *mm, u64 *pmd, unsigned long addr, spinlock_t **ptl)
{
	u64 entry = cpt_get(pmd);
	spinlock_t *lock;

	while (cpt_is_table(entry)) {
		lock = &table_of(pfn_to_page(cpt_pfn(entry)))->lock;
		spin_lock(lock);
		/* While it waited for the lock the table may have been taken away. */
		if (likely(cpt_get(pmd) == entry)) {
			*ptl = lock;
			return cpt_table(entry) + cpt_index(addr, 0);
		}
		spin_unlock(lock);
		entry = cpt_get(pmd);
	}
	return NULL;
}

spinlock_t *cpt_table_ptl(struct page *table)
{
	return &table_of(table)->lock;
}

void cpt_deposit(struct mm_struct *mm, u64 *pmd, struct page *table)
{
	list_add(&table->lru, &table_of(page_of_slot(pmd))->deposits);
}

struct page *cpt_withdraw(struct mm_struct *mm, u64 *pmd)
{
	struct list_head *deposits = &table_of(page_of_slot(pmd))->deposits;
	struct page *table = list_first_entry_or_null(deposits, struct page, lru);

	SIM_ASSERT(table);
	list_del_init(&table->lru);
	return table;
}

void cpt_populate(struct mm_struct *mm, unsigned long addr, u64 *pmd, struct page *table)
{
	cpt_set(mm, addr & CPT_PMD_MASK, pmd, 1, cpt_make_leaf(page_to_pfn(table), TABLE_FLAGS));
}

struct page *cpt_detach(struct mm_struct *mm, unsigned long addr, u64 *pmd)
{
	struct page *table = pfn_to_page(cpt_pfn(*pmd));

	SIM_ASSERT(cpt_is_table(*pmd));
	cpt_set(mm, addr & CPT_PMD_MASK, pmd, 1, 0);
	return table;
}

/*
 * Frees what lies below the entries of one table that cover [start, end), and these tables
 * themselves where neither floor nor ceiling lies in what they cover.
 */
static void free_below(struct mm_struct *mm, u64 *table, unsigned int level, unsigned long start,
		       unsigned long end, unsigned long floor, unsigned long ceiling)
{
	unsigned long size = 1ul << (PAGE_SHIFT + CPT_BITS * level);

	for (unsigned long addr = start, next; addr != end; addr = next) {
		u64 *slot = table + cpt_index(addr, level);
		unsigned long first = addr & ~(size - 1);
		struct page *page;

		next = cpt_entry_end(addr, level, end);
		if (!cpt_is_table(*slot))
			continue;
		if (level > 1)
			free_below(mm, cpt_table(*slot), level - 1, addr, next, floor, ceiling);
		if (first < floor || (ceiling && first + size - 1 > ceiling - 1))
			continue;
		page = pfn_to_page(cpt_pfn(*slot));
		cpt_set(mm, first, slot, level, 0);
		cpt_table_free(mm, page);
	}
}

void cpt_free_range(struct mm_struct *mm, unsigned long start, unsigned long end,
		    unsigned long floor, unsigned long ceiling)
{
	u64 *top = sim_phys_ptr(sim_world, PFN_PHYS(mm->sim_pgd_pfn));

	free_below(mm, top, CPT_TOP_LEVEL, start, end, floor, ceiling);
}

bool cpt_lookup(struct mm_struct *mm, unsigned long addr, struct cpt_hit *hit)
{
	u64 *pmd = cpt_pmd(mm, addr, NULL);
	u64 entry;

	*hit = (struct cpt_hit){ .level = 1 };
	if (!pmd)
		return false;
	entry = cpt_get(pmd);
	hit->slot = pmd;
	hit->entry = entry;
	if (!cpt_is_table(entry))
		return true;
	hit->level = 0;
	hit->slot = cpt_table(entry) + cpt_index(addr, 0);
	hit->entry = cpt_get(hit->slot);
	return true;
}

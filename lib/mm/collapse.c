/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Puts the small pages of 2 MiB into one large one: because somebody asked for it
 * (MADV_COLLAPSE), or because khugepaged came by. What is not in memory is brought there first,
 * and memory of devices is "not in memory": its entries are soft ones.
 *
 * Files and shared memory are not collapsed.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include "mm/collapse.h"
#include "mm/fault_internal.h"
#include "mm/mman.h"
#include "mm/rmap.h"
#include "mm/rmap_internal.h"

static const struct {
	const char *name;
	int err;
	bool goes_on;
} results[] = {
#define X(symbol, text, errno, next) [COLLAPSE_##symbol] = { text, errno, next },
	COLLAPSE_RESULTS(X)
#undef X
};

bool collapse_is_empty(u64 entry)
{
	return cpt_none(entry) ||
	       (cpt_present(entry) && (entry & CPT_SPECIAL) && is_zero_pfn(cpt_pfn(entry)));
}

/* More entries than one address space can have: how the kernel guesses. */
static bool is_maybe_shared(const struct folio *folio)
{
	return folio_mapcount(folio) > (int)folio_nr_pages(folio);
}

enum collapse_result collapse_check_entry(struct collapse *collapse, unsigned long addr, u64 entry,
					  unsigned int *shared, struct folio **out)
{
	struct page *page = cpt_normal_page(collapse->vma, addr, entry);
	struct folio *folio;

	if (entry & CPT_UFFD_WP)
		return COLLAPSE_UFFD_WP;
	if (!page || is_zone_device_page(page))
		return COLLAPSE_PAGE_NULL;
	folio = page_folio(page);
	if (!folio_test_anon(folio))
		return COLLAPSE_PAGE_ANON;
	if (is_maybe_shared(folio) && collapse->khugepaged && ++*shared > COLLAPSE_MAX_SHARED)
		return COLLAPSE_EXCEED_SHARED;
	if ((entry & CPT_ACCESSED) || folio_test_referenced(folio) ||
	    mmu_notifier_test_young(collapse->mm, addr))
		collapse->referenced++;
	*out = folio;
	return COLLAPSE_SUCCEED;
}

static bool settings_allow(const struct vm_area_struct *vma)
{
	const struct thp_settings *thp = &fault_state()->thp;

	if (thp->anon_always & BIT(CPT_PMD_ORDER))
		return true;
	return (thp->anon_madvise & BIT(CPT_PMD_ORDER)) && (vma->vm_flags & VM_HUGEPAGE);
}

/* After each time that mmap_lock was taken: the area, and the table behind the PMD. */
static enum collapse_result look_up(struct collapse *collapse)
{
	struct vm_area_struct *vma;
	u64 entry;

	if (!atomic_read(&collapse->mm->mm_users))
		return COLLAPSE_ANY_PROCESS;
	vma = find_vma(collapse->mm, collapse->addr);
	collapse->vma = vma;
	if (!vma)
		return COLLAPSE_VMA_NULL;
	if (!thp_vma_suitable_order(vma, collapse->addr, CPT_PMD_ORDER))
		return COLLAPSE_ADDRESS_RANGE;
	if (vma->vm_flags & (VM_NOHUGEPAGE | VM_SPECIAL | VM_HUGETLB) ||
	    (collapse->khugepaged && !settings_allow(vma)))
		return COLLAPSE_VMA_CHECK;
	if (!vma_is_anonymous(vma))
		return COLLAPSE_PAGE_ANON;
	collapse->pmd = cpt_pmd(collapse->mm, collapse->addr, NULL);
	if (!collapse->pmd)
		return COLLAPSE_NO_PTE_TABLE;
	entry = cpt_get(collapse->pmd);
	if (cpt_is_huge(entry) || cpt_is_migration(entry))
		return COLLAPSE_PMD_MAPPED;
	/* None, or device-private as a whole. */
	return cpt_is_table(entry) ? COLLAPSE_SUCCEED : COLLAPSE_NO_PTE_TABLE;
}

static enum collapse_result scan_entry(struct collapse *collapse, unsigned long addr, u64 entry,
				       unsigned int *none, unsigned int *shared)
{
	enum collapse_result result;
	struct folio *folio;

	if (collapse_is_empty(entry))
		return collapse->khugepaged && ++*none > COLLAPSE_MAX_NONE ? COLLAPSE_EXCEED_NONE :
									      COLLAPSE_SUCCEED;
	if (!cpt_present(entry)) {
		if (++collapse->unmapped > COLLAPSE_MAX_SWAP && collapse->khugepaged)
			return COLLAPSE_EXCEED_SWAP;
		return cpt_soft(entry) == CPT_MARKER_UFFD_WP || (entry & CPT_UFFD_WP) ?
			       COLLAPSE_UFFD_WP :
			       COLLAPSE_SUCCEED;
	}
	result = collapse_check_entry(collapse, addr, entry, shared, &folio);
	if (result != COLLAPSE_SUCCEED)
		return result;
	collapse->node_pages[folio_nid(folio)]++;
	if (!folio_test_lru(folio))
		return COLLAPSE_PAGE_LRU;
	if (folio_test_locked(folio))
		return COLLAPSE_PAGE_LOCK;
	if (folio_expected_ref_count(folio) != folio_ref_count(folio))
		return COLLAPSE_PAGE_COUNT;
	return COLLAPSE_SUCCEED;
}

/* Whether it is worth the effort; mmap_lock held for reading. */
static enum collapse_result scan(struct collapse *collapse)
{
	enum collapse_result result = look_up(collapse);
	unsigned int none = 0, shared = 0;
	spinlock_t *ptl;
	const u64 *pte;

	if (result != COLLAPSE_SUCCEED)
		return result;
	pte = cpt_pte_lock(collapse->mm, collapse->pmd, collapse->addr, &ptl);
	if (!pte)
		return COLLAPSE_NO_PTE_TABLE;
	for (unsigned int i = 0; i < CPT_ENTRIES && result == COLLAPSE_SUCCEED; i++)
		result = scan_entry(collapse, collapse->addr + i * PAGE_SIZE, cpt_get(pte + i),
				    &none, &shared);
	spin_unlock(ptl);
	if (result == COLLAPSE_SUCCEED && collapse->khugepaged &&
	    (!collapse->referenced ||
	     (collapse->unmapped && collapse->referenced < CPT_PMD_PAGES / 2)))
		result = COLLAPSE_LACK_REFERENCED;
	return result;
}

/* From the node that most of the pages are on. */
static struct folio *new_folio(const struct collapse *collapse)
{
	unsigned int best = 0;
	struct folio *folio;

	for (unsigned int nid = 1; nid < SVMSIM_NODE_MAX; nid++)
		if (collapse->node_pages[nid] > collapse->node_pages[best])
			best = nid;
	folio = (struct folio *)alloc_pages_node(
		collapse->node_pages[best] ? (int)best : NUMA_NO_NODE, GFP_TRANSHUGE,
		CPT_PMD_ORDER);
	if (folio)
		folio_set_large_rmappable(folio);
	return folio;
}

/*
 * What is in swap, or on a device, is brought into memory as if it had been touched. With mmap_lock
 * held for reading; *@locked is cleared when a fault dropped it.
 */
static enum collapse_result swap_in(struct collapse *collapse, bool *locked)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < CPT_ENTRIES; i++) {
		unsigned long addr = collapse->addr + i * PAGE_SIZE;
		const u64 *pte = cpt_pte(collapse->pmd, addr);
		vm_fault_t fault;
		u64 entry;

		if (!pte)
			return COLLAPSE_NO_PTE_TABLE;
		entry = cpt_get(pte);
		if (cpt_none(entry) || cpt_present(entry))
			continue;
		fault = handle_mm_fault(collapse->vma, addr, FAULT_FLAG_ALLOW_RETRY, NULL);
		if (fault & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)) {
			*locked = false;
			return COLLAPSE_PAGE_LOCK;
		}
		if (fault & VM_FAULT_ERROR)
			return COLLAPSE_FAIL;
		count++;
	}
	/* Batches have a reference on what has just come in. */
	if (count)
		lru_add_drain();
	return COLLAPSE_SUCCEED;
}

static enum collapse_result prepare(struct collapse *collapse)
{
	enum collapse_result result;
	bool locked = true;

	collapse->folio = new_folio(collapse);
	if (!collapse->folio)
		return COLLAPSE_ALLOC_FAIL;
	mmap_read_lock(collapse->mm);
	result = look_up(collapse);
	if (result == COLLAPSE_SUCCEED && !collapse->vma->anon_vma)
		result = COLLAPSE_PAGE_ANON;
	if (result == COLLAPSE_SUCCEED && collapse->unmapped)
		result = swap_in(collapse, &locked);
	if (locked)
		mmap_read_unlock(collapse->mm);
	return result;
}

/* The table goes out of everybody's reach, and what other CPUs know of it with it. */
static struct page *table_take(struct collapse *collapse)
{
	struct vm_area_struct *vma = collapse->vma;
	struct mmu_notifier_range range;
	struct page *table;
	spinlock_t *ptl;

	mmu_notifier_range_init(&range, MMU_NOTIFY_CLEAR, 0, collapse->mm, collapse->addr,
				collapse->addr + CPT_PMD_SIZE);
	mmu_notifier_invalidate_range_start(&range);
	tlb_change_begin(collapse->mm);
	ptl = cpt_pmd_lock(collapse->mm, collapse->pmd);
	table = cpt_detach(collapse->mm, collapse->addr, collapse->pmd);
	flush_tlb_range(vma, collapse->addr, collapse->addr + CPT_PMD_SIZE);
	spin_unlock(ptl);
	tlb_change_end(collapse->mm);
	mmu_notifier_invalidate_range_end(&range);
	return table;
}

static void map_new_folio(struct collapse *collapse, struct page *table)
{
	struct folio *folio = collapse->folio;
	spinlock_t *ptl;
	u64 flags;

	folio_set_uptodate(folio);
	ptl = cpt_pmd_lock(collapse->mm, collapse->pmd);
	cpt_deposit(collapse->mm, collapse->pmd, table);
	folio_add_new_anon_rmap(folio, collapse->vma, collapse->addr, RMAP_EXCLUSIVE);
	folio_add_lru(folio);
	flags = vma_entry_flags(collapse->vma) | CPT_HUGE | CPT_ACCESSED;
	cpt_set(collapse->mm, collapse->addr, collapse->pmd, 1,
		cpt_make_leaf(folio_pfn(folio),
			      entry_maybe_mkwrite(entry_mkdirty(flags), collapse->vma)));
	spin_unlock(ptl);
	/* The entry has its reference now. */
	collapse->folio = NULL;
}

/* mmap_lock is held for writing. */
static enum collapse_result replace(struct collapse *collapse)
{
	enum collapse_result result = look_up(collapse);
	struct anon_vma *anon_vma;
	struct page *table;
	spinlock_t *ptl;

	if (result != COLLAPSE_SUCCEED)
		return result;
	anon_vma = collapse->vma->anon_vma;
	if (!anon_vma)
		return COLLAPSE_PAGE_ANON;
	anon_vma_lock_write(anon_vma);
	table = table_take(collapse);
	result = collapse_isolate(collapse, table);
	if (result != COLLAPSE_SUCCEED) {
		ptl = cpt_pmd_lock(collapse->mm, collapse->pmd);
		cpt_populate(collapse->mm, collapse->addr, collapse->pmd, table);
		spin_unlock(ptl);
	}
	/* All pages are locked: nobody walks to them. */
	anon_vma_unlock_write(anon_vma);
	if (result != COLLAPSE_SUCCEED)
		return result;
	collapse_copy(collapse, table);
	map_new_folio(collapse, table);
	return COLLAPSE_SUCCEED;
}

static enum collapse_result collapse_one(struct collapse *collapse)
{
	enum collapse_result result;

	if (!collapse->khugepaged)
		mmap_read_lock(collapse->mm);
	else if (!mmap_read_trylock(collapse->mm))
		return COLLAPSE_FAIL;
	result = scan(collapse);
	mmap_read_unlock(collapse->mm);
	if (result != COLLAPSE_SUCCEED)
		return result;
	result = prepare(collapse);
	if (result == COLLAPSE_SUCCEED) {
		mmap_write_lock(collapse->mm);
		result = replace(collapse);
		mmap_write_unlock(collapse->mm);
	}
	if (collapse->folio)
		folio_put(collapse->folio);
	return result;
}

long sim_collapse(struct mm_struct *mm, unsigned long addr, size_t bytes, bool khugepaged)
{
	unsigned long start = ALIGN(addr, CPT_PMD_SIZE);
	unsigned long end = (addr + bytes) & CPT_PMD_MASK;
	enum collapse_result last = COLLAPSE_FAIL;
	long pages = 0;
	bool all = true;

	if (start >= end)
		return -EINVAL;
	lru_add_drain_all();
	for (; start < end; start += CPT_PMD_SIZE) {
		struct collapse collapse = {
			.mm = mm,
			.addr = start,
			.khugepaged = khugepaged,
			.large = LIST_HEAD_INIT(collapse.large),
		};
		enum collapse_result result = collapse_one(&collapse);

		sim_event(MM_COLLAPSE, mm->sim_number, start, sim_name(results[result].name));
		if (result == COLLAPSE_SUCCEED)
			pages += CPT_PMD_PAGES;
		if (!results[result].err)
			continue;
		all = false;
		last = result;
		if (!results[result].goes_on)
			break;
		cond_resched();
	}
	return all || khugepaged ? pages : results[last].err;
}

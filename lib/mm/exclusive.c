// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Pages that a device has to itself: the CPU's entry says so, and an access takes them back. */
#include <linux/rmap.h>
#include "mm/fault_internal.h"

/* A reference on the page that a write would reach, mapped by a PTE. */
static struct page *get_writable_page(struct mm_struct *mm, unsigned long addr,
				      struct vm_area_struct **vma)
{
	struct page *page;
	long got = get_user_pages_remote(mm, addr, 1, FOLL_GET | FOLL_WRITE | FOLL_SPLIT_PMD,
					 &page, NULL);

	if (got < 0)
		return ERR_PTR(got);
	*vma = vma_lookup(mm, addr);
	if (WARN_ON_ONCE(!*vma)) {
		put_page(page);
		return ERR_PTR(-EINVAL);
	}
	return page;
}

/* Changes the entry; false when it does not map the page writable any more. */
static bool convert_entry(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 *pmd = cpt_pmd(mm, addr, NULL);
	spinlock_t *ptl;
	u64 *pte, old;

	pte = pmd ? cpt_pte_lock(mm, pmd, addr, &ptl) : NULL;
	if (!pte)
		return false;
	old = *pte;
	if (!cpt_present(old) || !cpt_write(old) || cpt_normal_page(vma, addr, old) != page) {
		spin_unlock(ptl);
		return false;
	}
	old = cpt_clear_flush(vma, addr, pte, 0);
	if (old & CPT_DIRTY)
		folio_set_dirty(page_folio(page));
	cpt_set(mm, addr, pte, 0,
		cpt_make_soft(CPT_DEVICE_EXCLUSIVE, page_to_pfn(page), old & CPT_SOFT_DIRTY));
	spin_unlock(ptl);
	return true;
}

struct page *make_device_exclusive(struct mm_struct *mm, unsigned long addr, void *owner,
				   struct folio **foliop)
{
	struct mmu_notifier_range range;
	struct vm_area_struct *vma = NULL;
	bool is_converted = false;
	struct page *page = NULL;
	struct folio *folio;

	mmap_assert_locked(mm);
	addr &= PAGE_MASK;
	while (!is_converted) {
		int err;

		page = get_writable_page(mm, addr, &vma);
		if (IS_ERR(page))
			return page;
		folio = page_folio(page);
		err = folio_test_anon(folio) ? folio_lock_killable(folio) : -EOPNOTSUPP;
		if (err) {
			folio_put(folio);
			return ERR_PTR(err);
		}
		/* The owner must ignore its own event, or it would undo what it is doing. */
		mmu_notifier_range_init_owner(&range, MMU_NOTIFY_EXCLUSIVE, 0, mm, addr,
					      addr + PAGE_SIZE, owner);
		mmu_notifier_invalidate_range_start(&range);
		is_converted = convert_entry(vma, addr, page);
		mmu_notifier_invalidate_range_end(&range);
		if (!is_converted) {
			folio_unlock(folio);
			folio_put(folio);
		}
	}
	*foliop = folio;
	return page;
}
EXPORT_SYMBOL_GPL(make_device_exclusive);

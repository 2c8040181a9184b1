// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The page cache, and faults on what it holds. See filemap.h. */
#include "mm/fault_internal.h"
#include "mm/rmap_internal.h"
#include <linux/export.h>

static bool is_beyond(const struct address_space *mapping, pgoff_t index)
{
	return (u64)index << PAGE_SHIFT >= (u64)mapping->host->i_size;
}

/* A folio in the cache with a reference, NULL for none; or a value: where in swap it is. */
static void *cache_find(struct address_space *mapping, pgoff_t index)
{
	for (;;) {
		void *entry = xa_load(&mapping->i_pages, index);

		if (!entry || xa_is_value(entry) || folio_try_get(entry))
			return entry;
		/* Frozen: somebody migrates it. */
		cond_resched();
	}
}

/* A new folio at an index: 0, -EEXIST when another is there now, -ENOMEM. */
static int cache_fill(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = folio_alloc(mapping->gfp_mask | __GFP_ZERO, 0);
	int err;

	if (!folio)
		return -ENOMEM;
	__folio_set_locked(folio);
	if (mapping->sim_is_shmem)
		folio_set_swapbacked(folio);
	folio->mapping = mapping;
	folio->index = index;
	folio_set_uptodate(folio);
	err = xa_insert(&mapping->i_pages, index, folio, GFP_KERNEL);
	if (err) {
		folio->mapping = NULL;
		__folio_clear_locked(folio);
		folio_put(folio);
		return err == -EBUSY ? -EEXIST : err;
	}
	mapping->nrpages++;
	folio_add_lru(folio);
	folio_unlock(folio);
	return 0;
}

/* Makes sure that there is a folio: 0 or an errno. */
static int cache_bring(struct address_space *mapping, pgoff_t index, void *entry)
{
	int err;

	if (xa_is_value(entry))
		return shmem_swapin(mapping, index, xa_to_value(entry));
	err = cache_fill(mapping, index);
	return err == -EEXIST ? 0 : err;
}

struct folio *filemap_get(struct address_space *mapping, pgoff_t index)
{
	for (;;) {
		struct folio *folio = cache_find(mapping, index);
		int err;

		if (folio && !xa_is_value(folio)) {
			folio_lock(folio);
			if (folio->mapping == mapping && folio->index == index)
				return folio;
			folio_unlock(folio);
			folio_put(folio);
			continue;
		}
		if (is_beyond(mapping, index))
			return ERR_PTR(-ENOENT);
		err = cache_bring(mapping, index, folio);
		if (err)
			return ERR_PTR(err);
	}
}

void filemap_remove_folio(struct folio *folio)
{
	struct address_space *mapping = folio->mapping;

	SIM_ASSERT(folio_test_locked(folio) && !folio_mapped(folio));
	xa_erase(&mapping->i_pages, folio->index);
	folio->mapping = NULL;
	mapping->nrpages--;
	folio_put(folio);
}

/* The folio of a fault, with a reference but unlocked; brought in when it is missing. */
static vm_fault_t find_or_bring(struct address_space *mapping, pgoff_t index, struct folio **found)
{
	vm_fault_t ret = 0;

	for (;;) {
		struct folio *folio = cache_find(mapping, index);
		int err;

		if (folio && !xa_is_value(folio)) {
			*found = folio;
			return ret;
		}
		/* No truncation between the check of the size and the new page. */
		down_read(&mapping->invalidate_lock);
		err = is_beyond(mapping, index) ? -ENOENT : cache_bring(mapping, index, folio);
		up_read(&mapping->invalidate_lock);
		if (err)
			return err == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
		ret = VM_FAULT_MAJOR;
	}
}

static vm_fault_t filemap_fault(struct vm_fault *vmf)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	pgoff_t index = vmf->pgoff;

	for (;;) {
		struct folio *folio;
		vm_fault_t ret, locked;

		if (is_beyond(mapping, index))
			return VM_FAULT_SIGBUS;
		ret = find_or_bring(mapping, index, &folio);
		if (ret & VM_FAULT_ERROR)
			return ret;
		locked = folio_lock_or_retry(folio, vmf);
		if (locked) {
			folio_put(folio);
			return ret | locked;
		}
		if (folio->mapping == mapping && folio->index == index) {
			if (!is_beyond(mapping, index)) {
				vmf->page = folio_page(folio, 0);
				return ret | VM_FAULT_LOCKED;
			}
			ret = VM_FAULT_SIGBUS;
		}
		folio_unlock(folio);
		folio_put(folio);
		if (ret & VM_FAULT_ERROR)
			return ret;
	}
}

/* Maps one cached folio if nothing is in the way; the table's lock is held. */
static bool map_cached(struct vm_fault *vmf, struct folio *folio, unsigned long addr, u64 *pte)
{
	struct vm_area_struct *vma = vmf->vma;
	u64 entry = cpt_make_leaf(folio_pfn(folio), fault_entry_flags(vma));
	bool is_done = false;

	if (!folio_try_get(folio))
		return false;
	if (!folio_trylock(folio)) {
		folio_put(folio);
		return false;
	}
	if (folio->mapping == vma->vm_file->f_mapping && folio_test_uptodate(folio) &&
	    !is_beyond(folio->mapping, folio->index) && cpt_none(*pte)) {
		if (cpt_write(entry) && folio_test_dirty(folio))
			entry = entry_mkdirty(entry);
		folio_add_file_rmap(folio, folio_page(folio, 0), 1, vma, RMAP_LEVEL_PTE);
		mm_rss_add(vma->vm_mm, mm_counter(folio), 1);
		cpt_set(vma->vm_mm, addr, pte, 0, entry);
		is_done = true;
	}
	folio_unlock(folio);
	if (!is_done)
		folio_put(folio);
	return is_done;
}

static vm_fault_t filemap_map_pages(struct vm_fault *vmf, pgoff_t start, pgoff_t end)
{
	struct address_space *mapping = vmf->vma->vm_file->f_mapping;
	unsigned long first = vmf->address - (vmf->pgoff - start) * PAGE_SIZE;
	vm_fault_t ret = 0;
	unsigned long index;
	void *entry;
	u64 *table;

	table = cpt_pte_lock(vmf->vma->vm_mm, vmf->pmd, first, &vmf->ptl);
	if (!table)
		return 0;
	xa_for_each_range(&mapping->i_pages, index, entry, start, end) {
		unsigned long addr = first + (index - start) * PAGE_SIZE;

		if (!xa_is_value(entry) && map_cached(vmf, entry, addr, table + index - start) &&
		    addr == vmf->address)
			ret = VM_FAULT_NOPAGE;
	}
	spin_unlock(vmf->ptl);
	return ret;
}

const struct vm_operations_struct sim_filemap_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

const struct vm_operations_struct sim_shmem_vm_ops = {
	.fault = filemap_fault,
	.map_pages = filemap_map_pages,
};

void unmap_mapping_pages(struct address_space *mapping, pgoff_t first, pgoff_t last)
{
	struct vm_area_struct *vma;

	i_mmap_lock_read(mapping);
	for (vma = file_area_iter_first(&mapping->i_mmap, first, last); vma;
	     vma = file_area_iter_next(vma, first, last)) {
		pgoff_t from = max(first, vma->vm_pgoff);
		pgoff_t to = min(last, vma->vm_pgoff + vma_pages(vma) - 1);

		zap_page_range_single(vma, vma->vm_start + (from - vma->vm_pgoff) * PAGE_SIZE,
				      (to - from + 1) * PAGE_SIZE);
	}
	i_mmap_unlock_read(mapping);
}

bool set_page_dirty(struct page *page)
{
	struct folio *folio = page_folio(page);

	if (folio_test_dirty(folio))
		return false;
	folio_set_dirty(folio);
	return true;
}
EXPORT_SYMBOL(set_page_dirty);

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Where migrations start: of a range of an area, and of page frames without one. */
#include "kernel/event.h"
#include "mm/migrate_internal.h"
#include "mm/move.h"
#include "mm/rmap.h"
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/string.h>

SIM_FAULT_KIND(page_pin, "page-pin", true,
	       "a page that is being migrated gets a reference that nobody accounts for", -EBUSY);

/*
 * Whether a folio has more references than its mappings, caches and this migration account for.
 * Device memory is allowed one more: what a free page of it had before v6.1.
 */
static bool has_extra_reference(const struct folio *folio, bool is_device, bool is_fault_page)
{
	int extra = 1 + is_device + is_fault_page;

	if (migrate_has_mapping(folio))
		extra += 1 + folio_test_private(folio);
	return folio_ref_count(folio) - extra > folio_mapcount(folio);
}

/* Return: whether the folio is off the LRU, with one reference of this migration. */
static bool isolate(struct folio *folio, bool *has_drained)
{
	if (!folio_test_lru(folio) && !*has_drained) {
		lru_add_drain_all();
		*has_drained = true;
	}
	if (!folio_isolate_lru(folio))
		return false;
	/* The reference of collecting: isolating took one. */
	folio_put(folio);
	return true;
}

/* Return: whether the folio is mapped nowhere and not pinned. */
static bool unmap_one(struct page *page, const struct page *fault_page, bool *has_drained)
{
	struct folio *folio = page_folio(page);
	bool is_device = migrate_is_device(page);

	if (!is_device && !isolate(folio, has_drained))
		return false;
	if (folio_mapped(folio))
		try_to_migrate(folio, 0);
	migrate_maybe_pin(folio);
	if (likely(!folio_mapped(folio) &&
		   !has_extra_reference(folio, is_device, page == fault_page)))
		return true;
	if (!is_device) {
		folio_get(folio);
		folio_putback_lru(folio);
	}
	return false;
}

/* Maps again what could be mapped, and lets go of it. */
static void restore_one(struct folio *folio, const struct folio *fault_folio)
{
	migrate_unpin(folio);
	remove_migration_ptes(folio, folio, RMP_MAY_BE_GONE);
	if (folio != fault_folio)
		folio_unlock(folio);
	folio_put(folio);
}

unsigned long migrate_unmap(unsigned long *src, unsigned long npages, struct page *fault_page)
{
	const struct folio *fault_folio = fault_page ? page_folio(fault_page) : NULL;
	unsigned long migrating = 0, refused = 0, nr;
	bool has_drained = false;

	lru_add_drain();
	for (unsigned long i = 0; i < npages; i += nr) {
		struct page *page = migrate_page(src[i]);

		nr = 1;
		if (!page) {
			migrating += !!(src[i] & MIGRATE_PFN_MIGRATE);
			continue;
		}
		nr = folio_nr_pages(page_folio(page));
		if (nr > 1)
			src[i] |= MIGRATE_PFN_COMPOUND;
		if (unmap_one(page, fault_page, &has_drained)) {
			migrating++;
		} else {
			src[i] &= ~MIGRATE_PFN_MIGRATE;
			refused++;
		}
	}
	for (unsigned long i = 0; i < npages && refused; i++) {
		struct page *page = migrate_pfn_to_page(src[i]);

		if (!page || src[i] & MIGRATE_PFN_MIGRATE)
			continue;
		restore_one(page_folio(page), fault_folio);
		src[i] = 0;
		refused--;
	}
	return migrating;
}

static bool area_is_unfit(const struct vm_area_struct *vma)
{
	return !vma || vma->vm_flags & (VM_HUGETLB | VM_SPECIAL) || vma_is_dax(vma);
}

int migrate_vma_setup(struct migrate_vma *args)
{
	unsigned long unmasked_start = args->start, unmasked_end = args->end;
	unsigned long npages = (unmasked_end - unmasked_start) >> PAGE_SHIFT;
	const struct vm_area_struct *vma = args->vma;

	/* The count above is of the range as it came: of an unaligned one, too few. */
	args->start &= PAGE_MASK;
	args->end &= PAGE_MASK;
	if (area_is_unfit(vma) || unmasked_end < unmasked_start || !npages)
		return -EINVAL;
	if (args->start < vma->vm_start || args->start >= vma->vm_end)
		return -EINVAL;
	if (args->end <= vma->vm_start || args->end > vma->vm_end)
		return -EINVAL;
	if (!args->src || !args->dst)
		return -EINVAL;
	if (args->fault_page && !is_device_private_page(args->fault_page))
		return -EINVAL;
	if (args->fault_page && !PageLocked(args->fault_page) &&
	    sim_kernel_since(SIM_KERNEL_V6_15))
		return -EINVAL;

	memset(args->src, 0, npages * sizeof(*args->src));
	args->cpages = 0;
	args->npages = 0;
	migrate_collect(args);
	if (args->cpages)
		args->cpages = migrate_unmap(args->src, args->npages, args->fault_page);
	sim_event(MIGRATE_SETUP, vma->vm_mm->sim_number, args->start, args->end, args->npages,
		  args->cpages);
	return 0;
}
EXPORT_SYMBOL(migrate_vma_setup);

/* Return: the entry of a page frame that could be locked, 0 of a free or busy one. */
static unsigned long lock_pfn(unsigned long pfn)
{
	struct page *page = pfn_to_page(pfn);
	struct folio *folio = (struct folio *)page;

	/* A page behind the first of a large folio has no references of its own. */
	if (PageTail(page) || !folio_try_get(folio))
		return 0;
	if (!migrate_trylock(folio)) {
		folio_put(folio);
		return 0;
	}
	return migrate_pfn(pfn) | MIGRATE_PFN_MIGRATE;
}

/*
 * Fills a slot, and with zeros those that the rest of its folio has. The folio's size is read from
 * a page that may be free: it says then what it was when it was last in use.
 * Return: the number of slots; 0 when the folio is longer than what is left.
 */
static unsigned long lock_slot(unsigned long *src, unsigned long i, unsigned long npages,
			       unsigned long pfn)
{
	unsigned long nr;

	src[i] = lock_pfn(pfn);
	nr = folio_nr_pages(page_folio(pfn_to_page(pfn)));
	if (nr == 1)
		return 1;
	if (nr > npages - i && !sim_has_quirk(SVMSIM_QUIRK_MIGRATE_RANGE_OVERRUN)) {
		struct page *page = migrate_pfn_to_page(src[i]);

		if (page) {
			folio_unlock(page_folio(page));
			folio_put(page_folio(page));
		}
		memset(src + i, 0, (npages - i) * sizeof(*src));
		return 0;
	}
	src[i] |= MIGRATE_PFN_COMPOUND;
	memset(src + i + 1, 0, (nr - 1) * sizeof(*src));
	return nr;
}

static int unmap_pfns(unsigned long *src, unsigned long npages)
{
	unsigned long cpages = migrate_unmap(src, npages, NULL);

	sim_event(MIGRATE_DEVICE, npages, cpages);
	return 0;
}

int migrate_device_range(unsigned long *src_pfns, unsigned long start, unsigned long npages)
{
	unsigned long nr;

	for (unsigned long i = 0; i < npages; i += nr) {
		nr = lock_slot(src_pfns, i, npages, start + i);
		if (!nr)
			break;
	}
	return unmap_pfns(src_pfns, npages);
}
EXPORT_SYMBOL(migrate_device_range);

int migrate_device_pfns(unsigned long *src_pfns, unsigned long npages)
{
	unsigned long nr;

	for (unsigned long i = 0; i < npages; i += nr) {
		nr = lock_slot(src_pfns, i, npages, src_pfns[i]);
		if (!nr)
			break;
	}
	return unmap_pfns(src_pfns, npages);
}
EXPORT_SYMBOL(migrate_device_pfns);

int migrate_device_coherent_folio(struct folio *folio)
{
	unsigned long src = migrate_pfn(folio_pfn(folio)) | MIGRATE_PFN_MIGRATE;
	unsigned long dst = 0;
	struct folio *target;

	WARN_ON_ONCE(folio_test_large(folio));
	folio_lock(folio);
	migrate_unmap(&src, 1, NULL);
	if (!(src & MIGRATE_PFN_MIGRATE))
		return -EBUSY;
	target = folio_alloc(GFP_USER | __GFP_NOWARN, 0);
	if (target) {
		folio_lock(target);
		dst = migrate_pfn(folio_pfn(target));
	}
	migrate_device_pages(&src, &dst, 1);
	if (src & MIGRATE_PFN_MIGRATE)
		folio_copy(target, folio);
	migrate_device_finalize(&src, &dst, 1);
	return src & MIGRATE_PFN_MIGRATE ? 0 : -EBUSY;
}

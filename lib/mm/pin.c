// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Counting who uses user pages: references, and pins that are told apart from them. */
#include "mm/gup_internal.h"
#include "mm/migrate_internal.h"

static bool has_pincount(const struct folio *folio)
{
	return folio_test_large(folio);
}

/* @refs references are held already. */
static void add_pins(struct folio *folio, int refs)
{
	if (has_pincount(folio))
		atomic_add(refs, &folio->_pincount);
	else
		folio_ref_add(folio, refs * ((int)GUP_PIN_COUNTING_BIAS - 1));
}

int gup_grab(struct folio *folio, int refs, unsigned int flags)
{
	if (WARN_ON_ONCE(folio_ref_count(folio) <= 0))
		return -ENOMEM;
	if (unlikely(!(flags & FOLL_PCI_P2PDMA) && folio_is_pci_p2pdma(folio)))
		return -EREMOTEIO;
	if (flags & FOLL_GET) {
		folio_ref_add(folio, refs);
	} else if ((flags & FOLL_PIN) && !is_zero_folio(folio)) {
		folio_ref_add(folio, refs);
		add_pins(folio, refs);
	}
	return 0;
}

static bool is_longterm_pinnable(const struct folio *folio)
{
	return is_zero_folio(folio) || !folio_is_device_coherent(folio);
}

struct folio *gup_grab_fast(struct page *page, unsigned int flags)
{
	struct folio *folio = page_folio(page);

	if (!(flags & FOLL_PCI_P2PDMA) && folio_is_pci_p2pdma(folio))
		return NULL;
	if ((flags & FOLL_PIN) && is_zero_folio(folio))
		return folio;
	if ((flags & FOLL_LONGTERM) && !is_longterm_pinnable(folio))
		return NULL;
	if (!folio_try_get(folio))
		return NULL;
	if (flags & FOLL_PIN)
		add_pins(folio, 1);
	return folio;
}

void gup_put(struct folio *folio, int refs, unsigned int flags)
{
	if (flags & FOLL_PIN) {
		if (is_zero_folio(folio))
			return;
		if (has_pincount(folio))
			atomic_sub(refs, &folio->_pincount);
		else
			refs *= GUP_PIN_COUNTING_BIAS;
	}
	folio_put_refs(folio, refs);
}

bool gup_must_unshare(const struct vm_area_struct *vma, unsigned int flags,
		      const struct page *page)
{
	if ((flags & (FOLL_WRITE | FOLL_PIN)) != FOLL_PIN)
		return false;
	if (PageAnon(page))
		return !PageAnonExclusive(page);
	/* A pin of a file's page, or of the zero page, would miss what is written after it. */
	if (!(flags & FOLL_LONGTERM))
		return false;
	return !vma || is_cow_mapping(vma->vm_flags);
}

static void unpin_all(struct page **pages, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++)
		if (pages[i])
			gup_put(page_folio(pages[i]), 1, FOLL_PIN);
}

long gup_make_longterm(struct page **pages, unsigned long count)
{
	bool is_fine = true;

	for (unsigned long i = 0; i < count && is_fine; i++)
		is_fine = is_longterm_pinnable(page_folio(pages[i]));
	if (likely(is_fine))
		return 0;
	for (unsigned long i = 0; i < count; i++) {
		struct folio *folio = page_folio(pages[i]);

		pages[i] = NULL;
		if (!folio_is_device_coherent(folio)) {
			gup_put(folio, 1, FOLL_PIN);
			continue;
		}
		/* A pinned folio can't migrate: the pin becomes a reference, which is consumed. */
		folio_get(folio);
		gup_put(folio, 1, FOLL_PIN);
		if (migrate_device_coherent_folio(folio)) {
			unpin_all(pages, count);
			return -EBUSY;
		}
	}
	return -EAGAIN;
}

void unpin_user_page(struct page *page)
{
	gup_put(page_folio(page), 1, FOLL_PIN);
}
EXPORT_SYMBOL(unpin_user_page);

void unpin_user_pages(struct page **pages, unsigned long npages)
{
	/* An errno taken for a count would unpin what is nobody's. */
	if (WARN_ON(IS_ERR_VALUE(npages)))
		return;
	unpin_all(pages, npages);
}
EXPORT_SYMBOL(unpin_user_pages);

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty)
{
	for (unsigned long i = 0; make_dirty && i < npages; i++) {
		struct folio *folio = page_folio(pages[i]);

		if (!folio_test_dirty(folio)) {
			folio_lock(folio);
			folio_set_dirty(folio);
			folio_unlock(folio);
		}
	}
	unpin_user_pages(pages, npages);
}
EXPORT_SYMBOL(unpin_user_pages_dirty_lock);

void unpin_folio(struct folio *folio)
{
	gup_put(folio, 1, FOLL_PIN);
}
EXPORT_SYMBOL_GPL(unpin_folio);

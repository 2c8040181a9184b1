/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_HIGHMEM_H
#define _LINUX_HIGHMEM_H

#include <linux/mm.h>
#include <linux/types.h>

/*
 * fidelity: simplified: a page's mapping is good until the page is free; accesses through it are
 * not seen by the CPUs' cache of the model
 */
void *kmap_local_page(const struct page *page);
void *kmap_local_folio(const struct folio *folio, size_t offset);
void kunmap_local(const void *vaddr);

static inline void *kmap(struct page *page)
{
	return kmap_local_page(page);
}

static inline void kunmap(const struct page *page)
{
}

/*
 * fidelity: same: a page without bytes for the CPU (a device's private memory) is a BUG here, a
 * fault in the kernel; machine checks are not modelled, so that the forms with mc always succeed
 */
void clear_highpage(struct page *page);
void copy_highpage(struct page *to, struct page *from);
void memcpy_from_page(char *to, struct page *page, size_t offset, size_t len);
void memcpy_to_page(struct page *page, size_t offset, const char *from, size_t len);
void memcpy_page(struct page *dst_page, size_t dst_off, struct page *src_page, size_t src_off,
		 size_t len);
void memset_page(struct page *page, size_t offset, int val, size_t len);
void memcpy_from_folio(char *to, struct folio *folio, size_t offset, size_t len);
void memcpy_to_folio(struct folio *folio, size_t offset, const char *from, size_t len);
/* May cross pages of the folio. */
void folio_zero_range(struct folio *folio, size_t start, size_t length);

static inline void memzero_page(struct page *page, size_t offset, size_t len)
{
	memset_page(page, offset, 0, len);
}

static inline void clear_user_highpage(struct page *page, unsigned long vaddr)
{
	clear_highpage(page);
}

static inline void copy_user_highpage(struct page *to, struct page *from, unsigned long vaddr,
				      struct vm_area_struct *vma)
{
	copy_highpage(to, from);
}

static inline int copy_mc_highpage(struct page *to, struct page *from)
{
	copy_highpage(to, from);
	return 0;
}

static inline int copy_mc_user_highpage(struct page *to, struct page *from, unsigned long vaddr,
					struct vm_area_struct *vma)
{
	copy_highpage(to, from);
	return 0;
}

static inline void folio_zero_segment(struct folio *folio, size_t start, size_t xend)
{
	folio_zero_range(folio, start, xend - start);
}

#endif

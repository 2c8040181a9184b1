/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef _LINUX_MM_H
#define _LINUX_MM_H

#include <asm/page.h>
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/llist.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/memremap.h>
#include <linux/minmax.h>
#include <linux/mm_types.h>
#include <linux/mmap_lock.h>
#include <linux/module.h>
#include <linux/numa.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>
#include <linux/pfn.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/shrinker.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct pt_regs;

/* fidelity: same */
#define MAX_PAGE_ORDER 10
#define NR_PAGE_ORDERS (MAX_PAGE_ORDER + 1)
#define MAX_ORDER_NR_PAGES (1 << MAX_PAGE_ORDER)

static inline unsigned int folio_large_order(const struct folio *folio)
{
	return folio->_flags_1 & 0xff;
}

static inline unsigned int folio_order(const struct folio *folio)
{
	if (!folio_test_large(folio))
		return 0;
	return folio_large_order(folio);
}

static inline unsigned long folio_nr_pages(const struct folio *folio)
{
	if (!folio_test_large(folio))
		return 1;
	return folio->_nr_pages;
}

static inline unsigned int compound_order(const struct page *page)
{
	return folio_order((const struct folio *)page);
}

static inline unsigned long compound_nr(const struct page *page)
{
	return folio_nr_pages((const struct folio *)page);
}

static inline unsigned long page_size(const struct page *page)
{
	return PAGE_SIZE << compound_order(page);
}

static inline size_t folio_size(const struct folio *folio)
{
	return PAGE_SIZE << folio_order(folio);
}

static inline unsigned long folio_pfn(const struct folio *folio)
{
	return page_to_pfn(&folio->page);
}

static inline struct folio *pfn_folio(unsigned long pfn)
{
	return page_folio(pfn_to_page(pfn));
}

static inline unsigned long folio_page_idx(const struct folio *folio, const struct page *page)
{
	return page - &folio->page;
}

/* fidelity: simplified: map counts are stored without a bias of -1 */
static inline int folio_mapcount(const struct folio *folio)
{
	if (likely(!folio_test_large(folio)))
		return folio->_mapcount.counter;
	return folio->_large_mapcount.counter;
}

static inline bool folio_mapped(const struct folio *folio)
{
	return folio_mapcount(folio) >= 1;
}

/*
 * fidelity: simplified: a reference that the page's count does not allow (one more on a free page,
 * one less than none) is reported and changes nothing
 */
void folio_get(struct folio *folio);
void folio_put(struct folio *folio);
void folio_put_refs(struct folio *folio, int refs);
bool put_page_testzero(struct page *page);

/* A page that is free, or a tail, has none to take. */
static inline struct folio *folio_get_nontail_page(struct page *page)
{
	return get_page_unless_zero(page) ? (struct folio *)page : NULL;
}

static inline void get_page(struct page *page)
{
	folio_get(page_folio(page));
}

static inline void put_page(struct page *page)
{
	folio_put(page_folio(page));
}

/*
 * fidelity: simplified: of zones there is only the limit that GFP_DMA32 sets to addresses (below
 * that of GFP_DMA there is no RAM); no watermarks, no compaction, no OOM killer; memory of other
 * nodes is used when the preferred one is full unless __GFP_THISNODE says no, then reclaim follows
 */
struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order);
void split_page(struct page *page, unsigned int order);
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
void free_pages(unsigned long addr, unsigned int order);
void *page_address(const struct page *page);
int page_to_nid(const struct page *page);

#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __free_page(page) __free_pages((page), 0)
#define free_page(addr) free_pages((addr), 0)
#define __get_free_page(gfp) __get_free_pages((gfp), 0)
#define get_zeroed_page(gfp) __get_free_pages((gfp) | __GFP_ZERO, 0)

static inline struct folio *__folio_alloc_node(gfp_t gfp, unsigned int order, int nid)
{
	struct folio *folio = (struct folio *)alloc_pages_node(nid, gfp | __GFP_COMP, order);

	if (folio && order)
		folio_set_large_rmappable(folio);
	return folio;
}

static inline struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	return __folio_alloc_node(gfp, order, NUMA_NO_NODE);
}

static inline struct folio *folio_alloc_node(gfp_t gfp, unsigned int order, int nid)
{
	return __folio_alloc_node(gfp, order, nid);
}

/* fidelity: simplified: policies other than the default one are not modelled */
struct folio *vma_alloc_folio(gfp_t gfp, int order, struct vm_area_struct *vma,
			      unsigned long addr);

static inline int folio_nid(const struct folio *folio)
{
	return page_to_nid(&folio->page);
}

static inline void *folio_address(const struct folio *folio)
{
	return page_address(&folio->page);
}

static inline void *lowmem_page_address(const struct page *page)
{
	return page_address(page);
}

/* fidelity: simplified: pages come in order, whatever address is said to be used first */
void folio_copy(struct folio *dst, struct folio *src);
int folio_mc_copy(struct folio *dst, struct folio *src);
void folio_zero_user(struct folio *folio, unsigned long addr_hint);

/* fidelity: same */
#define GUP_PIN_COUNTING_BIAS (1U << 10)

/* Each pin of a small folio counts as that many references; a large one has a count of its own. */
static inline bool folio_maybe_dma_pinned(const struct folio *folio)
{
	if (folio_test_large(folio))
		return folio->_pincount.counter > 0;
	return (unsigned int)folio_ref_count(folio) >= GUP_PIN_COUNTING_BIAS;
}

/* fidelity: same */
#define VM_NONE 0x00000000
#define VM_READ BIT(0)
#define VM_WRITE BIT(1)
#define VM_EXEC BIT(2)
#define VM_SHARED BIT(3)
#define VM_MAYREAD BIT(4)
#define VM_MAYWRITE BIT(5)
#define VM_MAYEXEC BIT(6)
#define VM_MAYSHARE BIT(7)
#define VM_GROWSDOWN BIT(8)
#define VM_UFFD_MISSING BIT(9)
#define VM_PFNMAP BIT(10)
#define VM_UFFD_WP BIT(12)
#define VM_LOCKED BIT(13)
#define VM_IO BIT(14)
#define VM_DONTCOPY BIT(17)
#define VM_DONTEXPAND BIT(18)
#define VM_ACCOUNT BIT(20)
#define VM_NORESERVE BIT(21)
#define VM_HUGETLB BIT(22)
#define VM_DONTDUMP BIT(26)
#define VM_MIXEDMAP BIT(28)
#define VM_HUGEPAGE BIT(29)
#define VM_NOHUGEPAGE BIT(30)
#define VM_MERGEABLE BIT(31)
#define VM_ACCESS_FLAGS (VM_READ | VM_WRITE | VM_EXEC)
/* Of x86-64 with four levels. */
#define TASK_SIZE ((1UL << 47) - PAGE_SIZE)

#define VM_SPECIAL (VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP)

/*
 * fidelity: simplified: page-table entries are u64 (lib/mm/cpt.h); no preallocated tables are
 * handed down, since THP does its own
 */
struct vm_fault {
	struct {
		struct vm_area_struct *vma;
		gfp_t gfp_mask;
		pgoff_t pgoff;
		unsigned long address;
		unsigned long real_address;
	};
	enum fault_flag flags;
	u64 *pmd;
	u64 *pud;
	union {
		u64 orig_pte;
		u64 orig_pmd;
	};
	struct page *cow_page;
	struct page *page;
	u64 *pte;
	spinlock_t *ptl;
};

/* fidelity: simplified: the operations that core mm calls here */
struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
	int (*may_split)(struct vm_area_struct *vma, unsigned long addr);
	vm_fault_t (*fault)(struct vm_fault *vmf);
	vm_fault_t (*map_pages)(struct vm_fault *vmf, pgoff_t start_pgoff, pgoff_t end_pgoff);
	vm_fault_t (*page_mkwrite)(struct vm_fault *vmf);
	const char *(*name)(struct vm_area_struct *vma);
};

/* fidelity: same */
static inline bool vma_is_anonymous(const struct vm_area_struct *vma)
{
	return !vma->vm_ops;
}

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

static inline void vm_flags_set(struct vm_area_struct *vma, vm_flags_t flags)
{
	mmap_assert_write_locked(vma->vm_mm);
	vma->__vm_flags |= flags;
}

static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	mmap_assert_write_locked(vma->vm_mm);
	vma->__vm_flags &= ~flags;
}

static inline bool mm_flags_test(int flag, const struct mm_struct *mm)
{
	return test_bit(flag, &mm->flags);
}

static inline void mm_flags_set(int flag, struct mm_struct *mm)
{
	set_bit(flag, &mm->flags);
}

bool is_zero_page(const struct page *page);

/* The mm's lock is held in either mode. */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr);
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start_addr,
					     unsigned long end_addr);
struct vm_area_struct *vma_lookup(struct mm_struct *mm, unsigned long addr);
vm_fault_t handle_mm_fault(struct vm_area_struct *vma, unsigned long address, unsigned int flags,
			   struct pt_regs *regs);

/*
 * fidelity: simplified: no areas of hugetlbfs, no gate pages, no limit of pinned memory; of pages
 * that should not be pinned for long there is only coherent memory of devices
 */
long get_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
long get_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked);
long get_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
int get_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
int get_user_pages_fast_only(unsigned long start, int nr_pages, unsigned int gup_flags,
			     struct page **pages);
long pin_user_pages(unsigned long start, unsigned long nr_pages, unsigned int gup_flags,
		    struct page **pages);
long pin_user_pages_remote(struct mm_struct *mm, unsigned long start, unsigned long nr_pages,
			   unsigned int gup_flags, struct page **pages, int *locked);
long pin_user_pages_unlocked(unsigned long start, unsigned long nr_pages, struct page **pages,
			     unsigned int gup_flags);
int pin_user_pages_fast(unsigned long start, int nr_pages, unsigned int gup_flags,
			struct page **pages);
/* fidelity: simplified: the flag of the folio; nothing is written back */
bool set_page_dirty(struct page *page);
void unpin_user_page(struct page *page);
void unpin_user_pages(struct page **pages, unsigned long npages);
void unpin_user_pages_dirty_lock(struct page **pages, unsigned long npages, bool make_dirty);
void unpin_folio(struct folio *folio);

/*
 * fidelity: same
 */
int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
vm_fault_t vmf_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);
vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn);
vm_fault_t vmf_insert_mixed(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn);

#endif

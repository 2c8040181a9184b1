/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* What the files of collapsing share. */
#ifndef MM_COLLAPSE_H
#define MM_COLLAPSE_H

#include "mm/move_internal.h"

/* Of khugepaged: entries that may be none, swapped out, shared. */
#define COLLAPSE_MAX_NONE 511
#define COLLAPSE_MAX_SWAP 64
#define COLLAPSE_MAX_SHARED 256

/* Results: symbol, name, errno of MADV_COLLAPSE, whether it goes on with the next 2 MiB. */
#define COLLAPSE_RESULTS(X)                                                                        \
	X(SUCCEED, "succeeded", 0, true)                                                           \
	X(PMD_MAPPED, "pmd_mapped", 0, true)                                                       \
	X(FAIL, "failed", -EINVAL, false)                                                          \
	X(NO_PTE_TABLE, "no_pte_table", -EINVAL, true)                                             \
	X(EXCEED_NONE, "exceed_none_pte", -EBUSY, false)                                           \
	X(EXCEED_SWAP, "exceed_swap_pte", -EINVAL, false)                                          \
	X(EXCEED_SHARED, "exceed_shared_pte", -EINVAL, false)                                      \
	X(NON_PRESENT, "pte_non_present", -EINVAL, true)                                           \
	X(UFFD_WP, "pte_uffd_wp", -EINVAL, true)                                                   \
	X(LACK_REFERENCED, "lack_referenced_page", -EINVAL, true)                                  \
	X(PAGE_NULL, "page_null", -EINVAL, true)                                                   \
	X(PAGE_ANON, "page_not_anon", -EINVAL, false)                                              \
	X(PAGE_COUNT, "not_suitable_page_count", -EAGAIN, true)                                    \
	X(PAGE_LRU, "page_not_in_lru", -EAGAIN, true)                                              \
	X(PAGE_LOCK, "page_locked", -EAGAIN, true)                                                 \
	X(DEL_PAGE_LRU, "could_not_delete_page_from_lru", -EAGAIN, true)                           \
	X(ANY_PROCESS, "no_process_for_page", -EINVAL, false)                                      \
	X(VMA_NULL, "vma_null", -EINVAL, false)                                                    \
	X(VMA_CHECK, "vma_check_failed", -EINVAL, false)                                           \
	X(ADDRESS_RANGE, "not_suitable_address_range", -EINVAL, false)                             \
	X(ALLOC_FAIL, "alloc_huge_page_failed", -ENOMEM, false)

enum collapse_result {
#define X(symbol, name, err, goes_on) COLLAPSE_##symbol,
	COLLAPSE_RESULTS(X)
#undef X
};

/**
 * struct collapse - collapsing 2 MiB
 * @mm: whose
 * @addr: of the 2 MiB
 * @khugepaged: its limits hold
 * @vma: area; looked up again whenever the lock was dropped
 * @pmd: slot
 * @unmapped: entries that are neither none nor present
 * @referenced: entries that were used lately
 * @node_pages: pages found, by node
 * @folio: the new one
 * @large: large folios that were isolated, each once
 */
struct collapse {
	struct mm_struct *mm;
	unsigned long addr;
	bool khugepaged;
	struct vm_area_struct *vma;
	u64 *pmd;
	unsigned int unmapped;
	unsigned int referenced;
	unsigned int node_pages[SVMSIM_NODE_MAX];
	struct folio *folio;
	struct list_head large;
};

/* Whether an entry maps nothing that needs to be copied. */
bool collapse_is_empty(u64 entry);
/* Whether a present entry may be collapsed, as far as that shows without locking its folio. */
enum collapse_result collapse_check_entry(struct collapse *collapse, unsigned long addr, u64 entry,
					  unsigned int *shared, struct folio **out);

/*
 * collapse_copy.c: @table was taken out of the mm, which nobody else can reach. Isolates and locks
 * what it maps; on failure everything is as it was.
 */
enum collapse_result collapse_isolate(struct collapse *collapse, struct page *table);
/* Copies, and empties the table. */
void collapse_copy(struct collapse *collapse, struct page *table);

#endif

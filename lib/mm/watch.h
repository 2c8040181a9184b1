/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Where oracles listen to memory. Same rules as iova_sim/watch.h: callbacks look, they change
 * nothing and pass no switch point.
 */
#ifndef MM_WATCH_H
#define MM_WATCH_H

#include <linux/types.h>

struct address_space;
struct folio;
struct mm_struct;
struct mmu_interval_notifier;
struct mmu_notifier_range;

/**
 * struct mm_watch - what an oracle can see of memory
 * @ctx: passed to each
 * @page_alloc: pages @pfn .. @pfn + @count - 1 were handed out
 * @page_free: they are about to go back to the allocator
 * @bad_ref: a reference on @pfn was taken or dropped in a way its count does not allow; @what
 *	says how
 * @bad_lock: the same of a folio's lock
 * @device_alloc: a driver initialised 1 << @order pages of device memory
 * @device_free: the last reference of a device's folio is gone, its driver gets it back now
 * @cpt_change: an entry of a page table changes from @old to @entry
 * @range_start: an invalidation was announced, every subscriber called
 * @range_end: it is over
 * @set_seq: a subscriber noted an invalidation
 * @read_begin: a reader got a sequence number
 * @read_retry: a reader asked under its lock whether to retry; @retry is the answer
 * @cpu_access: a CPU has read or is about to write @bytes, within one page
 * @tlb_hit: an access used a cached translation; @is_justified: the table still says so, or a
 *	change bracket is open
 * @mm_new: an address space was made; @parent: the one it is a copy of, or NULL
 * @mm_gone: its last user is gone, nothing is mapped
 * @area_moved: mremap() moved a range to another address
 * @area_clearing: a range begins to be cleared: until @area_cleared it may read as before or as
 *	zero
 * @area_cleared: a range reads as zero, or as its file, from now on (unmapped, DONTNEED)
 * @device_access: a device has read, or is about to write, bytes of a page; @who is its name
 * @file_write: write(2) changes a file
 * @file_truncating: a file will end at @bytes: until @file_truncate what lies behind may read as
 *	before or as zero
 * @file_truncate: a file ends at @bytes from now on
 * @file_gone: nobody uses the file any more
 * @copy: bytes of a page were copied by the kernel
 */
struct mm_watch {
	void *ctx;
	void (*page_alloc)(void *ctx, unsigned long pfn, unsigned long count);
	void (*page_free)(void *ctx, unsigned long pfn, unsigned long count);
	void (*bad_ref)(void *ctx, unsigned long pfn, const char *what);
	void (*bad_lock)(void *ctx, unsigned long pfn, const char *what);
	void (*device_alloc)(void *ctx, unsigned long pfn, unsigned int order);
	void (*device_free)(void *ctx, unsigned long pfn, unsigned int order);
	void (*cpt_change)(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned int level,
			   u64 old, u64 entry);
	void (*range_start)(void *ctx, const struct mmu_notifier_range *range);
	void (*range_end)(void *ctx, const struct mmu_notifier_range *range);
	void (*set_seq)(void *ctx, struct mmu_interval_notifier *notifier);
	void (*read_begin)(void *ctx, struct mmu_interval_notifier *notifier, unsigned long seq);
	void (*read_retry)(void *ctx, struct mmu_interval_notifier *notifier, unsigned long seq,
			   bool retry);
	void (*cpu_access)(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned long pfn,
			   const void *bytes, size_t count, bool write);
	void (*tlb_hit)(void *ctx, struct mm_struct *mm, unsigned long addr, unsigned long pfn,
			bool write, bool is_justified);
	void (*mm_new)(void *ctx, struct mm_struct *mm, struct mm_struct *parent);
	void (*mm_gone)(void *ctx, struct mm_struct *mm);
	void (*area_moved)(void *ctx, struct mm_struct *mm, unsigned long from, unsigned long to,
			   size_t bytes, bool keeps_old);
	void (*area_clearing)(void *ctx, struct mm_struct *mm, unsigned long addr, size_t bytes);
	void (*area_cleared)(void *ctx, struct mm_struct *mm, unsigned long addr, size_t bytes);
	void (*device_access)(void *ctx, const char *who, unsigned long pfn, size_t offset,
			      const void *bytes, size_t count, bool write);
	void (*file_write)(void *ctx, const struct address_space *mapping, u64 offset,
			   const void *bytes, size_t count);
	void (*file_truncating)(void *ctx, const struct address_space *mapping, u64 bytes);
	void (*file_truncate)(void *ctx, const struct address_space *mapping, u64 bytes);
	void (*file_gone)(void *ctx, const struct address_space *mapping);
	void (*copy)(void *ctx, unsigned long to_pfn, unsigned long from_pfn);
};

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * DOC: Overview
 *
 * Oracles of memory: what address spaces promise to those who use them. Like the others they listen
 * (mm/watch.h), keep books of their own, and change nothing.
 *
 * DOC: Vocabulary
 *
 * shadow  what each byte of an address space must read as, from the writes alone: it knows nothing
 *         of pages, tables, swap or devices.
 * loose   a page whose contents two legal orders of events make different; it is not judged until
 *         it has been written as a whole.
 */
#ifndef CHECK_MM_H
#define CHECK_MM_H

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include "check/check.h"

/**
 * struct chk_page - contents of one page of the shadow
 * @refs: address spaces that have it: more than one between a fork and the next write
 * @loose: see above
 * @bytes: what it reads as
 */
struct chk_page {
	unsigned int refs;
	bool loose;
	u8 bytes[PAGE_SIZE];
};

/**
 * struct chk_space - pages by index: of an mm, or of a file
 * @next: in the list of all
 * @mapping: whose, of a file
 * @mm_number: whose, of an mm; 0 for a file
 * @slots: open-addressed table
 * @capacity: its size, a power of two
 * @count: entries in use
 */
struct chk_space {
	struct chk_space *next;
	const struct address_space *mapping;
	unsigned int mm_number;
	struct chk_slot {
		u64 index;
		struct chk_page *page;
	} *slots;
	u32 capacity;
	u32 count;
};

/**
 * struct chk_range - an invalidation that is announced and not over
 * @mm_number: whose
 * @start: from here
 * @end: to here, exclusive
 * @task: number of the task that opened it
 */
struct chk_range {
	unsigned int mm_number;
	unsigned long start;
	unsigned long end;
	u32 task;
};

/**
 * struct chk_reader - a reader of a notifier's sequence
 * @notifier: which
 * @task: number of the task
 * @seen: invalidations of that notifier so far when it began
 */
struct chk_reader {
	const struct mmu_interval_notifier *notifier;
	u32 task;
	u64 seen;
};

/**
 * struct chk_listener - an interval notifier, as far as it was heard of
 * @notifier: which; not followed, since it may be gone
 * @mm_number: of what
 * @start: from here
 * @last: to here, inclusive
 * @count: invalidations that reached it and that it may not ignore
 */
struct chk_listener {
	const struct mmu_interval_notifier *notifier;
	unsigned int mm_number;
	unsigned long start;
	unsigned long last;
	u64 count;
};

/**
 * struct chk_mm - state of these oracles
 * @spaces: all shadows
 * @ranges: open invalidations; @range_count in use, @range_capacity allocated
 * @range_count: see @ranges
 * @range_capacity: see @ranges
 * @readers: the same of readers
 * @reader_count: see @readers
 * @reader_capacity: see @readers
 * @listeners: the same of notifiers
 * @listener_count: see @listeners
 * @listener_capacity: see @listeners
 */
struct chk_mm {
	struct chk_space *spaces;
	struct chk_range *ranges;
	u32 range_count;
	u32 range_capacity;
	struct chk_reader *readers;
	u32 reader_count;
	u32 reader_capacity;
	struct chk_listener *listeners;
	u32 listener_count;
	u32 listener_capacity;
};

static inline struct chk_mm *chk_mm(void)
{
	return chk_state()->mm;
}

/* shadow_space.c: tables of pages. */
struct chk_space *chk_space_of_mm(unsigned int mm_number, bool makes);
struct chk_space *chk_space_of_file(const struct address_space *mapping, bool makes);
struct chk_page *chk_space_get(const struct chk_space *space, u64 index);
/* The page to be changed: made from @base (NULL for zeros) if missing, copied if shared. */
struct chk_page *chk_space_own(struct chk_space *space, u64 index, const struct chk_page *base);
/* Takes a reference on @page. */
void chk_space_put(struct chk_space *space, u64 index, struct chk_page *page);
void chk_space_drop(struct chk_space *space, u64 first, u64 last);
/* Pages from @first on are not judged until written as a whole. */
void chk_space_loosen(struct chk_space *space, u64 first);
void chk_space_copy(struct chk_space *to, const struct chk_space *from);
void chk_space_move(struct chk_space *space, u64 from, u64 to, u64 pages);
void chk_space_remove(struct chk_space *space);
void chk_spaces_clear(struct chk_mm *state);

/* shadow.c: its callbacks. */
void chk_shadow_watch(struct mm_watch *watch);
/* The area that an address lies in, whoever holds its mm's lock; NULL for none. */
struct vm_area_struct *chk_area_of(const struct mm_struct *mm, unsigned long addr);
/* Whether another task is changing the mm's areas. */
bool chk_mm_changes(const struct mm_struct *mm);

#endif

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Accesses by page number, and what they leave in tables, counts and notifiers. */
#ifndef UNIT_FAULT_FIXTURE_H
#define UNIT_FAULT_FIXTURE_H

#include <linux/mmu_notifier.h>
#include "mman_fixture.h"
#include "mm/fault.h"
#include "mm/move.h"

/* Ranges that were announced, as "CLEAR 3-4, UNMAP 0-8": pages from BASE on. */
static struct {
	char text[2048];
	int at;
} ranges;

static inline void note_range(void *ctx, const struct mmu_notifier_range *range)
{
	static const char *const names[] = {
		[MMU_NOTIFY_UNMAP] = "UNMAP",
		[MMU_NOTIFY_CLEAR] = "CLEAR",
		[MMU_NOTIFY_PROTECTION_VMA] = "PROTECTION_VMA",
		[MMU_NOTIFY_PROTECTION_PAGE] = "PROTECTION_PAGE",
		[MMU_NOTIFY_SOFT_DIRTY] = "SOFT_DIRTY",
		[MMU_NOTIFY_RELEASE] = "RELEASE",
		[MMU_NOTIFY_MIGRATE] = "MIGRATE",
		[MMU_NOTIFY_EXCLUSIVE] = "EXCLUSIVE",
	};

	ranges.at += scnprintf(ranges.text + ranges.at, sizeof(ranges.text) - ranges.at,
			       "%s%s %ld-%ld", ranges.at ? ", " : "", names[range->event],
			       (long)(range->start - BASE) >> PAGE_SHIFT,
			       (long)(range->end - BASE) >> PAGE_SHIFT);
}

static const struct mm_watch range_watch = { .range_start = note_range };

static inline void ranges_clear(void)
{
	ranges.at = 0;
	ranges.text[0] = '\0';
}

#define assert_ranges(expected) \
	do { \
		ktest_assert_string_equal(ranges.text, expected); \
		ranges_clear(); \
	} while (0)

static inline struct svmsim_world *fault_world(const struct svmsim_machine *machine)
{
	struct svmsim_world *world = mm_world(machine);

	ranges_clear();
	sim_phys_set_watch(world, &range_watch);
	return world;
}

static inline u64 entry_at(struct mm_struct *mm, unsigned long page)
{
	struct cpt_hit hit;

	return cpt_lookup(mm, BASE + page * PAGE_SIZE, &hit) ? hit.entry : 0;
}

static inline struct folio *folio_at(struct mm_struct *mm, unsigned long page)
{
	return pfn_folio(cpt_pfn(entry_at(mm, page)));
}

static inline long rss_of(const struct mm_struct *mm, int member)
{
	return atomic_long_read(&mm->rss_stat[member]);
}

static inline int read_err(struct mm_struct *mm, unsigned long page, u8 *value)
{
	return sim_cpu_read(mm, BASE + page * PAGE_SIZE + 5, value, 1);
}

static inline u8 read_at(struct mm_struct *mm, unsigned long page)
{
	u8 value = 0x5a;

	ktest_assert_int_equal(read_err(mm, page, &value), 0);
	return value;
}

static inline int write_err(struct mm_struct *mm, unsigned long page, u8 value)
{
	return sim_cpu_write(mm, BASE + page * PAGE_SIZE + 5, &value, 1);
}

static inline void write_at(struct mm_struct *mm, unsigned long page, u8 value)
{
	ktest_assert_int_equal(write_err(mm, page, value), 0);
}

/* Puts an entry where a fault will find it. */
static inline void set_entry_at(struct mm_struct *mm, unsigned long page, u64 entry)
{
	unsigned long addr = BASE + page * PAGE_SIZE;
	u64 *pmd = cpt_pmd_alloc(mm, addr);

	ktest_assert_int_equal(cpt_pte_alloc(mm, addr, pmd), 0);
	cpt_set(mm, addr, cpt_pte(pmd, addr), 0, entry);
	flush_tlb_mm(mm);
}

static inline void mm_end(struct svmsim_world *world, struct mm_struct *mm)
{
	mmput(mm);
	lru_add_drain_all();
	assert_all_free(world);
	sim_phys_set_watch(world, NULL);
}

#endif

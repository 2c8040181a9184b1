/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The invariants of memory between steps, by a walk of everything: counts of folios against the
 * entries that really map them, and what migrations leave behind. Slow, and run when asked.
 */
#include "check/mm.h"
#include "kernel/warn_internal.h"
#include "mm/cpt.h"
#include "mm/fault.h"
#include "mm/mman.h"

/* What the page tables say about one page frame. */
struct mapped {
	u64 pfn;
	u32 count;
	u32 pmd_count;
	bool writable;
};

/* A walk that gathers; sorted by page frame afterwards. */
struct census {
	struct mapped *list;
	u32 count;
	u32 capacity;
	unsigned int found;
};

static void report_state(struct census *census, const char *what, unsigned long pfn,
			 const char *fmt, long one, long two)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_MM_STATE);

	sim_report_field(report, "what", "%s", what);
	sim_report_line(report, "page frame 0x%lx", pfn);
	sim_report_line(report, fmt, one, two);
	sim_report_raise(report);
	census->found++;
}

static void add(struct census *census, u64 pfn, bool is_pmd, bool writable)
{
	if (census->count == census->capacity)
		census->list = sim_array_grow(sim_world, census->list, census->count,
					      &census->capacity, sizeof(*census->list));
	census->list[census->count++] = (struct mapped){
		.pfn = pfn,
		.count = 1,
		.pmd_count = is_pmd,
		.writable = writable,
	};
}

static void see(struct census *census, const struct mm_struct *mm, unsigned long addr, u64 entry,
		bool is_pmd)
{
	if (cpt_none(entry) || (entry & CPT_SPECIAL))
		return;
	if (cpt_present(entry) ? is_zero_pfn(cpt_pfn(entry)) || is_huge_zero_pfn(cpt_pfn(entry)) :
				 !cpt_is_device_private(entry) &&
					 cpt_soft(entry) != CPT_DEVICE_EXCLUSIVE)
		return;
	add(census, cpt_pfn(entry), is_pmd, cpt_write(entry));
}

static void walk_pmd(struct census *census, const struct mm_struct *mm, unsigned long addr,
		     u64 entry)
{
	const u64 *table;

	if (!cpt_is_table(entry)) {
		see(census, mm, addr, entry, true);
		return;
	}
	table = cpt_table(entry);
	for (unsigned int i = 0; i < CPT_ENTRIES; i++)
		see(census, mm, addr + ((u64)i << PAGE_SHIFT), table[i], false);
}

static void walk_table(struct census *census, const struct mm_struct *mm, unsigned long addr,
		       const u64 *table, unsigned int level)
{
	for (unsigned int i = 0; i < CPT_ENTRIES; i++) {
		unsigned long at = addr + ((u64)i << (PAGE_SHIFT + CPT_BITS * level));

		if (level == 1)
			walk_pmd(census, mm, at, table[i]);
		else if (cpt_is_table(table[i]))
			walk_table(census, mm, at, cpt_table(table[i]), level - 1);
	}
}

/* Heap sort: no recursion, no memory. */
static void sift(struct mapped *list, u32 root, u32 end)
{
	for (;;) {
		u32 child = 2 * root + 1;
		struct mapped swap;

		if (child >= end)
			return;
		if (child + 1 < end && list[child].pfn < list[child + 1].pfn)
			child++;
		if (list[root].pfn >= list[child].pfn)
			return;
		swap = list[root];
		list[root] = list[child];
		list[child] = swap;
		root = child;
	}
}

static void sort_and_merge(struct census *census)
{
	struct mapped *list = census->list;
	u32 count = 0;

	for (u32 i = census->count / 2; i--;)
		sift(list, i, census->count);
	for (u32 end = census->count; end > 1; end--) {
		struct mapped swap = list[0];

		list[0] = list[end - 1];
		list[end - 1] = swap;
		sift(list, 0, end - 1);
	}
	for (u32 i = 0; i < census->count; i++) {
		if (count && list[count - 1].pfn == list[i].pfn) {
			list[count - 1].count++;
			list[count - 1].pmd_count += list[i].pmd_count;
			list[count - 1].writable |= list[i].writable;
		} else {
			list[count++] = list[i];
		}
	}
	census->count = count;
}

/* All entries of a large folio follow each other in the list, if they are whole. */
static void judge_folio(struct census *census, struct folio *folio, u32 first, u32 end)
{
	u32 entries = 0;

	for (u32 i = first; i < end; i++)
		entries += census->list[i].count;
	if (folio_ref_count(folio) < (int)entries)
		report_state(census, folio_ref_count(folio) ? "refcount" : "free-mapped",
			     folio_pfn(folio), "%ld references, but %ld entries map it",
			     folio_ref_count(folio), entries);
	if (folio_mapcount(folio) != (int)entries)
		report_state(census, "mapcount", folio_pfn(folio),
			     "map count %ld, but %ld entries map it", folio_mapcount(folio),
			     entries);
	for (u32 i = first; i < end; i++) {
		const struct mapped *mapped = &census->list[i];
		const struct page *page = pfn_to_page(mapped->pfn);

		if (!mapped->writable || !folio_test_anon(folio))
			continue;
		if (mapped->count > 1)
			report_state(census, "writable-shared", mapped->pfn,
				     "an entry is writable, and %ld map the page%.0ld",
				     mapped->count, 0);
		else if (!mapped->pmd_count && !PageAnonExclusive(page))
			report_state(census, "writable-shared", mapped->pfn,
				     "an entry is writable, but the page is not exclusive"
				     "%.0ld%.0ld",
				     0, 0);
	}
}

static void judge(struct census *census)
{
	for (u32 i = 0; i < census->count;) {
		struct folio *folio = page_folio(pfn_to_page(census->list[i].pfn));
		u64 last = folio_pfn(folio) + folio_nr_pages(folio) - 1;
		u32 end = i + 1;

		while (end < census->count && census->list[end].pfn <= last)
			end++;
		judge_folio(census, folio, i, end);
		i = end;
	}
}

unsigned int chk_mm_validate(struct svmsim_world *world)
{
	struct census census = {};
	struct mm_struct *mm;

	list_for_each_entry(mm, &mm_state()->mms, sim_node)
		if (mm->sim_pgd_pfn)
			walk_table(&census, mm, 0,
				   sim_phys_ptr(world, PFN_PHYS(mm->sim_pgd_pfn)), CPT_TOP_LEVEL);
	sort_and_merge(&census);
	judge(&census);
	sim_free(world, census.list, census.capacity * sizeof(*census.list));
	return census.found;
}

/* Migration entries of one table; all of them are left behind when no task is on its way. */
static unsigned int count_left(const struct mm_struct *mm, unsigned long addr, const u64 *table,
			       unsigned int level, unsigned long *first)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < CPT_ENTRIES; i++) {
		unsigned long at = addr + ((u64)i << (PAGE_SHIFT + CPT_BITS * level));

		if (level && cpt_is_table(table[i]))
			count += count_left(mm, at, cpt_table(table[i]), level - 1, first);
		else if (cpt_is_migration(table[i]) && !count++ && !*first)
			*first = at;
	}
	return count;
}

static void report_left(const char *what, const char *fmt, unsigned long where, unsigned int count)
{
	struct sim_report *report = sim_report_begin(SIM_REPORT_MIGRATION_LEFT);

	sim_report_field(report, "what", "%s", what);
	sim_report_field(report, "count", "%u", count);
	sim_report_line(report, fmt, where);
	sim_report_raise(report);
}

void chk_mm_settled(struct svmsim_world *world)
{
	const struct sim_phys *phys = sim_phys_of_world(world);
	unsigned long first = 0;
	unsigned int count = 0;
	struct mm_struct *mm;

	list_for_each_entry(mm, &mm_state()->mms, sim_node) {
		if (!mm->sim_pgd_pfn)
			continue;
		first = 0;
		count = count_left(mm, 0, sim_phys_ptr(world, PFN_PHYS(mm->sim_pgd_pfn)),
				   CPT_TOP_LEVEL, &first);
		if (count)
			report_left("entry", "the first is that of 0x%lx", first, count);
	}
	first = count = 0;
	for (u64 i = 0; i < 64ull * phys->touched_count; i++) {
		u64 pfn = 64ull * phys->touched_groups[i / 64] + i % 64;
		const struct page *page = &phys->pages[pfn];

		if (!(page->flags.f & (1ul << PG_locked)) || PageTail(page))
			continue;
		if (!count++)
			first = pfn;
	}
	if (count)
		report_left("locked", "the first folio is at page frame 0x%lx", first, count);
}

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "entries_fixture.h"

/* Locked and referenced by a migrator, as try_to_migrate() wants it. */
static void take(struct folio *folio)
{
	folio_get(folio);
	folio_lock(folio);
}

static void give_back(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

static void test_page_moves_and_keeps_its_rights(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *src, *dst;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 8);
	src = map_ram(vma, AT(3), 0);
	take(src);
	try_to_migrate(src, 0);
	ktest_assert_int_equal(folio_mapcount(src), 0);
	ktest_assert_int_equal(folio_ref_count(src), 1);
	ktest_assert_u64_equal(entry_at(mm, AT(3)),
			       cpt_make_soft(CPT_MIGRATION_WRITE, folio_pfn(src),
					     CPT_SOFT_YOUNG | CPT_SOFT_WAS_DIRTY));
	ktest_assert_true(folio_test_dirty(src));
	ktest_assert_int_equal(e.range.event, MMU_NOTIFY_CLEAR);
	ktest_assert_u64_equal(e.range.start, AT(3));
	ktest_assert_u64_equal(e.range.end, AT(4));

	dst = folio_alloc(GFP_KERNEL, 0);
	folio_lock(dst);
	move_mappings(src, dst);
	ktest_assert_u64_equal(entry_at(mm, AT(3)), present(dst, 0));
	ktest_assert_true(PageAnonExclusive(&dst->page));
	ktest_assert_int_equal(folio_mapcount(dst), 1);
	ktest_assert_int_equal(folio_ref_count(dst), 2);
	give_back(src);
	give_back(dst);
	ktest_assert_int_equal(atomic_long_read(&mm->rss_stat[MM_ANONPAGES]), 1);
	mmput(mm);
	entries_done(&e);
}

/* A clean copy of a page that was dirty stays clean, an old one old. */
static void test_young_and_dirty_travel_in_the_entry(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 8);
	folio = map_ram(vma, AT(0), 0);
	cpt_set(mm, AT(0), pte_at(mm, AT(0)), 0,
		cpt_make_leaf(folio_pfn(folio), CPT_PRESENT | CPT_DIRTY | CPT_SOFT_DIRTY));
	take(folio);
	try_to_migrate(folio, 0);
	ktest_assert_u64_equal(entry_at(mm, AT(0)),
			       cpt_make_soft(CPT_MIGRATION_READ_EXCLUSIVE, folio_pfn(folio),
					     CPT_SOFT_WAS_DIRTY | CPT_SOFT_DIRTY));
	folio_clear_dirty(folio);
	remove_migration_ptes(folio, folio, 0);
	ktest_assert_u64_equal(entry_at(mm, AT(0)),
			       cpt_make_leaf(folio_pfn(folio), CPT_PRESENT | CPT_SOFT_DIRTY));
	ktest_assert_true(PageAnonExclusive(&folio->page));
	give_back(folio);
	mmput(mm);
	entries_done(&e);
}

static void test_shared_page_leaves_every_mm(void **state)
{
	struct entries e;
	struct mm_struct *mm, *child;
	struct vm_area_struct *vma, *copy;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	child = mm_create();
	vma = area_at(mm, 0, 8);
	folio = map_ram(vma, AT(5), 0);
	copy = fork_area(child, vma);
	ktest_assert_int_equal(share_entry(copy, vma, AT(5)), 0);
	ktest_assert_false(PageAnonExclusive(&folio->page));
	e.starts = e.ends = 0;
	take(folio);
	try_to_migrate(folio, 0);
	ktest_assert_int_equal(e.starts, 2);
	ktest_assert_false(folio_mapped(folio));
	ktest_assert_int_equal(cpt_soft(entry_at(mm, AT(5))), CPT_MIGRATION_READ);
	ktest_assert_int_equal(cpt_soft(entry_at(child, AT(5))), CPT_MIGRATION_READ);
	remove_migration_ptes(folio, folio, 0);
	ktest_assert_int_equal(folio_mapcount(folio), 2);
	ktest_assert_false(PageAnonExclusive(&folio->page));
	ktest_assert_u64_equal(entry_at(child, AT(5)), present(folio, 0) & ~CPT_WRITE);
	give_back(folio);
	mmput(child);
	mmput(mm);
	entries_done(&e);
}

static void test_device_page_comes_back_to_ram(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *src, *dst;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 8);
	src = map_folio(vma, AT(1), device_folio(&e, 3, 0));
	take(src);
	try_to_migrate(src, TTU_SYNC);
	ktest_assert_u64_equal(entry_at(mm, AT(1)),
			       cpt_make_soft(CPT_MIGRATION_WRITE, folio_pfn(src), 0));
	dst = folio_alloc(GFP_KERNEL, 0);
	folio_lock(dst);
	move_mappings(src, dst);
	ktest_assert_u64_equal(entry_at(mm, AT(1)),
			       cpt_make_leaf(folio_pfn(dst), CPT_PRESENT | CPT_WRITE));
	give_back(src);
	ktest_assert_int_equal(freed_count, 1);
	/* And out again. */
	src = dst;
	try_to_migrate(src, 0);
	dst = device_folio(&e, 4, 0);
	folio_lock(dst);
	move_mappings(src, dst);
	ktest_assert_u64_equal(entry_at(mm, AT(1)), writable(dst, 0));
	ktest_assert_true(PageAnonExclusive(&dst->page));
	give_back(src);
	give_back(dst);
	mmput(mm);
	ktest_assert_int_equal(freed_count, 2);
	entries_done(&e);
}

static void test_device_exclusive_page_is_a_mapping(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 8);
	folio = map_ram(vma, AT(1), 0);
	cpt_set(mm, AT(1), pte_at(mm, AT(1)), 0,
		cpt_make_soft(CPT_DEVICE_EXCLUSIVE, folio_pfn(folio), 0));
	take(folio);
	try_to_migrate(folio, 0);
	ktest_assert_u64_equal(entry_at(mm, AT(1)),
			       cpt_make_soft(CPT_MIGRATION_READ_EXCLUSIVE, folio_pfn(folio), 0));
	remove_migration_ptes(folio, folio, 0);
	ktest_assert_u64_equal(entry_at(mm, AT(1)),
			       cpt_make_leaf(folio_pfn(folio), CPT_PRESENT));
	give_back(folio);
	mmput(mm);
	entries_done(&e);
}

static void test_pinned_page_stays_as_it_was(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 8);
	folio = map_ram(vma, AT(1), 0);
	folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
	take(folio);
	try_to_migrate(folio, 0);
	ktest_assert_u64_equal(entry_at(mm, AT(1)), present(folio, 0));
	ktest_assert_true(folio_mapped(folio) && PageAnonExclusive(&folio->page));
	folio_put_refs(folio, GUP_PIN_COUNTING_BIAS);
	give_back(folio);
	mmput(mm);
	entries_done(&e);
}

static void test_pte_mapped_large_folio_leaves_entry_by_entry(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 16);
	folio = map_ram(vma, AT(4), 2);
	/* One of its pages is not mapped any more. */
	cpt_set(mm, AT(5), pte_at(mm, AT(5)), 0, 0);
	folio_remove_rmap(folio, folio_page(folio, 1), 1, vma, RMAP_LEVEL_PTE);
	mm_rss_add(mm, MM_ANONPAGES, -1);
	folio_put(folio);
	take(folio);
	try_to_migrate(folio, 0);
	ktest_assert_int_equal(folio_mapcount(folio), 0);
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	for (unsigned int i = 0; i < 4; i++)
		ktest_assert_u64_equal(entry_at(mm, AT(4 + i)),
				       i == 1 ? 0 :
						cpt_make_soft(CPT_MIGRATION_WRITE,
							      folio_pfn(folio) + i,
							      CPT_SOFT_YOUNG | CPT_SOFT_WAS_DIRTY));
	ktest_assert_u64_equal(e.range.start, AT(4));
	ktest_assert_u64_equal(e.range.end, AT(8));
	remove_migration_ptes(folio, folio, 0);
	ktest_assert_int_equal(folio_mapcount(folio), 3);
	ktest_assert_u64_equal(entry_at(mm, AT(7)), present(folio, 3));
	give_back(folio);
	mmput(mm);
	entries_done(&e);
}

static void huge_moves_whole(uint32_t quirks, bool to_device, bool back_writable)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *src, *dst;

	entries_make(&e, quirks);
	mm = mm_create();
	vma = area_at(mm, 0, 1024);
	src = map_huge(vma, AT(512), to_device ? folio_alloc(GFP_KERNEL, CPT_PMD_ORDER) :
						 device_folio(&e, 512, CPT_PMD_ORDER));
	dst = to_device ? device_folio(&e, 512, CPT_PMD_ORDER) :
			  folio_alloc(GFP_KERNEL, CPT_PMD_ORDER);
	folio_lock(dst);
	take(src);
	try_to_migrate(src, 0);
	ktest_assert_int_equal(folio_mapcount(src), 0);
	ktest_assert_int_equal(folio_ref_count(src), 1);
	ktest_assert_int_equal(cpt_soft(entry_at(mm, AT(700))),
			       back_writable ? CPT_MIGRATION_WRITE : CPT_MIGRATION_READ_EXCLUSIVE);
	ktest_assert_u64_equal(e.range.end - e.range.start, CPT_PMD_SIZE);
	move_mappings(src, dst);
	ktest_assert_int_equal(cpt_write(entry_at(mm, AT(700))), back_writable);
	ktest_assert_int_equal(cpt_present(entry_at(mm, AT(700))), !to_device);
	ktest_assert_u64_equal(cpt_pfn(entry_at(mm, AT(700))), folio_pfn(dst));
	ktest_assert_int_equal(dst->_entire_mapcount.counter, 1);
	ktest_assert_true(PageAnonExclusive(&dst->page));
	give_back(src);
	give_back(dst);
	mmput(mm);
	entries_done(&e);
}

static void test_huge_page_moves_whole(void **state)
{
	huge_moves_whole(0, true, true);
}

static void test_device_huge_page_moves_whole(void **state)
{
	huge_moves_whole(0, false, true);
}

static void test_quirk_makes_device_huge_page_read_only(void **state)
{
	huge_moves_whole(1u << SVMSIM_QUIRK_DEVICE_PMD_READ_ONLY, false, false);
}

static void test_pinned_huge_page_stays_as_it_was(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;
	u64 before;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 512);
	folio = map_huge(vma, AT(0), folio_alloc(GFP_KERNEL, CPT_PMD_ORDER));
	before = entry_at(mm, AT(0));
	folio->_pincount.counter = 1;
	take(folio);
	try_to_migrate(folio, 0);
	ktest_assert_u64_equal(entry_at(mm, AT(0)), before);
	/* Split it is, but nothing of it is a migration entry. */
	try_to_migrate(folio, TTU_SPLIT_HUGE_PMD);
	ktest_assert_u64_equal(entry_at(mm, AT(9)), present(folio, 9));
	ktest_assert_int_equal(folio_mapcount(folio), CPT_PMD_PAGES);
	folio->_pincount.counter = 0;
	give_back(folio);
	mmput(mm);
	entries_done(&e);
}

static void test_huge_page_leaves_as_small_entries(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 512);
	folio = map_huge(vma, AT(0), folio_alloc(GFP_KERNEL, CPT_PMD_ORDER));
	take(folio);
	try_to_migrate(folio, TTU_SPLIT_HUGE_PMD);
	ktest_assert_int_equal(folio_mapcount(folio), 0);
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_u64_equal(entry_at(mm, AT(511)),
			       cpt_make_soft(CPT_MIGRATION_WRITE, folio_pfn(folio) + 511,
					     CPT_SOFT_YOUNG | CPT_SOFT_WAS_DIRTY));
	remove_migration_ptes(folio, folio, 0);
	ktest_assert_int_equal(folio_mapcount(folio), CPT_PMD_PAGES);
	ktest_assert_int_equal(folio_ref_count(folio), 1 + CPT_PMD_PAGES);
	give_back(folio);
	mmput(mm);
	entries_done(&e);
}

/* The whole mm went while its folio was in migration: nothing is left to restore. */
static void test_walk_by_an_anon_vma_that_is_gone_is_told(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct anon_vma *anon_vma;
	struct folio *folio;

	entries_make(&e, 0);
	for (unsigned int i = 0; i < 2; i++) {
		mm = mm_create();
		folio = map_ram(area_at(mm, 0, 8), AT(1), 0);
		take(folio);
		anon_vma = i ? folio_get_anon_vma(folio) : NULL;
		try_to_migrate(folio, 0);
		mmput(mm);
		remove_migration_ptes(folio, folio, 0);
		ktest_assert_int_equal(e.bad_refs, 1);
		ktest_assert_string_equal(e.what, "looked for by an anon_vma that is gone");
		ktest_assert_false(folio_mapped(folio));
		if (anon_vma)
			put_anon_vma(anon_vma);
		give_back(folio);
	}
	e.bad_refs = 0;
	entries_done(&e);
}

static const struct ktest tests[] = {
	KTEST(test_device_exclusive_page_is_a_mapping),
	KTEST(test_device_huge_page_moves_whole),
	KTEST(test_device_page_comes_back_to_ram),
	KTEST(test_huge_page_leaves_as_small_entries),
	KTEST(test_huge_page_moves_whole),
	KTEST(test_page_moves_and_keeps_its_rights),
	KTEST(test_pinned_huge_page_stays_as_it_was),
	KTEST(test_pinned_page_stays_as_it_was),
	KTEST(test_pte_mapped_large_folio_leaves_entry_by_entry),
	KTEST(test_quirk_makes_device_huge_page_read_only),
	KTEST(test_shared_page_leaves_every_mm),
	KTEST(test_walk_by_an_anon_vma_that_is_gone_is_told),
	KTEST(test_young_and_dirty_travel_in_the_entry),
};
KTEST_MAIN(tests)

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "entries_fixture.h"

#define HUGE_FOLIO folio_alloc(GFP_KERNEL, CPT_PMD_ORDER)

/* An mm with one area of 4 MiB, its second half mapped by one PMD. */
struct split {
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;
	u64 *pmd;
};

static void split_make(struct split *s, bool is_device)
{
	entries_make(&s->e, 0);
	s->mm = mm_create();
	s->vma = area_at(s->mm, 0, 1024);
	s->folio = map_huge(s->vma, AT(512),
			    is_device ? device_folio(&s->e, 512, CPT_PMD_ORDER) : HUGE_FOLIO);
	s->pmd = cpt_pmd(s->mm, AT(512), NULL);
}

static void split_done(struct split *s)
{
	mmput(s->mm);
	entries_done(&s->e);
}

static void check_small(const struct split *s, unsigned int mappings, bool is_exclusive)
{
	ktest_assert_true(cpt_is_table(*s->pmd));
	ktest_assert_int_equal(folio_mapcount(s->folio), mappings * CPT_PMD_PAGES);
	ktest_assert_int_equal(folio_ref_count(s->folio), mappings * CPT_PMD_PAGES);
	ktest_assert_int_equal(s->folio->_entire_mapcount.counter, 0);
	for (unsigned int i = 0; i < CPT_PMD_PAGES; i++)
		ktest_assert_int_equal(PageAnonExclusive(folio_page(s->folio, i)), is_exclusive);
}

static void test_split_keeps_rights_and_counts(void **state)
{
	struct split s;

	split_make(&s, false);
	tlb_fill(s.mm, AT(600), *s.pmd, 1);
	split_huge_pmd(s.vma, s.pmd, AT(700));
	ktest_assert_null(tlb_find(s.mm, AT(600), false));
	ktest_assert_int_equal(s.e.starts, 1);
	ktest_assert_int_equal(s.e.range.event, MMU_NOTIFY_CLEAR);
	ktest_assert_u64_equal(s.e.range.start, AT(512));
	ktest_assert_u64_equal(s.e.range.end, AT(1024));
	check_small(&s, 1, true);
	for (unsigned int i = 0; i < CPT_PMD_PAGES; i++)
		ktest_assert_u64_equal(entry_at(s.mm, AT(512 + i)), present(s.folio, i));
	ktest_assert_true(folio_test_dirty(s.folio));
	ktest_assert_int_equal(atomic_long_read(&s.mm->rss_stat[MM_ANONPAGES]), CPT_PMD_PAGES);
	/* A table is left alone, and nobody is told. */
	split_huge_pmd(s.vma, s.pmd, AT(700));
	ktest_assert_int_equal(s.e.starts, 1);
	split_done(&s);
}

static void test_split_of_an_old_clean_leaf(void **state)
{
	struct split s;

	split_make(&s, false);
	cpt_set(s.mm, AT(512), s.pmd, 1,
		cpt_make_leaf(folio_pfn(s.folio), CPT_PRESENT | CPT_HUGE | CPT_SOFT_DIRTY));
	split_huge_pmd(s.vma, s.pmd, AT(512));
	ktest_assert_u64_equal(entry_at(s.mm, AT(1023)),
			       cpt_make_leaf(folio_pfn(s.folio) + 511,
					     CPT_PRESENT | CPT_SOFT_DIRTY));
	ktest_assert_false(folio_test_dirty(s.folio));
	split_done(&s);
}

/* Hinting of NUMA balancing is not passed on. */
static void test_split_of_protnone_is_accessible(void **state)
{
	struct split s;

	split_make(&s, false);
	cpt_set(s.mm, AT(512), s.pmd, 1,
		cpt_make_leaf(folio_pfn(s.folio), CPT_PROTNONE | CPT_HUGE | CPT_ACCESSED));
	split_huge_pmd(s.vma, s.pmd, AT(512));
	ktest_assert_u64_equal(entry_at(s.mm, AT(512)),
			       cpt_make_leaf(folio_pfn(s.folio), CPT_PRESENT | CPT_ACCESSED));
	split_done(&s);
}

static void test_split_of_one_of_two_mappings(void **state)
{
	struct vm_area_struct *copy;
	struct mm_struct *child;
	struct split s;

	split_make(&s, false);
	child = mm_create();
	copy = fork_area(child, s.vma);
	ktest_assert_int_equal(share_entry(copy, s.vma, AT(512)), 0);
	split_huge_pmd(s.vma, s.pmd, AT(512));
	ktest_assert_int_equal(folio_mapcount(s.folio), CPT_PMD_PAGES + 1);
	ktest_assert_int_equal(folio_ref_count(s.folio), CPT_PMD_PAGES + 1);
	ktest_assert_int_equal(s.folio->_entire_mapcount.counter, 1);
	ktest_assert_false(PageAnonExclusive(folio_page(s.folio, 77)));
	ktest_assert_u64_equal(entry_at(s.mm, AT(513)), present(s.folio, 1) & ~CPT_WRITE);
	split_huge_pmd(copy, cpt_pmd(child, AT(512), NULL), AT(512));
	check_small(&s, 2, false);
	mmput(child);
	split_done(&s);
}

static void test_split_of_a_device_leaf(void **state)
{
	struct split s;

	split_make(&s, true);
	split_huge_pmd(s.vma, s.pmd, AT(512));
	check_small(&s, 1, true);
	for (unsigned int i = 0; i < CPT_PMD_PAGES; i++)
		ktest_assert_u64_equal(entry_at(s.mm, AT(512 + i)), writable(s.folio, i));
	split_done(&s);
}

static void split_frozen(bool is_device)
{
	struct split s;
	spinlock_t *ptl;

	split_make(&s, is_device);
	folio_get(s.folio);
	ptl = cpt_pmd_lock(s.mm, s.pmd);
	split_huge_pmd_locked(s.vma, s.pmd, AT(512), true);
	spin_unlock(ptl);
	ktest_assert_false(folio_mapped(s.folio));
	ktest_assert_int_equal(folio_ref_count(s.folio), 1);
	ktest_assert_false(PageAnonExclusive(&s.folio->page));
	ktest_assert_u64_equal(entry_at(s.mm, AT(515)),
			       cpt_make_soft(CPT_MIGRATION_WRITE, folio_pfn(s.folio) + 3,
					     is_device ? 0 : CPT_SOFT_YOUNG | CPT_SOFT_WAS_DIRTY));
	folio_lock(s.folio);
	remove_migration_ptes(s.folio, s.folio, 0);
	folio_unlock(s.folio);
	folio_put(s.folio);
	check_small(&s, 1, true);
	split_done(&s);
}

static void test_frozen_split_makes_migration_entries(void **state)
{
	split_frozen(false);
}

static void test_frozen_split_of_a_device_leaf(void **state)
{
	split_frozen(true);
}

static void test_split_of_a_migration_entry(void **state)
{
	struct split s;

	split_make(&s, false);
	folio_get(s.folio);
	folio_lock(s.folio);
	try_to_migrate(s.folio, 0);
	ktest_assert_true(cpt_is_migration(*s.pmd));
	split_huge_pmd(s.vma, s.pmd, AT(512));
	ktest_assert_int_equal(folio_mapcount(s.folio), 0);
	ktest_assert_int_equal(folio_ref_count(s.folio), 1);
	ktest_assert_u64_equal(entry_at(s.mm, AT(600)),
			       cpt_make_soft(CPT_MIGRATION_WRITE, folio_pfn(s.folio) + 88,
					     CPT_SOFT_YOUNG | CPT_SOFT_WAS_DIRTY));
	remove_migration_ptes(s.folio, s.folio, 0);
	folio_unlock(s.folio);
	folio_put(s.folio);
	check_small(&s, 1, true);
	split_done(&s);
}

static void test_split_of_the_zero_page(void **state)
{
	struct split s;
	struct folio *zero;
	u64 *pmd;

	split_make(&s, false);
	zero = HUGE_FOLIO;
	fault_state()->huge_zero_pfn = folio_pfn(zero);
	pmd = cpt_pmd_alloc(s.mm, AT(0));
	cpt_deposit(s.mm, pmd, cpt_table_alloc(s.mm));
	cpt_set(s.mm, AT(0), pmd, 1,
		cpt_make_leaf(folio_pfn(zero),
			      CPT_PRESENT | CPT_HUGE | CPT_SPECIAL | CPT_ACCESSED));
	split_huge_pmd(s.vma, pmd, AT(3));
	for (unsigned int i = 0; i < CPT_PMD_PAGES; i++)
		ktest_assert_u64_equal(entry_at(s.mm, AT(i)),
				       cpt_make_leaf(fault_state()->zero_pfn,
						     CPT_PRESENT | CPT_ACCESSED | CPT_SPECIAL));
	ktest_assert_int_equal(folio_ref_count(zero), 1);
	fault_state()->huge_zero_pfn = 0;
	folio_put(zero);
	split_done(&s);
}

/* A file's pages are not mapped one by one: faults find them again. */
static void test_split_of_a_files_leaf_unmaps_it(void **state)
{
	static const struct vm_operations_struct ops;
	struct address_space mapping = {};
	struct folio *folio;
	struct split s;
	u64 *pmd;

	split_make(&s, false);
	s.vma->vm_ops = &ops;
	folio = HUGE_FOLIO;
	folio->mapping = &mapping;
	folio_get(folio);
	pmd = cpt_pmd_alloc(s.mm, AT(0));
	cpt_set(s.mm, AT(0), pmd, 1, present(folio, 0) | CPT_HUGE);
	folio_add_file_rmap(folio, &folio->page, CPT_PMD_PAGES, s.vma, RMAP_LEVEL_PMD);
	mm_rss_add(s.mm, MM_FILEPAGES, CPT_PMD_PAGES);
	split_huge_pmd(s.vma, pmd, AT(3));
	ktest_assert_u64_equal(*pmd, 0);
	ktest_assert_false(folio_mapped(folio));
	ktest_assert_true(folio_test_dirty(folio) && folio_test_referenced(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_int_equal(atomic_long_read(&s.mm->rss_stat[MM_FILEPAGES]), 0);
	folio->mapping = NULL;
	folio_put(folio);
	s.vma->vm_ops = NULL;
	split_done(&s);
}

static const struct ktest tests[] = {
	KTEST(test_frozen_split_makes_migration_entries),
	KTEST(test_frozen_split_of_a_device_leaf),
	KTEST(test_split_keeps_rights_and_counts),
	KTEST(test_split_of_a_device_leaf),
	KTEST(test_split_of_a_files_leaf_unmaps_it),
	KTEST(test_split_of_a_migration_entry),
	KTEST(test_split_of_an_old_clean_leaf),
	KTEST(test_split_of_one_of_two_mappings),
	KTEST(test_split_of_protnone_is_accessible),
	KTEST(test_split_of_the_zero_page),
};
KTEST_MAIN(tests)

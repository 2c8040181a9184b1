/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Counts and walks, each by itself. */
#include "entries_fixture.h"
#include "mm/move.h"

static void test_small_folio_counts_its_entries(void **state)
{
	struct entries e;
	struct mm_struct *mm, *child;
	struct vm_area_struct *vma, *copy;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	child = mm_create();
	vma = area_at(mm, 0, 8);
	folio = map_ram(vma, AT(2), 0);
	ktest_assert_true(folio_test_anon(folio) && folio_test_swapbacked(folio));
	ktest_assert_u64_equal(folio->index, AT(2) >> PAGE_SHIFT);
	ktest_assert_ptr_equal((void *)((uintptr_t)folio->mapping - 1), vma->anon_vma);
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	copy = fork_area(child, vma);
	ktest_assert_int_equal(share_entry(copy, vma, AT(2)), 0);
	ktest_assert_int_equal(folio_mapcount(folio), 2);
	mmput(child);
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	mmput(mm);
	entries_done(&e);
}

/* What may be shared already belongs to the root, so that every heir finds it. */
static void test_shared_folio_belongs_to_the_root(void **state)
{
	struct entries e;
	struct mm_struct *mm, *child;
	struct vm_area_struct *vma, *copy;
	struct folio *folio;

	entries_make(&e, 0);
	mm = mm_create();
	child = mm_create();
	vma = area_at(mm, 0, 8);
	copy = fork_area(child, vma);
	folio = folio_alloc(GFP_KERNEL, 0);
	cpt_set(child, AT(0), pte_at(child, AT(0)), 0, without_write(present(folio, 0)));
	folio_lock(folio);
	folio_add_new_anon_rmap(folio, copy, AT(0), RMAP_NONE);
	mm_rss_add(child, MM_ANONPAGES, 1);
	ktest_assert_ptr_equal((void *)((uintptr_t)folio->mapping - 1), vma->anon_vma);
	ktest_assert_false(PageAnonExclusive(&folio->page));
	folio_move_anon_rmap(folio, copy);
	ktest_assert_ptr_equal((void *)((uintptr_t)folio->mapping - 1), copy->anon_vma);
	folio_unlock(folio);
	mmput(child);
	mmput(mm);
	entries_done(&e);
}

static void test_too_many_removals_are_told(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *small, *large;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 8);
	small = map_ram(vma, AT(0), 0);
	large = map_ram(vma, AT(4), 2);
	folio_remove_rmap(small, &small->page, 1, vma, RMAP_LEVEL_PTE);
	folio_remove_rmap(small, &small->page, 1, vma, RMAP_LEVEL_PTE);
	ktest_assert_int_equal(e.bad_refs, 1);
	ktest_assert_string_equal(e.what, "unmapped more often than mapped");
	ktest_assert_int_equal(folio_mapcount(small), 0);
	/* Of a large folio each page is counted by itself. */
	folio_remove_rmap(large, folio_page(large, 1), 1, vma, RMAP_LEVEL_PTE);
	folio_remove_rmap(large, folio_page(large, 1), 1, vma, RMAP_LEVEL_PTE);
	ktest_assert_int_equal(e.bad_refs, 2);
	folio_remove_rmap(large, &large->page, CPT_PMD_PAGES, vma, RMAP_LEVEL_PMD);
	ktest_assert_int_equal(e.bad_refs, 3);
	ktest_assert_int_equal(folio_mapcount(large), 3);
	/* As it was, for the end. */
	folio_add_anon_rmap(small, &small->page, 1, vma, AT(0), RMAP_LEVEL_PTE, RMAP_NONE);
	folio_add_anon_rmap(large, folio_page(large, 1), 1, vma, AT(5), RMAP_LEVEL_PTE,
			    RMAP_EXCLUSIVE);
	e.bad_refs = 0;
	mmput(mm);
	entries_done(&e);
}

static void test_pinned_exclusive_page_is_not_shared(void **state)
{
	struct entries e;
	struct mm_struct *mm, *child;
	struct vm_area_struct *vma, *copy;
	struct folio *folio, *device;

	entries_make(&e, 0);
	mm = mm_create();
	child = mm_create();
	vma = area_at(mm, 0, 8);
	copy = fork_area(child, vma);
	folio = map_ram(vma, AT(0), 0);
	folio_ref_add(folio, GUP_PIN_COUNTING_BIAS);
	ktest_assert_int_equal(share_entry(copy, vma, AT(0)), -EBUSY);
	ktest_assert_int_equal(folio_try_share_anon_rmap(folio, &folio->page, 1, RMAP_LEVEL_PTE),
			       -EBUSY);
	ktest_assert_true(PageAnonExclusive(&folio->page));
	/* Once it is shared, it may be shared further. */
	ClearPageAnonExclusive(&folio->page);
	ktest_assert_int_equal(share_entry(copy, vma, AT(0)), 0);
	folio_put_refs(folio, GUP_PIN_COUNTING_BIAS);
	/* What no CPU can reach is never pinned, whatever its count. */
	device = map_folio(vma, AT(1), device_folio(&e, 0, 0));
	folio_ref_add(device, GUP_PIN_COUNTING_BIAS);
	ktest_assert_int_equal(share_entry(copy, vma, AT(1)), 0);
	folio_put_refs(device, GUP_PIN_COUNTING_BIAS);
	mmput(child);
	mmput(mm);
	entries_done(&e);
}

/* Walks of one folio count the areas that they are shown. */
static bool count_area(struct folio *folio, struct vm_area_struct *vma, unsigned long addr,
		       void *arg)
{
	unsigned int *count = arg;

	return ++*count < 100;
}

static bool stop_at_once(struct folio *folio)
{
	return true;
}

static unsigned int walk(struct folio *folio, struct rmap_walk_control control)
{
	unsigned int count = 0;

	control.arg = &count;
	control.rmap_one = count_area;
	folio_lock(folio);
	rmap_walk(folio, &control);
	folio_unlock(folio);
	return count;
}

static void test_walk_sees_areas_that_may_map_the_folio(void **state)
{
	struct entries e;
	struct mm_struct *mm, *child;
	struct vm_area_struct *vma, *copy;
	struct folio *old, *new;

	entries_make(&e, 0);
	mm = mm_create();
	child = mm_create();
	vma = area_at(mm, 0, 8);
	old = map_ram(vma, AT(0), 0);
	copy = fork_area(child, vma);
	new = map_ram(copy, AT(1), 0);
	/* A child may have got a parent's page, but never the other way round. */
	ktest_assert_int_equal(walk(old, (struct rmap_walk_control){}), 2);
	ktest_assert_int_equal(walk(new, (struct rmap_walk_control){}), 1);
	ktest_assert_int_equal(walk(old, (struct rmap_walk_control){ .done = stop_at_once }), 1);
	mmput(child);
	ktest_assert_int_equal(walk(old, (struct rmap_walk_control){}), 1);
	folio_get(old);
	mmput(mm);
	ktest_assert_int_equal(walk(old, (struct rmap_walk_control){ .only_mapped = true }), 0);
	folio_put(old);
	entries_done(&e);
}

static void test_file_walk_sees_areas_of_the_file(void **state)
{
	struct address_space mapping = { .i_mmap = RB_ROOT_CACHED };
	struct file file = { .f_mapping = &mapping };
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma[3];
	struct folio *folio;

	entries_make(&e, 0);
	init_rwsem(&mapping.i_mmap_rwsem);
	mm = mm_create();
	for (unsigned int i = 0; i < 3; i++) {
		vma[i] = area_at(mm, 10 * i, 4);
		vma[i]->vm_file = &file;
		vma[i]->vm_pgoff = 2 * i;
		rmap_vma_link_file(vma[i]);
	}
	folio = folio_alloc(GFP_KERNEL, 0);
	folio->mapping = &mapping;
	/* Pages 0 to 3, 2 to 5 and 4 to 7 of the file. */
	folio->index = 3;
	ktest_assert_int_equal(walk(folio, (struct rmap_walk_control){}), 2);
	folio->index = 7;
	ktest_assert_int_equal(walk(folio, (struct rmap_walk_control){}), 1);
	folio->index = 8;
	ktest_assert_int_equal(walk(folio, (struct rmap_walk_control){}), 0);
	folio->mapping = NULL;
	folio_put(folio);
	for (unsigned int i = 0; i < 3; i++) {
		rmap_vma_unlink_file(vma[i]);
		vma[i]->vm_file = NULL;
	}
	mmput(mm);
	entries_done(&e);
}

/* The memory of MADV_FREE goes unless it was written to, or somebody else holds it. */
static void test_unmap_discards_what_nobody_wants(void **state)
{
	static const struct {
		unsigned long bits;
		unsigned int refs;
		bool goes;
	} rows[] = { { 0, 0, true }, { CPT_DIRTY, 0, false }, { 0, 1, false } };

	for (unsigned int order = 0; order <= CPT_PMD_ORDER; order += CPT_PMD_ORDER)
		for (unsigned int i = 0; i < 3; i++) {
			struct entries e;
			struct mm_struct *mm;
			struct vm_area_struct *vma;
			struct folio *folio = NULL;
			struct cpt_hit hit;

			entries_make(&e, 0);
			mm = mm_create();
			vma = area_at(mm, 0, 512);
			if (order)
				folio = map_huge(vma, AT(0), folio_alloc(GFP_KERNEL, order));
			else
				folio = map_ram(vma, AT(0), 0);
			cpt_lookup(mm, AT(0), &hit);
			cpt_set(mm, AT(0), hit.slot, hit.level,
				(hit.entry & ~CPT_DIRTY) | rows[i].bits);
			folio_clear_swapbacked(folio);
			folio_ref_add(folio, 1 + rows[i].refs);
			folio_lock(folio);
			try_to_unmap(folio, 0);
			ktest_assert_int_equal(folio_mapped(folio), !rows[i].goes);
			ktest_assert_int_equal(!entry_at(mm, AT(0)), rows[i].goes);
			ktest_assert_int_equal(folio_test_swapbacked(folio), rows[i].bits != 0);
			ktest_assert_int_equal(atomic_long_read(&mm->rss_stat[MM_ANONPAGES]),
					       rows[i].goes ? 0 : 1 << order);
			folio_unlock(folio);
			folio_put_refs(folio, 1 + rows[i].refs);
			mmput(mm);
			entries_done(&e);
		}
}

/* Every page of a folio in the swap cache becomes the place that holds it; a pin stops that. */
static void test_unmap_leaves_places_in_swap(void **state)
{
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;
	unsigned long place;

	entries_make(&e, 0);
	mm = mm_create();
	vma = area_at(mm, 0, 8);
	folio = map_ram(vma, AT(4), 1);
	cpt_set(mm, AT(5), pte_at(mm, AT(5)), 0, present(folio, 1) | CPT_SOFT_DIRTY);
	folio_get(folio);
	folio_lock(folio);
	ktest_assert_int_equal(folio_alloc_swap(folio), 0);
	place = folio->swap.val;
	folio->_pincount.counter = 1;
	try_to_unmap(folio, TTU_SYNC);
	ktest_assert_u64_equal(entry_at(mm, AT(4)), present(folio, 0));
	folio->_pincount.counter = 0;
	try_to_unmap(folio, TTU_SYNC);
	ktest_assert_false(folio_mapped(folio));
	ktest_assert_u64_equal(entry_at(mm, AT(4)),
			       cpt_make_soft(CPT_SWAP, place, CPT_SOFT_EXCLUSIVE));
	ktest_assert_u64_equal(entry_at(mm, AT(5)),
			       cpt_make_soft(CPT_SWAP, place + 1,
					     CPT_SOFT_EXCLUSIVE | CPT_SOFT_DIRTY));
	ktest_assert_int_equal(atomic_long_read(&mm->rss_stat[MM_SWAPENTS]), 2);
	ktest_assert_int_equal(atomic_long_read(&mm->rss_stat[MM_ANONPAGES]), 0);
	/* Back by hand, so that what is in the cache can go. */
	for (unsigned int i = 0; i < 2; i++) {
		cpt_set(mm, AT(4 + i), pte_at(mm, AT(4 + i)), 0, 0);
		swap_put(place + i);
		mm_rss_add(mm, MM_SWAPENTS, -1);
	}
	ktest_assert_true(folio_free_swap(folio));
	folio_unlock(folio);
	folio_put(folio);
	mmput(mm);
	entries_done(&e);
}

static void test_unmap_drops_a_files_page(void **state)
{
	struct address_space mapping = { .i_mmap = RB_ROOT_CACHED };
	struct file file = { .f_mapping = &mapping };
	struct entries e;
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	struct folio *folio;

	entries_make(&e, 0);
	init_rwsem(&mapping.i_mmap_rwsem);
	mm = mm_create();
	vma = area_at(mm, 0, 4);
	vma->vm_file = &file;
	vma->vm_pgoff = 0;
	rmap_vma_link_file(vma);
	folio = folio_alloc(GFP_KERNEL, 0);
	folio->mapping = &mapping;
	folio->index = 1;
	folio_get(folio);
	cpt_set(mm, AT(1), pte_at(mm, AT(1)), 0, present(folio, 0));
	folio_add_file_rmap(folio, &folio->page, 1, vma, RMAP_LEVEL_PTE);
	mm_rss_add(mm, MM_FILEPAGES, 1);
	folio_lock(folio);
	try_to_unmap(folio, 0);
	ktest_assert_u64_equal(entry_at(mm, AT(1)), 0);
	ktest_assert_true(folio_test_dirty(folio));
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	folio_unlock(folio);
	folio->mapping = NULL;
	folio_put(folio);
	rmap_vma_unlink_file(vma);
	vma->vm_file = NULL;
	mmput(mm);
	entries_done(&e);
}

static const struct ktest tests[] = {
	KTEST(test_file_walk_sees_areas_of_the_file),
	KTEST(test_pinned_exclusive_page_is_not_shared),
	KTEST(test_shared_folio_belongs_to_the_root),
	KTEST(test_small_folio_counts_its_entries),
	KTEST(test_too_many_removals_are_told),
	KTEST(test_unmap_discards_what_nobody_wants),
	KTEST(test_unmap_drops_a_files_page),
	KTEST(test_unmap_leaves_places_in_swap),
	KTEST(test_walk_sees_areas_that_may_map_the_folio),
};
KTEST_MAIN(tests)

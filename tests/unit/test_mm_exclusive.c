// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Pages that a device has to itself. */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include "fault_fixture.h"

static struct svmsim_world *exclusive_world(u32 orders)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = 64ull << 20,
							    .cpu_count = 1 } },
						.thp_always = orders };

	return fault_world(&machine);
}

static struct page *make_exclusive(struct mm_struct *mm, unsigned long page, struct folio **folio)
{
	struct page *made;

	mmap_read_lock(mm);
	made = make_device_exclusive(mm, BASE + page * PAGE_SIZE + 9, &ranges, folio);
	mmap_read_unlock(mm);
	return made;
}

static void release(struct folio *folio)
{
	folio_unlock(folio);
	folio_put(folio);
}

static void test_page_is_made_exclusive_and_taken_back(void **state)
{
	struct svmsim_world *world = exclusive_world(0);
	struct mm_struct *mm = mm_create();
	struct folio *folio;
	struct page *page;

	map_at(mm, 0, 3, RW);
	write_at(mm, 1, 6);
	page = make_exclusive(mm, 1, &folio);
	ktest_assert_false(IS_ERR(page));
	assert_ranges("EXCLUSIVE 1-2");
	ktest_assert_ptr_equal(page, &folio->page);
	ktest_assert_true(folio_test_locked(folio) && folio_test_dirty(folio));
	ktest_assert_int_equal(cpt_soft(entry_at(mm, 1)), CPT_DEVICE_EXCLUSIVE);
	ktest_assert_u64_equal(cpt_pfn(entry_at(mm, 1)), page_to_pfn(page));
	/* Still mapped, as far as counts go. */
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1);
	release(folio);
	ktest_assert_int_equal(read_at(mm, 1), 6);
	assert_ranges("CLEAR 1-2");
	ktest_assert_true(cpt_write(entry_at(mm, 1)));
	ktest_assert_ptr_equal(folio_at(mm, 1), folio);
	write_at(mm, 1, 7);
	assert_ranges("");
	mm_end(world, mm);
}

static void test_absent_and_zero_pages_are_faulted_in(void **state)
{
	struct svmsim_world *world = exclusive_world(0);
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 2, RW);
	read_at(mm, 0);
	ktest_assert_false(IS_ERR(make_exclusive(mm, 0, &folio)));
	assert_ranges("CLEAR 0-1, EXCLUSIVE 0-1");
	release(folio);
	ktest_assert_false(IS_ERR(make_exclusive(mm, 1, &folio)));
	assert_ranges("EXCLUSIVE 1-2");
	release(folio);
	/* Again: what another device has is restored first. */
	ktest_assert_false(IS_ERR(make_exclusive(mm, 1, &folio)));
	assert_ranges("CLEAR 1-2, EXCLUSIVE 1-2");
	release(folio);
	mm_end(world, mm);
}

static void test_huge_page_is_split_for_one_page(void **state)
{
	struct svmsim_world *world = exclusive_world(1 << 9);
	struct mm_struct *mm = mm_create();
	struct folio *folio;
	struct page *page;

	map_at(mm, 0, 512, RW);
	write_at(mm, 0, 6);
	page = make_exclusive(mm, 3, &folio);
	ktest_assert_false(IS_ERR(page));
	assert_ranges("CLEAR 0-512, EXCLUSIVE 3-4");
	ktest_assert_u64_equal(folio_page_idx(folio, page), 3);
	ktest_assert_true(cpt_present(entry_at(mm, 2)));
	ktest_assert_int_equal(cpt_soft(entry_at(mm, 3)), CPT_DEVICE_EXCLUSIVE);
	release(folio);
	ktest_assert_int_equal(read_at(mm, 3), 0);
	ktest_assert_int_equal(read_at(mm, 0), 6);
	mm_end(world, mm);
}

static void test_what_can_not_be_exclusive(void **state)
{
	struct svmsim_world *world = exclusive_world(0);
	struct mm_struct *mm = mm_create();
	unsigned long addr;
	struct folio *folio;

	map_at(mm, 0, 1, VM_READ);
	ktest_assert_int_equal(PTR_ERR(make_exclusive(mm, 0, &folio)), -EFAULT);
	ktest_assert_int_equal(PTR_ERR(make_exclusive(mm, 1, &folio)), -EFAULT);
	ktest_assert_int_equal(sim_mmap(mm, BASE + 2 * PAGE_SIZE, PAGE_SIZE, RW,
					SIM_MAP_FIXED | SIM_MAP_SHARED, 0, NULL, 0, &addr), 0);
	ktest_assert_int_equal(PTR_ERR(make_exclusive(mm, 2, &folio)), -EOPNOTSUPP);
	assert_ranges("");
	mm_end(world, mm);
}

static void test_read_only_area_gets_its_page_back_read_only(void **state)
{
	struct svmsim_world *world = exclusive_world(0);
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 1, RW);
	write_at(mm, 0, 3);
	ktest_assert_false(IS_ERR(make_exclusive(mm, 0, &folio)));
	release(folio);
	mmap_write_lock(mm);
	vm_flags_clear(vma_first(mm), VM_WRITE);
	mmap_write_unlock(mm);
	ktest_assert_int_equal(read_at(mm, 0), 3);
	ktest_assert_false(cpt_write(entry_at(mm, 0)));
	mm_end(world, mm);
}

static void test_unmapping_drops_it(void **state)
{
	struct svmsim_world *world = exclusive_world(0);
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 1, RW);
	ktest_assert_false(IS_ERR(make_exclusive(mm, 0, &folio)));
	release(folio);
	unmap_at(mm, 0, 1);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 0);
	mm_end(world, mm);
}

static const struct ktest tests[] = {
	KTEST(test_page_is_made_exclusive_and_taken_back),
	KTEST(test_absent_and_zero_pages_are_faulted_in),
	KTEST(test_huge_page_is_split_for_one_page),
	KTEST(test_what_can_not_be_exclusive),
	KTEST(test_read_only_area_gets_its_page_back_read_only),
	KTEST(test_unmapping_drops_it),
};
KTEST_MAIN(tests)

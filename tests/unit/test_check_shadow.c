/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* data: caught, silent on correct code, exact in its text. */
#include "check_mm_fixture.h"

static void test_a_lost_write_is_reported(void **state)
{
	struct space s = space_make();

	space_write(s.mm, 3, 0x77);
	sim_phys_set(s.f.world, PFN_PHYS(cpt_pfn(space_entry(s.mm, 3).entry)) + 5, 0x11, 1);
	space_read(s.mm, 3);
	assert_report(&s.f, 0, "data by=cpu mm=1");
	assert_line(&s.f, 0, 0, "at 0x40003005");
	assert_line(&s.f, 0, 1, "last written: 77                     ");
	assert_line(&s.f, 0, 2, "read now:     11                     ");
	ktest_expect_report(s.f.world, "data", 1);
	mmput(s.mm);
}

/* Each of a parent and its child has what it wrote, and what was there before. */
static void test_copies_have_contents_of_their_own(void **state)
{
	struct space s = space_make();
	struct mm_struct *child;

	for (unsigned long page = 0; page < 4; page++)
		space_write(s.mm, page, (u8)(page + 1));
	ktest_assert_int_equal(sim_fork(s.mm, &child), 0);
	space_write(s.mm, 1, 0x21);
	space_write(child, 2, 0x32);
	for (unsigned long page = 0; page < 5; page++) {
		space_read(s.mm, page);
		space_read(child, page);
	}
	ktest_assert_int_equal(sim_madvise(s.mm, BASE, 2 * PAGE_SIZE, MADV_DONTNEED), 0);
	ktest_assert_int_equal(space_read(s.mm, 1), 0);
	assert_report_count(&s.f, 0);
	mmput(child);
	mmput(s.mm);
}

/* After MADV_FREE a page may be kept or not. */
static void test_a_free_page_may_read_as_either(void **state)
{
	struct space s = space_make();

	space_write(s.mm, 0, 0x44);
	space_write(s.mm, 1, 0x45);
	ktest_assert_int_equal(sim_madvise(s.mm, BASE, 2 * PAGE_SIZE, MADV_FREE), 0);
	ktest_assert_int_equal(space_read(s.mm, 1), 0x45);
	lru_add_drain_all();
	ktest_assert_true(sim_reclaim(s.mm, BASE, PAGE_SIZE) > 0);
	ktest_assert_int_equal(space_read(s.mm, 0), 0);
	assert_report_count(&s.f, 0);
	mmput(s.mm);
}

/* Between the change of an entry and its flush a CPU may go on with the old page. */
static void test_a_stale_translation_is_not_judged(void **state)
{
	struct space s = space_make();
	struct cpt_hit hit;

	space_write(s.mm, 0, 0x66);
	hit = space_entry(s.mm, 0);
	tlb_change_begin(s.mm);
	cpt_set(s.mm, BASE, hit.slot, 0, 0);
	sim_phys_set(s.f.world, PFN_PHYS(cpt_pfn(hit.entry)) + 5, 0x11, 1);
	ktest_assert_int_equal(space_read(s.mm, 0), 0x11);
	assert_report_count(&s.f, 0);
	sim_phys_set(s.f.world, PFN_PHYS(cpt_pfn(hit.entry)) + 5, 0x66, 1);
	cpt_set(s.mm, BASE, hit.slot, 0, hit.entry);
	tlb_change_end(s.mm);
	space_read(s.mm, 0);
	assert_report_count(&s.f, 0);
	mmput(s.mm);
}

static const struct ktest tests[] = {
	KTEST(test_a_lost_write_is_reported),
	KTEST(test_copies_have_contents_of_their_own),
	KTEST(test_a_free_page_may_read_as_either),
	KTEST(test_a_stale_translation_is_not_judged),
};
KTEST_MAIN(tests)

// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Faults on small anonymous pages, and on entries that are neither none nor present. */
#include <linux/errno.h>
#include "fault_fixture.h"
#include "kernel/event.h"
#include "kernel/inject.h"

static void test_read_of_fresh_memory_maps_the_zero_page(void **state)
{
	struct svmsim_world *world = fault_world(NULL);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	ktest_assert_int_equal(read_at(mm, 1), 0);
	ktest_assert_u64_equal(entry_at(mm, 1), cpt_make_leaf(fault_state()->zero_pfn,
							      CPT_PRESENT | CPT_ACCESSED |
							      CPT_SPECIAL));
	ktest_assert_u64_equal(entry_at(mm, 0), 0);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 0);
	ktest_assert_null(cpt_normal_page(vma_first(mm), BASE + PAGE_SIZE, entry_at(mm, 1)));
	/* Nothing was mapped there: nobody has to hear of it. */
	assert_ranges("");
	mm_end(world, mm);
}

static void test_write_to_fresh_memory_maps_an_exclusive_page(void **state)
{
	struct svmsim_world *world = fault_world(NULL);
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 4, RW);
	write_at(mm, 2, 7);
	folio = folio_at(mm, 2);
	ktest_assert_u64_equal(entry_at(mm, 2) & ~CPT_PFN_MASK,
			       CPT_PRESENT | CPT_WRITE | CPT_ACCESSED | CPT_DIRTY |
			       CPT_SOFT_DIRTY);
	ktest_assert_true(PageAnonExclusive(&folio->page));
	ktest_assert_true(folio_test_anon(folio) && folio_test_uptodate(folio));
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1);
	lru_add_drain();
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_true(folio_test_lru(folio));
	ktest_assert_int_equal(read_at(mm, 2), 7);
	assert_ranges("");
	mm_end(world, mm);
}

static void test_write_to_the_zero_page_clears_one_page(void **state)
{
	struct svmsim_world *world = fault_world(NULL);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	ktest_assert_int_equal(read_at(mm, 3), 0);
	write_at(mm, 3, 9);
	assert_ranges("CLEAR 3-4");
	ktest_assert_int_equal(read_at(mm, 3), 9);
	ktest_assert_true(cpt_write(entry_at(mm, 3)));
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1);
	mm_end(world, mm);
}

static void test_accesses_without_right_fail(void **state)
{
	struct svmsim_world *world = fault_world(NULL);
	struct mm_struct *mm = mm_create();
	u8 bytes[2 * PAGE_SIZE] = { 0 };

	map_at(mm, 0, 1, VM_READ);
	map_at(mm, 2, 1, 0);
	map_at(mm, 4, 1, VM_WRITE);
	ktest_assert_int_equal(read_at(mm, 0), 0);
	ktest_assert_int_equal(write_err(mm, 0, 1), -EFAULT);
	ktest_assert_int_equal(read_err(mm, 1, bytes), -EFAULT);
	ktest_assert_int_equal(read_err(mm, 2, bytes), -EFAULT);
	ktest_assert_int_equal(write_err(mm, 2, 1), -EFAULT);
	/* Who may write may read. */
	write_at(mm, 4, 3);
	ktest_assert_int_equal(read_at(mm, 4), 3);
	/* The first page is written, the second is not there. */
	ktest_assert_int_equal(sim_cpu_write(mm, BASE + 4 * PAGE_SIZE, bytes, sizeof(bytes)),
			       -EFAULT);
	ktest_assert_int_equal(read_at(mm, 4), 0);
	ktest_assert_int_equal(sim_cpu_read(mm, CPT_ADDRESS_END, bytes, 1), -EFAULT);
	ktest_assert_int_equal(sim_cpu_read(mm, ~0ul, bytes, 1), -EFAULT);
	mm_end(world, mm);
}

static const struct {
	const char *name;
	enum cpt_soft soft;
	int err;
} markers[] = {
	{ "guard", CPT_MARKER_GUARD, -EFAULT },
	{ "poison", CPT_MARKER_POISON, -EHWPOISON },
	{ "broken page", CPT_HWPOISON, -EHWPOISON },
	{ "write protection", CPT_MARKER_UFFD_WP, 0 },
};

static void test_markers_end_or_go(void **state)
{
	struct svmsim_world *world = fault_world(NULL);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	for (unsigned int i = 0; i < sizeof(markers) / sizeof(markers[0]); i++) {
		ktest_context("%s", markers[i].name);
		set_entry_at(mm, 0, cpt_make_soft(markers[i].soft, 5, 0));
		ktest_assert_int_equal(write_err(mm, 0, 1), markers[i].err);
		if (markers[i].err)
			set_entry_at(mm, 0, 0);
	}
	ktest_assert_int_equal(read_at(mm, 0), 1);
	mm_end(world, mm);
}

/* Each allocation of a fault fails once: an error, and the next try succeeds. */
static void test_fault_without_memory_can_be_repeated(void **state)
{
	struct svmsim_world *world = fault_world(NULL);

	for (unsigned int read_first = 0; read_first < 2; read_first++) {
		bool failed = true;

		for (u64 nth = 1; failed; nth++) {
			struct mm_struct *mm = mm_create();
			u8 value;
			int err;

			ktest_assert_true(nth < 20);
			map_at(mm, 0, 4, RW);
			sim_inject_kind_nth(world, &sim_fault_page, nth);
			err = read_first ? read_err(mm, 2, &value) : 0;
			if (!err)
				err = write_err(mm, 2, 6);
			failed = sim_inject_kind_failed(world);
			sim_inject_kind_nth(world, &sim_fault_page, 0);
			ktest_assert_int_equal(err, failed ? -ENOMEM : 0);
			write_at(mm, 2, 6);
			ktest_assert_int_equal(read_at(mm, 2), 6);
			mmput(mm);
		}
	}
	lru_add_drain_all();
	assert_all_free(world);
	sim_phys_set_watch(world, NULL);
}

static void test_each_fault_is_an_event(void **state)
{
	struct svmsim_world *world = fault_world(NULL);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	read_at(mm, 0);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_PAGE_FAULT_USER], 1);
	read_at(mm, 0);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_PAGE_FAULT_USER], 1);
	write_at(mm, 0, 1);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_PAGE_FAULT_USER], 2);
	mm_end(world, mm);
}

static const struct ktest tests[] = {
	KTEST(test_read_of_fresh_memory_maps_the_zero_page),
	KTEST(test_write_to_fresh_memory_maps_an_exclusive_page),
	KTEST(test_write_to_the_zero_page_clears_one_page),
	KTEST(test_accesses_without_right_fail),
	KTEST(test_markers_end_or_go),
	KTEST(test_fault_without_memory_can_be_repeated),
	KTEST(test_each_fault_is_an_event),
};
KTEST_MAIN(tests)

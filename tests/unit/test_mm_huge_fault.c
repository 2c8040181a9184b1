// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Faults that large folios answer: PMDs, and several PTEs at once. */
#include <linux/errno.h>
#include <linux/pagemap.h>
#include "fault_fixture.h"
#include "kernel/inject.h"

#define HUGE 512ul

static struct svmsim_world *huge_world(u32 orders)
{
	const struct svmsim_machine machine = { .node_count = 1,
						.node = { { .ram_bytes = 64ull << 20,
							    .cpu_count = 1 } },
						.swap_bytes = 8 << 20,
						.thp_always = orders,
						.thp_madvise = 1 << CPT_PMD_ORDER };

	return fault_world(&machine);
}

static u64 pmd_at(struct mm_struct *mm, unsigned long page)
{
	u64 *pmd = cpt_pmd(mm, BASE + page * PAGE_SIZE, NULL);

	return pmd ? *pmd : 0;
}

static void huge_end(struct svmsim_world *world, struct mm_struct *mm)
{
	mmput(mm);
	lru_add_drain_all();
	sim_phys_set_watch(world, NULL);
	sim_world_finish(world);
	assert_all_free(world);
}

static void test_write_maps_a_huge_page(void **state)
{
	struct svmsim_world *world = huge_world(1 << 9);
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, HUGE, RW);
	write_at(mm, 100, 3);
	ktest_assert_true(cpt_is_huge(pmd_at(mm, 0)) && cpt_write(pmd_at(mm, 0)));
	folio = folio_at(mm, 0);
	ktest_assert_int_equal(folio_order(folio), 9);
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), HUGE);
	lru_add_drain();
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_true(PageAnonExclusive(&folio->page));
	ktest_assert_int_equal(read_at(mm, 100), 3);
	ktest_assert_int_equal(read_at(mm, 99), 0);
	assert_ranges("");
	huge_end(world, mm);
}

static void test_read_maps_the_huge_zero_folio_and_a_write_replaces_it(void **state)
{
	struct svmsim_world *world = huge_world(1 << 9);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 2 * HUGE, RW);
	ktest_assert_int_equal(read_at(mm, 3), 0);
	ktest_assert_true(is_huge_zero_pfn(cpt_pfn(pmd_at(mm, 0))));
	ktest_assert_true(pmd_at(mm, 0) & CPT_SPECIAL);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 0);
	ktest_assert_int_equal(read_at(mm, HUGE), 0);
	write_at(mm, 3, 1);
	assert_ranges("CLEAR 0-512");
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), HUGE);
	ktest_assert_int_equal(read_at(mm, 3), 1);
	ktest_assert_int_equal(read_at(mm, HUGE), 0);
	huge_end(world, mm);
}

static void test_write_to_huge_zero_without_memory_splits_it(void **state)
{
	struct svmsim_world *world = huge_world(1 << 9);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, HUGE, RW);
	ktest_assert_int_equal(read_at(mm, 3), 0);
	sim_inject_kind_nth(world, &sim_fault_page, 1);
	write_at(mm, 3, 1);
	sim_inject_kind_nth(world, &sim_fault_page, 0);
	assert_ranges("CLEAR 0-512, CLEAR 3-4");
	ktest_assert_true(cpt_is_table(pmd_at(mm, 0)));
	ktest_assert_true(is_zero_pfn(cpt_pfn(entry_at(mm, 4))));
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1);
	huge_end(world, mm);
}

static const struct {
	const char *name;
	u32 always;
	unsigned long first;
	unsigned long pages;
	unsigned long flags;
	bool read_first;
	unsigned int touched;
	unsigned int order;
} sizes[] = {
	{ "nothing is allowed", 0, 0, HUGE, 0, false, 5, 0 },
	{ "by advice", 0, 0, HUGE, VM_HUGEPAGE, false, 5, 9 },
	{ "against advice", 1 << 9 | 1 << 3, 0, HUGE, VM_NOHUGEPAGE, false, 5, 0 },
	{ "the area is too small", 1 << 9, 0, HUGE - 1, 0, false, 5, 0 },
	{ "the area is not aligned", 1 << 9, 1, HUGE, 0, false, 5, 0 },
	{ "the next smaller", 1 << 9 | 1 << 4, 1, HUGE, 0, false, 20, 4 },
	{ "the largest that fits", 1 << 6 | 1 << 4 | 1 << 2, 0, 40, 0, false, 20, 4 },
	{ "the largest that fits at the end", 1 << 6 | 1 << 4 | 1 << 2, 0, 40, 0, false, 36, 2 },
	{ "around what is there", 1 << 6 | 1 << 4 | 1 << 2, 0, 64, 0, true, 9, 2 },
};

static void test_size_of_a_folio_follows_settings_and_area(void **state)
{
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct svmsim_world *world = huge_world(sizes[i].always);
		struct mm_struct *mm = mm_create();

		ktest_context("%s", sizes[i].name);
		map_at(mm, sizes[i].first, sizes[i].pages, RW);
		mmap_write_lock(mm);
		vm_flags_set(vma_first(mm), sizes[i].flags);
		mmap_write_unlock(mm);
		if (sizes[i].read_first)
			read_at(mm, 2);
		write_at(mm, sizes[i].touched, 1);
		ktest_assert_int_equal(folio_order(folio_at(mm, sizes[i].touched)), sizes[i].order);
		ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 1 << sizes[i].order);
		huge_end(world, mm);
	}
}

/* The first allocation that fails is the large folio's: a smaller one does. */
static void test_without_memory_smaller_folios_do(void **state)
{
	struct svmsim_world *world = huge_world(1 << 9 | 1 << 4);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, HUGE, RW);
	/* The tables of a first fault are allocated before it. */
	for (unsigned int level = 0; level < 1; level++)
		ktest_assert_non_null(cpt_pmd_alloc(mm, BASE));
	sim_inject_kind_nth(world, &sim_fault_page, 1);
	write_at(mm, 17, 1);
	ktest_assert_true(sim_inject_kind_failed(world));
	ktest_assert_int_equal(folio_order(folio_at(mm, 17)), 4);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 16);
	ktest_assert_true(cpt_none(entry_at(mm, 15)));
	ktest_assert_int_equal(cpt_pfn(entry_at(mm, 31)), cpt_pfn(entry_at(mm, 16)) + 15);
	huge_end(world, mm);
}

static const struct {
	const char *name;
	bool exclusive;
	bool extra;
	bool reused;
} writes[] = {
	{ "exclusive", true, true, true },
	{ "nobody else has it", false, false, true },
	{ "somebody has a reference", false, true, false },
};

static void test_write_to_a_read_only_huge_page(void **state)
{
	for (unsigned int i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		struct svmsim_world *world = huge_world(1 << 9);
		struct mm_struct *mm = mm_create();
		struct folio *folio;

		ktest_context("%s", writes[i].name);
		map_at(mm, 0, HUGE, RW);
		write_at(mm, 7, 1);
		lru_add_drain();
		folio = folio_at(mm, 0);
		cpt_set(mm, BASE, cpt_pmd(mm, BASE, NULL), 1, pmd_at(mm, 0) & ~CPT_WRITE);
		flush_tlb_mm(mm);
		if (!writes[i].exclusive)
			ClearPageAnonExclusive(&folio->page);
		if (writes[i].extra)
			folio_get(folio);
		write_at(mm, 7, 2);
		ktest_assert_int_equal(cpt_is_huge(pmd_at(mm, 0)), writes[i].reused);
		assert_ranges(writes[i].reused ? "" : "CLEAR 0-512, CLEAR 7-8");
		if (writes[i].extra)
			folio_put(folio);
		ktest_assert_int_equal(read_at(mm, 7), 2);
		huge_end(world, mm);
	}
}

static void test_fault_without_memory_leaves_nothing(void **state)
{
	struct svmsim_world *world = huge_world(1 << 9 | 1 << 3);
	bool failed = true;

	for (u64 nth = 1; failed; nth++) {
		struct mm_struct *mm = mm_create();
		u8 value;
		int err;

		ktest_assert_true(nth < 30);
		map_at(mm, 0, 2 * HUGE, RW);
		sim_inject_kind_nth(world, &sim_fault_page, nth);
		err = read_err(mm, 1, &value);
		if (!err)
			err = write_err(mm, 1, 4);
		if (!err)
			err = write_err(mm, HUGE, 4);
		failed = sim_inject_kind_failed(world);
		sim_inject_kind_nth(world, &sim_fault_page, 0);
		ktest_assert_true(!err || (failed && err == -ENOMEM));
		write_at(mm, 1, 4);
		ktest_assert_int_equal(read_at(mm, 1), 4);
		mmput(mm);
	}
	lru_add_drain_all();
	sim_phys_set_watch(world, NULL);
	sim_world_finish(world);
	assert_all_free(world);
}

static const struct ktest tests[] = {
	KTEST(test_write_maps_a_huge_page),
	KTEST(test_read_maps_the_huge_zero_folio_and_a_write_replaces_it),
	KTEST(test_write_to_huge_zero_without_memory_splits_it),
	KTEST(test_size_of_a_folio_follows_settings_and_area),
	KTEST(test_without_memory_smaller_folios_do),
	KTEST(test_write_to_a_read_only_huge_page),
	KTEST(test_fault_without_memory_leaves_nothing),
};
KTEST_MAIN(tests)

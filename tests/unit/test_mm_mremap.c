/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* mremap(): where areas get to, what entries become, and who is told of which range. */
#include "mm_ops_fixture.h"

#define GIB (1ul << 30)
#define MOVE SIM_MREMAP_MAYMOVE
#define FIXED (SIM_MREMAP_MAYMOVE | SIM_MREMAP_FIXED)
#define KEEP (SIM_MREMAP_MAYMOVE | SIM_MREMAP_DONTUNMAP)

/* 0-4 is mapped, and 6-8 with other rights; pages from 100 on are free. */
static const struct {
	const char *name;
	unsigned long page;
	unsigned long old_pages;
	unsigned long new_pages;
	unsigned long flags;
	unsigned long to;
	int err;
	unsigned long result;
	const char *areas;
} calls[] = {
	{ "same size", 0, 4, 4, 0, 0, 0, 0, "0-4 rw-p, 6-8 r--p" },
	{ "shrink", 0, 4, 1, 0, 0, 0, 0, "0-1 rw-p, 6-8 r--p" },
	{ "grow in place", 0, 4, 6, 0, 0, 0, 0, "0-6 rw-p, 6-8 r--p" },
	{ "grow with no room", 0, 4, 7, 0, 0, -ENOMEM, 0, "0-4 rw-p, 6-8 r--p" },
	{ "grow elsewhere", 0, 4, 7, MOVE, 0, 0, 8, "6-8 r--p, 8-15 rw-p" },
	{ "grow from the middle", 1, 2, 3, MOVE, 0, 0, 8,
	  "0-1 rw-p, 3-4 rw-p, 6-8 r--p, 8-11 rw-p" },
	{ "move", 0, 4, 4, FIXED, 100, 0, 100, "6-8 r--p, 100-104 rw-p" },
	{ "move a part", 1, 2, 2, FIXED, 100, 0, 100,
	  "0-1 rw-p, 3-4 rw-p, 6-8 r--p, 100-102 rw-p" },
	{ "move and grow", 0, 4, 9, FIXED, 100, 0, 100, "6-8 r--p, 100-109 rw-p" },
	{ "move and shrink", 0, 4, 2, FIXED, 100, 0, 100, "6-8 r--p, 100-102 rw-p" },
	{ "move onto others", 0, 4, 4, FIXED, 5, 0, 5, "5-9 rw-p" },
	{ "move across a gap", 0, 8, 8, FIXED, 100, 0, 100, "100-104 rw-p, 106-108 r--p" },
	{ "copy", 0, 4, 4, KEEP, 100, 0, 100, "0-4 rw-p, 6-8 r--p, 100-104 rw-p" },
	{ "copy to anywhere", 0, 4, 4, KEEP, 0, 0, 8, "0-4 rw-p, 6-8 r--p, 8-12 rw-p" },
	{ "nothing mapped", 4, 1, 1, 0, 0, -EFAULT, 0, "0-4 rw-p, 6-8 r--p" },
	{ "beyond the area", 0, 6, 7, MOVE, 0, -EFAULT, 0, "0-4 rw-p, 6-8 r--p" },
	{ "onto itself", 0, 4, 4, FIXED, 2, -EINVAL, 0, "0-4 rw-p, 6-8 r--p" },
	{ "fixed without move", 0, 4, 4, SIM_MREMAP_FIXED, 100, -EINVAL, 0,
	  "0-4 rw-p, 6-8 r--p" },
	{ "copy that grows", 0, 4, 5, KEEP, 100, -EINVAL, 0, "0-4 rw-p, 6-8 r--p" },
	{ "to no size", 0, 4, 0, 0, 0, -EINVAL, 0, "0-4 rw-p, 6-8 r--p" },
	{ "twice, private", 0, 0, 4, MOVE, 0, -EINVAL, 0, "0-4 rw-p, 6-8 r--p" },
	{ "unknown flag", 0, 4, 4, 8, 0, -EINVAL, 0, "0-4 rw-p, 6-8 r--p" },
};

static void test_areas(void **state)
{
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct svmsim_world *world = mm_world(NULL);
		struct mm_struct *mm = mm_create();
		unsigned long out = 0;
		unsigned long to = calls[i].to ? at_page(calls[i].to) : 0;

		ktest_context("%s", calls[i].name);
		map_at(mm, 0, 4, RW);
		map_at(mm, 6, 2, VM_READ);
		ktest_assert_int_equal(sim_mremap(mm, at_page(calls[i].page),
						  calls[i].old_pages * PAGE_SIZE,
						  calls[i].new_pages * PAGE_SIZE, calls[i].flags,
						  to, &out), calls[i].err);
		if (!calls[i].err)
			ktest_assert_u64_equal(out, at_page(calls[i].result));
		assert_areas(mm, calls[i].areas);
		mmput(mm);
		assert_all_free(world);
		ktest_world_drop(world);
	}
}

static void test_before_v6_17_one_area_only(void **state)
{
	const struct svmsim_machine machine = { .kernel = "v6.15" };
	struct mm_struct *mm;
	unsigned long out;

	mm_world(&machine);
	mm = mm_create();
	map_at(mm, 0, 4, RW);
	map_at(mm, 4, 4, VM_READ);
	ktest_assert_int_equal(sim_mremap(mm, BASE, 8 * PAGE_SIZE, 8 * PAGE_SIZE, FIXED,
					  at_page(100), &out), -EFAULT);
	ktest_assert_int_equal(sim_mremap(mm, BASE, 4 * PAGE_SIZE, 4 * PAGE_SIZE, FIXED,
					  at_page(100), &out), 0);
	assert_areas(mm, "4-8 r--p, 100-104 rw-p");
	mmput(mm);
}

static void remap(struct mm_struct *mm, unsigned long page, unsigned long pages,
		  unsigned long flags, unsigned long to)
{
	unsigned long out = 0;

	ktest_assert_int_equal(sim_mremap(mm, at_page(page), pages * PAGE_SIZE, pages * PAGE_SIZE,
					  flags, at_page(to), &out), 0);
	ktest_assert_u64_equal(out, at_page(to));
}

/* Two ranges: the move itself, then what unmaps the empty rest. None at the new address. */
static void test_entries_move_as_they_are(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	struct folio *folio;
	u64 device;

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 5);
	folio = put_private(mm, 1, 0, true);
	device = entry_at(mm, 1);
	listen(mm);
	remap(mm, 0, 4, FIXED, 100);
	assert_heard("unmap 0-4, unmap 0-4");
	assert_entry(mm, 1, "none");
	ktest_assert_u64_equal(entry_at(mm, 101) & ~CPT_SOFT_DIRTY, device);
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_int_equal(folio_mapcount(folio), 1);
	ktest_assert_int_equal(read_byte(mm, 100), 5);
	ktest_assert_int_equal(rss(mm), 2);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_dontunmap_leaves_the_old_range_empty(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 5);
	put_private(mm, 1, 0, true);
	listen(mm);
	remap(mm, 0, 4, KEEP, 100);
	assert_heard("unmap 0-4");
	assert_entry(mm, 101, "device-write");
	ktest_assert_int_equal(read_byte(mm, 0), 0);
	ktest_assert_int_equal(read_byte(mm, 100), 5);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_fixed_tells_of_the_target_that_goes(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	map_at(mm, 100, 2, RW);
	write_byte(mm, 0, 5);
	write_byte(mm, 100, 6);
	listen(mm);
	remap(mm, 0, 4, FIXED, 100);
	assert_heard("unmap 100-104, unmap 0-4, unmap 0-4");
	ktest_assert_int_equal(read_byte(mm, 100), 5);
	ktest_assert_int_equal(rss(mm), 1);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_grow_in_place_tells_nobody(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	unsigned long out;

	map_at(mm, 0, 2, RW);
	put_private(mm, 1, 0, true);
	listen(mm);
	ktest_assert_int_equal(sim_mremap(mm, BASE, 2 * PAGE_SIZE, 4 * PAGE_SIZE, 0, 0, &out), 0);
	assert_heard("");
	ktest_assert_int_equal(sim_mremap(mm, BASE, 4 * PAGE_SIZE, PAGE_SIZE, 0, 0, &out), 0);
	assert_heard("unmap 1-4");
	ktest_assert_int_equal(freed_count, 1);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_pmd_moves_whole_where_it_fits(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 512, RW);
	folio = put_private(mm, 0, 9, true);
	listen(mm);
	remap(mm, 0, 512, FIXED, 2048);
	assert_heard("unmap 0-512, unmap 0-512");
	assert_entry(mm, 2048, "device-write");
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	ktest_assert_int_equal(rss(mm), 512);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_pmd_splits_where_it_does_not(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 512, RW);
	folio = put_private(mm, 0, 9, true);
	listen(mm);
	remap(mm, 0, 512, FIXED, 2049);
	assert_heard("unmap 0-512, clear 0-512, unmap 0-512");
	assert_entry(mm, 2049, "device-write");
	assert_entry(mm, 2049 + 511, "device-write");
	ktest_assert_int_equal(folio_ref_count(folio), 512);
	ktest_assert_int_equal(rss(mm), 512);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_tables_move_whole(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	u64 *table;

	map_at(mm, 512, 512, RW);
	write_byte(mm, 600, 9);
	table = cpt_pte(cpt_pmd(mm, at_page(600), NULL), at_page(600));
	remap(mm, 512, 512, FIXED, 2048);
	ktest_assert_ptr_equal(cpt_pte(cpt_pmd(mm, at_page(2136), NULL), at_page(2136)), table);
	ktest_assert_int_equal(read_byte(mm, 2136), 9);
	/* Nothing lies below it here: its table can move as if it began 10 pages earlier. */
	unmap_at(mm, 2048, 10);
	remap(mm, 2058, 502, FIXED, 4106);
	ktest_assert_ptr_equal(cpt_pte(cpt_pmd(mm, at_page(4184), NULL), at_page(4184)), table);
	ktest_assert_int_equal(read_byte(mm, 4184), 9);
	ops_world_end(world, mm);
}

/* Wherever memory runs out, everything is at one place or the other. */
static void test_without_memory(void **state)
{
	static const struct sim_fault_kind *const kinds[] = { &sim_fault_kmalloc, &sim_fault_page };

	for (unsigned int kind = 0; kind < 2; kind++) {
		bool failed = true;

		for (u64 nth = 1; failed; nth++) {
			struct svmsim_world *world = ops_world();
			struct mm_struct *mm = mm_create();
			unsigned long out;
			int err;

			map_at(mm, 0, 600, RW);
			write_byte(mm, 1, 5);
			write_byte(mm, 520, 6);
			put_private(mm, 3, 0, true);
			sim_inject_kind_nth(world, kinds[kind], nth);
			err = sim_mremap(mm, BASE, 599 * PAGE_SIZE, 599 * PAGE_SIZE, FIXED,
					 at_page(3 * GIB / PAGE_SIZE + 7), &out);
			failed = sim_inject_kind_failed(world);
			sim_inject_kind_nth(world, kinds[kind], 0);
			if (err) {
				ktest_assert_int_equal(err, -ENOMEM);
				ktest_assert_int_equal(read_byte(mm, 1), 5);
				ktest_assert_int_equal(read_byte(mm, 520), 6);
				assert_entry(mm, 3, "device-write");
				assert_areas(mm, "0-600 rw-p");
			} else {
				ktest_assert_int_equal(read_byte(mm, 3 * GIB / PAGE_SIZE + 8), 5);
			}
			ktest_assert_int_equal(rss(mm), 3);
			ops_world_end(world, mm);
			ktest_world_drop(world);
		}
	}
}

static const struct ktest tests[] = {
	KTEST(test_areas),
	KTEST(test_before_v6_17_one_area_only),
	KTEST(test_entries_move_as_they_are),
	KTEST(test_dontunmap_leaves_the_old_range_empty),
	KTEST(test_fixed_tells_of_the_target_that_goes),
	KTEST(test_grow_in_place_tells_nobody),
	KTEST(test_pmd_moves_whole_where_it_fits),
	KTEST(test_pmd_splits_where_it_does_not),
	KTEST(test_tables_move_whole),
	KTEST(test_without_memory),
};
KTEST_MAIN(tests)

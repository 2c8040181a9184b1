/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* munmap() and madvise(): whom they tell, what they leave, when pages of devices are freed. */
#include "mm_ops_fixture.h"

/* How many folios the driver had back when a notifier was told of the end of the range. */
static unsigned int freed_at_end;
static bool was_mapped, was_read_locked;

static int look_at_start(struct mmu_notifier *subscription, const struct mmu_notifier_range *range)
{
	was_mapped = vma_first(range->mm) != NULL;
	was_read_locked = range->mm->mmap_lock.sim.reader_count;
	return hear_start(subscription, range);
}

static void look_at_end(struct mmu_notifier *subscription, const struct mmu_notifier_range *range)
{
	freed_at_end = freed_count;
}

static const struct mmu_notifier_ops looking = { .invalidate_range_start = look_at_start,
						 .invalidate_range_end = look_at_end };

static void look(struct mm_struct *mm)
{
	listen(mm);
	listener.ops = &looking;
	freed_at_end = 0;
}

enum call {
	MUNMAP = -1,
};

/* 0-1024 has two pages of RAM (at 0 and 5), one of the device (1), and its PMD (512) if @huge. */
static const struct {
	const char *name;
	int behavior;
	unsigned long page;
	unsigned long pages;
	bool huge;
	const char *heard;
	unsigned int freed;
	long rss;
	const char *device;
	const char *huge_entry;
} calls[] = {
	{ "munmap all", MUNMAP, 0, 1024, false, "unmap 0-1024", 1, 0, "none", "none" },
	{ "munmap all, PMD", MUNMAP, 0, 1024, true, "unmap 0-1024", 2, 0, "none", "none" },
	{ "munmap the page", MUNMAP, 1, 1, false, "unmap 1-2", 1, 2, "none", "none" },
	{ "munmap part of the PMD", MUNMAP, 1000, 1, true, "clear 512-1024, unmap 1000-1001", 0,
	  514, "device-write", "device-write" },
	{ "DONTNEED all", MADV_DONTNEED, 0, 1024, true, "clear 0-1024", 2, 0, "none", "none" },
	{ "DONTNEED the page", MADV_DONTNEED, 1, 1, false, "clear 1-2", 1, 2, "none", "none" },
	{ "DONTNEED part of the PMD", MADV_DONTNEED, 1000, 1, true,
	  "clear 1000-1001, clear 512-1024", 0, 514, "device-write", "device-write" },
	{ "FREE", MADV_FREE, 0, 1024, true, "clear 0-1024", 0, 515, "device-write",
	  "device-write" },
	{ "COLD", MADV_COLD, 0, 1024, true, "", 0, 515, "device-write", "device-write" },
	{ "PAGEOUT", MADV_PAGEOUT, 1, 1023, true, "", 0, 515, "device-write", "device-write" },
	{ "HUGEPAGE", MADV_HUGEPAGE, 0, 1024, true, "", 0, 515, "device-write", "device-write" },
	{ "DONTFORK", MADV_DONTFORK, 0, 1024, true, "", 0, 515, "device-write", "device-write" },
};

static void test_device_entries(void **state)
{
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct svmsim_world *world = ops_world();
		struct mm_struct *mm = mm_create();
		size_t bytes = calls[i].pages * PAGE_SIZE;
		unsigned long addr = at_page(calls[i].page);

		ktest_context("%s", calls[i].name);
		map_at(mm, 0, 1024, RW);
		write_byte(mm, 0, 1);
		put_private(mm, 1, 0, true);
		if (calls[i].behavior != MADV_PAGEOUT)
			write_byte(mm, 5, 1);
		if (calls[i].huge)
			put_private(mm, 512, 9, true);
		look(mm);
		if (calls[i].behavior == MUNMAP)
			ktest_assert_int_equal(sim_munmap(mm, addr, bytes), 0);
		else
			ktest_assert_int_equal(sim_madvise(mm, addr, bytes, calls[i].behavior),
					       0);
		assert_heard(calls[i].heard);
		ktest_assert_int_equal(freed_count, calls[i].freed);
		/* At once under the table's lock, not when the TLBs have been flushed. */
		ktest_assert_int_equal(freed_at_end, calls[i].freed);
		ktest_assert_int_equal(rss(mm) + (calls[i].behavior == MADV_PAGEOUT),
				       calls[i].rss);
		assert_entry(mm, 1, calls[i].device);
		assert_entry(mm, 512, calls[i].huge_entry);
		mmu_notifier_unregister(&listener, mm);
		ops_world_end(world, mm);
		ktest_world_drop(world);
	}
}

static void test_munmap_takes_the_area_first(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	unsigned long addr;

	map_at(mm, 0, 4, RW);
	look(mm);
	unmap_at(mm, 0, 4);
	ktest_assert_false(was_mapped);
	ktest_assert_true(was_read_locked);
	/* In another call the lock is not given up. */
	map_at(mm, 0, 4, RW);
	ktest_assert_int_equal(sim_mmap(mm, BASE, PAGE_SIZE, VM_READ, SIM_MAP_FIXED, 0, NULL, 0,
					&addr), 0);
	ktest_assert_false(was_read_locked);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

/* The migration entry of a device's huge page holds nothing, and so nothing is dropped. */
static void zap_migration(uint32_t quirks, int references)
{
	struct svmsim_world *world = device_memory_world(quirks);
	struct mm_struct *mm = mm_create();
	struct folio *folio;
	struct cpt_hit hit;

	next_device_page = 0;
	device_map = private_map(DEVICE_START, MEMORY_BYTES);
	ktest_assert_false(IS_ERR(memremap_pages(&device_map, 0)));
	map_at(mm, 0, 512, RW);
	folio = put_private(mm, 0, 9, true);
	folio_get(folio);
	folio_get(folio);
	/* As a migration does. */
	mmap_read_lock(mm);
	cpt_lookup(mm, BASE, &hit);
	cpt_set(mm, BASE, hit.slot, 1, cpt_make_soft(CPT_MIGRATION_WRITE, folio_pfn(folio), 0));
	if (!quirks)
		folio_remove_rmap(folio, &folio->page, 512, vma_lookup(mm, BASE), RMAP_LEVEL_PMD);
	folio_put(folio);
	mmap_read_unlock(mm);
	ktest_assert_int_equal(sim_madvise(mm, BASE, CPT_PMD_SIZE, MADV_DONTNEED), 0);
	ktest_assert_int_equal(folio_ref_count(folio), references);
	ktest_assert_int_equal(rss(mm), 0);
	folio_put_refs(folio, references);
	ops_world_end(world, mm);
}

static void test_zap_of_migrated_huge_page(void **state)
{
	zap_migration(0, 2);
	zap_migration(1u << SVMSIM_QUIRK_ZAP_DEVICE_MIGRATION, 1);
}

static void test_dontneed_reads_as_zero(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	for (unsigned int i = 0; i < 4; i++)
		write_byte(mm, i, 7);
	ktest_assert_int_equal(sim_madvise(mm, at_page(1), 2 * PAGE_SIZE, MADV_DONTNEED), 0);
	ktest_assert_int_equal(read_byte(mm, 0), 7);
	ktest_assert_int_equal(read_byte(mm, 1), 0);
	ktest_assert_int_equal(read_byte(mm, 2), 0);
	ktest_assert_int_equal(read_byte(mm, 3), 7);
	ktest_assert_int_equal(rss(mm), 2);
	ops_world_end(world, mm);
}

static void test_free_makes_pages_clean_and_old(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 7);
	folio = pfn_folio(cpt_pfn(entry_at(mm, 0)));
	ktest_assert_true(entry_at(mm, 0) & CPT_DIRTY);
	ktest_assert_int_equal(sim_madvise(mm, BASE, PAGE_SIZE, MADV_FREE), 0);
	ktest_assert_u64_equal(entry_at(mm, 0) & (CPT_DIRTY | CPT_ACCESSED), 0);
	ktest_assert_false(folio_test_swapbacked(folio));
	/* Until it is needed for something else it is still there. */
	ktest_assert_int_equal(read_byte(mm, 0), 7);
	ops_world_end(world, mm);
}

static void test_cold_makes_pages_old(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 7);
	ktest_assert_true(entry_at(mm, 0) & CPT_ACCESSED);
	ktest_assert_int_equal(sim_madvise(mm, BASE, PAGE_SIZE, MADV_COLD), 0);
	ktest_assert_u64_equal(entry_at(mm, 0) & (CPT_DIRTY | CPT_ACCESSED), CPT_DIRTY);
	ops_world_end(world, mm);
}

static void test_populate(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	map_at(mm, 4, 2, VM_READ);
	ktest_assert_int_equal(sim_madvise(mm, BASE, 2 * PAGE_SIZE, MADV_POPULATE_WRITE), 0);
	assert_entry(mm, 1, "write");
	assert_entry(mm, 2, "none");
	ktest_assert_int_equal(sim_madvise(mm, at_page(3), 2 * PAGE_SIZE, MADV_POPULATE_READ), 0);
	assert_entry(mm, 3, "read");
	assert_entry(mm, 4, "read");
	/* Not what the area allows; nothing there. */
	ktest_assert_int_equal(sim_madvise(mm, at_page(3), 2 * PAGE_SIZE, MADV_POPULATE_WRITE),
			       -EINVAL);
	assert_entry(mm, 3, "write");
	ktest_assert_int_equal(sim_madvise(mm, at_page(5), 2 * PAGE_SIZE, MADV_POPULATE_READ),
			       -ENOMEM);
	assert_entry(mm, 5, "read");
	ops_world_end(world, mm);
}

static const struct {
	const char *name;
	unsigned long addr;
	size_t bytes;
	int behavior;
	int err;
} wrong[] = {
	{ "not a page's address", BASE + 1, PAGE_SIZE, MADV_DONTNEED, -EINVAL },
	{ "unknown advice", BASE, PAGE_SIZE, 77, -EINVAL },
	{ "wraps", BASE, ~0ul, MADV_DONTNEED, -EINVAL },
	{ "nothing", BASE, 0, MADV_DONTNEED, 0 },
	{ "nothing mapped", BASE + 64 * PAGE_SIZE, PAGE_SIZE, MADV_DONTNEED, -ENOMEM },
	{ "hole in the middle", BASE, 8 * PAGE_SIZE, MADV_DONTNEED, -ENOMEM },
	{ "hole at the end", BASE + 6 * PAGE_SIZE, 8 * PAGE_SIZE, MADV_HUGEPAGE, -ENOMEM },
	{ "FREE of a file", BASE + 16 * PAGE_SIZE, PAGE_SIZE, MADV_FREE, -EINVAL },
	{ "DOFORK of a driver's", BASE + 20 * PAGE_SIZE, PAGE_SIZE, MADV_DOFORK, -EINVAL },
	{ "DONTNEED of a driver's", BASE + 20 * PAGE_SIZE, PAGE_SIZE, MADV_DONTNEED, -EINVAL },
	{ "COLD of a driver's", BASE + 20 * PAGE_SIZE, PAGE_SIZE, MADV_COLD, -EINVAL },
};

static void test_errors(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	unsigned long addr;

	map_at(mm, 0, 4, RW);
	map_at(mm, 6, 4, RW);
	ktest_assert_int_equal(sim_mmap(mm, at_page(16), PAGE_SIZE, RW,
					SIM_MAP_FIXED | SIM_MAP_SHARED, 0, NULL, 0, &addr), 0);
	ktest_assert_int_equal(sim_mmap(mm, at_page(20), PAGE_SIZE, RW, SIM_MAP_FIXED | VM_PFNMAP,
					0, NULL, 0, &addr), 0);
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ktest_context("%s", wrong[i].name);
		ktest_assert_int_equal(sim_madvise(mm, wrong[i].addr, wrong[i].bytes,
						   wrong[i].behavior), wrong[i].err);
	}
	ops_world_end(world, mm);
}

static const struct ktest tests[] = {
	KTEST(test_device_entries),
	KTEST(test_munmap_takes_the_area_first),
	KTEST(test_zap_of_migrated_huge_page),
	KTEST(test_dontneed_reads_as_zero),
	KTEST(test_free_makes_pages_clean_and_old),
	KTEST(test_cold_makes_pages_old),
	KTEST(test_populate),
	KTEST(test_errors),
};
KTEST_MAIN(tests)

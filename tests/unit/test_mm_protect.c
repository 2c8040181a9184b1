/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* mprotect() and NUMA hinting: who is told of what range, and what becomes of entries. */
#include "mm_ops_fixture.h"

#define TOP_PAGES (1ul << 27)
#define GIB_PAGES (1ul << 18)

/* A large area from BASE (1 GiB) on, with something mapped at @populated. */
static const struct {
	const char *name;
	unsigned long page;
	unsigned long pages;
	long populated;
	const char *heard;
} spans[] = {
	{ "nothing populated", 0, 16, -1, "" },
	{ "a page of the range", 0, 16, 3, "protect-vma 0-16" },
	/* The table of the whole GiB is there, the part itself is empty. */
	{ "elsewhere in the same GiB", 16, 16, 3, "protect-vma 16-32" },
	{ "only another GiB", 0, 16, GIB_PAGES, "" },
	{ "second GiB of three", 0, 3 * GIB_PAGES, GIB_PAGES + 5,
	  "protect-vma 262144-786432" },
	{ "last GiB of three", 7, 3 * GIB_PAGES - 7, 2 * GIB_PAGES,
	  "protect-vma 524288-786432" },
	{ "first GiB of three", 7, 2 * GIB_PAGES, 7, "protect-vma 7-524295" },
	/* Each entry of the topmost table is a range of its own; BASE is 1 GiB above the first. */
	{ "across 512 GiB, below", 0, TOP_PAGES, 0, "protect-vma 0-133955584" },
	{ "across 512 GiB, above", 0, TOP_PAGES, TOP_PAGES - GIB_PAGES,
	  "protect-vma 133955584-134217728" },
};

static void test_span_of_notifier(void **state)
{
	for (unsigned int i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		struct svmsim_world *world = ops_world();
		struct mm_struct *mm = mm_create();

		ktest_context("%s", spans[i].name);
		map_at(mm, 0, TOP_PAGES + 16, RW);
		if (spans[i].populated >= 0)
			put_private(mm, spans[i].populated, 0, true);
		listen(mm);
		ktest_assert_int_equal(sim_mprotect(mm, at_page(spans[i].page),
						    spans[i].pages * PAGE_SIZE, VM_READ), 0);
		assert_heard(spans[i].heard);
		mmu_notifier_unregister(&listener, mm);
		ops_world_end(world, mm);
		ktest_world_drop(world);
	}
}

static void test_device_entry_loses_write_for_good(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	put_private(mm, 1, 0, true);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, 4 * PAGE_SIZE, VM_READ), 0);
	assert_entry(mm, 1, "device-read");
	ktest_assert_int_equal(sim_mprotect(mm, BASE, 4 * PAGE_SIZE, RW), 0);
	assert_entry(mm, 1, "device-read");
	ops_world_end(world, mm);
}

static void test_same_rights_change_nothing(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	put_private(mm, 1, 0, true);
	listen(mm);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, 4 * PAGE_SIZE, RW), 0);
	assert_heard("");
	assert_entry(mm, 1, "device-write");
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_numa_hinting_takes_write_of_device_entry(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 7);
	put_private(mm, 1, 0, true);
	listen(mm);
	mmap_read_lock(mm);
	ktest_assert_int_equal(change_protection(vma_lookup(mm, BASE), BASE, at_page(4),
						 MM_CP_PROT_NUMA), 2);
	mmap_read_unlock(mm);
	assert_heard("protect-vma 0-4");
	assert_entry(mm, 0, "protnone");
	assert_entry(mm, 1, "device-read");
	ktest_assert_int_equal(read_byte(mm, 0), 7);
	assert_entry(mm, 0, "write");
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static void test_exclusive_page_becomes_writable_at_once(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create(), *child;

	map_at(mm, 0, 2, RW);
	write_byte(mm, 0, 1);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, PAGE_SIZE, VM_READ), 0);
	assert_entry(mm, 0, "read");
	ktest_assert_int_equal(sim_cpu_write(mm, BASE, "x", 1), -EFAULT);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, PAGE_SIZE, RW), 0);
	assert_entry(mm, 0, "write");
	/* Shared with a child it waits for a fault. */
	ktest_assert_int_equal(sim_fork(mm, &child), 0);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, PAGE_SIZE, VM_READ), 0);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, PAGE_SIZE, RW), 0);
	assert_entry(mm, 0, "read");
	write_byte(mm, 0, 2);
	ktest_assert_int_equal(read_byte(child, 0), 1);
	mmput(child);
	ops_world_end(world, mm);
}

static void test_no_rights_at_all(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	u8 value;

	map_at(mm, 0, 2, RW);
	write_byte(mm, 0, 1);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, PAGE_SIZE, 0), 0);
	assert_entry(mm, 0, "protnone");
	ktest_assert_int_equal(sim_cpu_read(mm, BASE, &value, 1), -EFAULT);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, PAGE_SIZE, VM_READ), 0);
	ktest_assert_int_equal(read_byte(mm, 0), 1);
	ops_world_end(world, mm);
}

static void test_hole_ends_it_after_what_came_before(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 2, RW);
	map_at(mm, 3, 2, RW);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, 5 * PAGE_SIZE, VM_READ), -ENOMEM);
	assert_areas(mm, "0-2 r--p, 3-5 rw-p");
	ktest_assert_int_equal(sim_mprotect(mm, at_page(2), PAGE_SIZE, VM_READ), -ENOMEM);
	ktest_assert_int_equal(sim_mprotect(mm, BASE + 1, PAGE_SIZE, VM_READ), -EINVAL);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, PAGE_SIZE, VM_IO), -EINVAL);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, 0, VM_READ), 0);
	ops_world_end(world, mm);
}

static void test_huge_device_entry(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 1024, RW);
	folio = put_private(mm, 0, 9, true);
	listen(mm);
	ktest_assert_int_equal(sim_mprotect(mm, BASE, 512 * PAGE_SIZE, VM_READ), 0);
	assert_heard("protect-vma 0-512");
	assert_entry(mm, 0, "device-read");
	ktest_assert_int_equal(folio_ref_count(folio), 1);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

/* Part of it: the area is cut across the PMD, which is split then. */
static void test_huge_device_entry_splits(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	struct folio *folio;

	map_at(mm, 0, 1024, RW);
	folio = put_private(mm, 512, 9, true);
	listen(mm);
	ktest_assert_int_equal(sim_mprotect(mm, at_page(600), 8 * PAGE_SIZE, VM_READ), 0);
	assert_heard("clear 512-1024, protect-vma 600-608");
	assert_entry(mm, 599, "device-write");
	assert_entry(mm, 600, "device-read");
	assert_entry(mm, 608, "device-write");
	ktest_assert_int_equal(folio_ref_count(folio), 512);
	ktest_assert_int_equal(rss(mm), 512);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, mm);
}

static const struct ktest tests[] = {
	KTEST(test_span_of_notifier),
	KTEST(test_device_entry_loses_write_for_good),
	KTEST(test_same_rights_change_nothing),
	KTEST(test_numa_hinting_takes_write_of_device_entry),
	KTEST(test_exclusive_page_becomes_writable_at_once),
	KTEST(test_no_rights_at_all),
	KTEST(test_hole_ends_it_after_what_came_before),
	KTEST(test_huge_device_entry),
	KTEST(test_huge_device_entry_splits),
};
KTEST_MAIN(tests)

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* mmap() and munmap() as far as areas go: addresses, errors, cutting, looking up. */
#include "kernel/inject.h"
#include "mman_fixture.h"

static void test_mmap_takes_the_lowest_gap(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(mm, 0, 1, RW, 0, 0, NULL, 0, &addr), 0);
	ktest_assert_u64_equal(addr, BASE);
	map_at(mm, 3, 1, RW);
	ktest_assert_int_equal(sim_mmap(mm, 0, 3 * PAGE_SIZE, VM_READ, 0, 0, NULL, 0, &addr), 0);
	ktest_assert_u64_equal(addr, BASE + 4 * PAGE_SIZE);
	ktest_assert_int_equal(sim_mmap(mm, 0, 2 * PAGE_SIZE, VM_READ, 0, 0, NULL, 0, &addr), 0);
	ktest_assert_u64_equal(addr, BASE + PAGE_SIZE);
	assert_areas(mm, "0-1 rw-p, 1-3 r--p, 3-4 rw-p, 4-7 r--p");
	mmput(mm);
	assert_all_free(world);
}

static void test_mmap_hint_and_alignment(void **state)
{
	struct mm_struct *mm;
	unsigned long addr;

	mm_world(NULL);
	mm = mm_create();
	ktest_assert_int_equal(sim_mmap(mm, BASE + 5 * PAGE_SIZE, PAGE_SIZE, RW, 0, 0, NULL, 0,
					&addr), 0);
	ktest_assert_u64_equal(addr, BASE + 5 * PAGE_SIZE);
	/* Taken: anywhere else. */
	ktest_assert_int_equal(sim_mmap(mm, BASE + 5 * PAGE_SIZE, PAGE_SIZE, VM_READ, 0, 0, NULL,
					0, &addr), 0);
	ktest_assert_u64_equal(addr, BASE);
	ktest_assert_int_equal(sim_mmap(mm, 0, PAGE_SIZE, RW, 0, CPT_PMD_SIZE, NULL, 0, &addr), 0);
	ktest_assert_u64_equal(addr, BASE + CPT_PMD_SIZE);
	mmput(mm);
}

static const struct {
	const char *name;
	unsigned long addr;
	size_t bytes;
	unsigned long flags;
	size_t align;
	int err;
} wrong[] = {
	{ "no bytes", BASE, 0, 0, 0, -EINVAL },
	{ "not a page's address", BASE + 1, PAGE_SIZE, 0, 0, -EINVAL },
	{ "unknown flag", BASE, PAGE_SIZE, VM_UFFD_WP, 0, -EINVAL },
	{ "alignment is no power of two", BASE, PAGE_SIZE, 0, 3 * PAGE_SIZE, -EINVAL },
	{ "fixed at 0", 0, PAGE_SIZE, SIM_MAP_FIXED, 0, -EINVAL },
	{ "larger than all", 0, 1ul << 47, 0, 0, -ENOMEM },
	{ "across the end", CPT_ADDRESS_END - 2 * PAGE_SIZE, 2 * PAGE_SIZE, SIM_MAP_FIXED, 0,
	  -ENOMEM },
};

static void test_mmap_refuses(void **state)
{
	struct mm_struct *mm;
	unsigned long addr;

	mm_world(NULL);
	mm = mm_create();
	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		ktest_context("%s", wrong[i].name);
		ktest_assert_int_equal(sim_mmap(mm, wrong[i].addr, wrong[i].bytes, RW,
						wrong[i].flags, wrong[i].align, NULL, 0, &addr),
				       wrong[i].err);
	}
	assert_areas(mm, "");
	mmput(mm);
}

static void test_mmap_fixed_replaces(void **state)
{
	struct mm_struct *mm;

	mm_world(NULL);
	mm = mm_create();
	map_at(mm, 0, 8, RW);
	map_at(mm, 2, 2, VM_READ);
	assert_areas(mm, "0-2 rw-p, 2-4 r--p, 4-8 rw-p");
	map_at(mm, 1, 6, VM_EXEC);
	assert_areas(mm, "0-1 rw-p, 1-7 --xp, 7-8 rw-p");
	map_at(mm, 0, 8, RW);
	assert_areas(mm, "0-8 rw-p");
	mmput(mm);
}

static const struct {
	const char *name;
	unsigned long page;
	unsigned long pages;
	const char *left;
} cuts[] = {
	{ "whole areas", 2, 6, "0-2 rw-p, 8-10 rw-p" },
	{ "begin of one", 2, 1, "0-2 rw-p, 3-4 r--p, 5-8 r--p, 8-10 rw-p" },
	{ "end of one", 3, 1, "0-2 rw-p, 2-3 r--p, 5-8 r--p, 8-10 rw-p" },
	{ "middle of one", 6, 1, "0-2 rw-p, 2-4 r--p, 5-6 r--p, 7-8 r--p, 8-10 rw-p" },
	{ "parts of several", 1, 8, "0-1 rw-p, 9-10 rw-p" },
	{ "nothing", 4, 1, "0-2 rw-p, 2-4 r--p, 5-8 r--p, 8-10 rw-p" },
	{ "more than all", 0, 100, "" },
};

static void test_munmap_cuts(void **state)
{
	for (unsigned int i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		struct svmsim_world *world = mm_world(NULL);
		struct mm_struct *mm = mm_create();

		ktest_context("%s", cuts[i].name);
		map_at(mm, 0, 2, RW);
		map_at(mm, 2, 2, VM_READ);
		map_at(mm, 5, 3, VM_READ);
		map_at(mm, 8, 2, RW);
		unmap_at(mm, cuts[i].page, cuts[i].pages);
		assert_areas(mm, cuts[i].left);
		mmput(mm);
		assert_all_free(world);
		ktest_world_drop(world);
	}
}

static void test_munmap_refuses(void **state)
{
	struct mm_struct *mm;

	mm_world(NULL);
	mm = mm_create();
	ktest_assert_int_equal(sim_munmap(mm, BASE + 1, PAGE_SIZE), -EINVAL);
	ktest_assert_int_equal(sim_munmap(mm, BASE, 0), -EINVAL);
	ktest_assert_int_equal(sim_munmap(mm, CPT_ADDRESS_END, PAGE_SIZE), -EINVAL);
	ktest_assert_int_equal(sim_munmap(mm, BASE, CPT_ADDRESS_END), -EINVAL);
	ktest_assert_int_equal(sim_munmap(mm, BASE, ~0ul), -EINVAL);
	mmput(mm);
}

static void test_find_vma(void **state)
{
	struct vm_area_struct *low, *high;
	struct mm_struct *mm;

	mm_world(NULL);
	mm = mm_create();
	map_at(mm, 2, 2, RW);
	map_at(mm, 6, 2, RW);
	low = vma_first(mm);
	high = vma_next(low);
	mmap_read_lock(mm);
	ktest_assert_ptr_equal(find_vma(mm, BASE), low);
	ktest_assert_ptr_equal(find_vma(mm, BASE + 4 * PAGE_SIZE - 1), low);
	ktest_assert_ptr_equal(find_vma(mm, BASE + 4 * PAGE_SIZE), high);
	ktest_assert_null(find_vma(mm, BASE + 8 * PAGE_SIZE));
	ktest_assert_null(vma_lookup(mm, BASE + 4 * PAGE_SIZE));
	ktest_assert_ptr_equal(vma_lookup(mm, BASE + 2 * PAGE_SIZE), low);
	ktest_assert_null(find_vma_intersection(mm, BASE + 4 * PAGE_SIZE, BASE + 6 * PAGE_SIZE));
	ktest_assert_ptr_equal(find_vma_intersection(mm, BASE, BASE + 2 * PAGE_SIZE + 1), low);
	ktest_assert_ptr_equal(vma_prev(high), low);
	ktest_assert_null(vma_prev(low));
	mmap_read_unlock(mm);
	mmput(mm);
}

/* Every allocation on the way of a call that cuts and maps fails once. */
static void test_mmap_without_memory(void **state)
{
	for (u64 nth = 1;; nth++) {
		struct svmsim_world *world = mm_world(NULL);
		struct mm_struct *mm = mm_create();
		unsigned long addr;
		int err;

		map_at(mm, 0, 8, RW);
		sim_inject_kind_nth(world, &sim_fault_kmalloc, nth);
		err = sim_mmap(mm, BASE + 2 * PAGE_SIZE, 2 * PAGE_SIZE, VM_READ, SIM_MAP_FIXED, 0,
			       NULL, 0, &addr);
		if (!sim_inject_kind_failed(world)) {
			ktest_assert_int_equal(err, 0);
			ktest_assert_u64_equal(nth, 4);
			mmput(mm);
			break;
		}
		ktest_assert_int_equal(err, -ENOMEM);
		/* What was cut stays cut, and what was to be replaced may be gone. */
		assert_areas(mm, nth == 1 ? "0-8 rw-p" : nth == 2 ? "0-2 rw-p, 2-8 rw-p" :
			     "0-2 rw-p, 4-8 rw-p");
		sim_inject_kind_nth(world, &sim_fault_kmalloc, 0);
		mmput(mm);
		ktest_world_drop(world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_mmap_takes_the_lowest_gap),
	KTEST(test_mmap_hint_and_alignment),
	KTEST(test_mmap_refuses),
	KTEST(test_mmap_fixed_replaces),
	KTEST(test_munmap_cuts),
	KTEST(test_munmap_refuses),
	KTEST(test_find_vma),
	KTEST(test_mmap_without_memory),
};
KTEST_MAIN(tests)

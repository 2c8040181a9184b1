/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Pages that a device has for itself, and pages of a device that somebody pins: cases 25 to 28 of
 * the kernel's catalogue, by name.
 */
#include <linux/mm.h>
#include <linux/mmap_lock.h>
#include "mirror_fixture.h"

static void take(struct bed *bed, unsigned long page, unsigned long pages)
{
	ktest_assert_int_equal(sim_mirror_exclusive(bed->mirror[0], at(page), pages * PAGE_SIZE),
			       0);
}

static int check_taken(struct bed *bed, unsigned long page)
{
	return sim_mirror_check_exclusive(bed->mirror[0], at(page), PAGE_SIZE);
}

static bool is_exclusive(struct mm_struct *mm, unsigned long page)
{
	struct cpt_hit hit;

	return cpt_lookup(mm, at(page), &hit) && cpt_soft(hit.entry) == CPT_DEVICE_EXCLUSIVE;
}

static void test_exclusive(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 4, RW, 0, NULL);
	fill_pages(&bed, 0, 4);
	take(&bed, 0, 4);
	for (unsigned long page = 0; page < 4; page++) {
		ktest_assert_true(is_exclusive(bed.mm, page));
		ktest_assert_int_equal(check_taken(&bed, page), -EPERM);
	}
	/* The device goes on without a fault. */
	ktest_assert_int_equal(dev_put(bed.mirror[0], 1, 42), 0);
	ktest_assert_u64_equal(fault_count(bed.mirror[0]), 0);
	/* An access of the CPU takes a page back. */
	ktest_assert_u64_equal(cpu_get(bed.mm, 1), 42);
	ktest_assert_int_equal(check_taken(&bed, 1), 0);
	ktest_assert_int_equal(check_taken(&bed, 2), -EPERM);
	assert_filled(&bed, 2, 2);
	bed_drop(&bed);
}

/* From each kind of page, and twice. */
static void test_exclusive_of_each_kind(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 5, RW, 0, NULL);
	fill_pages(&bed, 1, 4);
	ktest_assert_u64_equal(cpu_get(bed.mm, 0), 0);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 1, 1), 1);
	ktest_assert_u64_equal(to_device(bed.mirror[1], 2, 1), 1);
	ktest_assert_u64_equal(dev_get(bed.mirror[0], 3), word_of(3));
	take(&bed, 0, 5);
	take(&bed, 0, 5);
	for (unsigned long page = 0; page < 5; page++) {
		ktest_assert_true(is_exclusive(bed.mm, page));
		ktest_assert_u64_equal(dev_get(bed.mirror[0], page), page ? word_of(page) : 0);
	}
	/* Another device is not the one that has it. */
	ktest_assert_u64_equal(dev_get(bed.mirror[1], 4), word_of(4));
	ktest_assert_int_equal(check_taken(&bed, 4), 0);
	assert_filled(&bed, 1, 4);
	bed_drop(&bed);
}

static void test_exclusive_of_a_huge_page(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ .thp_always = 1 << 9 });

	map_pages(&bed, 0, HUGE_PAGES, RW, 0, NULL);
	fill_pages(&bed, 0, HUGE_PAGES);
	take(&bed, 5, 2);
	ktest_assert_true(is_exclusive(bed.mm, 5));
	ktest_assert_false(is_exclusive(bed.mm, 7));
	assert_filled(&bed, 0, HUGE_PAGES);
	bed_drop(&bed);
}

static void test_exclusive_mprotect(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 2, RW, 0, NULL);
	fill_pages(&bed, 0, 2);
	take(&bed, 0, 2);
	ktest_assert_int_equal(sim_mprotect(bed.mm, at(0), 2 * PAGE_SIZE, VM_READ), 0);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 0, 1), -EPERM);
	assert_filled(&bed, 0, 2);
	bed_drop(&bed);
}

static void test_exclusive_cow(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });
	struct mm_struct *child;

	map_pages(&bed, 0, 3, RW, 0, NULL);
	fill_pages(&bed, 0, 3);
	take(&bed, 0, 3);
	ktest_assert_int_equal(sim_fork(bed.mm, &child), 0);
	ktest_assert_false(is_exclusive(bed.mm, 0));
	ktest_assert_int_equal(cpu_put(child, 0, 1), 0);
	ktest_assert_int_equal(cpu_put(bed.mm, 1, 2), 0);
	ktest_assert_int_equal(dev_put(bed.mirror[0], 2, 3), 0);
	ktest_assert_u64_equal(cpu_get(bed.mm, 0), word_of(0));
	ktest_assert_u64_equal(cpu_get(child, 1), word_of(1));
	ktest_assert_u64_equal(cpu_get(child, 2), word_of(2));
	mmput(child);
	bed_drop(&bed);
}

static void test_exclusive_without_memory_there(void **state)
{
	struct bed bed = bed_with(&(struct bed_options){ 0 });

	map_pages(&bed, 0, 1, VM_READ, 0, NULL);
	ktest_assert_int_equal(sim_mirror_exclusive(bed.mirror[0], at(0), PAGE_SIZE), -EPERM);
	ktest_assert_int_equal(sim_mirror_exclusive(bed.mirror[0], at(1), PAGE_SIZE), -EFAULT);
	bed_drop(&bed);
}

/* What a pin finds on the device: it comes to RAM, coherent memory only for a long one. */
static void pin(bool is_coherent, unsigned int flags, bool fast, bool stays)
{
	struct bed bed = bed_with(&(struct bed_options){ .is_coherent = is_coherent });
	struct page *pages[4];
	long count;

	map_pages(&bed, 0, 4, RW, 0, NULL);
	fill_pages(&bed, 0, 4);
	ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 4), 4);
	if (fast) {
		count = pin_user_pages_fast(at(0), 4, flags, pages);
	} else {
		mmap_read_lock(bed.mm);
		count = pin_user_pages(at(0), 4, flags, pages);
		mmap_read_unlock(bed.mm);
	}
	ktest_assert_int_equal(count, 4);
	ktest_assert_int_equal(is_device_coherent_page(pages[0]), stays);
	ktest_assert_u64_equal(sim_mirror_device_used_pages(bed.device[0]), stays ? 4 : 0);
	/* As long as it is pinned it does not move. */
	if (!stays)
		ktest_assert_u64_equal(to_device(bed.mirror[0], 0, 4), 0);
	unpin_user_pages(pages, 4);
	assert_filled(&bed, 0, 4);
	bed_drop(&bed);
}

static void test_hmm_gup_test(void **state)
{
	static const unsigned int flags[] = { 0, FOLL_WRITE, FOLL_LONGTERM | FOLL_WRITE };

	for (unsigned int i = 0; i < 12; i++) {
		bool is_coherent = i & 1, fast = i & 2;
		unsigned int flag = flags[i / 4];

		ktest_context("%s, %s, flags %x", is_coherent ? "coherent" : "private",
			      fast ? "fast" : "slow", flag);
		pin(is_coherent, flag, fast, is_coherent && !(flag & FOLL_LONGTERM));
	}
}

static const struct ktest tests[] = {
	KTEST(test_exclusive),
	KTEST(test_exclusive_of_each_kind),
	KTEST(test_exclusive_of_a_huge_page),
	KTEST(test_exclusive_mprotect),
	KTEST(test_exclusive_cow),
	KTEST(test_exclusive_without_memory_there),
	KTEST(test_hmm_gup_test),
};
KTEST_MAIN(tests)

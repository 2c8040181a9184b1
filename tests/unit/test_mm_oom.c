/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "move_fixture.h"

static struct svmsim_world *oom_world(const char *kernel)
{
	struct svmsim_machine machine = {
		.node_count = 1,
		.node = { { .ram_bytes = 64ull << 20, .cpu_count = 1 } },
		.swap_bytes = 16ull << 20,
	};

	strscpy(machine.kernel, kernel, sizeof(machine.kernel));
	return fault_world(&machine);
}

static void reaps(const char *kernel, const char *expected)
{
	struct svmsim_world *world = oom_world(kernel);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	map_at(mm, 8, 2, RW);
	fill(mm, 0, 4);
	fill(mm, 8, 2);
	ktest_assert_int_equal(sim_oom_reap(mm), 0);
	assert_ranges(expected);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 0);
	ktest_assert_u64_equal(entry_at(mm, 1), 0);
	ktest_assert_true(mm_flags_test(MMF_UNSTABLE, mm) && mm_flags_test(MMF_OOM_SKIP, mm));
	/* Nothing may come where something was taken. */
	ktest_assert_int_equal(write_err(mm, 1, 1), -EIO);
	mm_end(world, mm);
}

static void test_unmaps_private_memory(void **state)
{
	reaps("v7.0", "UNMAP 0-4, UNMAP 8-10");
}

static void test_clears_in_newer_kernels(void **state)
{
	reaps("v7.2", "CLEAR 0-4, CLEAR 8-10");
}

static void test_device_private_is_freed(void **state)
{
	struct svmsim_world *world = oom_world("v7.0");
	struct mm_struct *mm = mm_create();

	device_make();
	map_at(mm, 0, 4, RW);
	device_map(mm, 2, 0, true);
	ktest_assert_int_equal(sim_oom_reap(mm), 0);
	ktest_assert_u64_equal(move_device.freed, 1);
	mm_end(world, mm);
	memunmap_pages(&move_device.pgmap);
}

static unsigned int asked;

static bool would_sleep(struct mmu_interval_notifier *sub, const struct mmu_notifier_range *range,
			unsigned long seq)
{
	if (mmu_notifier_range_blockable(range)) {
		mmu_interval_set_seq(sub, seq);
		return true;
	}
	asked++;
	return false;
}

static const struct mmu_interval_notifier_ops sleeping_ops = { .invalidate = would_sleep };

static void test_a_driver_that_sleeps_keeps_its_area(void **state)
{
	struct svmsim_world *world = oom_world("v7.0");
	struct mmu_interval_notifier sub;
	struct mm_struct *mm = mm_create();

	asked = 0;
	map_at(mm, 0, 4, RW);
	map_at(mm, 8, 2, RW);
	fill(mm, 0, 4);
	fill(mm, 8, 2);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&sub, mm, ADDR(1), PAGE_SIZE,
							    &sleeping_ops), 0);
	ktest_assert_int_equal(sim_oom_reap(mm), -EAGAIN);
	ktest_assert_u64_equal(asked, 10);
	ktest_assert_int_equal(rss_of(mm, MM_ANONPAGES), 4);
	ktest_assert_true(mm_flags_test(MMF_OOM_SKIP, mm));
	assert_filled(mm, 0, 4);
	mmu_interval_notifier_remove(&sub);
	mm_end(world, mm);
}

static void test_shared_memory_stays(void **state)
{
	struct svmsim_world *world = oom_world("v7.0");
	struct mm_struct *mm = mm_create();
	unsigned long addr;

	ktest_assert_int_equal(sim_mmap(mm, ADDR(0), BYTES(2), RW,
					SIM_MAP_SHARED | SIM_MAP_FIXED, 0, NULL, 0, &addr), 0);
	fill(mm, 0, 2);
	ktest_assert_int_equal(sim_oom_reap(mm), 0);
	assert_ranges("");
	assert_filled(mm, 0, 2);
	mm_end(world, mm);
}

static const struct ktest tests[] = {
	KTEST(test_unmaps_private_memory),
	KTEST(test_clears_in_newer_kernels),
	KTEST(test_device_private_is_freed),
	KTEST(test_a_driver_that_sleeps_keeps_its_area),
	KTEST(test_shared_memory_stays),
};
KTEST_MAIN(tests)

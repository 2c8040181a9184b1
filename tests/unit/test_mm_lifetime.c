/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Users and holders of an mm; what is reported of those that are left. */
#include <linux/workqueue.h>
#include "kernel/inject.h"
#include "kernel/printk.h"
#include "mm_ops_fixture.h"

static void test_last_user_unmaps_last_holder_frees(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	mmgrab(mm);
	mmget(mm);
	mmput(mm);
	assert_areas(mm, "0-4 rw-p");
	mmput(mm);
	assert_areas(mm, "");
	ktest_assert_false(mmget_not_zero(mm));
	ktest_assert_true(mm_flags_test(MMF_OOM_SKIP, mm));
	ktest_assert_false(list_empty(&mm_state()->mms));
	mmdrop(mm);
	ktest_assert_true(list_empty(&mm_state()->mms));
	assert_all_free(world);
}

static void test_mmget_not_zero_takes_a_user(void **state)
{
	struct mm_struct *mm;

	mm_world(NULL);
	mm = mm_create();
	ktest_assert_true(mmget_not_zero(mm));
	mmput(mm);
	ktest_assert_int_equal(atomic_read(&mm->mm_users), 1);
	mmput(mm);
}

static void test_mmput_async_unmaps_in_a_worker(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	mmget(mm);
	mmput_async(mm);
	ktest_assert_int_equal(atomic_read(&mm->mm_users), 1);
	mmput_async(mm);
	ktest_assert_false(list_empty(&mm_state()->mms));
	flush_scheduled_work();
	ktest_assert_true(list_empty(&mm_state()->mms));
	assert_all_free(world);
}

/* Notifiers hear of the end before anything goes, then of the unmapping as of any other. */
static void test_exit_releases_then_unmaps(void **state)
{
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	write_byte(mm, 0, 1);
	put_private(mm, 1, 0, true);
	listen(mm);
	mmput(mm);
	/* A notifier of the old kind is gone with its release. */
	assert_heard("release");
	ktest_assert_int_equal(freed_count, 1);
	ktest_assert_int_equal(rss(mm), 0);
	ktest_assert_u64_equal(atomic_long_read(&mm->pgtables_bytes), PAGE_SIZE);
	mmu_notifier_unregister(&listener, mm);
	ops_world_end(world, NULL);
}

static bool interval_heard(struct mmu_interval_notifier *notifier,
			   const struct mmu_notifier_range *range, unsigned long cur_seq)
{
	mmu_interval_set_seq(notifier, cur_seq);
	heard_length += scnprintf(heard + heard_length, sizeof(heard) - heard_length, "%s%d %d",
				  heard_length ? ", " : "", (int)range->event,
				  rwsem_is_locked(&range->mm->mmap_lock));
	return true;
}

/* An interval notifier hears it twice, and lives until it is removed; the mm's struct with it. */
static void test_exit_tells_interval_notifiers_twice(void **state)
{
	static const struct mmu_interval_notifier_ops ops = { .invalidate = interval_heard };
	struct svmsim_world *world = ops_world();
	struct mm_struct *mm = mm_create();
	struct mmu_interval_notifier notifier;

	heard_length = 0;
	map_at(mm, 0, 4, RW);
	ktest_assert_int_equal(mmu_interval_notifier_insert(&notifier, mm, BASE, PAGE_SIZE, &ops),
			       0);
	mmput(mm);
	/* RELEASE without mmap_lock, UNMAP with it. */
	assert_heard("5 0, 0 1");
	ktest_assert_false(list_empty(&mm_state()->mms));
	mmu_interval_notifier_remove(&notifier);
	ktest_assert_true(list_empty(&mm_state()->mms));
	ops_world_end(world, NULL);
}

static void test_numbers_count_up(void **state)
{
	struct mm_struct *a, *b;

	mm_world(NULL);
	a = mm_create();
	b = mm_create();
	ktest_assert_u64_equal(a->sim_number, 1);
	ktest_assert_u64_equal(b->sim_number, 2);
	mmput(a);
	a = mm_create();
	ktest_assert_u64_equal(a->sim_number, 3);
	mmput(a);
	mmput(b);
}

static void test_user_left_is_reported(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();

	map_at(mm, 0, 4, RW);
	mmget(mm);
	mmput(mm);
	ktest_expect_report(world, "mm-leak", 1);
}

static void test_struct_left_is_reported(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();

	mmgrab(mm);
	mmput(mm);
	ktest_expect_report(world, "mm-leak", 1);
}

static void test_counter_that_is_not_zero_is_reported(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();

	mm_rss_add(mm, MM_ANONPAGES, 3);
	mmput(mm);
	ktest_assert_string_equal(sim_log_line(world, 0, NULL),
				  "BUG: Bad rss-counter state mm:mm1 type:MM_ANONPAGES val:3 "
				  "Comm:root Pid:0");
	ktest_expect_report(world, "mm-leak", 1);
}

static void test_create_without_memory(void **state)
{
	struct svmsim_world *world = mm_world(NULL);

	for (u64 nth = 1; nth <= 2; nth++) {
		sim_inject_kind_nth(world, &sim_fault_kmalloc, nth);
		ktest_assert_null(mm_create());
		ktest_assert_true(sim_inject_kind_failed(world));
	}
	sim_inject_kind_nth(world, &sim_fault_page, 1);
	ktest_assert_null(mm_create());
	ktest_assert_true(sim_inject_kind_failed(world));
	assert_all_free(world);
}

/* Pages may be kept as tags, but tables are looked at where their bytes are. */
static void test_table_on_a_used_page_is_empty(void **state)
{
	struct svmsim_world *world = mm_world(NULL);
	struct mm_struct *mm = mm_create();
	unsigned long pfn = mm->sim_pgd_pfn;
	const u64 *top;

	mmput(mm);
	/* Whatever the page held in between. */
	memset(sim_phys_ptr(world, PFN_PHYS(pfn)), 0x11, PAGE_SIZE);
	mm = mm_create();
	ktest_assert_u64_equal(mm->sim_pgd_pfn, pfn);
	top = sim_phys_ptr(world, PFN_PHYS(pfn));
	for (unsigned int i = 0; i < CPT_ENTRIES; i++)
		ktest_assert_u64_equal(top[i], 0);
	mmput(mm);
}

static const struct ktest tests[] = {
	KTEST(test_last_user_unmaps_last_holder_frees),
	KTEST(test_mmget_not_zero_takes_a_user),
	KTEST(test_mmput_async_unmaps_in_a_worker),
	KTEST(test_exit_releases_then_unmaps),
	KTEST(test_exit_tells_interval_notifiers_twice),
	KTEST(test_numbers_count_up),
	KTEST(test_user_left_is_reported),
	KTEST(test_struct_left_is_reported),
	KTEST(test_counter_that_is_not_zero_is_reported),
	KTEST(test_create_without_memory),
	KTEST(test_table_on_a_used_page_is_empty),
};
KTEST_MAIN(tests)

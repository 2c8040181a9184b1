/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a world knows from the start: one run of one side of an inversion is enough. And what it
 * forgets: classes of another world, of another run, of keys that are gone.
 */
#include <linux/dma-resv.h>
#include <linux/rwsem.h>
#include <linux/slab.h>
#include <linux/ww_mutex.h>
#include "lockdep_fixture.h"

static struct lockdep_map mmap_lock, resv_acquire, resv, i_mmap;

static struct svmsim_world *train_world(void)
{
	struct svmsim_world *world = lockdep_world();

	lockdep_init_map_wait(&mmap_lock, SIM_MMAP_LOCK_NAME, &sim_mmap_lock_key, 0, LD_WAIT_SLEEP);
	lockdep_init_map(&resv_acquire, reservation_ww_class.acquire_name,
			 &reservation_ww_class.acquire_key, 0);
	lockdep_init_map_wait(&resv, reservation_ww_class.mutex_name,
			      &reservation_ww_class.mutex_key, 0, LD_WAIT_SLEEP);
	lockdep_init_map_wait(&i_mmap, SIM_I_MMAP_RWSEM_NAME, &sim_i_mmap_rwsem_key, 0,
			      LD_WAIT_SLEEP);
	return world;
}

static void alloc(gfp_t gfp)
{
	fs_reclaim_acquire(gfp);
	fs_reclaim_release(gfp);
}

/* The boot's own sequence: every edge is known, nothing is said, nothing is added. */
static void test_boot_order_is_known(void **state)
{
	struct svmsim_world *world = train_world();
	unsigned int edges = lockdep_state()->edge_count;

	take_read(&mmap_lock);
	take(&resv_acquire);
	mutex_acquire_nest(&resv, 0, 0, &resv_acquire, _THIS_IP_);
	fs_reclaim_acquire(GFP_KERNEL);
	take_both(&i_mmap, &a);
	take(&__mmu_notifier_invalidate_range_start_map);
	__dma_fence_might_wait();
	give(&__mmu_notifier_invalidate_range_start_map);
	fs_reclaim_release(GFP_KERNEL);
	give(&resv);
	give(&resv_acquire);
	give(&mmap_lock);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	/* i_mmap -> a */
	ktest_assert_u64_equal(lockdep_state()->edge_count, edges + 1);
}

/* The same by the locks themselves. */
static void test_boot_order_of_real_locks(void **state)
{
	struct svmsim_world *world = train_world();
	unsigned int edges = lockdep_state()->edge_count;
	struct rw_semaphore mmap_sem;
	struct ww_acquire_ctx ctx;
	struct ww_mutex one, two;

	__init_rwsem(&mmap_sem, SIM_MMAP_LOCK_NAME, &sim_mmap_lock_key);
	ww_mutex_init(&one, &reservation_ww_class);
	ww_mutex_init(&two, &reservation_ww_class);
	down_read(&mmap_sem);
	ww_acquire_init(&ctx, &reservation_ww_class);
	ktest_assert_int_equal(ww_mutex_lock(&one, &ctx), 0);
	ktest_assert_int_equal(ww_mutex_lock(&two, &ctx), 0);
	kfree(kmalloc(8, GFP_KERNEL));
	ww_mutex_unlock(&one);
	ww_mutex_unlock(&two);
	ww_acquire_fini(&ctx);
	up_read(&mmap_sem);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_assert_u64_equal(lockdep_state()->edge_count, edges);
	ktest_assert_int_equal(ww_mutex_lock(&one, NULL), 0);
	down_read(&mmap_sem);
	up_read(&mmap_sem);
	ww_mutex_unlock(&one);
	ktest_assert_string_contains(report_text(world, 0),
				     "first=reservation_ww_class_mutex second=&mm->mmap_lock "
				     "cycle=3");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_mmap_lock_under_reservation(void **state)
{
	struct svmsim_world *world = train_world();

	take_both(&resv, &mmap_lock);
	assert_report(world, 0,
		      "lock-order first=reservation_ww_class_mutex second=&mm->mmap_lock cycle=3\n"
		      "takes &mm->mmap_lock while it holds reservation_ww_class_mutex; "
		      "the order so far is\n"
		      "  &mm->mmap_lock -> reservation_ww_class_acquire, by the kernel at boot\n"
		      "  reservation_ww_class_acquire -> reservation_ww_class_mutex, "
		      "by the kernel at boot\n"
		      "  CPU0                                CPU1\n"
		      "  ----                                ----\n"
		      "  lock(reservation_ww_class_mutex);\n"
		      "                                      rlock(&mm->mmap_lock);\n"
		      "                                      lock(reservation_ww_class_mutex);\n"
		      "  lock(&mm->mmap_lock);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

/* A lock that is taken in an invalidation must not be held over an allocation that may reclaim. */
static void test_alloc_under_notifier_lock(void **state)
{
	struct svmsim_world *world = train_world();
	unsigned int flags;

	take_both(&__mmu_notifier_invalidate_range_start_map, &a);
	take(&a);
	alloc(GFP_NOWAIT);
	alloc(GFP_ATOMIC);
	flags = memalloc_noreclaim_save();
	alloc(GFP_KERNEL);
	memalloc_noreclaim_restore(flags);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	alloc(GFP_KERNEL);
	give(&a);
	assert_report(world, 0,
		      "lock-order first=a second=fs_reclaim cycle=3 via=fs_reclaim\n"
		      "takes fs_reclaim while it holds a; the order so far is\n"
		      "  fs_reclaim -> mmu_notifier_invalidate_range_start, by the kernel at boot\n"
		      "  mmu_notifier_invalidate_range_start -> a, by <machine>\n"
		      "  CPU0                CPU1\n"
		      "  ----                ----\n"
		      "  lock(a);\n"
		      "                      lock(fs_reclaim);\n"
		      "                      lock(a);\n"
		      "  lock(fs_reclaim);\n"
		      "  each waits for the next: deadlock");
	ktest_expect_report(world, "lock-order", 1);
}

/* Without file systems fs_reclaim is left out, but pages are unmapped all the same. */
static void test_nofs_still_invalidates(void **state)
{
	struct svmsim_world *world = train_world();

	take_both(&__mmu_notifier_invalidate_range_start_map, &a);
	take(&a);
	alloc(GFP_NOFS);
	give(&a);
	ktest_assert_string_contains(report_text(world, 0),
				     "first=a second=mmu_notifier_invalidate_range_start cycle=2 "
				     "via=mmu_notifier_invalidate_range_start");
	ktest_expect_report(world, "lock-order", 1);
	/* A lock of a file system's own reclaim. */
	fs_reclaim_acquire(GFP_KERNEL);
	take(&b);
	give(&b);
	fs_reclaim_release(GFP_KERNEL);
	take(&b);
	unsigned int flags = memalloc_nofs_save();

	alloc(GFP_KERNEL);
	memalloc_nofs_restore(flags);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	alloc(GFP_KERNEL);
	give(&b);
	ktest_assert_string_contains(report_text(world, 1),
				     "first=b second=fs_reclaim cycle=2 via=fs_reclaim");
	ktest_expect_report(world, "lock-order", 1);
}

/* Each allocation of the model says what it may wait for. */
static void test_kmalloc_may_reclaim(void **state)
{
	struct svmsim_world *world = train_world();

	take_both(&__mmu_notifier_invalidate_range_start_map, &a);
	take(&a);
	kfree(kmalloc(8, GFP_NOWAIT));
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	kfree(kmalloc(8, GFP_KERNEL));
	give(&a);
	ktest_assert_string_contains(report_text(world, 0),
				     "first=a second=fs_reclaim cycle=3 via=fs_reclaim");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_reservation_in_invalidation(void **state)
{
	struct svmsim_world *world = train_world();

	take_both(&__mmu_notifier_invalidate_range_start_map, &resv);
	ktest_assert_string_contains(report_text(world, 0),
				     "first=mmu_notifier_invalidate_range_start "
				     "second=reservation_ww_class_mutex cycle=3 via=fs_reclaim");
	ktest_expect_report(world, "lock-order", 1);
}

/* What is needed to signal a fence must not wait for memory, nor be held while waiting for one. */
static void test_fence_signalling(void **state)
{
	struct svmsim_world *world = train_world();
	bool cookie, inner;

	cookie = dma_fence_begin_signalling();
	inner = dma_fence_begin_signalling();
	ktest_assert_true(inner);
	take(&a);
	give(&a);
	alloc(GFP_NOWAIT);
	__dma_fence_might_wait();
	dma_fence_end_signalling(inner);
	ktest_assert_int_equal(lock_is_held(&sim_dma_fence_map), 1);
	dma_fence_end_signalling(cookie);
	ktest_assert_int_equal(lock_is_held(&sim_dma_fence_map), 0);
	__dma_fence_might_wait();
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take(&a);
	__dma_fence_might_wait();
	give(&a);
	ktest_assert_string_contains(report_text(world, 0),
				     "first=a second=dma_fence_map cycle=2 via=dma_fence_map");
	cookie = dma_fence_begin_signalling();
	alloc(GFP_KERNEL);
	dma_fence_end_signalling(cookie);
	ktest_assert_string_contains(report_text(world, 1),
				     "first=dma_fence_map second=fs_reclaim cycle=3 "
				     "via=fs_reclaim");
	ktest_expect_report(world, "lock-order", 2);
	/* With preemption disabled nothing could wait anyway. */
	sim_task_current()->preempt_count = 1;
	sim_task_current()->preempt_count = 0;
	ktest_assert_u64_equal(sim_lock_held_count(), 0);
}

/* Static locks outlive worlds: the hints in their maps must not lead astray. */
static void test_static_locks_in_other_worlds(void **state)
{
	static struct lockdep_map x = { .name = "x" }, y = { .name = "y" };
	struct svmsim_world *world = train_world();

	take_both(&x, &y);
	ktest_world_drop(world);
	world = train_world();
	take_both(&c, &d);
	take_both(&y, &x);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	sim_world_reset(world);
	take_both(&x, &y);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take_both(&y, &x);
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "lock-order", 1);
}

static void test_reset_forgets(void **state)
{
	struct svmsim_world *world = train_world();
	unsigned int classes = lockdep_state()->class_count;
	unsigned int edges = lockdep_state()->edge_count;

	for (int i = 0; i < 3; i++) {
		take_both(i & 1 ? &b : &a, i & 1 ? &a : &b);
		take(&a);
		ktest_assert_u64_equal(lockdep_state()->class_count, classes + 2);
		ktest_assert_int_equal(svmsim_report_count(world), 0);
		sim_world_reset(world);
		ktest_assert_u64_equal(sim_lock_held_count(), 0);
		ktest_assert_u64_equal(lockdep_state()->class_count, classes);
		ktest_assert_u64_equal(lockdep_state()->edge_count, edges);
	}
	take_both(&resv, &mmap_lock);
	ktest_expect_report(world, "lock-order", 1);
}

/* A key that is gone takes its order along; the next that lies at its address has none. */
static void test_unregistered_key(void **state)
{
	static struct lock_class_key key;
	struct svmsim_world *world = train_world();
	struct lockdep_map map;

	lockdep_register_key(&key);
	lockdep_init_map(&map, "dynamic", &key, 0);
	take_both(&a, &map);
	take_both(&map, &b);
	lockdep_unregister_key(&key);
	lockdep_register_key(&key);
	lockdep_init_map(&map, "dynamic", &key, 0);
	take_both(&map, &a);
	take_both(&b, &a);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take_both(&a, &map);
	ktest_assert_string_contains(report_text(world, 0), "first=a second=dynamic cycle=2");
	ktest_expect_report(world, "lock-order", 1);
}

/* One key, several names for people: one class each, told apart. */
static void test_names(void **state)
{
	static struct lock_class_key one, two;
	struct svmsim_world *world = train_world();
	struct lockdep_map first, second;

	lockdep_init_map(&first, "& (x)->lock", &one, 0);
	lockdep_init_map(&second, "& (x)->lock", &two, 0);
	take_both(&first, &second);
	take_both(&second, &first);
	ktest_assert_string_contains(report_text(world, 0),
				     "lock-order first=&(x)->lock#2 second=&(x)->lock cycle=2");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_set_subclass(void **state)
{
	struct svmsim_world *world = train_world();
	struct {
		struct lockdep_map dep_map;
	} lock = {};

	lockdep_init_map_wait(&lock.dep_map, "lock", &class_key[6], 0, LD_WAIT_SLEEP);
	lockdep_set_subclass(&lock, 2);
	take(&lock.dep_map);
	give(&lock.dep_map);
	ktest_assert_string_equal(
		lockdep_class_name(lockdep_state(), lock.dep_map.sim_class[0],
				   (char[LOCKDEP_NAME_BYTES]){}), "lock/2");
	lockdep_set_class_and_name(&lock, &class_key[7], "other name");
	ktest_assert_true(lockdep_match_class(&lock, &class_key[7]));
	lockdep_set_novalidate_class(&lock);
	take_both(&lock.dep_map, &a);
	take_both(&a, &lock.dep_map);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static const struct ktest tests[] = {
	KTEST(test_boot_order_is_known),
	KTEST(test_boot_order_of_real_locks),
	KTEST(test_mmap_lock_under_reservation),
	KTEST(test_alloc_under_notifier_lock),
	KTEST(test_nofs_still_invalidates),
	KTEST(test_kmalloc_may_reclaim),
	KTEST(test_reservation_in_invalidation),
	KTEST(test_fence_signalling),
	KTEST(test_static_locks_in_other_worlds),
	KTEST(test_reset_forgets),
	KTEST(test_unregistered_key),
	KTEST(test_names),
	KTEST(test_set_subclass),
};
KTEST_MAIN(tests)

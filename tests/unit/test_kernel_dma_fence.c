/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Fences, chains, arrays, reservation objects. */
#include <linux/dma-fence-array.h>
#include <linux/dma-fence-chain.h>
#include <linux/dma-resv.h>
#include <linux/errno.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "kernel/inject.h"
#include "kernel/task.h"
#include "kernel_fixture.h"

static spinlock_t lock;

static const char *driver(struct dma_fence *fence)
{
	return "drv";
}

static const char *timeline(struct dma_fence *fence)
{
	return "ring";
}

static const struct dma_fence_ops ops = {
	.get_driver_name = driver,
	.get_timeline_name = timeline,
};

static struct dma_fence *make(u64 context, u64 seqno)
{
	struct dma_fence *fence = kzalloc_obj(*fence);

	dma_fence_init(fence, &ops, &lock, context, seqno);
	return fence;
}

static struct svmsim_world *begin(void)
{
	struct svmsim_world *world = kernel_world();

	spin_lock_init(&lock);
	return world;
}

static unsigned int called;

static void count_call(struct dma_fence *fence, struct dma_fence_cb *cb)
{
	called++;
}

static void test_signals_once(void **state)
{
	struct dma_fence_cb first, second;
	struct dma_fence *fence;

	begin();
	called = 0;
	fence = make(dma_fence_context_alloc(1), 1);
	ktest_assert_int_equal(dma_fence_add_callback(fence, &first, count_call), 0);
	ktest_assert_int_equal(dma_fence_add_callback(fence, &second, count_call), 0);
	ktest_assert_true(dma_fence_remove_callback(fence, &second));
	ktest_assert_int_equal(dma_fence_get_status(fence), 0);
	ktest_assert_false(dma_fence_check_and_signal(fence));
	ktest_assert_true(dma_fence_check_and_signal(fence));
	ktest_assert_u64_equal(called, 1);
	ktest_assert_false(dma_fence_remove_callback(fence, &first));
	ktest_assert_int_equal(dma_fence_add_callback(fence, &second, count_call), -ENOENT);
	ktest_assert_int_equal(dma_fence_get_status(fence), 1);
	dma_fence_put(fence);
}

static void test_sequence_numbers_wrap(void **state)
{
	struct dma_fence *a, *b;

	begin();
	a = make(1, 0xfffffffful);
	b = make(1, 0);
	ktest_assert_true(dma_fence_is_later(b, a));
	ktest_assert_false(dma_fence_is_later(a, b));
	ktest_assert_true(dma_fence_later(a, b) == b);
	dma_fence_set_error(a, -EIO);
	dma_fence_signal(a);
	ktest_assert_int_equal(dma_fence_get_status(a), -EIO);
	dma_fence_signal(b);
	ktest_assert_true(dma_fence_later(a, b) == NULL);
	dma_fence_put(a);
	dma_fence_put(b);
}

static void signal_it(void *arg)
{
	dma_fence_signal(arg);
}

static void test_wait_until_another_task_signals(void **state)
{
	struct dma_fence *fence;

	begin();
	fence = make(1, 1);
	ktest_assert_int_equal(dma_fence_wait_timeout(fence, false, 0), 0);
	ktest_assert_int_equal(dma_fence_wait_timeout(fence, false, 5), 0);
	sim_task_create(SIM_TASK_KTHREAD, "signaller", -1, signal_it, fence);
	ktest_assert_int_equal(dma_fence_wait_timeout(fence, true, 5), 5);
	ktest_assert_int_equal(dma_fence_wait(fence, true), 0);
	dma_fence_put(fence);
}

static void wait_for_it(void *arg)
{
	dma_fence_wait(arg, false);
}

/* Nobody will: the report says which fence. */
static void test_wait_for_ever_is_a_deadlock(void **state)
{
	struct svmsim_world *world = begin();
	struct dma_fence *fence = make(dma_fence_context_alloc(1), 7);

	sim_task_signal(sim_task_current(), SIM_SIGNAL_PLAIN);
	ktest_assert_int_equal(dma_fence_wait(fence, true), -ERESTARTSYS);
	sim_task_current()->signal = SIM_SIGNAL_NONE;
	svmsim_task_spawn(world, "waiter", -1, wait_for_it, fence);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	assert_report(world, 0,
		      "deadlock what=stuck tasks=waiter\n"
		      "no task can run and no timer is pending:\n"
		      "  waiter waits for fence drv:ring:1:7\n"
		      "    at test_kernel_dma_fence.c:wait_for_it:dma_fence_wait(arg)");
	ktest_expect_report(world, "deadlock", 1);
	dma_fence_signal(fence);
	sim_task_settle();
	dma_fence_put(fence);
}

static void test_array_waits_for_all(void **state)
{
	struct dma_fence **parts;
	struct dma_fence_array *array;
	struct dma_fence_cb cb;

	begin();
	called = 0;
	parts = kmalloc_array(2, sizeof(*parts), GFP_KERNEL);
	parts[0] = make(1, 1);
	parts[1] = make(2, 1);
	array = dma_fence_array_create(2, parts, dma_fence_context_alloc(1), 1, false);
	ktest_assert_int_equal(dma_fence_add_callback(&array->base, &cb, count_call), 0);
	dma_fence_set_error(parts[1], -EIO);
	dma_fence_signal(parts[1]);
	sim_task_settle();
	ktest_assert_false(dma_fence_is_signaled(&array->base));
	dma_fence_signal(parts[0]);
	sim_task_settle();
	ktest_assert_u64_equal(called, 1);
	ktest_assert_int_equal(dma_fence_get_status(&array->base), -EIO);
	dma_fence_put(&array->base);
}

static void test_array_of_any(void **state)
{
	struct dma_fence **parts;
	struct dma_fence_array *array;

	begin();
	parts = kmalloc_array(2, sizeof(*parts), GFP_KERNEL);
	parts[0] = make(1, 1);
	parts[1] = make(2, 1);
	array = dma_fence_array_create(2, parts, 3, 1, true);
	ktest_assert_false(dma_fence_is_signaled(&array->base));
	dma_fence_signal(parts[1]);
	ktest_assert_true(dma_fence_is_signaled(&array->base));
	ktest_assert_int_equal(dma_fence_get_status(&array->base), 1);
	dma_fence_signal(parts[0]);
	dma_fence_put(&array->base);
}

static struct dma_fence *link(struct dma_fence *prev, struct dma_fence *fence, u64 seqno)
{
	struct dma_fence_chain *chain = dma_fence_chain_alloc();

	dma_fence_chain_init(chain, prev, fence, seqno);
	return &chain->base;
}

static void test_chain_is_signaled_when_all_before_are(void **state)
{
	struct dma_fence *one, *two, *head, *found;
	struct dma_fence_cb cb;

	begin();
	called = 0;
	one = make(1, 1);
	two = make(2, 1);
	head = link(link(NULL, dma_fence_get(one), 10), dma_fence_get(two), 20);
	found = dma_fence_get(head);
	ktest_assert_int_equal(dma_fence_chain_find_seqno(&found, 30), -EINVAL);
	ktest_assert_int_equal(dma_fence_chain_find_seqno(&found, 10), 0);
	ktest_assert_u64_equal(found->seqno, 10);
	dma_fence_put(found);
	ktest_assert_int_equal(dma_fence_add_callback(head, &cb, count_call), 0);
	dma_fence_signal(two);
	sim_task_settle();
	ktest_assert_u64_equal(called, 0);
	dma_fence_signal(one);
	sim_task_settle();
	ktest_assert_u64_equal(called, 1);
	ktest_assert_true(dma_fence_is_signaled(head));
	dma_fence_put(head);
	dma_fence_put(one);
	dma_fence_put(two);
}

static void test_resv_keeps_the_latest_of_a_context(void **state)
{
	struct dma_fence *one, *later, *other, *all;
	struct dma_resv resv;

	begin();
	dma_resv_init(&resv);
	one = make(1, 1);
	later = make(1, 2);
	other = make(2, 1);
	ktest_assert_int_equal(dma_resv_lock(&resv, NULL), 0);
	ktest_assert_int_equal(dma_resv_reserve_fences(&resv, 2), 0);
	dma_resv_add_fence(&resv, one, DMA_RESV_USAGE_WRITE);
	dma_resv_add_fence(&resv, later, DMA_RESV_USAGE_WRITE);
	dma_resv_add_fence(&resv, other, DMA_RESV_USAGE_BOOKKEEP);
	dma_resv_unlock(&resv);
	ktest_assert_false(dma_resv_test_signaled(&resv, DMA_RESV_USAGE_WRITE));
	ktest_assert_int_equal(dma_resv_wait_timeout(&resv, DMA_RESV_USAGE_WRITE, false, 2), 0);
	ktest_assert_int_equal(dma_resv_get_singleton(&resv, DMA_RESV_USAGE_BOOKKEEP, &all), 0);
	ktest_assert_true(dma_fence_is_array(all));
	dma_fence_signal(later);
	ktest_assert_true(dma_resv_test_signaled(&resv, DMA_RESV_USAGE_WRITE));
	ktest_assert_false(dma_resv_test_signaled(&resv, DMA_RESV_USAGE_BOOKKEEP));
	dma_fence_signal(other);
	dma_fence_signal(one);
	ktest_assert_true(dma_fence_is_signaled(all));
	dma_fence_put(all);
	dma_fence_put(one);
	dma_fence_put(later);
	dma_fence_put(other);
	dma_resv_fini(&resv);
}

/* A reservation under which memory is reclaimed, with nothing but this one side having run. */
static void test_resv_under_reclaim_is_an_inversion(void **state)
{
	struct svmsim_world *world = begin();
	struct dma_resv resv;

	dma_resv_init(&resv);
	fs_reclaim_acquire(GFP_KERNEL);
	dma_resv_lock(&resv, NULL);
	dma_resv_unlock(&resv);
	fs_reclaim_release(GFP_KERNEL);
	dma_resv_fini(&resv);
	ktest_expect_report(world, "lock-order", 1);
}

static void test_released_while_pending(void **state)
{
	struct svmsim_world *world = begin();
	struct dma_fence *fence = make(1, 1);
	struct dma_fence_cb cb;

	called = 0;
	dma_fence_add_callback(fence, &cb, count_call);
	dma_fence_put(fence);
	ktest_assert_u64_equal(called, 1);
	ktest_expect_report(world, "warn", 1);
}

static void test_injected_error(void **state)
{
	struct svmsim_world *world = begin();
	struct dma_fence *fence = make(1, 1);

	sim_inject_kind_nth(world, &sim_fault_fence, 1);
	dma_fence_signal(fence);
	ktest_assert_int_equal(dma_fence_get_status(fence), -EIO);
	dma_fence_put(fence);
}

static void test_stub(void **state)
{
	struct dma_fence *stub, *own;

	begin();
	stub = dma_fence_get_stub();
	ktest_assert_true(dma_fence_is_signaled(stub));
	ktest_assert_int_equal(dma_fence_wait(stub, false), 0);
	own = dma_fence_allocate_private_stub(42);
	ktest_assert_u64_equal(dma_fence_timestamp(own), 42);
	dma_fence_put(own);
	dma_fence_put(stub);
}

static const struct ktest tests[] = {
	KTEST(test_signals_once),
	KTEST(test_sequence_numbers_wrap),
	KTEST(test_wait_until_another_task_signals),
	KTEST(test_wait_for_ever_is_a_deadlock),
	KTEST(test_array_waits_for_all),
	KTEST(test_array_of_any),
	KTEST(test_chain_is_signaled_when_all_before_are),
	KTEST(test_resv_keeps_the_latest_of_a_context),
	KTEST(test_resv_under_reclaim_is_an_inversion),
	KTEST(test_released_while_pending),
	KTEST(test_injected_error),
	KTEST(test_stub),
};
KTEST_MAIN(tests)

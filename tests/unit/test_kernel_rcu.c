/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "kernel/module.h"
#include "kernel/slab.h"
#include "kernel/workqueue.h"
#include "kernel_fixture.h"

struct object {
	u64 value;
	struct rcu_head rcu;
};

static int called;

static void count_call(struct rcu_head *head)
{
	called++;
}

static void test_grace_period(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct object *object = kmalloc_obj(*object), *none = NULL;
	static struct rcu_head head;

	called = 0;
	rcu_read_lock();
	call_rcu(&head, count_call);
	kfree_rcu(object, rcu);
	kfree_rcu(none, rcu);
	sim_work_run(world);
	ktest_assert_int_equal(called, 0);
	object->value = 1;
	ktest_assert_int_equal(rcu_read_lock_held(), 1);
	rcu_read_unlock();
	ktest_assert_int_equal(called, 0);
	sim_work_run(world);
	ktest_assert_int_equal(called, 1);
	ktest_assert_u64_equal(sim_slab_live_count(world), 0);
}

static void test_barrier_and_finish(void **state)
{
	struct svmsim_world *world = kernel_world();
	struct object *object = kmalloc_obj(*object);
	static struct rcu_head head;

	called = 0;
	call_rcu(&head, count_call);
	synchronize_rcu();
	rcu_barrier();
	ktest_assert_int_equal(called, 1);
	/* In flight at the end: no leak. */
	kfree_rcu(object, rcu);
	sim_world_finish(world);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void test_wait_inside_reader(void **state)
{
	struct svmsim_world *world = kernel_world();

	rcu_read_lock();
	synchronize_rcu();
	rcu_read_unlock();
	assert_report(world, 0, "bug wait=\"synchronize_rcu\"\n"
		      "the task would block forever on synchronize_rcu\n"
		      "no work item or timer is left that could wake it");
	ktest_expect_report(world, "bug", 1);
}

static void run_work(struct work_struct *work)
{
	called += 10;
}

static void test_rcu_work(void **state)
{
	struct svmsim_world *world = kernel_world();
	static struct rcu_work work;

	called = 0;
	INIT_RCU_WORK(&work, run_work);
	ktest_assert_true(queue_rcu_work(system_wq, &work));
	sim_work_run(world);
	ktest_assert_int_equal(called, 10);
}

static int init_first(void)
{
	called = 1;
	return 0;
}
module_init(init_first);

static void exit_first(void)
{
	called = called * 10 + 2;
}
module_exit(exit_first);
MODULE_LICENSE("GPL");

static void test_modules(void **state)
{
	struct module module = { .name = "m" };

	kernel_world();
	called = 0;
	ktest_assert_int_equal(sim_modules_init(), 0);
	sim_modules_exit();
	ktest_assert_int_equal(called, 12);
	ktest_assert_true(try_module_get(&module));
	ktest_assert_true(try_module_get(NULL));
	module_put(&module);
	module_put(NULL);
	ktest_assert_int_equal(module.sim_ref_count, 0);
}

static const struct ktest tests[] = {
	KTEST(test_grace_period),
	KTEST(test_barrier_and_finish),
	KTEST(test_wait_inside_reader),
	KTEST(test_rcu_work),
	KTEST(test_modules),
};
KTEST_MAIN(tests)

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Sleeping where that is wrong, interrupts, and what is left behind at the end. */
#include "lockdep_fixture.h"

static struct lockdep_map spin, other_spin;

static struct svmsim_world *context_world(void)
{
	struct svmsim_world *world = lockdep_world();

	lockdep_init_map_wait(&spin, "spin", &class_key[5], 0, LD_WAIT_SPIN);
	lockdep_init_map_wait(&other_spin, "other", &class_key[6], 0, LD_WAIT_SPIN);
	return world;
}

static void spin_take(struct lockdep_map *map)
{
	sim_task_current()->preempt_count++;
	spin_acquire(map, 0, 0, _THIS_IP_);
}

static void spin_give(struct lockdep_map *map)
{
	spin_release(map, _THIS_IP_);
	sim_task_current()->preempt_count--;
}

static void test_sleep_under_spinlock(void **state)
{
	struct svmsim_world *world = context_world();

	might_sleep();
	take(&a);
	might_sleep();
	might_sleep_if(true);
	give(&a);
	spin_take(&spin);
	might_sleep_if(false);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	might_sleep();
	might_sleep();
	__might_sleep(__FILE__, __LINE__);
	spin_take(&other_spin);
	might_sleep();
	spin_give(&other_spin);
	spin_give(&spin);
	might_sleep();
	assert_report(world, 0, "lock-context what=sleep in=spinlock lock=spin\n"
		      "may sleep while it holds spin, for which others spin");
	assert_report(world, 1, "lock-context what=sleep in=spinlock lock=other\n"
		      "may sleep while it holds other, for which others spin");
	ktest_expect_report(world, "lock-context", 2);
}

static void sleeps(void *arg)
{
	might_sleep();
}

static void test_sleep_in_each_context(void **state)
{
	struct svmsim_world *world = context_world();
	struct sim_task *task = sim_task_current();

	task->irqs_disabled = true;
	might_sleep();
	task->irqs_disabled = false;
	task->bh_count = 1;
	might_sleep();
	task->bh_count = 0;
	task->preempt_count = 1;
	might_sleep();
	task->preempt_count = 0;
	task->rcu_count = 1;
	might_sleep();
	task->rcu_count = 0;
	run_task("irq", SIM_TASK_HARDIRQ, sleeps);
	run_task("bh", SIM_TASK_SOFTIRQ, sleeps);
	run_task("kthread", SIM_TASK_KTHREAD, sleeps);
	assert_report(world, 0, "lock-context what=sleep in=irqs-off\n"
		      "may sleep with interrupts disabled");
	assert_report(world, 1, "lock-context what=sleep in=bh-off\n"
		      "may sleep with softirqs disabled");
	assert_report(world, 2, "lock-context what=sleep in=preempt-off\n"
		      "may sleep with preemption disabled");
	assert_report(world, 3, "lock-context what=sleep in=rcu\n"
		      "may sleep in an RCU read-side section");
	assert_report(world, 4, "lock-context what=sleep in=hardirq\nmay sleep in a hardirq");
	assert_report(world, 5, "lock-context what=sleep in=softirq\nmay sleep in a softirq");
	ktest_expect_report(world, "lock-context", 6);
}

static void test_might_alloc(void **state)
{
	struct svmsim_world *world = context_world();
	unsigned int flags;

	spin_take(&spin);
	might_alloc(GFP_ATOMIC);
	might_alloc(GFP_NOWAIT);
	flags = memalloc_noreclaim_save();
	might_alloc(GFP_KERNEL);
	memalloc_noreclaim_restore(flags);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	might_alloc(GFP_KERNEL);
	spin_give(&spin);
	might_alloc(GFP_KERNEL);
	assert_report(world, 0, "lock-context what=sleep in=spinlock lock=spin\n"
		      "may sleep while it holds spin, for which others spin");
	ktest_expect_report(world, "lock-context", 1);
}

static void takes_spin(void *arg)
{
	spin_take(&spin);
	spin_give(&spin);
}

static void reads_spin(void *arg)
{
	lock_acquire(&spin, 0, 0, 2, 1, NULL, _THIS_IP_);
	spin_release(&spin, _THIS_IP_);
}

static void tries_spin(void *arg)
{
	spin_acquire(&spin, 0, 1, _THIS_IP_);
	spin_release(&spin, _THIS_IP_);
}

static void test_irq_unsafe(void **state)
{
	struct svmsim_world *world = context_world();

	takes_spin(NULL);
	run_task("irq", SIM_TASK_HARDIRQ, takes_spin);
	takes_spin(NULL);
	assert_report(world, 0, "lock-context what=irq-unsafe irq=hardirq lock=spin\n"
		      "a hardirq can come while its CPU holds spin, and wants it too:\n"
		      "  spin is taken in a hardirq, by irq\n"
		      "  spin is taken where a hardirq can come, by <machine>\n"
		      "  CPU0\n"
		      "  ----\n"
		      "  lock(spin);\n"
		      "  <hardirq>\n"
		      "    lock(spin);");
	ktest_expect_report(world, "lock-context", 1);
}

/* The other way round, and for softirqs: with them disabled all is well. */
static void test_softirq_unsafe(void **state)
{
	struct svmsim_world *world = context_world();
	struct sim_task *task = sim_task_current();

	run_task("bh", SIM_TASK_SOFTIRQ, takes_spin);
	task->bh_count = 1;
	takes_spin(NULL);
	task->bh_count = 0;
	task->irqs_disabled = true;
	takes_spin(NULL);
	task->irqs_disabled = false;
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	takes_spin(NULL);
	assert_report(world, 0, "lock-context what=irq-unsafe irq=softirq lock=spin\n"
		      "a softirq can come while its CPU holds spin, and wants it too:\n"
		      "  spin is taken in a softirq, by bh\n"
		      "  spin is taken where a softirq can come, by <machine>\n"
		      "  CPU0\n"
		      "  ----\n"
		      "  lock(spin);\n"
		      "  <softirq>\n"
		      "    lock(spin);");
	ktest_expect_report(world, "lock-context", 1);
}

/* Readers do not keep each other out; a trylock in an interrupt does not wait. */
static void test_irq_readers_and_trylocks(void **state)
{
	struct svmsim_world *world = context_world();

	reads_spin(NULL);
	run_task("irq", SIM_TASK_HARDIRQ, reads_spin);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	takes_spin(NULL);
	assert_report(world, 0, "lock-context what=irq-unsafe irq=hardirq lock=spin\n"
		      "a hardirq can come while its CPU holds spin, and wants it too:\n"
		      "  spin is taken for reading in a hardirq, by irq\n"
		      "  spin is taken where a hardirq can come, by <machine>\n"
		      "  CPU0\n"
		      "  ----\n"
		      "  lock(spin);\n"
		      "  <hardirq>\n"
		      "    lock(spin);");
	ktest_expect_report(world, "lock-context", 1);
	ktest_world_drop(world);

	world = context_world();
	takes_spin(NULL);
	run_task("irq", SIM_TASK_HARDIRQ, tries_spin);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

static void take_other_under_spin(void)
{
	sim_task_current()->irqs_disabled = true;
	spin_take(&spin);
	spin_take(&other_spin);
	spin_give(&other_spin);
	spin_give(&spin);
	sim_task_current()->irqs_disabled = false;
}

static const char irq_order[] =
	"lock-context what=irq-order irq=hardirq safe=spin unsafe=other\n"
	"other is taken while spin is held, directly or by others:\n"
	"  spin is taken in a hardirq, by irq\n"
	"  other is taken where a hardirq can come, by <machine>\n"
	"  CPU0            CPU1\n"
	"  ----            ----\n"
	"  lock(other);\n"
	"                  local_irq_disable();\n"
	"                  lock(spin);\n"
	"                  lock(other);\n"
	"  <hardirq>\n"
	"    lock(spin);";

/* The three parts are the same in any order of coming: by an edge, by either use. */
static void test_irq_order(void **state)
{
	for (int last = 0; last < 3; last++) {
		struct svmsim_world *world = context_world();

		ktest_context("part %d comes last", last);
		for (int i = 1; i <= 3; i++) {
			int part = (last + i) % 3;

			ktest_assert_int_equal(svmsim_report_count(world), 0);
			if (part == 0) {
				take_other_under_spin();
			} else if (part == 1) {
				run_task("irq", SIM_TASK_HARDIRQ, takes_spin);
			} else {
				spin_take(&other_spin);
				spin_give(&other_spin);
			}
		}
		assert_report(world, 0, irq_order);
		ktest_expect_report(world, "lock-context", 1);
		ktest_world_drop(world);
	}
}

/* By way of a third class; and what is only ever taken with interrupts off is right. */
static void test_irq_order_indirect(void **state)
{
	struct svmsim_world *world = context_world();
	struct sim_task *task = sim_task_current();

	run_task("irq", SIM_TASK_HARDIRQ, takes_spin);
	task->irqs_disabled = true;
	take_both(&spin, &a);
	take_both(&a, &other_spin);
	task->irqs_disabled = false;
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	spin_take(&other_spin);
	spin_give(&other_spin);
	ktest_assert_string_contains(report_text(world, 0), "safe=spin unsafe=other");
	ktest_expect_report(world, "lock-context", 1);
}

/* A recursive reader waits for writers only, so only those of the second class can harm it. */
static void test_irq_order_of_readers(void **state)
{
	struct svmsim_world *world = context_world();
	struct sim_task *task = sim_task_current();

	run_task("irq", SIM_TASK_HARDIRQ, takes_spin);
	task->irqs_disabled = true;
	spin_take(&spin);
	take_recursive(&other_spin);
	give(&other_spin);
	spin_give(&spin);
	task->irqs_disabled = false;
	take_recursive(&other_spin);
	give(&other_spin);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	spin_take(&other_spin);
	spin_give(&other_spin);
	ktest_assert_string_contains(report_text(world, 0),
				     "what=irq-order irq=hardirq safe=spin unsafe=other");
	ktest_expect_report(world, "lock-context", 1);
	ktest_world_drop(world);

	/* The same with the edge as the last part, which only looks at what is there. */
	world = context_world();
	task = sim_task_current();
	run_task("irq", SIM_TASK_HARDIRQ, takes_spin);
	take_recursive(&other_spin);
	give(&other_spin);
	task->irqs_disabled = true;
	spin_take(&spin);
	take_recursive(&other_spin);
	give(&other_spin);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take_read(&other_spin);
	give(&other_spin);
	spin_give(&spin);
	task->irqs_disabled = false;
	ktest_assert_string_contains(report_text(world, 0),
				     "what=irq-order irq=hardirq safe=spin unsafe=other");
	ktest_expect_report(world, "lock-context", 1);
}

static void reads_spin_plainly(void *arg)
{
	take_read(&spin);
	give(&spin);
}

/* A writer that waits keeps this reader out, and so the interrupt. */
static void test_irq_reader_that_may_wait(void **state)
{
	struct svmsim_world *world = context_world();

	reads_spin_plainly(NULL);
	run_task("irq", SIM_TASK_HARDIRQ, reads_spin_plainly);
	assert_report(world, 0, "lock-context what=irq-unsafe irq=hardirq lock=spin\n"
		      "a hardirq can come while its CPU holds spin, and wants it too:\n"
		      "  spin is taken for reading in a hardirq, by irq\n"
		      "  spin is taken for reading where a hardirq can come, by <machine>\n"
		      "  CPU0\n"
		      "  ----\n"
		      "  lock(spin);\n"
		      "  <hardirq>\n"
		      "    lock(spin);");
	ktest_expect_report(world, "lock-context", 1);
}

/* Interrupts that are enabled while a lock is held. */
static void test_enabled_under_lock(void **state)
{
	struct svmsim_world *world = context_world();
	struct sim_task *task = sim_task_current();

	run_task("irq", SIM_TASK_HARDIRQ, takes_spin);
	task->irqs_disabled = true;
	spin_take(&spin);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	task->irqs_disabled = false;
	sim_lockdep_irqs_enabled();
	spin_give(&spin);
	ktest_assert_string_contains(report_text(world, 0),
				     "what=irq-unsafe irq=hardirq lock=spin");
	ktest_expect_report(world, "lock-context", 1);
}

static void ends_with_locks(void *arg)
{
	take(&a);
	take_read(&b);
}

static void ends_with_spinlock(void *arg)
{
	sim_task_current()->irqs_disabled = true;
	spin_take(&spin);
}

static void ends_with_counts(void *arg)
{
	sim_task_current()->rcu_count = 1;
}

static void test_task_exit(void **state)
{
	struct svmsim_world *world = context_world();

	run_task("right", SIM_TASK_KTHREAD, takes_spin);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	run_task("t0", SIM_TASK_KTHREAD, ends_with_locks);
	run_task("t1", SIM_TASK_KTHREAD, ends_with_spinlock);
	run_task("t2", SIM_TASK_KTHREAD, ends_with_counts);
	assert_report(world, 0, "lock-held lock=a what=task-exit count=2\n"
		      "the task ends with a held\n"
		      "the task ends with b held");
	/* What the spinning lock disabled is no second mistake. */
	assert_report(world, 1, "lock-held lock=spin what=task-exit count=1\n"
		      "the task ends with spin held");
	assert_report(world, 2, "lock-context what=task-exit left=rcu_read_lock\n"
		      "the task ends with rcu_read_lock() in force");
	ktest_assert_int_equal(svmsim_report_count(world), 3);
	ktest_expect_report(world, "lock-held", 2);
	ktest_expect_report(world, "lock-context", 1);
}

static void test_entry_exit(void **state)
{
	struct svmsim_world *world = context_world();

	sim_lockdep_entry_exit();
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	take(&a);
	sim_task_current()->bh_count = 1;
	sim_lockdep_entry_exit();
	sim_lockdep_entry_exit();
	assert_report(world, 0, "lock-held lock=a what=entry-exit count=1\n"
		      "returns from the kernel with a held");
	assert_report(world, 1, "lock-context what=entry-exit left=local_bh_disable\n"
		      "returns from the kernel with local_bh_disable() in force");
	ktest_assert_int_equal(svmsim_report_count(world), 2);
	ktest_expect_report(world, "lock-held", 1);
	ktest_expect_report(world, "lock-context", 1);
}

static void test_asserts_on_contexts(void **state)
{
	struct svmsim_world *world = context_world();
	struct sim_task *task = sim_task_current();

	lockdep_assert_irqs_enabled();
	lockdep_assert_no_hardirq();
	lockdep_assert_none_held_once();
	task->irqs_disabled = true;
	lockdep_assert_irqs_disabled();
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	lockdep_assert_irqs_enabled();
	task->irqs_disabled = false;
	lockdep_assert_in_irq();
	take(&a);
	lockdep_assert_none_held_once();
	give(&a);
	assert_report(world, 0, "warn site=test_kernel_lockdep_context.c:test_asserts_on_contexts "
		      "expr=\"!sim_lockdep_irqs_on()\"\n"
		      "WARNING: test_kernel_lockdep_context.c at test_asserts_on_contexts");
	ktest_expect_report(world, "warn", 3);
}

static const struct ktest tests[] = {
	KTEST(test_sleep_under_spinlock),
	KTEST(test_sleep_in_each_context),
	KTEST(test_might_alloc),
	KTEST(test_irq_unsafe),
	KTEST(test_softirq_unsafe),
	KTEST(test_irq_readers_and_trylocks),
	KTEST(test_irq_order),
	KTEST(test_irq_order_indirect),
	KTEST(test_irq_order_of_readers),
	KTEST(test_irq_reader_that_may_wait),
	KTEST(test_enabled_under_lock),
	KTEST(test_task_exit),
	KTEST(test_entry_exit),
	KTEST(test_asserts_on_contexts),
};
KTEST_MAIN(tests)

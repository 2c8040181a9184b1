/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Spinlocks and rwlock_t between CPUs, and what they disable. */
#include <linux/spinlock.h>
#include "lock_fixture.h"

static spinlock_t lock;
static rwlock_t rw;

static struct svmsim_world *setup(void)
{
	struct svmsim_world *world = lock_world(4);

	spin_lock_init(&lock);
	rwlock_init(&rw);
	return world;
}

static void takes(void *arg)
{
	spin_lock(&lock);
	say("%s", my_name());
	spin_unlock(&lock);
}

/* It is given to who has spun longest; nobody can be faster. */
static void test_first_come_first_served(void **state)
{
	setup();
	spin_lock(&lock);
	start_at("a", 1, takes);
	start_at("b", 2, takes);
	start_at("c", 3, takes);
	ktest_assert_true(find("a")->state == SIM_TASK_SPINNING);
	ktest_assert_true(spin_is_contended(&lock));
	spin_unlock(&lock);
	ktest_assert_true(spin_is_locked(&lock));
	ktest_assert_int_equal(spin_trylock(&lock), 0);
	sim_task_settle();
	assert_said("a b c");
	ktest_assert_false(spin_is_locked(&lock));
	ktest_assert_int_equal(preempt_count(), 0);
}

static void steps(void *arg)
{
	for (int i = 0; i < 3; i++) {
		say("%s", my_name());
		SIM_POINT(MODEL, "step", "");
	}
}

/* Who spins keeps its CPU: another task of it has to wait. */
static void test_spinning_keeps_the_cpu(void **state)
{
	setup();
	spin_lock(&lock);
	start_at("a", 1, takes);
	start_at("s", 1, steps);
	assert_said("");
	start_at("t", 2, steps);
	assert_said("t t t");
	spin_unlock(&lock);
	sim_task_settle();
	assert_said("a s s s");
}

static void test_what_is_disabled(void **state)
{
	unsigned long flags, inner;

	setup();
	spin_lock(&lock);
	ktest_assert_int_equal(preempt_count(), PREEMPT_LOCK_OFFSET);
	ktest_assert_false(in_interrupt());
	spin_unlock(&lock);
	spin_lock_bh(&lock);
	ktest_assert_int_equal(preempt_count(), SOFTIRQ_LOCK_OFFSET);
	ktest_assert_true(in_interrupt() && in_task() && !in_serving_softirq());
	spin_unlock_bh(&lock);
	spin_lock_irq(&lock);
	ktest_assert_true(irqs_disabled());
	spin_unlock_irq(&lock);
	ktest_assert_false(irqs_disabled());
	local_irq_save(flags);
	spin_lock_irqsave(&lock, inner);
	spin_unlock_irqrestore(&lock, inner);
	ktest_assert_true(irqs_disabled());
	local_irq_restore(flags);
	ktest_assert_false(irqs_disabled());
	ktest_assert_int_equal(preempt_count(), 0);
	ktest_assert_true(preemptible());
	spin_lock_nested(&lock, SINGLE_DEPTH_NESTING);
	spin_unlock(&lock);
	spin_lock_irqsave_nested(&lock, flags, SINGLE_DEPTH_NESTING);
	spin_unlock_irqrestore(&lock, flags);
	ktest_assert_int_equal(preempt_count(), 0);
	ktest_assert_false(irqs_disabled());
}

/* A trylock that fails leaves nothing disabled. */
static void test_failed_trylocks(void **state)
{
	struct svmsim_world *world = setup();
	unsigned long flags;

	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(spin_trylock(&lock), 0);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(spin_trylock_bh(&lock), 0);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(spin_trylock_irq(&lock), 0);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(spin_trylock_irqsave(&lock, flags), 0);
	ktest_assert_int_equal(preempt_count(), 0);
	ktest_assert_false(irqs_disabled());
	ktest_assert_int_equal(spin_trylock_bh(&lock), 1);
	spin_unlock_bh(&lock);
	ktest_assert_int_equal(spin_trylock_irqsave(&lock, flags), 1);
	ktest_assert_true(irqs_disabled());
	spin_unlock_irqrestore(&lock, flags);
	ktest_assert_int_equal(spin_trylock_irq(&lock), 1);
	spin_unlock_irq(&lock);
	ktest_assert_int_equal(preempt_count(), 0);
	ktest_assert_false(irqs_disabled());
}

static void test_raw_spinlock(void **state)
{
	static DEFINE_RAW_SPINLOCK(raw);
	unsigned long flags;

	setup();
	raw_spin_lock_irqsave(&raw, flags);
	ktest_assert_true(raw_spin_is_locked(&raw));
	ktest_assert_int_equal(raw_spin_trylock(&raw), 0);
	raw_spin_unlock_irqrestore(&raw, flags);
	raw_spin_lock_bh(&raw);
	raw_spin_unlock_bh(&raw);
	ktest_assert_int_equal(preempt_count(), 0);
}

static void holds(void *arg)
{
	spin_lock(&lock);
	stop();
	spin_unlock(&lock);
}

static void test_other_task(void **state)
{
	struct svmsim_world *world = setup();

	start_at("a", 1, holds);
	start_at("b", 2, takes);
	spin_unlock(&lock);
	sim_task_settle();
	assert_said("b");
	assert_report(world, 0, "lock-imbalance lock=&lock what=other-task\n"
		      "&lock: held by a, released by <machine>");
	go("a");
	ktest_expect_report(world, "lock-imbalance", 2);
}

static void reads(void *arg)
{
	read_lock(&rw);
	say("+%s", my_name());
	stop();
	read_unlock(&rw);
	say("-%s", my_name());
}

static void writes(void *arg)
{
	write_lock(&rw);
	say("+%s", my_name());
	stop();
	write_unlock(&rw);
	say("-%s", my_name());
}

static void test_rwlock_is_fair(void **state)
{
	setup();
	read_lock(&rw);
	start_at("w", 1, writes);
	start_at("r", 2, reads);
	start_at("v", 3, writes);
	assert_said("");
	ktest_assert_int_equal(read_trylock(&rw), 0);
	/* With softirqs off, readers pass a writer that only waits. */
	read_lock_bh(&rw);
	read_unlock_bh(&rw);
	read_unlock(&rw);
	sim_task_settle();
	assert_said("+w");
	go("w");
	assert_said("-w +r");
	go("r");
	assert_said("-r +v");
	go("v");
	assert_said("-v");
	ktest_assert_int_equal(write_trylock(&rw), 1);
	ktest_assert_int_equal(read_trylock(&rw), 0);
	ktest_assert_int_equal(write_trylock(&rw), 0);
	write_unlock(&rw);
	ktest_assert_int_equal(read_trylock(&rw), 1);
	ktest_assert_int_equal(read_trylock(&rw), 1);
	ktest_assert_int_equal(write_trylock(&rw), 0);
	read_unlock(&rw);
	read_unlock(&rw);
	ktest_assert_int_equal(preempt_count(), 0);
}

/* Readers that wait for a writer go together. */
static void test_rwlock_readers_go_together(void **state)
{
	unsigned long flags;

	setup();
	write_lock_irqsave(&rw, flags);
	start_at("r", 1, reads);
	start_at("s", 2, reads);
	start_at("w", 3, writes);
	write_unlock_irqrestore(&rw, flags);
	sim_task_settle();
	assert_said("+r +s");
	go("s");
	go("r");
	assert_said("-s -r +w");
	go("w");
	assert_said("-w");
}

static void reads_twice(void *arg)
{
	read_lock(&rw);
	stop();
	read_lock(&rw);
	read_unlock(&rw);
	read_unlock(&rw);
}

/* What makes a nested read a deadlock is the writer between. */
static void test_rwlock_recursion_with_writer(void **state)
{
	struct svmsim_world *world = setup();

	start_at("r", 1, reads_twice);
	start_at("w", 2, writes);
	go("r");
	assert_report(world, 0, "lock-order first=&rw second=&rw what=recursive-read\n"
		      "&rw is taken for reading again: "
		      "with a writer that waits in between, neither goes on");
	assert_report(world, 1, "deadlock what=cycle tasks=r\n"
		      "a task waits for itself:\n"
		      "  r spins for read lock &rw, held by r\n"
		      "    at test_kernel_spinlock.c:reads_twice:read_lock(&rw)#2");
	ktest_expect_report(world, "lock-order", 1);
	ktest_expect_report(world, "deadlock", 1);
}

/* Without a writer it goes on, and that is why nobody notices. */
static void test_rwlock_recursion_without_writer(void **state)
{
	struct svmsim_world *world = setup();

	start_at("r", 1, reads_twice);
	go("r");
	ktest_assert_int_equal(svmsim_report_count(world), 1);
	ktest_expect_report(world, "lock-order", 1);
	ktest_assert_int_equal(write_trylock(&rw), 1);
	write_unlock(&rw);
}

static void test_rwlock_injected(void **state)
{
	struct svmsim_world *world = setup();

	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(read_trylock(&rw), 0);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(write_trylock(&rw), 0);
	ktest_assert_int_equal(preempt_count(), 0);
}

/* A CPU given up in a section that must not be: here nobody may take the task's place. */
static void test_preemption_waits_for_enable(void **state)
{
	setup();
	preempt_disable();
	ktest_assert_false(sim_task_preemptible());
	preempt_disable();
	preempt_enable();
	ktest_assert_false(sim_task_preemptible());
	preempt_enable_no_resched();
	ktest_assert_true(sim_task_preemptible());
	migrate_disable();
	ktest_assert_true(sim_task_preemptible());
	migrate_enable();
}

static const struct ktest tests[] = {
	KTEST(test_first_come_first_served),
	KTEST(test_spinning_keeps_the_cpu),
	KTEST(test_what_is_disabled),
	KTEST(test_failed_trylocks),
	KTEST(test_raw_spinlock),
	KTEST(test_other_task),
	KTEST(test_rwlock_is_fair),
	KTEST(test_rwlock_readers_go_together),
	KTEST(test_rwlock_recursion_with_writer),
	KTEST(test_rwlock_recursion_without_writer),
	KTEST(test_rwlock_injected),
	KTEST(test_preemption_waits_for_enable),
};
KTEST_MAIN(tests)

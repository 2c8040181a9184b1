/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Timers among tasks and CPUs: where they run, and who waits for them. */
#include <linux/hrtimer.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include "wait_fixture.h"

struct seen {
	unsigned int cpu;
	bool soft, hard, irqs_off;
	const char *task;
};

static struct seen seen;

static void look(void)
{
	const struct sim_task *task = sim_task_current();

	seen = (struct seen){ smp_processor_id(), task->in_softirq, task->in_hardirq,
			      task->irqs_disabled, task->name };
}

struct letter_timer {
	struct timer_list timer;
	char letter;
	bool again;
	bool deletes_itself;
	bool leaks;
	spinlock_t *locks;
};

static void fire(struct timer_list *timer)
{
	struct letter_timer *letter = timer_container_of(letter, timer, timer);

	look();
	note(letter->letter);
	if (letter->locks) {
		spin_lock(letter->locks);
		spin_unlock(letter->locks);
	}
	SIM_POINT(MODEL, "in timer", "");
	if (letter->again)
		mod_timer(timer, jiffies + 1);
	if (letter->deletes_itself)
		timer_delete_sync(timer);
	if (letter->leaks)
		preempt_disable();
	note(letter->letter - 'a' + 'A');
}

static void setup(struct letter_timer *letter, char name, unsigned int flags)
{
	*letter = (struct letter_timer){ .letter = name };
	timer_setup(&letter->timer, fire, flags);
}

static void arm(void *arg)
{
	struct letter_timer *letter = arg;

	mod_timer(&letter->timer, jiffies + 2);
}

static void advance(void)
{
	svmsim_world_advance(sim_world, 10 * MS);
}

static void test_runs_where_it_was_armed(void **state)
{
	static struct letter_timer a;

	wait_world();
	setup(&a, 'a', 0);
	sim_task_create(SIM_TASK_DRIVER, "t", 3, arm, &a);
	run_all();
	advance();
	ktest_assert_string_equal(wait_record, "aA");
	ktest_assert_int_equal(seen.cpu, 3);
	ktest_assert_true(seen.soft && !seen.hard && !seen.irqs_off);
	ktest_assert_string_equal(seen.task, "softirq/3");
}

static void test_add_timer_on(void **state)
{
	static struct letter_timer a;

	wait_world();
	setup(&a, 'a', TIMER_IRQSAFE);
	a.timer.expires = jiffies + 1;
	add_timer_on(&a.timer, 2);
	advance();
	ktest_assert_int_equal(seen.cpu, 2);
	ktest_assert_true(seen.soft && seen.irqs_off);
	ktest_assert_true(a.timer.flags & TIMER_PINNED);
}

static enum hrtimer_restart hr_fire(struct hrtimer *timer)
{
	look();
	note('h');
	return HRTIMER_NORESTART;
}

static void test_hrtimer_contexts(void **state)
{
	static struct hrtimer timer;

	wait_world();
	hrtimer_setup(&timer, hr_fire, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hrtimer_start(&timer, 1000, HRTIMER_MODE_REL);
	advance();
	ktest_assert_true(seen.hard && seen.irqs_off && !seen.soft);
	hrtimer_setup(&timer, hr_fire, CLOCK_MONOTONIC, HRTIMER_MODE_REL_SOFT);
	hrtimer_start(&timer, 1000, HRTIMER_MODE_REL_SOFT);
	advance();
	ktest_assert_true(!seen.hard && !seen.irqs_off && seen.soft);
	ktest_assert_string_equal(wait_record, "hh");
}

static void delete_it(void *arg)
{
	struct letter_timer *letter = arg;

	for (uint64_t i = ktest_random(&random_state) % 20; i; i--)
		SIM_POINT(MODEL, "deleter", "");
	timer_delete_sync(&letter->timer);
	note('d');
}

static void some_points(void *arg)
{
	for (int i = 0; i < 30; i++)
		SIM_POINT(MODEL, "other", "");
}

/* Never in the middle of the function, on any CPU, under any schedule. */
static void test_delete_sync_waits(void **state)
{
	static struct letter_timer a;
	uint64_t seed = ktest_seed(0xde17);
	unsigned int ran = 0;

	for (unsigned int i = 0; i < 300; i++) {
		random_schedule(wait_world(), seed + i);
		setup(&a, 'a', 0);
		a.again = true;
		mod_timer(&a.timer, jiffies + 1);
		svmsim_world_advance(sim_world, MS - 100);
		sim_task_create(SIM_TASK_DRIVER, "deleter", 1, delete_it, &a);
		spawn("other", some_points, NULL);
		run_all();
		/* It could be armed again by its function, but only before that ended. */
		ktest_assert_false(timer_pending(&a.timer));
		ktest_assert_true(wait_record[wait_record_length - 1] == 'd');
		ran += wait_record_length > 1;
		for (unsigned int k = 0; k + 1 < wait_record_length; k++)
			ktest_assert_int_equal(wait_record[k], k & 1 ? 'A' : 'a');
		ktest_world_drop(sim_world);
	}
	ktest_assert_true(ran);
}

static void test_delete_from_itself(void **state)
{
	static struct letter_timer a;
	struct svmsim_world *world = wait_world();

	setup(&a, 'a', 0);
	a.deletes_itself = true;
	mod_timer(&a.timer, jiffies + 1);
	advance();
	ktest_assert_string_contains(report_text(world, 0), "lock-order");
	assert_report(world, 1, "deadlock what=cycle tasks=softirq/0\n"
		      "a task waits for itself:\n"
		      "  softirq/0 spins for timer timer, held by softirq/0\n"
		      "    at test_kernel_timer.c:fire:timer_delete_sync(timer)");
	ktest_expect_report(world, "lock-order", 1);
	ktest_expect_report(world, "deadlock", 1);
}

static DEFINE_SPINLOCK(lock);

static void delete_under_lock(void *arg)
{
	struct letter_timer *letter = arg;

	spin_lock_bh(&lock);
	timer_delete_sync(&letter->timer);
	spin_unlock_bh(&lock);
}

/* The kernel's annotation: found although nothing bad happened. */
static void test_delete_under_a_lock_of_the_function(void **state)
{
	static struct letter_timer a;
	struct svmsim_world *world = wait_world();

	setup(&a, 'a', 0);
	a.locks = &lock;
	mod_timer(&a.timer, jiffies + 1);
	advance();
	spawn("t", delete_under_lock, &a);
	run_all();
	ktest_assert_string_equal(wait_record, "aA");
	ktest_assert_string_contains(report_text(world, 0), "lock-order");
	ktest_assert_string_contains(report_text(world, 0), "&letter->timer");
	ktest_expect_report(world, "lock-order", 1);
}

static void test_shutdown(void **state)
{
	static struct letter_timer a;

	wait_world();
	setup(&a, 'a', 0);
	mod_timer(&a.timer, jiffies + 1);
	ktest_assert_int_equal(timer_shutdown_sync(&a.timer), 1);
	mod_timer(&a.timer, jiffies + 1);
	ktest_assert_false(timer_pending(&a.timer));
	advance();
	ktest_assert_string_equal(wait_record, "");
}

static void test_leak_of_preempt_count(void **state)
{
	static struct letter_timer a, b;
	struct svmsim_world *world = wait_world();

	setup(&a, 'a', 0);
	setup(&b, 'b', 0);
	a.leaks = true;
	mod_timer(&a.timer, jiffies + 1);
	mod_timer(&b.timer, jiffies + 2);
	advance();
	ktest_assert_string_equal(wait_record, "aAbB");
	ktest_assert_string_contains(report_text(world, 0), "preempt leak");
	ktest_expect_report(world, "warn", 1);
}

static void hold_bh(void *arg)
{
	local_bh_disable();
	advance();
	note(timer_pending(arg) ? 'p' : 'q');
	note(timer_delete(arg) ? 'y' : 'n');
	local_bh_enable();
}

/* One that is due but has not run is pending. */
static void test_due_but_held_back(void **state)
{
	static struct letter_timer a;

	wait_world_of(1, SVMSIM_PREEMPT_FULL);
	setup(&a, 'a', 0);
	mod_timer(&a.timer, jiffies + 1);
	spawn("t", hold_bh, &a.timer);
	run_all();
	ktest_assert_string_equal(wait_record, "py");
}

static void test_freed_while_due(void **state)
{
	struct letter_timer *a;
	struct svmsim_world *world = wait_world_of(1, SVMSIM_PREEMPT_FULL);

	a = kmalloc_obj(*a);
	setup(a, 'a', 0);
	mod_timer(&a->timer, jiffies + 1);
	local_bh_disable();
	advance();
	kfree(a);
	local_bh_enable();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "");
	ktest_expect_report(world, "warn", 1);
}

static const struct ktest tests[] = {
	KTEST(test_runs_where_it_was_armed),
	KTEST(test_add_timer_on),
	KTEST(test_hrtimer_contexts),
	KTEST(test_delete_sync_waits),
	KTEST(test_delete_from_itself),
	KTEST(test_delete_under_a_lock_of_the_function),
	KTEST(test_shutdown),
	KTEST(test_leak_of_preempt_count),
	KTEST(test_due_but_held_back),
	KTEST(test_freed_while_due),
};
KTEST_MAIN(tests)

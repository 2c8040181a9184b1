/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Wait queues, simple and full: order, exclusive waiters, timeouts, signals, missed wake-ups. */
#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/swait.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include "kernel/inject.h"
#include "wait_fixture.h"

static struct wait_queue_head wq;
static struct swait_queue_head swq;
static int count;
static bool condition;
static long result;

static struct svmsim_world *start(void)
{
	struct svmsim_world *world = wait_world();

	init_waitqueue_head(&wq);
	init_swait_queue_head(&swq);
	count = 0;
	condition = false;
	result = 0;
	return world;
}

static void wait_plainly(void *arg)
{
	wait_event(wq, condition);
	note(*(const char *)arg);
}

static void wait_exclusive(void *arg)
{
	wait_event_interruptible_exclusive(wq, count > 0);
	count--;
	note(*(const char *)arg);
}

static void set_and_wake(void *arg)
{
	condition = true;
	wake_up(&wq);
}

static void test_wait_and_wake(void **state)
{
	start();
	spawn("a", wait_plainly, "a");
	spawn("b", wait_plainly, "b");
	sim_task_settle();
	ktest_assert_true(waitqueue_active(&wq));
	ktest_assert_false(wq_has_single_sleeper(&wq));
	/* A wake-up alone is not enough. */
	wake_up_all(&wq);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "");
	set_and_wake(NULL);
	sim_task_settle();
	/* The newest waiter is the first in the queue; that is who queued itself last, again. */
	ktest_assert_string_equal(wait_record, "ab");
	ktest_assert_false(wq_has_sleeper(&wq));
	wait_plainly("c");
	ktest_assert_string_equal(wait_record, "abc");
}

/* Exclusive waiters: one for each wake-up, the oldest first, behind all others. */
static void test_wake_one_exclusive(void **state)
{
	start();
	for (int i = 0; i < 4; i++)
		spawn("x", wait_exclusive, (void *)&"abcd"[i]);
	spawn("p", wait_plainly, "p");
	sim_task_settle();
	condition = true;
	count = 1;
	ktest_assert_int_equal(wake_up(&wq), 1);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "pa");
	count = 2;
	wake_up_nr(&wq, 2);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "pabc");
	ktest_assert_int_equal(count, 0);
	count = 5;
	wake_up_interruptible_all(&wq);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "pabcd");
}

static void test_wake_matches_state(void **state)
{
	start();
	spawn("u", wait_plainly, "u");
	sim_task_settle();
	condition = true;
	wake_up_interruptible(&wq);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "");
	wake_up(&wq);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "u");
}

static void test_condition_set_in_between(void **state)
{
	static const char *const places[] = { "spin_lock_irqsave", "wait_event" };

	/* Whatever the place of the switch, wait_event() does not miss the wake-up. */
	for (int i = 0; i < 2; i++) {
		struct svmsim_world *world = start();

		switch_once(world, "a", places[i], "b");
		spawn("a", wait_plainly, "a");
		spawn("b", set_and_wake, NULL);
		ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
		ktest_assert_string_equal(wait_record, "a");
		ktest_world_drop(world);
	}
}

static void look_then_queue(void *arg)
{
	DECLARE_WAITQUEUE(wait, current);

	if (!condition) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		add_wait_queue(&wq, &wait);
		schedule();
		remove_wait_queue(&wq, &wait);
	}
	note('a');
}

/* Testing the condition before queueing oneself misses a wake-up in between, and stays asleep. */
static void test_missed_wake_up(void **state)
{
	struct svmsim_world *world = start();

	switch_once(world, "a", "set_current_state", "b");
	spawn("a", look_then_queue, NULL);
	spawn("b", set_and_wake, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	ktest_assert_string_equal(wait_record, "");
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 1);
	ktest_expect_report(world, "deadlock", 1);
	ktest_world_drop(world);
	/* The same code under another schedule. */
	start();
	spawn("a", look_then_queue, NULL);
	spawn("b", set_and_wake, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "a");
}

static void test_manual_loop(void **state)
{
	struct wait_queue_entry wait;

	start();
	init_wait(&wait);
	prepare_to_wait(&wq, &wait, TASK_INTERRUPTIBLE);
	ktest_assert_true(waitqueue_active(&wq));
	ktest_assert_int_equal(current->__state, TASK_INTERRUPTIBLE);
	wake_up(&wq);
	/* autoremove_wake_function() took it out. */
	ktest_assert_false(waitqueue_active(&wq));
	ktest_assert_int_equal(current->__state, TASK_RUNNING);
	ktest_assert_true(prepare_to_wait_exclusive(&wq, &wait, TASK_UNINTERRUPTIBLE));
	finish_wait(&wq, &wait);
	ktest_assert_int_equal(current->__state, TASK_RUNNING);
	ktest_assert_false(waitqueue_active(&wq));
}

static int refuse(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	count++;
	result = (long)(uintptr_t)key;
	return -1;
}

static int pass(struct wait_queue_entry *entry, unsigned int mode, int flags, void *key)
{
	count += 10;
	return 0;
}

static void test_custom_functions(void **state)
{
	struct wait_queue_entry a, b, c;

	start();
	init_waitqueue_func_entry(&a, pass);
	init_waitqueue_func_entry(&b, refuse);
	init_waitqueue_func_entry(&c, pass);
	add_wait_queue_exclusive(&wq, &a);
	add_wait_queue_priority(&wq, &b);
	add_wait_queue(&wq, &c);
	/* Priority first, and a negative result ends the walk. */
	wake_up_poll(&wq, 7);
	ktest_assert_int_equal(count, 1);
	ktest_assert_int_equal(result, 7);
	remove_wait_queue(&wq, &b);
	/* What did not wake does not count as the exclusive one. */
	spin_lock(&wq.lock);
	wake_up_locked(&wq);
	spin_unlock(&wq.lock);
	ktest_assert_int_equal(count, 21);
}

static void count_up(struct timer_list *timer)
{
	count++;
	wake_up(&wq);
	mod_timer(timer, jiffies + 10);
}

static void test_timeouts(void **state)
{
	struct svmsim_world *world = start();
	static struct timer_list timer;

	timer_setup(&timer, count_up, 0);
	mod_timer(&timer, jiffies + 10);
	wait_event(wq, count == 3);
	ktest_assert_in_range(world->now_ns, 30 * MS, 30 * MS + 5000);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 5, 25), 5);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 9, 25), 0);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 7, 0), 1);
	ktest_assert_int_equal(wait_event_timeout(wq, count == 8, 0), 0);
	ktest_assert_int_equal(wait_event_interruptible_timeout(wq, count == 8, 25), 20);
	ktest_assert_int_equal(wait_event_killable_timeout(wq, count == 9, 25), 15);
	ktest_assert_int_equal(wait_event_idle_timeout(wq, count == 9, 25), 25);
	timer_delete(&timer);
	/* True only when the time is up: one jiffy is left. */
	ktest_assert_int_equal(wait_event_timeout(wq, time_after_eq(jiffies, SIM_JIFFIES_START +
								    100), 50), 1);
	ktest_assert_int_equal(wait_event_interruptible(wq, count == 9), 0);
}

static void wait_with_signal(void *arg)
{
	switch (*(const char *)arg) {
	case 'i':
		result = wait_event_interruptible(wq, condition);
		break;
	case 'k':
		result = wait_event_killable(wq, condition);
		break;
	case 't':
		result = wait_event_interruptible_timeout(wq, condition, 1000);
		break;
	case 'x':
		result = wait_event_interruptible_exclusive(wq, condition);
		break;
	case 's':
		result = swait_event_interruptible_exclusive(swq, condition);
		break;
	}
	note(*(const char *)arg);
}

static void test_signals(void **state)
{
	start();
	for (int i = 0; i < 5; i++) {
		const char *kind = &"iktxs"[i];
		struct sim_task *task = spawn("w", wait_with_signal, (void *)kind);

		result = 0;
		wait_record_length = 0;
		sim_task_settle();
		sim_task_signal(task, SIM_SIGNAL_PLAIN);
		sim_task_settle();
		ktest_assert_int_equal(wait_record_length, *kind == 'k' ? 0 : 1);
		sim_task_signal(task, SIM_SIGNAL_FATAL);
		sim_task_settle();
		ktest_assert_int_equal(wait_record_length, 1);
		ktest_assert_int_equal(result, -ERESTARTSYS);
	}
	ktest_assert_false(waitqueue_active(&wq));
	ktest_assert_false(swait_active(&swq));
}

static void test_injected_signals(void **state)
{
	struct svmsim_world *world = start();

	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(wait_event_interruptible(wq, condition), -ERESTARTSYS);
	sim_inject_kind_nth(world, &sim_fault_kill, 1);
	ktest_assert_int_equal(wait_event_killable(wq, condition), -ERESTARTSYS);
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(wait_event_timeout(wq, condition, 1), 0);
	ktest_assert_false(sim_inject_kind_failed(world));
	ktest_assert_false(waitqueue_active(&wq));
	ktest_assert_int_equal(current->__state, TASK_RUNNING);
}

/* A deadline that passes first: the event comes too late although nothing is slow. */
static void test_injected_deadline(void **state)
{
	struct svmsim_world *world = start();
	static struct timer_list timer;

	timer_setup(&timer, count_up, 0);
	mod_timer(&timer, jiffies + 100);
	sim_inject_kind_nth(world, &sim_fault_deadline, 1);
	ktest_assert_int_equal(wait_event_timeout(wq, condition, 50), 0);
	ktest_assert_true(sim_inject_kind_failed(world));
	ktest_assert_in_range(world->now_ns, 50 * MS, 50 * MS + 5000);
	timer_delete(&timer);
}

static void test_forever(void **state)
{
	struct svmsim_world *world = start();

	wait_event(wq, count == 8);
	assert_report(world, 0, "deadlock what=stuck tasks=<machine>\n"
		      "no task can run and no timer is pending:\n"
		      "  <machine> waits for condition count == 8\n"
		      "    at test_kernel_wait.c:test_forever:wait_event(count == 8)");
	ktest_expect_report(world, "deadlock", 1);
	ktest_assert_false(waitqueue_active(&wq));
}

static DEFINE_SPINLOCK(lock);

static void wait_under_lock(void *arg)
{
	spin_lock_irq(&lock);
	wait_event_lock_irq(wq, condition, lock);
	note(irqs_disabled() ? 'l' : '!');
	result = wait_event_interruptible_lock_irq_timeout(wq, count == 7, lock, 10);
	note(irqs_disabled() ? 'l' : '!');
	spin_unlock_irq(&lock);
}

static void test_lock_is_dropped(void **state)
{
	start();
	spin_lock_init(&lock);
	spawn("w", wait_under_lock, NULL);
	sim_task_settle();
	spin_lock_irq(&lock);
	condition = true;
	spin_unlock_irq(&lock);
	wake_up(&wq);
	run_all();
	ktest_assert_string_equal(wait_record, "ll");
	ktest_assert_int_equal(result, 0);
}

static void wait_under_own_lock(void *arg)
{
	spin_lock_irq(&wq.lock);
	result = wait_event_interruptible_locked_irq(wq, condition);
	note(*(const char *)arg);
	spin_unlock_irq(&wq.lock);
}

static void test_own_lock(void **state)
{
	struct sim_task *task;

	start();
	spawn("a", wait_under_own_lock, "a");
	task = spawn("b", wait_under_own_lock, "b");
	sim_task_settle();
	sim_task_signal(task, SIM_SIGNAL_PLAIN);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "b");
	ktest_assert_int_equal(result, -ERESTARTSYS);
	spin_lock_irq(&wq.lock);
	condition = true;
	wake_up_all_locked(&wq);
	spin_unlock_irq(&wq.lock);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "ba");
	ktest_assert_int_equal(result, 0);
}

static void wait_cmd(void *arg)
{
	wait_event_cmd(wq, condition, note('1'), note('2'));
	note('e');
}

static void test_commands(void **state)
{
	start();
	spawn("w", wait_cmd, NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "1");
	set_and_wake(NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "12e");
}

static void wait_for_woken(void *arg)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long timeout = MAX_SCHEDULE_TIMEOUT;

	add_wait_queue(&wq, &wait);
	while (!condition) {
		note('l');
		timeout = wait_woken(&wait, TASK_INTERRUPTIBLE, timeout);
	}
	remove_wait_queue(&wq, &wait);
	note('e');
}

/* The wake-up is remembered in the entry, so it may come before the state is set. */
static void test_woken(void **state)
{
	struct svmsim_world *world = start();

	switch_once(world, "w", "set_current_state", "s");
	spawn("w", wait_for_woken, NULL);
	spawn("s", set_and_wake, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
	ktest_assert_string_equal(wait_record, "le");
}

static void wait_simply(void *arg)
{
	swait_event_exclusive(swq, count > 0);
	count--;
	note(*(const char *)arg);
}

static void test_simple_queue(void **state)
{
	start();
	spawn("a", wait_simply, "a");
	spawn("b", wait_simply, "b");
	spawn("c", wait_simply, "c");
	sim_task_settle();
	count = 1;
	swake_up_one(&swq);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
	count = 2;
	swake_up_all(&swq);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "abc");
	ktest_assert_int_equal(swait_event_timeout_exclusive(swq, count, 3), 0);
	ktest_assert_false(swq_has_sleeper(&swq));
}

static void produce(void *arg)
{
	for (int i = 0; i < 6; i++) {
		count++;
		wake_up(&wq);
	}
}

static void consume(void *arg)
{
	for (int i = 0; i < 3; i++)
		wait_exclusive("c");
}

/* Six things for two consumers: nobody sleeps through, under any schedule. */
static void test_random(void **state)
{
	uint64_t seed = ktest_seed(5);

	for (unsigned int run = 0; run < 50; run++) {
		struct svmsim_world *world = start();

		ktest_context("seed %llu run %u", (unsigned long long)seed, run);
		random_schedule(world, seed + run);
		spawn("a", consume, NULL);
		spawn("b", consume, NULL);
		spawn("p", produce, NULL);
		ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
		ktest_assert_string_equal(wait_record, "cccccc");
		ktest_assert_int_equal(count, 0);
		ktest_world_drop(world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_wait_and_wake),
	KTEST(test_wake_one_exclusive),
	KTEST(test_wake_matches_state),
	KTEST(test_condition_set_in_between),
	KTEST(test_missed_wake_up),
	KTEST(test_manual_loop),
	KTEST(test_custom_functions),
	KTEST(test_timeouts),
	KTEST(test_signals),
	KTEST(test_injected_signals),
	KTEST(test_injected_deadline),
	KTEST(test_forever),
	KTEST(test_lock_is_dropped),
	KTEST(test_own_lock),
	KTEST(test_commands),
	KTEST(test_woken),
	KTEST(test_simple_queue),
	KTEST(test_random),
};
KTEST_MAIN(tests)

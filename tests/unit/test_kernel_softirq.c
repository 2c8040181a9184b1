/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Interrupt contexts, tasklets. */
#include <linux/interrupt.h>
#include <linux/slab.h>
#include "kernel/softirq.h"
#include "wait_fixture.h"

static unsigned int seen_cpu;
static bool seen_soft, seen_hard, seen_irqs_off;

static void look(void)
{
	const struct sim_task *task = sim_task_current();

	seen_cpu = smp_processor_id();
	seen_soft = task->in_softirq;
	seen_hard = task->in_hardirq;
	seen_irqs_off = task->irqs_disabled;
}

static void soft_a(unsigned int cpu)
{
	note('a');
	look();
}

static void soft_b(unsigned int cpu)
{
	note('b');
	/* It is not part of the run of its vector that raised it again. */
	if (wait_record_length < 4)
		sim_softirq_raise(cpu, NET_TX_SOFTIRQ);
}

static void hard(unsigned int cpu)
{
	note('h');
	look();
}

static void test_vectors_in_order(void **state)
{
	wait_world();
	sim_softirq_open(NET_RX_SOFTIRQ, soft_b);
	sim_softirq_open(NET_TX_SOFTIRQ, soft_a);
	sim_softirq_raise(2, NET_RX_SOFTIRQ);
	sim_softirq_raise(2, NET_TX_SOFTIRQ);
	sim_softirq_raise(2, NET_TX_SOFTIRQ);
	ktest_assert_string_equal(wait_record, "");
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "aba");
	ktest_assert_int_equal(seen_cpu, 2);
	ktest_assert_true(seen_soft && !seen_hard && !seen_irqs_off);
	ktest_assert_string_equal(sim_softirq_task(2)->name, "softirq/2");
	ktest_assert_null(sim_softirq_task(1));
}

static void test_hardirq_context(void **state)
{
	wait_world();
	sim_hardirq_open(SIM_HARDIRQ_TIMER, hard);
	sim_hardirq_raise(1, SIM_HARDIRQ_TIMER);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "h");
	ktest_assert_true(!seen_soft && seen_hard && seen_irqs_off);
	ktest_assert_int_equal(seen_cpu, 1);
	ktest_assert_string_equal(sim_hardirq_task(1)->name, "hardirq/1");
}

static void with_bh_off(void *arg)
{
	local_bh_disable();
	sim_softirq_raise(sim_cpu(), NET_TX_SOFTIRQ);
	SIM_POINT(MODEL, "one", "");
	note('1');
	sim_hardirq_raise(sim_cpu(), SIM_HARDIRQ_TIMER);
	SIM_POINT(MODEL, "two", "");
	note('2');
	local_bh_enable();
	SIM_POINT(MODEL, "three", "");
	note('3');
}

/* A softirq waits until they are enabled, an interrupt comes in between. */
static void test_disabled_bh_holds_softirqs_back(void **state)
{
	wait_world();
	sim_softirq_open(NET_TX_SOFTIRQ, soft_a);
	sim_hardirq_open(SIM_HARDIRQ_TIMER, hard);
	spawn("t", with_bh_off, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "1h2a3");
}

static void with_irqs_off(void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	sim_softirq_raise(sim_cpu(), NET_TX_SOFTIRQ);
	sim_hardirq_raise(sim_cpu(), SIM_HARDIRQ_TIMER);
	SIM_POINT(MODEL, "one", "");
	note('1');
	local_irq_restore(flags);
	SIM_POINT(MODEL, "two", "");
	note('2');
}

static void test_disabled_irqs_hold_everything_back(void **state)
{
	wait_world();
	sim_softirq_open(NET_TX_SOFTIRQ, soft_a);
	sim_hardirq_open(SIM_HARDIRQ_TIMER, hard);
	spawn("t", with_irqs_off, NULL);
	run_all();
	ktest_assert_int_equal(wait_record_length, 4);
	ktest_assert_true(wait_record[0] == '1' && wait_record[3] == '2');
}

struct letter_tasklet {
	struct tasklet_struct tasklet;
	char letter;
	struct letter_tasklet *schedules;
	bool waits;
	bool frees;
	bool kills;
};

static void run_tasklet(struct tasklet_struct *t)
{
	struct letter_tasklet *letter = from_tasklet(letter, t, tasklet);

	note(letter->letter);
	look();
	if (letter->schedules) {
		struct letter_tasklet *other = letter->schedules;

		letter->schedules = NULL;
		tasklet_schedule(&other->tasklet);
	}
	if (letter->waits) {
		SIM_POINT(MODEL, "in tasklet", "");
		note(letter->letter - 'a' + 'A');
	}
	if (letter->kills)
		tasklet_kill(&letter->tasklet);
	if (letter->frees)
		kfree(letter);
}

static void setup(struct letter_tasklet *letter, char name)
{
	*letter = (struct letter_tasklet){ .letter = name };
	tasklet_setup(&letter->tasklet, run_tasklet);
}

static void test_tasklets(void **state)
{
	static struct letter_tasklet a, b, c;

	wait_world();
	setup(&a, 'a');
	setup(&b, 'b');
	setup(&c, 'c');
	a.schedules = &a;
	local_bh_disable();
	tasklet_schedule(&b.tasklet);
	tasklet_schedule(&a.tasklet);
	tasklet_schedule(&a.tasklet);
	tasklet_hi_schedule(&c.tasklet);
	local_bh_enable();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "cbaa");
	ktest_assert_true(seen_soft);
	ktest_assert_u64_equal(a.tasklet.state, 0);
}

static void test_disabled_tasklet_waits(void **state)
{
	static struct letter_tasklet a, b;

	wait_world();
	setup(&a, 'a');
	setup(&b, 'b');
	tasklet_disable(&a.tasklet);
	tasklet_disable_nosync(&a.tasklet);
	tasklet_schedule(&a.tasklet);
	tasklet_schedule(&b.tasklet);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "b");
	tasklet_enable(&a.tasklet);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "b");
	tasklet_enable(&a.tasklet);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "ba");
}

static void kill_it(void *arg)
{
	struct letter_tasklet *letter = arg;

	tasklet_kill(&letter->tasklet);
	note('k');
}

static void schedule_it(void *arg)
{
	struct letter_tasklet *letter = arg;

	tasklet_schedule(&letter->tasklet);
}

/* Under any schedule the killer comes back after the function has ended. */
static void test_kill_waits(void **state)
{
	static struct letter_tasklet a;
	uint64_t seed = ktest_seed(0x7a5c);

	for (unsigned int i = 0; i < 200; i++) {
		random_schedule(wait_world(), seed + i);
		setup(&a, 'a');
		a.waits = true;
		tasklet_disable_nosync(&a.tasklet);
		tasklet_schedule(&a.tasklet);
		tasklet_enable(&a.tasklet);
		spawn("killer", kill_it, &a);
		run_all();
		ktest_assert_string_equal(wait_record, "aAk");
		ktest_world_drop(sim_world);
	}
}

/* Scheduled from several CPUs it never runs twice at a time. */
static void test_tasklet_is_not_reentered(void **state)
{
	static struct letter_tasklet a;
	uint64_t seed = ktest_seed(0x7a5d);

	for (unsigned int i = 0; i < 200; i++) {
		random_schedule(wait_world(), seed + i);
		setup(&a, 'a');
		a.waits = true;
		for (int cpu = 0; cpu < 4; cpu++)
			sim_task_create(SIM_TASK_DRIVER, "t", cpu, schedule_it, &a);
		run_all();
		ktest_assert_true(wait_record_length >= 2);
		for (unsigned int k = 0; k < wait_record_length; k++)
			ktest_assert_int_equal(wait_record[k], k & 1 ? 'A' : 'a');
		ktest_assert_u64_equal(a.tasklet.state, 0);
		ktest_world_drop(sim_world);
	}
}

static void test_kill_from_itself(void **state)
{
	static struct letter_tasklet a;
	struct svmsim_world *world = wait_world();

	setup(&a, 'a');
	a.kills = true;
	tasklet_schedule(&a.tasklet);
	sim_task_settle();
	ktest_assert_true(ktest_report_count(world, "deadlock") == 1);
	ktest_expect_report(world, "deadlock", 1);
	ktest_expect_report(world, "lock-context", ktest_report_count(world, "lock-context"));
}

static void test_freed(void **state)
{
	struct svmsim_world *world = wait_world();
	struct letter_tasklet *a = kmalloc_obj(*a);

	setup(a, 'a');
	a->frees = true;
	tasklet_schedule(&a->tasklet);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
	a = kmalloc_obj(*a);
	setup(a, 'b');
	local_bh_disable();
	tasklet_schedule(&a->tasklet);
	kfree(a);
	local_bh_enable();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
	ktest_expect_report(world, "warn", 1);
}

static void test_reset_forgets(void **state)
{
	static struct letter_tasklet a;
	struct svmsim_world *world = wait_world();

	setup(&a, 'a');
	tasklet_disable_nosync(&a.tasklet);
	tasklet_schedule(&a.tasklet);
	sim_world_reset(world);
	ktest_assert_u64_equal(a.tasklet.state, 0);
	tasklet_schedule(&a.tasklet);
	tasklet_enable(&a.tasklet);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
}

static const struct ktest tests[] = {
	KTEST(test_vectors_in_order),
	KTEST(test_hardirq_context),
	KTEST(test_disabled_bh_holds_softirqs_back),
	KTEST(test_disabled_irqs_hold_everything_back),
	KTEST(test_tasklets),
	KTEST(test_disabled_tasklet_waits),
	KTEST(test_kill_waits),
	KTEST(test_tasklet_is_not_reentered),
	KTEST(test_kill_from_itself),
	KTEST(test_freed),
	KTEST(test_reset_forgets),
};
KTEST_MAIN(tests)

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Functions called on other CPUs, irq_work. */
#include <linux/errno.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include "wait_fixture.h"

static u64 called_on;
static bool was_remote_irq, was_irqs_off;

static void call(void *info)
{
	unsigned int cpu = smp_processor_id();

	note((char)('0' + cpu));
	called_on |= 1ull << cpu;
	was_remote_irq = sim_task_current()->in_hardirq;
	was_irqs_off = irqs_disabled();
	SIM_POINT(MODEL, "call", "");
}

static void test_single(void **state)
{
	struct svmsim_world *world = wait_world();

	called_on = 0;
	ktest_assert_int_equal(smp_call_function_single(2, call, NULL, 1), 0);
	ktest_assert_u64_equal(called_on, 1 << 2);
	ktest_assert_true(was_remote_irq && was_irqs_off);
	/* On its own CPU the caller runs it, with interrupts off. */
	ktest_assert_int_equal(smp_call_function_single(0, call, NULL, 1), 0);
	ktest_assert_true(!was_remote_irq && was_irqs_off);
	ktest_assert_false(irqs_disabled());
	ktest_assert_int_equal(smp_call_function_single(4, call, NULL, 1), -ENXIO);
	ktest_assert_string_equal(wait_record, "20");
	ktest_assert_int_equal(world->running->preempt_count, 0);
}

static void test_without_wait(void **state)
{
	wait_world();
	local_irq_disable();
	local_irq_enable();
	called_on = 0;
	smp_call_function_single(3, call, NULL, 0);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "3");
}

static bool is_odd(int cpu, void *info)
{
	return cpu & 1;
}

static void test_masks(void **state)
{
	struct cpumask mask = { .bits = 0xb };

	wait_world();
	called_on = 0;
	on_each_cpu(call, NULL, 1);
	ktest_assert_u64_equal(called_on, 0xf);
	called_on = 0;
	on_each_cpu_mask(&mask, call, NULL, 1);
	ktest_assert_u64_equal(called_on, 0xb);
	called_on = 0;
	preempt_disable();
	smp_call_function_many(&mask, call, NULL, 1);
	preempt_enable();
	ktest_assert_u64_equal(called_on, 0xa);
	called_on = 0;
	on_each_cpu_cond(is_odd, call, NULL, 1);
	ktest_assert_u64_equal(called_on, 0xa);
	called_on = 0;
	ktest_assert_int_equal(smp_call_function_any(&mask, call, NULL, 1), 0);
	ktest_assert_u64_equal(called_on, 1);
	cpumask_clear_cpu(0, &mask);
	called_on = 0;
	ktest_assert_int_equal(smp_call_function_any(&mask, call, NULL, 1), 0);
	ktest_assert_u64_equal(called_on, 2);
}

static int done_count;

static void count(void *info)
{
	SIM_POINT(MODEL, "before", "");
	done_count++;
}

static void call_all(void *arg)
{
	int before = done_count;

	on_each_cpu(count, NULL, 1);
	if (done_count < before + 4)
		note('!');
}

/* Whatever the schedule: with wait all is done on return. */
static void test_wait_is_waited_for(void **state)
{
	uint64_t seed = ktest_seed(0x5397);

	for (unsigned int i = 0; i < 200; i++) {
		random_schedule(wait_world(), seed + i);
		done_count = 0;
		spawn("a", call_all, NULL);
		spawn("b", call_all, NULL);
		spawn("c", call_all, NULL);
		run_all();
		ktest_assert_int_equal(done_count, 12);
		ktest_assert_string_equal(wait_record, "");
		ktest_world_drop(sim_world);
	}
}

static void test_irqs_off_warns(void **state)
{
	struct svmsim_world *world = wait_world();

	local_irq_disable();
	smp_call_function_single(1, call, NULL, 1);
	local_irq_enable();
	assert_report(world, 0, "warn site=smp.c:sim_smp_call_single expr=\"irqs_disabled()\"\n"
		      "WARNING: smp.c at sim_smp_call_single");
	ktest_expect_report(world, "warn", 1);
}

static bool other_spins;

static void spin_with_irqs_off(void *arg)
{
	unsigned long flags;

	local_irq_save(flags);
	other_spins = true;
	sim_task_block(SIM_TASK_SPINNING, &(struct sim_waiting){ .verb = "lock", .name = "l" },
		       ~0ull);
	local_irq_restore(flags);
}

static void call_cpu_1(void *arg)
{
	smp_call_function_single(1, call, NULL, 1);
	note('r');
}

/* A CPU that spins with interrupts off never takes the call. */
static void test_deadlock_with_disabled_irqs(void **state)
{
	struct svmsim_world *world = wait_world();

	sim_task_create(SIM_TASK_DRIVER, "spinner", 1, spin_with_irqs_off, NULL);
	sim_task_create(SIM_TASK_DRIVER, "caller", 0, call_cpu_1, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	ktest_assert_string_equal(wait_record, "");
	ktest_assert_string_contains(report_text(world, 0),
				     "caller spins for call on another CPU call, "
				     "held by hardirq/1");
	ktest_expect_report(world, "deadlock", 1);
	ktest_expect_report(world, "lock-held", ktest_report_count(world, "lock-held"));
}

static void async_fn(void *info)
{
	note('a');
}

static void test_async(void **state)
{
	static call_single_data_t csd;

	wait_world();
	INIT_CSD(&csd, async_fn, NULL);
	local_irq_disable();
	ktest_assert_int_equal(smp_call_function_single_async(1, &csd), 0);
	local_irq_enable();
	ktest_assert_int_equal(smp_call_function_single_async(9, &csd), -ENXIO);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "a");
	ktest_assert_int_equal(smp_call_function_single_async(0, &csd), 0);
	ktest_assert_string_equal(wait_record, "aa");
}

static struct irq_work work, *requeue;

static void work_fn(struct irq_work *w)
{
	note((char)('0' + smp_processor_id()));
	was_remote_irq = sim_task_current()->in_hardirq;
	if (requeue) {
		requeue = NULL;
		irq_work_queue(w);
	}
	SIM_POINT(MODEL, "work", "");
	note('.');
}

static void test_irq_work(void **state)
{
	wait_world();
	requeue = NULL;
	init_irq_work(&work, work_fn);
	local_irq_disable();
	ktest_assert_true(irq_work_queue(&work));
	ktest_assert_false(irq_work_queue(&work));
	ktest_assert_true(irq_work_is_pending(&work) && irq_work_is_busy(&work));
	local_irq_enable();
	irq_work_sync(&work);
	ktest_assert_string_equal(wait_record, "0.");
	ktest_assert_true(was_remote_irq);
	ktest_assert_false(irq_work_is_busy(&work));
	requeue = &work;
	ktest_assert_true(irq_work_queue_on(&work, 3));
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "0.3.3.");
}

static void sync_it(void *arg)
{
	irq_work_sync(&work);
	note('s');
}

static void test_irq_work_sync_waits(void **state)
{
	uint64_t seed = ktest_seed(0x1297);

	for (unsigned int i = 0; i < 100; i++) {
		random_schedule(wait_world(), seed + i);
		requeue = NULL;
		init_irq_work(&work, work_fn);
		irq_work_queue_on(&work, 1);
		spawn("syncer", sync_it, NULL);
		run_all();
		ktest_assert_string_equal(wait_record, "1.s");
		ktest_world_drop(sim_world);
	}
}

static const struct ktest tests[] = {
	KTEST(test_single),
	KTEST(test_without_wait),
	KTEST(test_masks),
	KTEST(test_wait_is_waited_for),
	KTEST(test_irqs_off_warns),
	KTEST(test_deadlock_with_disabled_irqs),
	KTEST(test_async),
	KTEST(test_irq_work),
	KTEST(test_irq_work_sync_waits),
};
KTEST_MAIN(tests)

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* CPUs: who may take one, interrupts, preemption models; bounds and ends of runs. */
#include <linux/errno.h>
#include "kernel/task.h"
#include "kernel_fixture.h"

static char order[256];
static unsigned int used;

static void note(char c)
{
	if (used < sizeof(order) - 1)
		order[used++] = c;
	order[used] = '\0';
}

static struct svmsim_world *make_world(unsigned int cpus, enum svmsim_preempt preempt)
{
	struct svmsim_machine machine = {
		.node_count = 1,
		.node[0] = { .cpu_count = cpus },
		.preempt = preempt,
	};

	used = 0;
	order[0] = '\0';
	return ktest_world(kernel_layers, sizeof(kernel_layers) / sizeof(kernel_layers[0]),
			   &machine);
}

static struct sim_task *create(enum sim_task_class class, const char *name, int cpu,
			       void (*entry)(void *arg))
{
	struct sim_task *task = sim_task_create(class, name, cpu, entry, (void *)name);

	ktest_assert_true(task != NULL);
	return task;
}

/* A scheduler that lets another task run at each point. */
static unsigned int pick_other(void *ctx, const struct svmsim_point *point, uint64_t *quiet)
{
	*quiet = 0;
	for (unsigned int i = 0; i < point->count; i++)
		if (point->candidate[i].number != point->task_number)
			return i;
	return point->default_index;
}

static const struct svmsim_scheduler other = { .name = "other", .next = pick_other };

static void two_points(void *arg)
{
	for (int i = 0; i < 2; i++) {
		note(*(const char *)arg);
		SIM_POINT(MODEL, "step", "");
	}
}

static void two_points_atomic(void *arg)
{
	sim_task_current()->preempt_count++;
	two_points(arg);
	sim_task_current()->preempt_count--;
}

static void test_preempt_full_switches_anywhere(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	svmsim_world_schedule(world, &other);
	create(SIM_TASK_KTHREAD, "a", 0, two_points);
	create(SIM_TASK_KTHREAD, "b", 0, two_points);
	sim_task_settle();
	ktest_assert_string_equal(order, "abab");
}

static void test_preempt_disabled_keeps_the_cpu(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	svmsim_world_schedule(world, &other);
	create(SIM_TASK_KTHREAD, "a", 0, two_points_atomic);
	create(SIM_TASK_KTHREAD, "b", 0, two_points_atomic);
	sim_task_settle();
	ktest_assert_string_equal(order, "aabb");
}

static void test_preempt_none_switches_at_yields_only(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_NONE);

	svmsim_world_schedule(world, &other);
	create(SIM_TASK_KTHREAD, "a", 0, two_points);
	create(SIM_TASK_KTHREAD, "b", 0, two_points);
	sim_task_settle();
	ktest_assert_string_equal(order, "aabb");
}

/* Whatever is disabled: the other CPU runs its own task. */
static void test_other_cpu_runs_meanwhile(void **state)
{
	struct svmsim_world *world = make_world(2, SVMSIM_PREEMPT_NONE);

	svmsim_world_schedule(world, &other);
	create(SIM_TASK_KTHREAD, "a", 0, two_points_atomic);
	create(SIM_TASK_KTHREAD, "b", 1, two_points_atomic);
	sim_task_settle();
	ktest_assert_string_equal(order, "abab");
}

static struct sim_task *irq;

static void interrupt(void *arg)
{
	const struct sim_waiting waiting = { .verb = "irq", .name = "idle", .may_idle = true };

	for (;;) {
		sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
		note('!');
	}
}

static void interrupted(void *arg)
{
	note('a');
	sim_task_wake(irq, 0);
	SIM_POINT(MODEL, "step", "");
	note('b');
	sim_task_current()->irqs_disabled = true;
	sim_task_wake(irq, 0);
	SIM_POINT(MODEL, "step", "");
	note('c');
	sim_task_current()->irqs_disabled = false;
	SIM_POINT(ENABLE, "step", "");
	note('d');
}

static void test_interrupt_comes_at_once_unless_disabled(void **state)
{
	make_world(1, SVMSIM_PREEMPT_NONE);
	irq = create(SIM_TASK_HARDIRQ, "irq", 0, interrupt);
	sim_task_settle();
	create(SIM_TASK_KTHREAD, "t", 0, interrupted);
	sim_task_settle();
	ktest_assert_string_equal(order, "a!bc!d");
}

static void bh_off(void *arg)
{
	sim_task_current()->bh_count++;
	sim_task_wake(irq, 0);
	SIM_POINT(MODEL, "step", "");
	note('a');
	sim_task_current()->bh_count--;
	SIM_POINT(ENABLE, "step", "");
	note('b');
}

static void test_softirq_waits_for_bh(void **state)
{
	make_world(1, SVMSIM_PREEMPT_NONE);
	irq = create(SIM_TASK_SOFTIRQ, "softirq", 0, interrupt);
	sim_task_settle();
	create(SIM_TASK_KTHREAD, "t", 0, bh_off);
	sim_task_settle();
	ktest_assert_string_equal(order, "a!b");
}

static struct sim_task *spinner;

static void spins(void *arg)
{
	const struct sim_waiting waiting = { .verb = "lock", .name = "test" };

	note('s');
	spinner = sim_task_current();
	spinner->preempt_count++;
	sim_task_block(SIM_TASK_SPINNING, &waiting, ~0ull);
	note('S');
	spinner->preempt_count--;
}

static void same_cpu(void *arg)
{
	note('x');
}

static void releases(void *arg)
{
	note('r');
	sim_task_wake(spinner, 0);
}

static void test_spinner_keeps_its_cpu(void **state)
{
	make_world(2, SVMSIM_PREEMPT_FULL);
	create(SIM_TASK_KTHREAD, "s", 1, spins);
	create(SIM_TASK_KTHREAD, "x", 1, same_cpu);
	create(SIM_TASK_KTHREAD, "r", 0, releases);
	sim_task_settle();
	ktest_assert_string_equal(order, "srSx");
}

static void for_ever(void *ctx)
{
	for (;;)
		SIM_POINT(MODEL, "loop", "");
}

static void test_bound_on_points_ends_a_run(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	svmsim_world_bound(world, 1000, 0);
	ktest_assert_int_equal(svmsim_task_spawn(world, "loop", -1, for_ever, NULL), 0);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_BOUND);
	ktest_assert_u64_equal(world->now_ns, 1000 * SIM_POINT_NS);
}

static void test_bound_on_steps_ends_a_run(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	svmsim_world_schedule(world, &other);
	svmsim_world_bound(world, 0, 50);
	svmsim_task_spawn(world, "one", -1, for_ever, NULL);
	svmsim_task_spawn(world, "two", -1, for_ever, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_BOUND);
	ktest_assert_u64_equal(svmsim_world_switches(world), 50);
}

static void yields_for_ever(void *ctx)
{
	for (;;)
		sim_task_yield(SIM_SITE(SIM_POINT_RESCHED, "cond_resched", ""));
}

static void test_livelock(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_NONE);

	svmsim_task_spawn(world, "one", -1, yields_for_ever, NULL);
	svmsim_task_spawn(world, "two", -1, yields_for_ever, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	ktest_expect_report(world, "livelock", 1);
	assert_report(world, 0,
		      "livelock tasks=one,two\n"
		      "tries that fail, over and over, and nothing else happens:\n"
		      "  one on CPU 0, which it does not get\n"
		      "  two on CPU 0, which it has");
}

static bool never(void *ctx)
{
	return false;
}

static void waits_for_all(void *ctx)
{
	struct svmsim_world *world = ctx;

	svmsim_task_spawn(world, "sub", -1, two_points, (void *)"x");
	note('w');
	ktest_assert_false(svmsim_tasks_wait(world, never, NULL, "test"));
	note('W');
}

static void test_wait_ends_when_nothing_is_left(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	svmsim_task_spawn(world, "main", -1, waits_for_all, world);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
	ktest_assert_string_equal(order, "wxxW");
}

static void lost(void *ctx)
{
	const struct sim_waiting waiting = { .verb = "wait", .name = "flag" };

	sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
}

static void test_stuck_names_who_waits(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	svmsim_task_spawn(world, "lost", -1, lost, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	ktest_expect_report(world, "deadlock", 1);
	assert_report(world, 0,
		      "deadlock what=stuck tasks=lost\n"
		      "no task can run and no timer is pending:\n"
		      "  lost waits for wait flag\n"
		      "    at task_wait.c:sim_task_block:block");
}

/* A reset forgets tasks where they stand; the next run knows nothing of them. */
static void test_reset_forgets_tasks(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	create(SIM_TASK_KTHREAD, "s", 0, interrupt);
	sim_task_settle();
	sim_world_reset(world);
	ktest_assert_true(sim_task_find(world, "s") == NULL);
	create(SIM_TASK_KTHREAD, "a", 0, two_points);
	sim_task_settle();
	ktest_assert_string_equal(order, "aa");
}

static unsigned int ended_count;

static void counts(void *arg)
{
	for (int i = 0; i < 3; i++)
		sim_task_yield(SIM_SITE(SIM_POINT_RESCHED, "yield", ""));
	ended_count++;
}

static void test_a_thousand_tasks(void **state)
{
	struct svmsim_world *world = make_world(4, SVMSIM_PREEMPT_FULL);

	ended_count = 0;
	for (int i = 0; i < 1000; i++)
		ktest_assert_int_equal(svmsim_task_spawn(world, "t", -1, counts, NULL), 0);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
	ktest_assert_u64_equal(ended_count, 1000);
	ktest_assert_true(sim_task_find(world, "t.1000") != NULL);
}

static const struct ktest tests[] = {
	KTEST(test_preempt_full_switches_anywhere),
	KTEST(test_preempt_disabled_keeps_the_cpu),
	KTEST(test_preempt_none_switches_at_yields_only),
	KTEST(test_other_cpu_runs_meanwhile),
	KTEST(test_interrupt_comes_at_once_unless_disabled),
	KTEST(test_softirq_waits_for_bh),
	KTEST(test_spinner_keeps_its_cpu),
	KTEST(test_bound_on_points_ends_a_run),
	KTEST(test_bound_on_steps_ends_a_run),
	KTEST(test_livelock),
	KTEST(test_wait_ends_when_nothing_is_left),
	KTEST(test_stuck_names_who_waits),
	KTEST(test_reset_forgets_tasks),
	KTEST(test_a_thousand_tasks),
};
KTEST_MAIN(tests)

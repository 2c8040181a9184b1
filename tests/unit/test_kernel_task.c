/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Tasks, switch points, CPUs, and who runs next. */
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

static void three_points(void *arg)
{
	for (int i = 0; i < 3; i++) {
		note(*(const char *)arg);
		SIM_POINT(MODEL, "step", "");
	}
}

static void create(const char *name, int cpu, void (*entry)(void *arg))
{
	ktest_assert_true(sim_task_create(SIM_TASK_KTHREAD, name, cpu, entry,
					  (void *)name) != NULL);
}

static void test_fifo_runs_each_to_its_end(void **state)
{
	make_world(1, SVMSIM_PREEMPT_FULL);
	create("a", -1, three_points);
	create("b", -1, three_points);
	create("c", -1, three_points);
	ktest_assert_string_equal(order, "");
	sim_task_settle();
	ktest_assert_string_equal(order, "aaabbbccc");
	ktest_assert_true(sim_task_find(sim_world, "b")->state == SIM_TASK_DEAD);
}

static void yielding(void *arg)
{
	for (int i = 0; i < 3; i++) {
		note(*(const char *)arg);
		sim_task_yield(SIM_SITE(SIM_POINT_RESCHED, "yield", ""));
	}
}

static void test_yield_goes_to_the_end_of_the_line(void **state)
{
	make_world(1, SVMSIM_PREEMPT_NONE);
	create("a", -1, yielding);
	create("b", -1, yielding);
	sim_task_settle();
	ktest_assert_string_equal(order, "ababab");
}

static struct sim_task_queue queue;

static void waiter(void *arg)
{
	const struct sim_waiting waiting = { .verb = "queue", .name = "test", .may_idle = true };

	note(*(const char *)arg);
	sim_task_queue_add(&queue, sim_task_current());
	ktest_assert_int_equal(sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull), 7);
	note(*(const char *)arg);
}

static void waker(void *arg)
{
	struct sim_task *task;

	note(*(const char *)arg);
	while ((task = sim_task_queue_pop(&queue)))
		sim_task_wake(task, 7);
	note(*(const char *)arg);
}

static void test_block_and_wake_in_order(void **state)
{
	make_world(2, SVMSIM_PREEMPT_FULL);
	queue = (struct sim_task_queue){ 0 };
	create("a", -1, waiter);
	create("b", -1, waiter);
	create("w", -1, waker);
	sim_task_settle();
	ktest_assert_string_equal(order, "abwwab");
}

static void sleeper(void *arg)
{
	const struct sim_waiting waiting = { .verb = "sleep", .name = "test" };

	ktest_assert_int_equal(sim_task_block(SIM_TASK_BLOCKED, &waiting, 5000000), -ETIME);
	note(*(const char *)arg);
}

/* Settling does not move time; a wait of the root does. */
static void test_time_jumps_when_nobody_runs(void **state)
{
	const struct sim_waiting waiting = { .verb = "sleep", .name = "root" };
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	create("s", -1, sleeper);
	sim_task_settle();
	ktest_assert_string_equal(order, "");
	ktest_assert_int_equal(sim_task_block(SIM_TASK_BLOCKED, &waiting, 9000000), -ETIME);
	ktest_assert_string_equal(order, "s");
	ktest_assert_u64_equal(world->now_ns, 9000000);
}

static bool owned_by_root(const void *object, unsigned int index, struct sim_task **owner)
{
	*owner = sim_task_find(sim_world, object);
	return index == 0;
}

static void waits_for_other(void *arg)
{
	bool is_a = *(const char *)arg == 'a';
	const struct sim_waiting waiting = {
		.verb = "lock", .name = is_a ? "y" : "x", .object = is_a ? "b" : "a",
		.owner = owned_by_root,
	};

	sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
	note('!');
}

static void test_cycle_is_a_deadlock(void **state)
{
	struct svmsim_world *world = make_world(1, SVMSIM_PREEMPT_FULL);

	create("a", -1, waits_for_other);
	create("b", -1, waits_for_other);
	sim_task_settle();
	ktest_assert_string_equal(order, "");
	ktest_expect_report(world, "deadlock", 1);
}

/* clang once made empty ones of these. */
static void test_sites_in_initializers_are_numbered(void **state)
{
	const struct sim_waiting waiting = {
		.verb = "test", .site = SIM_SITE(SIM_POINT_WAIT, "in_initializer", "here"),
	};
	char text[128];

	ktest_assert_true(waiting.site->id != 0);
	ktest_assert_true(waiting.site->key != 0);
	sim_site_text(waiting.site, text, sizeof(text));
	ktest_assert_string_equal(text, "test_kernel_task.c:test_sites_in_initializers_are_numbered"
				  ":in_initializer(here)");
}

static const struct ktest tests[] = {
	KTEST(test_fifo_runs_each_to_its_end),
	KTEST(test_yield_goes_to_the_end_of_the_line),
	KTEST(test_block_and_wake_in_order),
	KTEST(test_time_jumps_when_nobody_runs),
	KTEST(test_cycle_is_a_deadlock),
	KTEST(test_sites_in_initializers_are_numbered),
};
KTEST_MAIN(tests)

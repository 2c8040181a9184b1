/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "kernel/time.h"
#include "kernel/workqueue.h"
#include "kernel_fixture.h"

#define MS 1000000ull

/* What runs is written down, a letter each. */
static char record[256];
static unsigned int record_length;

static void note(char name)
{
	if (record_length == sizeof(record) - 1)
		record_length = 0;
	record[record_length++] = name;
	record[record_length] = '\0';
}

static struct svmsim_world *start(void)
{
	record[0] = '\0';
	record_length = 0;
	return kernel_world();
}

struct named_work {
	struct work_struct work;
	char name;
	struct work_struct *queues;
	struct completion *completes;
	struct completion *waits;
	struct workqueue_struct *flushes;
	bool frees_itself;
};

static void run(struct work_struct *work)
{
	struct named_work *named = container_of(work, struct named_work, work);

	note(named->name);
	if (named->queues)
		schedule_work(named->queues);
	if (named->completes)
		complete(named->completes);
	if (named->waits)
		wait_for_completion(named->waits);
	if (named->flushes)
		flush_workqueue(named->flushes);
	if (named->waits || named->flushes)
		note(named->name - 'a' + 'A');
	if (named->frees_itself)
		kfree(named);
}

static void setup(struct named_work *named, char name)
{
	*named = (struct named_work){ .name = name };
	INIT_WORK(&named->work, run);
}

static void test_order(void **state)
{
	struct svmsim_world *world = start();
	static struct named_work a, b, c;

	setup(&a, 'a');
	setup(&b, 'b');
	setup(&c, 'c');
	ktest_assert_true(schedule_work(&b.work));
	ktest_assert_true(queue_work(system_unbound_wq, &a.work));
	ktest_assert_false(schedule_work(&b.work));
	ktest_assert_true(work_pending(&b.work));
	a.queues = &c.work;
	ktest_assert_string_equal(record, "");
	ktest_assert_true(sim_work_run(world));
	ktest_assert_string_equal(record, "bac");
	ktest_assert_false(sim_work_run(world));
	ktest_assert_false(work_pending(&b.work));
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_WORK_START], 3);
}

/* An item that queues itself runs once a turn, by itself and by way of another. */
static void test_requeue(void **state)
{
	struct svmsim_world *world = start();
	static struct named_work a, b, c;

	setup(&a, 'a');
	setup(&b, 'b');
	setup(&c, 'c');
	a.queues = &a.work;
	b.queues = &c.work;
	c.queues = &b.work;
	schedule_work(&a.work);
	schedule_work(&b.work);
	sim_work_run(world);
	ktest_assert_string_equal(record, "abc");
	sim_work_run(world);
	ktest_assert_string_equal(record, "abcabc");
	a.queues = NULL;
	ktest_assert_true(cancel_work_sync(&b.work));
	sim_work_run(world);
	ktest_assert_string_equal(record, "abcabca");
}

static void test_flush_and_cancel(void **state)
{
	struct svmsim_world *world = start();
	struct workqueue_struct *wq = alloc_workqueue("q%d", 0, 0, 1);
	static struct named_work a, b, c;

	setup(&a, 'a');
	setup(&b, 'b');
	setup(&c, 'c');
	queue_work(wq, &a.work);
	schedule_work(&b.work);
	queue_work(wq, &c.work);
	c.queues = &c.work;
	ktest_assert_true(flush_work(&b.work));
	ktest_assert_false(flush_work(&b.work));
	flush_workqueue(wq);
	ktest_assert_string_equal(record, "abc");
	ktest_assert_true(cancel_work_sync(&c.work));
	ktest_assert_false(cancel_work_sync(&c.work));
	sim_work_run(world);
	ktest_assert_string_equal(record, "abc");
	queue_work(wq, &a.work);
	destroy_workqueue(wq);
	ktest_assert_string_equal(record, "abca");
}

static void test_disable(void **state)
{
	struct svmsim_world *world = start();
	static struct named_work a;

	setup(&a, 'a');
	schedule_work(&a.work);
	ktest_assert_true(disable_work_sync(&a.work));
	ktest_assert_false(disable_work(&a.work));
	ktest_assert_false(schedule_work(&a.work));
	ktest_assert_false(enable_work(&a.work));
	ktest_assert_false(schedule_work(&a.work));
	ktest_assert_true(enable_work(&a.work));
	ktest_assert_true(schedule_work(&a.work));
	sim_work_run(world);
	ktest_assert_string_equal(record, "a");
}

static void run_delayed(struct work_struct *work)
{
	note('d');
}

static void test_delayed(void **state)
{
	struct svmsim_world *world = start();
	static struct delayed_work work;

	INIT_DELAYED_WORK(&work, run_delayed);
	ktest_assert_true(schedule_delayed_work(&work, 5));
	ktest_assert_false(schedule_delayed_work(&work, 1));
	ktest_assert_true(delayed_work_pending(&work));
	sim_time_advance(world, 5 * MS - 1000);
	ktest_assert_string_equal(record, "");
	sim_time_advance(world, 1000);
	ktest_assert_string_equal(record, "d");
	ktest_assert_false(mod_delayed_work(system_wq, &work, 5));
	ktest_assert_true(mod_delayed_work(system_wq, &work, 50));
	sim_time_advance(world, 10 * MS);
	ktest_assert_string_equal(record, "d");
	ktest_assert_true(flush_delayed_work(&work));
	ktest_assert_string_equal(record, "dd");
	schedule_delayed_work(&work, 0);
	ktest_assert_true(work_pending(&work.work));
	ktest_assert_true(cancel_delayed_work_sync(&work));
	schedule_delayed_work(&work, 1);
	ktest_assert_true(cancel_delayed_work(&work));
	ktest_assert_true(disable_delayed_work_sync(&work) == false);
	ktest_assert_false(schedule_delayed_work(&work, 1));
	sim_time_advance(world, 100 * MS);
	ktest_assert_string_equal(record, "dd");
}

static void fire(struct timer_list *timer)
{
	note('t');
}

/* Work runs before a later timer, and before the clock moves. */
static void test_work_and_timers(void **state)
{
	struct svmsim_world *world = start();
	static struct named_work a;
	static struct delayed_work work;
	static struct timer_list timer;

	setup(&a, 'a');
	timer_setup(&timer, fire, 0);
	INIT_DELAYED_WORK(&work, run_delayed);
	mod_timer(&timer, jiffies + 3);
	schedule_delayed_work(&work, 2);
	schedule_work(&a.work);
	sim_time_advance(world, 10 * MS);
	ktest_assert_string_equal(record, "adt");
}

static void test_frees_itself(void **state)
{
	struct svmsim_world *world = start();
	struct named_work *a = kmalloc_obj(*a);

	setup(a, 'a');
	a->frees_itself = true;
	schedule_work(&a->work);
	sim_work_run(world);
	ktest_assert_string_equal(record, "a");
}

/* An item that waits lets the others run inside it. */
static void test_nested_wait(void **state)
{
	struct svmsim_world *world = start();
	DECLARE_COMPLETION_ONSTACK(done);
	static struct named_work a, b;

	setup(&a, 'a');
	setup(&b, 'b');
	a.waits = &done;
	b.completes = &done;
	schedule_work(&a.work);
	schedule_work(&b.work);
	sim_work_run(world);
	ktest_assert_string_equal(record, "abA");
}

/* An item that is queued again while it waits does not run inside itself. */
static void test_no_reentry(void **state)
{
	struct svmsim_world *world = start();
	static struct completion done;
	static struct named_work a, b;

	init_completion(&done);
	setup(&a, 'a');
	setup(&b, 'b');
	a.queues = &a.work;
	a.waits = &done;
	b.completes = &done;
	schedule_work(&a.work);
	schedule_work(&b.work);
	sim_work_run(world);
	ktest_assert_string_equal(record, "abA");
	a.queues = NULL;
	a.waits = NULL;
	sim_work_run(world);
	ktest_assert_string_equal(record, "abAa");
}

/*
 * In a queue that runs one item at a time the second can't complete what the first waits for. The
 * root, which would have to wait with them, gives the queue up.
 */
static void test_ordered_queue_deadlock(void **state)
{
	struct svmsim_world *world = start();
	struct workqueue_struct *wq = alloc_ordered_workqueue("ordered", 0);
	static struct completion done;
	static struct named_work a, b;

	init_completion(&done);
	setup(&a, 'a');
	setup(&b, 'b');
	a.waits = &done;
	b.completes = &done;
	queue_work(wq, &a.work);
	queue_work(wq, &b.work);
	sim_work_run(world);
	ktest_assert_string_equal(record, "a");
	destroy_workqueue(wq);
	assert_report(world, 0, "deadlock what=stuck tasks=<machine>,kworker/u4:0\n"
		      "no task can run and no timer is pending:\n"
		      "  <machine> waits for workqueue ordered, held by kworker/u4:0\n"
		      "    at test_kernel_workqueue.c:test_ordered_queue_deadlock:"
		      "destroy_workqueue(wq)\n"
		      "  kworker/u4:0 waits for completion named->waits\n"
		      "    at test_kernel_workqueue.c:run:wait_for_completion(named->waits)");
	ktest_expect_report(world, "deadlock", 1);
	ktest_expect_report(world, "mem-leak", 1);
}

static void test_flush_own_queue(void **state)
{
	struct svmsim_world *world = start();
	struct workqueue_struct *wq = alloc_workqueue("mine", 0, 0);
	static struct named_work a;

	setup(&a, 'a');
	a.flushes = wq;
	queue_work(wq, &a.work);
	sim_work_run(world);
	assert_report(world, 0, "lock-order first=(wq_completion)mine "
		      "second=(wq_completion)mine what=recursive\n"
		      "(wq_completion)mine is taken again by its holder: it waits for itself");
	assert_report(world, 1, "deadlock what=cycle tasks=kworker/0:0\n"
		      "a task waits for itself:\n"
		      "  kworker/0:0 waits for workqueue mine, held by kworker/0:0\n"
		      "    at test_kernel_workqueue.c:run:flush_workqueue(named->flushes)");
	ktest_expect_report(world, "lock-order", 1);
	ktest_expect_report(world, "deadlock", 1);
	destroy_workqueue(wq);
	ktest_expect_report(world, "mem-leak", 1);
}

/* The kernel goes on draining for ever; the model gives up after its warning, but much later. */
static void test_drain_gives_up(void **state)
{
	struct svmsim_world *world = start();
	static struct named_work a;

	setup(&a, 'a');
	a.queues = &a.work;
	schedule_work(&a.work);
	drain_workqueue(system_wq);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_WORK_START], 1000);
	ktest_assert_true(cancel_work_sync(&a.work));
	assert_report(world, 0, "warn site=workqueue_flush.c:sim_drain "
		      "expr=\"++count == DRAIN_WARN\"\n"
		      "WARNING: workqueue_flush.c at sim_drain\n"
		      "workqueue events: drain_workqueue() isn't complete after 10 tries");
	ktest_expect_report(world, "warn", 1);
}

static void test_freed_while_pending(void **state)
{
	struct svmsim_world *world = start();
	struct named_work *a = kmalloc_obj(*a);

	setup(a, 'a');
	schedule_work(&a->work);
	kfree(a);
	sim_work_run(world);
	ktest_assert_string_equal(record, "");
	ktest_expect_report(world, "warn", 1);
}

static void run_static(struct work_struct *work)
{
	note('s');
}

static void test_static_and_reset(void **state)
{
	static DECLARE_WORK(work, run_static);
	struct svmsim_world *world = start();

	schedule_work(&work);
	sim_world_reset(world);
	ktest_assert_false(work_pending(&work));
	sim_work_run(world);
	ktest_assert_string_equal(record, "");
	schedule_work(&work);
	svmsim_world_action(world, "d0", "anything");
	ktest_assert_string_equal(record, "s");
	ktest_assert_string_equal(world->task_name, "d0");
}

static const struct ktest tests[] = {
	KTEST(test_order),
	KTEST(test_requeue),
	KTEST(test_flush_and_cancel),
	KTEST(test_disable),
	KTEST(test_delayed),
	KTEST(test_work_and_timers),
	KTEST(test_frees_itself),
	KTEST(test_nested_wait),
	KTEST(test_no_reentry),
	KTEST(test_ordered_queue_deadlock),
	KTEST(test_flush_own_queue),
	KTEST(test_drain_gives_up),
	KTEST(test_freed_while_pending),
	KTEST(test_static_and_reset),
};
KTEST_MAIN(tests)

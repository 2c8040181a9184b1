/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <asm/processor.h>
#include <linux/completion.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "kernel/grace.h"
#include "kernel/module.h"
#include "kernel/slab.h"
#include "kernel/workqueue.h"
#include "wait_fixture.h"

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
	/* With the last reader gone the softirq comes at once. */
	rcu_read_unlock();
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
	assert_report(world, 1, "deadlock what=cycle tasks=<machine>\n"
		      "a task waits for itself:\n"
		      "  <machine> waits for grace period RCU, held by <machine>\n"
		      "    at test_kernel_rcu.c:test_wait_inside_reader:synchronize_rcu");
	ktest_expect_report(world, "deadlock", 1);
	ktest_expect_report(world, "lock-context", 1);
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

static struct completion go, seen;
static struct sim_task_queue preempted;

/* A reader must not sleep; this is what it looks like when it is not chosen for long. */
static void stay_away(void)
{
	const struct sim_waiting waiting = { .verb = "test", .name = "reader" };

	sim_task_queue_add(&preempted, sim_task_current());
	sim_task_block(SIM_TASK_BLOCKED, &waiting, ~0ull);
}

static void come_back(void)
{
	sim_task_wake(sim_task_queue_pop(&preempted), 0);
}

static void reader(void *arg)
{
	rcu_read_lock();
	rcu_read_lock();
	note(*(const char *)arg);
	stay_away();
	rcu_read_unlock();
	note(*(const char *)arg);
	rcu_read_unlock();
}

static void synchronizer(void *arg)
{
	synchronize_rcu();
	note('s');
}

static void barrier_waiter(void *arg)
{
	rcu_barrier();
	note('b');
}

static void note_call(struct rcu_head *head)
{
	note('c');
}

static struct svmsim_world *start(void)
{
	struct svmsim_world *world = wait_world();

	init_completion(&go);
	init_completion(&seen);
	preempted = (struct sim_task_queue){ 0 };
	return world;
}

/* It waits for the readers that were in, to their outermost unlock, and for no later ones. */
static void test_waits_for_old_readers_only(void **state)
{
	static struct rcu_head head;

	start();
	spawn("x", reader, "x");
	sim_task_settle();
	call_rcu(&head, note_call);
	sim_task_settle();
	spawn("y", reader, "y");
	spawn("b", barrier_waiter, NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "xy");
	come_back();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "xyxcb");
	come_back();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "xyxcby");
}

static void nested_reader(void *arg)
{
	rcu_read_lock();
	rcu_read_lock();
	rcu_read_unlock();
	stay_away();
	note('x');
	rcu_read_unlock();
}

static void test_nested_reader(void **state)
{
	start();
	spawn("x", nested_reader, NULL);
	sim_task_settle();
	spawn("s", synchronizer, NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "");
	come_back();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "xs");
}

static void atomic_reader(void *arg)
{
	preempt_disable();
	for (int i = 0; i < 20; i++)
		cpu_relax();
	note('x');
	preempt_enable();
	cpu_relax();
}

/* It need not say that it is a reader; what begins after the grace period's begin is none. */
static void test_atomic_task_is_a_reader(void **state)
{
	start();
	spawn("x", atomic_reader, NULL);
	spawn("s", synchronizer, NULL);
	run_all();
	ktest_assert_string_equal(wait_record, "xs");
}

/* One that begins while a grace period goes on is for the next, so it has to wait for both. */
static void test_second_grace_period(void **state)
{
	start();
	spawn("x", reader, "x");
	sim_task_settle();
	spawn("s", synchronizer, NULL);
	sim_task_settle();
	spawn("y", reader, "y");
	sim_task_settle();
	spawn("t", synchronizer, NULL);
	sim_task_settle();
	come_back();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "xyxs");
	come_back();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "xyxsys");
}

static void test_polled_grace_periods(void **state)
{
	unsigned long cookie;

	start();
	cookie = get_state_synchronize_rcu();
	ktest_assert_false(poll_state_synchronize_rcu(cookie));
	synchronize_rcu();
	ktest_assert_true(poll_state_synchronize_rcu(cookie));
	ktest_assert_true(poll_state_synchronize_rcu(get_completed_synchronize_rcu()));
	spawn("x", reader, "x");
	sim_task_settle();
	cookie = start_poll_synchronize_rcu();
	ktest_assert_false(poll_state_synchronize_rcu(cookie));
	come_back();
	sim_task_settle();
	ktest_assert_true(poll_state_synchronize_rcu(cookie));
	cond_synchronize_rcu(cookie);
	cookie = get_state_synchronize_rcu();
	cond_synchronize_rcu(cookie);
	ktest_assert_true(poll_state_synchronize_rcu(cookie));
}

static void hold_and_wait(void *arg)
{
	rcu_read_lock();
	complete(&seen);
	wait_for_completion(&go);
	rcu_read_unlock();
}

static void wait_and_free(void *arg)
{
	wait_for_completion(&seen);
	synchronize_rcu();
	complete(&go);
}

/* The reader waits for what comes after the grace period that waits for the reader. */
static void test_deadlock_through_grace_period(void **state)
{
	struct svmsim_world *world = start();

	spawn("r", hold_and_wait, NULL);
	spawn("w", wait_and_free, NULL);
	ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_STUCK);
	assert_report(world, 1, "deadlock what=stuck tasks=r,w\n"
		      "no task can run and no timer is pending:\n"
		      "  r waits for completion &go\n"
		      "    at test_kernel_rcu.c:hold_and_wait:wait_for_completion(&go)\n"
		      "  w waits for grace period RCU, held by r\n"
		      "    at test_kernel_rcu.c:wait_and_free:synchronize_rcu");
	ktest_expect_report(world, "deadlock", 1);
	ktest_expect_report(world, "lock-context", 1);
}

static void call_barrier(struct rcu_head *head)
{
	rcu_barrier();
}

static void test_barrier_in_callback(void **state)
{
	struct svmsim_world *world = start();
	static struct rcu_head head;

	call_rcu(&head, call_barrier);
	sim_task_settle();
	ktest_assert_int_equal(ktest_report_count(world, "deadlock"), 1);
	ktest_expect_report(world, "deadlock", 1);
	/* A callback can't sleep either. */
	ktest_expect_report(world, "lock-context", ktest_report_count(world, "lock-context"));
}

static void call_again(struct rcu_head *head)
{
	note(sim_task_current()->in_softirq ? 'a' : '-');
	if (wait_record_length < 3)
		call_rcu(head, call_again);
}

static void test_callback_calls_again(void **state)
{
	static struct rcu_head head;

	start();
	call_rcu(&head, call_again);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "aaa");
}

static void test_flavours(void **state)
{
	start();
	ktest_assert_false(rcu_read_lock_any_held());
	rcu_read_lock_bh();
	ktest_assert_true(rcu_read_lock_bh_held());
	ktest_assert_true(rcu_read_lock_any_held());
	ktest_assert_false(rcu_read_lock_held());
	rcu_read_unlock_bh();
	rcu_read_lock_sched();
	ktest_assert_true(rcu_read_lock_sched_held());
	ktest_assert_false(rcu_read_lock_bh_held());
	rcu_read_unlock_sched();
	rcu_read_lock();
	ktest_assert_true(rcu_read_lock_held());
	ktest_assert_true(rcu_read_lock_any_held());
	ktest_assert_false(rcu_read_lock_sched_held());
	rcu_read_unlock();
	ktest_assert_false(rcu_read_lock_any_held());
}

static struct object __rcu *shared;

static void test_pointers(void **state)
{
	struct object object = { .value = 7 };
	struct svmsim_world *world = start();

	rcu_assign_pointer(shared, &object);
	rcu_read_lock();
	ktest_assert_u64_equal(rcu_dereference(shared)->value, 7);
	rcu_read_unlock();
	ktest_assert_ptr_equal(rcu_access_pointer(shared), &object);
	ktest_assert_ptr_equal(rcu_dereference_protected(shared, true), &object);
	ktest_assert_ptr_equal(rcu_dereference_check(shared, true), &object);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	ktest_assert_ptr_equal(rcu_dereference(shared), &object);
	ktest_assert_ptr_equal(rcu_replace_pointer(shared, NULL, false), &object);
	assert_report(world, 0, "warn site=test_kernel_rcu.c:test_pointers "
		      "expr=\"!((0) || rcu_read_lock_held())\"\n"
		      "WARNING: test_kernel_rcu.c at test_pointers\n"
		      "suspicious RCU usage\n"
		      "suspicious rcu_dereference_check() usage");
	ktest_expect_report(world, "warn", 2);
}

struct entry {
	struct list_head link;
	struct hlist_node hash;
	struct rcu_head rcu;
	char name;
};

static LIST_HEAD(entries);
static struct hlist_head bucket;

static void walk(void *arg)
{
	struct entry *entry;

	rcu_read_lock();
	list_for_each_entry_rcu(entry, &entries, link) {
		note(entry->name);
		if (entry->name == 'b')
			stay_away();
	}
	hlist_for_each_entry_rcu(entry, &bucket, hash)
		note(entry->name);
	rcu_read_unlock();
}

/* A reader on an entry that is taken out meanwhile goes on to the rest. */
static void test_lists(void **state)
{
	struct svmsim_world *world = start();
	struct entry *entry, *gone = NULL;

	INIT_LIST_HEAD_RCU(&entries);
	bucket.first = NULL;
	for (int i = 0; i < 3; i++) {
		entry = kzalloc_obj(*entry);
		entry->name = "abc"[i];
		list_add_tail_rcu(&entry->link, &entries);
		hlist_add_head_rcu(&entry->hash, &bucket);
		if (i == 1)
			gone = entry;
	}
	spawn("r", walk, NULL);
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "ab");
	list_del_rcu(&gone->link);
	hlist_del_rcu(&gone->hash);
	kfree_rcu(gone, rcu);
	sim_task_settle();
	ktest_assert_u64_equal(sim_slab_live_count(world), 3);
	come_back();
	sim_task_settle();
	ktest_assert_string_equal(wait_record, "abcca");
	ktest_assert_u64_equal(sim_slab_live_count(world), 2);
	while ((entry = list_first_or_null_rcu(&entries, struct entry, link))) {
		list_del_rcu(&entry->link);
		kfree(entry);
	}
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	list_for_each_entry_rcu(entry, &entries, link, true)
		;
	ktest_assert_int_equal(svmsim_report_count(world), 0);
	list_for_each_entry_rcu(entry, &entries, link)
		;
	ktest_expect_report(world, "warn", 1);
}

/*
 * The slow and obvious model: each reader and each wait is written down with the time at which it
 * began and ended, in steps. No reader may begin before a wait began and end after it ended.
 */
#define SPANS 64

struct span {
	u64 begin;
	u64 end;
};

static struct span readers[SPANS], waits[SPANS];
static unsigned int reader_count, wait_count;
static u64 clock;

static void random_reader(void *arg)
{
	for (int i = 0; i < 4; i++) {
		struct span *span = &readers[reader_count++];
		bool marked = ktest_random(&random_state) % 2;

		/* Without preemption it is a reader, too. */
		if (marked)
			rcu_read_lock();
		else
			preempt_disable();
		span->begin = ++clock;
		SIM_POINT(MODEL, "read", "");
		SIM_POINT(MODEL, "read", "");
		span->end = ++clock;
		if (marked)
			rcu_read_unlock();
		else
			preempt_enable();
		SIM_POINT(MODEL, "quiet", "");
	}
}

struct random_head {
	struct rcu_head head;
	struct span *span;
};

static struct random_head heads[SPANS];

static void end_span(struct rcu_head *head)
{
	container_of(head, struct random_head, head)->span->end = ++clock;
}

static void random_waiter(void *arg)
{
	for (int i = 0; i < 3; i++) {
		unsigned int index = wait_count++;
		struct span *span = &waits[index];

		span->begin = ++clock;
		if (ktest_random(&random_state) % 2) {
			synchronize_rcu();
			span->end = ++clock;
		} else {
			heads[index].span = span;
			call_rcu(&heads[index].head, end_span);
		}
	}
	rcu_barrier();
}

static unsigned int violations(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < wait_count; i++) {
		count += !waits[i].end;
		for (unsigned int k = 0; k < reader_count; k++)
			count += readers[k].begin < waits[i].begin &&
				 readers[k].end > waits[i].end;
	}
	return count;
}

static void test_random(void **state)
{
	uint64_t seed = ktest_seed(23);

	for (unsigned int run = 0; run < 100; run++) {
		struct svmsim_world *world = start();

		ktest_context("seed %llu run %u", (unsigned long long)seed, run);
		random_schedule(world, seed + run);
		reader_count = 0;
		wait_count = 0;
		clock = 0;
		__builtin_memset(waits, 0, sizeof(waits));
		for (int i = 0; i < 4; i++)
			spawn("r", random_reader, NULL);
		for (int i = 0; i < 3; i++)
			spawn("w", random_waiter, NULL);
		ktest_assert_int_equal(svmsim_tasks_run(world), SVMSIM_TASKS_DONE);
		ktest_assert_int_equal(wait_count, 9);
		ktest_assert_int_equal(violations(), 0);
		ktest_world_drop(world);
	}
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
	KTEST(test_waits_for_old_readers_only),
	KTEST(test_nested_reader),
	KTEST(test_atomic_task_is_a_reader),
	KTEST(test_second_grace_period),
	KTEST(test_polled_grace_periods),
	KTEST(test_deadlock_through_grace_period),
	KTEST(test_barrier_in_callback),
	KTEST(test_callback_calls_again),
	KTEST(test_flavours),
	KTEST(test_pointers),
	KTEST(test_lists),
	KTEST(test_random),
	KTEST(test_rcu_work),
	KTEST(test_modules),
};
KTEST_MAIN(tests)

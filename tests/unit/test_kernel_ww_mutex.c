/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* Mutexes taken in any order: who waits, who gives up, in both classes. */
#include <linux/ww_mutex.h>
#include "lock_fixture.h"

static struct ww_class ww, wd;
/* The class that the tasks of a test use. */
static struct ww_class *class;
static struct ww_mutex m[3];

static struct svmsim_world *setup(struct ww_class *with)
{
	struct svmsim_world *world = lock_world(4);

	ww = (struct ww_class)__WW_CLASS_INITIALIZER(ww, 0);
	wd = (struct ww_class)__WW_CLASS_INITIALIZER(wd, 1);
	class = with;
	for (unsigned int i = 0; i < 3; i++)
		ww_mutex_init(&m[i], class);
	return world;
}

/* Stops before and after each lock; after -EDEADLK it begins anew with the lock it failed at. */
static void lock_two(unsigned int from, unsigned int to)
{
	struct ww_acquire_ctx ctx;
	unsigned int next;
	int err;

	ww_acquire_init(&ctx, class);
	stop();
	err = ww_mutex_lock(&m[from], &ctx);
	say("%s:%u=%d", my_name(), from, err);
	stop();
	while ((err = ww_mutex_lock(&m[to], &ctx)) == -EDEADLK) {
		say("%s backs off", my_name());
		ww_mutex_unlock(&m[from]);
		ww_mutex_lock_slow(&m[to], &ctx);
		say("%s:%u slow", my_name(), to);
		stop();
		next = from;
		from = to;
		to = next;
	}
	say("%s:%u=%d", my_name(), to, err);
	ww_acquire_done(&ctx);
	ww_mutex_unlock(&m[from]);
	ww_mutex_unlock(&m[to]);
	ww_acquire_fini(&ctx);
}

static void zero_one(void *arg)
{
	lock_two(0, 1);
}

static void one_zero(void *arg)
{
	lock_two(1, 0);
}

/* The older one meets the younger: that one is wounded, and finds out when it has to wait. */
static void test_wound_wait_older_wounds(void **state)
{
	setup(&ww);
	start("old", zero_one);
	start("young", one_zero);
	go("old");
	go("young");
	assert_said("old:0=0 young:1=0");
	go("old");
	assert_said("");
	go("young");
	assert_said("young backs off old:1=0 young:0 slow");
	go("young");
	assert_said("young:1=0");
	ktest_assert_false(ww_mutex_is_locked(&m[0]) || ww_mutex_is_locked(&m[1]));
}

/* The younger one waits already: the wound wakes it. */
static void test_wound_wait_wakes_the_wounded(void **state)
{
	setup(&ww);
	start("old", zero_one);
	start("young", one_zero);
	go("old");
	go("young");
	go("young");
	assert_said("old:0=0 young:1=0");
	go("old");
	assert_said("young backs off old:1=0 young:0 slow");
	go("young");
	assert_said("young:1=0");
}

/* The younger one that finds an older holder dies at once. */
static void test_wait_die_younger_dies(void **state)
{
	setup(&wd);
	start("old", zero_one);
	start("young", one_zero);
	go("old");
	go("young");
	assert_said("old:0=0 young:1=0");
	go("young");
	assert_said("young backs off");
	go("old");
	assert_said("old:1=0 young:0 slow");
	go("young");
	assert_said("young:1=0");
}

/* The older one waits for the younger, which dies when it comes to wait for the older. */
static void test_wait_die_older_waits(void **state)
{
	setup(&wd);
	start("old", zero_one);
	start("young", one_zero);
	go("old");
	go("young");
	go("old");
	assert_said("old:0=0 young:1=0");
	go("young");
	assert_said("young backs off old:1=0 young:0 slow");
	go("young");
	assert_said("young:1=0");
}

static void takes_first(void *arg)
{
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, class);
	stop();
	say("%s=%d", my_name(), ww_mutex_lock(&m[0], &ctx));
	ww_mutex_unlock(&m[0]);
	ww_acquire_fini(&ctx);
}

static void takes_without(void *arg)
{
	say("%s=%d", my_name(), ww_mutex_lock(&m[0], NULL));
	ww_mutex_unlock(&m[0]);
}

/* Contexts stand in order of age; who has none stands where it came. */
static void test_order_of_stamps(void **state)
{
	struct ww_class *classes[] = { &ww, &wd };

	for (unsigned int i = 0; i < 2; i++) {
		setup(classes[i]);
		start("a", takes_first);
		start("b", takes_first);
		start("c", takes_first);
		ktest_assert_int_equal(ww_mutex_lock(&m[0], NULL), 0);
		go("c");
		start("n", takes_without);
		go("b");
		go("a");
		ww_mutex_unlock(&m[0]);
		sim_task_settle();
		assert_said("a=0 b=0 c=0 n=0");
	}
}

static void one_then_zero(void *arg)
{
	struct ww_acquire_ctx ctx;
	int err;

	ww_acquire_init(&ctx, class);
	stop();
	if (ww_mutex_lock(&m[1], &ctx))
		say("m[1] was not free");
	err = ww_mutex_lock(&m[0], &ctx);
	say("%s=%d", my_name(), err);
	if (!err)
		ww_mutex_unlock(&m[0]);
	ww_mutex_unlock(&m[1]);
	ww_acquire_fini(&ctx);
}

/* Wait-die: an older waiter that comes later kills a younger one that waits with locks held. */
static void test_wait_die_among_waiters(void **state)
{
	struct svmsim_world *world = setup(&wd);

	start("old", takes_first);
	start("young", one_then_zero);
	ktest_assert_int_equal(ww_mutex_lock(&m[0], NULL), 0);
	go("young");
	assert_said("");
	go("old");
	assert_said("young=-35");
	/* And one that comes after an older one dies before it waits. */
	start("younger", one_then_zero);
	go("younger");
	assert_said("younger=-35");
	ww_mutex_unlock(&m[0]);
	sim_task_settle();
	assert_said("old=0");
	ktest_expect_report(world, "lock-order", svmsim_report_count(world));
}

/* A younger context without locks waits in peace; a younger holder is wounded by its first. */
static void test_nothing_held_nothing_to_fear(void **state)
{
	struct ww_class *classes[] = { &ww, &wd };

	for (unsigned int i = 0; i < 2; i++) {
		struct ww_acquire_ctx ctx;

		setup(classes[i]);
		ww_acquire_init(&ctx, class);
		ktest_assert_int_equal(ww_mutex_lock(&m[0], &ctx), 0);
		start("young", takes_first);
		go("young");
		assert_said("");
		ww_mutex_unlock(&m[0]);
		ww_acquire_fini(&ctx);
		sim_task_settle();
		assert_said("young=0");
	}
}

static void holds_second(void *arg)
{
	ww_mutex_lock(&m[1], NULL);
	stop();
	ww_mutex_unlock(&m[1]);
}

/* A wound is healed by giving everything up: the next wait is one like others. */
static void test_wound_heals(void **state)
{
	setup(&ww);
	start("old", zero_one);
	start("young", one_zero);
	go("old");
	go("young");
	go("old");
	start("n", holds_second);
	assert_said("old:0=0 young:1=0");
	go("young");
	assert_said("young backs off old:1=0 young:0 slow");
	/* Now n has the lock that it wants next. */
	go("young");
	assert_said("");
	go("n");
	assert_said("young:1=0");
}

/* A lock is stolen from under an older context that waits and holds others: wounded at once. */
static void test_thief_is_wounded(void **state)
{
	struct ww_acquire_ctx ctx;
	struct svmsim_world *world = setup(&ww);

	ktest_assert_int_equal(ww_mutex_lock(&m[0], NULL), 0);
	start("old", one_then_zero);
	go("old");
	ww_mutex_unlock(&m[0]);
	ww_acquire_init(&ctx, class);
	ktest_assert_int_equal(ww_mutex_trylock(&m[0], &ctx), 1);
	ktest_assert_int_equal(ctx.wounded, 1);
	ww_mutex_unlock(&m[0]);
	ww_acquire_fini(&ctx);
	sim_task_settle();
	assert_said("old=0");
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

/* Wait-die: the thief is older, and one that is not the first to be woken has to die. */
static void test_older_thief_kills_waiters(void **state)
{
	struct ww_acquire_ctx ctx;
	struct svmsim_world *world = setup(&wd);

	ktest_assert_int_equal(ww_mutex_lock(&m[0], NULL), 0);
	ww_acquire_init(&ctx, class);
	ktest_assert_int_equal(ww_mutex_lock(&m[2], &ctx), 0);
	start("w", takes_without);
	start("young", one_then_zero);
	go("young");
	assert_said("");
	/* Wakes w, which has not run when the lock is taken again. */
	ww_mutex_unlock(&m[0]);
	ktest_assert_int_equal(ww_mutex_trylock(&m[0], &ctx), 1);
	sim_task_settle();
	assert_said("young=-35");
	ww_mutex_unlock(&m[0]);
	ww_mutex_unlock(&m[2]);
	ww_acquire_fini(&ctx);
	sim_task_settle();
	assert_said("w=0");
	ktest_expect_report(world, "lock-order", svmsim_report_count(world));
}

static void test_already_and_trylock(void **state)
{
	struct svmsim_world *world = setup(&ww);
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, class);
	ktest_assert_int_equal(ww_mutex_trylock(&m[0], &ctx), 1);
	ktest_assert_int_equal(ctx.acquired, 1);
	ktest_assert_int_equal(ww_mutex_lock(&m[0], &ctx), -EALREADY);
	ktest_assert_int_equal(ww_mutex_lock_interruptible(&m[0], &ctx), -EALREADY);
	ktest_assert_int_equal(ww_mutex_trylock(&m[0], &ctx), 0);
	ktest_assert_int_equal(ww_mutex_lock_interruptible(&m[1], &ctx), 0);
	ktest_assert_int_equal(ctx.acquired, 2);
	ww_mutex_unlock(&m[0]);
	ww_mutex_unlock(&m[1]);
	ktest_assert_int_equal(ctx.acquired, 0);
	ww_acquire_fini(&ctx);
	ktest_assert_int_equal(ww_mutex_trylock(&m[2], NULL), 1);
	ktest_assert_int_equal(ww_mutex_trylock(&m[2], NULL), 0);
	ww_mutex_unlock(&m[2]);
	ww_mutex_destroy(&m[2]);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

/* -EDEADLK never comes to a context that holds nothing. */
static void test_injected_deadlock(void **state)
{
	struct svmsim_world *world = setup(&ww);
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, class);
	sim_inject_kind_nth(world, &sim_fault_ww, 1);
	ktest_assert_int_equal(ww_mutex_lock(&m[0], &ctx), 0);
	ktest_assert_false(sim_inject_kind_failed(world));
	ktest_assert_int_equal(ww_mutex_lock(&m[1], &ctx), -EDEADLK);
	ktest_assert_false(ww_mutex_is_locked(&m[1]));
	ww_mutex_unlock(&m[0]);
	ktest_assert_int_equal(ww_mutex_lock_slow_interruptible(&m[1], &ctx), 0);
	ktest_assert_int_equal(ww_mutex_lock(&m[0], &ctx), 0);
	sim_inject_kind_nth(world, &sim_fault_signal, 1);
	ktest_assert_int_equal(ww_mutex_lock_interruptible(&m[2], &ctx), -EINTR);
	sim_inject_kind_nth(world, &sim_fault_trylock, 1);
	ktest_assert_int_equal(ww_mutex_trylock(&m[2], &ctx), 0);
	ktest_assert_int_equal(ctx.acquired, 2);
	ww_mutex_unlock(&m[0]);
	ww_mutex_unlock(&m[1]);
	ww_acquire_fini(&ctx);
	ktest_assert_int_equal(svmsim_report_count(world), 0);
}

#define assert_warns(world, index, function, expr)                              \
	assert_report(world, index, "warn site=ww_mutex.c:" function " expr=\"" expr \
				    "\"\nWARNING: ww_mutex.c at " function)

/* What a debug kernel warns of: other lock than the one failed at, something still held. */
static void test_discipline(void **state)
{
	struct svmsim_world *world = setup(&ww);
	struct ww_acquire_ctx ctx;

	ww_acquire_init(&ctx, class);
	ktest_assert_int_equal(ww_mutex_lock(&m[0], &ctx), 0);
	sim_inject_kind_nth(world, &sim_fault_ww, 1);
	ktest_assert_int_equal(ww_mutex_lock(&m[1], &ctx), -EDEADLK);
	ktest_assert_int_equal(ww_mutex_lock(&m[2], &ctx), 0);
	assert_warns(world, 0, "sim_ww_taken", "ctx->contending_lock != ww");
	assert_warns(world, 1, "sim_ww_taken", "ctx->acquired > 0");
	ww_acquire_done(&ctx);
	ktest_assert_int_equal(ww_mutex_lock(&m[1], &ctx), 0);
	assert_warns(world, 2, "sim_ww_taken", "ctx->done_acquire");
	ww_acquire_fini(&ctx);
	assert_warns(world, 3, "ww_acquire_fini", "ctx->acquired");
	ww_mutex_unlock(&m[0]);
	ww_mutex_unlock(&m[1]);
	ww_mutex_unlock(&m[2]);
	ww_acquire_init(&ctx, &wd);
	ktest_assert_int_equal(ww_mutex_lock(&m[0], &ctx), 0);
	assert_warns(world, 4, "sim_ww_taken", "ctx->ww_class != ww->ww_class");
	ww_mutex_unlock(&m[0]);
	ww_mutex_lock_slow(&m[0], &ctx);
	assert_warns(world, 5, "sim_ww_mutex_lock_slow", "!ctx->contending_lock");
	ww_mutex_unlock(&m[0]);
	ww_acquire_fini(&ctx);
	ktest_expect_report(world, "warn", 7);
	ktest_expect_report(world, "lock-order", svmsim_report_count(world) - 7);
}

static void test_held_twice_without_context(void **state)
{
	struct svmsim_world *world = setup(&ww);

	ktest_assert_int_equal(ww_mutex_lock(&m[0], NULL), 0);
	ktest_assert_int_equal(ww_mutex_lock(&m[0], NULL), 0);
	ww_mutex_unlock(&m[0]);
	ktest_assert_true(ww_mutex_is_locked(&m[0]));
	ww_mutex_unlock(&m[0]);
	assert_report(world, 0, "lock-imbalance lock=ww_mutex what=held-twice\n"
		      "ww_mutex: taken while held by the same task: it would wait for itself");
	ktest_expect_report(world, "lock-imbalance", 1);
}

static const struct ktest tests[] = {
	KTEST(test_wound_wait_older_wounds),
	KTEST(test_wound_wait_wakes_the_wounded),
	KTEST(test_wait_die_younger_dies),
	KTEST(test_wait_die_older_waits),
	KTEST(test_order_of_stamps),
	KTEST(test_wait_die_among_waiters),
	KTEST(test_nothing_held_nothing_to_fear),
	KTEST(test_wound_heals),
	KTEST(test_thief_is_wounded),
	KTEST(test_older_thief_kills_waiters),
	KTEST(test_already_and_trylock),
	KTEST(test_injected_deadlock),
	KTEST(test_discipline),
	KTEST(test_held_twice_without_context),
};
KTEST_MAIN(tests)

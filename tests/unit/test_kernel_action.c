/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/layers.h"
#include "kernel/world.h"
#include "ktest.h"

static const struct sim_layer *const layers[] = { &sim_layer_slab, &sim_layer_irq,
						  &sim_layer_time, &sim_layer_work };

static void test_action_is_a_step_of_1_us(void **state)
{
	struct svmsim_world *world = ktest_world(layers, 4, NULL);
	char actor[] = "d0";

	svmsim_world_action(world, actor, "link");
	ktest_assert_u64_equal(svmsim_world_step(world), 1);
	ktest_assert_u64_equal(world->now_ns, 1000);
	ktest_assert_string_equal(world->task_name, "d0");
	/* Kept by the world. */
	actor[0] = 'x';
	ktest_assert_string_equal(world->task_name, "d0");
	svmsim_world_action(world, "d1", "link");
	svmsim_world_action(world, "d0", "sync");
	ktest_assert_u64_equal(svmsim_world_step(world), 3);
	ktest_assert_u64_equal(world->now_ns, 3000);
	ktest_assert_int_equal(world->task_pid, 0);
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_ACTION], 3);
}

static void test_advance_is_no_step(void **state)
{
	struct svmsim_world *world = ktest_world(layers, 4, NULL);
	u64 digest = svmsim_world_digest(world);

	svmsim_world_advance(world, 12345);
	ktest_assert_u64_equal(world->now_ns, 12345);
	ktest_assert_u64_equal(svmsim_world_step(world), 0);
	ktest_assert_u64_equal(svmsim_world_digest(world), digest);
}

static void run_actions(struct svmsim_world *world, const char *verb)
{
	svmsim_world_action(world, "d0", "link");
	svmsim_world_action(world, "ram", verb);
	svmsim_world_action(world, "d0", "link");
}

static void test_digest_follows_the_actions(void **state)
{
	struct svmsim_world *world = ktest_world(layers, 4, NULL);
	u64 first, other;

	run_actions(world, "free");
	first = svmsim_world_digest(world);
	sim_world_reset(world);
	run_actions(world, "poison");
	other = svmsim_world_digest(world);
	sim_world_reset(world);
	run_actions(world, "free");
	ktest_assert_u64_equal(svmsim_world_digest(world), first);
	ktest_assert_u64_not_equal(other, first);
}

static void test_action_enters_its_world(void **state)
{
	struct svmsim_world *a = ktest_world(layers, 4, NULL);
	struct svmsim_world *b = ktest_world(layers, 4, NULL);

	svmsim_world_action(a, "d0", "link");
	ktest_assert_ptr_equal(sim_world, a);
	svmsim_world_advance(b, 1);
	ktest_assert_ptr_equal(sim_world, b);
	ktest_assert_u64_equal(svmsim_world_step(b), 0);
}

static const struct ktest tests[] = {
	KTEST(test_action_is_a_step_of_1_us),
	KTEST(test_advance_is_no_step),
	KTEST(test_digest_follows_the_actions),
	KTEST(test_action_enters_its_world),
};
KTEST_MAIN(tests)

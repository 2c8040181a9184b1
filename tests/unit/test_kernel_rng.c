/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/world.h"
#include "ktest.h"

/*
 * From the published algorithms: splitmix64 of seed 0 begins with e220a8397b1dcdaf; xoshiro256**
 * from the state 1 2 3 4 begins with 11520, 0, 1509978240.
 */
static void test_known_sequence(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	static const u64 expected[] = { 11520, 0, 1509978240, 1215971899390074240 };

	sim_random_seed(world, 0);
	ktest_assert_u64_equal(world->rng[0], 0xe220a8397b1dcdaf);
	for (int i = 0; i < 4; i++)
		world->rng[i] = i + 1;
	for (int i = 0; i < 4; i++)
		ktest_assert_u64_equal(sim_random(world), expected[i]);
}

static void test_seed_decides_the_sequence(void **state)
{
	struct svmsim_machine machine = { .seed = 7 };
	struct svmsim_world *a = ktest_world(NULL, 0, &machine);
	struct svmsim_world *b = ktest_world(NULL, 0, &machine);
	struct svmsim_world *c;
	u64 first;

	machine.seed = 8;
	c = ktest_world(NULL, 0, &machine);
	first = sim_random(a);
	ktest_assert_u64_equal(first, sim_random(b));
	ktest_assert_u64_not_equal(first, sim_random(c));
	sim_world_reset(a);
	ktest_assert_u64_equal(first, sim_random(a));
}

static void test_below_stays_below_and_reaches_all(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	for (u64 limit = 1; limit <= 20; limit++) {
		u64 seen = 0;

		ktest_context("limit %llu", limit);
		for (int i = 0; i < 2000; i++) {
			u64 value = sim_random_below(world, limit);

			ktest_assert_true(value < limit);
			seen |= 1ull << value;
		}
		ktest_assert_u64_equal(seen, (1ull << limit) - 1);
	}
}

/*
 * Three quarters of 2^64: scaling without rejection would give each third value twice as often, so
 * that values that are 0 modulo 3 take a half.
 */
static void test_below_has_no_bias(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	u64 limit = 3ull << 62;
	int count[3] = { 0 };

	for (int i = 0; i < 30000; i++) {
		u64 value = sim_random_below(world, limit);

		ktest_assert_true(value < limit);
		count[value % 3]++;
	}
	for (int i = 0; i < 3; i++)
		ktest_assert_in_range(count[i], 9600, 10400);
}

static const struct ktest tests[] = {
	KTEST(test_known_sequence),
	KTEST(test_seed_decides_the_sequence),
	KTEST(test_below_stays_below_and_reaches_all),
	KTEST(test_below_has_no_bias),
};
KTEST_MAIN(tests)

/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include "kernel/world.h"
#include "kernel/world_internal.h"
#include "ktest.h"

static void number_name(char *buf, size_t size, int number)
{
	host_snprintf(buf, size, "name-%d", number);
}

static void test_index_counts_first_uses(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);

	ktest_assert_int_equal(sim_name("zebra"), 0);
	ktest_assert_int_equal(sim_name("ant"), 1);
	ktest_assert_int_equal(sim_name("zebra"), 0);
	ktest_assert_int_equal(sim_name(""), 2);
	ktest_assert_string_equal(sim_name_text(world, 0), "zebra");
	ktest_assert_string_equal(sim_name_text(world, 1), "ant");
	ktest_assert_string_equal(sim_name_text(world, 2), "");
	ktest_assert_string_equal(sim_name_text(world, 3), "?");
	ktest_assert_u64_equal(world->events.count[SIM_EVENT_NAME], 3);
}

/* Through several sizes of the table; texts keep their place. */
static void test_many_names(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	const char *first;
	char text[32];

	sim_name("name-0");
	first = sim_name_text(world, 0);
	for (int i = 0; i < 5000; i++) {
		number_name(text, sizeof(text), i);
		ktest_assert_int_equal(sim_name(text), i);
	}
	for (int i = 0; i < 5000; i++) {
		number_name(text, sizeof(text), i);
		ktest_assert_int_equal(sim_name(text), i);
		ktest_assert_string_equal(sim_name_text(world, i), text);
	}
	ktest_assert_ptr_equal(sim_name_text(world, 0), first);
}

static void test_text_is_copied_whatever_its_length(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	static const size_t lengths[] = { 1, 4094, 4095, 4096, 4097, 9999 };
	static char text[10000];

	for (unsigned int i = 0; i < 6; i++) {
		__builtin_memset(text, 'a' + i, lengths[i]);
		text[lengths[i]] = '\0';
		ktest_assert_int_equal(sim_name(text), i);
		text[0] = '!';
	}
	for (unsigned int i = 0; i < 6; i++) {
		ktest_assert_u64_equal(__builtin_strlen(sim_name_text(world, i)), lengths[i]);
		ktest_assert_int_equal(sim_name_text(world, i)[0], 'a' + i);
	}
}

static void test_text_and_order_enter_the_digest(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	u64 ab, ba;

	sim_name("a");
	sim_name("b");
	ab = world->events.digest;
	sim_name("a");
	ktest_assert_u64_equal(world->events.digest, ab);
	sim_world_reset(world);
	sim_name("b");
	sim_name("a");
	ba = world->events.digest;
	ktest_assert_u64_not_equal(ab, ba);
	sim_world_reset(world);
	ktest_assert_int_equal(sim_name("a"), 0);
	ktest_assert_int_equal(sim_name("b"), 1);
	ktest_assert_u64_equal(world->events.digest, ab);
}

static void test_reset_forgets_many_names(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	char text[32];

	for (int round = 0; round < 5; round++) {
		for (int i = 0; i < 1000; i++) {
			number_name(text, sizeof(text), i * 7 + round);
			ktest_assert_int_equal(sim_name(text), i);
		}
		sim_world_reset(world);
		ktest_assert_string_equal(sim_name_text(world, 0), "?");
	}
}

static void test_actors_are_numbered_from_0(void **state)
{
	struct svmsim_world *world = ktest_world(NULL, 0, NULL);
	u32 other = sim_name("other"), d0 = sim_name("d0"), d1 = sim_name("d1");

	ktest_assert_int_equal(sim_name_actor(world, d1), 0);
	ktest_assert_int_equal(sim_name_actor(world, d0), 1);
	ktest_assert_int_equal(sim_name_actor(world, d1), 0);
	ktest_assert_int_equal(sim_name_actor(world, other), 2);
	sim_world_reset(world);
	ktest_assert_int_equal(sim_name_actor(world, sim_name("d0")), 0);
}

static const struct ktest tests[] = {
	KTEST(test_index_counts_first_uses),
	KTEST(test_many_names),
	KTEST(test_text_is_copied_whatever_its_length),
	KTEST(test_text_and_order_enter_the_digest),
	KTEST(test_reset_forgets_many_names),
	KTEST(test_actors_are_numbered_from_0),
};
KTEST_MAIN(tests)
